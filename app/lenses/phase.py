"""The phase portrait: where one step takes each state, the way of the run, and what stays."""

import re
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.figures import theme
from app.figures.phase import MARKS, eigenvalue_plane, phase_portrait, square_width
from app.lenses.base import WITH_START, Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.fixed_point_words import EIGENVALUES, about_marks, about_memory, said_kinds
from app.lenses.naming import sentence, step_name, subscript, unit_of
from app.screen import plane as kept
from app.screen.plane import Found, held_now
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import joined, percent
from gru_core.arrays import Array
from gru_core.conventions import track_range
from gru_core.phase import FixedPoints, Plane, field, trajectory, unit_plane, visited

PRINCIPAL = "components"
GRID = 15  # arrows along each axis
HEIGHT = 260  # pixels, of the eigenvalues
FURTHEST = 1e12  # of a state; a link may hold one so far out that nothing can be computed there
MOST_UNITS = 256  # above, the field alone is thousands of products of large matrices


@dataclass(frozen=True, eq=False)
class _Drawing:
    """A plane, the run in it, its axes in words, and the sides of the grid."""

    plane: Plane
    way: Array  # (step + 1, 2): of the run
    names: tuple[str, str]
    first: Array
    second: Array
    note: str


def view(screen: Screen) -> View:
    """The opened cell's states, with the input at the cursor held."""
    cell = screen.opened
    weights = screen.situation.weights[cell]
    if weights.units < 2 or weights.units > MOST_UNITS:
        return View(
            [], words=[f"A plane is drawn for 2 to {MOST_UNITS} units, not {weights.units}."]
        )
    choices = _choices(screen)
    of, instead = _chosen(screen, choices)
    if np.abs(visited(screen.traces[cell])).max() > FURTHEST:
        said = "No plane is drawn: a state lies beyond 10¹²."
        return View([], choices, of, "Axes", words=[said])
    drawing = _drawing(screen, of)
    found = kept.fixed(screen)
    points = found.points if found else None
    x = screen.situation.x[screen.step]
    moved = field(weights, x, drawing.plane, drawing.first, drawing.second, held_now(screen))
    marks = _by_kind(points, drawing.plane)
    figure, share = phase_portrait(
        moved.first, moved.second, moved.displacement, drawing.way, marks
    )
    charts = [_way_chart(screen, drawing, figure, marks)]
    staying, meaning = points.points if points else (), ""
    if points and staying:
        charts.append(_eigenvalues_chart(points))
        meaning = EIGENVALUES
    words = [_words(screen, found), instead]
    notes = [about_memory(staying), drawing.note, _about_arrows(share), meaning]
    notes += [about_marks(marks, figure), _about_held(screen)]
    return View(
        *(charts, choices, of, "Axes"), list(filter(None, notes)), list(filter(None, words)),
        waiting=found is None,
    )  # fmt: skip


def _chosen(screen: Screen, choices: list[Choice]) -> tuple[str, str]:
    """The axes that were asked for, or others and in words why not those."""
    asked, units = screen.setting.of, screen.traces[screen.opened].units
    pair = re.fullmatch(r"unit([1-9]\d*)", asked)
    if pair is None or asked in [choice.value for choice in choices]:
        return chosen_of(asked, choices), ""
    unit = int(pair[1])
    if unit > units:
        return choices[0].value, f"There is no unit {unit} to draw: this layer has {units}."
    beside = unit + 1 if unit < units else unit - 1
    said = f"The cursor is at unit {unit} itself, which is drawn against unit {beside}."
    return f"unit{beside}", said if units > 2 else ""


def _choices(screen: Screen) -> list[Choice]:
    units = screen.traces[screen.opened].units
    unit = unit_of(screen, units)
    pairs = [
        Choice(f"unit{other + 1}", f"units {unit + 1} and {other + 1}")
        for other in range(units)
        if other != unit
    ]
    principal = Choice(PRINCIPAL, "principal components")
    return [*pairs[:1], principal, *pairs[1:]] if units == 2 else [principal, *pairs]


