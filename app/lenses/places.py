"""What lenses have in common: names of places, and which of too many steps and units are drawn."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from app.lenses.base import Axis, Chart
from app.screen.screen import Screen
from gru_core.arrays import Array

MOST_ROWS = 128
MOST_COLUMNS = 400
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def sentence(text: str) -> str:
    """The same with a capital letter first."""
    return text[0].upper() + text[1:]


def subscript(number: int) -> str:
    """A number as it stands below a letter."""
    return str(number).translate(SUBSCRIPTS)


def channel_name(screen: Screen, channel: int) -> str:
    """An input as an equation names it: x, x₂, or x with the name it has, if it alone has it."""
    name, number = screen.channels[channel], subscript(channel + 1)
    if len(screen.channels) == 1:
        return "x"
    if name.lstrip("x") == str(channel + 1):
        return f"x{number}"
    return f"x {name}" if screen.channels.count(name) == 1 else f"x{number} {name}"


def step_name(screen: Screen, step: int) -> str:
    """A step in words, with the name of its input if it has one."""
    label = screen.labels[step]
    return f"step {step + 1}" + ("" if label == str(step + 1) else f" ({label})")


def unit_of(screen: Screen, units: int) -> int:
    """The cursor's unit, or the last one of a smaller layer."""
    return min(screen.unit, units - 1)


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
        rows=Axis("names", [f"unit {order[row] + 1}" for row in rows], plural="units"),
        columns=Axis("names", [step_name(screen, step) for step in columns], plural="steps"),
        row_names=[],
        labels=[str(step + 1) for step in columns],
        note=f"Drawn for {len(rows)} of {units} units and {len(columns):,} of {steps:,} steps.",
    )


def grid_chart(placed: Drawn, figure: go.Figure, corner: str = "unit", **about: Any) -> Chart:
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
