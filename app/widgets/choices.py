"""The few choices above the stage: scene, word, the cell alongside and how it is matched."""

import streamlit as st

from app import state, theme
from app.opening import MODEL, OWN, open_setting, titles
from app.ordering import SORT, sort_of
from app.setting import Setting
from app.widgets import fields
from app.widgets.export import export_choices
from app.widgets.model import model_choices
from app.widgets.notation import notation_choices
from app.widgets.own import own_choices

ALONGSIDE = {"lstm": "beside an LSTM", "rnn": "beside a plain RNN", "none": "the GRU alone"}
MATCH = {"units": "same number of units", "parameters": "about as many parameters"}


def choices(setting: Setting) -> None:
    """Draw the choices; changing one changes the setting before the next run."""
    own = setting.scene == OWN
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.html('<span class="gs-wordmark">Gatescope</span>', width="content")
        _select("scene", "Scene", setting, titles(), width=270)
        scene = open_setting(setting).scene
        if scene.model == "reader":
            state.preset("word", setting.word or scene.word)
            st.text_input(
                "Word",
                key="word",
                max_chars=40,
                width=150,
                label_visibility="collapsed",
                placeholder="type an English word",
                on_change=state.choose,
                args=("word", "word"),
            )
            _select("sort", "Order of the units", setting, SORT, 180, sort_of(setting.sort, scene))
        # Another cell than a GRU, from a file, stands beside a GRU of its size in any case.
        free = setting.scene != MODEL or "gru" in scene.weights or not scene.weights
        if free:
            _select("alongside", "Beside the GRU", setting, ALONGSIDE, width=185)
        # The cells of the series are trained, each at its own size.
        if free and setting.alongside != "none" and scene.model != "series":
            _select(
                "match", f"Size of the {theme.CELL_NAMES[setting.alongside]}", setting, MATCH, 235
            )
        notation_choices(setting, scene)
        export_choices(setting)
    if own:
        own_choices(setting)
    if setting.scene == MODEL:
        model_choices(setting)


def _select(
    name: str, label: str, setting: Setting, options: dict[str, str], width: int, now: str = ""
) -> None:
    """A list of a few choices. now: the one that stands where the setting says none."""
    value = now or getattr(setting, name)
    fields.select(name, name, label, value, options, None, width)
