"""We and PyTorch agree on every state of every cell."""

import numpy as np
import pytest
import torch

from gru_core import GRUWeights, run
from gru_core.conventions import STATES, TOLERANCE
from gru_core.engines import torch_engine
from gru_core.run import run_layers

CELLS = ["gru", "lstm", "rnn"]


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
def test_every_output_and_last_state_is_that_of_torch(
    make_oracle, cell, layers, both, dtype, engine
) -> None:
    module, ours = make_oracle(cell, layers=layers, both=both, dtype=dtype)
    x = torch.randn(60, 3, dtype=dtype)
    starts = torch.randn(len(STATES[cell]), layers * (1 + both), 5, dtype=dtype)
    with torch.inference_mode():
        expected, last = module(x, tuple(starts) if cell == "lstm" else starts[0])
    stack = run_layers(ours, x.numpy(), initials(starts.numpy(), both), engine=engine)
    tolerance = TOLERANCE[expected.numpy().dtype]
    np.testing.assert_allclose(stack.output, expected, rtol=0, atol=tolerance)
    lasts = last if cell == "lstm" else (last,)
    for name, state in zip(STATES[cell], lasts, strict=True):
        np.testing.assert_allclose(final(stack, name), state, rtol=0, atol=tolerance)


def initials(starts, both):
    """Torch stacks layer by layer, forward before backward."""
    flat = [tuple(states) for states in starts.swapaxes(0, 1)]
    return list(zip(flat[::2], flat[1::2], strict=True)) if both else flat


def final(stack, name):
    rows = []
    for layer in stack.layers:
        rows.append(layer.forward[name][-1])
        if layer.backward is not None:
            rows.append(layer.backward[name][0])
    return np.stack(rows)


def test_swapping_two_gates_would_be_noticed(make_oracle) -> None:
    """The weights are distinct enough for the test above to fail when it should."""
    module, [ours] = make_oracle("gru")
    swapped = GRUWeights(*(getattr(ours, p)[[1, 0, 2]] for p in ("w_x", "w_h", "b_x", "b_h")))
    transposed = GRUWeights(ours.w_x, ours.w_h.swapaxes(1, 2), ours.b_x, ours.b_h)
    x = torch.randn(60, 3, dtype=torch.float64)
    expected = module(x)[0].detach().numpy()
    for wrong in (swapped, transposed):
        assert np.abs(run(wrong, x.numpy())["hidden"] - expected).max() > 1e-4


@pytest.mark.parametrize("kind", ["gru after", "gru before", "lstm", "rnn"])
def test_the_torch_engine_equals_the_numpy_engine_on_every_track(make_oracle, kind) -> None:
    cell, _, placement = kind.partition(" ")
    weights = make_oracle(cell).layers[0]
    if placement == "before":
        weights = GRUWeights(weights.w_x, weights.w_h, weights.b_x, weights.b_h, reset_after=False)
    rng = np.random.default_rng(0)
    x, start = rng.normal(size=(40, 3)), tuple(rng.normal(size=(len(STATES[cell]), 5)))
    ours, theirs = (run(weights, x, start, engine=engine) for engine in ("numpy", "torch"))
    for name, track in ours.items():
        np.testing.assert_allclose(theirs[name], track, rtol=0, atol=1e-12)
        assert theirs[name].dtype == track.dtype


@pytest.mark.parametrize("kind", ["gru after", "gru before", "lstm", "rnn"])
def test_gradients_flow_to_inputs_weights_and_initial_states(make_oracle, kind) -> None:
    """Autograd against finite differences, through every track."""
    cell, _, placement = kind.partition(" ")
    w = torch_engine.to_tensors(make_oracle(cell).layers[0], requires_grad=True)
    w = w._replace(reset_after=placement != "before")
    x = torch.randn(3, 3, dtype=torch.float64, requires_grad=True)
    count = len(STATES[cell])
    starts = [torch.randn(5, dtype=torch.float64, requires_grad=True) for _ in range(count)]

    def tracks(x, w_x, w_h, b_x, b_h, *states):
        changed = w._replace(w_x=w_x, w_h=w_h, b_x=b_x, b_h=b_h)
        return tuple(torch_engine.run_tensors(changed, x, states).values())

    assert torch.autograd.gradcheck(tracks, (x, w.w_x, w.w_h, w.b_x, w.b_h, *starts))


def test_gradients_are_those_of_torchs_own_gru(make_oracle) -> None:
    module, [ours] = make_oracle("gru")
    w = torch_engine.to_tensors(ours, requires_grad=True)
    x = torch.randn(20, 3, dtype=torch.float64)
    hidden = torch_engine.run_tensors(w, x, (torch.zeros(5, dtype=torch.float64),))["hidden"]
    hidden[-1].sum().backward()
    module(x)[0][-1].sum().backward()
    expected = module.weight_hh_l0.grad.reshape(3, 5, 5)
    torch.testing.assert_close(w.w_h.grad, expected, rtol=0, atol=1e-12)


def test_a_trace_of_the_torch_engine_is_read_only_too(make_oracle) -> None:
    trace = run(make_oracle("gru").layers[0], np.ones((2, 3)), engine="torch")
    with pytest.raises(ValueError, match="read-only"):
        trace["hidden"][0, 0] = 1
