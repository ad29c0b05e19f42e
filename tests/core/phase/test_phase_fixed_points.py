"""Fixed points: those known by hand are found, each stays, and is what it is said to be."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gru_core import GRUWeights, LSTMWeights, RNNWeights, run
from gru_core.conventions import STATES
from gru_core.errors import RangeError, ShapeError
from gru_core.gradients import jacobian_at
from gru_core.phase import drawn_starts, fixed_points, visited
from gru_core.weights import Weights

pytestmark = pytest.mark.thorough


def solved(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one number is 0, by halving."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(low) * function(middle) > 0 else (low, middle)
    return (low + high) / 2


# The point beside 0 of h = tanh(2 h).
LATCH = solved(lambda h: math.tanh(2 * h) - h, 0.1, 1)


def gru(candidate, update=0.0, *, after: bool = True) -> GRUWeights:
    """Gates at σ(0) = 1/2 but for the update gate's bias; candidate: its (unit, unit) w_h.

    The reset gate halves what the candidate is given, so 4 h is seen as 2 h.
    """
    inner = np.atleast_2d(np.asarray(candidate, float))
    units = len(inner)
    w_h, b_x = np.zeros((3, units, units)), np.zeros((3, units))
    w_h[2], b_x[1] = inner, update
    return GRUWeights(np.zeros((3, units, 1)), w_h, b_x, np.zeros((3, units)), reset_after=after)


def balanced(weights: Weights) -> Weights:
    """Without biases, so that 0 is a fixed point, and others come in pairs around it."""
    return replace(weights, b_x=np.zeros_like(weights.b_x), b_h=np.zeros_like(weights.b_h))


def grid(entries: int) -> np.ndarray:
    side = np.linspace(-0.9, 0.9, 7)
    return np.stack(np.meshgrid(*[side] * entries), axis=-1).reshape(-1, entries)


def stepped(weights: Weights, state: np.ndarray, steps: int = 1) -> np.ndarray:
    names = STATES[weights.cell]
    x = np.zeros((steps, weights.input_size))
    trace = run(weights, x, tuple(np.split(state, len(names))))
    return np.concatenate([trace[name][-1] for name in names])


# Where it is looked from ----------------------------------------------------------------------


def test_the_origin_and_the_mirror_image_of_what_is_found_are_looked_from_too() -> None:
    """Without input and biases; the start alone leads to one of the three points of a latch."""
    start = [[0.9]]
    found = fixed_points(gru(4.0), [0.0], start)
    places = [one.state[0] for one in found.points]
    np.testing.assert_allclose(places, [-LATCH, LATCH, 0], rtol=0, atol=1e-12)
    # The start, where it leads, the origin, and the one mirror image that was not known.
    assert (found.tried, found.ended) == (4, 4)


@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_where_no_gate_reads_the_state_points_come_in_pairs_around_the_origin(
    make_layer, kind
) -> None:
    weights = balanced(make_layer(kind, units=3, scale=2.0))
    w_h = weights.w_h.copy()
    gates = [at for at, gate in enumerate(weights.gates) if gate not in ("candidate", "hidden")]
    w_h[gates] = 0
    weights = replace(weights, w_h=w_h)
    starts = np.random.default_rng(1).uniform(-0.9, 0.9, (2, 3 * len(STATES[weights.cell])))
    states = [one.state for one in fixed_points(weights, np.zeros(3), starts).points]
    assert any(np.abs(state).max() < 1e-9 for state in states)
    assert len(states) > 1
    for state in states:
        assert any(np.abs(state + other).max() < 1e-6 for other in states)


def test_a_mirror_image_that_does_not_stay_is_not_kept() -> None:
    weights = replace(gru(4.0), w_x=np.array([[[0.0]], [[0.0]], [[1.0]]]))
    found = fixed_points(weights, [2.0], [[0.5]])
    assert len(found.points) == 1
    assert found.tried > found.ended or found.tried == 4


# Known by hand --------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [True, False])
def test_a_latch_of_one_unit_has_two_stable_states_and_one_between(after) -> None:
    found = fixed_points(gru(4.0, after=after), [0.0], grid(1)).points
    assert [one.kind for one in found] == ["stable", "stable", "unstable"]
    places = [one.state[0] for one in found]
    np.testing.assert_allclose(places, [-LATCH, LATCH, 0], rtol=0, atol=1e-12)
    # h' = h/2 + tanh(2 h)/2, so its slope is 1/2 + (1 - tanh²).
    slopes = [0.5 + 1 - LATCH**2, 0.5 + 1 - LATCH**2, 1.5]
    np.testing.assert_allclose([one.eigenvalues[0] for one in found], slopes, rtol=1e-9)
    np.testing.assert_allclose([one.radius for one in found], slopes, rtol=1e-9)


def test_two_latches_beside_each_other_have_nine_points() -> None:
    found = fixed_points(gru(4 * np.eye(2)), [0.0], grid(2)).points
    assert [one.kind for one in found] == ["stable"] * 4 + ["saddle"] * 4 + ["unstable"]
    assert [one.unstable for one in found] == [0] * 4 + [1] * 4 + [2]
    places = {tuple(np.round(one.state / LATCH).astype(int)) for one in found}
    assert places == {(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)}


def test_a_unit_that_follows_a_latch_has_the_points_of_the_latch() -> None:
    """Unit 1 reads unit 0 and not the other way: with U transposed there would be only one."""
    found = fixed_points(gru([[4.0, 0.0], [3.0, 0.0]]), [0.0], grid(2)).points
    assert [one.kind for one in found] == ["stable", "stable", "saddle"]
    places = [one.state for one in found]
    high = [LATCH, math.tanh(1.5 * LATCH)]
    np.testing.assert_allclose(places, [[-high[0], -high[1]], high, [0, 0]], rtol=0, atol=1e-12)


def test_a_held_input_can_leave_a_latch_one_state() -> None:
    weights = replace(gru(4.0), w_x=np.array([[[0.0]], [[0.0]], [[1.0]]]))
    [point] = fixed_points(weights, [2.0], grid(1)).points
    expected = solved(lambda h: math.tanh(2 * h + 2) - h, -1, 1)
    assert point.state[0] == pytest.approx(expected, abs=1e-12)
    assert point.kind == "stable"


def test_an_lstm_latches_in_both_of_its_states() -> None:
    """All gates 1/2 and the candidate tanh(8 h): then c = tanh(8 h) and h = tanh(c)/2."""
    w_h = np.zeros((4, 1, 1))
    w_h[2] = 8
    weights = LSTMWeights(np.zeros((4, 1, 1)), w_h, np.zeros((4, 1)), np.zeros((4, 1)))
    found = fixed_points(weights, [0.0], grid(2)).points
    hidden = solved(lambda h: math.tanh(math.tanh(8 * h)) / 2 - h, 0.1, 0.5)
    cell = math.tanh(8 * hidden)
    places = [one.state for one in found]
    np.testing.assert_allclose(places, [[-hidden, -cell], [hidden, cell], [0, 0]], atol=1e-12)
    assert [one.kind for one in found] == ["stable", "stable", "saddle"]
    # At 0 the Jacobian is [[2, 1/4], [4, 1/2]].
    np.testing.assert_allclose(found[2].eigenvalues, [2.5, 0], atol=1e-12)


def test_a_spiral_has_a_pair_of_eigenvalues() -> None:
    turn = 0.9 * np.array([[math.cos(1), -math.sin(1)], [math.sin(1), math.cos(1)]])
    weights = RNNWeights(np.zeros((1, 2, 1)), [turn], np.zeros((1, 2)), np.zeros((1, 2)))
    [point] = fixed_points(weights, [0.0], grid(2)).points
    pair = 0.9 * np.exp([1j, -1j])
    np.testing.assert_allclose(point.eigenvalues, pair, rtol=1e-9)
    assert point.radius == pytest.approx(0.9)


@pytest.mark.parametrize("update", [12.0, 21.0])
def test_what_is_slow_is_not_fixed(update) -> None:
    """At 21 one step moves no state by more than 1e-9: still only three stay."""
    found = fixed_points(gru(4.0, update), [0.0], grid(1)).points
    np.testing.assert_allclose([one.state[0] for one in found], [-LATCH, LATCH, 0], atol=1e-12)
    assert [one.unstable for one in found] == [0, 0, 1]


def test_points_of_a_gru_that_keeps_everything_are_those_it_would_have_if_it_wrote() -> None:
    """A gate of 1 to the last digit is less in truth; how fast states move cannot be told."""
    found = fixed_points(gru(4.0, 800.0), [0.0], grid(1)).points
    np.testing.assert_allclose([one.state[0] for one in found], [-LATCH, 0, LATCH], atol=1e-12)
    assert {one.kind for one in found} == {"neutral"}
    assert [one.unstable for one in found] == [0, 0, 0]


def test_a_cell_state_that_is_slow_is_not_fixed_either() -> None:
    """An LSTM of one unit with constant gates: c = i g / (1 − f), 8e-10 of it a step."""
    b_x = np.array([[-21.0], [21.0], [0.5], [0.0]])
    weights = LSTMWeights(np.zeros((4, 1, 1)), np.zeros((4, 1, 1)), b_x, np.zeros((4, 1)))
    [point] = fixed_points(weights, [0.0], grid(2)).points
    assert point.kind == "stable"
    np.testing.assert_allclose(point.state[1], math.tanh(0.5), rtol=1e-6)


def test_a_state_far_outside_at_which_a_gate_is_open_to_the_last_digit_is_none() -> None:
    """At h = 30 the update gate is σ(60) = 1, and nothing moves; but no run ever comes there."""
    weights = gru(4.0)
    w_h = weights.w_h.copy()
    w_h[1] = 2
    far = replace(weights, w_h=w_h)
    assert stepped(far, np.array([30.0])) == 30
    found = fixed_points(far, [0.0], [[30.0], [0.5]]).points
    assert all(abs(one.state[0]) < 1 for one in found)
    assert found


def test_what_cannot_be_told_is_left_out() -> None:
    """As above with 1 − f = 2e-15: the last digit of c is a tenth of what it moves by."""
    for forget in (34.0, 50.0):
        b_x = np.array([[-forget], [forget], [0.5], [0.0]])
        weights = LSTMWeights(np.zeros((4, 1, 1)), np.zeros((4, 1, 1)), b_x, np.zeros((4, 1)))
        assert fixed_points(weights, [0.0], grid(2)).points == ()


def test_a_unit_about_to_become_a_latch_has_one_neutral_point() -> None:
    """h = tanh(h) at 0 only, where the slope is 1 and Newton's method slow."""
    identity = RNNWeights([[[0.0]]], [[[1.0]]], [[0.0]], [[0.0]])
    [point] = fixed_points(identity, [0.0], grid(1)).points
    assert point.state[0] == pytest.approx(0, abs=1e-7)
    assert (point.kind, point.unstable) == ("neutral", 0)


