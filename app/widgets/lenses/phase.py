"""The phase portrait: where one step takes each state, the way of the run, and what stays."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app import theme
from app.figures.phase import MARKS, eigenvalue_plane, phase_portrait
from app.shown import Shown
from app.widgets.inner import number
from app.widgets.lenses.base import WITH_START, Axis, Chart, Choice, Lens, View, chosen_of
from app.widgets.lenses.places import sentence, step_name, subscript, unit_of
from gru_core.arrays import Array
from gru_core.errors import GatescopeError
from gru_core.phase import (
    FixedPoints,
    Plane,
    components,
    drawn_starts,
    field,
    fixed_points,
    trajectory,
    unit_plane,
    visited,
)

PRINCIPAL = "components"
GRID = 15  # arrows along each axis
FROM_RUN, DRAWN = 6, 8  # starts of the search: states of the run, and drawn ones
MOST_SAID = 4
FURTHEST = 1e12  # of a state; a link may hold one so far out that nothing can be computed there
MOST_UNITS = 256  # above, the field alone is thousands of products of large matrices


@dataclass(frozen=True, eq=False)
class _Drawing:
    """A plane, its axes in words, and the sides of the grid in it."""

    plane: Plane
    names: tuple[str, str]
    first: Array
    second: Array
    note: str


def view(shown: Shown) -> View:
    """The opened cell's states, with the input at the cursor held."""
    cell = shown.opened
    weights = shown.situation.weights[cell]
    if weights.units < 2 or weights.units > MOST_UNITS:
        return View(
            [], words=[f"A plane is drawn for 2 to {MOST_UNITS} units, not {weights.units}."]
        )
    choices = _choices(shown)
    of = chosen_of(shown.setting.of, choices)
    if np.abs(visited(shown.traces[cell])).max() > FURTHEST:
        said = "No plane is drawn: a state lies beyond 10¹²."
        return View([], choices, of, "Axes", words=[said])
    drawing = _drawing(shown, of)
    held = shown.situation.x[shown.step]
    found, problem = _fixed(shown, held)
    moved = field(weights, held, drawing.plane, drawing.first, drawing.second)
    way = trajectory(drawing.plane, shown.traces[cell])
    points = _by_kind(found, drawing.plane)
    figure, share = phase_portrait(moved.first, moved.second, moved.displacement, way, points)
    charts = [_way_chart(shown, drawing, figure, way, points)]
    if found and found.points:
        charts.append(_eigenvalues_chart(found))
    words = [_words(shown, found) if found else problem]
    notes = [drawing.note, _about_arrows(share)]
    if any(one.cell == cell for one in shown.situation.interventions):
        notes.append("The arrows are those of the cell with nothing held; the run is as held.")
    return View(charts, choices, of, "Axes", [note for note in notes if note], words)


def _choices(shown: Shown) -> list[Choice]:
    units = shown.traces[shown.opened].units
    unit = unit_of(shown, units)
    pairs = [
        Choice(f"unit{other + 1}", f"units {unit + 1} and {other + 1}")
        for other in range(units)
        if other != unit
    ]
    principal = Choice(PRINCIPAL, "principal components")
    return [*pairs[:1], principal, *pairs[1:]] if units == 2 else [principal, *pairs]


def _drawing(shown: Shown, of: str) -> _Drawing:
    trace = shown.traces[shown.opened]
    states = visited(trace)
    now = states[shown.step]
    if of == PRINCIPAL:
        found = components(trace)
        plane = found.plane.through(now)
        way = trajectory(plane, trace)
        shares = " and ".join(f"{100 * share:.0f} %" for share in found.shares)
        sides = [_side(way[:, at]) for at in (0, 1)]
        note = f"Both components together hold {shares} of the variance of h."
        return _Drawing(plane, ("component 1", "component 2"), sides[0], sides[1], note)
    first, second = unit_of(shown, trace.units), int(of.removeprefix("unit")) - 1
    plane = unit_plane(states.shape[1], first, second, now)
    side = np.linspace(-1, 1, GRID)
    names = (f"h{subscript(first + 1)}", f"h{subscript(second + 1)}")
    others = "All other units" if trace.units > 2 else "The cell states"
    note = f"{others} are held at their values at the cursor." if len(now) > 2 else ""
    return _Drawing(plane, names, side, side, note)


