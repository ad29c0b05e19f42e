"""The link: one table between the fields of a Setting and the page's query parameters."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from app.setting import ALONGSIDE, MATCH, SORT, Setting
from gru_core.edits import format_edits, parse_edits

LONGEST_LINK = 1800  # characters; proxies cut links a little above this
LARGEST_SEED = 2**32 - 1
LARGEST_INDEX = 1_000_000
LONGEST_WORD = 100


class BadValue(ValueError):
    """A query parameter that says nothing we understand; the message says what is needed."""


@dataclass(frozen=True)
class Parameter:
    """How one field stands in the link. `read` raises BadValue."""

    field: str
    name: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def _choice(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise BadValue(f"it must be one of {', '.join(allowed)}")
        return text

    return read


def _whole(low: int, high: int, offset: int = 0) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text[:12]) <= high):
            raise BadValue(f"it must be a whole number from {low} to {high}")
        return int(text) - offset

    return read


def _word(text: str) -> str:
    if len(text) > LONGEST_WORD:
        raise BadValue(f"a word can have at most {LONGEST_WORD} letters")
    return text


def _counted_from_one(index: int) -> str:
    return str(index + 1)


TABLE = (
    Parameter("scene", "scene", str, str),
    Parameter("word", "word", str, _word),
    Parameter("alongside", "with", str, _choice(*ALONGSIDE)),
    Parameter("match", "match", str, _choice(*MATCH)),
    Parameter("seed", "seed", str, _whole(0, LARGEST_SEED)),
    Parameter("sort", "sort", str, _choice(*SORT)),
    Parameter("step", "t", _counted_from_one, _whole(1, LARGEST_INDEX, offset=1)),
    Parameter("unit", "u", _counted_from_one, _whole(1, LARGEST_INDEX, offset=1)),
)
EDITS = "e"


def encode(setting: Setting) -> tuple[dict[str, str], int]:
    """The query parameters of a setting, defaults left out, and how many edits did not fit."""
    default = Setting()
    query = {
        parameter.name: parameter.write(getattr(setting, parameter.field))
        for parameter in TABLE
        if getattr(setting, parameter.field) != getattr(default, parameter.field)
    }
    room = LONGEST_LINK - sum(len(name) + len(text) + 2 for name, text in query.items())
    kept = len(setting.edits)
    while kept and len(format_edits(setting.edits[:kept])) > room:
        kept -= 1
    if kept:
        query[EDITS] = format_edits(setting.edits[:kept])
    return query, len(setting.edits) - kept


def decode(query: Mapping[str, str], scenes: Collection[str]) -> tuple[Setting, list[str]]:
    """The setting in a link, and one sentence for each part of it that was not understood."""
    values: dict[str, Any] = {}
    rejected = []
    for parameter in TABLE:
        text = query.get(parameter.name)
        if text is None:
            continue
        try:
            values[parameter.field] = parameter.read(text)
        except BadValue as problem:
            rejected.append(f"The link says {parameter.name}={shortened(text)}; {problem}.")
    if values.get("scene", Setting.scene) not in scenes:
        known = ", ".join(scenes)
        rejected.append(
            f"The link names the scene {shortened(values['scene'])}; it must be one of {known}."
        )
        del values["scene"]
    edits, refused = parse_edits(query.get(EDITS, ""))
    rejected += [f"The link's edit {shortened(text)} was left out: {why}" for text, why in refused]
    known_names = {parameter.name for parameter in TABLE} | {EDITS}
    rejected += [
        f"The link's {shortened(name)} is not something this page knows; it was left out."
        for name in query
        if name not in known_names and not name.startswith("embed")
    ]
    return Setting(edits=tuple(edits), **values), rejected


def shortened(text: str) -> str:
    """A quoted piece of somebody else's text, at most 40 characters."""
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
