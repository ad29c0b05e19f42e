"""What if: a gate, a candidate or a state held at a value, against the run in which it is free."""

from collections.abc import Mapping, Sequence
from typing import Any

from app import contract
from app.compute.runs import runs
from app.contract import Controls, HoldValue
from app.figures import theme
from app.lenses.against import against
from app.lenses.at_cursor import sentence_of
from app.lenses.base import Lens, Offer, View
from app.lenses.unmoved import unmoved
from app.lenses.wiring import held_texts
from app.screen.screen import Screen
from app.words.names import letter_of
from app.words.numbers import joined, number
from app.words.refusal import refusal
from app.words.say import say
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP, ablation
from gru_core.changes.interventions import Intervention, limits, shown_value
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.errors import RangeError

# As the core has them: z = 1 keeps. Each with the name of its words.
EXTREMES: Mapping[Cell, Sequence[tuple[str, str, float]]] = {
    "gru": (("copies", "update", 1.0), ("blind", "reset", 0.0)),
    "lstm": (("keeps", "forget", 1.0), ("closed", "input", 0.0)),
}
STATE_LIMITS = (-1.0, 1.0)  # of the slider; a state that is typed may lie beyond


def view(screen: Screen) -> View:
    """What is held, the means to hold something, and what that changes."""
    controls: Controls = {"holding": _holding(screen)}
    if not screen.situation.interventions:
        words = [say("lenses.holding.nothing"), sentence_of(screen, screen.opened)]
        return View([], words=words, controls=controls, offers=_extremes(screen))
    try:
        free = runs(screen.free, screen.setting.engine)
    except RangeError as error:  # what is held may be all that keeps a state of relu from growing
        said = say("lenses.holding.no_run", error=refusal(error))
        return View([], words=[said], controls=controls)
    charts, words = against(screen, free, say("lenses.holding.original"))
    why, offers = unmoved(screen, free)
    offered = [*_extremes(screen), *offers]
    return View(charts, words=[*words, *why], controls=controls, offers=offered)


def _extremes(screen: Screen) -> list[Offer]:
    """Gates at an end, in every unit and step: what the cell then keeps, or cannot see.

    One press each; what is held so already is not offered.
    """
    cell, found = screen.opened, []
    for name, track, value in EXTREMES.get(cell, ()):
        held = Intervention(cell, track, value, None, 0, None)
        if held in screen.situation.interventions:
            continue
        shown = shown_value(cell, track, value, screen.notation.polarity)
        symbol = letter_of(cell, track, screen.notation)
        hold: HoldValue = {
            "cell": cell,
            "track": track,
            "unit": None,
            "first": 0,
            "last": None,
            "value": shown,
        }
        label = say(f"lenses.holding.{cell}_{name}", symbol=symbol, value=number(shown))
        found.append(Offer("hold", label, hold=hold))
    return found


def _holding(screen: Screen) -> contract.Holdable:
    cell = screen.opened
    return {
        "cell": cell,
        "units": screen.traces[cell].units,
        "tracks": [_track(screen, cell, track) for track in TRACKS[cell]],
        "held": [
            _held(screen, one, text)
            for one, text in zip(screen.situation.interventions, held_texts(screen), strict=True)
        ],
        "ablations": [
            {
                "name": name,
                "hint": _hint(screen, gates),
                "keep": None in gates.values(),
                "holds": {held.track: held.value for held in ablation(name)},
            }
            for name, (owner, gates) in ABLATIONS.items()
            if owner == cell
        ],
        "keep": DEFAULT_KEEP,
    }


def _track(screen: Screen, cell: Cell, track: str) -> contract.HoldTrack:
    low, high = STATE_LIMITS
    if track not in STATES[cell]:
        low, high = limits(cell, track, screen.situation.weights[cell].state_activation)
        high = min(high, STATE_LIMITS[1])
    quantity = theme.QUANTITIES[track]
    return {
        "track": track,
        "name": quantity.name,
        "symbol": letter_of(cell, track, screen.notation),
        "low": low,
        "high": high,
        "units": screen.traces[cell][track].shape[1],
    }


def _held(screen: Screen, one: Intervention, text: str) -> contract.HeldOne:
    """One intervention, as it is chosen and in words."""
    value = shown_value(one.cell, one.track, one.value, screen.notation.polarity)
    return {
        "place": one.place,
        "cell": one.cell,
        "track": one.track,
        "unit": one.unit,
        "first": one.first,
        "last": len(screen.labels) - 1 if one.last is None else one.last,
        "open": one.last is None,
        "value": value,
        "text": text,
    }


def _hint(screen: Screen, gates: Any) -> str:
    held = []
    for gate, value in gates.items():
        symbol = letter_of("gru", gate, screen.notation)
        if value is None:
            held.append(say("lenses.holding.constant", symbol=symbol))
            continue
        at = number(shown_value("gru", gate, value, screen.notation.polarity))
        held.append(say("lenses.holding.at", symbol=symbol, value=at))
    return say("lenses.holding.hint", held=joined(held))


LENS = Lens(
    "holding",
    view,
    follows=("step", "unit"),
)
