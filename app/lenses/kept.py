"""Kept and written: the two parts of a state at every step of one unit."""

import numpy as np

from app.figures import theme
from app.figures.written import KEPT, WRITTEN, kept_and_written
from app.lenses.base import Axis, Chart, Lens, View
from app.lenses.naming import unit_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from gru_core.analysis import kept_and_written as split
from gru_core.conventions import KEEP_GATE, Cell


def view(screen: Screen) -> View:
    """One chart for each cell that keeps."""
    charts = [_chart(screen, cell) for cell in screen.traces if cell in KEEP_GATE]
    notes = []
    if "lstm" in screen.traces:
        notes.append("The LSTM blends its cell state c; h is what the output gate lets out of it.")
    if "rnn" in screen.traces:
        notes.append("The plain RNN keeps nothing apart: all of its state is written anew.")
    return View(charts, notes=notes)


def _chart(screen: Screen, cell: Cell) -> Chart:
    trace = screen.traces[cell]
    unit, state = unit_of(screen, trace.units), "cell" if cell == "lstm" else "hidden"
    kept, written = (part[:, unit] for part in split(trace))
    values = trace[state][:, unit].astype(np.float64)
    symbol, color = letter_of(cell, state), theme.QUANTITIES[state].color
    return Chart(
        name=f"{cell}.kept",
        title=f"{CELL_NAMES[cell]} unit {unit + 1}: kept and written of",
        symbol=symbol,
        figure=kept_and_written(kept, written, values, screen.labels, state),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", ["kept", "written", symbol], plural="quantities"),
        values=np.stack([kept, written, values], axis=1),
        key=[(KEPT, "solid", "kept"), (WRITTEN, "solid", "written"), (color, "solid", symbol)],
    )


LENS = Lens(
    "kept and written",
    "What of each state was kept, and what was written",
    "The new state is what was kept of the old one plus what was written of the candidate. Where "
    "all is kept the unit copies, where all is written it overwrites.",
    view,
    follows=("unit",),
)
