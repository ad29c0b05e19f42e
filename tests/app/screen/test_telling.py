"""A story stands beside the scene in its notation, and says so when it is not of what is shown."""

from dataclasses import replace
from typing import Any

import pytest

from app.messages.stage import message
from app.screen.baseline import scenes
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.screen.telling import as_at_first, told
from app.session.events import handle
from app.setting.setting import History, Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import CHO, CHUNG, NOTATIONS, PYTORCH, notation_of
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target

BIAS = Target.parse("gru.b_x.update.3")


def screen(scene: str = "pulse", **setting: Any) -> Screen:
    return screen_of(Setting(scene=scene, **setting))


def sent(shown: Screen) -> dict[str, Any]:
    return message(shown, Page())[0]


# What is told ---------------------------------------------------------------------------------


def test_what_to_drag_goes_the_way_that_the_cell_shows() -> None:
    keep, write = (told(screen(notation=one)).attempt for one in (PYTORCH, CHUNG))
    assert "bias b from 6 down to 2" in keep
    assert "bias b from −6 up to −2" in write


@pytest.mark.parametrize("notation", ["after.keep.1", "after.write.1", "after.write.2"])
@pytest.mark.parametrize("scene", ["pulse", "cue", "slate", "reader"])
def test_a_notation_of_ones_own_is_told_by_its_choices(scene: str, notation: str) -> None:
    placement, polarity, _ = notation.split(".")
    own = notation_of(placement, polarity, 1)  # type: ignore[arg-type]
    other = notation_of(placement, polarity, 2)  # type: ignore[arg-type]
    assert told(screen(scene, notation=own)) == told(screen(scene, notation=other))
    assert (told(screen(scene, notation=own)) == told(screen(scene))) == (polarity == "keep")


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("scene", scenes())
def test_nothing_stands_in_braces_and_nothing_is_told_of_another_notation(
    scene: str, notation: str
) -> None:
    words = sent(screen(scene, notation=NOTATIONS[notation], alongside="none"))["scene"]
    for text in (words["story"], words["try"], words["again"]):
        assert not {"{", "}"} & set(text)
        assert "Told with" not in text


@pytest.mark.parametrize("alongside", ["lstm", "rnn", "none"])
@pytest.mark.parametrize("scene", scenes())
def test_a_story_is_the_same_beside_any_cell(scene: str, alongside: Any) -> None:
    words = told(screen(scene, alongside=alongside))
    assert words == told(screen(scene))
    assert "LSTM" not in words.story + words.attempt + words.again


def test_the_sea_in_another_placement_is_told_with_its_error_there() -> None:
    assert "it is off by 0.59\xa0°C" in told(screen("elnino")).story
    for notation in (CHO, CHUNG):
        story = told(screen("elnino", notation=notation)).story
        assert "it is off by 1.62\xa0°C, more than “same as last time” (1.17\xa0°C)" in story


def test_a_story_keeps_its_numbers_when_the_scene_is_changed() -> None:
    first = screen()
    changed = screen_of(first.setting.with_edit(BIAS, 2.0))
    assert told(changed) == told(first)


# Whether it is of what is shown ---------------------------------------------------------------


@pytest.mark.parametrize("notation", [None, *NOTATIONS.values()])
@pytest.mark.parametrize("scene", scenes())
def test_a_scene_as_it_opens_is_as_its_story_says(scene: str, notation: Any) -> None:
    assert as_at_first(screen(scene, notation=notation))


@pytest.mark.parametrize(
    "change",
    [
        {"edits": (Edit(BIAS, 2.0),)},
        {"edits": (Edit(Target.parse("x.3.0"), 0.5),)},
        {"edits": (Edit(Target.parse("gru.h0.0"), 0.5),)},
        {"interventions": (Intervention("gru", "reset", 0.0),)},
        {"scene": "crowd", "seed": 9},
        {"scene": "reader", "word": "knight"},
        {"scene": "reader", "word": "knight", "notation": CHUNG},
        {"scene": "own", "own": Own(scheme="zeros"), "edits": (Edit(Target.parse("x.0.0"), 2.0),)},
    ],
)
def test_what_makes_the_gru_run_otherwise_marks_the_story(change: dict[str, Any]) -> None:
    shown = screen_of(replace(Setting(), **change))
    assert not as_at_first(shown)
    assert sent(shown)["atFirst"] is False


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"alongside": "rnn"},
        {"match": "parameters"},
        {"engine": "torch"},
        {"step": 2, "unit": 1, "view": "memory"},
        {"edits": (Edit(Target.parse("lstm.b_x.forget.0"), 1.0),)},
        {"interventions": (Intervention("lstm", "forget", 0.0),)},
        {"seed": 9},  # every weight of the GRU is the scene's own
        {"scene": "reader", "word": "recurrent"},
        {"scene": "own"},
        {"scene": "model"},
    ],
)
def test_what_leaves_the_gru_as_it_was_leaves_the_story_unmarked(change: dict[str, Any]) -> None:
    shown = screen_of(replace(Setting(), **change))
    assert as_at_first(shown)
    assert sent(shown)["atFirst"] is True


def test_undo_takes_the_mark_away() -> None:
    history = History().push(Setting().with_edit(BIAS, 2.0))
    assert not as_at_first(screen_of(history.present))
    assert as_at_first(screen_of(history.undo().present))


# The second thing to try ----------------------------------------------------------------------


def test_z_is_held_on_the_scene_as_it_was_at_first() -> None:
    weight = Target.parse("gru.w_x.reset.0.1")
    before = History().push(Setting(scene="slate").with_edit(weight, 0.0))
    outcome = handle(before, {"seq": 1, "kind": "again"})
    present = outcome.history.present
    assert present.edits == ()
    assert present.interventions == (Intervention("gru", "update", 0.9, unit=0),)
    assert present.view == "holding"
    assert outcome.history.undo().present == replace(before.present, view="holding")
    hidden = screen_of(present).traces["gru"]["hidden"][:, 0]
    assert f"h stays ({hidden[6]:.3f}, then {hidden[7]:.3f})" in told(screen_of(present)).again


@pytest.mark.parametrize("scene", ["pulse", "own", "model"])
def test_a_scene_without_a_second_thing_to_try_says_so(scene: str) -> None:
    before = History(Setting(scene=scene))
    outcome = handle(before, {"seq": 1, "kind": "again"})
    assert outcome.history == before
    assert outcome.problem == "This scene has no second thing to try."
