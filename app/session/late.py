"""An event that was on its way when a link or the back button led elsewhere.

It is of the screen before. A page says with each event how often the address had led here when it
was sent. What was changed then is kept where undo finds it; where one looked, or went, matters no
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.screen.screen import plain
from app.session.events import OF_NUMBERS, Outcome, handle
from app.setting.setting import LONGEST_HISTORY, History, Setting
from app.words.say import say

ANSWERED = frozenset({"grab", "show", "look", "whole", "differ", "ask", "need"})  # for the page
CHANGES = OF_NUMBERS - {"undo", "redo"}
MOST = 8  # arrivals in whose time an event may still be on its way


@dataclass
class Departures:
    """What was on the stage as links led elsewhere, by how often one had led here by then."""

    left: list[tuple[int, Setting]] = field(default_factory=list)

    def add(self, arrived: int, setting: Setting) -> None:
        """arrived: with the link that has led away from this setting."""
        self.left = [*self.left, (arrived, setting)][-MOST:]

    def handle(self, history: History, event: Mapping[str, Any], arrived: int) -> Outcome:
        """Apply an event, be it of the screen that is on show or of one before."""
        at = event.get("arrived")
        if type(at) is not int or at >= arrived:
            return handle(history, event)
        found = [i for i, (number, _) in enumerate(self.left) if number > at]
        kind = event.get("kind")
        if not found or kind in ANSWERED:
            looked = ("step", "unit")  # which a link has moved since
            return handle(history, {name: event[name] for name in event if name not in looked})
        if kind not in CHANGES:
            return Outcome(history)
        number, before = self.left[found[0]]
        outcome = handle(History(before), event)
        changed = plain(outcome.history.present)
        if outcome.problem or _numbers(changed) == _numbers(before):
            return Outcome(history, problem=outcome.problem)
        self.left[found[0]] = (number, changed)
        past = (*history.past, changed)[-LONGEST_HISTORY:]
        return Outcome(replace(history, past=past), said=say("session.events.late"))


def _numbers(setting: Setting) -> tuple[object, ...]:
    return setting.edits, setting.interventions
