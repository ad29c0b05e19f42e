"""Initializations have the properties they are named for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import run
from gru_core.analysis.behaviour import measured_gate
from gru_core.conventions import GATES, SIGMOID_TRACKS
from gru_core.errors import RangeError, UnknownNameError
from gru_core.initialize import SCHEMES, expected_gate, initialize


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


def sigmoid_gates(cell):
    return [gate for gate in GATES[cell] if gate in SIGMOID_TRACKS]


def measured_at_the_first_step(cell, scheme, x, draws=400, **options):
    """The mean of each gate over many layers, each run for one step from a zero state."""
    generator = rng(11)
    runs = [
        measured_gate(run(initialize(cell, 3, 25, generator, scheme, **options), x[np.newaxis]))
        for _ in range(draws)
    ]
    return {gate: np.mean([means[gate] for means in runs]) for gate in sigmoid_gates(cell)}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_many_draws_have_the_expected_gates_at_zero_input(cell, scheme) -> None:
    measured = measured_at_the_first_step(cell, scheme, np.zeros(3), max_time=50)
    # 10,000 gates in (0, 1), the spread of a chrono gate being about 0.1.
    assert measured == pytest.approx(expected_gate(cell, scheme, max_time=50), abs=0.005)


@pytest.mark.parametrize("scheme", ["xavier", "zeros", "orthogonal"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_without_biases_gates_are_half_open_on_average_for_any_input(cell, scheme) -> None:
    measured = measured_at_the_first_step(cell, scheme, np.array([2.0, -1.0, 0.5]))
    assert measured == pytest.approx(dict.fromkeys(sigmoid_gates(cell), 0.5), abs=0.01)


@pytest.mark.parametrize("max_time", [2.001, 3, 50, 100, 1e4, 1e9])
def test_the_expected_gate_of_chrono_is_the_integral_of_its_definition(max_time) -> None:
    # Gauss-Legendre in ln u, where the integrand is smooth however long the range.
    points, weights = np.polynomial.legendre.leggauss(200)
    low, high = 0.0, np.log(max_time - 1)
    log_u = low + (high - low) * (points + 1) / 2
    u = np.exp(log_u)
    mean = np.sum(weights * u / (1 + u) * u) * (high - low) / 2 / (max_time - 2)
    gru = expected_gate("gru", "chrono", max_time=max_time)
    lstm = expected_gate("lstm", "chrono", max_time=max_time)
    assert gru["update"] == pytest.approx(mean, rel=1e-9)
    assert lstm["forget"] == gru["update"]
    assert lstm["input"] == pytest.approx(1 - mean, rel=1e-6)
    assert gru["reset"] == lstm["output"] == 0.5


@given(st.floats(2, 1e300, exclude_min=True))
def test_a_chrono_gate_keeps_at_least_half_and_the_two_of_an_lstm_share(max_time) -> None:
    gates = expected_gate("lstm", "chrono", max_time=max_time)
    assert 0.5 <= gates["forget"] <= 1
    assert gates["input"] == pytest.approx(1 - gates["forget"], abs=1e-15)


def test_a_given_bias_has_the_gate_at_its_sigmoid() -> None:
    gates = expected_gate("gru", "chrono", biases={"update": -2.0})
    assert gates == {"reset": 0.5, "update": pytest.approx(1 / (1 + np.exp(2)), rel=1e-14)}
    weights = initialize("gru", 2, 3, rng()).with_value("b_h", (1, 0), -2.0)
    trace = run(weights, np.zeros((1, 2)))
    assert trace["update"][0, 0] == pytest.approx(gates["update"], rel=1e-14)


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_gates_with_an_expectation_are_the_sigmoids(cell, scheme) -> None:
    assert list(expected_gate(cell, scheme)) == sigmoid_gates(cell)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        (("mamba",), {}, UnknownNameError, "cell 'mamba' does not exist"),
        (("gru", "he"), {}, UnknownNameError, "initialization 'he' does not exist"),
        (("gru", "chrono"), {"max_time": 2}, RangeError, "max_time is 2"),
        (("gru",), {"biases": {"forget": 1.0}}, UnknownNameError, "gate of the GRU 'forget'"),
        (("gru",), {"biases": {"candidate": 1.0}}, UnknownNameError, "one of: reset, update"),
        (("gru",), {"biases": {"reset": np.nan}}, RangeError, "the bias of reset is nan"),
    ],
)
def test_an_expectation_that_is_not_defined_is_refused(arguments, options, error, says) -> None:
    with pytest.raises(error, match=says):
        expected_gate(*arguments, **options)
