"""A page that computes its numbers is told what a change leads to, as a whole message tells it."""

import json
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest

from app import answers
from app.contract import Changed
from app.messages.changed import brief
from app.messages.stage import message
from app.screen.baseline import baseline_of, scenes
from app.screen.page import Page
from app.screen.screen import screen_of
from app.session import state
from app.setting.setting import Setting
from app.setting.source import Own
from gru_core.changes.interventions import Intervention
from gru_core.conventions import NOTATIONS
from gru_core.situation import Edit, Target, value_at
from tests.app.visiting import Unpack, Visit, assert_shows

BIAS = "gru.b_x.update.1"
COMMIT = {"kind": "commit", "target": BIAS, "value": 4.0}
HOLD = {
    "kind": "hold",
    "at": {"cell": "gru", "track": "reset", "unit": 0, "first": 2, "last": None},
    "value": 0.3,
    "live": False,
}
PAGE = Page(ack={"client": "test", "seq": 7}, undo=True, ticket="one", name="two", order=3)
FIELDS = tuple(Changed.__annotations__)
EDIT = Edit(Target.parse(BIAS), 4.0)
OTHER = Edit(Target.parse("lstm.w_h.forget.0.1"), -0.4)
INPUT = Edit(Target.parse("x.1.0"), 0.25)
SECOND = Edit(Target.parse("gru.b_h.update.1"), 0.5)
HELD = Intervention("gru", "update", 0.2, unit=1, first=1, last=3)


class Posting:
    """A page that computes, and posts its events."""

    def __init__(self, visit: Visit, unpack: Unpack) -> None:
        self.visit, self.unpack = visit, unpack
        self.computes: int | None = visit.told["order"]
        self.own: str | None = None
        self.seq = visit.seq

    def post(self, *events: dict[str, Any]) -> Any:
        return self.unpack(answers.answer(self.name, self.body(*events)))

    @property
    def name(self) -> str:
        name: str = self.visit.told["page"]
        return name

    def body(self, *events: dict[str, Any]) -> bytes:
        """What is posted of them."""
        numbered = [{"seq": self.seq + at, **event} for at, event in enumerate(events, start=1)]
        self.seq += len(events)
        told = {"client": "test", "events": numbered, "computes": self.computes, "own": self.own}
        return json.dumps(told).encode()


@pytest.fixture
def page(visit: Callable[..., Visit], unpack: Unpack) -> Posting:
    return Posting(visit(), unpack)


def is_brief(told: Any) -> bool:
    return "parts" not in told


@pytest.mark.parametrize(
    ("scene", "notation"),
    [*((scene, "chung") for scene in scenes()), *(("pulse", notation) for notation in NOTATIONS)],
)
def test_a_short_answer_says_what_the_whole_one_would(scene: str, notation: str) -> None:
    told = Setting(scene=scene, notation=NOTATIONS[notation])
    for edits, held in (
        ((EDIT,), ()),
        ((OTHER,), ()),
        ((EDIT, OTHER, INPUT), (HELD,)),
        ((), (HELD,)),
        ((), ()),
    ):
        second = (SECOND,) if NOTATIONS[notation].biases == 2 and edits else ()
        setting = replace(told, edits=(*edits, *second), interventions=held)
        whole, _ = message(screen_of(setting), PAGE)
        short = brief(setting, told, PAGE)
        assert short is not None
        assert {name: short[name] for name in FIELDS} == {name: whole[name] for name in FIELDS}  # type: ignore[literal-required]


@pytest.mark.parametrize(
    ("setting", "rests"),
    [
        (Setting(), False),
        (Setting(alongside="rnn"), False),
        (Setting(view="kept"), True),
        (Setting(scene="reader"), True),
        (Setting(scene="elnino"), True),
        (Setting(notation=NOTATIONS["cho"]), True),
        (Setting(scene="own", own=Own()), True),
    ],
    ids=["cell", "rnn", "lens", "reader", "series", "placed", "own"],
)
def test_it_says_whether_views_are_made_of_the_numbers_too(setting: Setting, rests: bool) -> None:
    short = brief(replace(setting, edits=(EDIT,)), setting, PAGE)
    assert short is not None
    assert short["rests"] is rests