def _drawing(screen: Screen, of: str) -> _Drawing:
    trace = screen.traces[screen.opened]
    states = visited(trace)
    now = states[screen.step]
    if of == PRINCIPAL:
        found = kept.principal(screen)
        shares = joined([percent(share) for share in found.shares])
        sides = [_side(found.way[:, at]) for at in (0, 1)]
        note = f"Both components together hold {shares} of the variance of h."
        names = ("component 1", "component 2")
        return _Drawing(found.plane.through(now), found.way, names, sides[0], sides[1], note)
    first, second = unit_of(screen, trace.units), int(of.removeprefix("unit")) - 1
    plane = unit_plane(states.shape[1], first, second, now)
    ends = screen.situation.weights[screen.opened].state_activation
    side = np.linspace(*track_range("hidden", ends), GRID)
    names = (f"h{subscript(first + 1)}", f"h{subscript(second + 1)}")
    others = "All other units" if trace.units > 2 else "The cell states"
    note = f"{others} are held at their values at the cursor." if len(now) > 2 else ""
    return _Drawing(plane, trajectory(plane, trace), names, side, side, note)


def _side(values: Array) -> Array:
    """A grid over what a run visits, with room around it."""
    middle, half = (values.max() + values.min()) / 2, (values.max() - values.min()) / 2
    half = theme.nice_bound(max(1.25 * float(half), 0.1), floor=0.1)
    return np.linspace(middle - half, middle + half, GRID)


def _by_kind(found: FixedPoints | None, plane: Plane) -> dict[str, Array]:
    points = found.points if found else ()
    return {
        kind: plane.coordinates(np.stack([one.state for one in points if one.kind == kind]))
        for kind in MARKS
        if any(one.kind == kind for one in points)
    }


def _way_chart(
    screen: Screen, drawing: _Drawing, figure: go.Figure, points: dict[str, Array]
) -> Chart:
    cell = screen.opened
    hidden = theme.QUANTITIES["hidden"].color
    drawn = {kind: MARKS[kind] for kind in points}
    marks = [(one["color"], one["symbol"], f"{kind} fixed point") for kind, one in drawn.items()]
    return Chart(
        name="portrait",
        title=f"{CELL_NAMES[cell]}: {drawing.names[0]} → and {drawing.names[1]} ↑",
        figure=figure,
        reads="points",
        corner="step",
        rows=WITH_START,
        columns=Axis("names", drawing.names, plural="coordinates"),
        values=drawing.way,
        height=380,
        key=[(hidden, "solid", "the run"), *marks],
    )


def _eigenvalues_chart(found: FixedPoints) -> Chart:
    rows, values = [], []
    for place, point in enumerate(found.points, start=1):
        for at, value in enumerate(point.eigenvalues, start=1):
            rows.append(f"point {place} ({point.kind}), eigenvalue {at}")
            values.append((value.real, value.imag, abs(value)))
    figure = eigenvalue_plane(
        [point.eigenvalues for point in found.points], [point.kind for point in found.points]
    )
    return Chart(
        name="eigenvalues",
        title="Eigenvalues at the fixed points: real → and imaginary ↑",
        figure=figure,
        reads="points",
        corner="eigenvalue",
        rows=Axis("names", rows, plural="eigenvalues"),
        columns=Axis("names", ["real", "imaginary", "magnitude"], plural="parts"),
        values=np.array(values),
        height=HEIGHT,
        width=square_width(figure, HEIGHT),
    )


def _words(screen: Screen, found: Found | None) -> str:
    where = f"With the input of {step_name(screen, screen.step)} held"
    if found is None:
        return f"{where}, fixed points are being looked for …"
    if found.points is None:
        return sentence(found.problem)
    points, tried = found.points.points, found.points.tried
    if not points:
        return f"{where}, no fixed point was found from {tried} starts."
    noun = "fixed point was" if len(points) == 1 else "fixed points were"
    return f"{where}, {len(points)} {noun} found from {tried} starts: {said_kinds(points)}."


def _about_arrows(share: float) -> str:
    if share >= 1:
        return "Each arrow is one step long."
    return f"Arrows are drawn at {percent(share)} of their length."


def _about_held(screen: Screen) -> str:
    if not screen.situation.held(screen.opened):
        return ""
    place = step_name(screen, screen.step)
    if held_now(screen):
        return f"Arrows and fixed points are of the cell as it is held at {place}."
    return f"Nothing is held at {place}: arrows and fixed points are of the free cell."


LENS = Lens(
    "plane of states",
    "The states as points of a plane, and where one step takes each",
    "Arrows show where one step with the input at the cursor takes a state; where they meet, "
    "something stays. Two stable fixed points can hold a memory, with a saddle between them.",
    view,
    follows=("step", "unit"),
)
