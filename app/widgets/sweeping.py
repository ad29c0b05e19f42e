"""The sweep that a drag runs on: one number over about forty values, as bytes for colours."""

import math
from typing import Any

import numpy as np

from app import theme
from app.events import Grab
from app.shown import Shown
from app.widgets.parts import weight_bound, x_bound
from app.widgets.wire import pack
from gru_core.conventions import track_range
from gru_core.edits import Target, value_at
from gru_core.errors import GatescopeError
from gru_core.sweep import sweep

VALUES_EACH_SIDE = 20
LARGEST_BYTES = 56_000  # compressed; a coarser grid is sent where a fine one would be more


def sweep_message(shown: Shown, grab: Grab) -> dict[str, Any] | None:
    """The message for a grabbed cell, or None if there is no such cell on this screen."""
    try:
        current = value_at(shown.situation, grab.target)
        bound = _bound(shown, grab.target, current)
    except GatescopeError:
        return None
    for side in (VALUES_EACH_SIDE, VALUES_EACH_SIDE // 2, VALUES_EACH_SIDE // 4):
        message = _message(shown, grab, _values(current, bound, side), current)
        if len(pack(message)) <= LARGEST_BYTES:
            break
    return message


def _message(shown: Shown, grab: Grab, values: np.ndarray, current: float) -> dict[str, Any]:
    tracks: dict[str, np.ndarray] = {}
    exact: dict[str, np.ndarray] = {}
    for cell in shown.traces:
        if grab.target.owner not in ("x", cell):
            continue
        swept = sweep(
            shown.situation.weights[cell],
            shown.situation.x,
            grab.target,
            values,
            shown.situation.initials[cell],
        )
        order = list(shown.orders[cell])
        for track in swept:
            numbers = swept[track]  # (value, step, unit)
            tracks[f"{cell}.{track}"] = _bytes(numbers[:, :, order].transpose(0, 2, 1), track)
            if grab.unit < numbers.shape[2] and grab.step < numbers.shape[1]:
                exact[f"{cell}.{track}"] = numbers[:, grab.step, grab.unit].astype(np.float64)
    return {
        "target": str(grab.target),
        "values": values.astype(np.float64),
        "base": int(np.flatnonzero(values == current)[0]),
        "step": grab.step,
        "unit": grab.unit,
        "tracks": tracks,
        "exact": exact,
    }


def _bytes(numbers: np.ndarray, track: str) -> np.ndarray:
    """Numbers as 0..255 over the fixed range of their track: for colours, never to be read."""
    low, high = track_range(track)
    scaled = (np.asarray(numbers, np.float32) - low) * (255 / (high - low))
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)


def _values(current: float, bound: float, side: int) -> np.ndarray:
    """Round values from -bound to bound, and the current value among them."""
    grid = np.round(np.arange(-side, side + 1) * (bound / side), 10)
    return np.unique(np.append(grid, current))


def _bound(shown: Shown, target: Target, current: float) -> float:
    usual = {"x": 2 * x_bound(shown), "h0": 1.0, "c0": 4.0}.get(target.part)
    if usual is None:
        usual = max(2.0, weight_bound(shown, target.owner))
    reach = usual if math.fabs(current) <= usual else theme.nice_bound(math.fabs(current))
    return reach
