"""What the stage is told: the whole screen as one message, without the figures it has already.

Scrubbing, playing, hovering and dragging stay in the browser; see assets/stage/ for that end.
"""

from collections.abc import Mapping
from typing import Any

from app import theme
from app.figures.sequence import MOST_CHANNELS
from app.figures.weights import segments
from app.shown import Shown, was
from app.state import Session
from app.url import complete, encode
from app.widgets.parts import parts, shown_gates
from app.widgets.sweeping import sweep_message
from app.widgets.updates import Sent, updates
from gru_core.conventions import STATES, Cell, track_kind
from gru_core.scenes import INITIALS

SCALE_NAMES = {"gate": "gates", "state": "states", "cell": "cell state"}


def message(shown: Shown, here: Session) -> tuple[dict[str, Any], dict[str, Sent]]:
    """Everything the stage needs to draw a screen, less the figures the browser has already.

    Returns the message and, by name, the parts that the browser has once it is there.
    """
    present = list(parts(shown, here.gates))
    included, sent = updates(present, here.sent, shown.unit, here.looked)
    told = {
        "ack": here.ack,
        "opened": f"{shown.scene.name} {shown.scene.word or ''}",
        "scene": _scene(shown),
        "labels": shown.labels,
        "cursor": {"step": shown.step, "unit": shown.unit},
        "link": complete(shown.setting),
        "x": {
            "channels": shown.channels,
            "bound": f"{shown.opening.x_bound:g}",
            "color": theme.QUANTITIES["x"].color,
            "dash": theme.QUANTITIES["x"].dash,
            "lines": len(shown.channels) <= MOST_CHANNELS,
        },
        "panels": [_panel(shown, cell, here.gates) for cell in shown.traces],
        # What the units are called in the story is true of the scene as it was.
        "names": () if shown.edits else shown.scene.unit_names,
        "edits": [
            {"target": str(edit.target), "value": edit.value, "was": was(shown, edit)}
            for edit in shown.edits
        ],
        "can": _possible(here),
        "answer": here.answer,
        "problems": [*here.rejected, *shown.problems, *_link_problem(shown)],
        "sweep": sweep_message(shown, here.grab) if here.grab else None,
        "parts": {part.name: part.digest for part in present},
        "included": included,
    }
    return told, sent


def _possible(here: Session) -> dict[str, bool]:
    history = here.history
    return {
        "undo": bool(history.past),
        "redo": bool(history.future),
        "reset": bool(history.present.edits),
    }


def _link_problem(shown: Shown) -> list[str]:
    _, left_out = encode(shown.setting)
    if not left_out:
        return []
    return [f"The link has no room for the last {left_out} edits; reloading the page loses them."]


def _scene(shown: Shown) -> dict[str, Any]:
    scene = shown.scene
    reading = None
    if shown.phonemes is not None:
        reading = {"word": scene.word, "phonemes": shown.phonemes}
    return {
        "name": scene.name,
        "title": scene.title,
        "story": scene.story,
        "try": scene.attempt,
        "reading": reading,
    }


def _panel(shown: Shown, cell: Cell, gates: Mapping[str, str]) -> dict[str, Any]:
    weights = shown.situation.weights[cell]
    return {
        "cell": cell,
        "name": theme.CELL_NAMES[cell],
        "units": weights.units,
        "note": _note(shown, cell),
        "order": shown.orders[cell],
        "tracks": [_track(cell, track) for track in shown.traces[cell]],
        "initials": [
            {"of": state, "part": INITIALS[state], "symbol": theme.symbol(cell, state)}
            for state in STATES[cell]
        ],
        "gates": [_gate(cell, gate) for gate in weights.gates],
        "shown": shown_gates(shown, cell, gates),
        "segments": [vars(segment) for segment in segments(weights)],
        "bound": f"{shown.opening.weight_bounds[cell]:g}",
    }


def _track(cell: str, track: str) -> dict[str, str]:
    return _gate(cell, track) | {"track": track, "scale": SCALE_NAMES[track_kind(track)]}


def _gate(cell: str, gate: str) -> dict[str, str]:
    quantity = theme.QUANTITIES[gate]
    return {
        "gate": gate,
        "name": quantity.name,
        "symbol": theme.symbol(cell, gate),
        "color": quantity.color,
        "dash": quantity.dash,
    }


def _note(shown: Shown, cell: Cell) -> str:
    """Sizes, and where the weights come from if they are not the scene's own."""
    weights = shown.situation.weights[cell]
    count = weights.parameter_count()
    note = f"{weights.units} units · {count:,} parameters".replace(",", "\u202f")
    if shown.orders[cell] != tuple(range(weights.units)):
        note += " · sorted, most keeping on top"
    if shown.base.weights[cell] is shown.scene.weights.get(cell):
        return note
    seed = shown.scene.seed if shown.setting.seed is None else shown.setting.seed
    return f"{note} · random weights, seed {seed}"
