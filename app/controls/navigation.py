"""The top of every page: whose it is, and the way to the other pages."""

from typing import Final

import streamlit as st

from app.session import state
from app.setting.source import MODEL
from app.words.say import say

EXPLORE: Final = "views/explore.py"
PAGES: Final = {
    "explore": EXPLORE,
    "learn": "views/learn.py",
    "models": EXPLORE,  # the stage with a model of the visitor's own
    "claims": "views/claims.py",
}
SECTION: Final = {"quiz": "learn", "glossary": "learn"}  # pages that another one leads to
FIRST: Final = "pulse"  # where the way back from a model leads


def page_title(what: str) -> str:
    """The title of a page, as tabs of the browser and its history show it: what is on it first."""
    return say("controls.navigation.title", what=what)


def navigation(here: str) -> None:
    """The name and a link to each page, the present one or the one that led to it marked, in a row.

    Whoever comes back to the stage finds it as it was left.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages"):
        st.html('<span class="gs-wordmark">Gatescope</span>', width="content")
        for name in PAGES:
            if name == here:
                title = say(f"controls.navigation.{name}")
                st.html(
                    f'<span class="gs-here" aria-current="page">{title}</span>', width="content"
                )
            elif name == SECTION.get(here):
                with st.container(key="within", width="content"):
                    _link(name)
            elif PAGES[name] == PAGES.get(here):
                _button(name)
            else:
                _link(name)


def _link(name: str) -> None:
    """To another page."""
    queries = {"explore": state.address(), "models": {"scene": MODEL}}
    helps = {one: say(f"controls.navigation.{one}_help") for one in ("learn", "claims")}
    st.page_link(
        PAGES[name],
        label=say(f"controls.navigation.{name}"),
        help=helps.get(name),
        query_params=queries.get(name),
        width="content",
    )


def _button(name: str) -> None:
    """To another scene on this page: what was done here can be undone there."""
    scene = {"models": MODEL, "explore": FIRST}[name]
    st.button(
        say(f"controls.navigation.{name}"),
        key=f"open-{scene}",
        type="tertiary",
        on_click=state.take,
        args=("scene", scene),
    )
