"""A cell without a gate is the simpler cell that its name says."""

import numpy as np
import pytest

from gru_core import GRUWeights, Intervention, RNNWeights, run
from gru_core.changes.ablations import ABLATIONS, DEFAULT_KEEP, ablation
from gru_core.conventions import GATES, SIGMOID_TRACKS
from gru_core.errors import RangeError, UnknownNameError

START = np.array([0.3, -0.7, 0.1, 0.9])


@pytest.fixture(params=["gru", "gru before"])
def either(request, make_layer):
    return make_layer(request.param)


def candidate(w, x, h):
    """tanh(W x + b + U h + d): the candidate that sees all of the past, wherever reset acts."""
    return np.tanh(w.w_x[2] @ x + w.b_x[2] + w.w_h[2] @ h + w.b_h[2])


def test_with_the_reset_gate_only_the_state_is_the_candidate(either, x) -> None:
    trace = run(either, x, START, interventions=ablation("reset only"))
    np.testing.assert_allclose(trace["hidden"], trace["candidate"], rtol=0, atol=1e-15)
    assert np.ptp(trace["reset"]) > 0.1
    assert not np.allclose(trace["hidden"], run(either, x, START)["hidden"], atol=0.01)


def test_with_the_update_gate_only_the_candidate_sees_all_of_the_past(either, x) -> None:
    trace, h = run(either, x, START, interventions=ablation("update only")), START
    for t, now in enumerate(x):
        np.testing.assert_allclose(trace["candidate"][t], candidate(either, now, h), atol=1e-14)
        h = trace["hidden"][t]
    assert np.ptp(trace["update"]) > 0.1


@pytest.mark.parametrize("keep", [0.0, 0.25, DEFAULT_KEEP, 1.0])
def test_a_leaky_cell_keeps_a_constant_share(either, x, keep) -> None:
    trace, h = run(either, x, START, interventions=ablation("leaky", keep)), START
    for t, now in enumerate(x):
        h = keep * h + (1 - keep) * candidate(either, now, h)
        np.testing.assert_allclose(trace["hidden"][t], h, rtol=0, atol=1e-14)


def test_a_leaky_cell_that_keeps_nothing_is_the_plain_rnn(either, x) -> None:
    assert isinstance(either, GRUWeights)
    plain = RNNWeights(*(getattr(either, part)[2:] for part in ("w_x", "w_h", "b_x", "b_h")))
    leaky = run(either, x, START, interventions=ablation("leaky", 0))
    np.testing.assert_allclose(leaky["hidden"], run(plain, x, START)["hidden"], atol=1e-14)


def test_the_keep_of_a_leaky_cell_has_a_default(either) -> None:
    assert ablation("leaky") == ablation("leaky", DEFAULT_KEEP)
    assert ablation("leaky")[1] == Intervention("gru", "update", 0.9)


@pytest.mark.parametrize("gate", ["input", "forget", "output"])
def test_an_lstm_without_a_gate_is_the_lstm_without_that_factor(make_layer, x, gate) -> None:
    layer = make_layer("lstm")
    start = (START, np.array([0.5, -1.0, 2.0, 0.0]))
    trace = run(layer, x, start, interventions=ablation(f"no {gate} gate"))
    c = start[1]
    for t in range(len(x)):
        keep = c if gate == "forget" else trace["forget"][t] * c
        new = trace["candidate"][t] * (1 if gate == "input" else trace["input"][t])
        c = keep + new
        np.testing.assert_allclose(trace["cell"][t], c, rtol=0, atol=1e-14)
        out = np.tanh(c) * (1 if gate == "output" else trace["output"][t])
        np.testing.assert_allclose(trace["hidden"][t], out, rtol=0, atol=1e-14)
    free = run(layer, x, start)
    assert np.abs(free["hidden"] - trace["hidden"]).max() > 0.01


@pytest.mark.parametrize("name", ABLATIONS)
def test_every_ablation_holds_sigmoid_gates_of_its_cell_on_every_unit_and_step(name) -> None:
    cell, gates = ABLATIONS[name]
    assert f'"{name}"' in (ablation.__doc__ or "")
    assert {one.track for one in ablation(name)} == set(gates)
    assert set(gates) <= SIGMOID_TRACKS.intersection(GATES[cell])
    for one in ablation(name):
        assert (one.cell, one.unit, one.first, one.last) == (cell, None, 0, None)


def test_what_is_no_ablation_is_answered_with_those_there_are() -> None:
    with pytest.raises(
        UnknownNameError, match=r"ablation 'no gates' .* one of: reset only, update"
    ):
        ablation("no gates")
    with pytest.raises(RangeError, match=r"the value of gru\.update is 1\.5"):
        ablation("leaky", 1.5)
