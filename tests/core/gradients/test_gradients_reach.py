"""How far gradients reach: vanishing, the limits of numbers, and what a long run costs."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from gru_core import RNNWeights, run
from gru_core.gradients import Gradients, gradient_by_distance, jacobians
from gru_core.initialize import initialize
from gru_core.weights import Weights

pytestmark = pytest.mark.thorough


def with_bias(weights: Weights, gate: str, bias: float) -> Weights:
    b_x = weights.b_x.copy()
    b_x[weights.gates.index(gate)] = bias
    return replace(weights, b_x=b_x)


def reach(cell: str, bias: float = 0.0, seed: int = 0) -> Gradients:
    """100 steps of noise through 32 units; bias: of the update gate."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(100, 4))
    weights = initialize(cell, 4, 32, rng)  # type: ignore[arg-type]
    if cell == "gru":
        weights = with_bias(weights, "update", bias)
    return gradient_by_distance(weights, run(weights, x))


@pytest.mark.parametrize("seed", range(4))
def test_a_plain_rnn_vanishes_where_a_gru_that_keeps_does_not(seed) -> None:
    """Claim 11: a sum carries gradients over long spans, a product of matrices does not."""
    rnn, gru = reach("rnn", seed=seed), reach("gru", 4, seed)
    assert rnn["hidden"][0] / rnn["hidden"][-1] < 1e-6
    assert rnn["input"][0] < 1e-5
    assert gru["hidden"][0] / gru["hidden"][-1] > 0.15
    # The direct path alone: units that keep σ(4) = 0.982 of their state have 0.16 of it left.
    assert 0.1 < gru["direct"][0] / gru["direct"][-1] < 0.2
    assert gru["input"][0] > 1e-3


@pytest.mark.parametrize("seed", range(4))
def test_a_gru_that_writes_vanishes_too(seed) -> None:
    """Claim 12: with z near 0 a GRU is a plain RNN, and its direct path is the first to go."""
    writes, even = reach("gru", -4, seed), reach("gru", 0, seed)
    assert writes["hidden"][0] < 1e-30
    assert writes["direct"][0] < 1e-160
    # What is left has come through the gates and the candidate.
    assert writes["gates"][0] == pytest.approx(writes["hidden"][0])
    assert even["hidden"][0] < 1e-12
    assert even["direct"][0] < even["hidden"][0] / 1e6


def test_a_gradient_below_every_number_is_zero_and_nothing_is_said() -> None:
    weights = RNNWeights([[[1.0]]], [[[1e-3]]], [[0.0]], [[0.0]])
    for unit in (None, 0):
        with np.errstate(all="raise"):
            sizes = gradient_by_distance(weights, run(weights, np.zeros((400, 1))), unit=unit)
        ours = sizes["hidden"]
        np.testing.assert_allclose(ours[-101:], 1000.0 ** -np.arange(100, -1, -1), rtol=1e-12)
        np.testing.assert_allclose(sizes["input"][-101:], ours[-101:], rtol=1e-12)
        assert 0 < ours[-108] < 1e-320
        assert (ours[:-109] == 0).all()
        assert all(np.isfinite(curve).all() for curve in sizes.values())


def test_a_gradient_above_every_number_is_infinite_and_never_nan() -> None:
    weights = RNNWeights([[[1.0]]], [[[1e3]]], [[0.0]], [[0.0]])
    for unit in (None, 0):
        with np.errstate(all="raise"):
            sizes = gradient_by_distance(weights, run(weights, np.zeros((150, 1))), unit=unit)
        ours = sizes["hidden"]
        np.testing.assert_allclose(ours[-101:], 1000.0 ** np.arange(100, -1, -1), rtol=1e-12)
        np.testing.assert_allclose(sizes["input"][-101:], ours[-101:], rtol=1e-12)
        assert np.isinf(ours[:-104]).all()
        assert not any(np.isnan(curve).any() for curve in sizes.values())


def test_a_gradient_comes_back_from_below_every_number() -> None:
    """Carried with a power of two of its own: 200 steps times 1/1000, then 200 times 1000."""
    w_h = np.array([[[0.0, 1e-3], [1e3, 0.0]]])
    weights = RNNWeights(np.zeros((1, 2, 1)), w_h, np.zeros((1, 2)), np.zeros((1, 2)))
    ours = gradient_by_distance(weights, run(weights, np.zeros((400, 1))), norm="spectral")
    np.testing.assert_allclose(ours["hidden"][0::2], 1, rtol=1e-12)


def test_a_direct_path_far_below_one_is_still_all_there_is(make_layer) -> None:
    weights = with_bias(make_layer("gru"), "update", -6)
    weights = replace(weights, w_h=np.zeros_like(weights.w_h))
    trace = run(weights, np.random.default_rng(0).normal(size=(110, 3)))
    ours = gradient_by_distance(weights, trace)
    assert ours["direct"][0] < 1e-250
    kept = np.prod(trace["update"][5:], axis=0) * 1e200  # or its squares would be 0
    assert ours["direct"][5] * 1e200 == pytest.approx(np.linalg.norm(kept), rel=1e-10)
    np.testing.assert_allclose(ours["hidden"], ours["direct"], rtol=1e-12)
    assert (ours["gates"] == 0).all()


def test_the_squares_of_small_sizes_may_be_below_every_number() -> None:
    weights = RNNWeights([[[3e-200, 4e-200]]], [[[0.5]]], [[0.0]], [[0.0]])
    ours = gradient_by_distance(weights, run(weights, np.zeros((3, 2))))
    np.testing.assert_allclose(ours["input"], [1.25e-200, 2.5e-200, 5e-200], rtol=1e-12)


def test_a_tanh_or_gate_that_is_shut_to_the_last_digit_lets_nothing_through(make_layer, x) -> None:
    rnn = with_bias(make_layer("rnn"), "hidden", 50)
    ours = gradient_by_distance(rnn, run(rnn, x))
    assert (ours["hidden"][:-1] == 0).all()
    assert (ours["input"] == 0).all()
    copies = with_bias(make_layer("gru"), "update", 800)
    ours = gradient_by_distance(copies, run(copies, x))
    np.testing.assert_array_equal(ours["hidden"], 2.0)
    np.testing.assert_array_equal(ours["gates"], 0.0)
    assert (ours["input"] == 0).all()


# What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
@pytest.mark.parametrize("unit", [None, 7], ids=["whole", "unit"])
def test_the_jacobians_of_a_run_are_never_all_there(kind, unit, make_layer) -> None:
    """At 128 units and 1000 steps they would take 131 MB, the LSTM's 524.

    What threads of other tests take meanwhile counts, too.
    """
    weights = make_layer(kind, units=128, scale=0.05)
    trace = run(weights, np.random.default_rng(0).normal(size=(1000, 3)))
    tracemalloc.start()
    gradient_by_distance(weights, trace, unit=unit)
    whole = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    for _ in jacobians(weights, trace, range(0, 1000, 5)):
        pass
    single = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert max(whole, single) < 40e6


def test_a_long_run_tells_how_far_it_is_and_can_be_given_up(make_layer) -> None:
    weights = make_layer("gru", units=128, scale=0.1)
    trace = run(weights, np.zeros((100, 3)))
    told: list[tuple[int, int]] = []
    gradient_by_distance(weights, trace, progress=lambda done, of: told.append((done, of)))
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (100, 100)

    class GivenUpError(Exception):
        pass

    def give_up(done: int, of: int) -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        gradient_by_distance(weights, trace, progress=give_up)
