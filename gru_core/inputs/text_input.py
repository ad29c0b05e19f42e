"""Text as an input: one step for each character."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

from gru_core import checks
from gru_core.arrays import Array
from gru_core.errors import EmptySequenceError, RangeError, TextError, shown, unknown_name
from gru_core.inputs.sequences import Sequence

Encoding: TypeAlias = Literal["one-hot", "embedded"]

ENCODINGS: Final[tuple[Encoding, ...]] = ("one-hot", "embedded")
MAX_CHARACTERS: Final = 10_000
# One-hot gives each a channel, and so a row on the screen and a column of every weight matrix.
MAX_ALPHABET: Final = 64
MAX_SIZE: Final = 256

# How characters that leave no mark are written. Other control characters have pictures of their
# own in Unicode, 0x2400 above them.
_MARKS: Mapping[str, str] = MappingProxyType({" ": "␣", "\n": "⏎", "\t": "⇥", "\xa0": "⍽"})
_PICTURES: Final = 0x2400


def encode_text(
    text: str,
    alphabet: str | None = None,
    encoding: Encoding = "one-hot",
    *,
    size: int = 8,
    rng: np.random.Generator,
) -> Sequence:
    """The text as a sequence, one step a character, labelled by its characters.

    alphabet: the characters that may occur; by default those of the text, in the order of their
    codepoints. encoding: "one-hot", a channel for each character of the alphabet, at most 64; or
    "embedded", `size` channels that hold the character's vector of standard normal numbers: it
    depends on the character and on rng, not on the rest of the text. A character and its accent
    are one. Errors: EmptySequenceError, RangeError, TextError, UnknownNameError.
    """
    if encoding not in ENCODINGS:
        raise unknown_name("encoding", encoding, ENCODINGS)
    characters = _characters(text)
    known = _alphabet(alphabet, characters)
    labels = tuple(map(shown_character, characters))
    if encoding == "embedded":
        if checks.whole("size", size, 1) > MAX_SIZE:
            raise RangeError(
                "size is {size}; up to {max_size} numbers a character are drawn.",
                size=size,
                max_size=MAX_SIZE,
            )
        vectors = _vectors(known, size, rng)
        channels = tuple(str(i + 1) for i in range(size))
    else:
        if len(known) > MAX_ALPHABET:
            raise RangeError(
                "The alphabet has {count} characters; one-hot takes up to {max_alphabet}, each "
                "being a channel: use fewer, or embedded.",
                count=len(known),
                max_alphabet=MAX_ALPHABET,
            )
        vectors = np.eye(len(known))
        channels = tuple(map(shown_character, known))
    places = {character: i for i, character in enumerate(known)}
    return Sequence(vectors[[places[c] for c in characters]], labels, channels)


def shown_character(character: str) -> str:
    """A character as a label: space as ␣, the end of a line as ⏎, others that leave no mark too."""
    if character in _MARKS:
        return _MARKS[character]
    return chr(_PICTURES + ord(character)) if character < " " else character


def _characters(text: str) -> str:
    if not text:
        raise EmptySequenceError("The text is empty; a run needs at least one character: type one.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) <= MAX_CHARACTERS:
        text = unicodedata.normalize("NFC", text)  # may be longer: some characters come apart
    if len(text) > MAX_CHARACTERS:
        raise RangeError(
            "The text has {count:,} characters; up to {max_characters:,} are read, each being "
            "a step: take a part of it.",
            count=len(text),
            max_characters=MAX_CHARACTERS,
        )
    if any(unicodedata.category(c) == "Cs" for c in text):
        raise TextError("The text holds half a character; it needs whole ones: copy it again.")
    return text


def _alphabet(alphabet: str | None, characters: str) -> str:
    """The characters that may occur, in order, once it is sure that no other does."""
    if alphabet is None:
        return "".join(sorted(set(characters)))
    known = "".join(dict.fromkeys(unicodedata.normalize("NFC", alphabet)))
    for place, character in enumerate(characters, start=1):
        if character not in known:
            name = unicodedata.name(character, f"U+{ord(character):04X}").lower()
            raise TextError(
                "The text has {character!r} ({name}) at place {place}; the alphabet has "
                "{known}: leave it out, or add it there.",
                character=character,
                name=name,
                place=place,
                known=shown(known),
            )
    return known


def _vectors(characters: str, size: int, rng: np.random.Generator) -> Array:
    """A vector for each character, (character, size), each from a stream of its own."""
    seed = int(rng.integers(2**63))
    streams = (np.random.SeedSequence((seed, ord(character))) for character in characters)
    return np.array([np.random.default_rng(stream).normal(size=size) for stream in streams])
