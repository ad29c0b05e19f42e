"""What is said of how far gradients reach: what is left, by which path, and what has no line."""

from collections.abc import Mapping

from app.lenses.base import Offer
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import number, percent
from gru_core.conventions import KEEP_GATE, Cell
from gru_core.gradients import Gradients
from gru_core.situation import Situation

BY_CELL = "LSTM by its c"
SEEN_IN = "crowd"  # a scene in which every line is drawn
SAME = 1e-9  # two sizes that differ by less are one, but for rounding
Found = Mapping[Cell, Gradients]


def words(screen: Screen, every: Situation, found: Found) -> list[str]:
    """What is left of the gradient at the first step, by which path, and what has no line."""
    absent = [_why_absent(screen, every, cell) for cell in without_a_line(found)]
    return [_left(screen, found), *_shares(screen, found), *absent]


def offers(screen: Screen, found: Found) -> list[Offer]:
    """Where to see the line of a cell that has none here."""
    if not without_a_line(found) or screen.setting.scene == SEEN_IN:
        return []
    return [Offer(SEEN_IN, "See a line of every cell in")]


def without_a_line(found: Found) -> list[Cell]:
    """The cells whose h of no step reaches the last one."""
    return [
        cell
        for cell, one in found.items()
        if len(one["hidden"]) > 2 and not one["hidden"][1:-1].any()
    ]


def _left(screen: Screen, found: Found) -> str:
    """For each cell, and the LSTM by its c too."""
    parts = [_of(CELL_NAMES[cell], one, "hidden") for cell, one in found.items()]
    if "lstm" in found:
        parts.append(_of(BY_CELL, found["lstm"], "cell"))
    return f"At step 1, {len(screen.labels) - 1} steps back, is left: {', '.join(parts)}."


def _of(name: str, one: Gradients, track: str) -> str:
    return f"{name} {number(one[track][1])} of {number(one[track][-1])}"


def _shares(screen: Screen, found: Found) -> list[str]:
    """How much of that comes by the direct path alone, for each cell that has one."""
    keep = "z" if screen.notation.polarity == "keep" else "1 − z"
    said = []
    if found["gru"]["hidden"][1]:
        said.append(_share(keep, found["gru"], "hidden", "the GRU's {}"))
    if "lstm" in found and found["lstm"]["cell"][1]:
        said.append(_share("f", found["lstm"], "cell", "the LSTM's {} by its c"))
    return said


def _share(gate: str, one: Gradients, track: str, whose: str) -> str:
    whole, direct = float(one[track][1]), float(one["direct"][1])
    of = whose.format(number(whole))
    if direct > whole * (1 + SAME):
        return (
            f"The direct path, through {gate} alone, has {number(direct)}; the others run "
            f"against it, which leaves {of}."
        )
    if direct > whole * (1 - SAME):
        return f"The direct path, through {gate} alone, has all of {of}."
    return (
        f"The direct path, through {gate} alone, has {number(direct)} of {of}: "
        f"{percent(direct / whole)}."
    )


def _why_absent(screen: Screen, every: Situation, cell: Cell) -> str:
    name = CELL_NAMES[cell]
    line = f"The {name} has no line of its h: "
    if not every.weights[cell].w_h.any() and cell != "gru":
        memory = "; its memory goes by c, which has a line of its own" if cell in KEEP_GATE else ""
        return f"{line}all its weights U are 0, so that no h reaches a later step{memory}."
    if screen.situation.interventions and cell in screen.traces and screen.situation.held(cell):
        return f"{line}what is held follows nothing that came before it."
    return f"{line}nothing of it is left one step before the end."
