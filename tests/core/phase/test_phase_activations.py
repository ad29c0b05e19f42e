"""Fixed points of layers with corners: known by hand, and none where there is no derivative."""

from typing import Any

import numpy as np
import pytest

from gru_core import GRUWeights, LSTMWeights, RNNWeights, run
from gru_core.conventions import STATES
from gru_core.phase import drawn_starts, fixed_points


def relu(matrix: Any, bias: Any) -> RNNWeights:
    w_h = np.atleast_2d(np.asarray(matrix, float))
    units = len(w_h)
    b_x = np.asarray(bias, float).reshape(1, units)
    return RNNWeights(
        np.zeros((1, units, 1)), w_h[np.newaxis], b_x, np.zeros((1, units)),
        state_activation="relu",
    )  # fmt: skip


def grid(entries: int, high: float = 3.0) -> np.ndarray:
    side = np.linspace(-high, high, 7)
    return np.stack(np.meshgrid(*[side] * entries), axis=-1).reshape(-1, entries)


def test_a_straight_line_of_slope_half_has_one_point() -> None:
    """h = relu(h / 2 + 1): at 2, where the slope is 1/2."""
    [point] = fixed_points(relu(0.5, [1.0]), [0.0], grid(1)).points
    assert point.state[0] == pytest.approx(2, abs=1e-12)
    assert point.eigenvalues[0] == pytest.approx(0.5)
    assert point.kind == "stable"


def test_a_line_that_grows_has_an_unstable_point_and_one_where_relu_is_shut() -> None:
    """h = relu(2 h − 1): at 1, and at 0, where nothing gets through."""
    found = fixed_points(relu(2.0, [-1.0]), [0.0], grid(1)).points
    assert [(one.kind, one.state[0], one.radius) for one in found] == [
        ("stable", 0, 0),
        ("unstable", pytest.approx(1, abs=1e-12), pytest.approx(2)),
    ]


def test_a_corner_has_no_derivative_and_is_left_out() -> None:
    """h = relu(2 h) stays at 0, but leaves it upwards: neither stable nor unstable."""
    assert fixed_points(relu(2.0, [0.0]), [0.0], grid(1)).points == ()


def test_where_every_state_above_zero_stays_there_is_no_single_point() -> None:
    assert fixed_points(relu(np.eye(2), [0.0, 0.0]), [0.0], grid(2)).points == ()


def test_states_that_grow_without_end_lead_nowhere_and_warn_of_nothing() -> None:
    found = fixed_points(relu(1e3, [1.0]), [0.0], grid(1))
    assert all(abs(one.state[0]) < 1 for one in found.points)
    assert fixed_points(relu(1e3, [1.0]), [0.0], [[1.0], [2.0]]).points == ()


def gru(update: float, candidate: float, gate: str) -> GRUWeights:
    """One unit, z = gate(update), n = tanh(candidate · h / 2 + 1/4): r is 1/2."""
    w_h, b_x = np.zeros((3, 1, 1)), np.zeros((3, 1))
    w_h[2], b_x[1], b_x[2] = candidate, update, 0.25
    return GRUWeights(np.zeros((3, 1, 1)), w_h, b_x, np.zeros((3, 1)), gate_activation=gate)


@pytest.mark.parametrize("gate", ["hard_sigmoid", "hard_sigmoid_sixth"])
def test_a_hard_update_gate_at_one_keeps_every_state_so_none_is_a_point(gate) -> None:
    assert fixed_points(gru(5.0, 1.0, gate), [0.0], grid(1)).points == ()
    [point] = fixed_points(gru(1.0, 1.0, gate), [0.0], grid(1)).points
    z = {"hard_sigmoid": 0.7, "hard_sigmoid_sixth": 1 / 6 + 0.5}[gate]
    h = point.state[0]
    assert h == pytest.approx(np.tanh(h / 2 + 0.25), abs=1e-12)
    assert point.eigenvalues[0] == pytest.approx(z + (1 - z) * (1 - h**2) / 2, abs=1e-12)


def test_a_hard_forget_gate_at_one_carries_the_cell_state_and_has_no_point() -> None:
    b_x = np.array([[-9.0], [9.0], [0.0], [0.0]])
    weights = LSTMWeights(
        np.zeros((4, 1, 1)), np.zeros((4, 1, 1)), b_x, np.zeros((4, 1)),
        gate_activation="hard_sigmoid",
    )  # fmt: skip
    assert fixed_points(weights, [0.0], grid(2)).points == ()


@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_every_point_stays_and_a_run_from_beside_it_goes_as_its_radius_says(
    make_layer, kind
) -> None:
    gates = {} if kind == "rnn" else {"gate_activation": "hard_sigmoid"}
    checked = 0
    for seed in range(12):
        weights = make_layer(kind, units=3, scale=0.6, seed=seed, **gates, state_activation="relu")
        names = STATES[weights.cell]
        starts = np.random.default_rng(seed).uniform(-2, 2, (6, 3 * len(names)))
        for point in fixed_points(weights, np.zeros(3), starts).points:
            checked += 1
            here = tuple(np.split(point.state, len(names)))
            trace = run(weights, np.zeros((1, 3)), here)
            after = np.concatenate([trace[name][0] for name in names])
            np.testing.assert_allclose(after, point.state, rtol=0, atol=1e-9)
            if point.kind == "stable" and point.radius < 0.9:
                beside = tuple(np.split(point.state + 1e-5, len(names)))
                end = run(weights, np.zeros((300, 3)), beside)
                last = np.concatenate([end[name][-1] for name in names])
                np.testing.assert_allclose(last, point.state, rtol=0, atol=1e-7)
    assert checked > 4


def test_starts_of_relu_are_drawn_as_far_as_its_states_are_shown(make_layer, x) -> None:
    trace = run(make_layer("gru", state_activation="relu"), x)
    drawn = drawn_starts(trace, 0, 400, np.random.default_rng(0), "relu")
    assert 2.5 < np.abs(drawn).max() <= 3
    assert np.abs(drawn_starts(trace, 0, 400, np.random.default_rng(0))).max() <= 1


def test_a_corner_that_nothing_comes_back_from_leaves_the_eigenvalues_as_they_are() -> None:
    """An LSTM whose candidate is shut: c = c / 2 stays at 0, where h = relu(c) / 2 bends."""
    b_x = np.array([[0.0], [0.0], [-1.0], [0.0]])
    w_h = np.full((4, 1, 1), 0.3)
    weights = LSTMWeights(np.zeros((4, 1, 1)), w_h, b_x, np.zeros((4, 1)), state_activation="relu")
    [point] = fixed_points(weights, [0.0], grid(2)).points
    np.testing.assert_array_equal(point.state, 0)
    np.testing.assert_allclose(sorted(point.eigenvalues.real), [0, 0.5], atol=1e-12)
