"""Where to learn: the lessons in their order, each a link to its first step beside the stage."""

from html import escape

import streamlit as st

from app.controls.navigation import navigation, page_title
from app.learning.lessons import At, lessons
from app.learning.steps import Lesson
from app.screen.baseline import scenes
from app.words.say import say


def entry(lesson: Lesson) -> str:
    """One lesson: its name, what it answers, how long it takes."""
    key, minutes = At(lesson, 0).key, say("views.learn.minutes", n=lesson.minutes)
    link = f"<a href='./?lesson={escape(key)}' target='_self'>{escape(lesson.title)}</a>"
    about = f"{escape(lesson.question)} <small>{escape(minutes)}</small>"
    return f"<li data-lesson='{escape(lesson.name)}'>{link}<p>{about}</p></li>"


def beside(page: str) -> str:
    """The way to another page to learn from, and what it is for."""
    link = f"<a href='./{page}' target='_self'>{say(f'views.{page}.title')}</a>"
    return f"<p class='gs-beside'>{link} {say(f'views.learn.{page}')}</p>"


title, introduction = say("views.learn.title"), say("views.learn.introduction")
st.set_page_config(page_title=page_title(title))
navigation("learn")
st.html(
    f"<h1 class='gs-page-title'>{title}</h1><p class='gs-intro'>{introduction}</p>"
    f"<ol class='gs-lessons'>{''.join(map(entry, lessons(scenes()).values()))}</ol>"
    + "".join(map(beside, ("quiz", "glossary")))
)
