"""The link: a Setting as the page's query parameters, and back."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode

from app.setting.model import Model
from app.setting.parameters import (
    LONGEST_TEXT,
    MODEL_TABLE,
    OWN_TABLE,
    TABLE,
    BadValueError,
    Parameter,
    write_rows,
)
from app.setting.setting import Setting
from app.setting.source import MADE_HERE, MODEL, OWN, Own, Prepared, Source
from app.words.refusal import refusal
from app.words.say import say
from gru_core.changes.blocks import MOST_IN_LIST, compact
from gru_core.changes.interventions import Intervention, format_interventions, parse_interventions
from gru_core.errors import GatescopeError
from gru_core.situation import Edit, parse_edits

LONGEST_LINK = 7000  # characters; web servers usually refuse request lines of 8 kB
LONGEST_SHORT = 64_000  # of one that a store keeps, which is in no address (app/store/short.py)
LONG_EDITS = 500  # characters of edits, from which on they are written in blocks
SAFE_LINK = 1500  # beyond this a mail program or a proxy may have cut a link short
LONGEST_OWN = 4000  # of those for the visitor's text or numbers
EDITS = "e"
HELD = "do"  # what is held while the cells run
PIN = "a"  # the setting that this one is compared with, as a link of its own
PIN_MARK = "."  # before it, since it may be empty
LONGEST_PIN = 2500  # characters
MOST_HELD = 50  # interventions
SHORT = "short"  # in place of all else, the name of a link that is too long for an address
END = "~"  # after every edit, so that a link cut short cannot pass for a whole one
NAMES = "names"  # of the visitor's own columns
LONG = ("text", "numbers", "channels")  # what may be too long for a link
CURSOR = ("t", "u")
DEFAULT = Setting()
# The name of every parameter but the cursor's.
EVERY = tuple(
    name
    for name in (
        *(parameter.name for parameter in (*TABLE, *OWN_TABLE, *MODEL_TABLE)),
        *(EDITS, HELD, PIN, SHORT),
    )
    if name not in CURSOR
)
FOREIGN = ("embed", "utm_", "fbclid", "gclid")  # Streamlit's own, and what mailers add


def encode(setting: Setting, longest: int = LONGEST_LINK) -> tuple[dict[str, str], int]:
    """The query parameters of a setting, defaults left out, and how many edits did not fit."""
    query = {
        parameter.name: parameter.write(getattr(setting, parameter.field))
        for parameter in TABLE
        if getattr(setting, parameter.field) != getattr(DEFAULT, parameter.field)
    }
    query |= _encode_source(setting.source, longest)
    if setting.interventions:
        query[HELD] = format_interventions(setting.interventions)
    if setting.pinned is not None:
        pinned = _write_pin(setting.pinned)
        if pinned and len(urlencode({**query, PIN: pinned})) <= longest:
            query[PIN] = pinned
    room = longest - len(urlencode({**query, EDITS: ""}))
    text, kept = _write_edits(setting.edits, room)
    if text:
        query[EDITS] = text
    return query, len(setting.edits) - kept


@lru_cache(maxsize=64)
def _write_edits(edits: tuple[Edit, ...], room: int) -> tuple[str, int]:
    """As many of the first edits as there is room for, and how many those are.

    One by one, in order; where that would make a long link, in blocks.
    """
    single = "".join(f"{edit}{END}" for edit in edits)
    if len(single) <= min(room, LONG_EDITS):
        return single, len(edits)

    def fits(count: int) -> bool:
        return count <= len(edits) and count <= MOST_IN_LIST and len(blocks(count)) <= room

    @cache
    def blocks(count: int) -> str:
        pieces = compact((edit.target, edit.value) for edit in edits[:count])
        return "".join(piece + END for piece in pieces)

    if fits(len(edits)):
        return blocks(len(edits)), len(edits)
    kept = bisect_left(range(len(edits)), True, key=lambda count: not fits(count + 1))
    while fits(kept + 1):  # one edit more may make one block of many
        kept += 1
    return blocks(kept), kept


def _write_pin(pinned: Setting) -> str:
    """The setting A as a link of its own; empty where it is too long to open all of A again."""
    query, left_out = encode(replace(pinned, pinned=None))
    text = PIN_MARK + urlencode(without_cursor(query))
    whole = not left_out and input_fits(pinned)
    return text if whole and len(text) <= LONGEST_PIN else ""


def _encode_source(source: Source, longest: int) -> dict[str, str]:
    """What a source of the visitor's own is made of; of a prepared one the name says all."""
    match source:
        case Prepared():
            return {}
        case Own():
            return _encode_own(source, _room_of_own(longest))
        case Model():
            return _encode_model(source)


