"""Initializations have the properties they are named for."""

import numpy as np
import pytest

from gru_core import run
from gru_core.errors import RangeError, UnknownNameError
from gru_core.initialize import SCHEMES, initialize


def rng(seed=3):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_same_seed_gives_the_same_weights(scheme) -> None:
    one, two = (initialize("gru", 3, 5, rng(), scheme) for _ in range(2))
    other = initialize("gru", 3, 5, rng(4), scheme)
    assert all((getattr(one, p) == getattr(two, p)).all() for p in ("w_x", "w_h", "b_x", "b_h"))
    assert (one.w_h != other.w_h).any() == (scheme != "zeros")


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
def test_orthogonal_makes_every_gate_a_rotation(cell) -> None:
    for matrix in initialize(cell, 3, 6, rng(), "orthogonal").w_h:
        np.testing.assert_allclose(matrix @ matrix.T, np.eye(6), atol=1e-14)


def test_the_rotations_of_the_gates_differ() -> None:
    w_h = initialize("gru", 3, 6, rng(), "orthogonal").w_h
    assert np.abs(w_h[0] - w_h[1]).max() > 0.1


def test_xavier_fills_its_bounds_gate_by_gate() -> None:
    weights = initialize("lstm", 10, 40, rng())
    for matrix, fans in ((weights.w_x, 50), (weights.w_h, 80)):
        bound = np.sqrt(6 / fans)
        peaks = np.abs(matrix).max(axis=(1, 2))
        assert (peaks <= bound).all()
        assert (peaks > 0.95 * bound).all()


@pytest.mark.parametrize("scheme", ["xavier", "zeros", "orthogonal"])
def test_biases_are_zero_otherwise(scheme) -> None:
    weights = initialize("gru", 2, 3, rng(), scheme)
    assert not weights.b_x.any()
    assert not weights.b_h.any()


def test_zeros_leave_every_gate_half_open() -> None:
    trace = run(initialize("gru", 2, 3, rng(), "zeros"), np.ones((4, 2)))
    assert (trace["reset"] == 0.5).all()
    assert (trace["update"] == 0.5).all()
    assert (trace["hidden"] == 0).all()


def test_chrono_spreads_the_time_constants_of_a_gru_up_to_max_time() -> None:
    weights = initialize("gru", 2, 400, rng(), "chrono", max_time=50)
    total = weights.b_x + weights.b_h
    assert not total[[0, 2]].any()
    steps = np.exp(total[1]) + 1  # 1 / (1 - sigmoid(b))
    assert 2 <= steps.min() < 3
    assert 49 < steps.max() <= 50
    assert abs(steps.mean() - 26) < 2


def test_chrono_opens_the_forget_gate_of_an_lstm_as_it_shuts_the_input_gate() -> None:
    weights = initialize("lstm", 2, 9, rng(), "chrono", max_time=50)
    total = weights.b_x + weights.b_h
    assert (total[1] > 0).all()
    np.testing.assert_array_equal(total[0], -total[1])
    assert not total[[2, 3]].any()


def test_dtype_is_that_asked_for() -> None:
    assert initialize("rnn", 2, 3, rng(), dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        (("gru", 2, 3, rng(), "kaiming"), {}, UnknownNameError, "xavier, zeros, orthogonal"),
        (("mamba", 2, 3, rng()), {}, UnknownNameError, "cell 'mamba' does not exist"),
        (("rnn", 2, 3, rng(), "chrono"), {}, UnknownNameError, "choose one of: gru, lstm"),
        (("gru", 2, 0, rng()), {}, RangeError, "units is 0; it needs a whole number of at least 1"),
        (("gru", 2.5, 3, rng()), {}, RangeError, "input_size is 2.5"),
        (("gru", 2, 3, rng(), "chrono"), {"max_time": 2}, RangeError, "max_time is 2"),
        (("gru", 2, 3, rng(), "chrono"), {"max_time": np.inf}, RangeError, "max_time is inf"),
    ],
)
def test_what_cannot_be_initialized_is_refused(arguments, options, error, says) -> None:
    with pytest.raises(error, match=says):
        initialize(*arguments, **options)
