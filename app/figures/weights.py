"""One gate's weights as a joined matrix [W | U | b d], as in W x + b + U h + d."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.figures import theme
from app.figures.condensing import MOST_WEIGHTS, as_bytes
from app.figures.figure import Figure
from app.figures.heatmap import MOST_CELL_TEXTS, heatmap, unit_names
from app.words.numbers import brief
from gru_core.conventions import BiasCount
from gru_core.weights import PROJECTION, Part, Weights

P = "projection"  # what its matrix is called among those of the gates
LEVELS = 64  # of a large matrix: a quarter fewer bytes than with 256
MOST_MARKED = 8  # columns of units, each with its label
WEIGHT_MARGIN = {"l": 20, "r": 8, "t": 3, "b": 17}


@dataclass(frozen=True)
class Segment:
    """A run of columns of the joined matrix that comes from one array of the weights."""

    part: Part
    start: int  # first column, counted from 0
    size: int


def segments(weights: Weights, biases: BiasCount = 2) -> tuple[Segment, ...]:
    """Where each array stands in the joined matrix; with one bias, d is left out."""
    inputs, states = weights.input_size, weights.hidden_size
    every = (
        Segment("w_x", 0, inputs),
        Segment("w_h", inputs, states),
        Segment("b_x", inputs + states, 1),
        Segment("b_h", inputs + states + 1, 1),
    )
    return every if biases == 2 else every[:-1]


def matrices(weights: Weights) -> tuple[str, ...]:
    """The names of what is drawn of the weights: the gates, and the projection if there is one."""
    return (*weights.gates, P) if weights.is_projected else weights.gates


def projection_weights(weights: Weights, order: Sequence[int], bound: float) -> Figure:
    """The projection as one heatmap: a row for each number of h, a column for each unit."""
    z = projected(weights, order)
    figure = _matrix(z, bound, range(weights.hidden_size))
    marks = {at: str(unit + 1) for at, unit in enumerate(order)}
    return _marked(figure, marks if len(order) <= MOST_MARKED else {len(order) // 2: "P"})


def projected(weights: Weights, order: Sequence[int]) -> np.ndarray:
    """The projection, (number, unit), its columns by `order`."""
    matrix: np.ndarray = weights.arrays[PROJECTION][:, list(order)]
    return matrix


def joined(
    weights: Weights, gate: str, order: Sequence[int], sign: int = 1, biases: BiasCount = 2
) -> np.ndarray:
    """The joined matrix of one gate, (unit, column), rows and columns of units by `order`.

    sign: -1 shows the matrix negated, as the other polarity of the update gate has it.
    biases: how many the notation has; with one, d must be zero.
    """
    index = weights.gates.index(gate)
    columns = [
        weights.w_x[index],
        weights.w_h[index][:, list(_states(weights, order))],
        weights.b_x[index][:, None],
        weights.b_h[index][:, None],
    ]
    stacked = np.hstack(columns[: len(segments(weights, biases))])[list(order)]
    return stacked if sign > 0 else 0.0 - stacked


def places(
    weights: Weights, order: Sequence[int], biases: BiasCount = 2
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Which rows and columns of the matrix with the units in their own order `joined` has."""
    columns = [
        one.start + at
        for one in segments(weights, biases)
        for at in (_states(weights, order) if one.part == "w_h" else range(one.size))
    ]
    return tuple(order), tuple(columns)


def gate_weights(
    weights: Weights,
    gate: str,
    channels: Sequence[str],
    order: Sequence[int],
    bound: float,
    sign: int = 1,
    biases: BiasCount = 2,
) -> Figure:
    """A gate's weights as one heatmap; small matrices show their numbers, large ones are bytes."""
    z = joined(weights, gate, order, sign, biases)
    figure = _matrix(z, bound, order)
    return _marked(figure, _column_marks(channels, _states(weights, order), biases))


def _matrix(z: np.ndarray, bound: float, rows: Sequence[int]) -> Figure:
    small = z.shape[1] <= MOST_CELL_TEXTS
    text = [[brief(value) for value in row] for row in z] if small else []
    if z.size > MOST_WEIGHTS:
        z = as_bytes(z, (-bound, bound), LEVELS)
    figure = heatmap(z, theme.DIVERGING, (-bound, bound), [], unit_names(rows))
    if small:
        figure.update_traces(text=text, texttemplate="%{text}", textfont={"size": 9})
    return figure


def _marked(figure: Figure, marks: dict[int, str]) -> Figure:
    """With labels below its columns."""
    return figure.update_layout(
        margin=WEIGHT_MARGIN,
        yaxis={"ticklabelstandoff": 3},
        xaxis={"tickvals": [at + 1 for at in marks], "ticktext": list(marks.values())},
    )


def _states(weights: Weights, order: Sequence[int]) -> Sequence[int]:
    """The numbers of the old state from left to right: the units, unless it is projected."""
    return range(weights.hidden_size) if weights.is_projected else order


def _column_marks(
    channels: Sequence[str], order: Sequence[int], biases: BiasCount
) -> dict[int, str]:
    """Column to label: every column of a small matrix, the group's middle of a large one.

    From left to right; the stage leaves out those that there is no room for.
    """
    inputs, units = len(channels), len(order)
    if inputs <= 4:
        marks = {at: f"x{_subscript(at + 1)}" if inputs > 1 else "x" for at in range(inputs)}
    else:
        marks = {inputs // 2: "W x"}
    if units <= MOST_MARKED:
        marks |= {inputs + at: f"h{_subscript(unit + 1)}" for at, unit in enumerate(order)}
    else:
        marks[inputs + units // 2] = "U h"
    return marks | {inputs + units + at: name for at, name in enumerate("bd"[:biases])}


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
