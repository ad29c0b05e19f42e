"""Every scene runs and shows what its story says."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gru_core import GRUWeights, Trace, run
from gru_core.behaviour import order_by_keep
from gru_core.conventions import CELLS, Cell
from gru_core.edits import Situation, apply_edits, parse_edits
from gru_core.errors import GatescopeError, TextError
from gru_core.reader import Reader, load_reader
from gru_core.scenes import Scene, load_scenes, situation

ASSETS = Path(__file__).parents[2] / "assets"
SCENES = load_scenes(ASSETS / "scenes")
BY_NAME = {scene.name: scene for scene in SCENES}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ASSETS / "models" / "reader.npz")


def trace(name: str, cell: Cell = "gru", edits: str = "", reader: Reader | None = None) -> Trace:
    """The run of a scene's cell, perhaps after edits written as in a link."""
    return run_cell(situation(BY_NAME[name], CELLS, reader=reader), cell, edits)


def run_cell(numbers: Situation, cell: Cell, edits: str = "") -> Trace:
    changes, rejected = parse_edits(edits)
    assert rejected == []
    numbers = apply_edits(numbers, changes)
    return run(numbers.weights[cell], numbers.x, numbers.initials[cell])


# Every file -----------------------------------------------------------------------------------


def test_the_scenes_come_in_the_order_of_the_index() -> None:
    names = ["pulse", "cue", "slate", "binary", "crowd", "reader"]
    assert [scene.name for scene in SCENES] == names


