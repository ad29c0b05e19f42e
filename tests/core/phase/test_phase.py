"""Planes, principal components and the field of one step: each against runs of that step."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gru_core import RNNWeights, Trace, run
from gru_core.conventions import STATES
from gru_core.errors import NotFiniteError, RangeError, ShapeError, UnknownNameError
from gru_core.phase import Plane, components, field, trajectory, unit_plane, visited
from gru_core.run import run_backward

ROOT = Path(__file__).parents[3]
GRID = (np.array([-0.8, 0.1, 0.6]), np.array([-0.5, 0.0, 0.4, 0.9]))


def stepped(weights, x, state):
    """The state one step on, by a run of its own."""
    names = STATES[weights.cell]
    one = run(weights, x[np.newaxis], tuple(np.split(state, len(names))))
    return np.concatenate([one[name][0] for name in names])


def a_plane(entries: int, seed: int = 5) -> Plane:
    rng = np.random.default_rng(seed)
    axes = np.linalg.qr(rng.normal(size=(entries, 2)))[0].T
    return Plane(rng.uniform(-0.3, 0.3, entries), axes)


def noisy(states: np.ndarray) -> Trace:
    """A plain RNN that went through these states, the first of which it started from."""
    return Trace("rnn", np.zeros((len(states) - 1, 1)), (states[0],), {"hidden": states[1:]})


# Planes ---------------------------------------------------------------------------------------


def test_coordinates_in_a_plane_of_two_units_are_their_values() -> None:
    rest = np.array([0.1, 0.2, 0.3, 0.4])
    plane = unit_plane(4, 3, 1, rest)
    state = np.array([0.5, -0.6, 0.7, -0.8])
    np.testing.assert_array_equal(plane.coordinates(state), [-0.8, -0.6])
    np.testing.assert_allclose(plane.states([-0.8, -0.6]), [0.1, -0.6, 0.3, -0.8])
    np.testing.assert_array_equal(unit_plane(4, 3, 1).states([[1.0, 2.0]]), [[0, 2, 0, 1]])


def test_a_plane_moved_through_a_state_holds_it_and_keeps_its_coordinates() -> None:
    plane, state = a_plane(6), np.linspace(-0.9, 0.9, 6)
    moved = plane.through(state)
    np.testing.assert_allclose(moved.states(moved.coordinates(state)), state, atol=1e-15)
    assert np.abs(plane.states(plane.coordinates(state)) - state).max() > 0.1
    others = np.random.default_rng(0).normal(size=(3, 5, 6))
    np.testing.assert_allclose(moved.coordinates(others), plane.coordinates(others), atol=1e-14)


@pytest.mark.parametrize(
    ("made", "error", "says"),
    [
        (lambda: unit_plane(4, 1, 1), RangeError, "both axes of the plane are unit 1"),
        (lambda: unit_plane(4, 1, 4), RangeError, "the state has no unit 4; it has 4"),
        (lambda: unit_plane(1, 0, 0), RangeError, "units is 1; .* at least 2"),
        (lambda: unit_plane(3, 0, 1, [0, 0]), ShapeError, r"rest has shape \(2,\)"),
        (
            lambda: Plane([0, 0, 0], [[1, 0], [0, 1]]),
            ShapeError,
            r"origin of shape \(3,\) and axes",
        ),
        (lambda: Plane([0, 0], [[1, 0], [1, 0]]), RangeError, "not at right angles"),
        (lambda: Plane([0, 0], [[2, 0], [0, 1]]), RangeError, "not of length 1"),
        (lambda: Plane([0, np.nan], np.eye(2)), NotFiniteError, r"origin of a plane\[1\] is nan"),
    ],
)
def test_a_plane_that_is_none_is_refused(made, error, says) -> None:
    with pytest.raises(error, match=says):
        made()


def test_a_run_is_visited_in_the_order_it_was_read(layer, x, start) -> None:
    names = STATES[layer.cell]
    for trace in (run(layer, x, start), run_backward(layer, x, start)):
        states = visited(trace)
        np.testing.assert_array_equal(states[0], np.concatenate(start))
        inputs = x[::-1] if trace.backward else x
        for k in range(7):
            np.testing.assert_allclose(states[k + 1], stepped(layer, inputs[k], states[k]))
        assert states.shape == (8, 4 * len(names))


def test_a_trajectory_is_the_run_dropped_onto_the_plane(layer, x, start) -> None:
    trace, plane = run(layer, x, start), a_plane(4 * len(start))
    path = trajectory(plane, trace)
    assert path.shape == (8, 2)
    for point, state in zip(path, visited(trace), strict=True):
        by_hand = [float(np.dot(state - plane.origin, axis)) for axis in plane.axes]
        np.testing.assert_allclose(point, by_hand, atol=1e-14)


# Principal components -------------------------------------------------------------------------


def test_components_are_the_directions_and_shares_of_the_largest_variances() -> None:
    """Against the eigenvectors of the covariance matrix."""
    rng = np.random.default_rng(0)
    states = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) + 3
    found = components(noisy(states))
    values, vectors = np.linalg.eigh(np.cov(states.T))
    np.testing.assert_allclose(found.shares, values[[-1, -2]] / values.sum(), rtol=1e-12)
    for axis, vector in zip(found.plane.axes, vectors.T[[-1, -2]], strict=True):
        assert abs(axis @ vector) == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(found.plane.origin, states.mean(axis=0))


def test_the_largest_entry_of_a_direction_is_positive() -> None:
    for sign in (1, -1):
        steps = np.linspace(-1, 1, 9)[:, np.newaxis]
        wide, narrow = np.array([0.1, -3.0, 1.0]), np.array([0.1, 0.1, 0.29])
        states = sign * steps * wide + sign * (steps**2) * narrow
        axes = components(noisy(states)).plane.axes
        assert axes[0][1] > 0.9
        assert axes[1][np.abs(axes[1]).argmax()] > 0


def test_the_initial_state_counts(gru, x) -> None:
    far = components(run(gru, x, [5.0, 0, 0, 0])).plane.axes[0]
    assert far[0] > 0.9


def test_a_run_that_stays_where_it_is_has_no_variance_to_share() -> None:
    found = components(noisy(np.ones((2, 3))))
    np.testing.assert_array_equal(found.shares, [0, 0])
    np.testing.assert_allclose(found.plane.axes @ found.plane.axes.T, np.eye(2), atol=1e-12)


def test_one_step_has_one_direction(layer, x) -> None:
    found = components(run(layer, x[:1]))
    np.testing.assert_allclose(found.shares, [1, 0], atol=1e-12)


def test_an_lstm_has_components_of_either_state_or_of_both(make_layer, x) -> None:
    trace = run(make_layer("lstm"), x)
    hidden, cell = components(trace).plane, components(trace, ("cell",)).plane
    assert (hidden.axes[:, 4:] == 0).all()
    assert (cell.axes[:, :4] == 0).all()
    both = components(trace, ("hidden", "cell")).plane
    assert (both.axes != 0).all()
    for plane in (hidden, cell, both):
        np.testing.assert_allclose(plane.origin, visited(trace).mean(axis=0))
    with pytest.raises(UnknownNameError, match=r"state of the GRU 'cell' .* one of: hidden"):
        components(run(make_layer("gru"), x), ("cell",))


def test_one_unit_has_no_two_directions(make_layer, x) -> None:
    with pytest.raises(ShapeError, match="there is 1 entry to find two directions among"):
        components(run(make_layer("gru", units=1), x))


# Fields ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_arrow_is_a_run_of_one_step_from_its_place(layer, x, dtype) -> None:
    layer = layer.astype(dtype)
    entries = 4 * len(STATES[layer.cell])
    for plane in (a_plane(entries), unit_plane(entries, 2, 1, np.linspace(-0.5, 0.5, entries))):
        found = field(layer, x[0], plane, *GRID)
        assert found.displacement.shape == (3, 4, 2)
        assert found.displacement.dtype == found.speed.dtype == dtype
        for i, first in enumerate(GRID[0]):
            for j, second in enumerate(GRID[1]):
                state = plane.origin + first * plane.axes[0] + second * plane.axes[1]
                moved = stepped(layer, x[0], state) - state
                tolerance = 1e-13 if dtype == np.float64 else 1e-6
                np.testing.assert_allclose(
                    found.displacement[i, j], plane.axes @ moved, rtol=0, atol=tolerance
                )
                assert found.speed[i, j] == pytest.approx(np.linalg.norm(moved), abs=10 * tolerance)


def test_the_held_input_and_the_rest_move_the_arrows(gru, x) -> None:
    plane = unit_plane(4, 0, 1)
    here = field(gru, x[0], plane, *GRID).displacement
    for other in (
        field(gru, x[1], plane, *GRID),
        field(gru, x[0], plane.through([0, 0, 0.9, 0]), *GRID),
    ):
        assert np.abs(other.displacement - here).max() > 0.01


def test_a_field_cannot_be_written(gru, x) -> None:
    found = field(gru, x[0], unit_plane(4, 0, 1), *GRID)
    for array in (found.first, found.second, found.displacement, found.speed):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (
            {"x": np.zeros((7, 3))},
            ShapeError,
            r"x has shape \(7, 3\); a held input .* needs \(3,\)",
        ),
        ({"x": np.zeros(2)}, ShapeError, r"x has shape \(2,\)"),
        ({"plane": unit_plane(5, 0, 1)}, ShapeError, "the plane has 5 entries and a state 4"),
        ({"first": []}, ShapeError, r"first has shape \(0,\); a grid needs one axis"),
        ({"second": [[1.0]]}, ShapeError, r"second has shape \(1, 1\)"),
        ({"second": [np.inf]}, NotFiniteError, r"second\[0\] is inf"),
    ],
)
def test_a_field_that_cannot_be_is_refused(gru, x, given, error, says) -> None:
    plane = unit_plane(4, 0, 1)
    asked = {"x": x[0], "plane": plane, "first": GRID[0], "second": GRID[1], **given}
    with pytest.raises(error, match=says):
        field(gru, **asked)


def test_the_plane_of_an_lstm_is_one_of_both_states(make_layer, x) -> None:
    trace = run(make_layer("lstm"), x)
    with pytest.raises(ShapeError, match="the plane has 4 entries and a state 8"):
        trajectory(unit_plane(4, 0, 1), trace)


def test_scipy_is_imported_only_to_look_for_fixed_points() -> None:
    program = (
        "import sys, gru_core.gradients, gru_core.phase as phase\n"
        "from gru_core import RNNWeights\n"
        "before = 'scipy' in sys.modules\n"
        "phase.fixed_points(RNNWeights([[[1]]], [[[0]]], [[0]], [[0]]), [0], [[0.5]])\n"
        "sys.exit(before or 'scipy.optimize' not in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_what_a_search_needs_can_be_imported_before_and_torch_is_not_among_it() -> None:
    program = (
        "import sys; from gru_core.phase import prepare\n"
        "prepare()\n"
        "sys.exit('scipy.optimize' not in sys.modules or 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_an_rnn_turns_its_states_as_its_matrix_does() -> None:
    """By hand: near 0 tanh leaves a rotation by a quarter as it is."""
    turn = RNNWeights([[[0], [0]]], [[[0, -1], [1, 0]]], [[0, 0]], [[0, 0]])
    found = field(turn, [0.0], unit_plane(2, 0, 1), [1e-4], [0.0])
    np.testing.assert_allclose(found.displacement[0, 0], [-1e-4, 1e-4], rtol=1e-7)
