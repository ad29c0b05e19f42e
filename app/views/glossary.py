"""The words of five courses: what each is called here, and a link that shows it."""

import re
from html import escape

import streamlit as st

from app.controls.navigation import navigation, page_title
from app.learning.glossary import GROUPS, Word, glossary
from app.words.say import say
from app.words.ties import tied

INDEX = re.compile(r"\b([ΓWU])_(\w{1,2})\b")  # of a letter; names in code keep theirs as it is


def marked(text: str) -> str:
    """As HTML, with the index of a letter below it."""
    return INDEX.sub(r"\1<sub>\2</sub>", escape(tied(text)))


def entry(word: Word) -> str:
    """One word: theirs, ours, what there is to know, where it is found, and the way to see it."""
    link = f"<a href='./?{escape(word.see)}' target='_self'>{say('views.glossary.see')}</a>"
    found = say("views.glossary.found", sources="; ".join(word.found)) if word.found else ""
    return (
        f"<div><dt>{marked(word.theirs)}</dt><dd class='gs-ours'>{marked(word.ours)}</dd>"
        f"<dd>{marked(word.says)}</dd><dd class='gs-sight'>{link} {marked(word.look)}</dd>"
        + (f"<dd class='gs-found'>{escape(found)}</dd></div>" if found else "</div>")
    )


def listed(words: tuple[Word, ...]) -> str:
    """Words under the heading of their group."""
    groups = {group: [word for word in words if word.group == group] for group in GROUPS}
    return "".join(
        f"<section><h2>{say(f'views.glossary.groups.{group}')}</h2>"
        f"<dl class='gs-glossary'>{''.join(map(entry, members))}</dl></section>"
        for group, members in groups.items()
        if members
    )


@st.fragment
def searched() -> None:
    """The field, and the words that have what is typed in it: all of them where it is empty."""
    every = glossary()
    text = st.text_input(
        say("views.glossary.search"),
        key="find",
        type="search",
        live="200ms",
        bind="query-params",
        placeholder=say("views.glossary.example"),
        max_chars=60,
    )
    words = every.found(text or "")
    told = say("views.glossary.count", n=len(words), all=len(every.words))
    if not words:
        told = say("views.glossary.none", text=str(text))
    st.html(f"<p class='gs-count' role='status'>{escape(told)}</p>{listed(words)}")


title = say("views.glossary.title")
st.set_page_config(page_title=page_title(title))
navigation("glossary")
st.html(f"<h1 class='gs-page-title'>{title}</h1><p>{say('views.glossary.introduction')}</p>")
searched()
sources = "".join(
    f"<p><b>{escape(name)}</b> {escape(text)}</p>" for name, text in glossary().sources.items()
)
st.html(f"<section class='gs-sources'><h2>{say('views.glossary.sources')}</h2>{sources}</section>")
