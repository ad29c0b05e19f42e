"""The sweep that a drag runs on: one number over about forty values, as bytes for colours."""

import math
from typing import Any, cast

import numpy as np

from app import theme
from app.events import Grab
from app.shown import Shown
from app.widgets.colours import colour_bytes
from app.widgets.updates import LARGEST_EXACT, coarse_size, size_of
from app.widgets.wire import THOROUGH, compressed
from gru_core.conventions import Cell
from gru_core.edits import Target, value_at
from gru_core.errors import GatescopeError
from gru_core.sweep import sweep

VALUES_EACH_SIDE = 20
# Compressed. A dragged edit is its sweep and, when it is let go, the new numbers; both together
# should stay below the first, unless that leaves less than the second for the sweep.
LARGEST_EDIT = 110_000
ROOM_AT_LEAST = 60_000
SAMPLED_UNITS = 4  # of each track, to tell how large a sweep will be
# What is sent of a sweep: every value or each second or fourth, and how many different colours.
# The first that is small enough is taken, or else the last.
RUNGS = ((1, 256), (1, 64), (2, 64), (2, 32), (4, 32), (4, 16), (4, 8))

Numbers = dict[str, np.ndarray]  # "cell.track" -> (value, step, unit)


def sweep_message(shown: Shown, grab: Grab) -> dict[str, Any] | None:
    """The message for a grabbed cell, or None if there is no such cell on this screen."""
    try:
        current = value_at(shown.situation, grab.target)
        grid = _grid(_bound(shown, grab.target, current))
        values = np.unique(np.append(grid, current))
        numbers = _swept(shown, grab.target, values)
    except GatescopeError:
        return None
    at = int(np.flatnonzero(values == current)[0])
    room = max(ROOM_AT_LEAST, LARGEST_EDIT - _commit_bytes(numbers, at))
    for stride, levels in RUNGS:
        kept = np.isin(values, grid[::stride]) | (values == current)
        if _sweep_bytes(numbers, kept, levels) <= room:
            break
    base = int(np.flatnonzero(values[kept] == current)[0])
    return _message(shown, grab, values, kept, numbers, levels) | {"base": base}


def _swept(shown: Shown, target: Target, values: np.ndarray) -> Numbers:
    found: Numbers = {}
    for cell, weights in shown.situation.weights.items():
        if target.owner in ("x", cell):
            initial = shown.situation.initials[cell]
            swept = sweep(weights, shown.situation.x, target, values, initial)
            found |= {f"{cell}.{track}": swept[track] for track in swept}
    return found


def _commit_bytes(swept: Numbers, base: int) -> int:
    """About what the new numbers will take, for the value of a sweep where they take most."""
    exact = sum(_change_bytes(numbers, base) for numbers in swept.values())
    coarse = sum(coarse_size(*numbers[0].T.shape) for numbers in swept.values())
    return int(np.where(exact <= LARGEST_EXACT, exact, coarse).max())


def _change_bytes(numbers: np.ndarray, base: int) -> np.ndarray:
    """For each value about how many bytes a track takes as the change of the one at `base`."""
    some = np.ascontiguousarray(_sampled(numbers), np.float32).view(np.uint32)
    scale = numbers.shape[2] / some.shape[2]
    return np.array([size_of(change) * scale for change in some ^ some[base]])


def _sampled(numbers: np.ndarray) -> np.ndarray:
    """A few of the units of a track."""
    return numbers[:, :, :: max(1, numbers.shape[2] // SAMPLED_UNITS)]


def _sweep_bytes(swept: Numbers, kept: np.ndarray, levels: int) -> int:
    """About what a sweep will take, from some of the units of each track."""
    total = 0.0
    for name, numbers in swept.items():
        track, some = name.split(".")[1], _sampled(numbers[kept])
        colours = colour_bytes(some, track, levels).transpose(0, 2, 1)
        total += len(compressed([colours], THOROUGH)) * numbers.shape[2] / some.shape[2]
        total += len(compressed([colour_bytes(some[:, :, 0], track)], THOROUGH))  # the line
    return int(total)


def _message(
    shown: Shown, grab: Grab, values: np.ndarray, kept: np.ndarray, swept: Numbers, levels: int
) -> dict[str, Any]:
    tracks, lines, exact = {}, {}, {}
    for name, every in swept.items():
        cell, track = name.split(".")
        numbers, order = every[kept], shown.orders[cast("Cell", cell)]
        tracks[name] = colour_bytes(numbers[:, :, order].transpose(0, 2, 1), track, levels)
        if grab.unit < numbers.shape[2] and grab.step < numbers.shape[1]:
            lines[name] = colour_bytes(numbers[:, :, grab.unit], track, 256)
            exact[name] = numbers[:, grab.step, grab.unit].astype(np.float64)
    return {
        "target": str(grab.target),
        "values": values[kept],
        "step": grab.step,
        "unit": grab.unit,
        "tracks": tracks,
        "lines": lines,
        "exact": exact,
    }


def _grid(bound: float) -> np.ndarray:
    """Round values from -bound to bound, zero in the middle."""
    steps = np.arange(-VALUES_EACH_SIDE, VALUES_EACH_SIDE + 1)
    grid: np.ndarray = np.round(steps * (bound / VALUES_EACH_SIDE), 10).clip(-bound, bound)
    return grid


def _bound(shown: Shown, target: Target, current: float) -> float:
    usual = {"x": 2 * shown.opening.x_bound, "h0": 1.0, "c0": 4.0}.get(target.part)
    if usual is None:
        usual = max(2.0, shown.opening.weight_bounds[cast("Cell", target.owner)])
    return usual if math.fabs(current) <= usual else theme.nice_bound(math.fabs(current))
