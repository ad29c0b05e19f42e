"""Undo and redo after the session that knew the steps: the page says what they lead to."""

from dataclasses import replace
from typing import Any

import pytest

from app.messages.changed import brief
from app.screen.page import Page
from app.session.events import handle
from app.setting.setting import History, Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import NOTATIONS
from gru_core.situation import Edit, Target

BIAS, OTHER = (Target.parse(text) for text in ("gru.b_x.update.1", "lstm.b_x.forget.2"))
HELD = Intervention("gru", "update", 0.25, unit=1, first=2)
NOTHING: dict[str, Any] = {"edits": [], "held": []}


def as_told(setting: Setting) -> dict[str, Any]:
    """What is changed and held, as a message tells it."""
    short = brief(setting, setting, Page())
    assert short is not None
    return {"edits": short["edits"], "held": short["held"]}


@pytest.mark.parametrize("notation", ["pytorch", "chung"])
def test_a_step_back_that_is_forgotten_leads_where_the_page_says(notation: str) -> None:
    before = Setting(notation=NOTATIONS[notation], edits=(Edit(BIAS, 0.5),), interventions=(HELD,))
    after = replace(before, edits=(Edit(BIAS, 0.5), Edit(OTHER, 2.5)), interventions=())
    back = handle(History(after), {"kind": "undo", "to": as_told(before)})
    assert (back.problem, back.said) == ("", "")
    assert back.history.present == before
    assert back.history.redo().present == after
    forward = handle(History(before), {"kind": "redo", "to": as_told(after)})
    assert forward.history.present == after
    assert forward.history.undo().present == before


def test_a_step_that_is_known_is_the_servers_own() -> None:
    history = History().push(Setting(edits=(Edit(BIAS, 0.5),)))
    other = as_told(Setting(edits=(Edit(OTHER, 0.5),)))
    back = handle(history, {"kind": "undo", "to": other}).history
    assert back.present == Setting()
    assert handle(back, {"kind": "redo", "to": other}).history.present == history.present


def test_what_is_changed_of_a_cell_that_is_not_on_screen_stays() -> None:
    away = Setting(alongside="none", edits=(Edit(OTHER, 2.5), Edit(BIAS, 0.5)))
    back = handle(History(away), {"kind": "undo", "to": NOTHING}).history.present
    assert back.edits == (Edit(OTHER, 2.5),)


@pytest.mark.parametrize("kind", ["undo", "redo"])
def test_where_nobody_knows_a_step_a_sentence_says_so(kind: str) -> None:
    outcome = handle(History(Setting(edits=(Edit(BIAS, 0.5),))), {"kind": kind})
    assert outcome.said == f"There is nothing left to {kind}."
    assert outcome.history == History(Setting(edits=(Edit(BIAS, 0.5),)))


@pytest.mark.parametrize(
    "to",
    [
        None,
        {"edits": []},
        {**NOTHING, "edits": [3]},
        {**NOTHING, "edits": [{"target": "gru.b_x.update.77", "value": 1}]},
        {**NOTHING, "edits": [{"target": "gru.b_x.update.1", "value": True}]},
        {**NOTHING, "edits": [{"target": "gru.b_x.update.1", "value": 1e9}]},
        {**NOTHING, "edits": [{"target": "gru.b_x.update.1", "value": 1.0}] * 2001},
        {**NOTHING, "held": [{"cell": "gru", "track": "update", "value": 0.5}]},
        {**NOTHING, "held": [{"cell": "gru", "track": "tree", "value": 0.5, "first": 0}]},
        {**NOTHING, "held": [{"cell": "gru", "track": "update", "value": 0.5, "first": 99}]},
    ],
)
def test_what_is_no_such_thing_changes_nothing_and_is_said(to: Any) -> None:
    history = History(Setting(edits=(Edit(BIAS, 0.5),)))
    outcome = handle(history, {"kind": "undo", "to": to})
    assert outcome.problem
    assert outcome.history == history
