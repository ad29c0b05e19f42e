"""Layers of relu, hard sigmoids and others: against PyTorch, plain Python and autograd.

torch.nn has relu for its RNN alone and hard sigmoids for no layer, so the gated cells are written
once more number by number, straight from what Keras and ONNX document.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from gru_core import GRUWeights, Intervention, LSTMWeights, Trace, run
from gru_core.conventions import GATES, HARD_SLOPES, STATES, TOLERANCE
from gru_core.engines import torch_engine
from gru_core.engines.held import held_of
from gru_core.gradients import gradient_by_distance, jacobians
from gru_core.run import run_layers
from gru_core.weights import WEIGHTS, Weights

INPUTS, UNITS, STEPS = 3, 4, 9
Number = Callable[[float], float]
GATE: dict[str, Number] = {
    "sigmoid": lambda a: 1 / (1 + math.exp(-a)),
    "hard_sigmoid": lambda a: max(0.0, min(1.0, 0.2 * a + 0.5)),
    "hard_sigmoid_sixth": lambda a: min(max(a + 3, 0.0), 6.0) / 6,
    "hard_sigmoid(0.25)": lambda a: min(max(a + 2, 0.0), 4.0) / 4,
}
STATE: dict[str, Number] = {
    "tanh": math.tanh,
    "relu": lambda a: a if a > 0 else 0.0,
    "relu6": lambda a: min(max(a, 0.0), 6.0),
    "elu": lambda a: a if a > 0 else math.exp(a) - 1,
    "elu(0.5)": lambda a: a if a > 0 else 0.5 * (math.exp(a) - 1),
    "selu": lambda a: 1.0507009873554805 * (a if a > 0 else 1.6732632423543772 * math.expm1(a)),
    "linear": lambda a: a,
    "softsign": lambda a: a / (1 + abs(a)),
    "softplus": lambda a: math.log(1 + math.exp(a)),
    "leaky_relu": lambda a: a if a >= 0 else 0.01 * a,
    "leaky_relu(0.2)": lambda a: a if a >= 0 else 0.2 * a,
    "thresholded_relu(0.5)": lambda a: a if a > 0.5 else 0.0,
    "scaled_tanh(1.7159,0.6667)": lambda a: 1.7159 * math.tanh(0.6667 * a),
    "affine(0.5,-0.1)": lambda a: 0.5 * a - 0.1,
    "hard_sigmoid": GATE["hard_sigmoid"],
}
ENDS = [
    ("hard_sigmoid", "tanh"),
    ("hard_sigmoid_sixth", "tanh"),
    ("hard_sigmoid", "relu"),
    ("hard_sigmoid(0.25)", "tanh"),
    ("sigmoid", "relu"),
    *(("sigmoid", state) for state in STATE if state not in ("tanh", "relu")),
]
KINDS = ["gru", "gru before", "lstm", "rnn"]
LAYERS = [
    (kind, *ends)
    for kind in KINDS
    for ends in ENDS
    if kind != "rnn" or (ends[0] == "sigmoid" and ends[1] != "tanh")
]
EVERY = pytest.mark.parametrize(("kind", "gate", "state"), LAYERS)


def a_layer(kind: str, gate: str, state: str, scale: float = 0.1) -> Weights:
    """Distinct weights of every gate; biases that bring some units to each side of the corners."""
    cell, _, before = kind.partition(" ")
    rng, gates = np.random.default_rng(5), len(GATES[cell])
    w_x = scale * rng.normal(size=(gates, UNITS, INPUTS))
    w_h = scale * rng.normal(size=(gates, UNITS, UNITS))
    b_h = scale * rng.normal(size=(gates, UNITS))
    high = 7.2 if state == "relu6" else 3.9
    b_x = rng.permuted(np.tile(np.linspace(-4.2, high, UNITS), (gates, 1)), axis=1) + b_h
    placement = {"reset_after": False} if before else {}
    ends = {"gate_activation": gate, "state_activation": state}
    return WEIGHTS[cell](w_x, w_h, b_x, b_h, **placement, **ends)


def a_run(weights: Weights, engine: str = "numpy") -> Trace:
    rng = np.random.default_rng(6)
    starts = tuple(rng.uniform(0.1, 0.9, (len(STATES[weights.cell]), UNITS)))
    return run(weights, 3 * rng.normal(size=(STEPS, INPUTS)), starts, engine=engine)


# PyTorch's own --------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
def test_a_stack_of_relu_is_torchs_own(make_oracle, both, dtype, engine) -> None:
    module, ours = make_oracle("rnn", layers=2, both=both, dtype=dtype, nonlinearity="relu")
    x, starts = torch.randn(60, 3, dtype=dtype), torch.randn(2 * (1 + both), 5, dtype=dtype)
    with torch.inference_mode():
        expected = module(x, starts)[0]
    rows = list(starts.numpy())
    initials = list(zip(rows[::2], rows[1::2], strict=True)) if both else rows
    stack = run_layers(ours, x.numpy(), initials, engine=engine)
    tolerance = TOLERANCE[expected.numpy().dtype]
    np.testing.assert_allclose(stack.output, expected, rtol=0, atol=tolerance)
    assert (stack.output == 0).any()
    assert (stack.output > 0).any()


# Plain Python ---------------------------------------------------------------------------------


def dot(row, column) -> float:
    return math.fsum(a * b for a, b in zip(row, column, strict=True))


def total(w: Weights, g: int, j: int, x, h) -> float:
    return dot(w.w_x[g][j], x) + w.b_x[g][j] + dot(w.w_h[g][j], h) + w.b_h[g][j]


def gru(w: GRUWeights, inputs, h) -> Iterator[dict[str, list[float]]]:
    gate, squash, units = GATE[w.gate_activation], STATE[w.state_activation], range(UNITS)
    for x in inputs:
        r, z = ([gate(total(w, g, j, x, h)) for j in units] for g in (0, 1))
        if w.reset_after:
            recurrent = [r[j] * (dot(w.w_h[2][j], h) + w.b_h[2][j]) for j in units]
        else:
            let = [r[j] * h[j] for j in units]
            recurrent = [dot(w.w_h[2][j], let) + w.b_h[2][j] for j in units]
        n = [squash(dot(w.w_x[2][j], x) + w.b_x[2][j] + recurrent[j]) for j in units]
        h = [z[j] * h[j] + (1 - z[j]) * n[j] for j in units]
        yield {"reset": r, "update": z, "candidate": n, "hidden": h}


def lstm(w: LSTMWeights, inputs, h, c) -> Iterator[dict[str, list[float]]]:
    """Keras: `activation` is that of the candidate and of what the output gate lets out."""
    gate, squash, units = GATE[w.gate_activation], STATE[w.state_activation], range(UNITS)
    for x in inputs:
        i, f, o = ([gate(total(w, g, j, x, h)) for j in units] for g in (0, 1, 3))
        g = [squash(total(w, 2, j, x, h)) for j in units]
        c = [f[j] * c[j] + i[j] * g[j] for j in units]
        h = [o[j] * squash(c[j]) for j in units]
        yield {"input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": h}


@pytest.mark.parametrize(("kind", "gate", "state"), [one for one in LAYERS if one[0] != "rnn"])
@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_every_number_is_that_of_the_scalar_equations(kind, gate, state, engine) -> None:
    weights = a_layer(kind, gate, state)
    trace = a_run(weights, engine)
    starts = [first.tolist() for first in trace.initial]
    written = {"gru": gru, "lstm": lstm}[weights.cell](weights, trace.x.tolist(), *starts)
    for t, expected in enumerate(written):
        for name, numbers in expected.items():
            np.testing.assert_allclose(trace[name][t], numbers, rtol=0, atol=1e-12, err_msg=name)


@EVERY
def test_these_runs_reach_both_sides_of_the_corners(kind, gate, state) -> None:
    """Otherwise another slope, or no corner, would pass here."""
    weights = a_layer(kind, gate, state)
    trace = a_run(weights)
    for name in weights.gates:
        numbers, ends = trace[name], weights.activation(name)
        if ends.startswith("hard"):
            assert (numbers == 0).any()
            assert (numbers == 1).any()
            assert ((numbers > 0) & (numbers < 1)).any()
        elif ends == "relu":
            assert (numbers == 0).any()
            assert (numbers > 0).any()
        elif ends == "relu6":
            assert (numbers == 0).any()
            assert (numbers == 6).any()
            assert ((numbers > 0) & (numbers < 6)).any()


@pytest.mark.parametrize("kind", KINDS[:3])
def test_each_activation_gives_numbers_of_its_own(kind) -> None:
    """Far enough apart for the tests above to tell them apart."""
    runs = [a_run(a_layer(kind, *ends))["hidden"] for ends in [("sigmoid", "tanh"), *ENDS]]
    for at, one in enumerate(runs):
        for other in runs[at + 1 :]:
            assert np.abs(one - other).max() > 1e-3


# Automatic differentiation ---------------------------------------------------------------------


def tensors(arrays) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(np.array(array)) for array in arrays)


@EVERY
def test_the_jacobian_of_each_step(kind, gate, state) -> None:
    weights = a_layer(kind, gate, state, scale=0.6)
    trace, w, names = a_run(weights), torch_engine.to_tensors(weights), STATES[weights.cell]
    for step, by_state, by_input in jacobians(weights, trace):
        before = tensors(trace.previous(name)[step] for name in names)
        (x,) = tensors([trace.x[step]])

        def after(x, *states, w=w):
            made = torch_engine.step(w, x, states)
            return torch.cat([made[name] for name in names])

        wanted, *wide = jacobian(after, (x, *before))
        np.testing.assert_allclose(by_state, torch.cat(wide, dim=1), rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_input, wanted, rtol=0, atol=1e-12)


@pytest.mark.sampled(40)
@EVERY
@pytest.mark.parametrize("held", [False, True])
def test_the_gradients_over_every_distance(kind, gate, state, held) -> None:
    weights = a_layer(kind, gate, state, scale=0.6)
    names, first = STATES[weights.cell], a_run(weights)
    candidate = "hidden" if weights.cell == "rnn" else "candidate"
    one = Intervention(weights.cell, candidate, 0.4, unit=1, first=3, last=4)
    trace = run(weights, first.x, first.initial, interventions=[one] if held else [])
    laid_out = held_of(weights, trace.interventions, STEPS)
    w = torch_engine.to_tensors(weights)

    def last(x, *states):
        return torch_engine.run_tensors(w, x, states, laid_out)["hidden"][-1]

    by_input, *by_states = jacobian(last, tensors([trace.x, *trace.initial]))
    for unit in (None, 2):
        rows = slice(None) if unit is None else slice(unit, unit + 1)
        ours = gradient_by_distance(weights, trace, unit=unit)
        for name, by_state in zip(names, by_states, strict=True):
            expected = np.linalg.norm(by_state[rows].numpy())
            assert ours[name][0] == pytest.approx(expected, rel=1e-9, abs=1e-13)
        expected = np.linalg.norm(by_input[rows].numpy(), axis=(0, 2))
        np.testing.assert_allclose(ours["input"], expected, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("state", ["tanh", "relu"])
def test_the_direct_path_of_an_lstm_ends_in_the_slope_of_its_output(state) -> None:
    weights = a_layer("lstm", "hard_sigmoid_sixth", state)
    trace = a_run(weights)
    cell, kept = trace["cell"][-1], np.cumprod(trace["forget"][::-1], axis=0)[-1]
    slope = 1 - np.tanh(cell) ** 2 if state == "tanh" else cell > 0
    expected = np.linalg.norm(kept * trace["output"][-1] * slope)
    assert gradient_by_distance(weights, trace)["direct"][0] == pytest.approx(expected)


@pytest.mark.sampled(20)
@EVERY
def test_gradients_of_the_torch_engine_are_those_of_differences(kind, gate, state) -> None:
    """Between corners, where there is no run of exactly 0.

    gradcheck moves all numbers at once, in a direction of chance: any gradient that is wrong shows.
    """
    weights = a_layer(kind, gate, state, scale=0.3)
    w = torch_engine.to_tensors(weights, requires_grad=True)
    trace = a_run(weights)
    x, *starts = (
        torch.tensor(np.array(a), requires_grad=True) for a in (trace.x[:3], *trace.initial)
    )

    def tracks(x, w_x, w_h, b_x, b_h, *states):
        changed = w._replace(w_x=w_x, w_h=w_h, b_x=b_x, b_h=b_h)
        return tuple(torch_engine.run_tensors(changed, x, states).values())

    moved = (x, w.w_x, w.w_h, w.b_x, w.b_h, *starts)
    assert torch.autograd.gradcheck(tracks, moved, fast_mode=True)


@pytest.mark.parametrize("name", HARD_SLOPES)
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_in_torch_too_a_hard_function_is_flat_at_its_corners(name, dtype) -> None:
    slope = HARD_SLOPES[name]
    a = torch.tensor([-0.5 / slope, 0, 0.5 / slope], dtype=dtype, requires_grad=True)
    value = torch_engine.activated(name, a)
    value.sum().backward()
    assert value.tolist() == [0, 0.5, 1]
    assert a.grad is not None
    torch.testing.assert_close(a.grad, torch.tensor([0, slope, 0], dtype=dtype), rtol=0, atol=0)
