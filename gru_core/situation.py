"""What is changed in a scene: edits, their text for a link, and the scene after them.

An edit is written target, "_" and value; a list of edits is joined by "~":

    x.4.0_0.5~gru.b_x.update.3_-1.25

Many numbers of one array may stand in one piece; see blocks.

The characters are those a URL leaves alone, and repr(float) brings every value back exactly.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple, Self, TypeAlias

from gru_core import checks
from gru_core.arrays import Array
from gru_core.changes import pieces
from gru_core.changes.blocks import MOST_IN_LIST, read_block
from gru_core.changes.interventions import Intervention, check_intervention
from gru_core.changes.pieces import Rejected
from gru_core.changes.targets import AXES, INITIALS, Owner, Target, TargetPart
from gru_core.conventions import Cell
from gru_core.errors import RangeError, ShapeError, shown, unknown_name
from gru_core.run import initial_states
from gru_core.weights import Weights, check_index
from gru_core.words import article

__all__ = [
    "Edit",
    "ParsedEdits",
    "Rejected",
    "Situation",
    "Target",
    "apply_edits",
    "format_edits",
    "parse_edits",
    "value_at",
]

# New arrays by where they belong, as apply_edits collects them.
_Changes: TypeAlias = dict[tuple[Owner, TargetPart], Array]


@dataclass(frozen=True)
class Edit:
    """A target and the value it is set to."""

    target: Target
    value: float

    def __post_init__(self) -> None:
        value = float(checks.floats(f"the value of {self.target}", self.value))
        object.__setattr__(self, "value", value)

    def __str__(self) -> str:
        return f"{self.target}_{self.value!r}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an edit from its text. Errors: those of Target.parse, TextError for the value."""
        target, value = pieces.name_and_value(text, "target_number, as in x.4.0_0.5")
        return cls(Target.parse(target), value)


class ParsedEdits(NamedTuple):
    """What was understood, in order, and what was not."""

    edits: tuple[Edit, ...]
    rejected: list[Rejected]


def format_edits(edits: Iterable[Edit]) -> str:
    """The text of a list of edits; the empty text for none."""
    return pieces.join(edits)


def parse_edits(text: str) -> ParsedEdits:
    """Read a list of edits. Nothing is raised and nothing dropped: refusals come with reasons.

    A block is its numbers, row by row. At most blocks.MOST_IN_LIST come out of blocks.
    """
    room = MOST_IN_LIST

    def parse(piece: str) -> tuple[Edit, ...]:
        nonlocal room
        block = read_block(piece)
        if block is None:
            return (Edit.parse(piece),)
        if len(block) > room:
            raise RangeError(
                "{piece} is of {count:,} numbers; a list holds {most_in_list:,} in blocks, and "
                "there is room for {room:,}.",
                piece=shown(piece),
                count=len(block),
                most_in_list=MOST_IN_LIST,
                room=room,
            )
        room -= len(block)
        return tuple(Edit(target, value) for target, value in block)

    found, rejected = pieces.read(text, parse)
    return ParsedEdits(tuple(edit for several in found for edit in several), rejected)


@dataclass(frozen=True, eq=False)
class Situation:
    """All the numbers on screen: one input, the weights of each cell, their initial states.

    Initial states left out are zeros. Compared by identity.
    """

    x: Array  # (step, input)
    weights: Mapping[Cell, Weights]
    initials: Mapping[Cell, tuple[Array, ...]] = field(default_factory=dict)
    interventions: tuple[Intervention, ...] = ()  # what is held while it runs, of any cell

    def __post_init__(self) -> None:
        for cell, weights in self.weights.items():
            if weights.cell != cell:
                raise ShapeError(
                    "the weights under {cell!r} are those of {a} {called}; put them under "
                    "{name!r}.",
                    cell=cell,
                    a=article(weights.cell.upper()),
                    called=weights.cell.upper(),
                    name=weights.cell,
                )
        for cell in self.initials:
            if cell not in self.weights:
                raise unknown_name("cell with an initial state", cell, self.weights)
        x = checks.sequence("x", self.x)
        for weights in self.weights.values():
            checks.sequence("x", x, weights.input_size)
        states = {c: initial_states(w, self.initials.get(c)) for c, w in self.weights.items()}
        for held in self.interventions:
            check_intervention(held, self.weights, len(x))
        object.__setattr__(self, "x", x)
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        object.__setattr__(self, "initials", MappingProxyType(states))

    def __reduce__(self) -> tuple[Any, ...]:
        return Situation, (self.x, dict(self.weights), dict(self.initials), self.interventions)

    def held(self, cell: Cell) -> tuple[Intervention, ...]:
        """The interventions in one cell, in order."""
        return tuple(held for held in self.interventions if held.cell == cell)


def value_at(situation: Situation, target: Target) -> float:
    """The number a target points to. Errors: UnknownNameError, RangeError."""
    return float(array_of(situation, target)[target.index])


def array_of(situation: Situation, target: Target) -> Array:
    """The whole array a target points into, once its index is known to lie inside."""
    if target.owner == "x":
        array = situation.x
    elif target.owner not in situation.weights:
        raise unknown_name("cell of this scene", target.owner, situation.weights)
    elif target.part in INITIALS:
        array = situation.initials[target.owner][INITIALS[target.part]]
    else:
        arrays = situation.weights[target.owner].arrays
        if target.part not in arrays:
            raise unknown_name(f"part of this {target.owner}", target.part, arrays)
        array = arrays[target.part]
    check_index(target.array_name, target.index, array.shape, AXES[target.part])
    return array


def apply_edits(situation: Situation, edits: Iterable[Edit]) -> Situation:
    """The situation after all edits, in order: the last one to a target wins.

    Errors: UnknownNameError for a cell that is not there, RangeError for an index outside.
    """
    changed: _Changes = {}
    for edit in edits:
        array = array_of(situation, edit.target)
        key = (edit.target.owner, edit.target.part)
        if key not in changed:
            changed[key] = array.copy()
        changed[key][edit.target.index] = edit.value
    return Situation(
        changed.get(("x", "x"), situation.x),
        {cell: _edited_weights(w, changed) for cell, w in situation.weights.items()},
        {cell: _edited_states(cell, s, changed) for cell, s in situation.initials.items()},
        situation.interventions,
    )


def _edited_weights(weights: Weights, changed: _Changes) -> Weights:
    cell = weights.cell
    parts: dict[str, Any] = {
        part: array
        for (owner, part), array in changed.items()
        if owner == cell and part in weights.arrays
    }
    return replace(weights, **parts) if parts else weights


def _edited_states(cell: Cell, states: tuple[Array, ...], changed: _Changes) -> tuple[Array, ...]:
    return tuple(changed.get((cell, n), s) for n, s in zip(INITIALS, states, strict=False))
