"""One file a page; a page reads state, gets traces and draws.

The folder cannot be called `pages`: beside main.py Streamlit takes that for its own older way of
finding pages, and runs them before the navigation is asked.
"""
