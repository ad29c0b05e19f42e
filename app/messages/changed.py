"""What a change of numbers leads to besides numbers: told in every message, or alone and at once.

A page that computes its screen itself (app/messages/core.py) needs no run of it after a change.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app import contract, settings
from app.contract import Brief, Changed
from app.screen.baseline import Baseline, baseline_of, own_notation
from app.screen.page import Page
from app.screen.screen import cursor_problems
from app.screen.telling import begins_as_at_first
from app.setting.link import LONGEST_SHORT, complete, encode, input_fits, pin_fits, whole
from app.setting.setting import CELL_VIEW, Setting
from app.setting.source import Own
from app.words.say import say
from gru_core.changes.interventions import Intervention, check_intervention
from gru_core.conventions import shown_sign
from gru_core.errors import GatescopeError
from gru_core.situation import Edit, value_at


def changed(
    setting: Setting,
    baseline: Baseline,
    edits: Sequence[Edit],
    held: Sequence[Intervention],
    page: Page,
    problems: Sequence[str],
    at_first: bool,
) -> Changed:
    """What is changed and held, and what follows for the page.

    edits, held: those that fit the scene. problems: of the screen. at_first: whether the GRU runs
    as it does in the story.
    """
    query, left_out = encode(setting)
    return {
        "ack": page.ack,
        "page": page.name,
        "order": page.order,
        "link": complete(query),
        "atFirst": at_first,
        # What the units are called in the story is true of the scene as it was.
        "names": () if edits or held else baseline.scene.unit_names,
        "held": [_held(len(baseline.base.x), one) for one in held],
        "edits": [_edit(setting, baseline, edit) for edit in edits],
        "can": {
            "undo": page.undo,
            "redo": page.redo,
            "reset": bool(setting.edits or setting.interventions),
        },
        "answer": page.answer,
        "said": page.said,
        "problems": [*page.problems, *problems, *_link_problems(setting, left_out)],
        "numbers": page.ticket,
    }


def brief(setting: Setting, told: Setting, page: Page) -> Brief | None:
    """The answer to a page that computes the numbers itself; None where it needs a whole message.

    told: what its last whole message was of.
    """
    baseline = baseline_of(setting)
    if not _same_but_for_numbers(setting, told, baseline):
        return None
    base = baseline.base
    edits = [edit for edit in setting.edits if edit.target.owner in ("x", *base.weights)]
    held = [one for one in setting.interventions if one.cell in base.weights]
    try:
        for edit in edits:
            value_at(base, edit.target)
        for one in held:
            check_intervention(one, base.weights, len(base.x))
    except GatescopeError:
        return None  # what does not fit has to be said
    of_gru = [*(edit.target.owner for edit in edits), *(one.cell for one in held)]
    at_first = not {"x", "gru"} & set(of_gru) and begins_as_at_first(setting, baseline)
    problems = [*baseline.problems, *cursor_problems(setting, baseline)]
    said = changed(setting, baseline, edits, held, page, problems, at_first)
    return {**said, "rests": _rests(setting, told, baseline)}


def _same_but_for_numbers(setting: Setting, told: Setting, baseline: Baseline) -> bool:
    """Whether nothing but numbers is another, of those that the page computes as NumPy does."""
    blank: dict[str, Any] = {"edits": (), "interventions": (), "step": None, "unit": None}
    if replace(setting, **blank) != replace(told, **blank) or setting.engine != "numpy":
        return False
    two = (setting.notation or own_notation(baseline.scene)).biases == 2
    inner = [{e for e in one.edits if e.target.part == "b_h"} for one in (setting, told)]
    # Where a notation has one bias, a second is drawn while it is in use; what a loaded model would
    # leave out is said.
    return (two or inner[0] == inner[1]) and baseline.scene.padding is None


def _rests(setting: Setting, told: Setting, baseline: Baseline) -> bool:
    """Whether the views, notes or words on show are made of numbers, too."""
    return setting.view != CELL_VIEW or has_words_of_numbers(setting, told, baseline)


def has_words_of_numbers(setting: Setting, told: Setting, baseline: Baseline) -> bool:
    """Whether anything but a view is: a note, a prediction, or what is said of the scene."""
    scene = baseline.scene
    placed = (setting.notation or own_notation(scene)).placement != own_notation(scene).placement
    return (
        scene.model is not None
        or (placed or isinstance(setting.source, Own))
        or setting.interventions != told.interventions
    )


def _edit(setting: Setting, baseline: Baseline, edit: Edit) -> contract.Edit:
    """A changed number with what it was, both as the notation shows them."""
    sign = shown_sign(edit.target.owner, edit.target.gate, setting.polarity)
    found = (edit.value, value_at(baseline.base, edit.target))
    value, old = (x if sign > 0 else 0.0 - x for x in found)
    return {"target": str(edit.target), "value": value, "was": old}


def _held(steps: int, one: Intervention) -> contract.HeldAt:
    """Where a track is held: a unit, or None for all, the first and the last step, and at what."""
    return {
        "cell": one.cell,
        "track": one.track,
        "unit": one.unit,
        "first": one.first,
        "last": steps - 1 if one.last is None else one.last,
        "value": one.value,
        "place": one.place,
    }


def _link_problems(setting: Setting, left_out: int) -> list[str]:
    """left_out: edits that the link has no room for."""
    found = []
    if not input_fits(setting):
        found.append(say("messages.stage.no_room_for_input"))
    if not pin_fits(setting):
        found.append(say("messages.stage.no_room_for_pin"))
    if left_out:
        found.append(say("messages.stage.no_room_for_edits", n=left_out))
    if found and settings.HAS_STORE and whole(setting, LONGEST_SHORT) is not None:
        found.append(say("messages.stage.short_has_room"))
    return found
