"""How long a unit remembers: mean age, half-life, and what they are called."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import GRUWeights, run
from gru_core.analysis.age import half_life, memory_age, time_constant
from gru_core.analysis.memory import memory_map
from gru_core.cells.activations import sigmoid
from gru_core.errors import DtypeError, NotFiniteError, RangeError, UnknownNameError
from gru_core.run import run_backward

# Age ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("go", [run, run_backward])
@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_the_age_of_a_gru_is_the_mean_time_since_its_content_was_written(
    make_layer, x, kind, go, dtype
) -> None:
    """By the weights of the map: what step k wrote is |t - k| steps old, h_0 one more than that."""
    trace = go(make_layer(kind).astype(dtype), x)
    read = np.arange(trace.steps)[:: -1 if trace.backward else 1]
    place = np.argsort(read)  # of each step in the order of reading
    for unit in range(trace.units):
        since = np.concatenate((place[:, np.newaxis] + 1, place[:, np.newaxis] - place), axis=1)
        mean = (memory_map(trace, unit) * since).sum(axis=1)
        np.testing.assert_allclose(memory_age(trace)[:, unit], mean, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("kind", "gate"), [("gru", "update"), ("lstm", "forget")])
def test_a_state_ages_by_one_step_and_is_rejuvenated_by_what_is_not_kept(
    make_layer, x, kind, gate
) -> None:
    trace = run(make_layer(kind), x)
    for unit in range(trace.units):
        age = 0.0
        for t in range(trace.steps):
            age = float(trace[gate][t, unit]) * (age + 1)
            assert memory_age(trace)[t, unit] == pytest.approx(age, rel=1e-15)


@pytest.mark.parametrize(("bias", "ages"), [(800, [1, 2, 3, 4, 5]), (-800, [0] * 5)])
def test_what_is_never_replaced_is_as_old_as_the_sequence(bias, ages) -> None:
    zeros = np.zeros((3, 1, 1))
    trace = run(GRUWeights(zeros, zeros, [[0], [bias], [0]], [[0]] * 3), np.ones((5, 1)))
    np.testing.assert_array_equal(memory_age(trace)[:, 0], ages)
    trace = run_backward(GRUWeights(zeros, zeros, [[0], [bias], [0]], [[0]] * 3), np.ones((5, 1)))
    np.testing.assert_array_equal(memory_age(trace)[:, 0], ages[::-1])


def test_ages_cannot_be_written_and_an_rnn_has_none(make_layer, x) -> None:
    with pytest.raises(ValueError, match="read-only"):
        memory_age(run(make_layer("lstm"), x))[0] = 0
    with pytest.raises(UnknownNameError, match="the RNN has no gate that keeps"):
        memory_age(run(make_layer("rnn"), x))


# Half-life and time constant ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bias", "written", "steps"),
    [(0, 0.5, 1.44), (-2, 0.119, 7.9), (-3, 0.047, 20.6), (-4, 0.018, 55.1)],
)
def test_a_bias_of_the_update_gate_sets_the_time_constant(bias, written, steps) -> None:
    """1/u, which some notes give, says 2 steps where it is 1.44."""
    u = sigmoid(np.asarray(float(bias)))
    assert u == pytest.approx(written, abs=5e-4)
    assert time_constant(1 - u) == pytest.approx(steps, abs=0.05 if steps > 2 else 0.005)


@given(st.floats(1e-6, 1 - 1e-6))
def test_half_is_left_after_the_half_life_and_a_third_after_the_time_constant(keep) -> None:
    assert keep ** half_life(keep) == pytest.approx(0.5, rel=1e-9)
    assert keep ** time_constant(keep) == pytest.approx(np.exp(-1), rel=1e-9)


def test_all_is_kept_for_ever_at_one_and_nothing_at_zero() -> None:
    """Warnings are errors here, so that this is also computed without one."""
    for dtype in (np.float64, np.float32):
        keep = np.array([[1.0, 0.0], [0.5, -0.0]], dtype)
        np.testing.assert_array_equal(half_life(keep), [[np.inf, 0], [1, 0]])
        np.testing.assert_allclose(time_constant(keep), [[np.inf, 0], [1.442695, 0]], rtol=1e-6)
        assert half_life(keep).dtype == np.float64


def test_every_gate_of_a_run_has_a_half_life(make_layer, x) -> None:
    gate = run(make_layer("gru"), x)["update"]
    np.testing.assert_allclose(gate ** half_life(gate), 0.5)
    with pytest.raises(ValueError, match="read-only"):
        half_life(gate)[0] = 0


@pytest.mark.parametrize(
    ("keep", "error", "says"),
    [
        (np.nan, NotFiniteError, "keep is nan; it needs a finite number"),
        ([[0.5, np.nan]], NotFiniteError, r"keep\[0, 1\] is nan"),
        (np.inf, NotFiniteError, "keep is inf"),
        ([0.5, 1.5], RangeError, r"keep has 1.5; .* 0 to 1: pass the gate, such as"),
        (-0.1, RangeError, "keep has -0.1"),
        ("0.5", DtypeError, "keep holds"),
    ],
)
def test_what_no_gate_can_be_has_no_half_life(keep, error, says) -> None:
    for asked in (half_life, time_constant):
        with pytest.raises(error, match=says):
            asked(keep)


# In words -------------------------------------------------------------------------------------
