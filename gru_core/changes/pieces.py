"""Lists in a link: pieces joined by "~", each a name, "_" and a value.

The characters are those a URL leaves alone, and repr(float) brings every value back exactly.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from gru_core.errors import GatescopeError, TextError, shown

Piece = TypeVar("Piece")

_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?(e-?[0-9]{1,3})?")


class Rejected(NamedTuple):
    """A piece of text that was not understood, and why."""

    text: str
    reason: str


def join(pieces: Iterable[object]) -> str:
    """The text of a list; the empty text for none."""
    return "~".join(map(str, pieces))


def read(text: str, parse: Callable[[str], Piece]) -> tuple[tuple[Piece, ...], list[Rejected]]:
    """What was understood, in order, and what was not. Nothing is raised and nothing dropped."""
    found, rejected = [], []
    for piece in text.split("~") if text else ():
        try:
            found.append(parse(piece))
        except GatescopeError as error:
            rejected.append(Rejected(piece, str(error)))
    return tuple(found), rejected


def name_and_value(text: str, form: str) -> tuple[str, float]:
    """A piece cut at its "_". form: how one is written, with an example. Errors: TextError."""
    name, underscore, value = text.rpartition("_")
    if not underscore or not _NUMBER.fullmatch(value):
        raise TextError(
            "{text} does not end in a value; write {form}.",
            text=shown(text),
            form=form,
        )
    return name, float(value)
