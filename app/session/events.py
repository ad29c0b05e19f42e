"""What the stage says to the server, checked, and what each message changes."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from app.figures.weights import P
from app.learning.lessons import find, setting_at
from app.screen.baseline import scenes
from app.screen.choosing import choose
from app.screen.page import Grab
from app.screen.pair import pair_of
from app.screen.screen import plain
from app.session.keeping import carried
from app.session.many import MOST_EDITS, Many, filled, gate_place, pasted
from app.session.returning import returned
from app.session.typed import LARGEST_VALUE, checked, number
from app.setting.link import MOST_HELD, shortened
from app.setting.parameters import LONGEST_ASKED
from app.setting.question import Question
from app.setting.setting import FORMS, TYPES, VIEWS, History, Setting
from app.setting.source import MADE_HERE
from app.words import numbers
from app.words.refusal import refusal
from app.words.say import say
from gru_core.analysis.patterns import Span
from gru_core.changes.ablations import DEFAULT_KEEP, ablation
from gru_core.changes.interventions import Intervention, shown_value
from gru_core.conventions import CELLS, GATES, TRACKS, Cell, shown_sign
from gru_core.errors import GatescopeError
from gru_core.situation import Edit, Target

log = logging.getLogger(__name__)
# What changes numbers and nothing else on the screen.
ONE, MANY = {"commit", "type", "revert", "undo", "redo"}, {"reset", "draw", "paste", "fill"}
OF_NUMBERS = frozenset({"hold", "free", "ablate"} | ONE | MANY)
OF_LENS = ("ask", "view")  # after these a page needs its lens anew


@dataclass(frozen=True)
class Outcome:
    """The history after an event, and what the stage should be told besides."""

    history: History
    grab: Grab | None = None
    problem: str = ""  # one sentence for the person, empty if all went well
    said: str = ""  # one sentence on what was done, where more has changed than meets the eye
    resend: bool = False  # the stage lost what it had
    gate: tuple[str, str] | None = None  # (cell, gate) whose weights are wanted
    looked: int | None = None  # the unit whose numbers are wanted
    whole: str = ""  # the part of which every number is wanted
    left: list[str] | None = None  # sentences on what a choice has left behind


def handle(history: History, event: Mapping[str, Any]) -> Outcome:
    """Apply one event. Anything not understood changes nothing and is named in `problem`."""
    step, unit = _index(event.get("step")), _index(event.get("unit"))
    if step is not None and unit is not None:
        history = history.moved(step, unit)
    kind = event.get("kind")
    action = ACTIONS.get(kind) if isinstance(kind, str) else None
    if action is None:
        return Outcome(history, problem=say("session.events.unknown"))
    try:
        return action(history, event)
    except GatescopeError as error:
        return Outcome(history, problem=refusal(error))


def _index(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 1_000_000 else None


def _target(event: Mapping[str, Any]) -> Target:
    return Target.parse(str(event.get("target", "")))


def _grab(history: History, event: Mapping[str, Any]) -> Outcome:
    present = history.present
    grab = Grab(_target(event), present.step or 0, present.unit or 0)
    return Outcome(history, grab=grab, looked=grab.unit)


def _commit(history: History, event: Mapping[str, Any]) -> Outcome:
    return _changed(history, event, _value(event))


def _type(history: History, event: Mapping[str, Any]) -> Outcome:
    value = number(str(event.get("text", "")))
    return _changed(history, event, value)


def _changed(history: History, event: Mapping[str, Any], value: float) -> Outcome:
    if len(history.present.edits) >= MOST_EDITS:
        raise GatescopeError(say("session.events.most_edits", most=MOST_EDITS))
    target, polarity = _target(event), history.present.polarity
    # The stage speaks the notation on screen; what is kept is the core's own number.
    kept = value if shown_sign(target.owner, target.gate, polarity) > 0 else 0.0 - value
    changed = history.present.with_edit(target, kept)
    # Of a cell that stays colours may be all that was sent; now somebody looks at its numbers.
    return Outcome(history.push(changed), looked=changed.unit)


def _draw(history: History, event: Mapping[str, Any]) -> Outcome:
    """Several steps of one channel of the input at once."""
    channel, first = _index(event.get("channel")), _index(event.get("first"))
    values = event.get("values")
    if channel is None or first is None or not isinstance(values, list):
        raise GatescopeError(say("session.events.not_whole"))
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise GatescopeError(say("session.events.not_whole"))
    edits = [
        Edit(Target("x", "x", (first + i, channel)), checked(value))
        for i, value in enumerate(values[:MOST_EDITS])
    ]
    if len(values) > MOST_EDITS:
        raise GatescopeError(say("session.events.drawn_too_many", most=MOST_EDITS))
    return _changed_together(history, (edits, ""))


def _paste(history: History, event: Mapping[str, Any]) -> Outcome:
    """The numbers of a text, from a cell on."""
    text = str(event.get("text", ""))
    return _changed_together(history, pasted(history.present, _target(event), text))


def _fill(history: History, event: Mapping[str, Any]) -> Outcome:
    """A gate's weights or biases with one value, or in another way."""
    way = str(event.get("way", ""))
    value = number(str(event.get("text", ""))) if way == "value" else 0.0
    seed = _index(event.get("seed", 0))
    if seed is None:
        raise GatescopeError(say("session.events.seed"))
    place = gate_place(str(event.get("place", "")))
    return _changed_together(history, filled(history.present, place, way, value, seed))


