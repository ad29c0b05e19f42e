"""What the opened cell needs besides its tracks: the numbers of its equations, and its vectors.

Of a condensed screen these are of some steps and some rows only, those around the cursor.
"""

from typing import Any

import numpy as np

from app.figures.condensing import as_bytes, cut, wide_where_needed
from app.lenses.wiring import substeps
from app.screen.screen import Shown
from app.session.events import Grab
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
ROWS_DRAWN = 8  # of a large layer in the wiring, as in assets/stage/inside.js
# What the wiring calls the state before a step.
PREVIOUS = {"hidden": "previous", "cell": "previous_cell"}


def inside_content(shown: Shown, cell: Cell) -> dict[str, Any]:
    """The numbers of the equations at every step, each (unit, step) or (unit, step, entry)."""
    weights, (first, end) = shown.situation.weights[cell], shown.window
    trace = cut(shown.traces[cell], first, end)
    unit = min(shown.unit, weights.units - 1)
    polarity = shown.notation.polarity
    one = named(shown, inside(weights, trace, unit, polarity))
    size = sum(array.size for array in one.values())
    units = range(weights.units) if size * weights.units <= MOST_NUMBERS else (unit,)
    found = [named(shown, inside(weights, trace, each, polarity)) for each in units]
    series = {name: wide_where_needed(np.stack([one[name] for one in found])) for name in one}
    return {"units": list(units), "first": first, "series": series}


def vector_content(shown: Shown, cell: Cell) -> dict[str, Any]:
    """The vectors of the wiring as colours, each (step, row).

    Of a condensed screen everything else in the wiring too, since the heatmaps do not have it.
    """
    weights, (first, end) = shown.situation.weights[cell], shown.window
    trace, order = cut(shown.traces[cell], first, end), _drawn(shown, cell, shown.unit)
    found = {
        name: _colours(shown, cell, name, array[:, order])
        for name, array in vectors(weights, trace).items()
    }
    if shown.condensed:
        states = {PREVIOUS[name]: trace.previous(name) for name in STATES[cell]}
        found |= _track_colours(shown, cell, dict(trace) | states, order)
        inputs = trace.x[:, :ROWS_DRAWN]
        found["x"] = as_bytes(inputs, (-shown.opening.x_bound, shown.opening.x_bound))
    return {"first": first, "top": first_row(shown, cell, shown.unit), "vectors": found}


def swept_content(shown: Shown, grab: Grab, cell: Cell, swept: Sweep) -> dict[str, Any]:
    """Both at the cursor, under every value of a sweep."""
    weights, initial = shown.situation.weights[cell], shown.situation.initials[cell]
    order = _drawn(shown, cell, grab.unit)
    numbers = inside_sweep(
        *(weights, shown.situation.x, swept, grab.step, grab.unit),
        *(shown.notation.polarity, initial),
    )
    columns = vectors_sweep(weights, swept, grab.step, initial)
    found = {k: _colours(shown, cell, k, v[:, order]) for k, v in columns.items()}
    if shown.condensed:
        tracks = {name: swept[name][:, grab.step] for name in swept}
        found |= _track_colours(shown, cell, tracks | _swept_states(shown, grab, swept), order)
    return {
        "inside": {k: v.astype(np.float64) for k, v in named(shown, numbers).items()},
        "vectors": found,
    }


def named(shown: Shown, numbers: Numbers) -> Numbers:
    """Those that the equations on screen name, less the entries of sums too long to write out."""
    steps = substeps(shown)
    wanted = set().union(*(substep.numbers for substep in steps))
    wanted |= {f"{step.quantity}.{what}" for step in steps for what in ("held", "free")}
    return {
        name: array
        for name, array in numbers.items()
        if name in wanted and (array.ndim == 1 or array.shape[1] <= MOST_FACTORS)
    }


def first_row(shown: Shown, cell: Cell, unit: int) -> int:
    """The first row of the wiring that is sent: that of all, or of those around a unit."""
    order = shown.orders[cell]
    if not _trimmed(shown, cell):
        return 0
    row = order.index(unit) if unit in order else 0
    return min(max(row - ROWS_DRAWN // 2, 0), len(order) - ROWS_DRAWN)


def _drawn(shown: Shown, cell: Cell, unit: int) -> list[int]:
    """The units of the rows that are sent, from top to bottom."""
    top = first_row(shown, cell, unit)
    return list(shown.orders[cell][top : top + ROWS_DRAWN if _trimmed(shown, cell) else None])


def _trimmed(shown: Shown, cell: Cell) -> bool:
    """Whether only the rows around the cursor's unit are sent: the others are never drawn."""
    units, steps = len(shown.orders[cell]), len(shown.labels)
    return units > ROWS_DRAWN and (shown.condensed or units * steps > MOST_CELLS)


def _swept_states(shown: Shown, grab: Grab, swept: Sweep) -> Numbers:
    """The states before the cursor's step under every value, each (value, unit)."""
    if grab.step > 0:
        return {PREVIOUS[name]: swept[name][:, grab.step - 1] for name in STATES[swept.cell]}
    found = {}
    for at, name in enumerate(STATES[swept.cell]):
        states = np.repeat(shown.situation.initials[swept.cell][at][None], len(swept.points), 0)
        target = swept.target if isinstance(swept.target, Target) else None
        if target and target.owner == swept.cell and INITIALS.get(target.part) == at:
            states[:, target.index[0]] = swept.points
        found[PREVIOUS[name]] = states
    return found


def _track_colours(shown: Shown, cell: Cell, numbers: Numbers, order: list[int]) -> Numbers:
    """Tracks and states before a step, (..., unit), as the colours of their heatmaps."""
    tracks = {previous: state for state, previous in PREVIOUS.items()}
    return {
        name: as_bytes(
            shown.shown_track(cell, name, array[:, order]),
            track_range(shown.drawn_as(cell, tracks.get(name, name))),
        )
        for name, array in numbers.items()
    }


def _colours(shown: Shown, cell: Cell, name: str, numbers: np.ndarray) -> np.ndarray:
    activation = shown.situation.weights[cell].state_activation
    limits = RANGES[vector_kind(cell, name, shown.notation.placement, activation)]
    return as_bytes(numbers, limits, VECTOR_LEVELS)
