"""Lessons on the stage: links to them, their events, and their texts with the core's numbers."""

from dataclasses import replace

import pytest

from app.learning.lessons import arrive, find, lessons, setting_at
from app.learning.reading import MOST_WORDS
from app.messages.lesson import lesson_told
from app.messages.opening import opening
from app.messages.sweeping import sweep_message
from app.screen.baseline import scenes
from app.screen.page import Grab
from app.screen.screen import screen_of
from app.session.events import handle
from app.setting import link
from app.setting.setting import History, Setting

RESET = "the-reset-gate"
KEYS = [
    f"{lesson.name}.{i + 1}"
    for lesson in lessons(scenes()).values()
    for i in range(len(lesson.steps))
]


def at(key: str):
    found = find(key, scenes())
    assert found is not None
    return found


@pytest.mark.parametrize("key", KEYS)
def test_every_step_opens_and_says_numbers_of_the_core(key: str) -> None:
    setting = setting_at(at(key), scenes())
    assert not screen_of(setting).problems
    told = lesson_told(key)
    assert told is not None
    step = at(key).lesson.steps[at(key).step]
    texts = [told["text"], told["do"], told["reveal"]]
    assert not any(mark in text for text in texts for mark in "{}")
    assert (told["check"] is None, told["ask"] is None) == (step.check is None, step.ask is None)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_asked_for_is_not_so_at_first_and_is_once_it_is_done(key: str) -> None:
    step = at(key).lesson.steps[at(key).step]
    if step.check is None:
        return
    setting = setting_at(at(key), scenes())
    before, after = is_met(key, setting), is_met(key, step.play(setting))
    assert (before, after) == (False, True)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_to_be_dragged_is_within_reach_of_a_drag(key: str) -> None:
    step = at(key).lesson.steps[at(key).step]
    setting = setting_at(at(key), scenes())
    if "drag" not in step.do.lower():
        return
    screen = screen_of(setting)
    for edit in step.play(setting).edits:
        swept = sweep_message(screen, Grab(edit.target, screen.step, screen.unit))
        assert swept is not None
        assert swept["values"][0] <= edit.value <= swept["values"][-1]


def is_met(key: str, setting: Setting) -> bool:
    """By the traces of the core, and not by what the page does."""
    step = at(key).lesson.steps[at(key).step]
    check = step.check
    assert check is not None
    screen = screen_of(setting)
    found = []
    if check.number:
        cell, track, row, unit = (
            *(check.number.cell, check.number.track),
            *(check.number.step, check.number.unit),
        )
        shown = screen.shown_track(cell, track, screen.traces[cell][track])  # type: ignore[arg-type, index]
        found.append(check.low < shown[row, unit] < check.high)
    if check.edited:
        found.append(check.edited in [str(edit.target) for edit in setting.edits])
    if check.held:
        found.append(check.held in [one.place for one in setting.interventions])
    if check.step is not None:
        found.append(screen.step == check.step)
    if check.unit is not None:
        found.append(screen.unit == check.unit)
    if check.view:
        found.append(setting.view == check.view)
    if check.notation:
        found.append(link.encode(setting)[0].get("notation") == check.notation)
    return all(found)


@pytest.mark.parametrize("key", KEYS)
def test_a_number_that_is_guessed_lies_where_its_slider_ends_or_has_none(key: str) -> None:
    told = lesson_told(key)
    assert told is not None
    guess = told["guess"]
    if guess is None or guess["low"] is None or guess["high"] is None:
        return
    assert guess["low"] <= guess["value"] <= guess["high"]


@pytest.mark.parametrize("key", KEYS)
def test_a_step_is_read_in_half_a_minute_with_all_that_it_asks(key: str) -> None:
    told = lesson_told(key)
    assert told is not None
    asked = told["ask"] or told["guess"]
    texts = [told["text"], told["do"], asked["question"] if asked else ""]
    assert len(" ".join(texts).split()) <= MOST_WORDS


def test_a_sum_is_guessed_without_the_ends_of_its_gate() -> None:
    told = lesson_told("weights-bias-sigma.5")
    assert told is not None
    assert told["guess"] is not None
    assert (told["guess"]["low"], told["guess"]["high"]) == (None, None)


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (f"{RESET}.2", "gru.b_x.reset.0"),
        (f"{RESET}.3", "cell"),
        (f"{RESET}.4", "holding"),
        ("weights-bias-sigma.2", "cell"),
        ("weights-bias-sigma.3", "lens"),
        ("the-blend.6", "views"),
        ("two-conventions.2", "notation"),
    ],
)
def test_a_step_says_where_it_is_done_or_seen(key: str, place: str) -> None:
    told = lesson_told(key)
    assert told is not None
    assert told["place"] == place


def test_a_step_says_which_numbers_it_has_changed_itself() -> None:
    told = lesson_told("what-a-state-is.2")
    assert told is not None
    assert told["given"] == {"x.3.0": 0.0, "x.12.0": 0.0}
    assert (told["look"], lesson_told(f"{RESET}.2")["look"]) == ("first", "all")  # type: ignore[index]


def test_a_link_with_nothing_but_a_step_opens_its_screen() -> None:
    setting, rejected = arrive({"lesson": f"{RESET}.1", "utm_source": "mail"}, scenes())
    assert not rejected
    assert setting == setting_at(at(f"{RESET}.1"), scenes())
    assert (setting.scene, setting.lesson) == ("book", f"{RESET}.1")


def test_a_link_with_more_says_itself_what_is_on_show() -> None:
    setting = setting_at(at(f"{RESET}.1"), scenes())
    here = replace(setting, view="why", step=2)
    found, rejected = arrive(link.encode(here)[0], scenes())
    assert (found, rejected) == (here, [])


@pytest.mark.parametrize("key", ["no-such-lesson.1", f"{RESET}.99", f"{RESET}.x", "<b>.1"])
def test_a_link_to_no_step_opens_the_rest_and_says_so(key: str) -> None:
    setting, rejected = arrive({"lesson": key, "scene": "book"}, scenes())
    assert (setting.scene, setting.lesson) == ("book", "")
    assert len(rejected) >= 1
    assert lesson_told(setting.lesson) is None


def test_the_first_picture_has_the_lesson() -> None:
    assert opening({"lesson": f"{RESET}.1"}) is not None


def test_an_event_leads_to_a_step_and_undo_back_from_it() -> None:
    history = History(Setting(scene="pulse", type="large"))
    after = handle(history, {"kind": "lesson", "name": f"{RESET}.1"}).history
    assert after.present == replace(setting_at(at(f"{RESET}.1"), scenes()), type="large")
    assert after.undo().present.scene == "pulse"
    left = handle(after, {"kind": "lesson", "name": ""}).history
    assert (left.present.lesson, left.present.scene) == ("", "book")


@pytest.mark.parametrize("name", ["", None, 3, "no.1", f"{RESET}.0", f"{RESET}.-1", f"{RESET}.²"])
def test_an_event_to_no_step_changes_nothing(name: object) -> None:
    history = History(Setting(scene="pulse"))
    outcome = handle(history, {"kind": "lesson", "name": name})
    assert outcome.history == history
    assert bool(outcome.problem) == (name != "")


def test_a_visit_without_a_lesson_has_nothing_of_one() -> None:
    assert lesson_told("") is None
