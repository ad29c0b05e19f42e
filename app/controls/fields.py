"""A list to choose from and a number to type, of which each change is one choice of the setting."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from app.session import state

Read = Callable[[Any], Any]  # from what the widget has to what the setting has


def select(
    name: str,
    key: str,
    label: str,
    value: Any,
    options: Mapping[Any, str],
    read: Read | None,
    width: int,
    words: str = "",
) -> None:
    """A list of a few choices. name: of the choice, as state.choose has it.

    words: its help; a list without any stands in the first row, where no label is seen.
    """
    state.preset(key, value)
    st.selectbox(
        label,
        list(options),
        key=key,
        format_func=options.__getitem__,
        width=width,
        help=words or None,
        label_visibility="visible" if words else "collapsed",
        on_change=state.choose,
        args=(name, key, read),
    )


def whole_number(
    name: str, key: str, label: str, value: int, ends: tuple[int, int], read: Read, words: str
) -> None:
    """A whole number between both ends."""
    state.preset(key, value)
    st.number_input(
        label,
        *ends,
        key=key,
        width=130,
        help=words,
        on_change=state.choose,
        args=(name, key, read),
    )


def text(
    name: str,
    key: str,
    label: str,
    value: str,
    most: int,
    width: int,
    read: Read,
    words: str,
    placeholder: str | None = None,
) -> None:
    """A line of text, at most so many characters."""
    state.preset(key, value)
    st.text_input(
        label,
        key=key,
        max_chars=most,
        width=width,
        placeholder=placeholder,
        help=words,
        on_change=state.choose,
        args=(name, key, read),
    )