def _changed_together(history: History, many: Many) -> Outcome:
    """Several numbers in one change."""
    edits, said = many
    for edit in edits:
        checked(edit.value)
    changed = plain(history.present.with_edits(edits))
    if len(changed.edits) > MOST_EDITS:
        raise GatescopeError(say("session.events.too_many", most=MOST_EDITS))
    return Outcome(history.push(changed), said=said)


def _scene(history: History, event: Mapping[str, Any]) -> Outcome:
    """Another scene, as from the list above the stage."""
    name = event.get("name")
    if name not in (*scenes(), *MADE_HERE):
        raise GatescopeError(say("session.events.no_scene"))
    return Outcome(history.push(history.present.with_choice("scene", name)))


def _choose(history: History, event: Mapping[str, Any]) -> Outcome:
    """A choice in one of the stage's own lists."""
    present = history.present
    chosen, left = carried(present, choose(present, event.get("name"), event.get("value")))
    return Outcome(history.push(chosen), left=left)


def _lesson(history: History, event: Mapping[str, Any]) -> Outcome:
    """A step of a lesson with its screen, in place of what is on show; or no lesson any more."""
    key = event.get("name")
    if key == "":
        return Outcome(history.seen(lesson=""))
    at = find(key, scenes()) if isinstance(key, str) else None
    if at is None:
        raise GatescopeError(say("session.events.no_lesson"))
    setting = setting_at(at, scenes())
    return Outcome(history.push(replace(setting, type=history.present.type)))


def _revert(history: History, event: Mapping[str, Any]) -> Outcome:
    return Outcome(history.push(history.present.without_edit(_target(event))))


def _reset(history: History, event: Mapping[str, Any]) -> Outcome:
    return Outcome(history.push(history.present.without_edits()))


def _undo(history: History, event: Mapping[str, Any]) -> Outcome:
    """A step back; where none is known, to what the page says that it leads to."""
    if history.past:
        return Outcome(history.undo())
    there, present = _told(history, event), history.present
    if there == present:
        return Outcome(history, said=say("session.events.nothing_to_undo"))
    return Outcome(History(there, (), (present, *history.future)))


def _redo(history: History, event: Mapping[str, Any]) -> Outcome:
    if history.future:
        return Outcome(history.redo())
    there = _told(history, event)
    if there == history.present:
        return Outcome(history, said=say("session.events.nothing_to_redo"))
    return Outcome(history.push(there))


def _told(history: History, event: Mapping[str, Any]) -> Setting:
    """What the page says that a step leads to; the present, where it does not say."""
    if "to" not in event:
        return history.present
    there = returned(history.present, event["to"])
    for edit in there.edits:
        checked(edit.value)
    return plain(there)


def _show(history: History, event: Mapping[str, Any]) -> Outcome:
    wanted = (event.get("cell"), event.get("gate"))
    known = [(cell, gate) for cell, gates in GATES.items() for gate in gates] + [("lstm", P)]
    if wanted not in known:
        raise GatescopeError(say("session.events.no_weights"))
    return Outcome(history, gate=known[known.index(wanted)])


def _look(history: History, event: Mapping[str, Any]) -> Outcome:
    present = history.present
    if "target" in event:
        glance = Grab(_target(event), present.step or 0, present.unit or 0, held=False)
        return Outcome(history, grab=glance)
    unit, step = _index(event.get("of")), _index(event.get("at"))
    if unit is None:
        raise GatescopeError(say("session.events.no_unit"))
    at = None if step is None else Grab(None, step, unit, held=False)
    return Outcome(history, grab=at, looked=unit)


def _again(history: History, event: Mapping[str, Any]) -> Outcome:
    """The second thing to try of a scene, done to it as it was at first; undo brings this back."""
    present = history.present
    changes = scenes()[present.scene].story.changes if present.scene in scenes() else {}
    if "again" not in changes:
        raise GatescopeError(say("session.events.nothing_to_try"))
    setting = replace(present.without_edits(), view="holding", of="")
    for one in changes["again"]:
        if isinstance(one, Edit):
            setting = setting.with_edit(one.target, one.value)
        else:
            setting = setting.with_intervention(one)
    return Outcome(history.push(setting))


def _whole(history: History, event: Mapping[str, Any]) -> Outcome:
    return Outcome(history, whole=str(event.get("part", ""))[:60])


