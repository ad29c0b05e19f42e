"""The quiz: its questions, which the browser asks, and files of them for courses."""

from urllib.parse import urljoin

import streamlit as st

from app.controls import downloads
from app.controls.mount import mount_quiz
from app.controls.navigation import navigation, page_title
from app.learning.quiz.drawing import AS_WRITTEN, LARGEST_SEED, read_seed
from app.learning.quiz.exporting import FILES
from app.learning.quiz.message import drawn, message
from app.messages.wire import THOROUGH, pack
from app.screen.baseline import scenes
from app.words.numbers import whole
from app.words.say import say

# Before any button is drawn: each gives the file it was pressed for.
downloads.mend()

title = say("views.quiz.title")
st.set_page_config(page_title=page_title(title))
navigation("quiz")
st.html(f"<h1 class='gs-page-title'>{title}</h1><p>{say('views.quiz.introduction')}</p>")
asked = st.query_params.get("seed", str(AS_WRITTEN))
seed = read_seed(asked)
if seed is None:
    st.text(say("views.quiz.seed", seed=asked[:20], most=whole(LARGEST_SEED)))
    seed = AS_WRITTEN
questions = drawn(seed, tuple(scenes()))
mount_quiz(pack(message(questions, seed), THOROUGH))
st.html(f"<p class='gs-quiz-courses'>{say('views.quiz.courses')}</p>")
with st.container(horizontal=True, key="quiz-files"):
    for kind, (ending, mime, written) in FILES.items():
        st.download_button(
            say(f"views.quiz.{kind}"),
            written(questions, urljoin(st.context.url or "", "./")),
            f"gatescope-quiz-{seed}{ending}",
            mime,
            key=f"quiz-{kind}",
            on_click="ignore",
            type="tertiary",
        )
