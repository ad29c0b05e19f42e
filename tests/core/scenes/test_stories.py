"""Scenes with weights written by hand or drawn show what their stories say."""

from dataclasses import replace

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.analysis.behaviour import order_by_keep
from gru_core.conventions import Cell, Polarity
from gru_core.phase import drawn_starts, fixed_points
from gru_core.scenes.scene import situation
from tests.core.opened_scenes import BY_NAME, moved, run_cell, said, shown, told, trace

both_polarities = pytest.mark.parametrize("polarity", ["keep", "write"])
both_placements = pytest.mark.parametrize("elsewhere", [False, True], ids=["own", "moved"])

# 1. Four memories of one pulse ----------------------------------------------------------------


@both_placements
@both_polarities
def test_pulse_says_the_numbers_that_this_z_has(polarity: Polarity, elsewhere: bool) -> None:
    words, found = told("pulse", polarity, elsewhere), trace("pulse")
    z = shown(polarity, found["update"])
    assert (found.x[3, 0], found.x[12, 0]) == (1, -1)
    assert "At step 4 a pulse of 1 enters" in words.story
    assert "At step 13 a pulse of −1 " in words.story
    assert (
        f"unit 4 {'' if polarity == 'keep' else 'so little that it '}still holds 0.96 at step 20"
        in words.story
    )
    assert z[10, 1] == 0.5
    verb = "keeps 50 % at" if polarity == "keep" else "writes 50 % anew at"
    assert f"unit 2 {verb} each step" in words.story
    order = ("higher", z[12, 1:].min() > z[12, 0]), ("lower", z[12, 1:].max() < z[12, 0])
    word, true = order[polarity == "write"]
    assert true
    assert f"(z is {said(z[12, 0], 4)} in unit 1, {word} in the others)" in words.story


@both_polarities
def test_pulse_is_dragged_the_way_that_its_cell_shows(polarity: Polarity) -> None:
    sign = 1 if polarity == "keep" else -1
    way = "down" if polarity == "keep" else "up"
    before, after = sign * BY_NAME["pulse"].weights["gru"].b_x[1, 3], sign * 2.0
    assert (after < before) == (way == "down")
    expected = f"update bias b from {said(before, 0)} {way} to {said(after, 0)}: its memory leaks"
    assert expected in told("pulse", polarity).attempt


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


def test_pulse_of_minus_one_makes_every_unit_keep_and_is_not_taken_in() -> None:
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


# 2. A cue says what to keep -------------------------------------------------------------------


@both_placements
@both_polarities
def test_cue_says_the_numbers_that_this_z_has(polarity: Polarity, elsewhere: bool) -> None:
    words, found = told("cue", polarity, elsewhere), trace("cue")
    z = shown(polarity, found["update"])
    way = "falls" if polarity == "keep" else "rises"
    assert (z[4, 0] < z[3, 0]) == (way == "falls")
    assert found.x[4].tolist() == [0.8, 1]
    assert found.x[:, 1].sum() == 1
    cued = f"z of unit 1 {way} to {said(z[4, 0], 3)}, so it writes tanh(0.8) = 0.66;"
    assert cued in words.story
    others = np.delete(z[:, 0], 4)
    assert {said(value, 3) for value in others} == {said(others[0], 3)}
    assert (
        f"at all other steps its z is {said(others[0], 3)}, and it still holds 0.64" in words.story
    )
    assert {said(value, 3) for value in z[:, 1]} == {said(z[0, 1], 3)}
    assert f"In unit 2 z is always {said(z[0, 1], 3)}:" in words.story
    share = f"keeps {100 * z[0, 2]:.0f} % of its old value"
    if polarity == "write":
        share = f"writes {100 * z[0, 2]:.0f} % anew"
    assert f"Unit 3 {share} at every step" in words.story
    assert "12 % anew" in words.story or "keeps 88 %" in words.story


@both_polarities
def test_cue_at_step_12_is_to_be_set_to_what_lets_unit_1_write(polarity: Polarity) -> None:
    old = trace("cue")["hidden"][10, 0]
    new = trace("cue", edits="x.11.1_1.0")["candidate"][11, 0]
    assert told("cue", polarity).attempt == (
        f"Set the cue at step 12 to 1: unit 1 lets go of {said(old, 2)} and writes "
        f"tanh(−0.9) = {said(new, 2)} instead."
    )


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


# 4. Three units count in binary ---------------------------------------------------------------


@both_placements
@both_polarities
def test_binary_tells_one_story_for_every_notation(polarity: Polarity, elsewhere: bool) -> None:
    words = told("binary", polarity, elsewhere)
    assert words == told("binary", "keep")
    assert "After eight pulses, at step 21, all three are low again." in words.story
    assert words.attempt.startswith("Set the pulse at step 3 to 0:")
    assert trace("binary").x[2, 0] == 1
    numbers = situation(BY_NAME["binary"], ("gru",))
    other = run_cell(moved(numbers), "gru")
    np.testing.assert_allclose(other["hidden"], trace("binary")["hidden"], atol=1e-14)


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


