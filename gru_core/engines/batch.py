"""Many sequences through one layer at once: the loops of one sequence, with an axis of sequences.

A product serves all sequences, which is what makes a batch fast. In memory the units of a sequence
stand side by side, as its inputs do: products are faster so, and tracks are copied as they lie.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import STATES
from gru_core.engines.layout import layout_of
from gru_core.engines.loops import Patches
from gru_core.engines.numpy_engine import room_of, run_layout
from gru_core.weights import Weights

# The first step to be run and the one after the last, to their places in (step, sequence, …).
Places: TypeAlias = Callable[[int, int], Any]

WIDE: Final = np.dtype(np.float64)
AT_ONCE: Final = 512  # steps, of all sequences together: only so many are there in float64


def run(
    weights: Weights,
    x: Array,
    initial: tuple[Array, ...],
    lengths: npt.NDArray[np.intp],
    tracks: Mapping[str, Array],
    *,
    backward: bool = False,
) -> None:
    """Write every track of every sequence, as runs done exactly have it.

    x: (step, sequence, input), initial: each (sequence, unit); checked, and in the dtype of the
    weights. lengths: (sequence,), how many of its steps count; what is computed after them means
    nothing. tracks: by name, each (step, sequence, unit): where they go. backward: each sequence
    from its last step to its first.
    """
    steps, count, inputs = x.shape
    layout = layout_of(weights if weights.dtype == WIDE else weights.astype(WIDE))
    states = tuple(state.astype(WIDE).T for state in initial)
    at_once = max(1, AT_ONCE // count)
    room = room_of(layout, min(steps, at_once), states, together=True)
    places = _backward(steps, lengths) if backward else slice
    for first in range(0, steps, at_once):
        where = places(first, min(first + at_once, steps))
        read = x[where].astype(WIDE)
        pre = layout.project(read.reshape(-1, inputs)).reshape(len(read), count, -1)
        found = run_layout(layout, pre.swapaxes(1, 2), states, Patches(), room=room)
        states = tuple(found[name][-1] for name in STATES[weights.cell])
        with np.errstate(over="ignore"):  # what float32 cannot hold is named when it is over
            for name, track in tracks.items():
                track[where] = found[name].swapaxes(1, 2)


def _backward(steps: int, lengths: npt.NDArray[np.intp]) -> Places:
    """Places that put the last step of each sequence first; what follows it stays behind it."""
    step = np.arange(steps)[:, np.newaxis]
    order = np.where(step < lengths, lengths - 1 - step, step)  # (step, sequence)
    sequence = np.arange(len(lengths))
    return lambda first, end: (order[first:end], sequence)