def test_a_search_that_mostly_fails_still_says_nothing_wrong(make_layer) -> None:
    weights = balanced(make_layer("rnn", units=32, scale=0.8))
    starts = np.random.default_rng(0).uniform(-1, 1, (40, 32))
    found = fixed_points(weights, np.zeros(3), starts)
    assert 0 < found.ended < found.tried / 2
    for one in found.points:
        assert np.abs(stepped(weights, one.state) - one.state).max() <= 1e-10


# Any layer ------------------------------------------------------------------------------------


def test_a_contraction_has_exactly_one_and_every_run_ends_there(make_layer) -> None:
    for kind in ("gru", "gru before", "lstm", "rnn"):
        weights = make_layer(kind, scale=0.1)
        entries = 4 * len(STATES[weights.cell])
        starts = np.random.default_rng(0).uniform(-1, 1, (20, entries))
        found = fixed_points(weights, np.zeros(3), starts)
        [point] = found.points
        assert (found.ended, point.kind) == (found.tried, "stable")
        np.testing.assert_allclose(stepped(weights, starts[0], 1000), point.state, atol=1e-12)


@pytest.mark.parametrize("scale", [1.5, 2.0])
@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_every_point_stays_and_is_as_stable_as_a_run_from_beside_it_says(
    kind, scale, make_layer
) -> None:
    weights = balanced(make_layer(kind, units=6, scale=scale))
    rng = np.random.default_rng(0)
    trace = run(weights, rng.normal(size=(30, 3)))
    found = fixed_points(weights, np.zeros(3), drawn_starts(trace, 10, 40, rng)).points
    assert found
    for point in found:
        assert np.abs(stepped(weights, point.state) - point.state).max() <= 1e-10
        assert point.residual <= 1e-13  # to the last digits, not only near enough
        jacobian = jacobian_at(weights, np.zeros(3), point.state[np.newaxis]).jacobian[0]
        values, vectors = np.linalg.eig(jacobian)
        assert point.radius == pytest.approx(np.abs(values).max(), rel=1e-9)
        assert point.unstable == (np.abs(values) > 1).sum()
        direction = vectors[:, np.abs(values).argmax()].real
        beside = point.state + 1e-5 * direction / np.abs(direction).max()
        steps = math.ceil(7 / abs(math.log(point.radius)))
        apart = np.abs(stepped(weights, beside, steps) - point.state).max()
        assert apart < 1e-6 if point.kind == "stable" else apart > 1e-4
    assert [one.unstable for one in found] == sorted(one.unstable for one in found)


