"""What each claim's screen shows is so, in numbers."""

from typing import Any

import numpy as np
import pytest

from app.compute.runs import run_of
from app.lenses import gradients
from app.screen.baseline import listener, series
from app.screen.screen import Screen, screen_of
from app.setting.claims.memory import LITTLE
from app.setting.setting import Setting
from app.words.numbers import number
from app.words.ties import tied
from gru_core import GRUWeights
from gru_core.gradients import gradient_by_distance
from gru_core.scenes.own import Own
from tests.app.claiming import by_number, shown_at, shown_by


def at_cursor(screen: Screen, cell: Any, track: str) -> float:
    return float(screen.traces[cell][track][screen.step, screen.unit])


def test_the_reset_gate_scales_the_numbers_of_the_book() -> None:
    screen = shown_by(by_number(3))
    reset, old = screen.traces["gru"]["reset"][0], screen.situation.initials["gru"][0]
    np.testing.assert_allclose(reset * old, [0.12, 0.20, 0.24])
    assert screen.step == 0


def test_without_the_reset_gate_the_candidate_is_that_of_the_input_alone() -> None:
    screen = shown_by(by_number(4))
    weights, x = screen.situation.weights["gru"], screen.situation.x
    at = weights.gates.index("candidate")
    alone = np.tanh(x @ weights.w_x[at].T + weights.b_x[at])
    np.testing.assert_allclose(screen.traces["gru"]["candidate"], alone, atol=1e-15)


def test_the_placement_changes_h_by_what_the_note_says() -> None:
    screen = shown_by(by_number(5))
    assert screen.to_own_placement is not None
    assert screen.to_own_placement > 0.01
    assert "the notes below the equations say by how much" in by_number(5).sights[0].look


def test_the_other_polarity_shows_another_z_and_the_same_h() -> None:
    screen = shown_by(by_number(6))
    own = screen_of(Setting(scene="pulse"))
    assert screen.traces["gru"]["hidden"].tobytes() == own.traces["gru"]["hidden"].tobytes()
    np.testing.assert_array_equal(screen.tracks["gru"]["update"], 1 - own.tracks["gru"]["update"])


def test_every_state_lies_between_the_old_one_and_the_candidate() -> None:
    trace = shown_by(by_number(7)).traces["gru"]
    old, new = trace.previous(), trace["candidate"]
    between = (np.minimum(old, new) - 1e-15 <= trace["hidden"]) & (
        trace["hidden"] <= np.maximum(old, new) + 1e-15
    )
    assert between.all()
    assert (np.abs(trace["hidden"]) < 1).all()


def test_gates_that_keep_almost_nothing_keep_a_quarter_of_a_per_cent() -> None:
    screen = shown_by(by_number(12))
    assert [edit.value for edit in screen.edits] == [LITTLE] * 4
    assert 1 / (1 + np.exp(-LITTLE)) == pytest.approx(0.0025, abs=5e-5)


def test_the_output_gate_hides_what_the_lstm_holds() -> None:
    screen = shown_by(by_number(15))
    cell, hidden = (at_cursor(screen, "lstm", track) for track in ("cell", "hidden"))
    assert f"{cell:.3f}" == "0.978" == f"{at_cursor(screen, 'gru', 'hidden'):.3f}"
    assert f"{hidden:.4f}" == "0.0135"
    assert hidden == pytest.approx(at_cursor(screen, "lstm", "output") * np.tanh(cell))


def test_the_coupled_lstm_is_the_gru() -> None:
    """f + i = 1 at every step, and c is the GRU's h."""
    traces = shown_by(by_number(18)).traces
    lstm, gru = traces["lstm"], traces["gru"]
    np.testing.assert_allclose(lstm["forget"] + lstm["input"], 1, atol=1e-12)
    np.testing.assert_allclose(lstm["cell"], gru["hidden"], atol=1e-12)
    assert isinstance(shown_by(by_number(18)).situation.weights["gru"], GRUWeights)


def test_the_lstm_of_1997_forgets_nothing() -> None:
    """Gers et al. (2000) added the forget gate; held at 1 it is as if there were none."""
    lstm = shown_by(by_number(2), "The LSTM of 1997").traces["lstm"]
    np.testing.assert_array_equal(lstm["forget"], 1)
    np.testing.assert_allclose(lstm["cell"], np.cumsum(lstm["input"] * lstm["candidate"], axis=0))
    assert (lstm["cell"][4:] > 0.99).all()


def test_both_versions_of_the_paper_are_shown() -> None:
    versions = [shown_at(sight).notation for sight in by_number(1).sights]
    assert [(one.placement, one.polarity, one.biases) for one in versions] == [
        ("before", "keep", 1),
        ("after", "keep", 1),
    ]


def test_a_unit_goes_half_way_to_its_candidate() -> None:
    screen = shown_by(by_number(7))
    old = float(screen.traces["gru"].previous()[screen.step, screen.unit])
    new, z, h = (at_cursor(screen, "gru", name) for name in ("candidate", "update", "hidden"))
    assert [f"{number:.3f}" for number in (old, new, z, h)] == ["0.300", "0.664", "0.500", "0.482"]
    assert h == pytest.approx((old + new) / 2)
    crowd = shown_by(by_number(7), "Over 100 steps")
    trace, (step, unit) = crowd.traces["gru"], (crowd.step, crowd.unit)
    kept = trace["update"][step, unit] * trace.previous()[step, unit]
    written = trace["hidden"][step, unit] - kept
    assert min(abs(kept), abs(written)) > 0.15, "both can be seen at the cursor"


