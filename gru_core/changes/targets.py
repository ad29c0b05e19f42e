"""Which number of a scene is meant, as a value and as text.

A target is written owner.part.index, gates by name, everything counted from 0:

    x.4.0   gru.h0.2   lstm.c0.1   gru.w_x.update.3.0   gru.w_h.candidate.1.2   lstm.b_x.forget.3
    lstm.w_p.1.4   the projection of an LSTM that has one: number of the hidden state, unit
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Self, TypeAlias, cast

from gru_core import checks
from gru_core.conventions import CELLS, GATES, STATES
from gru_core.errors import RangeError, TextError, shown, unknown_name
from gru_core.weights import AXES as WEIGHT_AXES
from gru_core.weights import PARTS, PROJECTED_AXES, PROJECTION

Owner: TypeAlias = Literal["x", "gru", "lstm", "rnn"]
TargetPart: TypeAlias = Literal["x", "h0", "c0", "w_x", "w_h", "b_x", "b_h", "w_p"]

# The initial states by their name in a target, as positions in `initial`.
INITIALS: Mapping[TargetPart, int] = MappingProxyType({"h0": 0, "c0": 1})
AXES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "x": ("step", "input"),
        "h0": ("unit",),
        "c0": ("unit",),
        **WEIGHT_AXES,
        PROJECTION: PROJECTED_AXES[PROJECTION],
    }
)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Target:
    """One number of a scene: an input, an initial state, a weight or a bias.

    Whether an LSTM has a projection (`w_p`) its scene says: situation.array_of.
    """

    owner: Owner
    part: TargetPart
    index: tuple[int, ...]  # along AXES[part]; for weights of gates (gate, unit, …)

    def __post_init__(self) -> None:
        known = parts_of(self.owner)
        if self.part not in known:
            raise unknown_name(f"part of {self.owner}", self.part, known)
        axes = AXES[self.part]
        if len(self.index) != len(axes):
            raise TextError(
                "{array_name} has {count} indices {index}; it needs {needed}: {axes}.",
                array_name=self.array_name,
                count=len(self.index),
                index=self.index,
                needed=len(axes),
                axes=", ".join(axes),
            )
        index = tuple(
            checks.whole(f"{axis} of {self.array_name}", i, low=0)
            for axis, i in zip(axes, self.index, strict=True)
        )
        gates = GATES.get(self.owner, ())
        if axes[0] == "gate" and index[0] >= len(gates):
            raise RangeError(
                "{array_name} has no gate {index}; it has {count}, counted from 0: {gates}.",
                array_name=self.array_name,
                index=index[0],
                count=len(gates),
                gates=", ".join(gates),
            )
        object.__setattr__(self, "index", index)

    def __str__(self) -> str:
        words = [str(i) for i in self.index]
        if AXES[self.part][0] == "gate":
            words[0] = GATES[self.owner][self.index[0]]
        head = [self.owner] if self.owner == "x" else [self.owner, self.part]
        return ".".join(head + words)

    @property
    def array_name(self) -> str:
        """How an error calls the array the target points into, such as `gru.w_x`."""
        return "x" if self.owner == "x" else f"{self.owner}.{self.part}"

    @property
    def gate(self) -> str | None:
        """The name of the gate a weight or bias belongs to, None for inputs and states."""
        return GATES[self.owner][self.index[0]] if AXES[self.part][0] == "gate" else None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a target from its text. Errors: TextError, UnknownNameError, RangeError."""
        owner, *rest = text.split(".")
        if owner == "x":
            return cls("x", "x", _indices(text, ("step", "input"), rest))
        known = parts_of(owner)
        if not rest:
            raise TextError(
                "{text} stops after its owner; add one of: {known}.",
                text=shown(text),
                known=", ".join(known),
            )
        part, *words = rest
        if part not in known:
            raise unknown_name(f"part of {owner}", part, known)
        axes = AXES[part]
        if axes[0] == "gate" and words:
            if words[0] not in GATES[owner]:
                raise unknown_name(f"{owner.upper()} gate", words[0], GATES[owner])
            words[0] = str(GATES[owner].index(words[0]))
        return cls(cast("Owner", owner), part, _indices(text, axes, words))


def parts_of(owner: str) -> tuple[TargetPart, ...]:
    """The parts an owner has. Errors: UnknownNameError."""
    if owner == "x":
        return ("x",)
    if owner not in CELLS:
        raise unknown_name("owner", owner, ("x", *CELLS))
    states: tuple[TargetPart, ...] = ("h0", "c0")
    projection: tuple[TargetPart, ...] = (PROJECTION,) if owner == "lstm" else ()
    return (*states[: len(STATES[owner])], *PARTS, *projection)


def _indices(text: str, axes: tuple[str, ...], words: list[str]) -> tuple[int, ...]:
    if len(words) != len(axes):
        raise TextError(
            "{text} has {count} indices; it needs {needed}: {axes}.",
            text=shown(text),
            count=len(words),
            needed=len(axes),
            axes=", ".join(axes),
        )
    for axis, word in zip(axes, words, strict=True):
        if not _INDEX.fullmatch(word):
            raise TextError(
                "{text} has {word} as its {axis}; it needs a whole number from 0.",
                text=shown(text),
                word=shown(word),
                axis=axis,
            )
    return tuple(map(int, words))
