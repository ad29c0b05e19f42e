"""A whole model as a list of pieces, each a function that is known exactly, with its numbers.

A value is (step, batch, feature), or (batch, feature) where the steps are gone; tokens are
(step, batch). Nothing of a file is run: a reader writes the pieces down, or writes none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from gru_core.arrays import Array
from gru_core.inputs.texts import TextRules
from gru_core.inputs.vocabulary import Vocabulary

# same: what does nothing once a model is trained. table: the vector of each token. layer: a
# recurrent one, an entry of the file. dense: w x + b. scale: w x + b, feature by feature. norm:
# over the features of a step. function: one of functions.FUNCTIONS. clip: not below or above.
# leak: w x below 0, feature by feature. A scale or a leak of one number is that of every feature.
Plain: TypeAlias = Literal[
    "same",
    "table",
    "layer",
    "dense",
    "scale",
    "norm",
    "function",
    "clip",
    "leak",
]
# masking and unequal make a mask. last and first: the value at that step; mean, max: over the
# steps; ends: the last states of a layer; backward: the steps in the other order.
Steps: TypeAlias = Literal["masking", "unequal", "last", "first", "mean", "max", "ends", "backward"]
# conv: w of a few steps at a time + b; pool: their mean or max; `from` steps are put before the
# first and `to` behind the last, where these are not named as many as give one for each stride.
# flat: the features of all steps side by side; repeat: the same at each of so many steps.
# unconv: each step spread over a few, `stride` apart, of which `from` at the beginning are cut off,
# and stride times as many as are read are kept, and `to`. stretch: each step so often. pad and
# crop: `from` steps of zeros before the first and `to` behind the last, and as many cut off.
# reshape: the numbers of all steps as `size` steps of `width`; 0 for as many as there are.
Windows: TypeAlias = Literal[
    "conv",
    "pool",
    "flat",
    "repeat",
    "unconv",
    "stretch",
    "pad",
    "crop",
    "reshape",
]
# join: features side by side; add, multiply, average, largest, least, minus and over (the first
# less the others, or divided by them): number by number; part: some features in their order.
Joins: TypeAlias = Literal[
    "join",
    "add",
    "multiply",
    "average",
    "largest",
    "least",
    "minus",
    "over",
    "part",
]
Kind: TypeAlias = Plain | Steps | Windows | Joins
KINDS: Final[tuple[Kind, ...]] = (
    *(*get_args(Plain), *get_args(Steps)),
    *(*get_args(Windows), *get_args(Joins)),
)
# What makes other steps of the steps; a convolution may leave as many.
_OTHER_STEPS: Final = ("pool", "repeat", "unconv", "stretch", "pad", "crop", "reshape")
MOST_STEPS: Final = 10_000  # that a piece looks at, goes on by, or makes of one
INPUT: Final = ""  # what a piece reads that reads the model's input
POOLS: Final = ("max", "mean")  # what a pool makes of the steps that it sees
# Which arrays each kind has; those behind the bar need not be there.
ARRAYS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "table": ("w",),  # (token, feature)
        "dense": ("w", "b"),  # (feature out, feature in), (feature out,)
        "scale": ("w", "b"),  # (feature,)
        "norm": ("w", "b"),  # (feature,)
        "leak": ("w",),  # (feature,)
        "conv": ("w", "b"),  # (feature out, feature in of a group, step), (feature out,)
        "unconv": ("w", "b"),  # (feature out, feature in, step), (feature out,)
    }
)


@dataclass(frozen=True, eq=False)
class Piece:
    """One function in a model. Compared by identity."""

    name: str  # of its value; no other piece has it
    kind: Kind
    reads: tuple[str, ...] = (INPUT,)  # pieces, in order; INPUT for what the model is given
    arrays: Mapping[str, Array] = field(default_factory=dict)
    # Of a layer its entry, of a function or a pool which, of ends forward, backward or both.
    does: str = ""
    # value of a mask, epsilon, from, to; in steps size, stride and dilation; groups; width
    numbers: Mapping[str, float] = field(default_factory=dict)
    mask: str = ""  # the piece that says which steps count; empty where all do
    starts: tuple[str, ...] = ()  # of a layer: the pieces of its first states, as STATES


@dataclass(frozen=True, eq=False)
class Whole:
    """A model from its input to its prediction. Compared by identity."""

    pieces: tuple[Piece, ...]  # each after those that it reads
    output: str = ""  # the piece that is the prediction; empty where the file shows none
    vocabulary: tuple[str, ...] = ()  # what the file calls its tokens, in order
    labels: tuple[str, ...] = ()  # what it calls the numbers of its prediction
    notes: tuple[str, ...] = ()
    rules: TextRules | None = None  # how it takes a text apart; None where the file does not say

    @property
    def words(self) -> Vocabulary | None:
        """What a text is typed in; None where the file has no words."""
        return Vocabulary(self.vocabulary, rules=self.rules) if self.vocabulary else None

    @property
    def table(self) -> Piece | None:
        """What takes tokens; None for a model that is given numbers."""
        return next(
            (one for one in self.pieces if one.kind == "table" and INPUT in one.reads), None
        )

    @property
    def gives_states(self) -> bool:
        """Whether it gives the states of a layer, some of them or their mean: it has no head."""
        at = self.output
        while at and (one := self.piece(at)).kind in ("same", *get_args(Steps)):
            at = one.reads[0]
        return bool(at) and self.piece(at).kind == "layer"

    def keeps_steps(self, entry: str) -> bool:
        """Whether the steps of the prediction, if it has any, are those of a layer."""
        layer, names, found = self.of_layer(entry), [self.output], set[str]()
        while names:
            name = names.pop()
            if name == INPUT or name in found or self.piece(name) is layer:
                continue
            found.add(name)
            one = self.piece(name)
            if one.kind in _OTHER_STEPS or (one.kind == "conv" and not _keeps_steps(one)):
                return False
            names += one.reads
        return True

    def piece(self, name: str) -> Piece:
        """The piece of this name."""
        return next(one for one in self.pieces if one.name == name)

    def of_layer(self, entry: str) -> Piece | None:
        """The piece that a recurrent layer is, the first of several; None where it is none."""
        named = (one for one in self.pieces if one.kind == "layer" and one.does == entry)
        return next(named, None)

    def above(self, name: str) -> tuple[Piece, ...]:
        """The pieces that lead from the value of a piece to the prediction, that one left out.

        Empty where something else leads there too, or nothing.
        """
        found: list[Piece] = []
        at = self.output
        while at and at != name:
            one = self.piece(at)
            if len(one.reads) != 1 or one.kind == "layer":
                return ()
            found.append(one)
            at = one.reads[0]
        return tuple(reversed(found)) if at == name else ()


def _keeps_steps(conv: Piece) -> bool:
    """Whether a convolution gives as many steps as it reads."""
    numbers = conv.numbers
    reach = numbers.get("dilation", 1) * (conv.arrays["w"].shape[2] - 1)
    return (
        numbers.get("stride", 1) == 1 and numbers.get("from", reach) + numbers.get("to", 0) == reach
    )
