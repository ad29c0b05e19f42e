"""A target and its text say the same, and a bad text is told what is wrong with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core.changes.targets import AXES, Target, parts_of
from gru_core.conventions import GATES
from gru_core.errors import GatescopeError, RangeError, TextError, UnknownNameError


@st.composite
def targets(draw):
    owner = draw(st.sampled_from(("x", "gru", "lstm", "rnn")))
    part = draw(st.sampled_from(parts_of(owner)))
    sizes = [len(GATES[owner]) if axis == "gate" else 10**9 for axis in AXES[part]]
    return Target(owner, part, tuple(draw(st.integers(0, size - 1)) for size in sizes))


@given(targets())
def test_a_target_survives_its_text(target) -> None:
    assert Target.parse(str(target)) == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("x.4.0", Target("x", "x", (4, 0))),
        ("gru.h0.2", Target("gru", "h0", (2,))),
        ("lstm.c0.1", Target("lstm", "c0", (1,))),
        ("gru.w_x.update.3.0", Target("gru", "w_x", (1, 3, 0))),
        ("gru.w_h.candidate.1.2", Target("gru", "w_h", (2, 1, 2))),
        ("lstm.b_x.forget.3", Target("lstm", "b_x", (1, 3))),
        ("gru.b_h.reset.0", Target("gru", "b_h", (0, 0))),
        ("rnn.w_h.hidden.1.2", Target("rnn", "w_h", (0, 1, 2))),
    ],
)
def test_texts_mean_what_links_already_say(text, target) -> None:
    assert Target.parse(text) == target
    assert str(target) == text


def test_a_target_knows_its_gate() -> None:
    assert Target.parse("lstm.b_x.forget.3").gate == "forget"
    assert Target.parse("gru.h0.0").gate is None


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", UnknownNameError, "owner '' does not exist; choose one of: x, gru, lstm, rnn"),
        ("GRU.h0.1", UnknownNameError, "owner 'GRU' does not exist"),
        ("gru", TextError, "stops after its owner; add one of: h0, w_x"),
        ("gru.c0.1", UnknownNameError, "part of gru 'c0' does not exist"),
        ("gru.w_x.forget.1.2", UnknownNameError, "GRU gate 'forget' .* reset, update, candidate"),
        ("gru.w_x.1.1.2", UnknownNameError, "GRU gate '1' does not exist"),
        ("gru.w_x.update.1", TextError, "has 2 indices; it needs 3: gate, unit, input"),
        ("x.1", TextError, "'x.1' has 1 indices; it needs 2: step, input"),
        ("x.1.-1", TextError, "'-1' as its input; it needs a whole number from 0"),
        ("x.01.1", TextError, "'01' as its step"),
        ("x.١.1", TextError, "as its step"),
        ("x.1.9999999999", TextError, "as its input"),
        ("x." + "9" * 5000, TextError, "has 1 indices"),
    ],
)
def test_a_bad_text_is_refused_with_the_reason(text, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        Target.parse(text)
    assert len(str(caught.value)) < 250


@given(st.text())
def test_any_text_is_a_target_or_an_explained_refusal(text) -> None:
    try:
        answer = str(Target.parse(text))
    except GatescopeError as error:
        answer = str(error)
    assert answer == text or len(answer) > 20


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        (("gru", "w_x", (3, 0, 0)), RangeError, "gru.w_x has no gate 3; it has 3"),
        (("gru", "h0", (0, 0)), TextError, "gru.h0 has 2 indices"),
        (("x", "x", (0, -1)), RangeError, "input of x is -1; it needs a whole number"),
        (("x", "x", (0, 1.5)), RangeError, "is 1.5"),
        (("x", "h0", (0,)), UnknownNameError, "part of x 'h0'"),
    ],
)
def test_a_target_that_points_nowhere_cannot_be_made(fields, error, says) -> None:
    with pytest.raises(error, match=says):
        Target(*fields)
