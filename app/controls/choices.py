"""The row above the stage: pages, the scene, a word to read, and everything else behind buttons."""

import streamlit as st

from app.controls.export import export_choices
from app.controls.model import model_choices
from app.controls.mount import mount_choices
from app.controls.navigation import navigation
from app.controls.notation import settings
from app.controls.own import own_choices
from app.screen.baseline import baseline_of
from app.session import state
from app.setting.setting import Setting
from app.setting.source import OWN, Model, Own, Prepared
from app.words.say import say


def choices(setting: Setting) -> None:
    """Draw the choices; changing one changes the setting before the next run."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="top"):
        navigation("models" if isinstance(setting.source, Model) else "explore")
        mount_choices("scene", "scene", width=300)
        baseline = baseline_of(setting)
        scene = baseline.scene
        if scene.reads_words:
            state.preset("word", setting.word or scene.word)
            st.text_input(
                say("controls.choices.word"),
                key="word",
                max_chars=40,
                width=150,
                label_visibility="collapsed",
                placeholder=say("controls.choices.type_a_word"),
                on_change=state.choose,
                args=("word", "word"),
            )
        if setting.scene != OWN:  # a newcomer would not find it at the end of a list
            st.button(
                say("controls.choices.own"),
                key="open-own",
                type="tertiary",
                on_click=state.take,
                args=("scene", OWN),
            )
        settings(setting)
        export_choices()
    match setting.source:
        case Own():
            own_choices(setting)
        case Model():
            model_choices(setting, baseline.loaded)
        case Prepared():
            pass
