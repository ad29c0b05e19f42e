"""Many texts as places in a vocabulary, and how much of them that knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import RangeError, TextError, shown
from gru_core.inputs.vocabulary import MAX_READ, Vocabulary
from gru_core.words import counted

Places = npt.NDArray[np.intp]
_LONGEST: Final = 10  # digits of a place


@dataclass(frozen=True, eq=False)
class Encoded:
    """Texts as their model takes them. Compared by identity."""

    sequences: tuple[Places, ...]  # each (step,), with the padding that the model itself puts there
    counts: tuple[int, ...]  # steps of each that are of the text
    words: int  # that the texts have, unknown ones too
    unknown: int  # of those
    marked: bool  # whether unknown words are read, as a token for all of them; else left out
    without: int = 0  # texts of which nothing is known, which are left out
    cut: int = 0  # texts of which the model reads only the beginning


def encoded(texts: Sequence[str], vocabulary: Vocabulary) -> Encoded:
    """Each text by a model's vocabulary, taken apart as one text is.

    A word that the vocabulary does not have is the token that stands for such, where there is one;
    else it is left out, as Keras's Tokenizer does. Errors: RangeError for a text that is too long;
    TextError where nothing of any text is known.
    """
    places, other = vocabulary.lookup()
    sequences, counts, words, unknown, cut = [], [], 0, 0, 0
    longest = 0 if vocabulary.rules is None else vocabulary.rules.length
    for number, text in enumerate(texts, start=1):
        said = vocabulary.taken_apart(text)
        _check_length(number, len(said))
        if longest and len(said) > longest:
            said, cut = said[:longest], cut + 1
        words += len(said)
        unknown += sum(token not in places for token in said)
        rows = [at for token in said if (at := places.get(token, other)) is not None]
        if rows:
            counts.append(len(rows))
            behind = 0 if vocabulary.rules is None else vocabulary.rules.padding(len(rows))
            sequences.append(np.array(rows + [0] * behind, np.intp))
    if not sequences:
        raise TextError(
            "Of {texts} no word is in the vocabulary of {tokens:,} tokens, such as "
            "{example}: choose the vocabulary of this model.",
            texts=counted(len(texts), "text"),
            tokens=len(places),
            example=", ".join(map(shown, list(places)[:3])),
        )
    without = len(texts) - len(sequences)
    return Encoded(tuple(sequences), tuple(counts), words, unknown, other is not None, without, cut)


def as_places(texts: Sequence[str], tokens: int) -> Encoded:
    """Texts that are places in a vocabulary, written as whole numbers: 3 17 9, or 3, 17, 9.

    tokens: how many the vocabulary has. Errors: RangeError, TextError.
    """
    sequences = []
    for number, text in enumerate(texts, start=1):
        said = text.replace(",", " ").split()
        _check_length(number, len(said))
        for one in said:
            known = one.isascii() and one.isdecimal() and len(one) < _LONGEST
            if not (known and int(one) < tokens):
                raise TextError(
                    "Text {number} has {token}, which is no place of a token: the model has no "
                    "words of its own, so give whole numbers from 0 to {last}, or a vocabulary.",
                    number=number,
                    token=shown(one),
                    last=tokens - 1,
                )
        sequences.append(np.array([int(one) for one in said], np.intp))
    counts = tuple(map(len, sequences))
    return Encoded(tuple(sequences), counts, sum(counts), 0, False)


def _check_length(number: int, words: int) -> None:
    if words > MAX_READ:
        raise RangeError(
            "Text {number} has {count:,} tokens; up to {most:,} are read: cut it.",
            number=number,
            count=words,
            most=MAX_READ,
        )
