"""A vocabulary: what a model calls its inputs, and the numbers that stand for each.

Read from a text (one token a line), from word vectors (a token and its numbers a line, as GloVe and
word2vec write them) or from JSON (a list of tokens, or tokens with their places).
"""

import hashlib
import json
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from gru_core import checks, fields
from gru_core.arrays import Array
from gru_core.errors import EmptySequenceError, RangeError, TextError, shown
from gru_core.inputs.sequences import Sequence
from gru_core.inputs.text_input import shown_character
from gru_core.inputs.texts import TextRules

MAX_BYTES: Final = 8_000_000
MAX_TOKENS: Final = 200_000
MAX_READ: Final = 10_000  # tokens of a text: each is a step
LONGEST_TOKEN: Final = 100
NO_TOKEN: Final = "<0>"  # at place 0 where places count from 1, as those of Keras's Tokenizer do
UNKNOWN: Final = ("<unk>", "<UNK>", "[UNK]", "<oov>", "<OOV>")  # as common tools write them
_NUMBERS_FROM: Final = 3  # cells of a line that make it a vector


@dataclass(frozen=True)
class Vocabulary:
    """Tokens in order, and a vector for each if the file has them. Compared by value."""

    tokens: tuple[str, ...]
    vectors: Array | None = field(default=None, compare=False, repr=False)  # (token, input)
    rules: TextRules | None = None  # how the model itself takes a text apart; None: not said
    _content: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        if self.vectors is not None:
            vectors = checks.floats("vectors", self.vectors)
            object.__setattr__(self, "vectors", vectors)
            digest = hashlib.sha256(vectors.tobytes()).hexdigest()
            object.__setattr__(self, "_content", digest)

    def __reduce__(self) -> tuple[Any, ...]:
        return Vocabulary, (self.tokens, self.vectors, self.rules)

    @property
    def of_characters(self) -> bool:
        """Whether a text is taken apart into characters: each token is one, or a mark like <s>."""
        plain = [token for token in self.tokens if not (token[0] in "<[" and len(token) > 1)]
        return bool(plain) and all(len(token) == 1 for token in plain)

    def encode(self, text: str, inputs: int) -> Sequence:
        """The text as a sequence, one step a token: its vector, or a one at its place.

        inputs: how many numbers the layer takes. Errors: EmptySequenceError, RangeError, TextError
        for a token that is not in the vocabulary and where that has no mark for unknown ones.
        """
        self.check_size(inputs)
        rows, labels = self.places(text)
        x = _one_hot(rows, inputs) if self.vectors is None else self.vectors[rows]
        return Sequence(x, labels, self._channels(inputs))

    def places(self, text: str) -> tuple[list[int], tuple[str, ...]]:
        """The place of each token of a text, counted from 0, and a label for each.

        Errors: those of encode.
        """
        places, other = self.lookup()
        said = self.taken_apart(text)
        if not said:
            raise EmptySequenceError("The text is empty; a run needs at least one token: type one.")
        if len(said) > MAX_READ:
            raise RangeError(
                "The text has {count:,} tokens; up to {max_read:,} are read.",
                count=len(said),
                max_read=MAX_READ,
            )
        if self.rules is not None and self.rules.length:
            said = said[: self.rules.length]
        rows = [_place(token, step, places, other) for step, token in enumerate(said, start=1)]
        behind = 0 if self.rules is None else self.rules.padding(len(said))
        return rows + [0] * behind, (*map(_label, said), *self.tokens[:1] * behind)

    def lookup(self) -> tuple[dict[str, int], int | None]:
        """The place of each token, and that of every other word; None where there is none."""
        places = {token: at for at, token in enumerate(self.tokens)}
        other = next((places[mark] for mark in UNKNOWN if mark in places), None)
        if self.rules is not None:
            other = self.rules.other
            if self.rules.padded:
                del places[self.tokens[0]]
        return places, other

    def taken_apart(self, text: str) -> list[str]:
        """The tokens of a text, whether they are known or not."""
        if self.rules is not None:
            return self.rules.taken_apart(text)
        return list(text) if self.of_characters else text.split()

    def check_size(self, inputs: int) -> None:
        """Errors: RangeError where a layer of so many inputs cannot be given these tokens."""
        if self.vectors is not None and self.vectors.shape[1] != inputs:
            raise RangeError(
                "The vocabulary has vectors of {shape} numbers; the layer takes {inputs} "
                "inputs: choose the vectors that the model was trained with.",
                shape=self.vectors.shape[1],
                inputs=inputs,
            )
        if self.vectors is None and len(self.tokens) > inputs:
            raise RangeError(
                "The vocabulary has {count:,} tokens; the layer takes {inputs} inputs, so they "
                "cannot be one-hot: choose a file with a vector for each token.",
                count=len(self.tokens),
                inputs=inputs,
            )

    def _channels(self, inputs: int) -> tuple[str, ...]:
        if self.vectors is not None:
            return tuple(f"x{at + 1}" for at in range(inputs))
        names = tuple(map(_label, self.tokens))
        return names + tuple(f"x{at + 1}" for at in range(len(names), inputs))


