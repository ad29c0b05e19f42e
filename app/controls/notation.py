"""Behind one button: the cell beside the GRU, how all is written, who computes, which order."""

import streamlit as st

from app.controls.login import login
from app.controls.matrix import matrix_choice
from app.controls.mount import mount_choices
from app.setting.setting import Setting
from app.words.say import say


def settings(setting: Setting) -> None:
    """The button, and behind it every choice that a first visit does not need."""
    with st.popover(say("controls.notation.button"), key="settings", type="tertiary"):
        mount_choices("settings", "choices")
        matrix_choice(setting)
        login()
