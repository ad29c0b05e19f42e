"""Both wirings: the gates and states of the cells on screen, below each other."""

from app.lenses.base import Lens, View
from app.lenses.naming import sentence
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from gru_core.conventions import SIGMOID_TRACKS, STATES, TRACKS, Cell

COUNTS = ("no", "one", "two", "three")


def view(screen: Screen) -> View:
    """The wiring of every cell on screen, and what it has."""
    cells = tuple(screen.traces)
    return View([], wirings=cells, words=[" ".join(_words(cell) for cell in cells)])


def _words(cell: Cell) -> str:
    gates = sum(track in SIGMOID_TRACKS for track in TRACKS[cell])
    states = _count(len(STATES[cell]), "state")
    return sentence(f"{CELL_NAMES[cell]}: {_count(gates, 'gate')}, {states}.")


def _count(number: int, what: str) -> str:
    return f"{COUNTS[number]} {what}{'' if number == 1 else 's'}"


LENS = Lens(
    "wirings",
    "The wiring of every cell on screen, to be compared",
    "The GRU carries one state along its rail and has two gates; the LSTM carries two states and "
    "has three. Click a part to look inside that cell.",
    view,
)
