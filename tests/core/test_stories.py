"""Scenes with weights written by hand or drawn show what their stories say."""

from dataclasses import replace

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.behaviour import order_by_keep
from gru_core.conventions import Cell
from gru_core.scenes import situation
from tests.core.opened_scenes import BY_NAME, trace

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


# The numbers in the book ----------------------------------------------------------------------


def test_book_reset_gate_is_the_same_at_every_step_and_scales_the_old_state() -> None:
    found = trace("book")
    np.testing.assert_allclose(found["reset"], np.tile([0.2, 0.4, 0.8], (6, 1)), atol=1e-15)
    np.testing.assert_array_equal(found.initial[0], [0.6, 0.5, 0.3])
    scaled = found["reset"][0] * found.initial[0]
    np.testing.assert_allclose(scaled, [0.12, 0.20, 0.24], atol=1e-15)
    assert not BY_NAME["book"].reset_after


def test_book_state_depends_on_where_the_reset_gate_acts() -> None:
    numbers = situation(BY_NAME["book"])
    gru = numbers.weights["gru"]
    before = run(gru, numbers.x, numbers.initials["gru"])["hidden"]
    after = run(replace(gru, reset_after=True), numbers.x, numbers.initials["gru"])["hidden"]
    assert round(float(np.abs(after - before).max()), 3) == 0.134


def test_book_unit_1_with_its_reset_bias_at_7_lets_all_of_the_state_through() -> None:
    reset = trace("book", edits="gru.b_x.reset.0_7.0")["reset"][0, 0]
    assert round(float(reset), 3) == 0.999