def test_the_layers_of_the_test_above_have_saddles_too(make_layer) -> None:
    """Otherwise it would say nothing of them."""
    rng, kinds = np.random.default_rng(0), []
    for kind in ("gru", "gru before", "lstm", "rnn"):
        weights = balanced(make_layer(kind, units=6, scale=2.0))
        starts = rng.uniform(-1, 1, (40, 6 * len(STATES[weights.cell])))
        kinds.append([one.kind for one in fixed_points(weights, np.zeros(3), starts).points])
    assert all("saddle" in some for some in kinds)


def test_attractors_are_found_from_starts_that_only_lead_there() -> None:
    found = fixed_points(gru(4.0), [0.0], [[0.01]], evaluations=1)
    assert LATCH in [pytest.approx(one.state[0], abs=1e-9) for one in found.points]


def test_no_two_points_are_the_same_and_the_order_is_always_the_same(make_layer) -> None:
    weights = balanced(make_layer("rnn", units=5, scale=1.5))
    starts = np.random.default_rng(0).uniform(-1, 1, (60, 5))
    orders = [fixed_points(weights, np.zeros(3), s).points for s in (starts, starts[::-1])]
    assert len(orders[0]) == len(orders[1]) > 1
    for one, other in zip(*orders, strict=True):
        np.testing.assert_allclose(one.state, other.state, rtol=0, atol=1e-8)
    for index, one in enumerate(orders[0]):
        for other in orders[0][:index]:
            assert np.abs(one.state - other.state).max() > 1e-6


