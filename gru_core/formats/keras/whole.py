"""A Keras model as pieces: what its config says stands around its recurrent layers, by name.

Only layers of Keras itself whose numbers at inference are known are taken; what depends on any
other is left out, so that nothing is shown that the model does not compute.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gru_core.arrays import read_only
from gru_core.errors import GatescopeError
from gru_core.formats.keras import model as keras_model
from gru_core.formats.keras import settings, steps
from gru_core.formats.keras.calls import (
    GIVEN,
    Call,
    Tensor,
    calls_of,
    input_of,
    is_recurrent,
    shape_of,
)
from gru_core.formats.keras.last import end_of, states_of
from gru_core.formats.keras.variables import Variables
from gru_core.formats.keras.words import LAYERS as WORDS
from gru_core.formats.keras.words import NO_WORDS, Assets, Words, words_of
from gru_core.formats.model import Entry
from gru_core.formats.whole.pieces import INPUT, MOST_STEPS, Piece, Whole


def whole_or_none(
    model: Mapping[str, Any],
    major: int,
    entries: Collection[Entry],
    variables: Variables,
    words: Assets = NO_WORDS,
) -> Whole | None:
    """As whole_of; None for a config that is not as Keras writes it: its layers are read alone."""
    try:
        return whole_of(model, major, entries, variables, words)
    except (GatescopeError, AttributeError, LookupError, TypeError, ValueError):
        return None


def whole_of(
    model: Mapping[str, Any],
    major: int,
    entries: Collection[Entry],
    variables: Variables,
    words: Assets = NO_WORDS,
) -> Whole | None:
    """The model around its recurrent layers; None where its config does not say it."""
    known = keras_model.places_of(model)
    if known is None:
        return None
    found = calls_of(model, known)
    if found is None:
        return None
    named = {one.name: one for one in entries}
    maker = _Maker(named, major, variables, input_of(found.calls), words)
    maker.take_all(found.calls)
    if not any(one.kind == "layer" for one in maker.pieces):
        return None
    output = maker.values.get(found.output) if found.output is not None else None
    read = maker.words
    tokens, rules, notes = (
        ((), None, ()) if read is None else (read.tokens, read.rules, (read.note,))
    )
    return Whole(tuple(maker.pieces), output or "", tokens, notes=notes, rules=rules)


class _Maker:
    """Takes the layers one after the other."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        major: int,
        variables: Variables,
        given: str | None,
        assets: Assets,
    ) -> None:
        self.pieces: list[Piece] = []
        self.values: dict[Tensor, str] = {}  # the piece of each tensor that is known
        self._entries, self._major, self._variables = entries, major, variables
        self._masks: dict[str, str] = {}  # by the name of a piece what says which steps count
        self._flat: set[str] = set()  # the values that have no steps any more
        self._odd: set[str] = set()  # whose mask is not known
        self._given, self._assets = given, assets
        self.words: Words | None = None  # of the layer that makes tokens of a text
        self._first = True
        self._steps = False  # whether the input is known to have steps of several numbers

    def take_all(self, calls: Collection[Call]) -> None:
        """Add the pieces of all layers; one called again may stand before what it reads."""
        left, known = [*calls], -1
        while left and len(self.values) > known:
            known, todo, left = len(self.values), left, []
            for call in todo:
                if all(one in self.values for one in (*call.reads, *call.starts)):
                    self.take(call)
                else:
                    left.append(call)

    def take(self, call: Call) -> None:
        """Add the pieces of a layer, if they are known."""
        if call.class_name == "InputLayer":
            if call.name == self._given:
                self.values[Tensor(call.name)] = INPUT
                self._steps = len(shape_of(call.config)) == 3
            return
        reads = [self.values.get(one) for one in call.reads]
        if not call.reads and self._given == "" and self._first:  # a Sequential without an input
            reads = [INPUT]
            self._steps = len(shape_of(call.config)) == 3
        self._first = False
        if not reads or None in reads or not settings.is_own(call):
            return
        names = [one for one in reads if one is not None]
        if call.class_name in WORDS:
            self._words(call, names)
            return
        if is_recurrent(call):
            self._recurrent(call, names[0])
            return
        make = self._maker_of(call.class_name)
        if make is not None:
            made = make(call, names)
            if made:
                self.values[Tensor(call.name)] = made

    def _maker_of(self, kind: str) -> Callable[[Call, list[str]], str] | None:
        if kind in steps.SAME:
            return self._same
        if kind in steps.POOLS:
            return self._pool
        if kind in steps.MERGES:
            return self._merge
        if kind in settings.LEAVING_STEPS:
            return self._set
        if kind in steps.WINDOWS:
            return self._windows
        table: dict[str, Callable[[Call, list[str]], str]] = {
            "Embedding": self._embedding,
            "Dense": self._dense,
            "TimeDistributed": self._distributed,
            **dict.fromkeys(settings.ACTIVATIONS, self._activation),
            GIVEN: self._given_to_model,
            "Flatten": self._flattened,
            "Reshape": self._reshaped,
            "RepeatVector": self._repeated,
            "Masking": self._masking,
            "NotEqual": self._unequal,
            "Any": self._any,
        }
        return table.get(kind)

    def _add(self, piece: Piece, mask: str = "", flat: bool = False) -> str:
        if any(one.name == piece.name for one in self.pieces) or piece.name == INPUT:
            return ""
        self.pieces.append(piece)
        self._masks[piece.name] = mask
        if flat:
            self._flat.add(piece.name)
        return piece.name

    def _after(self, call: Call, name: str, kind: Any, reads: list[str], **settings: Any) -> str:
        """A piece that leaves steps and masks as they are."""
        below = reads[0]
        odd, flat = below in self._odd, below in self._flat
        made = self._add(
            Piece(name, kind, tuple(reads), **settings), self._masks.get(below, ""), flat
        )
        if made and odd:
            self._odd.add(made)
        return made

    def _words(self, call: Call, reads: list[str]) -> None:
        """What a text is made into stands in the place of the input."""
        found = words_of(call, self._assets) if reads == [INPUT] and self.words is None else None
        if found is not None:
            self.words = found
            self.values[Tensor(call.name)] = INPUT

    def _same(self, call: Call, reads: list[str]) -> str:
        return self._after(call, call.name, "same", reads)

    def _given_to_model(self, call: Call, reads: list[str]) -> str:
        mask = self._mask(call, reads[0])
        if mask is None or reads[0] in self._odd:
            return ""
        return self._add(Piece(call.name, "same", tuple(reads)), mask, reads[0] in self._flat)

    def _embedding(self, call: Call, reads: list[str]) -> str:
        found = self._variables(call.layer, call.place, "Embedding", {})
        if found is None or found["embeddings"].ndim != 2 or reads[0] in self._masks:
            return ""
        masked = call.config.get("mask_zero") is True
        numbers = {"value": 0.0} if masked else {}
        piece = Piece(call.name, "table", tuple(reads), {"w": found["embeddings"]}, numbers=numbers)
        return self._add(piece, call.name if masked else "")

    def _dense(self, call: Call, reads: list[str], inner: Mapping[str, Any] | None = None) -> str:
        config = call.config if inner is None else inner
        place = call.place if inner is None else f"{call.place}/layer"
        has = {"bias": config.get("use_bias", config.get("bias", True)) is True}
        found = self._variables(call.layer, place, "Dense", has)
        function = settings.function_of(config.get("activation"), self._major)
        if found is None or function is None or found["kernel"].ndim != 2:
            return ""
        arrays = {"w": read_only(np.ascontiguousarray(found["kernel"].T))}
        if "bias" in found:
            arrays["b"] = found["bias"]
        if function == "linear":
            return self._after(call, call.name, "dense", reads, arrays=arrays)
        below = self._after(call, f"{call.name}, sum", "dense", reads, arrays=arrays)
        return below and self._after(call, call.name, "function", [below], does=function)

    def _distributed(self, call: Call, reads: list[str]) -> str:
        """A Dense layer at each step, which is what a Dense layer does anyway."""
        inner = call.config.get("layer")
        config = inner.get("config") if isinstance(inner, dict) else None
        if inner is None or not isinstance(config, dict) or reads[0] in self._flat:
            return ""
        if inner.get("class_name") in steps.SAME:
            return self._same(call, reads)
        if inner.get("class_name") in settings.ACTIVATIONS:
            one = replace(call, class_name=str(inner["class_name"]), config=config)
            return self._activation(one, reads)
        return self._dense(call, reads, config) if inner.get("class_name") == "Dense" else ""

    def _activation(self, call: Call, reads: list[str]) -> str:
        function = settings.activation(call, self._major)
        if function is None or (call.class_name == "Softmax" and self._is_masked(reads[0])):
            return ""
        return self._after(call, call.name, "function", reads, does=function)

    def _set(self, call: Call, reads: list[str]) -> str:
        """A layer that leaves the steps as they are."""
        made = settings.LEAVING_STEPS[call.class_name](call, self._variables)
        if made is None or (made.pop("flat", False) and reads[0] not in self._flat):
            return ""
        if not (settings.is_one_number(made) or self._along_last(call.config, reads[0])):
            return ""
        return self._after(call, call.name, made.pop("kind"), reads, **made)

    def _windows(self, call: Call, reads: list[str]) -> str:
        """A layer that makes other steps of the steps, which are masked no more."""
        below = reads[0]
        made = None
        if below not in self._flat and not self._is_unknown(below):
            made = steps.WINDOWS[call.class_name](call, self._variables)
        function = settings.function_of(call.config.get("activation"), self._major)
        if made is None or function is None:
            return ""
        names = [f"{call.name}, step {at}" for at in range(1, len(made))]
        names += [call.name if function == "linear" else f"{call.name}, sum"]
        for name, one in zip(names, made, strict=True):
            below = self._add(Piece(name, one.pop("kind"), (below,), **one))
            if not below:
                return ""
        if function == "linear":
            return below
        return self._after(call, call.name, "function", [below], does=function)

    def _reshaped(self, call: Call, reads: list[str]) -> str:
        """The numbers of a sequence in other steps, or in none."""
        sizes = steps.shape_after(call.config)
        if sizes is None or (reads[0] not in self._flat and self._is_unknown(reads[0])):
            return ""
        if len(sizes) == 1:
            return self._flattened(call, reads)
        numbers = dict(zip(("size", "width"), map(float, sizes), strict=True))
        return self._add(Piece(call.name, "reshape", tuple(reads), numbers=numbers))

    def _flattened(self, call: Call, reads: list[str]) -> str:
        """Every number of every step side by side."""
        if self._is_unknown(reads[0]) or call.config.get("data_format") == "channels_first":
            return ""
        if reads[0] in self._flat:
            return self._same(call, reads)
        return self._add(Piece(call.name, "flat", tuple(reads)), flat=True)

    def _repeated(self, call: Call, reads: list[str]) -> str:
        """The same numbers at each of so many steps."""
        times = call.config.get("n")
        if reads[0] not in self._flat or type(times) is not int or not 1 <= times <= MOST_STEPS:
            return ""
        return self._add(Piece(call.name, "repeat", tuple(reads), numbers={"size": float(times)}))

    def _is_unknown(self, below: str) -> bool:
        masked = self._major < 3 and self._is_masked(below)
        return masked or (below == INPUT and not self._steps)

    def _is_masked(self, below: str) -> bool:
        return below in self._odd or bool(self._masks.get(below))

    def _along_last(self, config: Mapping[str, Any], below: str) -> bool:
        axis = config.get("axis", -1)
        axis = axis[0] if isinstance(axis, list) and len(axis) == 1 else axis
        return axis in (-1, 1 if below in self._flat else 2)

    def _masking(self, call: Call, reads: list[str]) -> str:
        value = settings.number(call.config.get("mask_value", 0.0))
        if value is None or reads[0] in self._odd:
            return ""
        piece = Piece(call.name, "masking", tuple(reads), numbers={"value": value})
        # Keras takes the mask anew from the numbers, whatever it was before.
        return self._add(piece, call.name)

    def _unequal(self, call: Call, reads: list[str]) -> str:
        if len(call.constants) != 1 or len(reads) != 1 or reads[0] in self._flat:
            return ""
        return self._add(
            Piece(call.name, "unequal", tuple(reads), numbers={"value": float(call.constants[0])})
        )

    def _any(self, call: Call, reads: list[str]) -> str:
        """Of the numbers of a step, as Keras writes the mask of a Masking."""
        unequal = {one.name for one in self.pieces if one.kind == "unequal"}
        axis = call.config.get("axis", -1)
        return reads[0] if reads[0] in unequal and axis in (-1, 2, [-1], [2]) else ""

    def _pool(self, call: Call, reads: list[str]) -> str:
        mask = self._mask(call, reads[0])
        kind = steps.POOLS[call.class_name]
        odd = (
            mask is None
            or reads[0] in self._odd
            or reads[0] in self._flat
            or (kind == "max" and bool(mask))
        )
        if odd or call.config.get("keepdims") or call.config.get("data_format") == "channels_first":
            return ""
        piece = Piece(call.name, kind, tuple(reads), mask=mask or "")
        return self._add(piece, flat=True)

    def _mask(self, call: Call, below: str) -> str | None:
        """What says which steps a layer reads: as it is called, or as what it reads has it."""
        if call.mask is None:
            return self._masks.get(below, "")
        given = self.values.get(call.mask, "")
        known = any(one.name == given and one.kind == "unequal" for one in self.pieces)
        return given if known else None

    def _merge(self, call: Call, reads: list[str]) -> str:
        flat = {one in self._flat for one in reads}
        masks = {self._masks.get(one, "") for one in reads}
        axis = call.config.get("axis", -1)
        if len(flat) > 1 or len(reads) < 2 or (INPUT in reads and not self._steps):
            return ""
        # What these make of numbers at masked steps depends on the version.
        if call.class_name in steps.BY_MASK and any(map(self._is_masked, reads)):
            return ""
        is_flat = flat.pop()
        if call.class_name == "Concatenate" and axis not in (-1, 1 if is_flat else 2):
            return ""
        made = self._add(
            Piece(call.name, steps.MERGES[call.class_name], tuple(reads)),
            masks.pop() if len(masks) == 1 else "",
            is_flat,
        )
        if made and (masks or any(one in self._odd for one in reads)):
            self._odd.add(made)  # how several masks become one depends on the version
        return made

    def _recurrent(self, call: Call, below: str) -> None:
        entry = self._entries.get(call.name)
        starts = [self.values.get(one) for one in call.starts]
        if entry is None or None in starts or below in self._flat or below in self._odd:
            return
        mask = self._mask(call, below)
        if mask is None:
            return
        # Keras 3 hands a mask to a layer with one tensor only, and on to what follows all the same.
        own = "" if self._major == 3 and starts and call.mask is None else mask
        names = tuple(one for one in starts if one is not None)
        two = len(entry.layers[0]) == 2
        if names and (two or len(entry.layers) > 1):
            return
        inner = call.config.get("layer") if call.class_name == "Bidirectional" else None
        config = inner["config"] if isinstance(inner, dict) else call.config
        piece = Piece(call.name, "layer", (below,), does=entry.name, mask=own, starts=names)
        if not self._add(piece, mask):
            return
        end = end_of(call, two)
        if config.get("return_sequences") is True:
            self.values[Tensor(call.name)] = call.name
        elif self._add(end, flat=True):
            self.values[Tensor(call.name)] = end.name
        if config.get("return_state") is True and len(entry.layers) == 1:
            for at, does in enumerate(states_of(entry, two), start=1):
                name = f"{call.name}, {does}"
                if self._add(Piece(name, "ends", (call.name,), does=does), flat=True):
                    self.values[Tensor(call.name, at)] = name
