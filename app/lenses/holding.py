"""What if: a gate, a candidate or a state held at a value, against the run in which it is free."""

from typing import Any

from app.compute.runs import runs
from app.figures import theme
from app.lenses.against import against
from app.lenses.base import Lens, View
from app.lenses.unmoved import unmoved
from app.lenses.wiring import held_texts
from app.screen.screen import Shown
from app.words.numbers import number
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP
from gru_core.changes.interventions import Intervention, limits, shown_value
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.errors import RangeError

STATE_LIMITS = (-1.0, 1.0)  # of the slider; a state that is typed may lie beyond


def view(shown: Shown) -> View:
    """What is held, the means to hold something, and what that changes."""
    controls = {"holding": _holding(shown)}
    if not shown.situation.interventions:
        return View([], words=["Nothing is held yet."], controls=controls)
    try:
        free = runs(shown.free, shown.setting.engine)
    except RangeError as error:  # what is held may be all that keeps a state of relu from growing
        return View([], words=[f"With nothing held there is no run. {error}"], controls=controls)
    charts, words = against(shown, free, "the original")
    why, offers = unmoved(shown, free)
    return View(charts, words=[*words, *why], controls=controls, offers=offers)


def _holding(shown: Shown) -> dict[str, Any]:
    cell = shown.opened
    return {
        "cell": cell,
        "units": shown.traces[cell].units,
        "tracks": [_track(shown, cell, track) for track in TRACKS[cell]],
        "held": [
            _held(shown, one, text)
            for one, text in zip(shown.situation.interventions, held_texts(shown), strict=True)
        ],
        "ablations": [
            {"name": name, "hint": _hint(shown, gates), "keep": None in gates.values()}
            for name, (owner, gates) in ABLATIONS.items()
            if owner == cell
        ],
        "keep": DEFAULT_KEEP,
    }


def _track(shown: Shown, cell: Cell, track: str) -> dict[str, Any]:
    low, high = STATE_LIMITS
    if track not in STATES[cell]:
        low, high = limits(cell, track, shown.situation.weights[cell].state_activation)
        high = min(high, STATE_LIMITS[1])
    quantity = theme.QUANTITIES[track]
    return {
        "track": track,
        "name": quantity.name,
        "symbol": theme.symbol(cell, track, shown.notation),
        "low": low,
        "high": high,
    }


def _held(shown: Shown, one: Intervention, text: str) -> dict[str, Any]:
    """One intervention, as it is chosen and in words."""
    value = shown_value(one.cell, one.track, one.value, shown.notation.polarity)
    return {
        "place": one.place,
        "cell": one.cell,
        "track": one.track,
        "unit": one.unit,
        "first": one.first,
        "last": len(shown.labels) - 1 if one.last is None else one.last,
        "value": value,
        "text": text,
    }


def _hint(shown: Shown, gates: Any) -> str:
    held = []
    for gate, value in gates.items():
        symbol = theme.symbol("gru", gate, shown.notation)
        if value is None:
            held.append(f"{symbol} constant")
            continue
        at = shown_value("gru", gate, value, shown.notation.polarity)
        held.append(f"{symbol} = {number(at)}")
    return f"Holds {' and '.join(held)} for every unit and step"


LENS = Lens(
    "hold a gate",
    "Hold a gate, a candidate or a state at a value",
    "Hold a gate at 0 or 1 and see what the cell can no longer do. The heatmaps show the run with "
    "it held; here it stands against the original.",
    view,
    follows=("unit",),
)
