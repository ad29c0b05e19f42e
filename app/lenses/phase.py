"""The phase portrait: where one step takes each state, the way of the run, and what stays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.figures import theme
from app.figures.figure import Figure
from app.figures.phase import MARKS, eigenvalue_plane, phase_portrait, square_width
from app.lenses.base import WITH_START, Axis, Chart, Choice, Lens, Offer, View, chosen_of
from app.lenses.fixed_point_words import about_marks, about_memory, said_kinds
from app.lenses.naming import sentence, step_name, subscript, unit_of
from app.screen import plane as kept
from app.screen.baseline import titles
from app.screen.plane import Found, held_now
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import joined, number, percent
from app.words.say import say
from gru_core.arrays import Array
from gru_core.conventions import track_range
from gru_core.phase import FixedPoint, FixedPoints, Plane, field, trajectory, unit_plane, visited

PRINCIPAL = "components"
TWO_STATES = "latch"  # a scene with two stable fixed points and a saddle between them
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
    if weights.is_projected and weights.hidden_size < 2:
        said = say("lenses.phase.sizes_projected", numbers=weights.hidden_size)
        return View([], words=[said], offers=_offers(screen, ()))
    if weights.units < 2 or weights.units > MOST_UNITS:
        said = say("lenses.phase.sizes", most=MOST_UNITS, units=weights.units)
        return View([], words=[said], offers=_offers(screen, ()))
    choices, asks = _choices(screen), say("lenses.phase.asks")
    of, instead = _chosen(screen, choices)
    if np.abs(visited(screen.traces[cell])).max() > FURTHEST:
        return View([], choices, of, asks, words=[say("lenses.phase.too_far")])
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
        meaning = say("lenses.fixed_point_words.eigenvalues")
    words = [_words(screen, found), instead, _moves(screen, drawing)]
    notes = [about_memory(staying), drawing.note, _about_arrows(share), meaning]
    notes += [about_marks(marks, figure), _about_held(screen)]
    return View(
        *(charts, choices, of, asks), list(filter(None, notes)), list(filter(None, words)),
        waiting=found is None,
        offers=_offers(screen, staying) if found else (),
    )  # fmt: skip


def _offers(screen: Screen, points: Sequence[FixedPoint]) -> list[Offer]:
    """A scene with two stable states, where there are none here."""
    two = sum(point.kind == "stable" for point in points) > 1
    if two or screen.setting.scene == TWO_STATES:
        return []
    return [Offer("scene", say("lenses.phase.offer", title=titles()[TWO_STATES]), TWO_STATES)]


def _chosen(screen: Screen, choices: list[Choice]) -> tuple[str, str]:
    """The axes that were asked for, or others and in words why not those."""
    asked, units = screen.setting.of, _numbers(screen)
    pair = re.fullmatch(r"unit([1-9]\d*)", asked)
    if pair is None or asked in [choice.value for choice in choices]:
        return chosen_of(asked, choices), ""
    unit = int(pair[1])
    if unit > units and _is_projected(screen):
        return choices[0].value, say("lenses.why.no_number", numbers=units, number=unit)
    if unit > units:
        return choices[0].value, say("lenses.phase.no_unit", unit=unit, units=units)
    beside = unit + 1 if unit < units else unit - 1
    said = say("lenses.phase.cursor_itself", unit=unit, beside=beside)
    return f"unit{beside}", said if units > 2 else ""


def _numbers(screen: Screen) -> int:
    """How many numbers the hidden state has: the units, unless it is projected."""
    return screen.situation.weights[screen.opened].hidden_size


def _is_projected(screen: Screen) -> bool:
    return screen.opened in screen.projected


def _choices(screen: Screen) -> list[Choice]:
    units, pair = _numbers(screen), "pair_projected" if _is_projected(screen) else "pair"
    unit = unit_of(screen, units)
    pairs = [
        Choice(f"unit{other + 1}", say(f"lenses.phase.{pair}", unit=unit + 1, other=other + 1))
        for other in range(units)
        if other != unit
    ]
    principal = Choice(PRINCIPAL, say("lenses.phase.principal"))
    return [*pairs[:1], principal, *pairs[1:]] if units == 2 else [principal, *pairs]


def _drawing(screen: Screen, of: str) -> _Drawing:
    trace = screen.traces[screen.opened]
    states = visited(trace)
    now = states[screen.step]
    if of == PRINCIPAL:
        found = kept.principal(screen)
        shares = joined([percent(share) for share in found.shares])
        sides = [_side(found.way[:, at]) for at in (0, 1)]
        note = say("lenses.phase.variance", shares=shares)
        names = (say("lenses.phase.component", place=1), say("lenses.phase.component", place=2))
        return _Drawing(found.plane.through(now), found.way, names, sides[0], sides[1], note)
    first, second = unit_of(screen, _numbers(screen)), int(of.removeprefix("unit")) - 1
    plane = unit_plane(states.shape[1], first, second, now)
    ends = screen.situation.weights[screen.opened].state_activation
    drawn = "cell" if _is_projected(screen) else "hidden"  # which is not bound by ±1
    side = np.linspace(*track_range(drawn, ends), GRID)
    names = (f"h{subscript(first + 1)}", f"h{subscript(second + 1)}")
    held = "others_held" if trace.units > 2 else "cells_held"
    held = "others_held_projected" if _is_projected(screen) else held
    note = say(f"lenses.phase.{held}") if len(now) > 2 else ""
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
    screen: Screen, drawing: _Drawing, figure: Figure, points: dict[str, Array]
) -> Chart:
    cell = screen.opened
    hidden = theme.QUANTITIES["hidden"].color
    marks = [
        (MARKS[kind]["color"], MARKS[kind]["symbol"], say(f"lenses.phase.marks.{kind}"))
        for kind in points
    ]
    first, second = drawing.names
    return Chart(
        name="portrait",
        title=say("lenses.phase.title", cell=CELL_NAMES[cell], first=first, second=second),
        figure=figure,
        reads="points",
        corner="step",
        rows=WITH_START,
        columns=Axis("names", drawing.names, noun="coordinates"),
        values=drawing.way,
        height=380,
        key=[(hidden, "solid", say("lenses.phase.run")), *marks],
    )


def _eigenvalues_chart(found: FixedPoints) -> Chart:
    rows, values = [], []
    for place, point in enumerate(found.points, start=1):
        for at, value in enumerate(point.eigenvalues, start=1):
            rows.append(say("lenses.phase.eigenvalue", place=place, kind=point.kind, at=at))
            values.append((value.real, value.imag, abs(value)))
    figure = eigenvalue_plane(
        [point.eigenvalues for point in found.points], [point.kind for point in found.points]
    )
    return Chart(
        name="eigenvalues",
        title=say("lenses.phase.eigenvalues"),
        figure=figure,
        reads="points",
        corner="eigenvalue",
        rows=Axis("names", rows, noun="eigenvalues"),
        columns=Axis("names", ["real", "imaginary", "magnitude"], noun="parts"),
        values=np.array(values),
        height=HEIGHT,
        width=square_width(figure, HEIGHT),
    )


def _words(screen: Screen, found: Found | None) -> str:
    step = step_name(screen, screen.step)
    if found is None:
        return say("lenses.phase.looking", step=step)
    if found.points is None:
        return sentence(found.problem)
    points, tried = found.points.points, found.points.tried
    if not points:
        return say("lenses.phase.none_found", step=step, starts=tried)
    kinds = said_kinds(points)
    return say("lenses.phase.found", n=len(points), step=step, starts=tried, kinds=kinds)


def _moves(screen: Screen, drawing: _Drawing) -> str:
    """From where to where the step at the cursor takes the run, on both axes."""
    then, now = drawing.way[screen.step], drawing.way[screen.step + 1]
    parts = [
        say("lenses.phase.axis_moves", axis=axis, then=number(float(a)), now=number(float(b)))
        for axis, a, b in zip(drawing.names, then, now, strict=True)
    ]
    said = say("lenses.phase.moves", step=step_name(screen, screen.step), parts=joined(parts))
    return sentence(said)


def _about_arrows(share: float) -> str:
    if share >= 1:
        return say("lenses.phase.arrows_whole")
    return say("lenses.phase.arrows", share=percent(share))


def _about_held(screen: Screen) -> str:
    if not screen.situation.held(screen.opened):
        return ""
    place = step_name(screen, screen.step)
    if held_now(screen):
        return say("lenses.phase.held", step=place)
    return say("lenses.phase.not_held", step=place)


LENS = Lens(
    "phase",
    view,
    follows=("step", "unit"),
)
