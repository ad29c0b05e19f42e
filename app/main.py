"""The script behind every page: page settings and navigation."""

import streamlit as st

from app.screen.baseline import ASSETS
from app.words.say import say

st.set_page_config(
    page_title="Gatescope", page_icon=str(ASSETS / "images" / "icon.svg"), layout="wide"
)
st.html(ASSETS / "stage" / "css" / "page.css")

pages = [
    st.Page("views/explore.py", title=say("controls.navigation.explore"), default=True),
    st.Page("views/learn.py", title=say("controls.navigation.learn"), url_path="learn"),
    st.Page("views/claims.py", title=say("controls.navigation.claims"), url_path="claims"),
    st.Page("views/glossary.py", title=say("views.glossary.title"), url_path="glossary"),
    st.Page("views/quiz.py", title=say("views.quiz.title"), url_path="quiz"),
]
st.navigation(pages, position="hidden").run()