def test_binary_units_write_at_every_pulse_when_1_is_high_and_when_both_are() -> None:
    found = trace("binary")
    pulse, high = found.x[:, 0] == 1, found.previous() > 0
    writes = found["update"] < 0.01
    np.testing.assert_array_equal(writes[:, 0], pulse)
    np.testing.assert_array_equal(writes[:, 1], pulse & high[:, 0])
    np.testing.assert_array_equal(writes[:, 2], pulse & high[:, 0] & high[:, 1])
    assert (found["update"][~writes] > 0.9).all()


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


# 5. 32 units at random, slow to fast ----------------------------------------------------------


def test_crowd_is_32_units_over_100_steps() -> None:
    assert trace("crowd")["hidden"].shape == (100, 32)


def crowd(elsewhere: bool = False) -> Trace:
    numbers = situation(BY_NAME["crowd"], ("gru",))
    return run_cell(moved(numbers) if elsewhere else numbers, "gru")


@both_placements
def test_crowd_units_that_keep_least_move_ten_times_as_far_as_those_that_keep_most(
    elsewhere: bool,
) -> None:
    found = crowd(elsewhere)
    order = order_by_keep(found)
    moves = np.abs(np.diff(found["hidden"], axis=0)).mean(axis=0)
    assert moves[order[-8:]].mean() > 10 * moves[order[:8]].mean()


@both_placements
@both_polarities
def test_crowd_names_the_units_that_keep_most_and_least(
    polarity: Polarity, elsewhere: bool
) -> None:
    mean = crowd(elsewhere)["update"].mean(axis=0)
    most, least = int(mean.argmax()), int(mean.argmin())
    assert elsewhere or (most, least) == (25, 28)
    z = shown(polarity, mean)
    does = "keeps" if polarity == "keep" else "writes"
    words = told("crowd", polarity, elsewhere).attempt
    assert f"Choose unit {most + 1}, which on average {does} {100 * z[most]:.0f} % of" in words
    assert f"then unit {least + 1}, which {does} {100 * z[least]:.0f} %." in words
    assert mean[most] > 0.98
    assert mean[least] < 0.5


@both_polarities
def test_crowd_biases_alone_let_a_state_fade_within_5_to_97_steps(polarity: Polarity) -> None:
    gru = situation(BY_NAME["crowd"]).weights["gru"]
    keep = 1 / (1 + np.exp(-(gru.b_x + gru.b_h)[1]))
    for unit, steps in ((keep.argmin(), 5), (keep.argmax(), 97)):
        assert keep[unit] ** steps < np.exp(-1) < keep[unit] ** (steps - 1)
    assert f"{np.exp(-1):.2f}" == "0.37"
    words = told("crowd", polarity).story
    assert "fade to 37 % within 5 steps in one unit and within 97 in another" in words


# 9. A bit that stays ---------------------------------------------------------------------------


@both_placements
@both_polarities
def test_latch_says_the_numbers_of_its_run(polarity: Polarity, elsewhere: bool) -> None:
    words, found = told("latch", polarity, elsewhere), trace("latch")
    h, gru = found["hidden"], BY_NAME["latch"].weights["gru"]
    assert (found.x[2, 0], found.x[10, 0], gru.w_h[2, 0, 0]) == (1, -1, 4)
    assert not np.delete(found.x[:, 0], [2, 10]).any()
    assert f"pushes it up and it stays up by itself, {said(h[9, 0], 2)} at step 10" in words.story
    assert f"throws it over, to {said(h[19, 0], 2)} at step 20" in words.story
    assert f"at step 6 it has {said(h[5, 1], 2)} left" in words.story
    assert (found["update"] == 0.5).all()
    assert "z is 0.50 in both: what lasts here is not kept by a z near " in words.story
    assert f"near {1 if polarity == 'keep' else 0}, but made anew" in words.story


@both_placements
def test_latch_has_two_states_that_stay_and_below_a_weight_of_2_none(elsewhere: bool) -> None:
    """h = tanh(r w h) with r = 0.5 has other solutions than 0 from w = 2 on, and only then."""
    after = not elsewhere
    for weight, expected in ((4.0, 3), (2.1, 3), (1.9, 1), (1.0, 1)):
        one = np.linspace(-1, 1, 20_001)
        signs = np.sign(np.tanh(0.5 * weight * one) - one)
        assert np.count_nonzero(signs[:-1] * signs[1:] < 0) + (signs == 0).sum() == expected
        weights = BY_NAME["latch"].weights["gru"]
        w_h = weights.w_h.copy()
        w_h[2, 0, 0] = weight
        changed = replace(weights, w_h=w_h, reset_after=after)
        starts = drawn_starts(trace("latch"), 6, 24, np.random.default_rng(5))
        found = fixed_points(changed, np.zeros(1), starts)
        kinds = sorted(point.kind for point in found.points)
        assert kinds == (["saddle", "stable", "stable"] if expected == 3 else ["stable"])
    left = told("latch", "keep").attempt
    assert "from 4 down to 1: below 2 nothing stays, and at step 10 it has 0.07 left" in left
