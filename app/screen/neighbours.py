"""Cells beside each other that no comparison is fair of: random weights beside others' own."""

from collections.abc import Collection

from app.figures import theme
from app.screen.baseline import MODEL
from app.screen.screen import Shown
from app.words.numbers import joined
from gru_core.conventions import Cell


def unlike(shown: Shown, cell: Cell) -> str:
    """What to know of a cell beside one with weights of its own, in a heading; mostly nothing."""
    drawn = shown.opening.drawn
    return at_random(shown) if cell in drawn and len(drawn) < len(shown.traces) else ""


def compared(shown: Shown, cells: Collection[Cell]) -> list[str]:
    """A sentence that names the cells with random weights, where others have their own.

    cells: of which some may be off the screen, as the scene has them.
    """
    drawn = [cell for cell in cells if _drawn(shown, cell)]
    if not drawn or len(drawn) == len(cells):
        return []
    names = joined([f"the {theme.CELL_NAMES[cell]}" for cell in drawn])
    verb = "has" if len(drawn) == 1 else "have"
    return [f"This is no fair comparison: {names} {verb} {at_random(shown)}."]


def _drawn(shown: Shown, cell: Cell) -> bool:
    if cell in shown.traces:
        return cell in shown.opening.drawn
    matched = shown.setting.match == "parameters" and shown.scene.model != "series"
    return matched or cell not in shown.scene.weights


def at_random(shown: Shown) -> str:
    """How weights are called that were drawn, beside others that were not."""
    if shown.scene.name == MODEL:
        return "random weights, not from your file"
    return "random weights, not trained" if shown.scene.model else "random weights"
