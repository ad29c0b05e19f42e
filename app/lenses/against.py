"""What is on screen against another run: differences of every track, and one unit of both."""

from collections.abc import Mapping

import numpy as np

from app.figures import theme
from app.figures.against import OTHER, both_lines, difference_heatmap
from app.lenses.at_cursor import place
from app.lenses.base import Axis, Chart
from app.lenses.naming import sentence, unit_of
from app.lenses.sampling import drawn, grid_chart
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from app.words.say import say
from gru_core import Trace
from gru_core.arrays import Array, without_rounding
from gru_core.conventions import TRACKS, Cell


def against(
    screen: Screen, others: Mapping[Cell, Trace], name: str, now: str = ""
) -> tuple[list[Chart], list[str]]:
    """Charts of the opened cell, and sentences about every cell that there is to compare.

    others: the runs that these are compared with, under this name; now: the name of these.
    """
    words, charts, there = [], [], []
    names = (now or say("lenses.against.now"), name)
    for cell, trace in screen.traces.items():
        called = CELL_NAMES[cell]
        if cell not in others:
            words.append(say("lenses.against.absent", name=name, cell=called))
            continue
        if any(track.shape != others[cell][one].shape for one, track in trace.items()):
            words.append(sentence(say("lenses.against.other_sizes", cell=called, name=name)))
            continue
        words.append(sentence(_words(cell, trace, others[cell], name)))
        if not np.array_equal(trace["hidden"], others[cell]["hidden"]):
            there.append(_there(screen, cell, others[cell], name))
        if cell == screen.opened:
            charts += _charts(screen, cell, others[cell], names)
    return charts, [*words, *there]


def _words(cell: Cell, trace: Trace, other: Trace, name: str) -> str:
    now, then = trace["hidden"], other["hidden"]
    called = CELL_NAMES[cell]
    if np.array_equal(now, then):
        return say("lenses.against.same", cell=called, name=name)
    apart = np.abs(without_rounding(now - then, *_sizes(now, then)))
    if not apart.any():
        return say("lenses.against.same_rounded", cell=called, name=name)
    step, unit = np.unravel_index(int(apart.argmax()), apart.shape)
    first = int(np.flatnonzero(apart.any(axis=1))[0])
    return say(
        "lenses.against.differs",
        cell=called,
        name=name,
        first=first + 1,
        step=int(step) + 1,
        unit=int(unit) + 1,
        most=number(float(apart.max())),
    )


def _there(screen: Screen, cell: Cell, other: Trace, name: str) -> str:
    """Both states at the cursor; the same twice where three figures do not tell them apart."""
    unit = unit_of(screen, other["hidden"].shape[1])
    at = screen.step, unit
    now, then = (number(float(one["hidden"][at])) for one in (screen.traces[cell], other))
    how, where = "alike" if now == then else "there", {**place(screen, cell), "unit": unit + 1}
    return sentence(say(f"lenses.against.{how}", now=now, then=then, name=name, **where))


def _sizes(*tracks: Array) -> list[Array]:
    """The largest size in each: a state that passes near 0 is rounded as those around it are."""
    return [np.abs(track).max() for track in tracks]


def _charts(screen: Screen, cell: Cell, other: Trace, names: tuple[str, str]) -> list[Chart]:
    trace = screen.traces[cell]
    unit = unit_of(screen, trace["hidden"].shape[1])
    return [
        _lines(screen, cell, other, names, unit),
        *(_difference(screen, cell, track, other, names) for track in TRACKS[cell]),
    ]


def _lines(screen: Screen, cell: Cell, other: Trace, names: tuple[str, str], unit: int) -> Chart:
    now, then = (one["hidden"][:, unit].astype(np.float64) for one in (screen.traces[cell], other))
    quantity = theme.QUANTITIES["hidden"]
    return Chart(
        name="both",
        title=say(
            "lenses.against.lines",
            cell=CELL_NAMES[cell],
            unit=unit + 1,
            now=names[0],
            other=names[1],
        ),
        figure=both_lines(now, then, screen.labels, "hidden"),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", names, noun="runs"),
        values=np.stack([now, then], axis=1),
        height=110,
        key=[
            (quantity.color, "solid", say("lenses.against.line", name=names[0])),
            (OTHER, "dash", say("lenses.against.line", name=names[1])),
        ],
    )


def _difference(
    screen: Screen, cell: Cell, track: str, other: Trace, names: tuple[str, str]
) -> Chart:
    now, then = screen.traces[cell][track], other[track]
    difference = without_rounding(now.astype(np.float64) - then, *_sizes(now, then))
    if (cell, track, screen.notation.polarity) == ("gru", "update", "write"):
        difference = -difference
    placed = drawn(screen, difference, screen.order_of(cell, track))
    quantity, symbol = theme.QUANTITIES[track], letter_of(cell, track, screen.notation)
    return grid_chart(
        placed,
        difference_heatmap(placed.values, placed.labels, placed.row_names),
        name=f"less.{track}",
        title=say(
            "lenses.against.less",
            quantity=quantity.name,
            symbol=symbol,
            now=names[0],
            other=names[1],
        ),
        height=96,
        says=say("lenses.sampling.cell"),
    )
