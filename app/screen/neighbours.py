"""Cells beside each other that no comparison is fair of: random weights beside others' own."""

from collections.abc import Collection

from app.screen.screen import Screen
from app.setting.source import Model
from app.words.names import CELL_NAMES
from app.words.numbers import joined
from app.words.say import say
from gru_core.conventions import Cell


def unlike(screen: Screen, cell: Cell) -> str:
    """What to know of a cell beside one with weights of its own, in a heading; mostly nothing."""
    drawn = screen.baseline.drawn
    return at_random(screen) if cell in drawn and len(drawn) < len(screen.traces) else ""


def compared(screen: Screen, cells: Collection[Cell]) -> list[str]:
    """A sentence that names the cells with random weights, where others have their own.

    cells: of which some may be off the screen, as the scene has them.
    """
    drawn = [cell for cell in cells if _drawn(screen, cell)]
    if not drawn or len(drawn) == len(cells):
        return []
    names = joined([say("screen.neighbours.cell", cell=CELL_NAMES[cell]) for cell in drawn])
    random = at_random(screen)
    return [say("screen.neighbours.unfair", n=len(drawn), cells=names, drawn=random)]


def _drawn(screen: Screen, cell: Cell) -> bool:
    if cell in screen.traces:
        return cell in screen.baseline.drawn
    matched = screen.setting.match == "parameters" and not screen.scene.predicts
    return matched or cell not in screen.scene.weights


def at_random(screen: Screen) -> str:
    """How weights are called that were drawn, beside others that were not."""
    if isinstance(screen.setting.source, Model):
        return say("screen.neighbours.not_of_file")
    if screen.scene.model:
        return say("screen.neighbours.not_trained")
    return say("screen.neighbours.random")
