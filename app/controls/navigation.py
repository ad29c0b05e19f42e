"""The top of every page: whose it is, and the way to the other pages."""

import streamlit as st

from app.session import state
from app.words.say import say

PAGES = {"explore": "views/explore.py", "claims": "views/claims.py"}


def page_title(what: str) -> str:
    """The title of a page, as tabs of the browser and its history show it: what is on it first."""
    return say("controls.navigation.title", what=what)


def navigation(here: str) -> None:
    """The name and a link to each page, the present one marked. Drawn in a row.

    Whoever comes back to the stage finds it as it was left.
    """
    queries = {"explore": state.address()}
    helps = {"claims": say("controls.navigation.claims_help")}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pages"):
        st.html('<span class="gs-wordmark">Gatescope</span>', width="content")
        for name, script in PAGES.items():
            title = say(f"controls.navigation.{name}")
            if name == here:
                st.html(
                    f'<span class="gs-here" aria-current="page">{title}</span>', width="content"
                )
            else:
                st.page_link(
                    script,
                    label=title,
                    help=helps.get(name),
                    query_params=queries.get(name),
                    width="content",
                )
