"""Numbers pasted, gates filled: one change each, exact, as the notation has them, in the link."""

from typing import Any

import numpy as np
import pytest

from app.screen.baseline import baseline_of, scenes
from app.screen.screen import screen_of
from app.session.events import Outcome, handle
from app.session.many import MOST_EDITS
from app.setting import link
from app.setting.setting import History, Setting
from gru_core.conventions import CHUNG, GATES
from gru_core.initialize import initialize
from gru_core.situation import Target

CUE = Setting(scene="cue")
BEFORE = History(CUE)


def paste(target: str, text: str, history: History = BEFORE) -> Outcome:
    return handle(history, {"kind": "paste", "target": target, "text": text})


def fill(place: str, history: History = BEFORE, **how: Any) -> Outcome:
    return handle(history, {"kind": "fill", "place": place, "way": "value", **how})


def edits(outcome: Outcome) -> dict[str, float]:
    return {str(edit.target): edit.value for edit in outcome.history.present.edits}


def linked(setting: Setting) -> Setting:
    query, left_out = link.encode(setting)
    assert left_out == 0
    reopened, rejected = link.decode(query, scenes())
    assert rejected == []
    return reopened


# Pasting --------------------------------------------------------------------------------------


def test_a_block_fills_from_a_cell_on_rows_down_and_columns_to_the_right() -> None:
    outcome = paste("gru.w_h.candidate.1.1", "0.25\t0.5\n-0.75\t−1")
    assert edits(outcome) == {
        "gru.w_h.candidate.1.1": 0.25,
        "gru.w_h.candidate.1.2": 0.5,
        "gru.w_h.candidate.2.1": -0.75,
        "gru.w_h.candidate.2.2": -1.0,
    }
    assert outcome.problem == ""
    assert outcome.said == "Pasted 4 numbers: 2 rows and 2 columns from this cell on."
    assert outcome.history.undo().present == CUE


def test_a_block_goes_on_over_the_gap_between_two_matrices_as_on_screen() -> None:
    inputs = baseline_of(CUE).base.x.shape[1]
    outcome = paste(f"gru.w_x.update.0.{inputs - 1}", "0.1 0.2")
    assert edits(outcome) == {f"gru.w_x.update.0.{inputs - 1}": 0.1, "gru.w_h.update.0.0": 0.2}


@pytest.mark.parametrize("text", ["7, 8, 9", "7\n8\n9", "[7, 8, 9]", "7\t8\t9"])
def test_one_line_of_numbers_runs_along_the_steps_of_the_input_and_down_a_bias(text: str) -> None:
    assert edits(paste("x.2.1", text)) == {"x.2.1": 7, "x.3.1": 8, "x.4.1": 9}
    assert edits(paste("gru.b_x.reset.0", text)) == {
        "gru.b_x.reset.0": 7,
        "gru.b_x.reset.1": 8,
        "gru.b_x.reset.2": 9,
    }
    assert edits(paste("gru.h0.0", text)) == {"gru.h0.0": 7, "gru.h0.1": 8, "gru.h0.2": 9}


def test_rows_of_a_block_on_the_input_are_channels_as_on_screen() -> None:
    outcome = paste("x.2.0", "5 6\n7 8")
    assert edits(outcome) == {"x.2.0": 5, "x.3.0": 6, "x.2.1": 7, "x.3.1": 8}


def test_under_the_write_polarity_pasted_numbers_are_those_of_that_notation() -> None:
    write = History(Setting(scene="cue", notation=CHUNG))
    assert edits(paste("gru.b_x.update.0", "1 2", write)) == {
        "gru.b_x.update.0": -1.0,
        "gru.b_x.update.1": -2.0,
    }
    assert edits(paste("gru.b_x.reset.0", "1 2", write)) == {
        "gru.b_x.reset.0": 1.0,
        "gru.b_x.reset.1": 2.0,
    }


def test_units_that_are_sorted_on_screen_are_pasted_in_that_order() -> None:
    setting = Setting(scene="reader", word="cat")
    order = baseline_of(setting).sorting["gru"].order
    assert order != tuple(sorted(order))
    outcome = paste(f"gru.h0.{order[4]}", "0.5 0.25", History(setting))
    assert edits(outcome) == {f"gru.h0.{order[4]}": 0.5, f"gru.h0.{order[5]}": 0.25}


@pytest.mark.parametrize(
    ("target", "text", "said"),
    [
        ("gru.w_h.candidate.2.0", "1 2\n3 4", "there is room for 1 row and"),
        ("x.0.0", "1 2\n3 4\n5 6\n7 8\n9 1", "What is pasted has 5 rows and 2 columns"),
        ("gru.b_x.reset.2", "1 2 3 4", "room for 1 row and"),
        ("gru.h0.0", "1 two", "two"),
        ("gru.h0.0", "", "There is no text"),
        ("gru.h0.0", "nan", "nan"),
        ("gru.h0.0", "1e5", "10,000"),
        ("gru.h0.99", "1", "99"),
        ("nothing", "1", "nothing"),
    ],
)
def test_a_block_that_does_not_fit_changes_nothing_and_is_named(
    target: str, text: str, said: str
) -> None:
    outcome = paste(target, text)
    assert outcome.history == BEFORE
    assert said in outcome.problem
    assert outcome.said == ""


