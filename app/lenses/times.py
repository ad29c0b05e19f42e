"""The time of one step of each cell, as measured on this server, and where it differs at all."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.compute.timing import INPUTS, REPEATS, STEPS, THIS_SERVER, Measured
from app.figures.figure import Figure
from app.figures.gradient import Line
from app.figures.prediction import CELL_STYLE
from app.figures.sizes import BAND, ratio_lines, size_lines
from app.lenses.base import Axis, Chart, View
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import count, joined, number, percent
from app.words.say import say
from gru_core.analysis.cost import Outcome, Timing, chance_factor, multiply_adds, outcome
from gru_core.conventions import CELLS

MICRO = 1e6
SMALL, MEDIUM = 8, 64  # units, of which a note compares time and products
STYLES = {
    "same_units": Line("#CC79A7", "solid"),
    "same_parameters": Line("#BC8000", "dash"),
}


def view(screen: Screen) -> View:
    """What is measured so far; asking for it begins the measurement."""
    found = THIS_SERVER.ask()
    here = screen.situation.weights["gru"].units
    charts = [_times(found, here), _ratios(found, here)] if found.same_units else []
    return View(
        charts, notes=notes(found), words=words(found, here),
        waiting=found.waiting, of_server=True,
    )  # fmt: skip


def _times(found: Measured, here: int) -> Chart:
    timings = found.same_units
    times = {cell: [one.seconds[cell] * MICRO for one in timings] for cell in CELLS}
    return _chart(
        found,
        "times",
        say("lenses.times.times"),
        size_lines([one.size for one in timings], times, found.sizes, here),
        [(*CELL_STYLE[cell], CELL_NAMES[cell]) for cell in CELLS],
        list(times.values()),
    )


def _ratios(found: Measured, here: int) -> Chart:
    sizes = [one.size for one in found.same_units]
    known = dict(zip(STYLES, (found.same_units, found.same_parameters), strict=True))
    ratios = {
        name: [one.seconds["lstm"] / one.seconds["gru"] for one in timings]
        for name, timings in known.items()
    }
    return _chart(
        found,
        "ratios",
        say("lenses.times.ratios"),
        ratio_lines(
            *(sizes, ratios, list(STYLES.values()), found.sizes, here),
            (say("lenses.times.gru_faster"), say("lenses.times.lstm_faster")),
            by_chance(found),
        ),
        [(line.color, line.dash, say(f"lenses.times.{name}")) for name, line in STYLES.items()],
        list(ratios.values()),
        [(BAND, "square", say("lenses.times.no_difference"))],
    )


def _chart(
    found: Measured,
    name: str,
    title: str,
    figure: Figure,
    key: Sequence[tuple[str, str, str]],
    columns: Sequence[Sequence[float]],
    more: Sequence[tuple[str, str, str]] = (),
) -> Chart:
    """One row a size that is known. columns: their numbers; more: of the key, without numbers."""
    return Chart(
        name=name,
        title=title,
        figure=figure,
        reads="points",
        corner="size",
        rows=Axis("names", [count(one.size, "unit") for one in found.same_units], noun="sizes"),
        columns=Axis("names", [name for _, _, name in key], noun="quantities"),
        values=np.array([[_rounded(value) for value in column] for column in columns]).T,
        height=170,
        key=[*key, *more],
    )


def by_chance(found: Measured) -> float:
    """By what factor two equal layers have differed, at any size and in either comparison."""
    return chance_factor((*found.same_units, *found.same_parameters))


def words(found: Measured, here: int) -> list[str]:
    """How far the measurement is, and what it says."""
    said = []
    if found.problem:
        said.append(found.problem)
    elif found.day is None:
        known, every = len(found.same_units), len(found.sizes)
        said.append(say("lenses.times.progress", known=known, all=every))
    else:
        day = f"{found.day.day} {found.day:%B %Y}"
        at_size = _at_size(found.same_units, here)
        said += [
            say("lenses.times.measured", day=day, said=at_size),
            _compared("of_units", found.same_units, by_chance(found)),
            _compared("of_parameters", found.same_parameters, by_chance(found)),
        ]
    return said


def _at_size(timings: Sequence[Timing], here: int) -> str:
    """The times at the size that is nearest in doublings to the one on screen."""
    nearest = min(timings, key=lambda one: abs(np.log2(one.size / here)))
    times = {cell: number(nearest.seconds[cell] * MICRO) for cell in CELLS}
    if nearest.size == here:
        return say("lenses.times.here", units=here, **times)
    return say("lenses.times.nearest", units=nearest.size, here=here, **times)


OUTCOMES: Mapping[Outcome, str] = {
    "faster": "faster",
    "no different": "no_different",
    "slower": "slower",
}


def _compared(how: str, timings: Sequence[Timing], band: float) -> str:
    """At which sizes a step of the GRU takes less time than one of the LSTM, as long, or more."""
    sizes: dict[str, list[str]] = {kind: [] for kind in OUTCOMES.values()}
    for one in timings:
        sizes[OUTCOMES[outcome(one, band)]].append(str(one.size))
    there = {kind: joined(found) for kind, found in sizes.items() if found}
    if len(there) == 1:
        return say(f"lenses.times.{how}.{next(iter(there))}_everywhere")
    said = [
        say(f"lenses.times.{'then' if place else 'first'}.{kind}", sizes=found)
        for place, (kind, found) in enumerate(there.items())
    ]
    return say(f"lenses.times.{how}.mixed", said="; ".join(said))


def notes(found: Measured) -> list[str]:
    """How it is measured, and how times and products grow."""
    said = [
        say("lenses.times.how", steps=STEPS, inputs=INPUTS, repeats=REPEATS),
    ]
    if found.same_units:
        said.append(say("lenses.times.chance", most=percent(by_chance(found) - 1)))
    times = {one.size: one.seconds["gru"] for one in found.same_units}
    if {SMALL, MEDIUM} <= set(times):
        products = [multiply_adds("gru", INPUTS, units) for units in (SMALL, MEDIUM)]
        said.append(
            say(
                "lenses.times.growth",
                small=SMALL,
                medium=MEDIUM,
                products=number(products[1] / products[0]),
                times=number(times[MEDIUM] / times[SMALL]),
            )
        )
    return said


def _rounded(value: float) -> float:
    """Three significant figures."""
    return float(f"{value:.3g}")
