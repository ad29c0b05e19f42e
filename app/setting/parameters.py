"""How each field of a Setting is written as a query parameter and read: one table, both ways."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.setting.model import AROUND
from app.setting.setting import ALONGSIDE, FORMS, MATCH, SORT, TYPES, VIEWS
from app.words.say import say
from gru_core.arrays import Array
from gru_core.conventions import CELLS, Notation, notation_key, parse_notation
from gru_core.engines import ENGINES
from gru_core.errors import GatescopeError, TextError
from gru_core.formats.limits import MAX_LAYERS
from gru_core.formats.model import ANSWERS, is_answer
from gru_core.formats.reads import steps_of
from gru_core.initialize import SCHEMES
from gru_core.inputs.feed import FEEDS
from gru_core.inputs.tables import parse_numbers
from gru_core.inputs.text_input import ENCODINGS, MAX_SIZE
from gru_core.scenes.files import MAX_UNITS
from gru_core.scenes.own import MAX_STEPS, SOURCES

LARGEST_SEED = 2**32 - 1
LARGEST_INDEX = 1_000_000
LONGEST_WORD = 100
LONGEST_ASKED = 40
LONGEST_KEY = 40
LONGEST_LAYER = 200
LONGEST_TEXT = 2000


class BadValueError(ValueError):
    """A query parameter that says nothing we understand; the message says what is needed."""


@dataclass(frozen=True)
class Parameter:
    """How one field stands in the link. `read` raises BadValueError."""

    field: str
    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise BadValueError(say("setting.parameters.choice", allowed=", ".join(allowed)))
        return text

    return read


def _whole(low: int, high: int, offset: int = 0) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and low <= int(text) <= high):
            raise BadValueError(say("setting.parameters.whole", low=low, high=high))
        return int(text) - offset

    return read


def _word(text: str) -> str:
    if len(text) > LONGEST_WORD:
        raise BadValueError(say("setting.parameters.word", most=LONGEST_WORD))
    return text


def _write_names(names: tuple[str, ...]) -> str:
    """The names with ~ between; one in a name is written as in an address."""
    return "~".join(name.replace("%", "%25").replace("~", "%7E") for name in names)


def _read_names(text: str) -> tuple[str, ...]:
    return tuple(name.replace("%7E", "~").replace("%25", "%") for name in text.split("~"))


def write_rows(numbers: Array | None) -> str:
    """Rows with commas, an underscore after each; every number exactly."""
    if numbers is None:
        return ""
    return "_".join(",".join(f"{float(x)!r}".removesuffix(".0") for x in row) for row in numbers)


def read_rows(text: str) -> Array:
    """What write_rows writes. Raises BadValueError."""
    try:
        return parse_numbers(text.replace("_", "\n")).values
    except GatescopeError as error:
        problem = say("setting.parameters.rows", error=str(error).rstrip("."))
        raise BadValueError(problem) from None


def _notation(text: str) -> Notation:
    try:
        return parse_notation(text)
    except TextError as error:
        raise BadValueError(str(error).partition("; ")[2].rstrip(".")) from None


def _asked(text: str) -> str:
    if not (text.isascii() and len(text) <= LONGEST_ASKED):
        raise BadValueError(say("setting.parameters.asked"))
    return text


def _key(text: str) -> str:
    if not re.fullmatch(rf"[A-Za-z0-9_-]{{1,{LONGEST_KEY}}}", text):
        raise BadValueError(say("setting.parameters.key"))
    return text


def _lesson(text: str) -> str:
    if not re.fullmatch(rf"[a-z0-9-]{{1,{LONGEST_KEY}}}(\.[1-9][0-9]?)?", text):
        raise BadValueError(say("setting.parameters.lesson"))
    return text


def _layer(text: str) -> str:
    if len(text) > LONGEST_LAYER:
        raise BadValueError(say("setting.parameters.layer", most=LONGEST_LAYER))
    return text


def _text(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadValueError(say("setting.parameters.text", most=LONGEST_TEXT))
    return text


def _steps(text: str) -> str:
    try:
        steps_of(_text(text), MAX_STEPS)
    except TextError:
        raise BadValueError(say("setting.parameters.steps", most=MAX_STEPS)) from None
    return text


def _write_answers(answers: tuple[tuple[str, str], ...]) -> str:
    return "~".join(f"{setting}.{answer}" for setting, answer in answers)


def _read_answers(text: str) -> tuple[tuple[str, str], ...]:
    """What _write_answers writes. Raises BadValueError."""
    found = {}
    for piece in text.split("~"):
        setting, _, answer = piece.partition(".")
        named = setting in AROUND and 0 < len(answer) <= LONGEST_LAYER
        if not named and not (setting in ANSWERS and is_answer(setting, answer)):
            raise BadValueError(say("setting.parameters.answers"))
        found[setting] = answer
    return tuple(found.items())


def _counted_from_one(index: int) -> str:
    return str(index + 1)


TABLE = (
    Parameter("scene", "scene", str, str),
    Parameter("word", "word", str, _word),
    Parameter("alongside", "with", str, _choice(*ALONGSIDE)),
    Parameter("match", "match", str, _choice(*MATCH)),
    Parameter("seed", "seed", str, _whole(0, LARGEST_SEED)),
    Parameter("sort", "sort", str, _choice(*SORT)),
    Parameter("notation", "notation", notation_key, _notation),
    Parameter("engine", "engine", str, _choice(*ENGINES)),
    Parameter("cell", "cell", str, _choice(*CELLS)),
    Parameter("form", "form", str, _choice(*FORMS)),
    Parameter("view", "view", str, _choice(*VIEWS)),
    Parameter("of", "of", str, _asked),
    Parameter("type", "type", str, _choice(*TYPES)),
    Parameter("lesson", "lesson", str, _lesson),
    Parameter("step", "t", _counted_from_one, _whole(1, LARGEST_INDEX, offset=1)),
    Parameter("unit", "u", _counted_from_one, _whole(1, LARGEST_INDEX, offset=1)),
)
# What the visitor's own scene is made of; left out with any other.
OWN_TABLE = (
    Parameter("source", "source", str, _choice(*SOURCES)),
    Parameter("steps", "steps", str, _whole(1, MAX_STEPS)),
    Parameter("units", "units", str, _whole(1, MAX_UNITS)),
    Parameter("scheme", "init", str, _choice(*SCHEMES)),
    Parameter("text", "text", str, str),
    Parameter("alphabet", "alphabet", str, str),
    Parameter("encoding", "as", str, _choice(*ENCODINGS)),
    Parameter("size", "size", str, _whole(1, MAX_SIZE)),
    Parameter("channels", "names", _write_names, _read_names),
    Parameter("numbers", "x", write_rows, read_rows),
)
# Which layer of which file the visitor's own model is; left out with any other scene.
MODEL_TABLE = (
    Parameter("file", "file", str, _key),
    Parameter("layer", "layer", str, _layer),
    Parameter("at", "level", _counted_from_one, _whole(1, MAX_LAYERS, offset=1)),
    Parameter("backward", "back", lambda backward: str(int(backward)), lambda text: text == "1"),
    Parameter("answers", "set", _write_answers, _read_answers),
    Parameter("source", "feed", str, _choice(*FEEDS)),
    Parameter("steps", "steps", str, _whole(1, MAX_STEPS)),
    Parameter("text", "text", str, _text),
    Parameter("vocabulary", "words", str, _key),
    Parameter("numbers", "x", str, _key),
    Parameter("length", "length", str, _whole(1, MAX_STEPS)),
    Parameter("masked", "masked", str, _steps),
    Parameter("texts", "texts", str, _key),
    Parameter("column", "column", str, _layer),
)
