"""How a model's own layer makes tokens of a text: as Keras's TextVectorization does, to the letter.

TensorFlow lowers A to Z alone, and splits at the white space of ASCII alone.
"""

import re
import string
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

STANDARDIZE: Final = ("", "lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLITS: Final = ("whitespace", "character")
PADDING: Final = "[PAD]"  # what the token is called here that stands for no word
MAX_LENGTH: Final = 100_000  # tokens that a text may be padded to
_LOWER: Final = MappingProxyType(str.maketrans(string.ascii_uppercase, string.ascii_lowercase))
_STRIPPED: Final = MappingProxyType(str.maketrans("", "", string.punctuation))
_SPACES: Final = re.compile("[ \t\n\v\f\r]+")


@dataclass(frozen=True)
class TextRules:
    """What becomes of a text before its words are looked up, and of those that are unknown."""

    standardize: str = ""  # one of STANDARDIZE; empty for nothing
    split: str = "whitespace"  # one of SPLITS
    length: int = 0  # tokens that every text is cut or padded to; 0 for as many as it has
    padded: bool = False  # whether place 0 is of padding, and of no word
    other: int | None = None  # the place of every word that is not known; None where that is wrong

    def taken_apart(self, text: str) -> list[str]:
        """The words of a text, those that are cut off too."""
        if self.standardize.startswith("lower"):
            text = text.translate(_LOWER)
        if self.standardize.endswith("strip_punctuation"):
            text = text.translate(_STRIPPED)
        if self.split == "character":
            return list(text)
        return [word for word in _SPACES.split(text) if word]

    def padding(self, words: int) -> int:
        """How many tokens of padding stand behind so many words."""
        return max(self.length - words, 0)
