"""Why something that is held changes nothing, and where the same would."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.lenses.base import Offer
from app.screen.baseline import titles
from app.screen.screen import Screen
from app.words.names import letter_of
from app.words.numbers import number
from app.words.say import say
from gru_core import Trace
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, shown_value
from gru_core.conventions import Cell
from gru_core.weights import GRUWeights

# A scene in which the reset gate empties the state, and one in which every gate of both cells acts.
RESET_SEEN_IN, SEEN_IN = "slate", "crowd"


def unmoved(screen: Screen, free: Mapping[Cell, Trace]) -> tuple[list[str], list[Offer]]:
    """A sentence for each cell in which something is held and h is that of the free run."""
    words, offers = [], []
    for cell, trace in screen.traces.items():
        held = screen.situation.held(cell)
        if not held or not np.array_equal(trace["hidden"], free[cell]["hidden"]):
            continue
        words += list(dict.fromkeys(_why(screen, one, free[cell]) for one in held))
        resets = all(one.track == "reset" for one in held)
        scene = RESET_SEEN_IN if resets else SEEN_IN
        which = "offer_reset" if resets else "offer"
        if scene != screen.setting.scene:
            offers.append(
                Offer("scene", say(f"lenses.unmoved.{which}", title=titles()[scene]), scene)
            )
    return words, list(dict.fromkeys(offers))


def _why(screen: Screen, one: Intervention, free: Trace) -> str:
    symbol = letter_of(one.cell, one.track, screen.notation)
    value = number(shown_value(one.cell, one.track, one.value, screen.notation.polarity))
    there = _there(free[one.track], one)
    if (there == one.value).all():
        return say("lenses.unmoved.anyway", symbol=symbol, value=value)
    if one.track == "reset" and not _scaled(screen, one):
        what = "U h + d" if screen.notation.biases == 2 else "U h"
        if screen.notation.placement == "before":
            what = "r ⊙ h"
        return say("lenses.unmoved.no_weights", symbol=symbol, what=what)
    if one.track == "update":  # of a projected state there are fewer numbers than units
        before, candidate = _there(free.previous(), one), _there(free["candidate"], one)
        if (before == candidate).all():
            return say("lenses.unmoved.same", symbol=symbol)
    return say("lenses.unmoved.nothing", symbol=symbol, value=value)


def _scaled(screen: Screen, one: Intervention) -> bool:
    """Whether anything that the reset gate scales reaches a candidate."""
    weights = screen.situation.weights["gru"]
    assert isinstance(weights, GRUWeights)
    at = weights.gates.index("candidate")
    units: slice | Sequence[int] = slice(None) if one.unit is None else [one.unit]
    if not weights.reset_after:  # every candidate reads the old state of these units
        return bool(weights.w_h[at][:, units].any())
    return bool(weights.w_h[at][units].any() or weights.b_h[at][units].any())


def _there(track: Array, one: Intervention) -> Array:
    end = None if one.last is None else one.last + 1
    return track[one.first : end, slice(None) if one.unit is None else one.unit]