def _hold(history: History, event: Mapping[str, Any]) -> Outcome:
    """A number held at a value; while it is dragged, only the first value is a step to undo."""
    present = history.present
    held = _held(event)
    value = shown_value(held.cell, held.track, held.value, present.polarity)
    if abs(value) > LARGEST_VALUE:
        raise GatescopeError(say("session.events.held_too_large", value=numbers.number(value)))
    changed = present.with_intervention(replace(held, value=value))
    if len(changed.interventions) > MOST_HELD:
        raise GatescopeError(say("session.events.most_held", most=MOST_HELD))
    if event.get("live") is True:
        return Outcome(history.amended(changed))
    return Outcome(history.push(changed))


def _held(event: Mapping[str, Any]) -> Intervention:
    """What an event holds, with the value as the notation has it."""
    at = event.get("at")
    place = at if isinstance(at, Mapping) else {}
    unit, first, last = place.get("unit"), _index(place.get("first")), place.get("last")
    if first is None or not all(one is None or _index(one) is not None for one in (unit, last)):
        raise GatescopeError(say("session.events.no_place"))
    cell, track = str(place.get("cell")), str(place.get("track"))
    return Intervention(cast("Cell", cell), track, float(_value(event)), unit, first, last)


def _free(history: History, event: Mapping[str, Any]) -> Outcome:
    """What is held at a place, or everything, is free again."""
    present = history.present
    if "place" not in event:
        if not present.interventions:
            raise GatescopeError(say("session.events.nothing_held"))
        return Outcome(history.push(replace(present, interventions=())))
    place = str(event["place"])
    if place not in [held.place for held in present.interventions]:
        raise GatescopeError(say("session.events.nothing_held_there", place=shortened(place)))
    return Outcome(history.push(present.without_intervention(place)))


def _ablate(history: History, event: Mapping[str, Any]) -> Outcome:
    """A cell with a gate taken away, in place of whatever is held."""
    keep = _value(event) if "value" in event else DEFAULT_KEEP
    held = ablation(str(event.get("name")), keep)
    return Outcome(history.push(replace(history.present, interventions=held)))


def _differ(history: History, event: Mapping[str, Any]) -> Outcome:
    """A page has computed something else than the core: it gets all of the core's numbers."""
    known = {name for tracks in TRACKS.values() for name in (*CELLS, *tracks)}
    said = (event.get(name) for name in ("cell", "track"))
    cell, track = (one if isinstance(one, str) and one in known else "?" for one in said)
    log.error(say("session.events.differs", cell=cell, track=track, scene=history.present.scene))
    return Outcome(history, resend=True)


def _pin(history: History, event: Mapping[str, Any]) -> Outcome:
    return Outcome(history.push(history.present.with_pin()))


def _unpin(history: History, event: Mapping[str, Any]) -> Outcome:
    return Outcome(history.push(replace(history.present, pinned=None)))


def _value(event: Mapping[str, Any]) -> float:
    value = event.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GatescopeError(say("session.events.no_number", text=shortened(str(value))))
    return checked(value)


def _view(history: History, event: Mapping[str, Any]) -> Outcome:
    """Where one looks. What the event leaves out stays; another view begins at its first choice."""
    known = {"cell": CELLS, "form": FORMS, "view": VIEWS, "type": TYPES}
    looking = {name: event[name] for name in known if name in event}
    if any(value not in known[name] for name, value in looking.items()):
        raise GatescopeError(say("session.events.no_view"))
    if "asked" in event:
        looking["of"] = str(_question(event["asked"]))
    elif "view" in looking or "of" in event:
        looking["of"] = str(event.get("of", ""))[:LONGEST_ASKED]
        if not looking["of"].isascii():  # no choice is called so, and no link could say it
            raise GatescopeError(say("session.events.no_view"))
    return Outcome(history.seen(**looking))


def _question(asked: Any) -> Question:
    """What is asked of the lens that finds units; whether it makes sense, the lens says."""
    fields = asked if isinstance(asked, Mapping) else {}
    first, last = _index(fields.get("first")), _index(fields.get("last"))
    track, threshold = fields.get("track"), fields.get("threshold")
    known = {track for tracks in TRACKS.values() for track in tracks}
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        threshold = None
    if first is None or last is None or track not in known or threshold is None:
        raise GatescopeError(say("session.events.no_question"))
    begins, ends = fields.get("begins") is True, fields.get("ends") is True
    return Question(track, Span(first, last), float(threshold), begins, ends)


ACTIONS: dict[str, Callable[[History, Mapping[str, Any]], Outcome]] = {
    "grab": _grab,
    "commit": _commit,
    "type": _type,
    "revert": _revert,
    "reset": _reset,
    "undo": _undo,
    "redo": _redo,
    "show": _show,
    "look": _look,
    "view": _view,
    "again": _again,
    "whole": _whole,
    "draw": _draw,
    "paste": _paste,
    "fill": _fill,
    "scene": _scene,
    "choose": _choose,
    "lesson": _lesson,
    "hold": _hold,
    "free": _free,
    "ablate": _ablate,
    "pin": _pin,
    "pair": lambda history, event: Outcome(history.push(pair_of(history.present))),
    "differ": _differ,
    "unpin": _unpin,
    "ask": lambda history, event: Outcome(history),  # the view of where the cursor is now
    "need": lambda history, event: Outcome(history, resend=True),
}
