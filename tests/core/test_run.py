"""What a run computes, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gru_core import GRUWeights, run
from gru_core.cells.steps import STEPS
from gru_core.errors import (
    EmptySequenceError,
    GatescopeError,
    NotFiniteError,
    ShapeError,
    UnknownNameError,
)

moderate = st.floats(-3, 3)


def a_gru(draw, units=3, inputs=2, **options):
    shapes = ((3, units, inputs), (3, units, units), (3, units), (3, units))
    return GRUWeights(
        *(draw(arrays(float, shape, elements=moderate)) for shape in shapes), **options
    )


@st.composite
def gru_runs(draw):
    weights = a_gru(draw, reset_after=draw(st.booleans()))
    x = draw(arrays(float, st.tuples(st.integers(1, 6), st.just(2)), elements=moderate))
    return run(weights, x, draw(arrays(float, 3, elements=st.floats(-0.999, 0.999))))


def test_a_trace_keeps_its_own_numbers_and_nothing_else(layer, x, start) -> None:
    """Of a kept run as much again would be the room that it was computed in."""
    trace = run(layer, x, start)
    for name, track in trace.items():
        memory = track
        while memory.base is not None:
            memory = memory.base
        assert memory.nbytes == track.nbytes, name


def test_the_fast_loop_equals_the_written_timestep(layer, x, start) -> None:
    trace, states = run(layer, x, start), start
    for t, now in enumerate(x):
        computed = STEPS[layer.cell](layer, now, *states)._asdict()
        for name, value in computed.items():
            np.testing.assert_allclose(trace[name][t], value, rtol=0, atol=1e-14)
        states = [computed[name] for name in ("hidden", "cell") if name in computed]


def test_a_float32_run_stays_float32_and_near(layer, x, start) -> None:
    trace = run(layer.astype(np.float32), x, start)
    for name, track in run(layer, x, start).items():
        assert trace[name].dtype == np.float32
        np.testing.assert_allclose(trace[name], track, atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(gru_runs())
def test_hidden_lies_between_the_old_state_and_the_candidate(trace) -> None:
    ends = np.stack((trace.previous("hidden"), trace["candidate"]))
    assert (trace["hidden"] >= ends.min(axis=0) - 1e-15).all()
    assert (trace["hidden"] <= ends.max(axis=0) + 1e-15).all()


@settings(max_examples=60, deadline=None)
@given(gru_runs())
def test_from_inside_the_unit_interval_hidden_never_leaves_it(trace) -> None:
    assert (np.abs(trace["hidden"]) < 1).all()
    for gate in ("reset", "update"):
        assert ((trace[gate] >= 0) & (trace[gate] <= 1)).all()


@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_update_gate_at_one_copies_the_previous_hidden_state(make_layer, x, kind) -> None:
    gru = make_layer(kind)
    for unit in range(4):
        gru = gru.with_value("b_x", (1, unit), 1000.0)
    start = np.array([0.3, -0.7, 0.1, 0.9])
    trace = run(gru, x, start)
    assert (trace["update"] == 1).all()
    np.testing.assert_array_equal(trace["hidden"], np.tile(start, (7, 1)))


def test_update_gate_at_zero_writes_the_candidate(gru, x) -> None:
    for unit in range(4):
        gru = gru.with_value("b_x", (1, unit), -1000.0)
    trace = run(gru, x)
    assert (trace["update"] == 0).all()
    np.testing.assert_allclose(trace["hidden"], trace["candidate"], atol=1e-15)


def test_reset_gate_at_zero_makes_the_candidate_forget(make_layer, x) -> None:
    for kind in ("gru", "gru before"):
        gru = make_layer(kind)
        for unit in range(4):
            gru = gru.with_value("b_x", (0, unit), -1000.0)
        own = 0 if kind == "gru" else gru.b_h[2]
        expected = np.tanh(x @ gru.w_x[2].T + gru.b_x[2] + own)
        np.testing.assert_allclose(run(gru, x)["candidate"], expected, atol=1e-15)


def test_forget_one_and_input_zero_carry_the_cell_unchanged(make_layer, x) -> None:
    weights = make_layer("lstm")
    for unit in range(4):
        weights = weights.with_value("b_x", (0, unit), -1000.0).with_value("b_x", (1, unit), 1000.0)
    cell = np.array([2.5, -0.7, 0.1, -4.0])
    trace = run(weights, x, (np.zeros(4), cell))
    np.testing.assert_array_equal(trace["cell"], np.tile(cell, (7, 1)))
    np.testing.assert_allclose(trace["hidden"], trace["output"] * np.tanh(cell), atol=1e-15)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_largest_numbers_we_accept_saturate_without_a_warning(layer, dtype) -> None:
    huge = np.full((5, 3), 1e15)
    huge[1] *= -1
    for name, track in run(layer.astype(dtype), huge).items():
        assert np.isfinite(track).all(), name


def test_initial_zeros_are_the_default(layer, x) -> None:
    zeros = tuple(np.zeros(4) for _ in range(2 if layer.cell == "lstm" else 1))
    np.testing.assert_array_equal(run(layer, x)["hidden"], run(layer, x, zeros)["hidden"])


def test_one_state_may_be_given_bare_or_in_a_tuple(gru, x) -> None:
    h = [0.1, 0.2, 0.3, 0.4]
    bare = run(gru, x, h)["hidden"]
    for same in (np.array(h), tuple(h), (h,)):
        np.testing.assert_array_equal(run(gru, x, same)["hidden"], bare)


@pytest.mark.parametrize(
    ("x", "error", "says"),
    [
        (np.ones((0, 3)), EmptySequenceError, "x has no steps; a run needs at least one"),
        (np.ones(3), ShapeError, r"x has shape \(3,\); a sequence has two axes, \(step, input\)"),
        (np.ones((5, 2)), ShapeError, r"these weights take 3 inputs, so it needs \(5, 3\)"),
        (np.ones((5, 0)), ShapeError, "x has no inputs"),
        ([[1, 2, 3], [4, np.nan, 6]], NotFiniteError, r"x\[1, 1\] is nan; it needs a finite"),
        ([[1, 2, 3], [4, 5]], ShapeError, "x has rows of different lengths"),
    ],
)
def test_a_wrong_sequence_is_refused_with_the_reason(gru, x, error, says) -> None:
    with pytest.raises(error, match=says):
        run(gru, x)


def test_a_number_too_large_for_float32_is_refused_not_turned_into_infinity(gru) -> None:
    with pytest.raises(GatescopeError, match=r"x\[0, 0\] is inf"):
        run(gru.astype(np.float32), [[1e300, 0, 0]])


@pytest.mark.parametrize(
    ("kind", "initial", "says"),
    [
        ("gru", np.ones(3), r"the initial hidden has shape \(3,\); a layer of 4 units"),
        ("gru", (np.ones(4), np.ones(4)), "initial has 2 states; the GRU needs 1"),
        ("lstm", np.ones(4), r"initial has 1 states; the LSTM needs 2, \(hidden, cell\)"),
        ("lstm", (np.ones(4), np.ones(5)), "the initial cell has shape"),
        ("rnn", np.full(4, np.inf), r"the initial hidden\[0\] is inf"),
    ],
)
def test_a_wrong_initial_state_is_refused_with_the_reason(
    make_layer, x, kind, initial, says
) -> None:
    with pytest.raises(GatescopeError, match=says):
        run(make_layer(kind), x, initial)


def test_an_unknown_engine_is_answered_with_the_known(gru, x) -> None:
    with pytest.raises(UnknownNameError, match=r"engine 'jax' does not exist; .* numpy, torch"):
        run(gru, x, engine="jax")


def test_the_same_run_twice_is_the_same_to_the_bit(layer, x, start) -> None:
    first, second = run(layer, x, start), run(layer, x, start)
    assert all((first[name] == second[name]).all() for name in first)
