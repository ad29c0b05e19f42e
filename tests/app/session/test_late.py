"""Events that were on their way when a link or the back button led elsewhere."""

from typing import Any

import pytest

from app.session.late import Departures
from app.session.state import Session, take_in
from app.setting.setting import History, Setting
from gru_core.situation import Edit, Target

BIAS, OTHER = "gru.b_x.update.1", "lstm.b_x.forget.2"
BEFORE = Setting(edits=(Edit(Target.parse(BIAS), 0.5),), step=9, unit=2)
NOW = Setting(step=4, unit=1)
LATE = {"arrived": 1, "step": 9, "unit": 2}


def session() -> Session:
    """A page that the back button has led from BEFORE to NOW."""
    left = Departures([(2, BEFORE)])
    return Session(history=History(BEFORE).push(NOW), arrived=2, departures=left)


def sent(here: Session, *events: dict[str, Any]) -> Session:
    numbered = [{"seq": at, **event} for at, event in enumerate(events, start=1)]
    take_in(here, {"client": "test", "events": numbered})
    return here


def edits(setting: Setting) -> dict[str, float]:
    return {str(edit.target): edit.value for edit in setting.edits}


def test_a_change_on_its_way_is_a_step_back_and_moves_nothing_on_the_new_screen() -> None:
    commit = {"kind": "commit", "target": OTHER, "value": -1.5, **LATE}
    again = {"kind": "type", "target": OTHER, "text": "-2", **LATE}
    here = sent(session(), commit, again)
    assert here.history.present == NOW
    assert (
        here.said == "What was changed last, on the screen before this one, is kept: undo shows it."
    )
    back = here.history.undo()
    assert edits(back.present) == {BIAS: 0.5, OTHER: -2.0}
    assert edits(back.undo().present) == {BIAS: 0.5, OTHER: -1.5}
    assert edits(back.undo().undo().present) == {BIAS: 0.5}


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "ask"},
        {"kind": "need"},
        {"kind": "look", "of": 1},
        {"kind": "view", "view": "kept"},
        {"kind": "scene", "name": "cue"},
        {"kind": "pin"},
        {"kind": "undo"},
        {"kind": "commit", "target": BIAS, "value": 0.5},
        {"kind": "nonsense"},
    ],
    ids=lambda event: event["kind"],
)
def test_what_changes_no_number_changes_nothing(event: dict[str, Any]) -> None:
    before = session()
    here = sent(session(), {**event, **LATE})
    assert here.history == before.history
    assert here.ack["seq"] == 1


def test_what_the_page_asks_for_is_answered() -> None:
    here = sent(session(), {"kind": "look", "of": 1, **LATE})
    assert here.looked == 1


def test_a_change_that_is_refused_says_why() -> None:
    here = sent(session(), {"kind": "type", "target": BIAS, "text": "a lot", **LATE})
    assert "a lot" in here.answer
    assert here.history == session().history


def test_where_a_link_has_moved_the_cursor_alone_a_change_is_of_what_is_on_show() -> None:
    here = Session(history=History(NOW), arrived=2)
    sent(here, {"kind": "commit", "target": OTHER, "value": -1.5, **LATE})
    present = here.history.present
    assert (edits(present), present.step, present.unit) == ({OTHER: -1.5}, 4, 1)


@pytest.mark.parametrize("arrived", [2, 7, None, "1", True])
def test_an_event_of_this_screen_or_of_a_session_that_has_ended_is_of_what_is_on_show(
    arrived: Any,
) -> None:
    event = {"kind": "commit", "target": OTHER, "value": -1.5, "step": 9, "unit": 2}
    here = sent(session(), {**event, "arrived": arrived})
    present = here.history.present
    assert (edits(present), present.step, present.unit) == ({OTHER: -1.5}, 9, 2)
