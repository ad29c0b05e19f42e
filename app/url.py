"""The link: one table between the fields of a Setting and the page's query parameters."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.setting import ALONGSIDE, MATCH, SORT, Setting
from gru_core.edits import format_edits, parse_edits

LONGEST_LINK = 7000  # characters; web servers usually refuse request lines of 8 kB
SAFE_LINK = 1500  # beyond this a mail program or a proxy may have cut a link short
LARGEST_SEED = 2**32 - 1
LARGEST_INDEX = 1_000_000
LONGEST_WORD = 100


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
            raise BadValueError(f"it must be one of {', '.join(allowed)}")
        return text

    return read


def _whole(low: int, high: int, offset: int = 0) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and low <= int(text) <= high):
            raise BadValueError(f"it must be a whole number from {low} to {high}")
        return int(text) - offset

    return read


def _word(text: str) -> str:
    if len(text) > LONGEST_WORD:
        raise BadValueError(f"a word can have at most {LONGEST_WORD} letters")
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
END = "~"  # after every edit, so that a link cut short cannot pass for a whole one
CURSOR = ("t", "u")
FOREIGN = ("embed", "utm_", "fbclid", "gclid")  # Streamlit's own, and what mailers add


def encode(setting: Setting) -> tuple[dict[str, str], int]:
    """The query parameters of a setting, defaults left out, and how many edits did not fit."""
    default = Setting()
    query = {
        parameter.name: parameter.write(getattr(setting, parameter.field))
        for parameter in TABLE
        if getattr(setting, parameter.field) != getattr(default, parameter.field)
    }
    room = LONGEST_LINK - len(urlencode({**query, EDITS: ""}))
    pieces = [format_edits([edit]) + END for edit in setting.edits]
    while sum(map(len, pieces)) > room:
        pieces.pop()
    if pieces:
        query[EDITS] = "".join(pieces)
    return query, len(setting.edits) - len(pieces)


def complete(setting: Setting) -> dict[str, str | None]:
    """Every query parameter but the cursor's, None where the setting leaves it out."""
    query, _ = encode(setting)
    names = [parameter.name for parameter in TABLE] + [EDITS]
    return {name: query.get(name) for name in names if name not in CURSOR}


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
        except BadValueError as problem:
            rejected.append(f"The link says {parameter.name}={shortened(text)}; {problem}.")
    if values.get("scene", Setting.scene) not in scenes:
        known = ", ".join(scenes)
        rejected.append(
            f"The link names the scene {shortened(values['scene'])}; it must be one of {known}."
        )
        del values["scene"]
    text, cut = _whole_edits(query.get(EDITS, ""))
    rejected += cut
    edits, refused = parse_edits(text)
    rejected += [f"The link's edit {shortened(text)} was left out: {why}" for text, why in refused]
    known_names = {parameter.name for parameter in TABLE} | {EDITS}
    rejected += [
        f"The link's {shortened(name)} is not something this page knows; it was left out."
        for name in query
        if name not in known_names and not name.startswith(FOREIGN)
    ]
    return Setting(edits=tuple(edits), **values), rejected


def _whole_edits(text: str) -> tuple[str, list[str]]:
    """The edits without the closing mark, less the last one of a long link that lost its end."""
    if text.endswith(END) or len(text) <= SAFE_LINK:
        return text.removesuffix(END), []
    whole = text.rpartition(END)[0]
    return whole, ["The link was cut short on its way: its last edits are missing."]


def without_cursor(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters that say what is shown, less those that say where one looks.

    The stage writes the cursor into the address by itself, without asking the server.
    """
    return {name: text for name, text in query.items() if name not in CURSOR}


def shortened(text: str) -> str:
    """A quoted piece of somebody else's text, at most 40 characters."""
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
