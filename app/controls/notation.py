"""Behind one button: the cell beside the GRU, how all is written, who computes, which order."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.controls.matrix import matrix_choice
from app.screen.baseline import baseline_of, own_notation
from app.screen.ordering import offered, sort_of
from app.session import state
from app.setting.setting import ALONGSIDE, MATCH, SORT, Setting
from app.setting.source import Model
from app.words.names import CELL_NAMES
from app.words.say import say
from gru_core.conventions import (
    NOTATIONS,
    PLACEMENTS,
    Notation,
    notation_key,
    notation_of,
    parse_notation,
)
from gru_core.engines import ENGINES
from gru_core.scenes.scene import Scene

# The three choices that make up a notation.
CHOICES = {"placement": PLACEMENTS, "polarity": ("keep", "write"), "biases": (2, 1)}


def settings(setting: Setting, scene: Scene) -> None:
    """The button, and behind it every choice that a first visit does not need."""
    with st.popover(say("controls.notation.button"), key="settings", type="tertiary"):
        _beside(setting, scene)
        _notation(setting, scene)
        _control("engine", _options("engine", ENGINES), setting.engine, "engine")
        if offered(setting.sort, baseline_of(setting).base):
            _control("sort", _options("sort", SORT), sort_of(setting.sort, scene), "sort")
        matrix_choice(setting)


def _options(field: str, values: Iterable[Any]) -> dict[Any, str]:
    """What can be chosen, and how it is called."""
    return {value: say(f"controls.notation.options.{field}.{value}") for value in values}


def _beside(setting: Setting, scene: Scene) -> None:
    """The other cell, and how large it is."""
    # Another cell than a GRU, from a file, stands beside a GRU of its size in any case.
    if isinstance(setting.source, Model) and scene.weights and "gru" not in scene.weights:
        return
    beside = _options("alongside", ALONGSIDE)
    _list("alongside", beside, setting.alongside, "alongside")
    # The cells of the series are trained, each at its own size.
    if setting.alongside != "none" and not scene.predicts:
        cell = CELL_NAMES[setting.alongside]
        _list("match", _options("match", MATCH), setting.match, "match", cell=cell)


def _notation(setting: Setting, scene: Scene) -> None:
    """The list of named notations, and the three choices that make one up."""
    own = own_notation(scene)
    notation = setting.notation or own
    key = notation_key(notation)
    names = {known: one.name for known, one in NOTATIONS.items()} | {key: notation.name}
    _list("notation", names, key, "notation", partial(_read, own=own))
    for field, values in CHOICES.items():
        changed = partial(_with, field=field, notation=notation, own=own)
        value = getattr(notation, field)
        _control(field, _options(field, values), value, "notation", changed)


def _read(key: str, own: Notation) -> Notation | None:
    """The notation of a key; None for the scene's own, which links leave out.

    Streamlit keeps every function that a control has been given, so none may hold a scene: that is
    as large as a visitor's file.
    """
    notation = parse_notation(key)
    return None if notation == own else notation


def _with(value: Any, field: str, notation: Notation, own: Notation) -> Notation | None:
    there = replace(notation, **{field: value})
    found = notation_of(there.placement, there.polarity, there.biases)
    return None if found == own else found


def _control(field: str, options: Mapping[Any, str], value: Any, name: str, *read: Any) -> None:
    """One row of choices. name and read: as state.choose has them."""
    _drawn(st.radio, field, options, value, name, *read)


def _list(
    field: str, options: Mapping[Any, str], value: Any, name: str, *read: Any, **label: str
) -> None:
    """A list of choices. name and read: as state.choose has them; label: what its label names."""
    _drawn(st.selectbox, field, options, value, name, *read, **label)


def _drawn(
    widget: Callable[..., Any],
    field: str,
    options: Mapping[Any, str],
    value: Any,
    name: str,
    *read: Any,
    **label: str,
) -> None:
    key = state.key_of(field, options, value)
    widget(
        say(f"controls.notation.label.{field}", **label),
        list(options),
        index=list(options).index(value),
        key=key,
        format_func=options.__getitem__,
        help=say(f"controls.notation.help.{field}"),
        on_change=state.choose,
        args=(name, key, *read),
    )
