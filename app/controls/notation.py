"""Behind one button: the cell beside the GRU, how all is written, who computes, which order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.controls.matrix import matrix_choice
from app.screen.baseline import baseline_of, own_notation
from app.screen.ordering import offered, sort_of
from app.session import state
from app.setting.setting import SORT, Setting
from app.setting.source import Model
from app.words.names import CELL_NAMES
from app.words.say import say
from gru_core.conventions import NOTATIONS, Notation, notation_key, notation_of, parse_notation
from gru_core.scenes.scene import Scene

ALONGSIDE = {"lstm": "beside an LSTM", "rnn": "beside a plain RNN", "none": "the GRU alone"}
MATCH = {"units": "same number of units", "parameters": "about as many parameters"}
PLACEMENT = {"after": "after the product: r ⊙ (U h + d)", "before": "before it: U (r ⊙ h)"}
POLARITY = {"keep": "z keeps the old state", "write": "z writes the candidate"}
BIASES = {2: "two a gate: b and d", 1: "one a gate: b"}
ENGINE = {"numpy": "NumPy", "torch": "PyTorch"}

HELP = {
    "alongside": "The cell that reads the same input beside the GRU.",
    "match": "As many units as the GRU has, or as many as bring the number of parameters nearest.",
    "notation": "Whose letters and signs to use. Where only the writing differs, h stays the same.",
    "sort": "From top to bottom. By keeping: the mean gate; by half-life: how long half is kept.",
    "placement": "Where the reset gate acts. Not equivalent: the page says how much h changes.",
    "polarity": "What z near 1 means. Only the writing differs: h stays the same, bit for bit.",
    "biases": "How many biases the equations show. h stays the same.",
    "engine": "Who computes the plots. The page shows the largest difference between the two.",
}
LABELS = {"placement": "The reset gate acts", "polarity": "The update gate", "biases": "Biases"}


def settings(setting: Setting, scene: Scene) -> None:
    """The button, and behind it every choice that a first visit does not need."""
    with st.popover("settings", key="settings", type="tertiary"):
        _beside(setting, scene)
        _notation(setting, scene)
        _control("engine", "Computed by", ENGINE, setting.engine, "engine")
        if offered(setting.sort, baseline_of(setting).base):
            orders = {name: say(f"screen.ordering.choices.{name}") for name in SORT}
            _control("sort", "Order of the units", orders, sort_of(setting.sort, scene), "sort")
        matrix_choice(setting)


def _beside(setting: Setting, scene: Scene) -> None:
    """The other cell, and how large it is."""
    # Another cell than a GRU, from a file, stands beside a GRU of its size in any case.
    if isinstance(setting.source, Model) and scene.weights and "gru" not in scene.weights:
        return
    _list("alongside", "Beside the GRU", ALONGSIDE, setting.alongside, "alongside")
    # The cells of the series are trained, each at its own size.
    if setting.alongside != "none" and not scene.predicts:
        label = f"Size of the {CELL_NAMES[setting.alongside]}"
        _list("match", label, MATCH, setting.match, "match")


def _notation(setting: Setting, scene: Scene) -> None:
    """The list of named notations, and the three choices that make one up."""
    own = own_notation(scene)
    notation = setting.notation or own
    key = notation_key(notation)
    names = {known: one.name for known, one in NOTATIONS.items()} | {key: notation.name}
    _list("notation", "Notation", names, key, "notation", partial(_read, own=own))
    for field, options in (("placement", PLACEMENT), ("polarity", POLARITY), ("biases", BIASES)):
        changed = partial(_with, field=field, notation=notation, own=own)
        value = getattr(notation, field)
        _control(field, LABELS[field], options, value, "notation", changed)


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


def _control(
    field: str, label: str, options: Mapping[Any, str], value: Any, name: str, *read: Any
) -> None:
    """One row of choices. name and read: as state.choose has them."""
    _drawn(st.radio, field, label, options, value, name, *read)


def _list(
    field: str, label: str, options: Mapping[Any, str], value: Any, name: str, *read: Any
) -> None:
    """A list of choices. name and read: as state.choose has them."""
    _drawn(st.selectbox, field, label, options, value, name, *read)


def _drawn(
    widget: Callable[..., Any],
    field: str,
    label: str,
    options: Mapping[Any, str],
    value: Any,
    name: str,
    *read: Any,
) -> None:
    key = state.key_of(field, options, value)
    widget(
        label,
        list(options),
        index=list(options).index(value),
        key=key,
        format_func=options.__getitem__,
        help=HELP[field],
        on_change=state.choose,
        args=(name, key, *read),
    )
