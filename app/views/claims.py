"""What course notes say of the GRU: each claim with a verdict, and links that show it."""

import re
from html import escape

import streamlit as st

from app.controls.navigation import navigation, page_title
from app.setting.claims import CLAIMS, LEADS, Claim, Sight
from app.words.say import say
from app.words.ties import tied

FORMULA = re.compile(r"\S+(?: [=+−] \S+)+")  # stays on one line


def marked(text: str) -> str:
    """As HTML, with every formula marked."""
    return FORMULA.sub(r"<span>\g<0></span>", escape(tied(text)))


def sight(one: Sight) -> str:
    """One link with what to look at."""
    link = f"<a href='./?{escape(one.link)}' target='_self'>{escape(one.label)}</a>"
    return f"<p class='gs-sight'>{link} {marked(one.look)}</p>"


def verdict(one: Claim) -> str:
    """The verdict, set apart by its type alone, and its reason."""
    return f"<p class='gs-verdict'><em>{LEADS[one.verdict]}</em> {marked(one.why)}</p>"


rows = "".join(
    f"<li id='claim-{one.number}' value='{one.number}'><p>{marked(one.says)}</p>"
    f"{verdict(one)}{''.join(map(sight, one.sights))}</li>"
    for one in CLAIMS
)
title, introduction = say("views.claims.title"), say("views.claims.introduction")
st.set_page_config(page_title=page_title(title))
navigation("claims")
st.html(
    f"<h1 class='gs-page-title'>{title}</h1><p>{introduction}</p><ol class='gs-claims'>{rows}</ol>"
)
