"""What the stage is told: the whole screen as one message, without the figures it has already.

Scrubbing, playing, hovering and dragging stay in the browser; see assets/stage/ for that end.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app import lenses
from app.figures import theme
from app.figures.sequence import MOST_CHANNELS
from app.figures.weights import segments
from app.lenses import view_of
from app.lenses.wiring import inner
from app.messages import predictions
from app.messages.condensed import condensed_note, input_note, pointed
from app.messages.help import HELP
from app.messages.parts import parts, shown_gates
from app.messages.sweeping import sweep_message
from app.messages.updates import Sent, updates
from app.screen.baseline import scenes
from app.screen.neighbours import unlike
from app.screen.screen import Shown, was
from app.screen.telling import as_at_first, asks_the_same, told
from app.session.state import Session
from app.setting.link import complete, encode, input_fits, pin_fits
from app.words.numbers import count
from app.words.terms import meaning
from gru_core.changes.interventions import Intervention
from gru_core.conventions import STATES, Cell, shown_sign, track_kind
from gru_core.scenes.files import INITIALS
from gru_core.situation import Edit, value_at

SCALE_NAMES = {"gate": "gates", "state": "states", "cell": "cell state"}


def message(shown: Shown, here: Session) -> tuple[dict[str, Any], dict[str, Sent]]:
    """Everything the stage needs to draw a screen, less the figures the browser has already.

    Returns the message and, by name, the parts that the browser has once it is there.
    """
    view = view_of(shown)
    present = list(parts(shown, here.gates, view))
    included, sent = updates(present, here.sent, shown.unit, here.looked, here.wholes)
    prediction = predictions.told(shown)
    screen = {
        "ack": here.ack,
        "opened": f"{shown.scene.name} {shown.scene.word or ''}",
        "arrived": here.arrived,
        "scene": _scene(shown),
        "atFirst": as_at_first(shown),
        "labels": _labels(shown),
        "cursor": {"step": shown.step, "unit": shown.unit},
        "link": complete(shown.setting),
        "x": {
            "channels": shown.channels,
            "bound": f"{shown.opening.x_bound:g}",
            "color": theme.QUANTITIES["x"].color,
            "dash": theme.QUANTITIES["x"].dash,
            "lines": len(shown.channels) <= MOST_CHANNELS,
            "note": input_note(shown),
        },
        "inner": inner(shown),
        "lens": lenses.told(shown, view),
        "prediction": prediction,
        "help": HELP,
        "dark": dict(zip(theme.DIVERGING, theme.DIVERGING_DARK, strict=True)),
        "panels": [_panel(shown, cell, here.gates) for cell in shown.traces],
        # What the units are called in the story is true of the scene as it was.
        "names": () if shown.edits or shown.situation.interventions else shown.scene.unit_names,
        "held": [_held(shown, one) for one in shown.situation.interventions],
        "edits": [_edit(shown, edit) for edit in shown.edits],
        "can": _possible(here),
        "answer": here.answer,
        "said": here.said,
        "problems": [*here.rejected, *here.left, *shown.problems, *_link_problem(shown)],
        "sweep": sweep_message(shown, here.grab) if here.grab else None,
        "pointed": pointed(shown, here.grab) if here.grab and not here.grab.held else None,
        "numbers": here.held.name_of(shown.setting),  # the ticket to fetch them by
        "parts": {part.name: part.digest for part in present},
        "included": included,
    }
    return screen, sent


def _labels(shown: Shown) -> Sequence[str] | int:
    """The names of the steps, or how many there are where they are only counted."""
    labels = shown.labels
    counted = all(label == str(at) for at, label in enumerate(labels, start=1))
    return len(labels) if counted and shown.condensed else labels


def _edit(shown: Shown, edit: Edit) -> dict[str, Any]:
    """A changed number with what it was, both as the notation shows them."""
    sign = shown_sign(edit.target.owner, edit.target.gate, shown.notation.polarity)
    value, old = (x if sign > 0 else 0.0 - x for x in (edit.value, was(shown, edit)))
    return {"target": str(edit.target), "value": value, "was": old}


def _held(shown: Shown, one: Intervention) -> dict[str, Any]:
    """Where a track is held: a unit, or None for all, and the first and the last step."""
    last = len(shown.labels) - 1 if one.last is None else one.last
    return {
        "cell": one.cell,
        "track": one.track,
        "unit": one.unit,
        "first": one.first,
        "last": last,
    }


def _possible(here: Session) -> dict[str, bool]:
    history = here.history
    return {
        "undo": bool(history.past),
        "redo": bool(history.future),
        "reset": bool(history.present.edits or history.present.interventions),
    }


def _link_problem(shown: Shown) -> list[str]:
    _, left_out = encode(shown.setting)
    found = []
    if not input_fits(shown.setting):
        found.append("The link has no room for your input; reloading the page loses it.")
    if not pin_fits(shown.setting):
        found.append("The link has no room for A; reloading the page loses it.")
    if left_out:
        found.append(
            f"The link has no room for the last {left_out} edits; reloading the page loses them."
        )
    return found


def _scene(shown: Shown) -> dict[str, Any]:
    scene, words = shown.scene, told(shown)
    reading = None
    if shown.phonemes is not None:
        reading = {"word": scene.word, "phonemes": shown.phonemes}
    return {
        "name": scene.name,
        "title": scene.title,
        "story": words.story,
        "next": _next(shown),
        "try": words.attempt,
        "again": words.again,
        "reading": reading,
        "handle": _handle(shown),
        "first": shown.scene.handle is not None,  # whether there is a first view of it
    }


def _handle(shown: Shown) -> dict[str, Any] | None:
    """The number that is there to be dragged first, and what it is before any edit.

    None also where the reset gate acts elsewhere and the story then asks for something else.
    """
    target = shown.scene.handle
    if target is None or not asks_the_same(shown):
        return None
    sign = shown_sign(target.owner, target.gate, shown.notation.polarity)
    return {"target": str(target), "value": float(sign * value_at(shown.base, target)) + 0.0}


def _next(shown: Shown) -> dict[str, str]:
    """The scene after this one in the order of the menu; after the last, and after one's own, the
    first."""
    names = list(scenes())
    at = names.index(shown.setting.scene) if shown.setting.scene in names else -1
    name = names[(at + 1) % len(names)]
    return {"name": name, "title": scenes()[name].title}


def _panel(shown: Shown, cell: Cell, gates: Mapping[str, str]) -> dict[str, Any]:
    weights = shown.situation.weights[cell]
    return {
        "cell": cell,
        "name": theme.CELL_NAMES[cell],
        "unlike": unlike(shown, cell),
        "units": weights.units,
        "note": _note(shown, cell),
        "order": shown.orders[cell],
        "tracks": [_track(shown, cell, track) for track in shown.traces[cell]],
        "initials": [
            {"of": state, "part": INITIALS[state], "symbol": theme.symbol(cell, state)}
            for state in STATES[cell]
        ],
        "gates": [_gate(shown, cell, gate) for gate in weights.gates],
        "shown": shown_gates(shown, cell, gates),
        "segments": [vars(segment) for segment in segments(weights, shown.biases)],
        "bound": f"{shown.opening.weight_bounds[cell]:g}",
    }


def _track(shown: Shown, cell: Cell, track: str) -> dict[str, str]:
    scale = SCALE_NAMES[track_kind(shown.drawn_as(cell, track))]
    return _gate(shown, cell, track) | {"track": track, "scale": scale}


def _gate(shown: Shown, cell: Cell, gate: str) -> dict[str, str]:
    quantity = theme.QUANTITIES[gate]
    return {
        "gate": gate,
        "name": quantity.name,
        "symbol": theme.symbol(cell, gate, shown.notation),
        "says": meaning(cell, gate, shown.notation),
        "color": quantity.color,
        "dash": quantity.dash,
    }


def _note(shown: Shown, cell: Cell) -> str:
    """Sizes, and where the weights come from if they are not the scene's own."""
    weights = shown.situation.weights[cell]
    parameters = weights.parameter_count(shown.biases)
    units = count(weights.units, "unit")
    note = f"{units} · {count(parameters, 'parameter')}".replace(",", "\u202f")
    if said := shown.opening.sorting[cell].said:
        note += f" · {said}"
    note += condensed_note(shown, cell)
    if cell not in shown.opening.drawn:
        return note
    seed = shown.scene.seed if shown.setting.seed is None else shown.setting.seed
    return f"{note} · random weights, seed {seed}"