def _room_of_own(longest: int) -> int:
    """Characters of a link for the visitor's text or numbers: what is left for all else stays."""
    return longest - LONGEST_LINK + LONGEST_OWN


def _encode_own(own: Own, room: int) -> dict[str, str]:
    """The parameters of the visitor's own scene, without what is too long for a link."""
    query = {
        parameter.name: parameter.write(getattr(own, parameter.field))
        for parameter in OWN_TABLE
        if parameter.field not in LONG and getattr(own, parameter.field) != _default(parameter)
    }
    for parameter in sorted(OWN_TABLE, key=lambda one: one.field != own.source):
        if parameter.field not in LONG:
            continue
        written = parameter.write(getattr(own, parameter.field))
        if written and len(quote_plus(written)) <= room:
            query[parameter.name] = written
            room -= len(quote_plus(written))
    return query


def _encode_model(model: Model) -> dict[str, str]:
    """The parameters of the visitor's own model; of its files the keys, and no text too long."""
    default = Model()
    return {
        parameter.name: parameter.write(getattr(model, parameter.field))
        for parameter in MODEL_TABLE
        if getattr(model, parameter.field) != getattr(default, parameter.field)
        and (parameter.field != "text" or len(model.text) <= LONGEST_TEXT)
    }


def _default(parameter: Parameter) -> object:
    return getattr(Own, parameter.field)


def own_fits(own: Own, longest: int = LONGEST_LINK) -> bool:
    """Whether a link has room for the text or the numbers that the visitor's scene is made of."""
    text = {"text": own.text, "numbers": write_rows(own.numbers)}.get(own.source, "")
    return len(quote_plus(text)) <= _room_of_own(longest)


def input_fits(setting: Setting, longest: int = LONGEST_LINK) -> bool:
    """Whether its link has room for all that the visitor has typed as an input."""
    match setting.source:
        case Own() as own:
            return own_fits(own, longest)
        case Model(source="text", text=text):
            return len(text) <= LONGEST_TEXT
        case _:
            return True


