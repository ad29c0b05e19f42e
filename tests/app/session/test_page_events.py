"""What the stage reports reaches the numbers, the link and the history, and nothing else does."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from app.session import state
from app.setting.setting import Setting
from gru_core.conventions import TRACKS
from gru_core.situation import Target
from tests.app.visiting import Visit, assert_shows


def test_a_commit_changes_the_numbers_the_link_and_what_can_be_undone(
    visit: Callable[..., Visit],
) -> None:
    here = visit().send({"kind": "commit", "target": "gru.b_x.update.3", "value": 2.0})
    setting = Setting().with_edit(Target.parse("gru.b_x.update.3"), 2.0)
    assert_shows(here, setting)
    assert here.query["e"].startswith("gru.b_x.update.3_2.0")
    assert here.told["can"] == {"undo": True, "redo": False, "reset": True}
    here.send({"kind": "undo"})
    assert_shows(here, Setting())
    assert "e" not in here.query
    here.send({"kind": "redo"})
    assert_shows(here, setting)


def test_several_events_of_one_message_are_applied_in_order(visit: Callable[..., Visit]) -> None:
    here = visit().send(
        {"kind": "commit", "target": "x.0.0", "value": 0.1},
        {"kind": "commit", "target": "x.1.0", "value": 0.2},
        {"kind": "undo"},
        {"kind": "type", "target": "x.2.0", "text": "−0.3"},
    )
    assert here.edits == {"x.0.0": 0.1, "x.2.0": -0.3}
    assert here.told["ack"] == {"client": "test", "seq": 4}


def test_an_event_that_is_sent_again_is_applied_once(visit: Callable[..., Visit]) -> None:
    undo = {"kind": "undo"}
    here = visit().send({"kind": "commit", "target": "x.0.0", "value": 0.1})
    here.send({"kind": "commit", "target": "x.1.0", "value": 0.2}, undo)
    again = {"seq": 3, **undo}
    here.send_raw({"client": "test", "events": [again]})
    assert here.edits == {"x.0.0": 0.1}
    # Another page of the same visitor counts its events from one again.
    here.send_raw({"client": "other", "events": [{"seq": 1, **undo}]})
    assert here.edits == {}


def test_a_grab_is_answered_with_one_sweep(visit: Callable[..., Visit]) -> None:
    here = visit().send({"kind": "grab", "target": "gru.b_x.update.3", "step": 10, "unit": 3})
    sweep = here.told["sweep"]
    assert sweep["target"] == "gru.b_x.update.3"
    assert set(sweep["tracks"]) == {f"gru.{track}" for track in TRACKS["gru"]}
    assert here.told["included"] == {}
    assert here.edits == {}
    assert (
        here.send({"kind": "commit", "target": "gru.b_x.update.3", "value": 1}).told["sweep"]
        is None
    )


def test_a_sweep_is_not_sent_again_with_what_comes_after_it(visit: Callable[..., Visit]) -> None:
    here = visit().send({"kind": "grab", "target": "gru.h0.0"}).choose("alongside", "rnn")
    assert here.told["sweep"] is None


def test_a_gate_of_a_large_cell_is_sent_when_asked_for(visit: Callable[..., Visit]) -> None:
    here = visit(scene="reader").send({"kind": "show", "cell": "gru", "gate": "reset"})
    assert "gru.weights.reset" in here.told["included"]
    assert "gru.weights.update" not in here.told["parts"]


def test_a_stage_that_lost_its_figures_gets_all_of_them(visit: Callable[..., Visit]) -> None:
    here = visit()
    assert set(here.send({"kind": "need"}).told["included"]) == set(here.told["parts"])
    assert here.send({"kind": "undo"}).told["included"] == {}


HOSTILE: tuple[Any, ...] = (
    *(None, 1, "text", [], {}, {"events": None}, {"events": {}}, {"events": [None, 1, "x", []]}),
    {"client": {}, "events": [{"seq": "1", "kind": "reset"}, {"seq": True, "kind": "reset"}]},
    {"client": "c" * 10_000, "events": [{"seq": 10**30, "kind": "nothing"}]},
    {"client": "c", "events": [{"seq": 1, "kind": []}, {"seq": 2, "kind": {"a": 1}}]},
    {"client": "c", "events": [{"seq": 1, "kind": "commit", "target": "x.0.0", "value": 10**400}]},
    {"client": "c", "events": [{"seq": 1, "kind": "commit", "target": "x.0.0", "value": None}]},
    {"client": "c", "events": [{"seq": 1, "kind": "type", "target": "x.0.0", "text": "9" * 10**5}]},
    {"client": "c", "events": [{"seq": 1, "kind": "show", "cell": [1], "gate": {"a": 1}}]},
    {"client": "c", "events": [{"seq": 1, "kind": "grab", "target": "rnn.h0.0"}]},
    {"client": "c", "events": [{"seq": n, "kind": "?"} for n in range(5000)]},
)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: json.dumps(value)[:60])
def test_a_hostile_message_changes_nothing_and_the_page_goes_on(
    visit: Callable[..., Visit], value: Any
) -> None:
    here = visit().send({"kind": "commit", "target": "x.0.0", "value": 0.5})
    before = here.query
    here.send_raw(value)
    assert here.edits == {"x.0.0": 0.5}
    assert here.query == before
    here.seq += 10
    assert here.send({"kind": "revert", "target": "x.0.0"}).edits == {}


def test_a_visitor_who_stays_long_is_remembered_in_bounded_room(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    for _ in range(3):
        here.send(*({"kind": "show", "cell": f"{n}", "gate": "reset"} for n in range(100)))
        here.send(*({"kind": "commit", "target": "x.0.0", "value": n} for n in range(100)))
    session = here.page.session_state["gatescope"]
    assert len(session.gates) <= 3
    assert len(session.history.past) == 200


def test_of_a_message_as_many_events_are_taken_as_a_stage_sends_at_once(
    visit: Callable[..., Visit],
) -> None:
    here = visit()
    here.send(*({"kind": "commit", "target": "x.0.0", "value": n} for n in range(1000)))
    assert here.edits == {"x.0.0": state.MOST_EVENTS - 1}


def test_two_visitors_do_not_see_each_others_edits(visit: Callable[..., Visit]) -> None:
    one, other = visit(), visit()
    one.send({"kind": "commit", "target": "x.0.0", "value": 0.5})
    other.send({"kind": "commit", "target": "x.1.0", "value": -0.5})
    assert (one.edits, other.edits) == ({"x.0.0": 0.5}, {"x.1.0": -0.5})
    assert urlencode(one.query) != urlencode(other.query)
