"""Both wirings: the gates and states of the cells on screen, below each other."""

from app.lenses.at_cursor import sentence_of
from app.lenses.base import Lens, View
from app.screen.screen import Screen
from app.words.say import say


def view(screen: Screen) -> View:
    """The wiring of every cell on screen, what it has, and what it does at the cursor."""
    cells = tuple(screen.traces)
    words = " ".join(say(f"lenses.wirings.{cell}") for cell in cells)
    return View([], wirings=cells, words=[words, *(sentence_of(screen, cell) for cell in cells)])


LENS = Lens(
    "wirings",
    view,
    follows=("step", "unit"),
)
