"""The least that a page of Streamlit can show: what our first picture is measured against."""

import streamlit as st

st.write("One line of text.")
