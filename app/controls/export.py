"""Files for other programs, behind a button: of one cell its weights, its trace, a script."""

import streamlit as st

from app.controls import downloads
from app.controls.markdown import plain
from app.screen import exporting
from app.session import state
from app.setting.setting import Setting
from app.words.names import CELL_NAMES
from gru_core.conventions import Cell
from gru_core.export.kinds import KINDS

LABELS = {
    ".safetensors": "weights for PyTorch, .safetensors",
    ".onnx": "weights for ONNX, .onnx",
    ".weights.npz": "weights to open here, .npz",
    ".csv": "trace for a spreadsheet, .csv",
    ".npz": "trace for NumPy, .npz",
    ".py": "PyTorch script, .py",
}
HELP = {
    ".safetensors": "torch.nn takes it as it is, with load_state_dict. Initial states and what is "
    "held are not in it.",
    ".onnx": "One layer with its initial states, in float32, which ONNX computes in. What is held "
    "is not in it.",
    ".weights.npz": "Every weight and initial state exactly, for the scene “Your own model”. What "
    "is held is not in it.",
    ".csv": "One row a step; each track has a column a unit. Row 0 is before the first step.",
    ".npz": "Every gate and state by its name, with the input, exactly.",
    ".py": "Steps the cell by its equations, edits and what is held included, and comes to the "
    "same trace; compares it with torch.nn where that has the layer.",
}
# Before any button is drawn: each gives the file it was pressed for.
downloads.mend()

KEEPS = "NPZ and script have the update gate as PyTorch has it: near 1 it keeps."


def export_choices(setting: Setting) -> None:
    """The button, and behind it a cell to choose and its files."""
    with st.popover("export", key="export", type="tertiary"):
        _files(setting)


@st.fragment
def _files(setting: Setting) -> None:
    """Run again alone when another cell is chosen: nothing else depends on it."""
    cells = exporting.cells(setting)
    if len(cells) > 1:
        cell = st.radio(
            "Which cell",
            cells,
            key="export_cell",
            format_func=CELL_NAMES.__getitem__,
            horizontal=True,
        )
    else:
        cell = cells[0]
    for ending in KINDS:
        _file(setting, cell, ending)
    if cell == "gru" and setting.polarity == "write":
        st.caption(KEEPS)


def _file(setting: Setting, cell: Cell, ending: str) -> None:
    """A file to download, made when it is asked for, or why there is none."""
    refusal = exporting.refusal(setting, cell, ending)
    st.download_button(
        LABELS[ending],
        exporting.follow(state.following(), cell, ending),
        f"{exporting.stem(setting, cell)}{ending}",
        KINDS[ending].mime,
        key=f"export{ending}",
        help=HELP[ending],
        on_click="ignore",
        type="tertiary",
        disabled=bool(refusal),
    )
    if refusal:
        st.caption(plain(refusal))
    elif ending == ".py":
        for name in exporting.beside(setting, cell):
            st.caption(plain(f"It reads {name}, to be put beside it."))
