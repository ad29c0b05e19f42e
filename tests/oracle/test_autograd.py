"""Our derivatives are those of automatic differentiation, of our torch engine and of PyTorch's own.

∂h_T/∂h_k is asked for by running the rest of the sequence from the state after k steps. With c_k of
an LSTM its h_k = o_k tanh(c_k) varies too. The direct path is asked for by a run whose gates are
numbers.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from torch.autograd.functional import jacobian

from gru_core import GRUWeights, Trace, run
from gru_core.changes.interventions import Intervention
from gru_core.conventions import GATES, STATES, gates_from_file
from gru_core.engines import torch_engine
from gru_core.engines.held import held_of
from gru_core.gradients import gradient_by_distance, jacobians
from gru_core.weights import WEIGHTS, Weights

KINDS = ["gru", "gru before", "lstm", "rnn"]
INPUTS, STEPS = 3, 9
CLOSE = {"rtol": 1e-9, "atol": 1e-13}


class Derivatives(NamedTuple):
    """Of h_T, one Jacobian for each k; the last of `states` is at k = T."""

    states: dict[str, list[np.ndarray]]  # by state, (step + 1) of (unit, unit)
    inputs: list[np.ndarray]  # (step) of (unit, input)
    direct: list[np.ndarray]  # (step + 1) of (unit, unit)


def a_layer(kind: str, units: int = 5, scale: float = 0.6, shift: float = 0) -> Weights:
    """Distinct weights; shift: added to every bias b_x."""
    cell, _, before = kind.partition(" ")
    rng, gates = np.random.default_rng(3), len(GATES[cell])
    shapes = [(gates, units, INPUTS), (gates, units, units), (gates, units), (gates, units)]
    parts = [scale * rng.normal(size=shape) for shape in shapes]
    parts[2] = parts[2] + shift
    return WEIGHTS[cell](*parts, **({"reset_after": False} if before else {}))


def a_run(weights: Weights, steps: int = STEPS) -> Trace:
    """From states that are not zero."""
    rng = np.random.default_rng(4)
    starts = tuple(rng.uniform(-0.9, 0.9, (len(STATES[weights.cell]), weights.units)))
    return run(weights, rng.normal(size=(steps, INPUTS)), starts)


def tensors(arrays) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor(np.array(array, np.float64)) for array in arrays)


def states_after(trace: Trace, k: int) -> tuple[torch.Tensor, ...]:
    names = STATES[trace.cell]
    return tensors(trace.initial if k == 0 else [trace[name][k - 1] for name in names])


def differentiated(trace: Trace, rest, last: int) -> Derivatives:
    """rest: (x, initial states) to h after the last of these inputs."""
    names, units = STATES[trace.cell], trace.units
    x = torch.tensor(np.array(trace.x[: last + 1], np.float64))
    found = Derivatives({name: [] for name in names}, [], [])
    for k in range(last + 1):
        after = states_after(trace, k)
        by_input, *by_states = jacobian(lambda x, *s: rest(x, s), (x[k:], *after))
        if k > 0 and trace.cell == "lstm":
            by_states[1] = jacobian(lambda c, k=k: rest(x[k:], (let_out(trace, k, c), c)), after[1])
        for name, by_state in zip(names, by_states, strict=True):
            found.states[name].append(by_state.numpy())
        found.inputs.append(by_input[:, 0].numpy())
        found.direct.append(held_gates(trace, k, last))
    found.states["hidden"].append(np.eye(units))
    found.direct.append(np.eye(units))
    if trace.cell == "lstm":
        end = last + 1
        found.direct[-1] = jacobian(
            lambda c: let_out(trace, end, c), states_after(trace, end)[1]
        ).numpy()
        found.states["cell"].append(found.direct[-1])
    return found


def let_out(trace: Trace, k: int, c: torch.Tensor) -> torch.Tensor:
    """What the output gate of the step that made c_k lets out of it."""
    return torch.tensor(np.array(trace["output"][k - 1], np.float64)) * c.tanh()


def held_gates(trace: Trace, k: int, last: int) -> np.ndarray:
    """∂h_T/∂h_k (LSTM: ∂c_k) of a run whose gates and candidates are given numbers."""
    numbers = {name: torch.tensor(np.array(track)) for name, track in trace.items()}

    def held(state: torch.Tensor) -> torch.Tensor:
        hidden = 0 * state
        for t in range(k, last + 1):
            now = {name: track[t] for name, track in numbers.items()}
            if trace.cell == "gru":
                state = now["update"] * state + (1 - now["update"]) * now["candidate"]
                hidden = state
            elif trace.cell == "lstm":
                state = now["forget"] * state + now["input"] * now["candidate"]
                hidden = now["output"] * state.tanh()
        return hidden

    found: torch.Tensor = jacobian(held, states_after(trace, k)[-1])
    return found.numpy()


def our_engine(weights: Weights):
    w = torch_engine.to_tensors(weights.astype(np.float64))
    return lambda x, states: torch_engine.run_tensors(w, x, states)["hidden"][-1]


def torchs_own(weights: Weights):
    """The same layer as a torch.nn.GRU, LSTM or RNN."""
    units, cell = weights.units, weights.cell
    kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell]
    module = kind(INPUTS, units, dtype=torch.float64)
    back = np.argsort(gates_from_file("pytorch", cell))
    for name, part in (("ih", weights.w_x), ("hh", weights.w_h)):
        flat = part[back].reshape(-1, part.shape[2])
        getattr(module, f"weight_{name}_l0").data = torch.tensor(flat)
    for name, part in (("ih", weights.b_x), ("hh", weights.b_h)):
        getattr(module, f"bias_{name}_l0").data = torch.tensor(part[back].reshape(-1))

    def rest(x, states):
        parts = tuple(state[None] for state in states)
        return module(x, parts if cell == "lstm" else parts[0])[0][-1]

    return rest


ORACLES = [(our_engine, kind) for kind in KINDS] + [
    (torchs_own, kind) for kind in KINDS if kind != "gru before"
]
FRAMEWORKS = pytest.mark.parametrize(("oracle", "kind"), ORACLES)


def size(matrix: np.ndarray, norm: str) -> float:
    return float(np.linalg.norm(matrix, "fro" if norm == "frobenius" else 2))


def expected(found: Derivatives, cell: str, norm: str, unit: int | None) -> dict[str, np.ndarray]:
    rows = slice(None) if unit is None else slice(unit, unit + 1)

    def sizes(matrices) -> np.ndarray:
        return np.array([size(matrix[rows], norm) for matrix in matrices])

    remembers = found.states[STATES[cell][-1]]
    gates = [whole - direct for whole, direct in zip(remembers, found.direct, strict=True)]
    curves = {name: sizes(matrices) for name, matrices in found.states.items()}
    return {
        **curves, "direct": sizes(found.direct), "gates": sizes(gates),
        "input": sizes(found.inputs),
    }  # fmt: skip


def check(weights: Weights, trace: Trace, rest, last: int | None = None) -> None:
    target = trace.steps - 1 if last is None else last
    truth = differentiated(trace, rest, target)
    cases = [("frobenius", None), ("spectral", None), ("frobenius", trace.units - 1)]
    for norm, unit in cases:
        ours = gradient_by_distance(weights, trace, unit=unit, last=last, norm=norm)
        theirs = expected(truth, trace.cell, norm, unit)
        assert set(ours) == set(theirs)
        for name, curve in theirs.items():
            np.testing.assert_allclose(ours[name], curve, **CLOSE, err_msg=f"{name} {norm} {unit}")


@FRAMEWORKS
def test_every_curve_is_that_of_automatic_differentiation(oracle, kind) -> None:
    weights = a_layer(kind)
    check(weights, a_run(weights), oracle(weights))


def test_what_an_lstm_s_cell_states_are_given_is_what_backpropagation_keeps_at_them() -> None:
    """torch.nn.LSTMCell, step by step: the gradient that every c_k and h_k retains."""
    weights = a_layer("lstm")
    trace, back = a_run(weights), np.argsort(gates_from_file("pytorch", "lstm"))
    module = torch.nn.LSTMCell(INPUTS, 5, dtype=torch.float64)
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        part = getattr(weights, f"{name[0]}_{'x' if name.endswith('ih') else 'h'}")
        shape = getattr(module, name).shape
        getattr(module, name).data = torch.tensor(part[back].reshape(shape))
    states = tuple(part[None] for part in states_after(trace, 0))
    kept: list[tuple[torch.Tensor, torch.Tensor]] = []
    for row in tensors(trace.x):
        states = module(row[None], states)
        for state in states:
            state.retain_grad()
        kept.append(states)
    for unit in range(5):
        for hidden, cell in kept:
            hidden.grad = cell.grad = None
        kept[-1][0][0, unit].backward(retain_graph=True)
        ours = gradient_by_distance(weights, trace, unit=unit)
        by_cell = [float(cell.grad.norm()) for _, cell in kept]
        np.testing.assert_allclose(ours["cell"][1:], by_cell, **CLOSE)
        by_hidden = [float(hidden.grad.norm()) for hidden, _ in kept]
        np.testing.assert_allclose(ours["hidden"][1:], by_hidden, **CLOSE)


@FRAMEWORKS
def test_a_target_in_the_middle_knows_nothing_of_what_comes_later(oracle, kind) -> None:
    weights = a_layer(kind)
    check(weights, a_run(weights), oracle(weights), last=4)


@FRAMEWORKS
@pytest.mark.parametrize("units", [1, 5])
def test_one_step_is_enough(oracle, kind, units) -> None:
    weights = a_layer(kind, units)
    check(weights, a_run(weights, steps=1), oracle(weights))


@FRAMEWORKS
def test_a_layer_of_one_unit(oracle, kind) -> None:
    weights = a_layer(kind, units=1)
    check(weights, a_run(weights), oracle(weights))


@FRAMEWORKS
@pytest.mark.parametrize("shift", [-12, 12])
def test_gates_and_candidates_that_saturate(oracle, kind, shift) -> None:
    weights = a_layer(kind, shift=shift)
    trace = a_run(weights)
    for gate in weights.gates:
        assert np.abs(trace[gate]).max() > 0.9999 or np.abs(trace[gate]).min() < 1e-4
    truth = differentiated(trace, oracle(weights), trace.steps - 1)
    ours = gradient_by_distance(weights, trace)
    for name, curve in expected(truth, trace.cell, "frobenius", None).items():
        # The last digits of 1 − σ are lost where σ is 1 − 1e-6, in their engines as in ours.
        np.testing.assert_allclose(ours[name], curve, rtol=1e-6, atol=1e-10, err_msg=name)


@FRAMEWORKS
def test_the_jacobian_of_each_step(oracle, kind) -> None:
    weights = a_layer(kind)
    trace, rest, units = a_run(weights), oracle(weights), weights.units
    for step, state, by_input in jacobians(weights, trace):
        after = states_after(trace, step)
        x = torch.tensor(np.array(trace.x[step : step + 1]))
        wide = jacobian(lambda x, *s: rest(x, s), (x, *after))
        hidden = np.hstack([part.numpy() for part in wide[1:]])
        np.testing.assert_allclose(state[:units], hidden, rtol=0, atol=1e-12)
        np.testing.assert_allclose(by_input[:units], wide[0][:, 0].numpy(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_cell_state_of_an_lstm_has_rows_of_its_own(dtype) -> None:
    weights = a_layer("lstm").astype(dtype)
    trace, units = a_run(weights), weights.units
    w = torch_engine.to_tensors(weights)
    for step, state, by_input in jacobians(weights, trace):
        assert state.dtype == by_input.dtype == dtype
        before = [torch.tensor(trace.previous(name)[step]) for name in ("hidden", "cell")]
        x = torch.tensor(np.array(trace.x[step]))
        wide = jacobian(lambda x, h, c: torch_engine.step(w, x, (h, c))["cell"], (x, *before))
        tolerance = 1e-12 if dtype == np.float64 else 1e-6
        expected = np.hstack([part.numpy() for part in wide[1:]])
        np.testing.assert_allclose(state[units:], expected, rtol=0, atol=tolerance)
        np.testing.assert_allclose(by_input[units:], wide[0].numpy(), rtol=0, atol=tolerance)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_weights_have_the_gradients_of_their_own_numbers(kind) -> None:
    weights = a_layer(kind).astype(np.float32)
    trace = a_run(weights)
    truth = differentiated(a_run(weights.astype(np.float64)), our_engine(weights), STEPS - 1)
    for unit in (None, 2):
        ours = gradient_by_distance(weights, trace, unit=unit)
        for name, curve in expected(truth, trace.cell, "frobenius", unit).items():
            assert ours[name].dtype == np.float64
            np.testing.assert_allclose(ours[name], curve, rtol=1e-4, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_no_gradient_passes_a_number_that_is_held(kind) -> None:
    weights = a_layer(kind)
    cell, rng = weights.cell, np.random.default_rng(4)
    tracks = {"gru": ["reset", "update", "candidate"], "rnn": []}.get(
        cell, ["input", "forget", "candidate", "output", "cell"]
    )
    for track in [*tracks, "hidden"]:
        held = [Intervention(cell, track, 0.4, unit=1, first=2, last=4)]
        x = rng.normal(size=(STEPS, INPUTS))
        trace = run(weights, x, interventions=held)
        w = torch_engine.to_tensors(weights)
        starts = tensors([np.zeros(5)] * len(STATES[cell]))
        everywhere = held_of(weights, held, STEPS)

        def rest(x, *states, w=w, everywhere=everywhere):
            return torch_engine.run_tensors(w, x, states, everywhere)["hidden"][-1]

        by_input, *by_states = jacobian(rest, (torch.tensor(x), *starts))
        for unit in (None, 1, 3):
            rows = slice(None) if unit is None else slice(unit, unit + 1)
            ours = gradient_by_distance(weights, trace, unit=unit)
            for name, by_state in zip(STATES[cell], by_states, strict=True):
                wanted = np.linalg.norm(by_state[rows].numpy())
                np.testing.assert_allclose(ours[name][0], wanted, **CLOSE, err_msg=track)
            wanted = np.linalg.norm(by_input[rows].numpy(), axis=(0, 2))
            np.testing.assert_allclose(ours["input"], wanted, **CLOSE, err_msg=track)


def test_the_two_placements_have_gradients_of_their_own() -> None:
    """Far enough apart for the tests above to tell them apart."""
    after = a_layer("gru")
    assert isinstance(after, GRUWeights)
    curves = [
        gradient_by_distance(weights, a_run(weights))["hidden"]
        for weights in (after, replace(after, reset_after=False))
    ]
    assert np.abs(curves[0] / curves[1] - 1)[:-1].min() > 1e-3
