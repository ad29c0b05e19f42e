"""Many texts for an opened model: a CSV file with the column they are in, or pasted lines."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from app.compute import uploads
from app.compute.uploads import Upload
from app.controls import fields
from app.controls.markdown import plain
from app.controls.matrix import refusal
from app.screen.at_hand import Loaded
from app.session import state
from app.setting.model import Model
from app.words.say import say
from gru_core.inputs.tables.text_column import MAX_BYTES, TextFile

ENDINGS = ["csv", "tsv", "txt"]
PASTED = "model_texts_pasted"
MOST_PASTED = 200_000  # characters; more comes as a file
MOST_COLUMNS = 100  # that are listed
# A field, its label, endings, bytes at most, and what is made of the files: as of the model's own.
Uploading = Callable[[str, str, list[str], int, Callable[[list[Any]], Model]], None]


def many_texts(loaded: Loaded, upload: Uploading) -> None:
    """A file or pasted lines, and where it has several columns the one with the texts."""
    model, found = loaded.model, uploads.find(loaded.model.texts)
    label = say("controls.model.many_texts") if found is None else found.name
    with st.popover(plain(label), key="model_texts"):
        read = partial(_opened, model)
        upload("texts", say("controls.model.texts_file"), ENDINGS, MAX_BYTES, read)
        st.text_area(
            say("controls.model.texts_lines"),
            key=PASTED,
            height=100,
            max_chars=MOST_PASTED,
            help=say("controls.model.help.texts_lines"),
        )
        pasted = partial(_pasted, model)
        st.button(
            say("controls.model.texts_use"),
            key="model_texts_use",
            on_click=state.choose,
            args=("model", PASTED, pasted),
        )
        refusal()
    if found is not None and isinstance(found.content, TextFile) and found.content.columns:
        _column(model, found.content)


def _opened(model: Model, files: list[Any]) -> Model:
    if not files:
        return model  # taken away from the field, not from the stage
    return _with(model, uploads.texts(files[0].getvalue(), files[0].name))


def _pasted(model: Model, text: str) -> Model:
    return _with(model, uploads.texts((text or "").encode(), say("controls.model.texts_pasted")))


def _with(model: Model, upload: Upload) -> Model:
    state.keep_upload(upload)
    return replace(model, texts=upload.key, column="")


def _column(model: Model, file: TextFile) -> None:
    """Which column has the texts; none is taken where no name says so."""
    now = file.named(model.column)
    names = {name: plain(name) for name in file.columns[:MOST_COLUMNS]}
    options = names if now else {"": say("controls.model.no_column"), **names}
    label = say("controls.model.column")

    def read(column: str) -> Model:
        return replace(model, column=column)

    words = say("controls.model.help.column")
    fields.select("model", "model_column", label, now, options, read, 160, words)
