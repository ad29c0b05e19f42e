"""The Reader: a trained GRU that reads an English word and says it in phonemes.

An encoder GRU of 256 units reads the letters and an end sign; a decoder GRU of the same size
starts from the encoder's last state and says one phoneme a step. Trained by the authors of
g2p_en 2.1.0 (Apache-2.0); `assets/models/MANIFEST` says where the file comes from.
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array
from gru_core.cells import gru
from gru_core.errors import TextError
from gru_core.inputs.sequences import Sequence
from gru_core.run import run
from gru_core.scenes.shipped import shipped
from gru_core.weights import PARTS, GRUWeights

# Longer than any word in common dictionaries; every letter is one step of 256 units.
MAX_LETTERS: Final = 40
# The package's own limit: the greedy decoder may otherwise repeat itself for ever.
MAX_PHONEMES: Final = 20

START: Final = "<s>"
END: Final = "</s>"
END_LABEL: Final = "end"

ARRAYS: Final = (
    *("letters", "phonemes", "encoder_embedding", "decoder_embedding", "output_w", "output_b"),
    *(f"{network}_{part}" for network in ("encoder", "decoder") for part in PARTS),
)


@dataclass(frozen=True, eq=False)
class Reader:
    """Two trained GRU layers and the tables around them, in float32. Compared by identity."""

    letters: tuple[str, ...]  # the symbol of each row of letter_vectors
    phonemes: tuple[str, ...]  # the symbol of each row of phoneme_vectors and output_w
    letter_vectors: Array  # (letter, input)
    phoneme_vectors: Array  # (phoneme, input)
    weights: GRUWeights  # the encoder
    decoder: GRUWeights
    output_w: Array  # (phoneme, unit)
    output_b: Array  # (phoneme,)

    def encode(self, word: str) -> Sequence:
        """The word as an input sequence: one step a letter, then the end sign, (step, 256).

        Errors: TextError for what is not a word of the letters a to z.
        """
        letters = normalize(word)
        rows = [self.letters.index(symbol) for symbol in [*letters, END]]
        return Sequence(
            x=self.letter_vectors[rows],
            labels=(*letters, END_LABEL),
            channels=tuple(str(i + 1) for i in range(self.letter_vectors.shape[1])),
        )

    def decode(self, hidden: npt.ArrayLike) -> tuple[str, ...]:
        """The phonemes said from a last encoder state, (unit,); at each step the likeliest one."""
        h = checks.state("hidden", hidden, self.decoder.units, self.decoder.dtype)
        said: list[str] = []
        symbol = START
        while len(said) < MAX_PHONEMES:
            x = self.phoneme_vectors[self.phonemes.index(symbol)]
            h = gru.step(self.decoder, x, h).hidden
            symbol = self.phonemes[int(np.argmax(self.output_w @ h + self.output_b))]
            if symbol == END:
                break
            said.append(symbol)
        return tuple(said)

    def read(self, word: str) -> tuple[str, ...]:
        """The phonemes of a word: encode, run, decode from the last hidden state."""
        return self.decode(run(self.weights, self.encode(word).x, exactly=True)["hidden"][-1])


def normalize(word: str) -> str:
    """The word in small letters without accents.

    Errors: TextError naming the first character that is not a letter from a to z.
    """
    plain = unicodedata.normalize("NFD", word.strip().lower())
    letters = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    if not letters:
        raise TextError("The word is empty; type one of the letters a to z.")
    if len(letters) > MAX_LETTERS:
        raise TextError(
            "The word has {count} letters; the Reader takes up to {max_letters}: type a "
            "shorter one.",
            count=len(letters),
            max_letters=MAX_LETTERS,
        )
    for place, letter in enumerate(letters, start=1):
        if not ("a" <= letter <= "z"):
            name = unicodedata.name(letter, f"U+{ord(letter):04X}").lower()
            shown = f"{letter!r} ({name})" if letter.isprintable() else name
            raise TextError(
                "The word has {shown} at place {place}; the Reader knows the letters a to z "
                "and takes one word at a time: leave it out.",
                shown=shown,
                place=place,
            )
    return letters


def load_reader(path: Path) -> Reader:
    """The Reader in a file built by scripts/convert_reader.py. Takes a while: keep the result.

    Errors: UnknownNameError when arrays are missing, ShapeError when they do not fit.
    """
    arrays = shipped(path, ARRAYS, "scripts/convert_reader.py")

    def table(name: str) -> Array:
        return checks.floats(f"reader.{name}", arrays[name])

    def layer(network: str) -> GRUWeights:
        w_x, w_h, b_x, b_h = (arrays[f"{network}_{part}"] for part in PARTS)
        return GRUWeights(w_x, w_h, b_x, b_h, reset_after=True)

    return Reader(
        letters=tuple(str(symbol) for symbol in arrays["letters"]),
        phonemes=tuple(str(symbol) for symbol in arrays["phonemes"]),
        letter_vectors=table("encoder_embedding"),
        phoneme_vectors=table("decoder_embedding"),
        weights=layer("encoder"),
        decoder=layer("decoder"),
        output_w=table("output_w"),
        output_b=table("output_b"),
    )
