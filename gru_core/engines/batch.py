"""Many sequences through one layer at once: the loops of one sequence, with an axis of sequences.

A product serves all sequences, which is what makes a batch fast. In memory the units of a sequence
stand side by side, as its inputs do: products are faster so, and tracks are copied as they lie.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import STATES
from gru_core.engines.layout import layout_of
from gru_core.engines.loops import Patches
from gru_core.engines.numpy_engine import room_of, run_layout
from gru_core.weights import Weights

Lengths: TypeAlias = npt.NDArray[np.intp]

WIDE: Final = np.dtype(np.float64)
AT_ONCE: Final = 512  # steps, of all sequences together: only so many are there in float64


def run(
    weights: Weights,
    x: Array,
    initial: tuple[Array, ...],
    lengths: Lengths,
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
    running = np.arange(count)  # the sequences that have steps left
    at_once, first, room = max(1, AT_ONCE // count), 0, None
    while first < steps:
        goes_on = lengths[running] > first
        if not goes_on.all():
            running, states, room = running[goes_on], tuple(one[:, goes_on] for one in states), None
            if len(running) == 0:
                return
            at_once = max(1, AT_ONCE // len(running))
        if room is None:
            room = room_of(layout, min(steps - first, at_once), states, together=True)
        end = min(first + at_once, steps)
        where = _places(first, end, running, lengths, backward=backward)
        read = x[where].astype(WIDE)
        pre = layout.project(read.reshape(-1, inputs)).reshape(*read.shape[:2], -1)
        found = run_layout(layout, pre.swapaxes(1, 2), states, Patches(), room=room)
        states = tuple(found[name][-1] for name in STATES[weights.cell])
        with np.errstate(over="ignore"):  # what float32 cannot hold is named when it is over
            for name, track in tracks.items():
                track[where] = found[name].swapaxes(1, 2)
        first = end


def _places(first: int, end: int, running: Lengths, lengths: Lengths, *, backward: bool) -> Any:
    """Where what some sequences read stands in (step, sequence, …), for the steps first to end.

    Backward, the last step of each sequence comes first; what follows it stays behind it.
    """
    if not backward:
        steps = slice(first, end)
        return steps if len(running) == len(lengths) else (steps, running)
    step, own = np.arange(first, end)[:, np.newaxis], lengths[running]
    return np.where(step < own, own - 1 - step, step), running