def test_what_is_held_is_told_in_the_notes_too() -> None:
    short = brief(Setting(interventions=(HELD,)), Setting(), PAGE)
    assert short is not None
    assert short["rests"]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (Setting(edits=(SECOND,), notation=NOTATIONS["cho"]), Setting(notation=NOTATIONS["cho"])),
        (Setting(notation=NOTATIONS["cho"]), Setting(edits=(SECOND,), notation=NOTATIONS["cho"])),
        (Setting(edits=(Edit(Target.parse("gru.b_x.update.77"), 0.5),)), Setting()),
        (Setting(interventions=(replace(HELD, unit=77),)), Setting()),
        (Setting(engine="torch", edits=(EDIT,)), Setting(engine="torch")),
        (Setting(edits=(EDIT,)), Setting(scene="cue")),
        (Setting(edits=(EDIT,)), Setting(notation=NOTATIONS["chung"])),
        (Setting(edits=(EDIT,)), Setting(view="kept")),
        (Setting(edits=(EDIT,), cell="lstm"), Setting()),
    ],
    ids=["b_h", "b_h gone", "no unit", "no held", "torch", "scene", "notation", "view", "cell"],
)
def test_what_else_has_changed_needs_a_whole_message(setting: Setting, told: Setting) -> None:
    assert brief(setting, told, PAGE) is None


def test_a_page_that_computes_is_answered_shortly_and_its_session_goes_on(page: Posting) -> None:
    told = page.post(COMMIT)
    assert is_brief(told)
    was = value_at(baseline_of(Setting()).base, EDIT.target)
    assert told["edits"] == [{"target": BIAS, "value": 4.0, "was": was}]
    assert told["link"]["e"] == f"{BIAS}_4.0~"
    assert told["can"] == {"undo": True, "redo": False, "reset": True}
    assert is_brief(page.post({"kind": "undo"}))
    assert page.post({"kind": "redo"})["edits"] == told["edits"]
    held = page.post(HOLD)
    (one,) = held["held"]
    assert (one["first"], one["last"], one["value"]) == (2, len(page.visit.told["labels"]) - 1, 0.3)
    assert page.post({"kind": "free", "place": one["place"]})["held"] == []


def test_after_short_answers_a_whole_one_brings_the_numbers(page: Posting) -> None:
    page.post(COMMIT)
    page.post({**COMMIT, "target": "x.2.0"})
    whole = page.post({"kind": "ask"})
    assert not is_brief(whole)
    page.visit.browser.take(whole)
    page.visit.told = whole
    edits = (EDIT, Edit(Target.parse("x.2.0"), 4.0))
    assert_shows(page.visit, Setting(edits=edits))


@pytest.mark.parametrize("computes", [None, 0, 2, "1", 1.5, [], {"order": 1}])
def test_a_page_that_does_not_compute_this_screen_gets_a_whole_message(
    page: Posting, computes: Any
) -> None:
    page.post(COMMIT)
    page.computes = computes
    assert not is_brief(page.post({**COMMIT, "value": 3.0}))


def test_a_page_that_lost_something_gets_all_of_it(page: Posting) -> None:
    assert not is_brief(page.post(COMMIT, {"kind": "need"}))


def test_a_refused_change_is_answered_shortly_too(page: Posting) -> None:
    told = page.post({"kind": "type", "target": BIAS, "text": "a lot"})
    assert is_brief(told)
    assert "a lot" in told["answer"]
    assert told["edits"] == []


def test_numbers_that_the_page_has_computed_are_not_sent_and_come_later_where_they_are_missed(
    page: Posting,
) -> None:
    browser = page.visit.browser
    page.own = page.post({**COMMIT, "target": "x.2.0"})["numbers"]
    told = page.post({"kind": "view", "view": "kept"})
    assert {"gru.update", "lstm.cell", "gru.inside", "gru.vectors"} <= set(told["own"])
    assert set(told["included"]) & set(told["own"]) == set()
    assert any(name.startswith("lens.") for name in told["included"])
    assert told["edits"][0]["target"] == "x.2.0"
    page.computes, page.own = told["order"], None
    later = page.post({"kind": "view", "view": "cell"})
    assert later["own"] == []
    browser.take(
        {**told, "parts": {n: d for n, d in told["parts"].items() if n in told["included"]}}
    )
    browser.take(later)
    page.visit.told = later
    assert_shows(page.visit, Setting(edits=(Edit(Target.parse("x.2.0"), 4.0),)))


