"""Why something that is held changes nothing, and where the same would."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.figures import theme
from app.lenses.base import Offer
from app.screen.screen import Shown
from app.words.numbers import number
from gru_core import Trace
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, shown_value
from gru_core.conventions import Cell
from gru_core.weights import GRUWeights

# A scene in which the reset gate empties the state, and one in which every gate of both cells acts.
RESET_SEEN_IN, SEEN_IN = "slate", "crowd"


def unmoved(shown: Shown, free: Mapping[Cell, Trace]) -> tuple[list[str], list[Offer]]:
    """A sentence for each cell in which something is held and h is that of the free run."""
    words, offers = [], []
    for cell, trace in shown.traces.items():
        held = shown.situation.held(cell)
        if not held or not np.array_equal(trace["hidden"], free[cell]["hidden"]):
            continue
        words += list(dict.fromkeys(_why(shown, one, free[cell]) for one in held))
        resets = all(one.track == "reset" for one in held)
        scene = RESET_SEEN_IN if resets else SEEN_IN
        says = "See a reset gate at work in" if resets else "See every gate at work in"
        if scene != shown.setting.scene:
            offers.append(Offer(scene, says))
    return words, list(dict.fromkeys(offers))


def _why(shown: Shown, one: Intervention, free: Trace) -> str:
    symbol = theme.symbol(one.cell, one.track, shown.notation)
    value = number(shown_value(one.cell, one.track, one.value, shown.notation.polarity))
    there = _there(free[one.track], one)
    if (there == one.value).all():
        return f"{symbol} is {value} there anyway, so that holding it changes nothing."
    if one.track == "reset" and not _scaled(shown, one):
        what = "U h + d" if shown.notation.biases == 2 else "U h"
        if shown.notation.placement == "before":
            what = "r ⊙ h"
        return (
            f"Holding {symbol} changes nothing here: it acts on the candidate alone, by way of "
            f"{what}, and those weights of the candidate are 0."
        )
    before = _there(free.previous(), one)
    if one.track == "update" and (before == _there(free["candidate"], one)).all():
        return (
            f"Holding {symbol} changes nothing there: the old state and the candidate are the "
            "same, and so is every blend of them."
        )
    return f"Holding {symbol} at {value} changes nothing that h is made of at those steps."


def _scaled(shown: Shown, one: Intervention) -> bool:
    """Whether anything that the reset gate scales reaches a candidate."""
    weights = shown.situation.weights["gru"]
    assert isinstance(weights, GRUWeights)
    at = weights.gates.index("candidate")
    units: slice | Sequence[int] = slice(None) if one.unit is None else [one.unit]
    if not weights.reset_after:  # every candidate reads the old state of these units
        return bool(weights.w_h[at][:, units].any())
    return bool(weights.w_h[at][units].any() or weights.b_h[at][units].any())


def _there(track: Array, one: Intervention) -> Array:
    end = None if one.last is None else one.last + 1
    return track[one.first : end, slice(None) if one.unit is None else one.unit]
