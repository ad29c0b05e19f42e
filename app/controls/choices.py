"""The row above the stage: pages, the scene, a word to read, and everything else behind buttons."""

import streamlit as st

from app.controls import fields
from app.controls.export import export_choices
from app.controls.model import model_choices
from app.controls.navigation import navigation
from app.controls.notation import settings
from app.controls.own import own_choices
from app.screen.baseline import baseline_of, titles
from app.session import state
from app.setting.setting import Setting
from app.setting.source import MODEL, OWN, Model, Own, Prepared

# Scenes that a newcomer would not find at the end of a list.
YOURS = {OWN: "your numbers", MODEL: "your model"}


def choices(setting: Setting) -> None:
    """Draw the choices; changing one changes the setting before the next run."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="top"):
        navigation("explore")
        fields.select("scene", "scene", "Scene", setting.scene, titles(), None, 300)
        baseline = baseline_of(setting)
        scene = baseline.scene
        if scene.reads_words:
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
        for name, label in YOURS.items():
            if setting.scene != name:
                st.button(
                    label,
                    key=f"open-{name}",
                    type="tertiary",
                    on_click=state.take,
                    args=("scene", name),
                )
        settings(setting, scene)
        export_choices(setting)
    match setting.source:
        case Own():
            own_choices(setting)
        case Model():
            model_choices(setting, baseline.loaded)
        case Prepared():
            pass
