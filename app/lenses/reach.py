"""What is said of how far gradients reach: what is left, by which path, and what has no line."""

from collections.abc import Mapping

from app.lenses.base import Offer
from app.screen.baseline import titles
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import number, percent
from app.words.say import Fields, say
from gru_core.conventions import KEEP_GATE, Cell
from gru_core.gradients import Gradients
from gru_core.situation import Situation

SEEN_IN = "crowd"  # a scene in which every line is drawn
SAME = 1e-9  # two sizes that differ by less are one, but for rounding
Found = Mapping[Cell, Gradients]


def words(screen: Screen, every: Situation, found: Found) -> list[str]:
    """What is left of the gradient at the first step, by which path, and what has no line."""
    absent = [_why_absent(screen, every, cell) for cell in without_a_line(found)]
    first = [_left(screen, found, 0), *_shares(screen, found)]
    if screen.step == 0:
        return [*first, *absent]
    return [*first, _left(screen, found, screen.step), *absent]


def offers(screen: Screen, found: Found) -> list[Offer]:
    """Where to see the line of a cell that has none here."""
    if not without_a_line(found) or screen.setting.scene == SEEN_IN:
        return []
    return [Offer("scene", say("lenses.reach.offer", title=titles()[SEEN_IN]), SEEN_IN)]


def without_a_line(found: Found) -> list[Cell]:
    """The cells whose h of no step reaches the last one."""
    return [
        cell
        for cell, one in found.items()
        if len(one["hidden"]) > 2 and not one["hidden"][1:-1].any()
    ]


def _left(screen: Screen, found: Found, step: int) -> str:
    """For each cell, and the LSTM by its c too, at one step k: that of the cursor, or the first."""
    parts = [_of(CELL_NAMES[cell], one, "hidden", step) for cell, one in found.items()]
    if "lstm" in found:
        parts.append(_of(say("lenses.reach.by_cell"), found["lstm"], "cell", step))
    back = len(screen.labels) - 1 - step
    if back == 0:
        return say("lenses.reach.at_the_end", step=step + 1)
    where: Fields = {"step": step + 1, "last": len(screen.labels)}
    return say("lenses.reach.left", n=back, parts=", ".join(parts), **where)


def _of(name: str, one: Gradients, track: str, step: int) -> str:
    first, last = number(one[track][step + 1]), number(one[track][-1])
    return say("lenses.reach.part", name=name, first=first, last=last)


def _shares(screen: Screen, found: Found) -> list[str]:
    """How much of that comes by the direct path alone, for each cell that has one."""
    keep = "z" if screen.notation.polarity == "keep" else "1 − z"
    said = []
    if found["gru"]["hidden"][1]:
        said.append(_share("gru", keep, found["gru"], "hidden"))
    if "lstm" in found and found["lstm"]["cell"][1]:
        said.append(_share("lstm", "f", found["lstm"], "cell"))
    return said


def _share(cell: Cell, gate: str, one: Gradients, track: str) -> str:
    every, direct = float(one[track][1]), float(one["direct"][1])
    sizes = {"gate": gate, "whole": number(every)}
    if direct > every * (1 + SAME):
        return say(f"lenses.reach.{cell}.against", direct=number(direct), **sizes)
    if direct > every * (1 - SAME):
        return say(f"lenses.reach.{cell}.all", **sizes)
    share = percent(direct / every)
    return say(f"lenses.reach.{cell}.share", direct=number(direct), share=share, **sizes)


def _why_absent(screen: Screen, every: Situation, cell: Cell) -> str:
    name = CELL_NAMES[cell]
    if not every.weights[cell].w_h.any() and cell != "gru":
        if cell in KEEP_GATE:
            return say("lenses.reach.no_weights_but_cell", cell=name)
        return say("lenses.reach.no_weights", cell=name)
    if screen.situation.interventions and cell in screen.traces and screen.situation.held(cell):
        return say("lenses.reach.held", cell=name)
    return say("lenses.reach.nothing_left", cell=name)
