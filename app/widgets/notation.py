"""How equations are written and who computes: a list of notations, and the choices behind it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app import state
from app.opening import open_setting, own_notation
from app.ordering import SORT, offered, sort_of
from app.setting import Setting
from app.widgets.matrix import matrix_choice
from gru_core.conventions import NOTATIONS, Notation, notation_key, notation_of, parse_notation
from gru_core.scenes import Scene

PLACEMENT = {"after": "after the product: r ⊙ (U h + d)", "before": "before it: U (r ⊙ h)"}
POLARITY = {"keep": "z keeps the old state", "write": "z writes the candidate"}
BIASES = {2: "two a gate: b and d", 1: "one a gate: b"}
ENGINE = {"numpy": "NumPy", "torch": "PyTorch"}

HELP = {
    "sort": "From top to bottom. By keeping: the mean gate; by half-life: how long half is kept.",
    "placement": "Where the reset gate acts. Not equivalent: the page says how much h changes.",
    "polarity": "What z near 1 means. Only the writing differs: h stays the same, bit for bit.",
    "biases": "How many biases the equations show. h stays the same.",
    "engine": "Who computes the plots. The page shows the largest difference between the two.",
}


def notation_choices(setting: Setting, scene: Scene) -> None:
    """The list of named notations, and behind a button the choices that make them up."""
    own = own_notation(scene)
    notation = setting.notation or own
    key = notation_key(notation)
    names = {known: one.name for known, one in NOTATIONS.items()} | {key: notation.name}
    state.preset("notation", key)
    st.selectbox(
        "Notation",
        list(names),
        key="notation",
        format_func=names.__getitem__,
        width=235,
        label_visibility="collapsed",
        on_change=state.choose,
        args=("notation", "notation", partial(_read, own=own)),
    )
    with st.popover("more", key="more"):
        _parts(setting, notation, scene)


def _parts(setting: Setting, notation: Notation, scene: Scene) -> None:
    """The choices behind a notation, who computes, and in which order units stand."""
    for field, options in (("placement", PLACEMENT), ("polarity", POLARITY), ("biases", BIASES)):
        _part(field, options, notation, own_notation(scene))
    _control("engine", "Computed by", ENGINE, setting.engine, "engine")
    # The Reader has it in the row above.
    if scene.model != "reader" and offered(setting.sort, open_setting(setting).base):
        _control("sort", "Order of the units", SORT, sort_of(setting.sort, scene), "sort")
    matrix_choice(setting)


def _read(key: str, own: Notation) -> Notation | None:
    """The notation of a key; None for the scene's own, which links leave out.

    Streamlit keeps every function that a control has been given, so none may hold a scene: that is
    as large as a visitor's file.
    """
    notation = parse_notation(key)
    return None if notation == own else notation


LABELS = {"placement": "The reset gate acts", "polarity": "The update gate", "biases": "Biases"}


def _part(field: str, options: Mapping[Any, str], notation: Notation, own: Notation) -> None:
    """One of the three choices; changing it makes another notation."""
    changed = partial(_with, field=field, notation=notation, own=own)
    _control(field, LABELS[field], options, getattr(notation, field), "notation", changed)


def _with(value: Any, field: str, notation: Notation, own: Notation) -> Notation | None:
    there = replace(notation, **{field: value})
    found = notation_of(there.placement, there.polarity, there.biases)
    return None if found == own else found


def _control(
    field: str, label: str, options: Mapping[Any, str], value: Any, name: str, *read: Any
) -> None:
    """One row of choices in the popover. name and read: as state.choose has them."""
    key = f"{field}-{state.epoch()}"
    st.radio(
        label,
        list(options),
        index=list(options).index(value),
        key=key,
        format_func=options.__getitem__,
        help=HELP[field],
        on_change=state.choose,
        args=(name, key, *read),
    )