def read_vocabulary(data: bytes) -> Vocabulary:
    """A vocabulary from the bytes of a file.

    Errors: RangeError for one that is too large, EmptySequenceError, TextError.
    """
    if len(data) > MAX_BYTES:
        raise RangeError(
            "The vocabulary has {count:.1f} MB; up to {max_bytes:.0f} MB are read: keep the "
            "tokens that you need.",
            count=len(data) / 1e6,
            max_bytes=MAX_BYTES / 1e6,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TextError("The vocabulary is not UTF-8 text; save it as UTF-8.") from None
    if "\0" in text:
        raise TextError("The vocabulary holds bytes that belong to no text; save it as text.")
    found = _from_json(text) if text.lstrip()[:1] in ("{", "[") else None
    return checked(*(found or _from_lines(text)))


def _from_json(text: str) -> tuple[list[str], None] | None:
    """Tokens in order; None for a text that only begins like JSON."""
    try:
        value = json.loads(text, object_pairs_hook=fields.distinct(_twice))
    except TextError:
        raise
    except RecursionError:
        raise TextError("The vocabulary is nested too deep; it needs one list of tokens.") from None
    except ValueError:
        return None
    if isinstance(value, list) and all(isinstance(token, str) for token in value):
        return value, None
    if not isinstance(value, dict) or not all(type(at) is int for at in value.values()):
        raise TextError(
            "The vocabulary is JSON of another kind; it needs a list of tokens, or an object that "
            "gives each token its place, counted from 0."
        )
    by_place = {at: token for token, at in value.items()}
    first = min(by_place, default=0)
    if sorted(by_place) != list(range(first, first + len(value))) or first not in (0, 1):
        raise TextError(
            "The vocabulary's places are not 0 to {count}, each once; number the tokens from 0 "
            "without gaps.",
            count=len(value) - 1,
        )
    none = [NO_TOKEN] * first
    return [*none, *(by_place[at] for at in sorted(by_place))], None


def _twice(token: str) -> TextError:
    return TextError(
        "The vocabulary has {token} twice; leave one out.",
        token=shown(token),
    )


def _from_lines(text: str) -> tuple[list[str], list[list[str]] | None]:
    """One token a line, or a token and its numbers; word2vec's first line has two counts."""
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1]:
        lines.pop()
    cells = [line.split(" ") if " " in line.strip() else line.split("\t") for line in lines[:2]]
    wide = len(cells) > 0 and len(cells[-1]) >= _NUMBERS_FROM
    if not wide:
        return lines, None
    if len(cells[0]) == 2 and all(cell.isdecimal() for cell in cells[0]):
        lines = lines[1:]
    rows = [line.rstrip().split("\t" if "\t" in line else " ") for line in lines]
    return [row[0] for row in rows], [row[1:] for row in rows]


def checked(tokens: SequenceOf[str], numbers: list[list[str]] | None) -> Vocabulary:
    """A vocabulary of tokens in order, and the numbers of each. Errors: as read_vocabulary."""
    if not tokens:
        raise EmptySequenceError("The vocabulary is empty; it needs a token on each line.")
    if len(tokens) > MAX_TOKENS:
        raise RangeError(
            "The vocabulary has {count:,} tokens; up to {max_tokens:,} are read.",
            count=len(tokens),
            max_tokens=MAX_TOKENS,
        )
    seen: dict[str, int] = {}
    for line, token in enumerate(tokens, start=1):
        if not token:
            raise TextError(
                "Token {line} of the vocabulary is empty; write one, or leave it out.",
                line=line,
            )
        if len(token) > LONGEST_TOKEN:
            raise TextError(
                "Token {line} of the vocabulary has {count:,} characters; up to "
                "{longest_token} are read: is this a vocabulary?",
                line=line,
                count=len(token),
                longest_token=LONGEST_TOKEN,
            )
        if any("\ud800" <= sign <= "\udfff" for sign in token):
            raise TextError(
                "Token {line} of the vocabulary, {token}, has half of a character: write it whole.",
                line=line,
                token=shown(token),
            )
        if token in seen:
            raise TextError(
                "The vocabulary has {token} twice, as token {seen} and {line}; leave one out.",
                token=shown(token),
                seen=seen[token],
                line=line,
            )
        seen[token] = line
    return Vocabulary(tuple(tokens), None if numbers is None else _vectors(tokens, numbers))


def _vectors(tokens: SequenceOf[str], rows: list[list[str]]) -> Array:
    size = len(rows[0])
    for token, row in zip(tokens, rows, strict=True):
        if len(row) != size:
            raise TextError(
                "The vector of {token} has {count} numbers; the first one has {size}: give "
                "each token as many.",
                token=shown(token),
                count=len(row),
                size=size,
            )
    try:
        return checks.floats("the vectors of the vocabulary", np.array(rows, dtype=np.float32))
    except ValueError as error:
        if isinstance(error, RangeError):
            raise
        raise TextError(
            "A vector of the vocabulary holds something that is no number; each line needs a token "
            "and its numbers, with spaces between."
        ) from None


def _place(token: str, step: int, places: dict[str, int], other: int | None) -> int:
    at = places.get(token, other)
    if at is None:
        raise TextError(
            "The text has {token} at place {step}, which is not in the vocabulary of {count:,} "
            "tokens: leave it out, or choose the vocabulary of this model.",
            token=shown(token),
            step=step,
            count=len(places),
        )
    return at


def _one_hot(rows: list[int], inputs: int) -> Array:
    x = np.zeros((len(rows), inputs))
    x[np.arange(len(rows)), rows] = 1
    return x


def _label(token: str) -> str:
    return shown_character(token) if len(token) == 1 else token
