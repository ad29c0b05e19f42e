"""The time of one step of each cell, as measured on this server, and where it differs at all."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from app.compute.timing import INPUTS, REPEATS, STEPS, THIS_SERVER, Measured
from app.figures.gradient import Line
from app.figures.prediction import CELL_STYLE
from app.figures.sizes import BAND, ratio_lines, size_lines
from app.lenses.base import Axis, Chart, Choice, View
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import joined, number, percent
from gru_core.analysis.cost import Outcome, Timing, chance_factor, multiply_adds, outcome
from gru_core.conventions import CELLS

MICRO = 1e6
SMALL, MEDIUM = 8, 64  # units, of which a note compares time and products
STYLES = {
    "same units": Line("#CC79A7", "solid"),
    "same parameters": Line("#BC8000", "dash"),
}


def view(screen: Screen, choices: Sequence[Choice], asks: str) -> View:
    """What is measured so far; asking for it begins the measurement."""
    found = THIS_SERVER.ask()
    here = screen.situation.weights["gru"].units
    charts = [_times(found, here), _ratios(found, here)] if found.same_units else []
    return View(charts, choices, "time", asks, notes(found), words(found, here), found.waiting)


def _times(found: Measured, here: int) -> Chart:
    timings = found.same_units
    times = {cell: [one.seconds[cell] * MICRO for one in timings] for cell in CELLS}
    return _chart(
        found,
        "times",
        "Microseconds of one step, by units",
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
        "LSTM time over GRU time, by units of the GRU",
        ratio_lines(
            *(sizes, ratios, list(STYLES.values()), found.sizes, here),
            ("GRU faster", "LSTM faster"),
            by_chance(found),
        ),
        [(line.color, line.dash, name) for name, line in STYLES.items()],
        list(ratios.values()),
        [(BAND, "square", "no difference")],
    )


def _chart(
    found: Measured,
    name: str,
    title: str,
    figure: go.Figure,
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
        rows=Axis("names", [f"{one.size} units" for one in found.same_units], plural="sizes"),
        columns=Axis("names", [name for _, _, name in key], plural="quantities"),
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
        said.append(f"Measured {len(found.same_units)} of {len(found.sizes)} sizes …")
    else:
        day = f"{found.day.day} {found.day:%B %Y}"
        said.append(f"Measured on this server on {day}. {_at_size(found.same_units, here)}")
        said += [
            _compared(f"With the {name}", timings, by_chance(found))
            for name, timings in zip(
                ("same units", "same number of parameters"),
                (found.same_units, found.same_parameters),
                strict=True,
            )
        ]
    return said


def _at_size(timings: Sequence[Timing], here: int) -> str:
    """The times at the size that is nearest in doublings to the one on screen."""
    nearest = min(timings, key=lambda one: abs(np.log2(one.size / here)))
    rnn, gru, lstm = (number(nearest.seconds[cell] * MICRO) for cell in ("rnn", "gru", "lstm"))
    why = "" if nearest.size == here else f", the measured size nearest to {here},"
    return (
        f"With {nearest.size} units{why} a step takes {rnn} µs in the plain RNN, {gru} µs in "
        f"the GRU and {lstm} µs in the LSTM."
    )


OUTCOMES: Mapping[Outcome, tuple[str, str]] = {
    "faster": ("the GRU is faster than the LSTM", "it is faster"),
    "no different": ("no difference from the LSTM can be told", "no difference can be told"),
    "slower": ("the GRU is slower than the LSTM", "it is slower"),
}


def _compared(where: str, timings: Sequence[Timing], band: float) -> str:
    """At which sizes a step of the GRU takes less time than one of the LSTM, as long, or more."""
    sizes: dict[Outcome, list[str]] = {kind: [] for kind in OUTCOMES}
    for one in timings:
        sizes[outcome(one, band)].append(str(one.size))
    there = [kind for kind in OUTCOMES if sizes[kind]]
    if len(there) == 1:
        every = "any" if there == ["no different"] else "every"
        return f"{where}, {OUTCOMES[there[0]][0]} at {every} size."
    said = [
        f"{OUTCOMES[kind][place > 0]} at {joined(sizes[kind])} units"
        for place, kind in enumerate(there)
    ]
    return f"{where}, {'; '.join(said)}."


def notes(found: Measured) -> list[str]:
    """How it is measured, and how times and products grow."""
    said = [
        f"One sequence of {STEPS} steps with {INPUTS} inputs, computed by NumPy in double "
        f"precision: the median of {REPEATS} runs, the cells taking turns. Processor time of the "
        "thread that computes."
    ]
    if found.same_units:
        said.append(
            "A second GRU of each size took turns with the others. It differs from the first by "
            f"chance alone, and did so by up to {percent(by_chance(found) - 1)}: times of GRU and "
            "LSTM that differ by no more are called no different."
        )
    times = {one.size: one.seconds["gru"] for one in found.same_units}
    if {SMALL, MEDIUM} <= set(times):
        products = [multiply_adds("gru", INPUTS, units) for units in (SMALL, MEDIUM)]
        said.append(
            f"From {SMALL} to {MEDIUM} units the GRU has {number(products[1] / products[0])} "
            f"times the multiply-adds and takes {number(times[MEDIUM] / times[SMALL])} times "
            "as long."
        )
    return said


def _rounded(value: float) -> float:
    """Three significant figures."""
    return float(f"{value:.3g}")
