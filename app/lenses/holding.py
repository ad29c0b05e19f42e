"""What if: a gate, a candidate or a state held at a value, against the run in which it is free."""

from typing import Any

from app import contract
from app.compute.runs import runs
from app.contract import Controls
from app.figures import theme
from app.lenses.against import against
from app.lenses.base import Lens, View
from app.lenses.unmoved import unmoved
from app.lenses.wiring import held_texts
from app.screen.screen import Screen
from app.words.names import letter_of
from app.words.numbers import joined, number
from app.words.refusal import refusal
from app.words.say import say
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP
from gru_core.changes.interventions import Intervention, limits, shown_value
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.errors import RangeError

STATE_LIMITS = (-1.0, 1.0)  # of the slider; a state that is typed may lie beyond


def view(screen: Screen) -> View:
    """What is held, the means to hold something, and what that changes."""
    controls: Controls = {"holding": _holding(screen)}
    if not screen.situation.interventions:
        return View([], words=[say("lenses.holding.nothing")], controls=controls)
    try:
        free = runs(screen.free, screen.setting.engine)
    except RangeError as error:  # what is held may be all that keeps a state of relu from growing
        said = say("lenses.holding.no_run", error=refusal(error))
        return View([], words=[said], controls=controls)
    charts, words = against(screen, free, say("lenses.holding.original"))
    why, offers = unmoved(screen, free)
    return View(charts, words=[*words, *why], controls=controls, offers=offers)


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
            {"name": name, "hint": _hint(screen, gates), "keep": None in gates.values()}
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
    follows=("unit",),
)
