"""Many numbers changed at once, as the notation on screen has them: pasted, or a gate filled.

Nothing is changed here: each answer is a list of edits and a sentence on what they do.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from app.figures.theme import QUANTITIES
from app.figures.weights import P, matrices, segments
from app.screen.baseline import Baseline, baseline_of, own_notation
from app.setting.setting import Setting
from app.words.names import CELL_NAMES
from app.words.numbers import count, whole
from app.words.say import say
from gru_core.arrays import Array
from gru_core.changes.blocks import MOST_IN_LIST
from gru_core.changes.targets import Owner, TargetPart
from gru_core.conventions import CELLS, GATES, BiasCount, Cell, shown_sign
from gru_core.errors import RangeError, TextError
from gru_core.initialize import initialize
from gru_core.inputs.tables import parse_numbers
from gru_core.situation import Edit, Target, array_of
from gru_core.weights import PROJECTION, Weights

MOST_EDITS: Final = MOST_IN_LIST  # so many a link can hold in blocks
LETTERS = {"w_x": "W", "w_h": "U", "b_x": "b", "b_h": "d"}
EVERY = "all"  # the parts of a gate together
DECIMALS = 2  # of drawn numbers: a link has room for 32 × 32 of them
WAYS = ("value", "identity", "random")

Many = tuple[list[Edit], str]


@dataclass(frozen=True)
class Sheet:
    """The cells of one plot by rows and columns, as they stand on screen."""

    owner: Owner
    gate: int | None
    rows: Sequence[int]  # the unit of each row, or of the input the channel
    columns: Sequence[
        tuple[TargetPart, tuple[int, ...]]
    ]  # array of each, and what it reads, if any

    def target(self, row: int, column: int) -> Target:
        """What the number in a cell is."""
        part, source = self.columns[column]
        if self.owner == "x":
            return Target("x", "x", (*source, self.rows[row]))
        head = () if self.gate is None else (self.gate,)
        return Target(self.owner, part, (*head, self.rows[row], *source))

    def place(self, target: Target) -> tuple[int, int]:
        """Row and column of a number that is on it."""
        if self.owner == "x":
            step, channel = target.index
            return self.rows.index(channel), self.columns.index(("x", (step,)))
        unit, *source = target.index if self.gate is None else target.index[1:]
        return self.rows.index(unit), self.columns.index((target.part, tuple(source)))


def pasted(setting: Setting, target: Target, text: str) -> Many:
    """The numbers of a text, written from a cell on: rows go down and columns to the right.

    One row or one column runs along the steps of the input, or down a bias or an initial state.
    Errors: those of parse_numbers; RangeError where there is no room, TextError for no such cell.
    """
    baseline = baseline_of(setting)
    array_of(baseline.base, target)  # is there such a number?
    values = _along(target, parse_numbers(text).values)
    if values.size > MOST_EDITS:
        many, most = whole(values.size), whole(MOST_EDITS)
        raise RangeError(say("session.many.too_many", numbers=many, most=most))
    sheet = _sheet(setting, baseline, target)
    top, left = sheet.place(target)
    rows, columns = values.shape
    room = (len(sheet.rows) - top, len(sheet.columns) - left)
    if rows > room[0] or columns > room[1]:
        size = _size(rows, columns)
        raise RangeError(say("session.many.no_room", size=size, room=_size(*room)))
    edits = [
        _edit(setting, sheet.target(top + row, left + column), float(values[row, column]))
        for row, column in np.ndindex(rows, columns)
    ]
    return edits, _said(target, rows, columns)


def filled(
    setting: Setting, place: tuple[Cell, str, str], way: str, value: float, seed: int
) -> Many:
    """Every number of a gate's W, U, b or d, or of all of them, or of a projection, in one way.

    place: cell, gate and part; of a projection P for the gate. way: "value" for that value,
    "identity" for the unit matrix in U or P, "random" for W and U drawn by Xavier's rule from a
    seed, b and d zero.
    Errors: RangeError for too many numbers, TextError for what is not there.
    """
    cell, gate, part = place
    baseline = baseline_of(setting)
    weights = baseline.base.weights.get(cell)
    if weights is None or gate not in matrices(weights) or way not in WAYS:
        raise TextError(say("session.many.no_gate"))
    if gate == P:
        return _filled_projection(setting, cell, weights, part, way, value)
    on_screen = [segment.part for segment in segments(weights, _biases(setting, baseline, cell))]
    parts = on_screen if part == EVERY else [part]
    if way == "random" and weights.is_projected:
        raise TextError(say("session.many.not_drawn"))
    if not set(parts) <= set(on_screen) or (way == "identity" and parts != ["w_h"]):
        raise TextError(say("session.many.no_part"))
    arrays = {name: _filling(weights, gate, name, way, value, seed) for name in parts}
    size, gate_name = sum(array.size for array in arrays.values()), QUANTITIES[gate].name
    if size > MOST_EDITS:
        many, most = whole(size), whole(MOST_EDITS)
        raise RangeError(
            say("session.many.filling_too_many", gate=gate_name, numbers=many, most=most)
        )
    at = weights.gates.index(gate)
    edits = [
        _edit(setting, Target(cell, name, (at, *index)), float(number))  # type: ignore[arg-type]
        for name, array in arrays.items()
        for index, number in np.ndenumerate(array)
    ]
    return edits, say(
        "session.many.filled",
        parts=", ".join(LETTERS[name] for name in parts),
        gate=gate_name,
        cell=CELL_NAMES[cell],
        numbers=count(size, "number"),
    )


def _filled_projection(
    setting: Setting, cell: Cell, weights: Weights, part: str, way: str, value: float
) -> Many:
    if part != PROJECTION:
        raise TextError(say("session.many.no_part"))
    if way == "random":
        raise TextError(say("session.many.not_drawn"))
    shape = weights.arrays[PROJECTION].shape
    array = np.eye(*shape) if way == "identity" else np.full(shape, value)
    if array.size > MOST_EDITS:
        many, most = whole(array.size), whole(MOST_EDITS)
        raise RangeError(
            say("session.many.projection_too_many", cell=CELL_NAMES[cell], numbers=many, most=most)
        )
    edits = [
        _edit(setting, Target(cell, PROJECTION, index), float(number))
        for index, number in np.ndenumerate(array)
    ]
    numbers = count(array.size, "number")
    return edits, say("session.many.filled_projection", cell=CELL_NAMES[cell], numbers=numbers)


def _filling(weights: Weights, gate: str, part: str, way: str, value: float, seed: int) -> Array:
    shape = getattr(weights, part).shape[1:]
    if way == "identity":
        return np.eye(*shape)
    if way == "value":
        return np.full(shape, value)
    rng = np.random.default_rng(seed)
    drawn = initialize(weights.cell, weights.input_size, weights.units, rng)
    array: Array = getattr(drawn, part)[weights.gates.index(gate)]
    return np.round(array, DECIMALS)


def _edit(setting: Setting, target: Target, value: float) -> Edit:
    """The edit that makes a number what the notation on screen writes."""
    sign = shown_sign(target.owner, target.gate, setting.polarity)
    return Edit(target, value if sign > 0 else 0.0 - value)


def _along(target: Target, values: Array) -> Array:
    """One row or one column laid along what the cell is of."""
    if 1 not in values.shape:
        return values
    if target.owner == "x":
        return values.reshape(1, -1)
    return values if target.part in ("w_x", "w_h", PROJECTION) else values.reshape(-1, 1)


def _sheet(setting: Setting, baseline: Baseline, target: Target) -> Sheet:
    base, owner = baseline.base, target.owner
    if owner == "x":
        steps, channels = base.x.shape
        return Sheet("x", None, range(channels), [("x", (step,)) for step in range(steps)])
    order = baseline.sorting[owner].order
    weights = base.weights[owner]
    states = range(weights.hidden_size) if weights.is_projected else order
    if target.part == PROJECTION:
        units: list[tuple[TargetPart, tuple[int, ...]]] = [(PROJECTION, (unit,)) for unit in order]
        return Sheet(owner, None, states, units)
    if target.gate is None:
        rows = order if target.part == "c0" or not weights.is_projected else states
        return Sheet(owner, None, rows, [(target.part, ())])
    sources = {"w_x": range(weights.input_size), "w_h": states}
    columns = [
        (cast("TargetPart", segment.part), () if source is None else (source,))
        for segment in segments(weights, _biases(setting, baseline, owner, target))
        for source in sources.get(segment.part, (None,))
    ]
    return Sheet(owner, target.index[0], order, columns)


def _biases(
    setting: Setting, baseline: Baseline, cell: Cell, target: Target | None = None
) -> BiasCount:
    """How many biases stand on screen, as Screen.biases has it, or are meant by a target."""
    notation = setting.notation or own_notation(baseline.scene)
    meant = target is not None and target.part == "b_h"
    edited = any(e.target.owner == cell and e.target.part == "b_h" for e in setting.edits)
    used = meant or edited or bool(np.any(baseline.base.weights[cell].b_h))
    return 2 if notation.biases == 2 or used else 1


def _size(rows: int, columns: int) -> str:
    return say("session.many.size", rows=count(rows, "row"), columns=count(columns, "column"))


def _said(target: Target, rows: int, columns: int) -> str:
    numbers = count(rows * columns, "number")
    if target.owner == "x":
        first = target.index[0] + 1
        if columns == 1:
            return say("session.many.pasted_at_step", numbers=numbers, first=first)
        last = first + columns - 1
        return say("session.many.pasted_through_steps", numbers=numbers, first=first, last=last)
    if rows * columns == 1:
        return say("session.many.pasted_one")
    return say("session.many.pasted", numbers=numbers, size=_size(rows, columns))


def gate_place(text: str) -> tuple[Cell, str, str]:
    """A place to fill, as the stage writes it: gru.update.w_h, lstm.projection.w_p.

    Errors: TextError.
    """
    cell, _, rest = text.partition(".")
    gate, _, part = rest.partition(".")
    known = gate == P or (cell in CELLS and gate in GATES[cell])
    if cell not in CELLS or not known or part not in (*LETTERS, PROJECTION, EVERY):
        raise TextError(say("session.many.no_gate"))
    return cell, gate, part
