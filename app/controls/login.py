"""Where an instructor signs in: nothing of a page depends on it but how long short links last.

In a frame of another site browsers keep no cookie of ours, and providers refuse to be shown: there
is a link that opens the same page in a tab of its own.
"""

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from app import settings
from app.controls.markdown import plain
from app.session import state
from app.words.say import say

WIDTH: Final = 440  # pixels: what stands above is no wider


def login() -> None:
    """The button, or who is signed in and the way out; nothing on a site without a login."""
    if not settings.HAS_LOGIN:
        return
    found = state.signed_in()
    if found is None:
        st.button(say("controls.login.in"), key="sign-in", type="tertiary", on_click=st.login)
        if settings.EMBEDDING.default != settings.EMBEDDERS:
            st.caption(say("controls.login.framed"), width=WIDTH)
            here = urlencode(state.address())
            st.link_button(say("controls.login.tab"), f"{settings.SITE}/?{here}", type="tertiary")
        return
    gives = ("keeps" if settings.HAS_STORE else "nothing") if found.listed else "other"
    st.caption(plain(say(f"controls.login.{gives}", who=found.address)), width=WIDTH)
    st.button(say("controls.login.out"), key="sign-out", type="tertiary", on_click=st.logout)
