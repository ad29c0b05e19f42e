"""The first page: a scene on the stage, to step through and to change."""

import streamlit as st

from app.compute.store import made_of
from app.compute.turns import CrowdedError, beginning
from app.compute.workshop import NotMadeError
from app.controls.choices import choices
from app.controls.mount import KEY, mount
from app.controls.navigation import page_title
from app.messages.stage import told_of
from app.screen.baseline import baseline_of, is_long, titles
from app.screen.plane import LIBRARY
from app.session import state
from app.words.refusal import refusal
from app.words.say import say


@st.fragment
def stage() -> None:
    """Run again alone when the stage reports something: the choices above it stay as they are."""
    here = state.current()
    with here.lock:
        present = here.history.present
        if present.choices != chosen.choices:
            here.called = True  # Streamlit's address is older than what the page has written
            st.rerun()  # a choice above the stage is another one
        here.choices, here.drawn = chosen.choices, chosen.scene
        page = here.page()
        try:
            packed, sent = told_of(present, page, here.gone)
        except (CrowdedError, NotMadeError) as error:
            st.info(refusal(error))
            st.button(say("views.explore.again"), key="again")  # pressing it runs the fragment
            return
        mount(packed, on_event=lambda: state.receive(KEY))
        state.finish(here, sent, page)


with beginning():
    chosen = state.session().history.present
baseline_of(chosen)  # of a large model it takes long, and keeps nobody waiting
with beginning():
    st.set_page_config(page_title=page_title(titles()[chosen.scene]))
    # One place for every row above the stage: were one of them its neighbour, the stage would be
    # another element whenever that one comes or goes, and be made anew.
    with made_of(chosen.files), st.container(key="above"):
        choices(chosen)
    large = is_long(chosen)
    if not large:
        stage()
if large:  # which takes its turn among the large ones
    stage()
LIBRARY.ask()
