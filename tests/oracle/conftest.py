"""PyTorch's own recurrent layers, and the same weights as ours."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from gru_core.conventions import gates_from_file
from gru_core.weights import WEIGHTS, Weights


class Oracle(NamedTuple):
    module: torch.nn.RNNBase
    layers: list[Any]  # as run_layers takes them


def make_oracle(
    cell: str,
    *,
    layers: int = 1,
    both: bool = False,
    dtype: torch.dtype = torch.float64,
    nonlinearity: str = "tanh",
) -> Oracle:
    """Three inputs, five units; every weight distinct, of scale 0.1. nonlinearity: of the RNN."""
    torch.manual_seed(0)
    kind = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}[cell]
    own = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
    module = kind(3, 5, num_layers=layers, bidirectional=both, dtype=dtype, **own)
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    ours = []
    for layer in range(layers):
        forward = from_module(cell, module, f"l{layer}")
        ours.append((forward, from_module(cell, module, f"l{layer}_reverse")) if both else forward)
    return Oracle(module, ours)


def from_module(cell: str, module: torch.nn.RNNBase, suffix: str) -> Weights:
    order = list(gates_from_file("pytorch", cell))

    def part(name: str) -> np.ndarray:
        stacked = getattr(module, f"{name}_{suffix}").detach().numpy()
        return stacked.reshape(len(order), 5, *stacked.shape[1:])[order]

    parts = map(part, ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    return WEIGHTS[cell](*parts, state_activation=getattr(module, "nonlinearity", "tanh"))


@pytest.fixture(name="make_oracle")
def make_oracle_fixture() -> Callable[..., Oracle]:
    return make_oracle
