"""A step back or forward that the server has forgotten: the page says what it leads to.

A session ends with the line of a page that sleeps, and with the server; what it keeps besides the
link, the steps before, is gone then. The page has them still (assets/stage/compute/folding.js).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from app.screen.baseline import baseline_of
from app.session.many import MOST_EDITS
from app.setting.link import MOST_HELD
from app.setting.setting import Setting
from app.words.say import say
from gru_core.changes.interventions import Intervention, check_intervention
from gru_core.conventions import Cell, shown_sign
from gru_core.errors import GatescopeError, TextError
from gru_core.situation import Edit, Situation, Target, value_at


def returned(setting: Setting, to: Any) -> Setting:
    """The setting with what a page had changed and held, told as messages tell it.

    What is changed of a cell that is not on screen stays. Errors: GatescopeError for what is no
    such thing, or of another scene.
    """
    base = baseline_of(setting).base
    told = to if isinstance(to, Mapping) else {}
    edits = [_edit(setting, base, one) for one in _some(told, "edits", MOST_EDITS)]
    held = [_held(base, one) for one in _some(told, "held", MOST_HELD)]
    away = [one for one in setting.edits if one.target.owner not in ("x", *base.weights)]
    held_away = [one for one in setting.interventions if one.cell not in base.weights]
    return replace(setting, edits=(*away, *edits), interventions=(*held_away, *held))


def _some(told: Mapping[str, Any], name: str, most: int) -> Sequence[Mapping[str, Any]]:
    found = told.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise _unknown()
    if not all(isinstance(one, Mapping) for one in found):
        raise _unknown()
    return found


def _edit(setting: Setting, base: Situation, told: Mapping[str, Any]) -> Edit:
    target, value = Target.parse(str(told.get("target"))), _number(told)
    value_at(base, target)  # is there such a number?
    sign = shown_sign(target.owner, target.gate, setting.polarity)
    return Edit(target, value if sign > 0 else 0.0 - value)


def _held(base: Situation, told: Mapping[str, Any]) -> Intervention:
    steps, last = len(base.x), told.get("last")
    held = Intervention(
        cast("Cell", str(told.get("cell"))),
        str(told.get("track")),
        _number(told),
        told.get("unit"),
        cast("int", told.get("first")),
        None if last == steps - 1 else last,
    )
    check_intervention(held, base.weights, steps)
    return held


def _number(told: Mapping[str, Any]) -> float:
    value = told.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unknown()
    return float(value)


def _unknown() -> GatescopeError:
    return TextError(say("session.events.unknown"))
