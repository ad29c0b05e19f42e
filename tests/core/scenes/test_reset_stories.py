"""Scenes that are about the reset gate show what their stories say: slate and book."""

from dataclasses import replace

import numpy as np
import pytest

from gru_core import run
from gru_core.changes.interventions import Intervention
from gru_core.conventions import Polarity
from gru_core.scenes.scene import situation
from tests.core.opened_scenes import BY_NAME, moved, said, shown, told, trace

both_polarities = pytest.mark.parametrize("polarity", ["keep", "write"])
both_placements = pytest.mark.parametrize("elsewhere", [False, True], ids=["own", "moved"])

# Starting anew at each word -------------------------------------------------------------------

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


@both_placements
@both_polarities
def test_slate_says_that_both_gates_do_it(polarity: Polarity, elsewhere: bool) -> None:
    words, found = told("slate", polarity, elsewhere), trace("slate")
    z = shown(polarity, found["update"])
    assert np.ptp(z) == 0
    shut = found["reset"][FIRST_LETTERS, 0]
    assert {said(r, 3) for r in shut} == {"0.002"}
    assert (
        "its reset gate shuts (r is 0.002), so its candidate does not see the past" in words.story
    )
    assert f"z is {said(z[0, 0], 3)} at every step" in words.story
    assert said(z[0, 0], 3) == {"keep": "0.002", "write": "0.998"}[polarity]
    assert "from −12 to 0:" in words.attempt


@both_placements
@both_polarities
def test_slate_with_z_held_stays_although_its_reset_gate_shuts(
    polarity: Polarity, elsewhere: bool
) -> None:
    numbers = situation(BY_NAME["slate"], ("gru",))
    numbers = moved(numbers) if elsewhere else numbers
    held = run(
        numbers.weights["gru"], numbers.x, interventions=(Intervention("gru", "update", 0.9),)
    )
    hidden = held["hidden"][:, 0]
    assert abs(hidden[7] - hidden[6]) < 0.01
    assert abs(trace("slate")["hidden"][7, 0] - trace("slate")["hidden"][6, 0]) > 0.3
    words = told("slate", polarity, elsewhere).again
    assert f"Hold z of unit 1 at {shown(polarity, 0.9):.1f}, so that it " in words
    assert ("that it keeps" in words) == (polarity == "keep")
    assert ("that it writes little" in words) == (polarity == "write")
    assert f"at step 8 r is {said(held['reset'][7, 0], 3)} as before" in words
    assert f"h stays ({said(hidden[6], 3)}, then {said(hidden[7], 3)})" in words


# The reset gate in three numbers --------------------------------------------------------------


@both_polarities
def test_book_says_what_the_reset_gate_lets_through_of_the_state(polarity: Polarity) -> None:
    words = told("book", polarity)
    assert (
        "the old state 0.6, 0.5 and 0.3, and at every step the reset gate r is 0.2, 0.4 and"
        " 0.8." in words.story
    )
    assert "r = 0.2 keeps 20 % of 0.6 for the candidate, 0.2·0.6 = 0.12," in words.story
    assert "0.4·0.5 = 0.20 and 0.8·0.3 = 0.24 at step 1" in words.story
    assert (
        "type 7 for the bias b of its reset gate: r is 0.999, and nearly all of 0.6"
        in words.attempt
    )


@both_polarities
def test_book_says_after_the_product_what_the_reset_gate_scales_there(polarity: Polarity) -> None:
    words, gru = told("book", polarity, elsewhere=True), BY_NAME["book"].weights["gru"]
    products = gru.w_h[2] @ [0.6, 0.5, 0.3]
    rows = [f"{r:g}·{u:.2g} = {r * u:.2f}" for r, u in zip((0.2, 0.4, 0.8), products, strict=True)]
    assert rows == ["0.2·0.85 = 0.17", "0.4·0.65 = 0.26", "0.8·0.6 = 0.48"]
    assert f"{rows[0]}, and so {rows[1]} and {rows[2]} at step 1." in words.story
    assert (
        "it scales what the candidate's weights U make of it: r = 0.2 keeps 20 % of 0.85"
        in words.story
    )
    assert "nearly all of 0.85 enters the candidate" in words.attempt


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