def _side(values: Array) -> Array:
    """A grid over what a run visits, with room around it."""
    middle, half = (values.max() + values.min()) / 2, (values.max() - values.min()) / 2
    half = theme.nice_bound(max(1.25 * float(half), 0.1), floor=0.1)
    return np.linspace(middle - half, middle + half, GRID)


def _fixed(shown: Shown, held: Array) -> tuple[FixedPoints | None, str]:
    """The fixed points under the held input; or why they are not looked for."""
    weights, trace = shown.situation.weights[shown.opened], shown.traces[shown.opened]
    if any(one.cell == shown.opened for one in shown.situation.interventions):
        return None, (
            "Fixed points are not looked for while something is held in this cell, and the arrows "
            "are those of the free cell."
        )
    starts = drawn_starts(trace, FROM_RUN, DRAWN, np.random.default_rng(0))
    try:
        return fixed_points(weights, held, starts), ""
    except GatescopeError as error:
        return None, sentence(str(error))


def _by_kind(found: FixedPoints | None, plane: Plane) -> dict[str, Array]:
    points = found.points if found else ()
    return {
        kind: plane.coordinates(np.stack([one.state for one in points if one.kind == kind]))
        for kind in MARKS
        if any(one.kind == kind for one in points)
    }


def _way_chart(
    shown: Shown, drawing: _Drawing, figure: go.Figure, way: Array, points: dict[str, Array]
) -> Chart:
    cell = shown.opened
    hidden = theme.QUANTITIES["hidden"].color
    marks = [(str(MARKS[kind]["color"]), "dot", f"{kind} fixed point") for kind in points]
    return Chart(
        name="portrait",
        title=f"{theme.CELL_NAMES[cell]}: {drawing.names[0]} → and {drawing.names[1]} ↑",
        figure=figure,
        reads="points",
        corner="step",
        rows=WITH_START,
        columns=Axis("names", drawing.names, plural="coordinates"),
        values=way,
        height=380,
        key=[(hidden, "solid", "the run"), *marks],
    )


def _eigenvalues_chart(found: FixedPoints) -> Chart:
    rows, values = [], []
    for place, point in enumerate(found.points, start=1):
        for at, value in enumerate(point.eigenvalues, start=1):
            rows.append(f"point {place} ({point.kind}), eigenvalue {at}")
            values.append((value.real, value.imag, abs(value)))
    return Chart(
        name="eigenvalues",
        title="Eigenvalues at the fixed points: real → and imaginary ↑",
        figure=eigenvalue_plane(
            [point.eigenvalues for point in found.points], [point.kind for point in found.points]
        ),
        reads="points",
        corner="eigenvalue",
        rows=Axis("names", rows, plural="eigenvalues"),
        columns=Axis("names", ["real", "imaginary", "magnitude"], plural="parts"),
        values=np.array(values),
        height=240,
    )


def _words(shown: Shown, found: FixedPoints) -> str:
    where = f"With the input of {step_name(shown, shown.step)} held"
    if not found.points:
        return f"{where}, no fixed point was found from {found.tried} starts."
    said = [
        f"{point.kind}, slowest factor {number(point.radius)}" for point in found.points[:MOST_SAID]
    ]
    more = len(found.points) - len(said)
    rest = f"; and {more} more" if more > 0 else ""
    count = len(found.points)
    noun = "fixed point was" if count == 1 else "fixed points were"
    return f"{where}, {count} {noun} found from {found.tried} starts: {'; '.join(said)}{rest}."


def _about_arrows(share: float) -> str:
    if share >= 1:
        return "Each arrow is one step long."
    return f"Arrows are drawn at {number(100 * share)} % of their length."


LENS = Lens(
    "plane",
    "The states as points of a plane, and where one step takes each",
    "Arrows show where one step with the input at the cursor takes a state; where they meet, "
    "something stays. A stable fixed point is a memory, a saddle a decision between two.",
    view,
    follows=("step", "unit"),
)
