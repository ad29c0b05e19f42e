"""What is said to people beside errors: whole templates with named fields, and counts of things.

A note or an answer of the command line is written as an error is: who shows it in another language
fills its own template.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Self


class Said(str):
    """A text that keeps the template it was made of, as str.format has it, and its fields."""

    __slots__ = ("fields", "template")
    template: str
    fields: Mapping[str, object]

    def __new__(cls, template: str, /, **fields: object) -> Self:
        said = super().__new__(cls, template.format(**fields))
        said.template = template
        said.fields = fields
        return said


# What is counted, for one and for more.
NOUNS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "bias": ("{n} bias", "{n} biases"),
        "cell": ("{n} cell", "{n} cells"),
        "column": ("{n} column", "{n} columns"),
        "direction": ("{n} direction", "{n} directions"),
        "layer": ("{n} layer", "{n} layers"),
        "name": ("{n} name", "{n} names"),
        "number": ("{n} number", "{n} numbers"),
        "row": ("{n} row", "{n} rows"),
        "sequence": ("{n} sequence", "{n} sequences"),
        "step": ("{n} step", "{n} steps"),
        "text": ("{n} text", "{n} texts"),
        "token": ("{n} token", "{n} tokens"),
        "unit": ("{n} unit", "{n} units"),
    }
)


# What begins with a vowel, letter by letter and as a word.
_SPELLED: Final = tuple("AEFHILMNORSX")
_SPOKEN: Final = tuple("AEIOaeio")


def counted(number: int, noun: str, form: str = ",") -> Said:
    """A number with its noun: 1 row, 2,000 rows; form: of the number, as format has it."""
    one, more = NOUNS[noun]
    return Said(one if number == 1 else more, n=format(number, form))


def article(name: str) -> str:
    """What a name has before it as it is spoken: an LSTM, an 'IndRNN', a GRU, a SimpleRNN."""
    plain = name.lstrip("'\"")
    vowels = _SPELLED if plain[:2].isupper() else _SPOKEN
    return ("a", "an")[plain.startswith(vowels)]


def listed(names: Sequence[str], most: int) -> str:
    """Names with commas between them, and how many more there are than `most`."""
    first, more = ", ".join(names[:most]), len(names) - most
    return Said("{names} and {more} more", names=first, more=more) if more > 0 else first