def _read(table: Sequence[Parameter], query: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The fields that a query gives, and a sentence for each that was not understood."""
    values, rejected = {}, []
    for parameter in table:
        text = query.get(parameter.name)
        if text is None:
            continue
        try:
            values[parameter.field] = parameter.read(text)
        except BadValueError as problem:
            known = {"name": parameter.name, "text": shortened(text)}
            rejected.append(say("setting.link.value", problem=str(problem), **known))
    return values, rejected


def _decode_own(query: Mapping[str, str]) -> tuple[Own, list[str]]:
    values, rejected = _read(OWN_TABLE, query)
    try:
        return Own(**values), rejected
    except GatescopeError as error:
        return Own(), [*rejected, say("setting.link.own", error=refusal(error))]


def complete(query: Mapping[str, str]) -> dict[str, str | None]:
    """Every query parameter but the cursor's, None where this query leaves it out."""
    return {name: query.get(name) for name in EVERY}


def decode(query: Mapping[str, str], scenes: Collection[str]) -> tuple[Setting, list[str]]:
    """The setting in a link, and one sentence for each part of it that was not understood."""
    values, rejected = _read(TABLE, query)
    scene = values.get("scene", Setting.scene)
    if scene == OWN:
        values["own"], refused_own = _decode_own(query)
        rejected += refused_own
    elif scene == MODEL:
        found, refused_model = _read(MODEL_TABLE, query)
        values["model"] = Model(**found)
        rejected += refused_model
    elif scene not in scenes:
        known = ", ".join((*scenes, *MADE_HERE))
        asked = shortened(values["scene"])
        rejected.append(say("setting.link.scene", scene=asked, known=known))
        del values["scene"]
    text, cut = _whole_edits(query.get(EDITS, ""))
    rejected += cut
    edits, refused = parse_edits(text)
    rejected += [say("setting.link.edit", text=shortened(text), why=why) for text, why in refused]
    values["interventions"], refused_held = _held(query.get(HELD, ""))
    rejected += refused_held
    if PIN in query:
        values["pinned"], refused_pin = _pinned(query[PIN], scenes)
        rejected += refused_pin
    own = {OWN: OWN_TABLE, MODEL: MODEL_TABLE}.get(scene, ())
    known_names = {parameter.name for parameter in (*TABLE, *own)} | {EDITS, HELD, PIN}
    rejected += [
        say("setting.link.unknown", name=shortened(name))
        for name in query
        if name not in known_names and not name.startswith(FOREIGN)
    ]
    return Setting(edits=_last_of_each(edits), **values), rejected


def _last_of_each(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """A number that a list changes more than once is changed by the last of them."""
    last = {edit.target: edit for edit in edits}
    return tuple(edit for edit in edits if last[edit.target] is edit)


def _held(text: str) -> tuple[tuple[Intervention, ...], list[str]]:
    found, refused = parse_interventions(text)
    rejected = [
        say("setting.link.held", name=HELD, text=shortened(text), why=why) for text, why in refused
    ]
    if len(found) > MOST_HELD:
        rejected.append(say("setting.link.most_held", places=len(found), most=MOST_HELD))
    return found[:MOST_HELD], rejected


def _pinned(text: str, scenes: Collection[str]) -> tuple[Setting | None, list[str]]:
    """The setting A in a link. Its own A, if somebody has written one there, is left out."""
    if not text.startswith(PIN_MARK) or len(text) > LONGEST_PIN:
        return None, [say("setting.link.pin", name=PIN, text=shortened(text))]
    query = dict(parse_qsl(text.removeprefix(PIN_MARK), keep_blank_values=True))
    query.pop(PIN, None)
    setting, rejected = decode(query, scenes)
    return setting, [say("setting.link.in_pin", reason=reason) for reason in rejected]


def pin_fits(setting: Setting, longest: int = LONGEST_LINK) -> bool:
    """Whether its link has room for the setting that it is compared with, if there is one."""
    return setting.pinned is None or PIN in encode(setting, longest)[0]


def whole(setting: Setting, longest: int = LONGEST_LINK) -> dict[str, str] | None:
    """The query parameters of all of a setting; None where a link of that length has no room."""
    query, left_out = encode(setting, longest)
    fits = input_fits(setting, longest) and pin_fits(setting, longest)
    own = setting.source
    if isinstance(own, Own) and own.source == "numbers" and own.channels:
        fits = fits and NAMES in query
    return query if fits and not left_out and len(urlencode(query)) <= longest else None


def _whole_edits(text: str) -> tuple[str, list[str]]:
    """The edits without the closing mark, less the last one of a long link that lost its end."""
    if text.endswith(END) or len(text) <= SAFE_LINK:
        return text.removesuffix(END), []
    whole = text.rpartition(END)[0]
    return whole, [say("setting.link.cut")]


def without_cursor(query: Mapping[str, str]) -> dict[str, str]:
    """The parameters that say what is shown, less those that say where one looks.

    The stage writes the cursor into the address by itself, without asking the server.
    """
    return {name: text for name, text in query.items() if name not in CURSOR}


def shortened(text: str) -> str:
    """A quoted piece of somebody else's text, at most 40 characters."""
    return f"“{text if len(text) <= 40 else text[:39] + '…'}”"
