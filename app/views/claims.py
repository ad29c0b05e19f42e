"""What course notes say of the GRU: each claim with one link that shows it."""

import re
from html import escape

import streamlit as st

from app.claims import CLAIMS
from app.widgets.navigation import navigation

FORMULA = re.compile(r"\S+(?: [=+−] \S+)+")  # stays on one line
INTRODUCTION = (
    "Claims from course notes and textbooks. Each link opens the screen that shows it, with live "
    "numbers."
)


def marked(text: str) -> str:
    """As HTML, with every formula marked."""
    return FORMULA.sub(r"<span>\g<0></span>", escape(text))


rows = "".join(
    f"<li id='claim-{one.number}' value='{one.number}'><p>{marked(one.says)}</p>"
    f"<p><a href='./?{escape(one.link)}' target='_self'>See it</a> "
    f"{marked(one.look)}</p></li>"
    for one in CLAIMS
)
navigation("claims")
st.html(
    f"<h1 class='gs-page-title'>What notes say of the GRU</h1><p>{INTRODUCTION}</p>"
    f"<ol class='gs-claims'>{rows}</ol>"
)
