"""The stage's own lists: of scenes, and behind “settings” what is beside and how all is written.

What they offer is a part of the message, told once by its digest; what is chosen stands in every
message. So another choice brings no list anew.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

from app.contract import Choice, Listed
from app.screen.baseline import titles
from app.screen.choosing import NAMED, PIECES, notation_in
from app.screen.ordering import offered, sort_of
from app.screen.screen import Screen
from app.setting.source import Model
from app.words.names import CELL_NAMES
from app.words.say import say
from gru_core.conventions import NOTATIONS, notation_key


def chosen(screen: Screen) -> dict[str, str]:
    """What is in force, by the names of the lists."""
    setting = screen.setting
    notation = notation_in(setting)
    return {
        "scene": setting.scene,
        "alongside": setting.alongside,
        "match": setting.match,
        "notation": notation_key(notation),
        **{name: str(getattr(notation, name)) for name in PIECES},
        "engine": setting.engine,
        "sort": sort_of(setting.sort, screen.scene),
    }


def offers(screen: Screen) -> dict[str, Mapping[str, Any]]:
    """The lists of each place, as contents of parts of the message."""
    setting, scene = screen.setting, screen.scene
    # Another cell than a GRU, from a file, stands beside a GRU of its size in any case.
    other = isinstance(setting.source, Model) and scene.weights and "gru" not in scene.weights
    # The cells of the series are trained, each at its own size.
    matched = not other and setting.alongside != "none" and not scene.predicts
    notation = notation_in(setting)
    settings = _settings(
        not other,
        CELL_NAMES[setting.alongside] if matched else "",
        (notation_key(notation), notation.name),
        offered(setting.sort, screen.base),
    )
    return {"choices.scene": _scenes(), "choices.settings": settings}


def _scenes() -> Mapping[str, Any]:
    label = say("controls.choices.scene")
    options = _choices(titles())
    told: Listed = {
        "name": "scene",
        "shown": "list",
        "label": label,
        "help": "",
        "options": options,
    }
    return {"offered": [told]}


@lru_cache
def _settings(
    beside: bool, matched: str, notation: tuple[str, str], sorts: bool
) -> Mapping[str, Any]:
    """The lists behind “settings”.

    beside: whether another cell can be chosen. matched: its name, where its size can. notation:
    the one in force, its key and its name. sorts: whether there is an order to choose.
    """
    names = {key: one.name for key, one in NOTATIONS.items()} | dict([notation])
    told = [_list("alongside", _options("alongside", NAMED["alongside"]))] if beside else []
    if matched:
        told.append(_list("match", _options("match", NAMED["match"]), cell=matched))
    told.append(_list("notation", _choices(names)))
    told += [_row(name, values) for name, values in PIECES.items()]
    told.append(_row("engine", NAMED["engine"]))
    if sorts:
        told.append(_row("sort", NAMED["sort"]))
    return {"offered": told}


def _row(name: str, values: Iterable[Any]) -> Listed:
    return _offered(name, "row", _options(name, values))


def _list(name: str, options: list[Choice], **label: str) -> Listed:
    return _offered(name, "list", options, **label)


def _offered(
    name: str, shown: Literal["list", "row"], options: list[Choice], **label: str
) -> Listed:
    return {
        "name": name,
        "shown": shown,
        "label": say(f"controls.notation.label.{name}", **label),
        "help": say(f"controls.notation.help.{name}"),
        "options": options,
    }


def _options(name: str, values: Iterable[Any]) -> list[Choice]:
    return _choices({one: say(f"controls.notation.options.{name}.{one}") for one in values})


def _choices(names: Mapping[Any, str]) -> list[Choice]:
    return [{"value": str(value), "label": label} for value, label in names.items()]
