"""What the browser is told of a condensed screen besides its picture: numbers near the cursor.

The heatmaps of such a screen are colours of blocks. The numbers of the cursor's unit come for some
steps around the cursor, any other number when somebody points at it.
"""

from typing import Any

import numpy as np

from app.contract import Pointed
from app.figures.condensing import (
    MOST_INPUT_COLUMNS,
    MOST_INPUT_ROWS,
    Grid,
    as_float32,
    grid_of,
    peaks,
    too_large,
)
from app.figures.sequence import MOST_CHANNELS
from app.messages.colours import colour_bytes
from app.screen.page import Grab
from app.screen.screen import Screen
from app.words.numbers import count
from app.words.say import say
from gru_core.conventions import Cell, shown_sign
from gru_core.errors import GatescopeError
from gru_core.situation import value_at


def near_content(screen: Screen, cell: Cell) -> dict[str, Any]:
    """The numbers of the cursor's unit at the steps around the cursor, each track (step,)."""
    trace, (first, end) = screen.traces[cell], screen.window
    unit = min(screen.unit, trace.units - 1)
    numbers = {
        name: as_float32(screen.shown_track(cell, name, track[first:end, unit]))
        for name, track in trace.items()
    }
    return {"unit": unit, "first": first, "numbers": numbers}


def line_content(screen: Screen, cell: Cell) -> dict[str, Any]:
    """The lines of the cursor's unit over all steps as bytes, each (point,).

    `per`: the steps from one point to the next.
    """
    trace, grid = screen.traces[cell], screen.grids[cell]
    unit = min(screen.unit, trace.units - 1)
    lines = {
        f"{cell}.{name}": line_bytes(
            screen.shown_track(cell, name, track[:, unit]), screen.drawn_as(cell, name), grid
        )
        for name, track in trace.items()
    }
    return {"unit": unit, "per": per(grid), "lines": lines}


def input_lines(screen: Screen) -> dict[str, Any]:
    """The input's lines over all steps, where it has few enough to be drawn."""
    x, grid = screen.situation.x, screen.grids["gru"]
    channels = range(x.shape[1] if x.shape[1] <= MOST_CHANNELS else 0)
    lines = {f"x.{at}": peaks(x[:, at], grid.wide).astype(np.float32) for at in channels}
    return {"per": per(grid), "lines": lines}


def line_bytes(values: np.ndarray, track: str, grid: Grid) -> np.ndarray:
    """A line's points as bytes. values: (..., step)."""
    return colour_bytes(peaks(values, grid.wide), track)


def per(grid: Grid) -> float:
    """How many steps lie between two points of a line."""
    return grid.wide / 2 if grid.wide > 2 else 1.0


def pointed(screen: Screen, grab: Grab) -> Pointed | None:
    """The numbers of what somebody points at, None where there is no such thing.

    For one that can be edited its own value in the scene; for a place in the tracks, all of them.
    """
    target, step, unit = grab.target, grab.step, grab.unit
    if target is not None:
        sign = shown_sign(target.owner, target.gate, screen.notation.polarity)
        try:
            value = sign * value_at(screen.base, target) + 0.0
        except GatescopeError:
            return None
        return {"target": str(target), "value": value}
    numbers = {
        f"{cell}.{name}": float(screen.shown_track(cell, name, track[step, unit]))
        for cell, trace in screen.traces.items()
        if step < trace.steps and unit < trace.units
        for name, track in trace.items()
    }
    return {"step": step, "unit": unit, "numbers": numbers}


def condensed_note(screen: Screen, cell: Cell) -> str:
    """What one cell of the heatmaps stands for, where it is more than one number."""
    grid = screen.grids[cell]
    if not screen.condensed or not grid.pools:
        return ""
    sizes = ((grid.tall, "unit"), (grid.wide, "step"))
    block = " × ".join(count(size, name) for size, name in sizes if size > 1)
    return say("messages.condensed.mean", block=block)


def input_note(screen: Screen) -> str:
    """What one cell of the input's heatmap stands for: the strongest of several numbers."""
    grid = input_grid(screen)
    if grid is None or not grid.pools:
        return ""
    return say("messages.condensed.strongest", numbers=grid.tall * grid.wide)


def input_grid(screen: Screen) -> Grid | None:
    """The blocks that the input's heatmap is condensed to; None where all of it is sent."""
    steps, inputs = screen.base.x.shape
    if not too_large(inputs, steps):
        return None
    return grid_of(inputs, steps, MOST_INPUT_ROWS, MOST_INPUT_COLUMNS)