def test_float32_weights_are_searched_in_float64() -> None:
    found = fixed_points(gru(4.0).astype(np.float32), [0.0], grid(1)).points
    np.testing.assert_allclose([one.state[0] for one in found], [-LATCH, LATCH, 0], atol=1e-12)


def test_starts_are_states_of_the_run_and_drawn_ones(make_layer, x) -> None:
    for kind, high in (("gru", 1.0), ("lstm", 3.0)):
        trace = run(make_layer(kind), x)
        starts = drawn_starts(trace, 3, 200, np.random.default_rng(0))
        again = drawn_starts(trace, 3, 200, np.random.default_rng(0))
        np.testing.assert_array_equal(starts, again)
        np.testing.assert_array_equal(starts[:3], visited(trace)[[0, 3, 7]])
        assert np.abs(starts[3:, :4]).max() < 1
        assert 0.9 * high < np.abs(starts[3:, -1]).max() < high
        assert len(drawn_starts(trace, 50, 0, np.random.default_rng(0))) == 8


def test_a_search_tells_how_far_it_is_and_can_be_given_up() -> None:
    told: list[tuple[int, int]] = []
    found = fixed_points(gru(4.0), [0.0], grid(1), progress=lambda *done: told.append(done))
    assert [done for done, _ in told] == [*range(1, found.tried + 1)]
    assert told[-1] == (found.tried, found.tried)

    def give_up(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fixed_points(gru(4.0), [0.0], grid(1), progress=give_up)


def test_a_point_cannot_be_written() -> None:
    point = fixed_points(gru(4.0), [0.0], [[0.5]]).points[0]
    for array in (point.state, point.eigenvalues):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@pytest.mark.parametrize(
    ("starts", "x", "error", "says"),
    [
        (np.zeros((1, 3)), [0.0], ShapeError, r"starts has shape \(1, 3\); .* needs \(starts, 1\)"),
        (np.zeros(1), [0.0], ShapeError, r"starts has shape \(1,\)"),
        (np.zeros((0, 1)), [0.0], ShapeError, r"starts has shape \(0, 1\)"),
        (np.zeros((257, 1)), [0.0], RangeError, "starts has 257 rows; a search takes at most 256"),
        (np.zeros((1, 1)), [0.0, 1.0], ShapeError, r"x has shape \(2,\); a held input"),
    ],
)
def test_a_search_that_cannot_be_is_refused(starts, x, error, says) -> None:
    with pytest.raises(error, match=says):
        fixed_points(gru(4.0), x, starts)


def test_too_large_a_layer_is_refused_with_the_size_that_can_be_searched(make_layer) -> None:
    with pytest.raises(RangeError) as caught:
        fixed_points(make_layer("gru", units=129), np.zeros(3), np.zeros((1, 129)))
    assert str(caught.value) == (
        "the GRU has 129 units; fixed points are looked for in layers of at most 128, since the "
        "time grows with their cube: choose fewer."
    )
