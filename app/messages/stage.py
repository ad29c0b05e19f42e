"""What the stage is told: the whole screen as one message, without the figures it has already.

Scrubbing, playing, hovering and dragging stay in the browser; see assets/stage/ for that end.
"""

from collections.abc import Mapping, Sequence

from app import contract, lenses, settings
from app.compute.store import made_of
from app.compute.turns import turn
from app.compute.workshop import WORKSHOP, Gone, nobody_leaves
from app.contract import Message
from app.figures import theme
from app.figures.sequence import MOST_CHANNELS
from app.figures.weights import P, segments
from app.lenses import view_of
from app.lenses.wiring import inner
from app.messages import predictions
from app.messages.cell_numbers import ROWS_DRAWN
from app.messages.changed import changed
from app.messages.choices import chosen
from app.messages.condensed import condensed_note, input_note, pointed
from app.messages.core import bias_bound, core_key
from app.messages.help import helps
from app.messages.lesson import lesson_told
from app.messages.numbers import MOST_IN_BLOCK
from app.messages.parts import computed_parts, shared_parts, shown_gates
from app.messages.sweeping import sweep_message
from app.messages.updates import Sent, updates
from app.messages.wire import QUICK, THOROUGH, pack
from app.screen.baseline import is_long, scenes, titles
from app.screen.neighbours import unlike
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.screen.telling import as_at_first, asks_the_same, told
from app.setting.setting import Setting
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import count
from app.words.say import say
from app.words.stage import stage_words
from app.words.terms import meaning
from gru_core.conventions import STATES, Cell, shown_sign, track_kind
from gru_core.scenes.scene import INITIALS
from gru_core.situation import value_at

SCALE_NAMES = {"gate": "gates", "state": "states", "cell": "cell state"}


def told_of(
    setting: Setting, page: Page, gone: Gone = nobody_leaves
) -> tuple[bytes, dict[str, Sent]]:
    """The message about a setting, packed, and the parts that the browser has once it is there.

    gone: whether its page has been left. Errors: CrowdedError, NotMadeError.
    """
    large, files = is_long(setting), setting.files
    with made_of(files), turn(large):
        if large and WORKSHOP.open:
            packed, sent = WORKSHOP.make("screen", setting, page, gone=gone, files=files)
            return packed, sent
        return made(setting, page)


def made(setting: Setting, page: Page) -> tuple[bytes, dict[str, Sent]]:
    """The same, made here."""
    told, sent = message(screen_of(setting), page)
    return pack(told, THOROUGH if told["sweep"] else QUICK), sent


def message(screen: Screen, page: Page) -> tuple[Message, dict[str, Sent]]:
    """Everything the stage needs to draw a screen, less the figures the browser has already.

    Returns the message and, by name, the parts that the browser has once it is there.
    """
    view = view_of(screen)
    own = sorted(computed_parts(screen) & set(page.sent)) if page.own else []
    present = shared_parts(screen, page.gates, view, own)
    included, sent = updates(present, page.sent, screen.unit, page.looked, page.wholes)
    sent |= {name: page.sent[name] for name in own}
    prediction = predictions.told(screen)
    told: Message = {
        **changed(
            *(screen.setting, screen.baseline, screen.edits, screen.situation.interventions),
            *(page, screen.problems, as_at_first(screen)),
        ),
        "opened": f"{screen.scene.name} {screen.scene.word or ''}",
        "arrived": page.arrived,
        "above": page.above,
        "title": say("controls.navigation.title", what=titles()[screen.setting.scene]),
        "chosen": chosen(screen),
        "scene": _scene(screen),
        "labels": _labels(screen),
        "masked": [{"before": one.before, "labels": one.labels} for one in screen.masked],
        "cursor": {"step": screen.step, "unit": screen.unit},
        "x": {
            "channels": screen.channels,
            "bound": f"{screen.baseline.x_bound:g}",
            "color": theme.QUANTITIES["x"].color,
            "dash": theme.QUANTITIES["x"].dash,
            "lines": len(screen.channels) <= MOST_CHANNELS,
            "note": input_note(screen),
        },
        "inner": inner(screen),
        "lens": lenses.told(screen, view),
        "prediction": prediction,
        "lesson": lesson_told(screen.setting.lesson),
        "help": helps(),
        "limits": {"block": MOST_IN_BLOCK, "rows": ROWS_DRAWN},
        "dark": dict(zip(theme.DIVERGING, theme.DIVERGING_DARK, strict=True)),
        "panels": [_panel(screen, cell, page.gates) for cell in screen.traces],
        "sweep": sweep_message(screen, page.grab) if page.grab else None,
        "pointed": pointed(screen, page.grab) if page.grab and not page.grab.held else None,
        "core": core_key(screen),
        "parts": {name: one.digest for name, one in sent.items()},
        "included": included,
        "own": own,
        "short": settings.HAS_STORE,
        "words": None if page.sent else dict(stage_words()),
    }
    return told, sent


