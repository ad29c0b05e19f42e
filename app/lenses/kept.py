"""Kept and written: the two parts of a state at every step of one unit."""

import numpy as np

from app.figures import theme
from app.figures.written import KEPT, WRITTEN, kept_and_written
from app.lenses.base import Axis, Chart, Lens, View
from app.lenses.naming import unit_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.say import say
from gru_core.analysis import kept_and_written as split
from gru_core.conventions import KEEP_GATE, Cell


def view(screen: Screen) -> View:
    """One chart for each cell that keeps."""
    charts = [_chart(screen, cell) for cell in screen.traces if cell in KEEP_GATE]
    notes = []
    if "lstm" in screen.traces:
        notes.append(say("lenses.kept.lstm"))
    if "rnn" in screen.traces:
        notes.append(say("lenses.kept.rnn"))
    return View(charts, notes=notes)


def _chart(screen: Screen, cell: Cell) -> Chart:
    trace = screen.traces[cell]
    unit, state = unit_of(screen, trace.units), "cell" if cell == "lstm" else "hidden"
    kept, written = (part[:, unit] for part in split(trace))
    values = trace[state][:, unit].astype(np.float64)
    symbol, color = letter_of(cell, state), theme.QUANTITIES[state].color
    parts = say("lenses.kept.kept"), say("lenses.kept.written")
    return Chart(
        name=f"{cell}.kept",
        title=say("lenses.kept.title", cell=CELL_NAMES[cell], unit=unit + 1),
        symbol=symbol,
        figure=kept_and_written(kept, written, values, screen.labels, state),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", [*parts, symbol], noun="quantities"),
        values=np.stack([kept, written, values], axis=1),
        key=[(KEPT, "solid", parts[0]), (WRITTEN, "solid", parts[1]), (color, "solid", symbol)],
    )


LENS = Lens(
    "kept",
    view,
    follows=("unit",),
)
