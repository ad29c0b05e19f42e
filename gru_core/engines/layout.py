"""Weights laid out for the fast loops: all gates in one matrix, signs folded in, cached."""

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import GATES, SIGMOID_TRACKS, Cell
from gru_core.weights import PROJECTION, GRUWeights, Weights

# Gates in the order of the rows: the sigmoid gates are together, so that one call serves all.
BLOCKS: dict[Cell, tuple[str, ...]] = {
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "output", "candidate"),
    "rnn": ("hidden",),
}


@dataclass(frozen=True, eq=False)
class Layout:
    """One layer as the loops want it. A row is a unit of a gate; rows follow BLOCKS.

    A sigmoid gate is 1 / (1 + exp(-a)), so its rows are negated once, here. The update gate's
    are not: the loop needs 1 - update = 1 / (1 + exp(a)), the share that is written. A layer with
    other activations takes the loops of `plain`, and no row is negated.
    """

    cell: Cell
    units: int
    sign: Array  # (row,): +1 or -1
    from_x: Array  # (row, input)
    from_h: Array  # (row, number), and where `carries_one` a last column: the candidate's own bias
    bias: Array  # (row,): what is added without passing through the state
    carries_one: bool  # the state ends in a 1, which brings that bias into the product
    gate_activation: str
    state_activation: str
    projection: Array | None = None  # (number, unit): of an LSTM whose hidden state is projected

    @property
    def fast(self) -> bool:
        """Whether the fast loops can run it: they have sigmoid and tanh built in."""
        return _fast(self)

    def row(self, gate: int, unit: int) -> int:
        """Where a unit of a gate (an index along the gate axis) stands among the rows."""
        return BLOCKS[self.cell].index(GATES[self.cell][gate]) * self.units + unit

    def project(self, x: Array) -> Array:
        """What the inputs bring to every row, for all steps: (step, input) to (step, row)."""
        pre: Array = x @ self.from_x.T
        pre += self.bias
        return pre

    @property
    def candidate_row(self) -> int:
        """The first row of the last block: the GRU's candidate."""
        return len(self.sign) - self.units

    def without(self, weights: Weights, part: str, index: tuple[int, ...]) -> "Layout":
        """The layout of these weights with one of them, or one bias, at zero.

        weights: those the layout was made of; part, index: as in their axes.
        """
        if part == PROJECTION:
            assert self.projection is not None
            return replace(self, projection=_set(self.projection, index, 0))
        gate, unit, *column = index
        row = self.row(gate, unit)
        if part == "w_x":
            return replace(self, from_x=_set(self.from_x, (row, *column), 0))
        if part == "w_h":
            return replace(self, from_h=_set(self.from_h, (row, *column), 0))
        separate = self.carries_one and row >= self.candidate_row
        if separate and part == "b_h":
            return replace(self, from_h=_set(self.from_h, (row, -1), 0))
        other = weights.b_h if part == "b_x" else weights.b_x
        left = 0 if separate else self.sign[row] * other[index]
        return replace(self, bias=_set(self.bias, (row,), left))


def _fast(layer: Layout | Weights) -> bool:
    return (layer.gate_activation, layer.state_activation) == ("sigmoid", "tanh")


def _set(array: Array, index: tuple[int, ...], value: float) -> Array:
    changed = array.copy(order="K")
    changed[index] = value
    return changed


_layouts: WeakKeyDictionary[Weights, Layout] = WeakKeyDictionary()


def layout_of(weights: Weights) -> Layout:
    """The layout of these weights, computed once: weights never change."""
    layout = _layouts.get(weights)
    if layout is None:
        layout = _layouts[weights] = _build(weights)
    return layout


def _build(weights: Weights) -> Layout:
    gates, units = GATES[weights.cell], weights.units
    blocks = BLOCKS[weights.cell]
    order = [gates.index(gate) for gate in blocks]
    negated = SIGMOID_TRACKS - {"update"} if _fast(weights) else ()
    sign = np.repeat([-1 if gate in negated else 1 for gate in blocks], units).astype(weights.dtype)
    rows = len(sign)
    from_x, from_h, b_x, b_h = (
        (sign * part[order].reshape(rows, -1).T).T
        for part in (weights.w_x, weights.w_h, weights.b_x, weights.b_h)
    )
    carries_one = isinstance(weights, GRUWeights) and weights.reset_after
    if carries_one:
        own = np.where(np.arange(rows)[:, np.newaxis] < rows - units, 0, b_h)
        from_h, b_h = np.hstack((from_h, own)), b_h - own
    # Column order, because the product with one state is then a third faster at 256 units.
    from_h = np.asfortranarray(from_h, weights.dtype)
    bias, names = (b_x + b_h)[:, 0], (weights.gate_activation, weights.state_activation)
    projection = weights.arrays.get(PROJECTION)
    if projection is not None:
        projection = np.asfortranarray(projection)
    return Layout(weights.cell, units, sign, from_x, from_h, bias, carries_one, *names, projection)