def test_no_more_numbers_are_pasted_than_a_link_can_hold() -> None:
    setting = History(Setting(scene="reader", word="cat"))
    row = "\t".join(["0.5"] * 200)
    outcome = paste("gru.w_h.update.0.0", "\n".join([row] * 11), setting)
    assert f"{MOST_EDITS:,}" in outcome.problem
    assert outcome.history == setting


# Filling --------------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", [None, CHUNG])
@pytest.mark.parametrize(
    ("cell", "gate"), [("gru", "update"), ("gru", "reset"), ("lstm", "forget")]
)
def test_a_gate_is_filled_with_one_value_in_the_notation_on_screen(
    notation: Any, cell: Any, gate: str
) -> None:
    history = History(Setting(scene="pulse", notation=notation))
    outcome = fill(f"{cell}.{gate}.w_h", history, text="0.5")
    after = screen_of(outcome.history.present)
    turned = -1 if notation is CHUNG and (cell, gate) == ("gru", "update") else 1
    at = GATES[cell].index(gate)
    filled = after.situation.weights[cell].w_h[at]
    np.testing.assert_array_equal(filled, np.full(filled.shape, 0.5 * turned))
    others = [i for i in range(len(GATES[cell])) if i != at]
    before = baseline_of(history.present).base.weights[cell]
    np.testing.assert_array_equal(after.situation.weights[cell].w_h[others], before.w_h[others])
    assert outcome.history.undo().present == history.present
    assert linked(outcome.history.present).edits == outcome.history.present.edits


def test_all_of_a_gate_is_zero_then_and_says_how_many_numbers_that_were() -> None:
    outcome = fill("gru.update.all", History(Setting(scene="pulse")), text="0")
    weights = screen_of(outcome.history.present).situation.weights["gru"]
    for part in ("w_x", "w_h", "b_x", "b_h"):
        assert not np.any(getattr(weights, part)[GATES["gru"].index("update")])
    assert outcome.said == "Filled W, U, b, d of the update gate of the GRU: 28 numbers."


def test_the_identity_is_the_unit_matrix_and_random_is_xaviers_by_its_seed() -> None:
    history = History(Setting(scene="pulse"))
    unit = fill("gru.candidate.w_h", history, way="identity").history.present
    np.testing.assert_array_equal(screen_of(unit).situation.weights["gru"].w_h[2], np.eye(4))
    drawn = fill("gru.candidate.w_h", history, way="random", seed=7).history.present
    expected = initialize("gru", 1, 4, np.random.default_rng(7)).w_h[2]
    np.testing.assert_array_equal(
        screen_of(drawn).situation.weights["gru"].w_h[2], np.round(expected, 2)
    )
    again = fill("gru.candidate.w_h", history, way="random", seed=7).history.present
    other = fill("gru.candidate.w_h", history, way="random", seed=8).history.present
    assert drawn == again
    assert drawn != other


@pytest.mark.parametrize("how", [{"text": "0.25"}, {"way": "identity"}, {"way": "random"}])
def test_a_link_holds_a_filled_matrix_of_32_units(how: dict[str, Any]) -> None:
    history = History(Setting(scene="crowd"))
    outcome = fill("gru.update.w_h", history, **how)
    setting = outcome.history.present
    assert outcome.problem == ""
    reopened = linked(setting)
    np.testing.assert_array_equal(
        screen_of(reopened).situation.weights["gru"].w_h,
        screen_of(setting).situation.weights["gru"].w_h,
    )


@pytest.mark.parametrize(
    ("place", "how", "said"),
    [
        ("gru.forget.w_h", {"text": "1"}, "no such weights"),
        ("rnn.hidden.w_h", {"text": "1"}, "no such weights"),
        ("gru.update.w_h.0", {"text": "1"}, "no such weights"),
        ("gru.update.w_h", {"text": "one"}, "is not a number"),
        ("gru.update.w_h", {"text": "1e9"}, "is not a number from"),
        ("gru.update.w_x", {"way": "identity"}, "choose W, U or a bias"),
        ("gru.update.w_h", {"way": "twist"}, "no such weights"),
        ("gru.update.w_h", {"way": "random", "seed": -1}, "A seed is"),
        ("gru.update.w_h", {"way": "random", "seed": 1.5}, "A seed is"),
    ],
)
def test_what_cannot_be_filled_changes_nothing_and_is_named(
    place: str, how: dict[str, Any], said: str
) -> None:
    outcome = fill(place, **how)
    assert outcome.history == BEFORE
    assert said in outcome.problem


def test_a_gate_with_more_numbers_than_a_link_can_hold_is_refused_with_its_count() -> None:
    history = History(Setting(scene="reader", word="cat"))
    outcome = fill("gru.update.w_h", history, text="0")
    assert outcome.history == history
    assert "65,536" in outcome.problem
    assert f"{MOST_EDITS:,}" in outcome.problem


# The next scene ----------------------------------------------------------------------------------


def test_another_scene_comes_by_its_name_and_goes_by_undo() -> None:
    edited = History(CUE).push(CUE.with_edit(Target.parse("x.0.0"), 0.5))
    outcome = handle(edited, {"kind": "scene", "name": "slate"})
    assert outcome.history.present == edited.present.with_choice("scene", "slate")
    assert outcome.history.undo().present.scene == "cue"


@pytest.mark.parametrize("name", ["nowhere", None, 3, ["cue"]])
def test_a_scene_that_is_not_there_changes_nothing(name: Any) -> None:
    outcome = handle(BEFORE, {"kind": "scene", "name": name})
    assert outcome.history == BEFORE
    assert "no such scene" in outcome.problem
