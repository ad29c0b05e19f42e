"""Kept and written: the two parts of a state at every step of one unit."""

import numpy as np

from app.figures import theme
from app.figures.written import KEPT, OF_NEW, OF_OLD, WRITTEN, kept_and_written
from app.lenses.at_cursor import is_held, sentence_of
from app.lenses.base import Axis, Chart, Lens, View
from app.lenses.naming import unit_of
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import number
from app.words.say import say
from gru_core.analysis import kept_and_written as split
from gru_core.analysis.blend import blended_state
from gru_core.conventions import KEEP_GATE, Cell


def view(screen: Screen) -> View:
    """One chart for each cell that keeps."""
    charts = [_chart(screen, cell) for cell in screen.traces if cell in KEEP_GATE]
    notes = []
    if "lstm" in screen.traces:
        notes.append(say("lenses.kept.lstm"))
    if "rnn" in screen.traces:
        notes.append(say("lenses.kept.rnn"))
    words = [_words(screen, cell) for cell in screen.traces if cell in KEEP_GATE]
    return View(charts, notes=notes, words=words)


def _words(screen: Screen, cell: Cell) -> str:
    """What the step at the cursor does in the cursor's unit, and the two parts of its state."""
    state = blended_state(screen.traces[cell])
    told = sentence_of(screen, cell)
    if is_held(screen, cell, state):
        return told
    parts = (float(part[_at(screen, cell)]) for part in split(screen.traces[cell]))
    kept, written = map(number, parts)
    both = say("lenses.kept.both", kept=kept, written=written, letter=letter_of(cell, state))
    return f"{told} {both}"


def _at(screen: Screen, cell: Cell) -> tuple[int, int]:
    return screen.step, unit_of(screen, screen.traces[cell].units)


def _chart(screen: Screen, cell: Cell) -> Chart:
    trace = screen.traces[cell]
    unit, state = unit_of(screen, trace.units), "cell" if cell == "lstm" else "hidden"
    kept, written = (part[:, unit].copy() for part in split(trace))
    values = trace[state][:, unit].astype(np.float64)
    symbol, color = letter_of(cell, state), theme.QUANTITIES[state].color
    parts = say("lenses.kept.kept"), say("lenses.kept.written")
    source = letter_of(cell, "candidate", screen.notation)
    before = say("lenses.kept.before", letter=symbol)
    old = trace.previous(state)[:, unit].astype(np.float64)
    new = trace["candidate"][:, unit].astype(np.float64)
    return Chart(
        name=f"{cell}.kept",
        title=say("lenses.kept.title", cell=CELL_NAMES[cell], unit=unit + 1),
        symbol=symbol,
        figure=kept_and_written(kept, written, values, screen.labels, state, (old, new)),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", [*parts, symbol, before, source], noun="quantities"),
        values=np.stack([kept, written, values, old, new], axis=1),
        key=[
            (KEPT, "square", parts[0]),
            (WRITTEN, "square", parts[1]),
            (color, "solid", symbol),
            (KEPT, OF_OLD, before),
            (WRITTEN, OF_NEW, source),
        ],
    )


LENS = Lens(
    "kept",
    view,
    follows=("step", "unit"),
)