def test_joined_or_split_the_candidate_s_sum_is_one() -> None:
    joined, split = by_number(8).sights
    assert (shown_at(joined).setting.form, shown_at(split).setting.form) == ("joined", "split")
    screen = shown_at(split)
    w, trace = screen.situation.weights["gru"], screen.traces["gru"]
    at = w.gates.index("candidate")
    inner = trace["reset"][0] * trace.previous()[0]
    apart = w.w_x[at] @ screen.situation.x[0] + w.w_h[at] @ inner
    together = np.hstack([w.w_h[at], w.w_x[at]]) @ np.concatenate([inner, screen.situation.x[0]])
    assert apart[0] == pytest.approx(0.72)
    assert together[0] == pytest.approx(0.72)
    assert all("0.720" in sight.look for sight in (joined, split))


def left_of(screen: Screen, cell: Any) -> float:
    weights = gradients.beside(screen)
    return float(gradient_by_distance(weights.weights[cell], run_of(weights, cell))["hidden"][1])


def test_with_the_same_matrices_biases_decide_what_is_left_of_a_gradient() -> None:
    long, zero = (shown_by(by_number(11), label) for label in ("Long memories", "Zero biases"))
    for part in ("w_x", "w_h"):
        both = [getattr(one.situation.weights["gru"], part) for one in (long, zero)]
        np.testing.assert_array_equal(*both)
    assert left_of(long, "rnn") == left_of(zero, "rnn")
    assert left_of(long, "gru") > 1 > 1e-6 > left_of(zero, "rnn") > 1e6 * left_of(zero, "gru")
    trace = long.traces["gru"]
    direct = np.linalg.norm(trace["update"][1:].prod(axis=0))
    assert direct / left_of(long, "gru") > 0.5, "most of it by the direct path"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("source", ["noise", "sine"])
def test_so_it_is_for_other_draws_while_that_of_a_plain_rnn_may_be_anything(
    source: str, seed: int
) -> None:
    """Claim 11 is no accident of one seed: zero biases, and the GRU's vanishes first."""
    made = {"source": source, "steps": 100, "units": 32}
    long, zero = (
        screen_of(Setting(scene="own", seed=seed, own=Own(**made, scheme=init)))  # type: ignore[arg-type]
        for init in ("chrono", "xavier")
    )
    assert left_of(long, "gru") > 0.5
    assert left_of(zero, "gru") < 1e-4 * left_of(zero, "rnn")
    assert 1e-9 < left_of(zero, "rnn") < 10


def test_four_units_that_keep_almost_nothing_lose_what_they_had_kept() -> None:
    little, kept = by_number(12).sights
    gone, there = left_of(shown_at(little), "gru"), left_of(shown_at(kept), "gru")
    assert (number(gone), number(there)) == (tied("4.17 · 10⁻⁴⁷"), "0.349")
    assert number(gone) in tied(little.look)
    assert number(there) in kept.look


def test_a_trained_unit_holds_its_first_letter_through_a_long_word() -> None:
    screen = shown_by(by_number(13))
    trace, unit = screen.traces["gru"], screen.unit
    assert (len(screen.labels), screen.step, unit) == (29, 28, 83)
    assert trace["update"][0, unit] < 0.02
    assert 0.97 < trace["update"][1:, unit].min() < 0.98
    ends = [f"{value:.3f}" for value in trace["hidden"][[0, -1], unit]]
    assert ends == ["0.988", "0.981"]
    assert all(end in by_number(13).sights[0].look for end in ends)


def test_of_one_training_each_the_plain_rnn_has_the_least_error_and_the_lstm_the_largest() -> None:
    model = series()
    errors = {}
    for sight in by_number(14).sights:
        for cell, trace in shown_at(sight).traces.items():
            errors[cell] = model.rmse(model.predict(trace["hidden"], cell))
    assert errors["rnn"] < errors["gru"] < errors["lstm"]


def test_the_listener_takes_a_tune_for_music_at_the_step_that_is_said() -> None:
    screen = shown_by(by_number(19), "Speech and music")
    model = listener()
    music = model.music(screen.traces["gru"]["hidden"])
    assert (screen.step + 1, model.clip.music_from + 1) == (163, 150)
    assert model.late(music) == 13
    assert music[screen.step] > 0.5 > music[screen.step - 1]


def test_at_the_new_word_the_candidate_is_that_of_the_letter_alone() -> None:
    screen = shown_by(by_number(20), "Reset")
    assert screen.situation.x[screen.step, 1] == 1
    assert at_cursor(screen, "gru", "reset") < 0.01
    weights, x = screen.situation.weights["gru"], screen.situation.x[screen.step]
    alone = np.tanh(weights.w_x[2, screen.unit] @ x)
    assert at_cursor(screen, "gru", "candidate") == pytest.approx(alone, abs=0.01)


def test_a_unit_that_fades_keeps_some_and_is_written_nothing() -> None:
    screen = shown_by(by_number(20), "Update")
    kept = (
        at_cursor(screen, "gru", "hidden")
        / screen.traces["gru"].previous()[screen.step, screen.unit]
    )
    assert at_cursor(screen, "gru", "hidden") > 0.1
    assert kept == pytest.approx(at_cursor(screen, "gru", "update"))
    assert at_cursor(screen, "gru", "candidate") == 0
