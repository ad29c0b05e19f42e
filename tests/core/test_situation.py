"""Edits round-trip through their text and change exactly the number they name."""

import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.errors import (
    GatescopeError,
    NotFiniteError,
    RangeError,
    ShapeError,
    UnknownNameError,
)
from gru_core.situation import (
    Edit,
    Situation,
    Target,
    apply_edits,
    format_edits,
    parse_edits,
    value_at,
)

TARGETS = ("x.4.0", "gru.h0.2", "lstm.c0.1", "gru.w_x.update.3.0", "rnn.b_h.hidden.1")
edits = st.builds(
    Edit,
    st.sampled_from(TARGETS).map(Target.parse),
    st.floats(-1e15, 1e15),
)


@pytest.fixture
def situation(make_layer, x):
    return Situation(x, {"gru": make_layer("gru"), "lstm": make_layer("lstm")})


@given(st.lists(edits))
def test_a_list_of_edits_survives_its_text_to_the_bit(many) -> None:
    parsed, rejected = parse_edits(format_edits(many))
    assert parsed == tuple(many)
    assert [math.copysign(1, e.value) for e in parsed] == [math.copysign(1, e.value) for e in many]
    assert rejected == []


@given(st.lists(edits))
def test_the_text_uses_only_what_a_url_leaves_alone(many) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._~-]*", format_edits(many))


@given(st.text(alphabet="x.gru_~0123456789-e", max_size=40) | st.text())
def test_no_piece_of_text_is_dropped_without_a_word(text) -> None:
    parsed, rejected = parse_edits(text)
    refused = [piece for piece, _ in rejected]
    understood = [piece for piece in text.split("~") if piece not in refused] if text else []
    assert parsed == tuple(edit for piece in understood for edit in parse_edits(piece).edits)
    assert all(parse_edits(piece).edits for piece in understood)
    assert all(reason for _, reason in rejected)


def test_good_edits_are_kept_beside_refused_ones() -> None:
    parsed, rejected = parse_edits("x.0.0_1~gru.b_x.forget.0_2~x.1.0_-0.5")
    assert [str(edit) for edit in parsed] == ["x.0.0_1.0", "x.1.0_-0.5"]
    assert rejected == [
        (
            "gru.b_x.forget.0_2",
            "GRU gate 'forget' does not exist; choose one of: reset, update, candidate.",
        )
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x.0.0", "does not end in a value; write target_number"),
        ("x.0.0_", "does not end in a value"),
        ("x.0.0_nan", "does not end in a value"),
        ("x.0.0_0,5", "does not end in a value"),
        ("x.0.0_1_000", "x.0.0_1"),
        ("x.0.0_1e999", "the value of x.0.0 is inf"),
        ("x.0.0_1e20", "magnitudes up to 1e\\+15"),
        ("x.0.0_٣", "does not end in a value"),
    ],
)
def test_a_value_that_is_not_a_number_is_refused_with_the_reason(text, says) -> None:
    parsed, [(piece, reason)] = parse_edits(text)
    assert parsed == ()
    assert piece == text
    assert re.search(says, reason)


def test_an_edit_needs_a_finite_value() -> None:
    with pytest.raises(NotFiniteError, match=r"the value of x\.0\.0 is nan"):
        Edit(Target("x", "x", (0, 0)), float("nan"))


@pytest.mark.parametrize(
    "text",
    ["x.4.1", "gru.h0.2", "lstm.c0.1", "lstm.h0.0", "gru.w_x.update.3.0", "lstm.b_h.output.1"],
)
def test_an_edit_changes_the_number_it_names_and_no_other(situation, text) -> None:
    target = Target.parse(text)
    after = apply_edits(situation, [Edit(target, 7.25)])
    assert value_at(after, target) == 7.25
    assert value_at(situation, target) != 7.25
    assert differences(situation, after) == 1


def differences(one, two):
    def numbers(s):
        layers = (part for w in s.weights.values() for part in (w.w_x, w.w_h, w.b_x, w.b_h))
        states = (state for states in s.initials.values() for state in states)
        return np.concatenate([part.ravel() for part in (s.x, *layers, *states)])

    return (numbers(one) != numbers(two)).sum()


def test_edits_apply_in_order_and_the_last_wins(situation) -> None:
    target, other = Target.parse("gru.w_h.reset.0.1"), Target.parse("gru.w_h.reset.0.2")
    after = apply_edits(situation, [Edit(target, 1), Edit(other, 5), Edit(target, 2)])
    assert (value_at(after, target), value_at(after, other)) == (2, 5)


def test_no_edits_change_nothing(situation) -> None:
    assert differences(situation, apply_edits(situation, [])) == 0


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("x.7.0", RangeError, "x has no step 7; it has 7, counted from 0: use 0 to 6"),
        ("gru.w_h.update.0.4", RangeError, "gru.w_h has no unit 4; it has 4"),
        ("lstm.c0.9", RangeError, "lstm.c0 has no unit 9"),
        ("rnn.h0.0", UnknownNameError, "cell of this scene 'rnn' .* one of: gru, lstm"),
    ],
)
def test_an_edit_outside_the_scene_is_refused_with_the_sizes(situation, text, error, says) -> None:
    for look in (lambda t: value_at(situation, t), lambda t: apply_edits(situation, [Edit(t, 0)])):
        with pytest.raises(error, match=says):
            look(Target.parse(text))


def test_initial_states_left_out_are_zeros(situation) -> None:
    assert [len(states) for states in situation.initials.values()] == [1, 2]
    assert not any(state.any() for states in situation.initials.values() for state in states)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"x": np.ones((2, 5))}, ShapeError, "these weights take 3 inputs"),
        ({"initials": {"rnn": (np.ones(4),)}}, UnknownNameError, "initial state 'rnn'"),
        ({"initials": {"gru": (np.ones(5),)}}, ShapeError, r"needs \(4,\)"),
    ],
)
def test_a_situation_that_does_not_fit_together_is_refused(situation, change, error, says) -> None:
    fields = {"x": situation.x, "weights": situation.weights, "initials": situation.initials}
    with pytest.raises(error, match=says):
        Situation(**fields | change)


def test_weights_under_another_cells_name_are_refused(situation) -> None:
    with pytest.raises(ShapeError, match="the weights under 'lstm' are those of a GRU"):
        Situation(situation.x, {"lstm": situation.weights["gru"]})


def test_a_situation_cannot_be_changed_and_can_be_pickled(situation) -> None:
    again = pickle.loads(pickle.dumps(situation))
    assert differences(situation, again) == 0
    with pytest.raises(TypeError):
        again.weights["gru"] = None
    with pytest.raises(ValueError, match="read-only"):
        again.x[0, 0] = 1


def test_refusals_are_our_own_errors() -> None:
    with pytest.raises(GatescopeError):
        Edit.parse("nonsense")
