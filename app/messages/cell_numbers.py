"""What the opened cell needs besides its tracks: the numbers of its equations, and its vectors.

Of a condensed screen these are of some steps and some rows only, those around the cursor.
"""

from typing import Any

import numpy as np

from app.figures.condensing import as_bytes, cut, wide_where_needed
from app.lenses.wiring import substeps
from app.screen.page import Grab
from app.screen.screen import Screen
from gru_core.analysis.inside import Numbers, inside, inside_sweep, vectors, vectors_sweep
from gru_core.changes.targets import INITIALS, Target
from gru_core.conventions import RANGES, STATES, Cell, track_range, vector_kind
from gru_core.sweep import Sweep

# Sums of so few products are written out; a longer one stands as its value.
MOST_FACTORS = 3
# Up to so many numbers those of all units are sent, and another unit needs no message.
MOST_NUMBERS = 20_000
VECTOR_LEVELS = 64
MOST_CELLS = 1000  # of a vector over all steps, up to which every row is sent
ROWS_DRAWN = 8  # of a large layer in the wiring, as in assets/stage/cell/inside.js
# What the wiring calls the state before a step.
PREVIOUS = {"hidden": "previous", "cell": "previous_cell"}


def inside_content(screen: Screen, cell: Cell) -> dict[str, Any]:
    """The numbers of the equations at every step, each (unit, step) or (unit, step, entry)."""
    weights, (first, end) = screen.situation.weights[cell], screen.window
    trace = cut(screen.traces[cell], first, end)
    unit = min(screen.unit, weights.units - 1)
    polarity = screen.notation.polarity
    one = named(screen, inside(weights, trace, unit, polarity))
    size = sum(array.size for array in one.values())
    units = range(weights.units) if size * weights.units <= MOST_NUMBERS else (unit,)
    found = [named(screen, inside(weights, trace, each, polarity)) for each in units]
    series = {name: wide_where_needed(np.stack([one[name] for one in found])) for name in one}
    return {"units": list(units), "first": first, "series": series}


def vector_content(screen: Screen, cell: Cell) -> dict[str, Any]:
    """The vectors of the wiring as colours, each (step, row).

    Of a condensed screen everything else in the wiring too, since the heatmaps do not have it.
    """
    weights, (first, end) = screen.situation.weights[cell], screen.window
    trace, order = cut(screen.traces[cell], first, end), _drawn(screen, cell, screen.unit)
    found = {
        name: _colours(screen, cell, name, array[:, order])
        for name, array in vectors(weights, trace).items()
    }
    if screen.condensed:
        states = {PREVIOUS[name]: trace.previous(name) for name in STATES[cell]}
        found |= _track_colours(screen, cell, dict(trace) | states, order)
        inputs = trace.x[:, :ROWS_DRAWN]
        found["x"] = as_bytes(inputs, (-screen.baseline.x_bound, screen.baseline.x_bound))
    return {"first": first, "top": first_row(screen, cell, screen.unit), "vectors": found}


def swept_content(screen: Screen, grab: Grab, cell: Cell, swept: Sweep) -> dict[str, Any]:
    """Both at the cursor, under every value of a sweep."""
    weights, initial = screen.situation.weights[cell], screen.situation.initials[cell]
    order = _drawn(screen, cell, grab.unit)
    numbers = inside_sweep(
        *(weights, screen.situation.x, swept, grab.step, grab.unit),
        *(screen.notation.polarity, initial),
    )
    columns = vectors_sweep(weights, swept, grab.step, initial)
    found = {k: _colours(screen, cell, k, v[:, order]) for k, v in columns.items()}
    if screen.condensed:
        tracks = {name: swept[name][:, grab.step] for name in swept}
        found |= _track_colours(screen, cell, tracks | _swept_states(screen, grab, swept), order)
    return {
        "inside": {k: v.astype(np.float64) for k, v in named(screen, numbers).items()},
        "vectors": found,
    }


def named(screen: Screen, numbers: Numbers) -> Numbers:
    """Those that the equations on screen name, less the entries of sums too long to write out."""
    steps = substeps(screen)
    wanted = set().union(*(substep.numbers for substep in steps))
    wanted |= {f"{step.quantity}.{what}" for step in steps for what in ("held", "free")}
    return {
        name: array
        for name, array in numbers.items()
        if name in wanted and (array.ndim == 1 or array.shape[1] <= MOST_FACTORS)
    }


def first_row(screen: Screen, cell: Cell, unit: int) -> int:
    """The first row of the wiring that is sent: that of all, or of those around a unit."""
    order = screen.orders[cell]
    if not _trimmed(screen, cell):
        return 0
    row = order.index(unit) if unit in order else 0
    return min(max(row - ROWS_DRAWN // 2, 0), len(order) - ROWS_DRAWN)


def _drawn(screen: Screen, cell: Cell, unit: int) -> list[int]:
    """The units of the rows that are sent, from top to bottom."""
    top = first_row(screen, cell, unit)
    return list(screen.orders[cell][top : top + ROWS_DRAWN if _trimmed(screen, cell) else None])


def _trimmed(screen: Screen, cell: Cell) -> bool:
    """Whether only the rows around the cursor's unit are sent: the others are never drawn."""
    units, steps = len(screen.orders[cell]), len(screen.labels)
    return units > ROWS_DRAWN and (screen.condensed or units * steps > MOST_CELLS)


def _swept_states(screen: Screen, grab: Grab, swept: Sweep) -> Numbers:
    """The states before the cursor's step under every value, each (value, unit)."""
    if grab.step > 0:
        return {PREVIOUS[name]: swept[name][:, grab.step - 1] for name in STATES[swept.cell]}
    found = {}
    for at, name in enumerate(STATES[swept.cell]):
        states = np.repeat(screen.situation.initials[swept.cell][at][None], len(swept.points), 0)
        target = swept.target if isinstance(swept.target, Target) else None
        if target and target.owner == swept.cell and INITIALS.get(target.part) == at:
            states[:, target.index[0]] = swept.points
        found[PREVIOUS[name]] = states
    return found


def _track_colours(screen: Screen, cell: Cell, numbers: Numbers, order: list[int]) -> Numbers:
    """Tracks and states before a step, (..., unit), as the colours of their heatmaps."""
    tracks = {previous: state for state, previous in PREVIOUS.items()}
    return {
        name: as_bytes(
            screen.shown_track(cell, name, array[:, order]),
            track_range(screen.drawn_as(cell, tracks.get(name, name))),
        )
        for name, array in numbers.items()
    }


def _colours(screen: Screen, cell: Cell, name: str, numbers: np.ndarray) -> np.ndarray:
    activation = screen.situation.weights[cell].state_activation
    limits = RANGES[vector_kind(cell, name, screen.notation.placement, activation)]
    return as_bytes(numbers, limits, VECTOR_LEVELS)
