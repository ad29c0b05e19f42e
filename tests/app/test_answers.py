"""What a page reports past Streamlit is applied once, in order, and answered with its screen."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app import answers
from app.messages.numbers import GoneError
from app.screen.baseline import titles
from app.setting.setting import Setting
from app.words.say import say
from gru_core.conventions import CHUNG
from gru_core.errors import GatescopeError
from gru_core.situation import Edit, Target
from tests.app.visiting import Unpack, Visit, assert_shows

Open = Callable[..., Visit]
BIAS = "gru.b_x.update.3"
COMMIT = {"kind": "commit", "target": BIAS, "value": 4.0}
LATER = {"kind": "commit", "target": BIAS, "value": 3.0}


class Posts:
    """The page of a visit, which posts its events."""

    def __init__(self, visit: Visit, unpack: Unpack) -> None:
        self.visit, self.unpack = visit, unpack
        self.seq = visit.seq

    def post(self, *events: dict[str, Any], again: int = 0) -> Any:
        """Post some events with the last ones again, as a page does that heard no answer."""
        first = self.seq + 1 - again
        numbered = [{"seq": seq, **event} for seq, event in enumerate(events, start=first)]
        self.seq = first + len(events) - 1
        body = json.dumps({"client": "test", "events": numbered}).encode()
        told = self.unpack(answers.answer(self.visit.told["page"], body))
        if "parts" in told:
            self.visit.browser.take(told)
            self.visit.told = told
        return told


@pytest.fixture
def posts(visit: Open, unpack: Unpack) -> Posts:
    return Posts(visit(), unpack)


def test_a_change_is_answered_with_what_the_core_makes_of_it(posts: Posts) -> None:
    told = posts.post(COMMIT)
    assert posts.visit.edits == {BIAS: 4.0}
    assert told["ack"] == {"client": "test", "seq": 1}
    assert told["link"]["e"] == f"{BIAS}_4.0~"
    assert_shows(posts.visit, Setting(edits=(Edit(Target.parse(BIAS), 4.0),)))


def test_what_is_posted_twice_is_applied_once(posts: Posts) -> None:
    posts.post(COMMIT)
    told = posts.post(COMMIT, LATER, again=1)
    assert posts.visit.edits == {BIAS: 3.0}
    assert told["ack"]["seq"] == 2
    posts.post({"kind": "undo"})
    assert posts.visit.edits == {BIAS: 4.0}  # one step, not two


def test_a_run_of_the_page_goes_on_from_there(posts: Posts) -> None:
    posts.post(COMMIT)
    posts.visit.choose("alongside", "rnn")
    assert posts.visit.edits == {BIAS: 4.0}
    assert posts.visit.told["order"] == 3


def test_every_message_comes_after_the_one_before(posts: Posts) -> None:
    orders = [posts.visit.told["order"], posts.post(COMMIT)["order"], posts.post(LATER)["order"]]
    assert orders == [1, 2, 3]


CHOSEN = {"kind": "choose", "name": "notation", "value": "chung"}


def test_another_notation_is_answered_and_needs_no_run_of_the_page(posts: Posts) -> None:
    told = posts.post(CHOSEN)
    assert told["chosen"]["notation"] == told["link"]["notation"] == "chung"
    assert not told["above"]
    assert_shows(posts.visit, Setting(notation=CHUNG))
    assert not posts.post({"kind": "undo"})["above"]
    assert_shows(posts.visit, Setting())


@pytest.mark.parametrize(("name", "value"), [("scene", "reader"), ("alongside", "rnn")])
def test_what_changes_what_is_above_the_stage_is_answered_first(
    posts: Posts, name: str, value: str
) -> None:
    told = posts.post({"kind": "choose", "name": name, "value": value})
    assert told["chosen"][name] == value
    assert told["above"] == {"scene": "seen", "alongside": "behind"}[name]
    posts.visit.seq = posts.seq
    posts.visit.send()  # the run that the page asks for then
    assert not posts.visit.told["above"]
    assert posts.visit.told["included"] == {}
    assert len(posts.visit.page.text_input) == (value == "reader")
    assert posts.visit.told["link"][{"scene": "scene", "alongside": "with"}[name]] == value


def test_what_a_choice_leaves_behind_is_said(posts: Posts) -> None:
    posts.post(COMMIT)
    told = posts.post({"kind": "choose", "name": "scene", "value": "cue"})
    (said,) = told["problems"]
    assert said == say("session.keeping.scene_left", n=1, title=titles()["pulse"])


def test_a_page_is_known_by_a_name_that_no_other_has(visit: Open) -> None:
    visits = [visit() for _ in range(3)]  # as long as they are open
    names = {one.told["page"] for one in visits}
    assert len(names) == 3
    assert all(len(name) >= 24 for name in names)
    with pytest.raises(GoneError):
        answers.answer("nobody", b"{}")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(posts: Posts, body: bytes) -> None:
    with pytest.raises(GatescopeError):
        answers.answer(posts.visit.told["page"], body)


@pytest.mark.parametrize("body", [b"[]", b"null", b'{"events": 3}', b'{"events": [3, null, {}]}'])
def test_what_is_no_event_changes_nothing(posts: Posts, body: bytes) -> None:
    told = posts.unpack(answers.answer(posts.visit.told["page"], body))
    assert told["edits"] == []
    assert told["ack"]["seq"] == 0
