"""Many sequences through one layer at once: the loops of one sequence, with an axis of sequences.

A product serves all sequences, which is what makes a batch fast. What each sequence has of its own,
its inputs, enters the loops where a sweep enters them.
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import STATES, TRACKS
from gru_core.engines.layout import Layout, layout_of
from gru_core.engines.loops import Patch, Patches
from gru_core.engines.numpy_engine import run_layout
from gru_core.weights import Weights

Turn: TypeAlias = Callable[[Array], Array]

WIDE: Final = np.dtype(np.float64)
AT_ONCE: Final = 2048  # steps, of all sequences together: only so many are there in float64


def run(
    weights: Weights,
    x: Array,
    initial: tuple[Array, ...],
    lengths: npt.NDArray[np.intp],
    *,
    backward: bool = False,
) -> dict[str, Array]:
    """Every track of every sequence, each (step, sequence, unit), as runs done exactly have it.

    x: (step, sequence, input), initial: each (sequence, unit); checked, and in the dtype of the
    weights. lengths: (sequence,), how many of its steps count; what is computed after them means
    nothing. backward: each sequence from its last step to its first.
    """
    steps, count = x.shape[:2]
    turn = _turning(steps, lengths) if backward else _as_it_is
    read = turn(x)
    tracks = {
        name: np.empty((steps, count, weights.size(name)), weights.dtype)
        for name in TRACKS[weights.cell]
    }
    layout = layout_of(weights if weights.dtype == WIDE else weights.astype(WIDE))
    states = tuple(state.T.astype(WIDE) for state in initial)
    at_once = max(1, AT_ONCE // count)
    for first in range(0, steps, at_once):
        now = slice(first, first + at_once)
        found = _stretch(layout, read[now].astype(WIDE), states)
        states = tuple(found[name][-1] for name in STATES[weights.cell])
        with np.errstate(over="ignore"):  # what float32 cannot hold is named when it is over
            for name, track in tracks.items():
                track[now] = found[name].transpose(0, 2, 1)
    return {name: turn(track) for name, track in tracks.items()}


def _stretch(layout: Layout, x: Array, states: tuple[Array, ...]) -> dict[str, Array]:
    """Every track, each (step, unit, sequence). x: (step, sequence, input)."""
    steps, count, inputs = x.shape
    flat = layout.from_x @ x.reshape(-1, inputs).T
    from_x = flat.reshape(-1, steps, count).transpose(1, 0, 2)  # (step, row, sequence)
    bias = np.broadcast_to(layout.bias, (steps, len(layout.bias)))
    if layout.cell != "gru":
        return run_layout(layout, bias, states, Patches(product=_adding(from_x)))
    gates, candidate = np.split(from_x, [layout.candidate_row], axis=1)
    return run_layout(layout, bias, states, Patches(_adding(gates), _adding(candidate)))


def _adding(from_x: Array) -> Patch:
    """Add to the first rows what the inputs bring at each step. from_x: (step, row, sequence)."""

    def patch(t: int, _state: Array, rows: Array) -> None:
        rows[: from_x.shape[1]] += from_x[t]

    return patch


def _turning(steps: int, lengths: npt.NDArray[np.intp]) -> Turn:
    """Puts the last step of each sequence first; what follows a sequence stays behind it.

    The same again puts the steps back. Takes (step, sequence, …).
    """
    if (lengths == steps).all():
        return lambda array: array[::-1]
    step = np.arange(steps)[:, np.newaxis]
    order = np.where(step < lengths, lengths - 1 - step, step)[:, :, np.newaxis]
    return lambda array: np.take_along_axis(array, order, 0)


def _as_it_is(array: Array) -> Array:
    return array
