"""Which of too many steps and units a lens draws: all of few, numbers evenly apart of many."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from app.figures.figure import Figure
from app.lenses.base import Axis, Chart
from app.lenses.naming import step_name, unit_name
from app.screen.screen import Screen
from app.words.numbers import whole
from app.words.say import say
from gru_core.arrays import Array

MOST_ROWS = 128
MOST_COLUMNS = 400


class Drawn(NamedTuple):
    """A heatmap of units and steps as it is drawn: all of it, or numbers evenly apart."""

    values: Array  # (row, column), rows in the order of the screen
    rows: Axis
    columns: Axis
    row_names: Sequence[str]
    labels: Sequence[str]  # of the steps
    note: str  # what was left out; empty for nothing


def drawn(screen: Screen, values: Array, order: Sequence[int]) -> Drawn:
    """values: (step, unit). Of what is too large to draw there are fewer numbers, each exact."""
    steps, units = values.shape
    if not screen.condensed:
        in_order = list(order) == list(range(units)) and units < 100
        names = [str(unit + 1) for unit in order] if in_order else []
        ordered = values.T[list(order)]
        return Drawn(ordered, Axis("units", order=order), Axis("steps"), names, screen.labels, "")
    rows, columns = evenly_apart(units, MOST_ROWS), evenly_apart(steps, MOST_COLUMNS)
    return Drawn(
        values=values[np.ix_(columns, [order[row] for row in rows])].T,
        rows=Axis("names", [unit_name(order[row]) for row in rows], noun="units"),
        columns=Axis("names", [step_name(screen, step) for step in columns], noun="steps"),
        row_names=[],
        labels=[str(step + 1) for step in columns],
        note=say(
            "lenses.sampling.note",
            rows=len(rows),
            units=units,
            columns=whole(len(columns)),
            steps=whole(steps),
        ),
    )


def grid_chart(placed: Drawn, figure: Figure, corner: str = "unit", **about: Any) -> Chart:
    """A heatmap of what was placed, with the same numbers as its table."""
    return Chart(
        figure=figure,
        reads="grid",
        corner=corner,
        rows=placed.rows,
        columns=placed.columns,
        values=placed.values,
        **about,
    )


def evenly_apart(count: int, most: int) -> list[int]:
    """At most so many indices below count, evenly apart, the last one among them."""
    wanted = min(count, most)
    return [at * count // wanted - 1 for at in range(1, wanted + 1)]
