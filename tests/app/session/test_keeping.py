"""What was changed on one's own numbers stays through choices where it fits, or is named."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from app.words.say import say
from tests.app.modelling import ModelVisit, packed
from tests.app.owning import OwnVisit
from tests.app.visiting import Unpack
from tests.formats.entries import make_entry

BIAS, LAST, INPUT = "gru.b_x.update.1", "gru.b_x.update.12", "x.3.0"
BESIDE = "lstm.b_x.forget.1"


@pytest.fixture
def here(unpack: Unpack, new_browser: Callable[[], Any]) -> OwnVisit:
    visit = OwnVisit(unpack, new_browser(), {"scene": "own"})
    for target, value in ((BIAS, 2.0), (LAST, 3.0), (INPUT, 0.25), (BESIDE, 4.0)):
        visit.send({"kind": "commit", "target": target, "value": value})
    assert set(visit.edits) == {BIAS, LAST, INPUT, BESIDE}
    return visit


CHOICES = [
    ("number_input", "own_steps", 20),
    ("selectbox", "own_scheme", "zeros"),
    ("number_input", "seed", 5),
]


@pytest.mark.parametrize(("widgets", "key", "value"), CHOICES)
def test_a_choice_that_all_fits_loses_nothing(here: OwnVisit, widgets, key, value) -> None:
    here.set(widgets, key, value)
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    assert here.problems == []


def test_another_size_of_the_cell_beside_loses_nothing(here: OwnVisit) -> None:
    here.choose("match", "parameters")
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    assert here.problems == []


def test_with_fewer_units_what_does_not_fit_is_named_and_waits(here: OwnVisit) -> None:
    here.set("number_input", "own_units", 4)
    assert set(here.edits) == {BIAS, INPUT, BESIDE}
    first, last = here.problems
    assert first.startswith("The edit of “gru.b_x.update.12” was left out: ")
    assert last == say("screen.screen.waits")
    here.set("number_input", "own_units", 16)
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    assert here.problems == []


def test_with_fewer_steps_a_changed_input_waits_and_undo_brings_it_back(here: OwnVisit) -> None:
    here.set("number_input", "own_steps", 3)
    assert set(here.edits) == {BIAS, LAST, BESIDE}
    assert [one.startswith("The edit of “x.3.0”") for one in here.problems] == [True, False]
    here.send({"kind": "undo"})
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    assert here.problems == []


@pytest.mark.parametrize("source", ["noise", "text", "copy"])
def test_another_input_keeps_the_weights_and_says_what_it_drops(here: OwnVisit, source) -> None:
    here.set("selectbox", "own_source", source)
    assert set(here.edits) == {BIAS, LAST, BESIDE}
    assert here.problems == [
        "One change of the input was left out, since that step reads something else now; undo "
        "brings it back."
    ]
    here.send({"kind": "undo"})
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    assert here.problems == []


def test_a_text_that_goes_on_keeps_the_steps_that_read_the_same(here: OwnVisit) -> None:
    here.set("selectbox", "own_source", "text")
    here.send({"kind": "commit", "target": INPUT, "value": 0.5})
    here.set("text_input", "own_text", "to be or not to be to")
    assert INPUT in here.edits
    here.set("text_input", "own_text", "be to or not to be to")
    assert INPUT not in here.edits
    assert "reads something else now" in here.problems[0]


def test_a_weight_of_an_input_that_is_gone_is_named_and_waits(here: OwnVisit) -> None:
    here.set("selectbox", "own_source", "adding")
    weight, both = "gru.w_x.update.1.1", "gru.w_x.update.1.0"  # from the second of two, the first
    for target in (weight, both):
        here.send({"kind": "commit", "target": target, "value": 0.75})
    here.set("selectbox", "own_source", "noise")  # has one
    assert set(here.edits) == {BIAS, LAST, BESIDE, both}
    named, last = here.problems
    assert named.startswith(f"The edit of “{weight}” was left out: ")
    assert last == say("screen.screen.waits")
    here.set("selectbox", "own_source", "copy")  # has four
    assert set(here.edits) == {BIAS, LAST, BESIDE, both, weight}
    assert here.problems == []


def test_a_pasted_matrix_outlives_another_input_and_waits_for_its_units(here: OwnVisit) -> None:
    values = np.arange(1.0, 257.0).reshape(16, 16) / 64
    here.set("selectbox", "matrix", ("gru", "w_h", 1))
    here.page.text_area(key="matrix_text").set_value(repr(values.tolist()))
    here.press("use this matrix")
    assert here.problems == []
    assert len(here.edits) == 256 + 4
    here.set("selectbox", "own_source", "noise")
    assert len(here.edits) == 256 + 3  # not the changed input
    here.set("number_input", "own_units", 4)
    assert len(here.edits) == 16 + 2  # nor the bias of unit 13
    assert here.problems[-1] == say("screen.screen.waits")
    here.set("number_input", "own_units", 16)
    assert len(here.edits) == 256 + 3
    assert here.edits["gru.w_h.update.15.15"] == 4.0


def test_another_scene_and_back_brings_everything_and_each_way_is_said(here: OwnVisit) -> None:
    here.choose("scene", "cue")
    assert here.edits == {}
    (said,) = here.problems
    assert said.endswith("are kept with it, and there again when you come back to it.")
    here.send({"kind": "commit", "target": "gru.b_x.update.1", "value": -1.0})
    here.choose("scene", "own")
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}
    (said,) = here.problems
    assert said.startswith("One change of “")
    assert said.endswith("is not taken along; undo brings it back.")


def test_another_cell_beside_lets_its_changes_wait(here: OwnVisit) -> None:
    here.choose("alongside", "rnn")
    assert set(here.edits) == {BIAS, LAST, INPUT}
    here.choose("alongside", "lstm")
    assert set(here.edits) == {BIAS, LAST, INPUT, BESIDE}


def test_each_layer_of_a_loaded_model_keeps_its_changes(
    unpack: Unpack, new_browser: Callable[[], Any]
) -> None:
    model = ModelVisit(unpack, new_browser(), {"scene": "model"})
    model.upload(packed(make_entry(name="a"), make_entry(name="b")))
    model.send({"kind": "commit", "target": BIAS, "value": 2.0})
    model.set("number_input", "model_steps", 9)
    assert set(model.edits) == {BIAS}
    model.set("selectbox", "model_layer", "b")
    assert model.edits == {}
    assert model.problems == [
        "One change of the layer before is kept with it, and there again when you come back to it."
    ]
    model.set("selectbox", "model_layer", "a")
    assert (set(model.edits), model.problems) == ({BIAS}, [])