def _labels(screen: Screen) -> Sequence[str] | int:
    """The names of the steps, or how many there are where they are only counted."""
    labels = screen.labels
    counted = all(label == str(at) for at, label in enumerate(labels, start=1))
    return len(labels) if counted and screen.condensed else labels


def _scene(screen: Screen) -> contract.Scene:
    scene, words = screen.scene, told(screen)
    reading: contract.Reading | None = None
    if screen.phonemes is not None:
        reading = {"word": scene.word, "phonemes": screen.phonemes}
    return {
        "name": scene.name,
        "title": scene.title,
        "story": words.story,
        "next": _next(screen),
        "try": words.attempt,
        "again": words.again,
        "reading": reading,
        "handle": _handle(screen),
        "first": screen.scene.handle is not None,  # whether there is a first view of it
    }


def _handle(screen: Screen) -> contract.Handle | None:
    """The number that is there to be dragged first, and what it is before any edit.

    None also where the reset gate acts elsewhere and the story then asks for something else.
    """
    target = screen.scene.handle
    if target is None or not asks_the_same(screen):
        return None
    sign = shown_sign(target.owner, target.gate, screen.notation.polarity)
    return {"target": str(target), "value": float(sign * value_at(screen.base, target)) + 0.0}


def _next(screen: Screen) -> contract.Way:
    """The scene after this one in the order of the menu; after the last, and after one's own, the
    first."""
    names = list(scenes())
    at = names.index(screen.setting.scene) if screen.setting.scene in names else -1
    name = names[(at + 1) % len(names)]
    return {"name": name, "title": scenes()[name].title}


def _panel(screen: Screen, cell: Cell, gates: Mapping[str, str]) -> contract.Panel:
    weights = screen.situation.weights[cell]
    return {
        "cell": cell,
        "name": CELL_NAMES[cell],
        "unlike": unlike(screen, cell),
        "units": weights.units,
        "note": _note(screen, cell),
        "order": screen.orders[cell],
        "tracks": [_track(screen, cell, track) for track in screen.traces[cell]],
        "initials": [
            {
                "of": state,
                "part": INITIALS[state],
                "symbol": letter_of(cell, state),
                "units": weights.size(state),
            }
            for state in STATES[cell]
        ],
        "gates": [_gate(screen, cell, gate) for gate in weights.gates],
        "projection": _projection() if weights.is_projected else None,
        "shown": shown_gates(screen, cell, gates),
        "segments": [
            {"part": one.part, "start": one.start, "size": one.size}
            for one in segments(weights, screen.biases)
        ],
        "bound": f"{screen.baseline.weight_bounds[cell]:g}",
        "bias": bias_bound(screen, cell),
    }


def _track(screen: Screen, cell: Cell, track: str) -> contract.Track:
    scale = SCALE_NAMES[track_kind(screen.drawn_as(cell, track))]
    units = screen.situation.weights[cell].size(track)
    return {**_gate(screen, cell, track), "track": track, "scale": scale, "units": units}


def _gate(screen: Screen, cell: Cell, gate: str) -> contract.Gate:
    quantity = theme.QUANTITIES[gate]
    return {
        "gate": gate,
        "name": quantity.name,
        "symbol": letter_of(cell, gate, screen.notation),
        "says": meaning(cell, gate, screen.notation, projected=cell in screen.projected),
        "color": quantity.color,
        "dash": quantity.dash,
    }


def _projection() -> contract.Gate:
    """The matrix of a projected hidden state, which stands among those of the gates."""
    hidden = theme.QUANTITIES["hidden"]
    return {
        "gate": P,
        "name": say("messages.stage.projection"),
        "symbol": "P",
        "says": say("words.terms.weights.projection"),
        "color": hidden.color,
        "dash": hidden.dash,
    }


def _note(screen: Screen, cell: Cell) -> str:
    """Sizes, and where the weights come from if they are not the scene's own."""
    weights = screen.situation.weights[cell]
    parameters = weights.parameter_count(screen.biases)
    sizes = [count(weights.units, "unit"), count(parameters, "parameter")]
    if weights.is_projected:
        numbers = count(weights.hidden_size, "number")
        sizes.insert(1, say("messages.stage.projected", numbers=numbers))
    notes = [size.replace(",", "\u202f") for size in sizes]
    notes += [screen.baseline.sorting[cell].said, condensed_note(screen, cell)]
    if cell in screen.baseline.drawn:
        seed = screen.scene.seed if screen.setting.seed is None else screen.setting.seed
        notes.append(say("messages.stage.drawn", seed=seed))
    return " · ".join(filter(None, notes))
