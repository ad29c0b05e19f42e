"""Files for other programs, behind a button: of one cell its weights, its trace, a script."""

import streamlit as st

from app.controls import downloads
from app.controls.markdown import plain
from app.screen import exporting
from app.session import state
from app.setting.setting import Setting
from app.words.names import CELL_NAMES
from app.words.say import say
from gru_core.conventions import Cell
from gru_core.export.kinds import KINDS

# Before any button is drawn: each gives the file it was pressed for.
downloads.mend()


@st.fragment
def export_choices() -> None:
    """The button, and behind it a cell to choose and its files.

    Run again alone when it is opened, which is when its buttons are made, and when another cell is
    chosen: nothing else depends on it.
    """
    label = say("controls.export.button")
    behind = st.popover(label, key="export", type="tertiary", on_change="rerun")
    if behind.open:
        with behind:
            _files(state.following()())


def _files(setting: Setting) -> None:
    cells = exporting.cells(setting)
    if len(cells) > 1:
        cell = st.radio(
            say("controls.export.which_cell"),
            cells,
            key="export_cell",
            format_func=CELL_NAMES.__getitem__,
            horizontal=True,
        )
    else:
        cell = cells[0]
    for ending in KINDS:
        _file(setting, cell, ending)
    if cell == "gru":
        st.caption(say("controls.export.keeps"))


def label(ending: str) -> str:
    """What the button of a kind of file says."""
    return say(f"controls.export.label.{_named(ending)}")


def _named(ending: str) -> str:
    """An ending as the catalogue has it: .weights.npz is weights_npz."""
    return ending.removeprefix(".").replace(".", "_")


def _file(setting: Setting, cell: Cell, ending: str) -> None:
    """A file to download, made when it is asked for, or why there is none."""
    refusal = exporting.refusal(setting, cell, ending)
    st.download_button(
        label(ending),
        exporting.Export(state.following(), cell, ending, state.leaving()),
        f"{exporting.stem(setting, cell)}{ending}",
        KINDS[ending].mime,
        key=f"export{ending}",
        help=say(f"controls.export.help.{_named(ending)}"),
        on_click="ignore",
        type="tertiary",
        disabled=bool(refusal),
    )
    if refusal:
        st.caption(plain(refusal))
    elif ending == ".py":
        for name in exporting.beside(setting, cell):
            st.caption(plain(say("controls.export.reads", name=name)))
