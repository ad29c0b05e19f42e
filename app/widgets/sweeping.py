"""The sweep that a drag runs on: one number over about forty values, as bytes for colours."""

import math
from typing import Any, cast

import numpy as np

from app import theme
from app.events import Grab
from app.shown import Shown
from app.widgets.wire import pack
from gru_core.conventions import Cell, track_range
from gru_core.edits import Target, value_at
from gru_core.errors import GatescopeError
from gru_core.sweep import sweep

VALUES_EACH_SIDE = 20
# Compressed. A dragged edit is its sweep and, when it is let go, the new numbers; both together
# should stay below the first, unless that leaves less than the second for the sweep.
LARGEST_EDIT = 104_000
ROOM_AT_LEAST = 60_000
# New numbers as sent: float32 without the leading bits that they share with the old ones.
BYTES_PER_NUMBER = 3.1
# What is sent of a sweep: every value or each second or fourth, and how many different colours.
# The first that is small enough is taken, or else the last.
RUNGS = ((1, 256), (1, 64), (2, 64), (2, 32), (4, 32), (4, 16))

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
    room = max(ROOM_AT_LEAST, LARGEST_EDIT - _commit_bytes(shown, grab.target, numbers))
    for stride, levels in RUNGS:
        kept = np.isin(values, grid[::stride]) | (values == current)
        message = _message(shown, grab, values, kept, numbers, levels) | {
            "base": int(np.flatnonzero(values[kept] == current)[0])
        }
        if len(pack(message)) <= room:
            break
    return message


def _swept(shown: Shown, target: Target, values: np.ndarray) -> Numbers:
    found: Numbers = {}
    for cell, weights in shown.situation.weights.items():
        if target.owner in ("x", cell):
            initial = shown.situation.initials[cell]
            swept = sweep(weights, shown.situation.x, target, values, initial)
            found |= {f"{cell}.{track}": swept[track] for track in swept}
    return found


def _commit_bytes(shown: Shown, target: Target, swept: Numbers) -> int:
    """About what the new numbers will take: an input changes nothing before its own step."""
    share = 1 - target.index[0] / len(shown.labels) if target.owner == "x" else 1.0
    return int(share * BYTES_PER_NUMBER * sum(numbers[0].size for numbers in swept.values()))


def _message(
    shown: Shown, grab: Grab, values: np.ndarray, kept: np.ndarray, swept: Numbers, levels: int
) -> dict[str, Any]:
    tracks, lines, exact = {}, {}, {}
    for name, every in swept.items():
        cell, track = name.split(".")
        numbers, order = every[kept], shown.orders[cast("Cell", cell)]
        tracks[name] = _bytes(numbers[:, :, order].transpose(0, 2, 1), track, levels)
        if grab.unit < numbers.shape[2] and grab.step < numbers.shape[1]:
            lines[name] = _bytes(numbers[:, :, grab.unit], track, 256)
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


def _bytes(numbers: np.ndarray, track: str, levels: int) -> np.ndarray:
    """Numbers as 0..255 over the fixed range of their track: for colours, never to be read."""
    low, high = track_range(track)
    share = (np.asarray(numbers, np.float32) - low) * np.float32((levels - 1) / (high - low))
    level = np.clip(np.rint(share), 0, levels - 1)
    found: np.ndarray = np.rint(level * np.float32(255 / (levels - 1))).astype(np.uint8)
    return found


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
