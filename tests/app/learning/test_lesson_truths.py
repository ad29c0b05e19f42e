"""What lessons say in words, without a number, is so."""

import pytest

from app.lenses import view_of
from app.screen.baseline import listener
from app.screen.screen import screen_of
from tests.app.teaching import number_at, of, played, said


def test_an_update_bias_of_three_brings_z_just_over_95_percent() -> None:
    setting = played("gru.b_x.update.1_3.0", of("weights-bias-sigma.4").before)
    assert 0.95 < number_at(screen_of(setting), "gru.update.7.1") < 0.96


def test_holding_the_reset_gate_changes_nothing_where_candidates_have_no_u() -> None:
    at = of("the-candidate.6")
    h = [screen_of(setting).traces["gru"]["hidden"] for setting in (at.before, at.after)]
    assert (h[0] == h[1]).all()


def test_chung_turns_z_round_and_leaves_h_bit_for_bit() -> None:
    at = of("two-conventions.2")
    before, after = screen_of(at.before), screen_of(at.after)
    assert (before.traces["gru"]["hidden"] == after.traces["gru"]["hidden"]).all()
    assert (after.tracks["gru"]["update"] == 1 - before.tracks["gru"]["update"]).all()
    said_after = f"{number_at(after, 'gru.update.3.3'):.4f}"
    assert said_after == f"{said('two-conventions.2', 'gru.update.complement.3.3'):.4f}"


def test_the_same_weights_with_the_reset_before_are_further_off_than_no_network() -> None:
    name = "before-or-after.6"
    last = said(name, "series.error.last")
    assert said(name, "series.error.gru") < last < said(name, "try series.error.gru")


def test_sets_of_weights_are_one_three_and_four() -> None:
    rnn, gru = (said("parameters-and-cost.1", f"{c}.parameters.2") for c in ("rnn", "gru"))
    assert gru == 3 * rnn
    lstm = said("parameters-and-cost.2", "lstm.parameters.2")
    assert lstm == 4 * rnn
    one = said("parameters-and-cost.4", "gru.parameters.1")
    assert gru - one == 32 * 3


def test_half_lives_fall_to_a_fiftieth_where_z_falls_by_an_eighth() -> None:
    name = "how-long-a-unit-remembers.5"
    z, half = (said(name, f"gru.{one}.7.3") for one in ("update", "half_life"))
    less = said(name, "try gru.update.7.3")
    assert 1 - less / z == pytest.approx(1 / 8, abs=0.01)
    assert half / said(name, "try gru.half_life.7.3") == pytest.approx(50, abs=2)
    asked = of("how-long-a-unit-remembers.6").step["check"]["between"]
    assert pytest.approx(asked, abs=1e-4) == [0.5 ** (1 / 17), 0.5 ** (1 / 24)]
    assert (
        f"z of about {100 * 0.5 ** (1 / 20):.0f} %."
        in of("how-long-a-unit-remembers.6").step["text"]
    )


def test_gradients_vanish_and_survive_as_the_lesson_says() -> None:
    name = "vanishing-gradients"
    assert said(f"{name}.1", "rnn.gradient.hidden.0") < 1e-6
    assert said(f"{name}.2", "gru.gradient.hidden.0") > 1
    gru, rnn = (said(f"{name}.4", f"{cell}.gradient.hidden.0") for cell in ("gru", "rnn"))
    assert gru < rnn
    assert said(f"{name}.5", "try gru.gradient.hidden.0") < 1e-40
    long, zero = (screen_of(of(f"{name}.{step}").before) for step in (3, 4))
    for part in ("w_x", "w_h"):
        pair = [getattr(one.situation.weights["gru"], part) for one in (long, zero)]
        assert (pair[0] == pair[1]).all()


def test_without_a_forget_gate_all_four_units_hold_the_pulse() -> None:
    cell = screen_of(of("the-lstm-compared.4").after).traces["lstm"]["cell"]
    assert (cell[9] > 0.98).all()


def test_a_late_input_moves_no_forward_state_before_it_and_backward_ones() -> None:
    at = of("both-directions.2")
    [words] = [one for one in view_of(screen_of(at.after)).words if "You changed" in one]
    assert "no forward state before step 18 has moved; backward states have" in words
    h = [screen_of(setting).traces["gru"]["hidden"] for setting in (at.before, at.after)]
    assert (h[0][:17] == h[1][:17]).all()
    assert (h[0][17:] != h[1][17:]).any()


def test_the_silent_letter_passes_and_the_next_is_written() -> None:
    z = screen_of(of("reading-a-trained-network.4").before).traces["gru"]["update"][:, 216]
    assert z.argmin() == 1
    assert z[0] > 0.9


def test_dozens_of_units_are_on_through_the_first_three_letters() -> None:
    h = screen_of(of("reading-a-trained-network.6").before).traces["gru"]["hidden"][:3]
    on = (h > 0.3).all(axis=0) | (h < -0.3).all(axis=0)
    assert 24 < on.sum() < 200


def test_the_plain_rnn_has_the_least_error_on_the_sea() -> None:
    at = of("a-real-series.6")
    errors = {cell: at.value(f"series.trained.{cell}") for cell in ("gru", "lstm", "rnn")}
    assert min(errors, key=lambda cell: errors[cell]) == "rnn"


def test_untrained_gates_are_never_near_an_end_and_the_readers_mostly() -> None:
    free = screen_of(of("trained-gates.2").before).traces["gru"]
    trained = screen_of(of("trained-gates.3").before).traces["gru"]
    for gate in ("reset", "update"):
        assert ((free[gate] > 0.1) & (free[gate] < 0.9)).all()
        assert ((trained[gate] < 0.1) | (trained[gate] > 0.9)).mean() > 0.6


def test_the_reader_needs_z_and_not_r_to_say_recurrent() -> None:
    word = " ".join(screen_of(of("trained-gates.4").before).phonemes or ())
    assert f": {word}." in of("trained-gates.4").step["text"]
    assert " ".join(screen_of(of("trained-gates.4").after).phonemes or ()) != word
    held = of("trained-gates.6")
    assert " ".join(screen_of(held.after).phonemes or ()) == word
    shut = played("held:gru.reset.all.all_0.0", held.before)
    assert " ".join(screen_of(shut).phonemes or ()) != word


def test_with_all_of_the_past_in_every_candidate_no_tune_is_heard() -> None:
    at = of("speech-or-music.5")
    most = [
        listener().music(screen_of(setting).traces["gru"]["hidden"]).max()
        for setting in (at.before, played("held:gru.reset.all.all_1.0", at.before))
    ]
    assert most[0] > 0.5 > most[1]
