"""Cells beside each other that no comparison is fair of: random weights beside others' own."""

from app.opening import MODEL
from app.shown import Shown
from gru_core.conventions import Cell


def unlike(shown: Shown, cell: Cell) -> str:
    """What to know of a cell beside one with weights of its own, in a heading; mostly nothing."""
    drawn = shown.opening.drawn
    return at_random(shown) if cell in drawn and len(drawn) < len(shown.traces) else ""


def at_random(shown: Shown) -> str:
    """How weights are called that were drawn, beside others that were not."""
    if shown.scene.name == MODEL:
        return "random weights, not from your file"
    return "random weights, not trained" if shown.scene.model else "random weights"
