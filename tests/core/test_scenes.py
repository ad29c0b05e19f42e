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
from gru_core.series import Series, load_series

ASSETS = Path(__file__).parents[2] / "assets"
SCENES = load_scenes(ASSETS / "scenes")
BY_NAME = {scene.name: scene for scene in SCENES}


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ASSETS / "models" / "reader.npz")


@pytest.fixture(scope="module")
def series() -> Series:
    return load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")


def trace(name: str, cell: Cell = "gru", edits: str = "", **models: Any) -> Trace:
    """The run of a scene's cell, perhaps after edits written as in a link."""
    return run_cell(situation(BY_NAME[name], CELLS, **models), cell, edits)


def run_cell(numbers: Situation, cell: Cell, edits: str = "") -> Trace:
    changes, rejected = parse_edits(edits)
    assert rejected == []
    numbers = apply_edits(numbers, changes)
    return run(numbers.weights[cell], numbers.x, numbers.initials[cell])


# Every file -----------------------------------------------------------------------------------


def test_the_scenes_come_in_the_order_of_the_index() -> None:
    names = ["pulse", "cue", "slate", "book", "binary", "crowd", "reader", "elnino"]
    assert [scene.name for scene in SCENES] == names


@pytest.mark.parametrize("match", ["units", "parameters"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_runs_for_every_cell(
    scene: Scene, cell: Cell, match: Any, reader: Reader, series: Series
) -> None:
    found = run_cell(situation(scene, CELLS, match, reader=reader, series=series), cell)
    assert all(np.isfinite(found[track]).all() for track in found)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_says_what_to_see_and_what_to_try(
    scene: Scene, reader: Reader, series: Series
) -> None:
    assert len(re.findall(r"[.:](\s|$)", scene.story)) >= 1
    assert len(scene.story.split()) <= 80
    assert re.fullmatch(r"[^.]+(\d\.\d[^.]+)*\.", scene.attempt), "one sentence"
    numbers = situation(scene, reader=reader, series=series)
    assert scene.cursor.step < len(numbers.x)
    assert scene.cursor.unit < numbers.weights["gru"].units


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_channel_and_step_has_a_word(scene: Scene, reader: Reader, series: Series) -> None:
    opened = {
        None: lambda: scene,
        "reader": lambda: scene.opened(reader),
        "series": lambda: scene.with_series(series),
    }[scene.model]()
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


@pytest.mark.parametrize("name", ["pulse", "elnino"])
def test_a_scene_without_the_reader_takes_no_word(name: str, reader: Reader) -> None:
    with pytest.raises(TextError, match=f"the scene {name} has no model that reads; only such a"):
        BY_NAME[name].opened(reader, "gate")


# 7. The sea off Peru --------------------------------------------------------------------------

JANUARY, MAY = 48, 52
DEAF = "gru.b_x.reset.4_-6.0"


def story_of(name: str) -> str:
    return f"{BY_NAME[name].story} {BY_NAME[name].attempt}"


def test_elnino_errors_are_those_of_the_held_out_years(series: Series) -> None:
    story, hidden = story_of("elnino"), trace("elnino", series=series)["hidden"]
    assert hidden.shape == (144, 8)
    assert (series.years["train"], series.years["shown"]) == ((1950, 1989), (1997, 2008))
    assert "trained on 1950–1989" in story
    assert "over 1997–2008, which it never saw" in story
    assert f"its error is {series.rmse(series.predict(hidden, 'gru')):.2f} °C" in story
    assert f"that of “same as last time” {series.rmse(series.baseline):.2f} °C" in story


def test_elnino_unit_5_tells_two_months_of_the_same_temperature_apart(series: Series) -> None:
    story, hidden = story_of("elnino"), trace("elnino", series=series)["hidden"]
    labels, x = series.sequence.labels, series.sequence.x[:, 0]
    assert f"Steps {JANUARY + 1} ({labels[JANUARY]}) and {MAY + 1} ({labels[MAY]})" in story
    assert [f"{series.degrees(x)[t]:.0f}" for t in (JANUARY, MAY)] == ["24", "24"]
    held = [f"{hidden[t, 4]:.2f}".replace("-", "−") for t in (JANUARY, MAY)]
    assert f"unit 5, at {held[0]} and then at {held[1]}," in story
    says = series.degrees(series.predict(hidden, "gru"))
    assert f"predicts {says[JANUARY]:.1f} °C, then {says[MAY]:.1f} °C" in story
    # Unit 5 alone makes most of that difference.
    by_unit_5 = series.readouts["gru"].w[4] * (hidden[JANUARY, 4] - hidden[MAY, 4]) * series.std
    assert by_unit_5 > 0.75 * (says[JANUARY] - says[MAY])


def test_elnino_unit_5_knows_which_way_the_season_goes_not_the_temperature(
    series: Series,
) -> None:
    unit, x = trace("elnino", series=series)["hidden"][:, 4], series.sequence.x[:, 0]
    change = series.truth - x
    assert np.corrcoef(unit, change)[0, 1] > 0.8
    assert abs(np.corrcoef(unit, x)[0, 1]) < 0.2
    assert (np.sign(unit) == np.sign(change)).mean() > 0.85


def test_elnino_unit_5_deaf_to_the_past_only_follows_the_temperature(series: Series) -> None:
    found = trace("elnino", edits=DEAF, series=series)
    hidden, attempt = found["hidden"], BY_NAME["elnino"].attempt
    assert (found["reset"][1:, 4] < 0.1).all()
    assert np.corrcoef(hidden[:, 4], found.x[:, 0])[0, 1] > 0.95
    assert f"{hidden[JANUARY, 4]:.2f} and {hidden[MAY, 4]:.2f} at these two steps" in attempt
    assert f"grows to {series.rmse(series.predict(hidden, 'gru')):.2f} °C" in attempt


@pytest.mark.parametrize("match", ["units", "parameters"])
def test_elnino_cells_are_the_trained_ones_at_either_match(match: Any, series: Series) -> None:
    weights = situation(BY_NAME["elnino"], CELLS, match, seed=9, series=series).weights
    assert dict(weights) == dict(series.weights)


def test_the_series_scene_without_its_model_says_so() -> None:
    with pytest.raises(TextError, match="the scene elnino needs its model; open it with the Ser"):
        situation(BY_NAME["elnino"])


@pytest.mark.parametrize("name", ["pulse", "reader"])
def test_a_scene_without_the_series_takes_none(name: str, series: Series) -> None:
    with pytest.raises(TextError, match=f"the scene {name} has no model of a series; only such"):
        BY_NAME[name].with_series(series)


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
def test_no_scene_depends_on_rounding(
    scene: Scene, cell: Cell, reader: Reader, series: Series
) -> None:
    """Else the numbers of a drag, computed in a batch, would not be those of its commit."""
    found = situation(scene, CELLS, reader=reader, series=series)
    weights, x = found.weights[cell], found.x
    tiny = 1e-13 if weights.dtype == np.float64 else 1e-6
    states = tuple(state + weights.dtype.type(tiny) for state in found.initials[cell])
    moved = run(weights, x, states)["hidden"] - run(weights, x, found.initials[cell])["hidden"]
    assert np.abs(moved).max() < 1000 * tiny


# The numbers in the book ----------------------------------------------------------------------


def test_book_reset_gate_is_the_same_at_every_step_and_scales_the_old_state() -> None:
    found = trace("book")
    np.testing.assert_allclose(found["reset"], np.tile([0.6, 0.5, 0.3], (6, 1)), atol=1e-15)
    np.testing.assert_array_equal(found.initial[0], [0.2, 0.4, 0.8])
    scaled = found["reset"][0] * found.initial[0]
    np.testing.assert_allclose(scaled, [0.12, 0.20, 0.24], atol=1e-15)
    assert not BY_NAME["book"].reset_after


def test_book_unit_3_with_its_reset_bias_at_7_lets_all_of_the_state_through() -> None:
    reset = trace("book", edits="gru.b_x.reset.2_7.0")["reset"][0, 2]
    assert round(float(reset), 3) == 0.999
