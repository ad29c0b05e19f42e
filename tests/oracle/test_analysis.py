"""PyTorch's own sums, slopes and counts agree with what we say about a run."""

import numpy as np
import pytest
import torch
from torch.nn.functional import linear

from gru_core import run
from gru_core.analysis.contributions import contributions
from gru_core.analysis.cost import parameters
from gru_core.analysis.memory import content_map, layer_row
from gru_core.conventions import TOLERANCE

STEPS = 12
MODULES = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}


def explained(weights, trace, gate, what):
    """One field of the contributions of a gate, (step, unit)."""
    return np.array(
        [
            [getattr(contributions(weights, trace, gate, unit, t), what) for unit in range(5)]
            for t in range(trace.steps)
        ]
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("cell", list(MODULES))
def test_pre_activations_values_and_slopes_are_those_of_torchs_linear_maps(
    make_oracle, cell, dtype
) -> None:
    module, [weights] = make_oracle(cell, dtype=dtype)
    x = torch.randn(STEPS, 3, dtype=dtype)
    hidden = module(x)[0]
    before = torch.cat((torch.zeros(1, 5, dtype=dtype), hidden[:-1]))
    from_x = linear(x, module.weight_ih_l0, module.bias_ih_l0).split(5, dim=1)
    from_h = linear(before, module.weight_hh_l0, module.bias_hh_l0).split(5, dim=1)
    totals = [a + b for a, b in zip(from_x, from_h, strict=True)]
    if cell == "gru":
        totals[2] = from_x[2] + totals[0].sigmoid() * from_h[2]
    trace = run(weights, x.numpy())
    for gate, total in zip(weights.gates, totals, strict=True):
        squash = torch.tanh if gate in ("candidate", "hidden") else torch.sigmoid
        leaf = total.detach().requires_grad_()
        value = squash(leaf)
        value.sum().backward()
        ours = {"pre_activation": leaf, "value": value, "free": value, "slope": leaf.grad}
        for what, theirs in ours.items():
            np.testing.assert_allclose(
                explained(weights, trace, gate, what),
                theirs.detach().numpy(),
                rtol=0,
                atol=TOLERANCE[trace.dtype],
                err_msg=f"{gate} {what}",
            )


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", list(MODULES))
def test_parameters_are_counted_as_torch_has_them(cell, layers, directions) -> None:
    for biases in (0, 2):
        module = MODULES[cell](
            7, 5, num_layers=layers, bidirectional=directions == 2, bias=biases == 2
        )
        theirs = sum(parameter.numel() for parameter in module.parameters())
        assert parameters(cell, 7, 5, layers=layers, directions=directions, biases=biases) == theirs


def test_what_a_step_contributed_is_what_is_missing_without_its_candidate(make_oracle) -> None:
    """By autograd: h is linear in each candidate if gates are held, and M is its derivative."""
    weights = make_oracle("gru").layers[0]
    x = np.random.default_rng(0).normal(size=(STEPS, 3))
    trace = run(weights, x, np.full(5, 0.5))
    keep = torch.tensor(trace["update"])
    new = torch.tensor(trace["candidate"], requires_grad=True)
    first = torch.tensor(trace.initial[0], requires_grad=True)
    h = first
    for z, n in zip(keep, new, strict=True):
        h = z * h + (1 - z) * n
    h.sum().backward()
    assert new.grad is not None
    assert first.grad is not None
    parts = np.concatenate(((first.grad * first)[None].detach(), (new.grad * new).detach()))
    for unit in range(5):
        np.testing.assert_allclose(content_map(trace, unit)[-1], parts[:, unit], rtol=0, atol=1e-14)
    shares = np.abs(parts).mean(axis=1)
    np.testing.assert_allclose(layer_row(trace, STEPS - 1), shares / shares.sum(), atol=1e-14)