@pytest.mark.parametrize("match", ["units", "parameters"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_runs_for_every_cell(
    scene: Scene, cell: Cell, match: Any, reader: Reader
) -> None:
    found = run_cell(situation(scene, CELLS, match, reader=reader), cell)
    assert all(np.isfinite(found[track]).all() for track in found)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_says_what_to_see_and_what_to_try(scene: Scene, reader: Reader) -> None:
    assert len(re.findall(r"[.:](\s|$)", scene.story)) >= 1
    assert len(scene.story.split()) <= 80
    assert re.fullmatch(r"[^.]+(\d\.\d[^.]+)*\.", scene.attempt), "one sentence"
    numbers = situation(scene, reader=reader)
    assert scene.cursor.step < len(numbers.x)
    assert scene.cursor.unit < numbers.weights["gru"].units


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_channel_and_step_has_a_word(scene: Scene, reader: Reader) -> None:
    opened = scene.opened(reader) if scene.model else scene
    assert opened.sequence is not None
    steps, inputs = opened.sequence.x.shape
    assert len(opened.sequence.labels) == steps
    assert len(opened.sequence.channels) == inputs


# 1. A pulse, remembered -----------------------------------------------------------------------


def test_pulse_is_written_into_all_four_units_at_step_4() -> None:
    assert (trace("pulse")["hidden"][3] > 0.99).all()


def test_pulse_units_differ_only_in_the_bias_of_their_update_gate() -> None:
    gru = BY_NAME["pulse"].weights["gru"]
    assert all((gru.w_x == gru.w_x[:, :1]).ravel())
    assert not gru.w_h.any()
    assert not gru.b_x[[0, 2]].any()
    assert len(set(gru.b_x[1])) == 4


def test_pulse_is_forgotten_halved_faded_and_held() -> None:
    hidden = trace("pulse")["hidden"]
    assert hidden[4, 0] < 0.02
    np.testing.assert_allclose(hidden[4:12, 1] / hidden[3:11, 1], 0.5)
    assert 0.1 < hidden[19, 2] < 0.2
    assert hidden[19, 3] == pytest.approx(0.96, abs=0.005)


def test_pulse_of_minus_one_shuts_every_update_gate_and_is_not_taken_in() -> None:
    found = trace("pulse")
    assert (found["update"][12] > 0.999).all()
    assert np.abs(found["hidden"][12] - found["hidden"][11]).max() < 1e-3


def test_pulse_holding_unit_with_its_bias_at_2_leaks_like_unit_3() -> None:
    hidden = trace("pulse", edits="gru.b_x.update.3_2.0")["hidden"]
    np.testing.assert_array_equal(hidden[:, 3], hidden[:, 2])


def test_pulse_lstm_holds_in_its_cell_what_the_gru_holds_in_its_state() -> None:
    lstm, gru = trace("pulse", "lstm"), trace("pulse")
    np.testing.assert_allclose(lstm["cell"], gru["hidden"], atol=0.005)


def test_pulse_rnn_cannot_ignore_the_second_pulse() -> None:
    hidden = trace("pulse", "rnn")["hidden"]
    assert hidden[11, 3] > 0.85
    assert hidden[19, 3] < -0.85


# 2. Remember this one -------------------------------------------------------------------------


def test_cue_stores_the_value_that_came_with_it_and_carries_it_to_the_end() -> None:
    hidden = trace("cue")["hidden"]
    assert hidden[4, 0] == pytest.approx(np.tanh(0.8), abs=0.005)
    assert f"{np.tanh(0.8):.2f}" == f"{hidden[4, 0]:.2f}" == "0.66"
    assert f"{hidden[19, 0]:.2f}" == "0.64"
    assert np.abs(hidden[:4, 0]).max() < 0.01


def test_cue_unit_2_repeats_whatever_came_last() -> None:
    found = trace("cue")
    np.testing.assert_allclose(found["hidden"][:, 1], np.tanh(found.x[:, 0]), atol=0.005)


def test_cue_unit_3_keeps_0_88_and_averages() -> None:
    found = trace("cue")
    assert found["update"][:, 2] == pytest.approx(0.88, abs=0.005)
    assert np.abs(found["hidden"][:, 2]).max() < 0.15


def test_cue_at_step_12_stores_the_value_there_instead() -> None:
    hidden = trace("cue", edits="x.11.1_1.0")["hidden"]
    assert f"{np.tanh(-0.9):.2f}" == "-0.72"
    assert hidden[11, 0] == pytest.approx(np.tanh(-0.9), abs=0.005)
    assert hidden[10, 0] == pytest.approx(np.tanh(0.8), abs=0.02)


def test_cue_lstm_stores_the_same_in_its_cell() -> None:
    np.testing.assert_allclose(trace("cue", "lstm")["cell"], trace("cue")["hidden"], atol=0.005)


# 3. A clean slate -----------------------------------------------------------------------------

FIRST_LETTERS = [0, 4, 7, 12]


def test_slate_unit_1_starts_anew_at_each_word_and_adds_up_its_letters() -> None:
    found = trace("slate")
    labels = BY_NAME["slate"].sequence.labels  # type: ignore[union-attr]
    assert "".join(labels) == "wipetheslateclean"
    assert np.flatnonzero(found.x[:, 1]).tolist() == FIRST_LETTERS
    assert (found["reset"][FIRST_LETTERS, 0] < 0.01).all()
    hidden = found["hidden"][:, 0]
    np.testing.assert_allclose(hidden[FIRST_LETTERS], np.tanh(0.2), atol=0.01)
    rises = np.diff(hidden) > 0.03
    assert [t for t in range(1, 17) if not rises[t - 1]] == FIRST_LETTERS[1:]


def test_slate_unit_2_never_starts_anew() -> None:
    assert (np.diff(trace("slate")["hidden"][:, 1]) > 0).all()


def test_slate_every_letter_is_the_first_to_unit_3() -> None:
    np.testing.assert_allclose(trace("slate")["hidden"][:, 2], np.tanh(0.2), atol=0.005)


def test_slate_candidate_ignores_the_past_where_reset_is_shut() -> None:
    other_past = "gru.h0.0_0.9~gru.h0.1_0.9~gru.h0.2_0.9"
    change = trace("slate", edits=other_past)["candidate"][0] - trace("slate")["candidate"][0]
    assert abs(change[0]) < 0.01
    assert abs(change[2]) < 0.01
    assert abs(change[1]) > 0.5


def test_slate_without_its_reset_weight_unit_1_becomes_unit_2() -> None:
    hidden = trace("slate", edits="gru.w_x.reset.0.1_0.0")["hidden"]
    np.testing.assert_array_equal(hidden[:, 0], hidden[:, 1])


# 4. Counting in binary ------------------------------------------------------------------------

HIGH = 0.95


def counted(found: Trace) -> np.ndarray:
    """The number that three saturated units stand for, at each step."""
    hidden = found["hidden"]
    assert (np.abs(hidden) > (HIGH if found.cell == "gru" else 0.7)).all()
    return (hidden > 0) @ [1, 2, 4]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_binary_units_are_the_digits_of_the_number_of_pulses(cell: Cell) -> None:
    found = trace("binary", cell)
    np.testing.assert_array_equal(counted(found), np.cumsum(found.x[:, 0]) % 8)


def test_binary_candidate_is_always_the_opposite_of_what_is_held() -> None:
    found = trace("binary")
    np.testing.assert_array_equal(np.sign(found["candidate"]), -np.sign(found.previous()))


def test_binary_units_open_at_every_pulse_when_1_is_high_and_when_both_are() -> None:
    found = trace("binary")
    pulse, high = found.x[:, 0] == 1, found.previous() > 0
    open_ = found["update"] < 0.01
    np.testing.assert_array_equal(open_[:, 0], pulse)
    np.testing.assert_array_equal(open_[:, 1], pulse & high[:, 0])
    np.testing.assert_array_equal(open_[:, 2], pulse & high[:, 0] & high[:, 1])


def test_binary_all_units_are_low_again_after_eight_pulses_at_step_21() -> None:
    found = trace("binary")
    assert found.x[:21].sum() == 8
    assert found.x[:20].sum() == 7
    assert counted(found)[20] == 0


def test_binary_without_the_pulse_at_step_3_every_count_after_it_is_one_less() -> None:
    before, after = counted(trace("binary")), counted(trace("binary", edits="x.2.0_0.0"))
    np.testing.assert_array_equal(after[2:], (before[2:] - 1) % 8)


@pytest.mark.parametrize("seed", range(5))
def test_binary_counts_any_pulses(seed: int) -> None:
    numbers = situation(BY_NAME["binary"])
    pulses = np.random.default_rng(seed).integers(2, size=(24, 1))
    found = run(numbers.weights["gru"], pulses, numbers.initials["gru"])
    np.testing.assert_array_equal((found["hidden"] > 0) @ [1, 2, 4], np.cumsum(pulses) % 8)


# 5. Thirty-two strangers ----------------------------------------------------------------------


def test_crowd_is_32_units_over_100_steps() -> None:
    assert trace("crowd")["hidden"].shape == (100, 32)


def test_crowd_units_that_keep_least_move_ten_times_as_far_as_those_that_keep_most() -> None:
    found = trace("crowd")
    order = order_by_keep(found)
    moves = np.abs(np.diff(found["hidden"], axis=0)).mean(axis=0)
    assert moves[order[-8:]].mean() > 10 * moves[order[:8]].mean()


def test_crowd_unit_26_keeps_most_and_unit_29_less_than_half() -> None:
    found = trace("crowd")
    order, mean = order_by_keep(found), found["update"].mean(axis=0)
    assert (order[0], order[-1]) == (25, 28)
    assert f"{mean[25]:.2f}" == "0.99"
    assert mean[28] < 0.5


def test_crowd_biases_are_spread_for_memories_of_1_to_100_steps() -> None:
    bias = situation(BY_NAME["crowd"]).weights["gru"].b_x[1]
    assert 0 <= bias.min() < 2 < 4 < bias.max() <= np.log(99)


# 6. The Reader --------------------------------------------------------------------------------


def test_reader_says_recurrent(reader: Reader) -> None:
    found = trace("reader", reader=reader)
    assert " ".join(reader.decode(found["hidden"][-1])) == "R IH0 K ER1 AH0 N T"


def test_reader_mean_update_gate_rises_along_the_word(reader: Reader) -> None:
    mean = trace("reader", reader=reader)["update"].mean(axis=1)
    assert (f"{mean[0]:.2f}", f"{mean[-1]:.2f}") == ("0.41", "0.77")


def test_reader_unit_217_writes_the_first_letter_and_keeps_it(reader: Reader) -> None:
    found = trace("reader", reader=reader)
    assert found["update"][0, 216] < 0.1
    assert (found["update"][1:, 216] > 0.98).all()
    assert abs(found["hidden"][-1, 216] - found["hidden"][0, 216]) < 1e-3


def test_reader_unit_217_lets_a_silent_k_pass(reader: Reader) -> None:
    found = run_cell(situation(BY_NAME["reader"].opened(reader, "knight")), "gru")
    assert found["update"][0, 216] > 0.9
    assert found["update"][1, 216] < 0.1


def test_reader_scene_reads_another_word(reader: Reader) -> None:
    opened = BY_NAME["reader"].opened(reader, "gate")
    assert (opened.word, opened.units) == ("gate", 256)
    assert situation(opened).x.shape == (5, 256)


def test_reader_scene_compares_at_256_units_in_float32(reader: Reader) -> None:
    weights = situation(BY_NAME["reader"], CELLS, reader=reader).weights
    assert {cell: w.units for cell, w in weights.items()} == dict.fromkeys(CELLS, 256)
    assert {w.dtype for w in weights.values()} == {np.dtype(np.float32)}


def test_a_model_scene_without_its_model_says_so() -> None:
    with pytest.raises(TextError, match="the scene reader needs its model; open it with the"):
        situation(BY_NAME["reader"])


def test_a_scene_without_a_model_takes_no_word(reader: Reader) -> None:
    with pytest.raises(TextError, match="the scene pulse has no model"):
        BY_NAME["pulse"].opened(reader, "gate")


# Situations -----------------------------------------------------------------------------------


def test_the_gru_is_always_there() -> None:
    assert tuple(situation(BY_NAME["pulse"], ()).weights) == ("gru",)
    assert tuple(situation(BY_NAME["pulse"], ("rnn",)).weights) == ("gru", "rnn")


def test_one_cell_more_or_another_size_leaves_the_others_as_they_are() -> None:
    crowd = BY_NAME["crowd"]
    alone, together = situation(crowd, ("rnn",)), situation(crowd, ("lstm", "rnn"))
    matched = situation(crowd, ("lstm", "rnn"), "parameters")
    for cell in ("gru", "rnn"):
        np.testing.assert_array_equal(alone.weights[cell].w_h, together.weights[cell].w_h)
    np.testing.assert_array_equal(alone.weights["gru"].w_h, matched.weights["gru"].w_h)
    assert matched.weights["lstm"].units != 32


def test_cells_of_one_seed_are_not_copies_of_each_other() -> None:
    weights = situation(BY_NAME["crowd"], CELLS).weights
    draws = [w.w_h[0, 0] for w in weights.values()]
    assert not np.allclose(draws[0], draws[1])
    assert not np.allclose(draws[1], draws[2])


def test_a_seed_redraws_what_is_drawn_and_keeps_what_is_given() -> None:
    crowd, binary = BY_NAME["crowd"], BY_NAME["binary"]
    assert not np.allclose(
        situation(crowd, seed=9).weights["gru"].w_x, situation(crowd).weights["gru"].w_x
    )
    again, first = situation(binary, CELLS, seed=9), situation(binary, CELLS)
    np.testing.assert_array_equal(again.weights["gru"].w_x, first.weights["gru"].w_x)
    assert not np.allclose(again.weights["rnn"].w_x, first.weights["rnn"].w_x)


def test_matched_parameters_are_nearest_to_those_of_the_gru() -> None:
    weights = situation(BY_NAME["crowd"], CELLS, "parameters").weights
    target = weights["gru"].parameter_count()
    for cell in ("lstm", "rnn"):
        here = abs(weights[cell].parameter_count() - target)
        assert here <= 0.03 * target


def test_given_initial_states_are_left_out_where_the_size_does_not_fit() -> None:
    numbers = situation(BY_NAME["binary"], ("lstm",), "parameters")
    assert numbers.weights["lstm"].units != 3
    assert not any(state.any() for state in numbers.initials["lstm"])
    assert (numbers.initials["gru"][0] == -1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cells": ("gpu",)}, "cell 'gpu' does not exist; choose one of: gru, lstm, rnn."),
        ({"match": "size"}, "match 'size' does not exist; choose one of: units, parameters."),
    ],
)
def test_unknown_names_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GatescopeError, match=re.escape(message)):
        situation(BY_NAME["pulse"], **arguments)


def test_reset_placement_reaches_drawn_weights() -> None:
    before = situation(replace(BY_NAME["crowd"], reset_after=False)).weights["gru"]
    assert isinstance(before, GRUWeights)
    assert not before.reset_after


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_no_scene_depends_on_rounding(scene: Scene, cell: Cell, reader: Reader) -> None:
    """Else the numbers of a drag, computed in a batch, would not be those of its commit."""
    found = situation(scene, CELLS, reader=reader)
    weights, x = found.weights[cell], found.x
    tiny = 1e-13 if weights.dtype == np.float64 else 1e-6
    states = tuple(state + weights.dtype.type(tiny) for state in found.initials[cell])
    moved = run(weights, x, states)["hidden"] - run(weights, x, found.initials[cell])["hidden"]
    assert np.abs(moved).max() < 1000 * tiny