@pytest.mark.parametrize("events", [[{"kind": "need"}], [COMMIT, {"kind": "ask"}]])
def test_numbers_of_before_a_change_or_that_were_lost_are_sent(
    page: Posting, events: list[dict[str, Any]]
) -> None:
    page.own = page.post({**COMMIT, "target": "x.2.0"})["numbers"]
    told = page.post(*events)
    assert told["own"] == []
    assert "gru.update" in told["included"]


def test_one_number_is_answered_at_once_as_it_is_in_a_thread(page: Posting) -> None:
    quick = answers.at_once(page.name, page.body(COMMIT))
    assert quick is not None
    told = page.unpack(quick)
    assert is_brief(told)
    assert told["ack"]["seq"] == page.seq
    page.post({"kind": "undo"})
    again = page.post(COMMIT)
    assert again["order"] > told["order"]
    count = dict.fromkeys(("ack", "order", "numbers"))
    assert again | count == told | count


@pytest.mark.parametrize(
    "event",
    [HOLD, {"kind": "undo"}, {"kind": []}, {"kind": "look", "of": 1}],
    ids=["hold", "undo", "unknown", "look"],
)
def test_whatever_may_take_longer_is_left_to_a_thread_untouched(page: Posting, event: Any) -> None:
    before = page.post(COMMIT)
    body = page.body(event)
    assert answers.at_once(page.name, body) is None
    there = page.unpack(answers.answer(page.name, body))
    assert there["ack"]["seq"] == before["ack"]["seq"] + 1
    assert there["order"] == before["order"] + 1


@pytest.mark.parametrize("event", [{"kind": "view", "view": "kept"}, {"kind": "ask"}])
def test_a_lens_is_told_at_once_as_it_is_in_a_thread(page: Posting, event: Any) -> None:
    page.own = page.post(COMMIT)["numbers"]
    quick = answers.at_once(page.name, page.body(event))
    assert quick is not None
    told = page.unpack(quick)
    assert "lens" in told
    assert not {"panels", "words"} & set(told)
    page.own, page.computes = told["numbers"], told["order"]
    again = page.post(event)
    count = dict.fromkeys(("ack", "order", "numbers", "included"))  # the parts are there by now
    assert again | count == told | count


@pytest.mark.parametrize(("scene", "view"), [("pulse", "phase"), ("crowd", "memory")])
def test_a_lens_that_takes_long_is_left_to_a_thread(
    visit: Callable[..., Visit], unpack: Unpack, scene: str, view: str
) -> None:
    page = Posting(visit(scene=scene), unpack)
    page.own = page.post(COMMIT)["numbers"]
    body = page.body({"kind": "view", "view": view})
    assert answers.at_once(page.name, body) is None
    assert page.unpack(answers.answer(page.name, body))["link"]["view"] == view


@pytest.mark.parametrize("scene", ["reader", "elnino", "speech", "own", "model"])
def test_so_is_a_scene_that_takes_long_to_open(
    visit: Callable[..., Visit], unpack: Unpack, scene: str
) -> None:
    page = Posting(visit(scene=scene), unpack)
    assert answers.at_once(page.name, page.body(COMMIT)) is None


def test_nobody_waits_for_a_run_of_the_page(page: Posting) -> None:
    here = state.page_of(page.name)
    assert here is not None
    begun, done = Event(), Event()

    def run() -> None:
        with here.lock:
            begun.set()
            done.wait(10)

    thread = Thread(target=run)
    thread.start()
    assert begun.wait(10)
    body = page.body(COMMIT)
    assert answers.at_once(page.name, body) is None
    done.set()
    thread.join()
    assert answers.at_once(page.name, body) is not None


def test_what_was_taken_in_at_once_and_needs_a_whole_message_gets_it(page: Posting) -> None:
    """A number that does not fit is said, and one that was taken in is not lost."""
    page.computes = None
    body = page.body(COMMIT)
    assert answers.at_once(page.name, body) is None
    told = page.unpack(answers.answer(page.name, body))
    assert not is_brief(told)
    assert told["edits"][0]["value"] == 4.0


@pytest.mark.parametrize("name", ["", "nobody's"])
def test_a_page_that_is_not_known_is_left_to_be_said(name: str) -> None:
    assert answers.at_once(name, b"{}") is None


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"{}", b'{"events": 3}', b'{"events": [1]}'])
def test_nothing_that_is_reported_breaks_it(page: Posting, body: bytes) -> None:
    assert answers.at_once(page.name, body) is None
