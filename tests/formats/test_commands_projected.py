"""`inspect` and `trace` of an LSTM with a projection."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gru_core.__main__ import main
from tests.formats.test_commands import here, inspected, traced
from tests.formats.torch_files import filled, saved

__all__ = ["here"]

# What PyTorch says when it runs such a layer on its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning"),
    pytest.mark.thorough,
]


def test_a_projection_is_told_and_traced(here, capsys) -> None:
    module = filled(torch.nn.LSTM(3, 4, 2, proj_size=2, bidirectional=True))
    Path("a.pt").write_bytes(saved(module.state_dict()))
    x = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    np.save("x.npy", x)
    (found,) = inspected("a.pt", capsys)
    assert (found["hidden_size"], found["proj_size"]) == (4, 2)
    assert main(["inspect", "a.pt"]) == 0
    assert "2 biases, projected to 2" in capsys.readouterr().out
    arrays = traced("a.pt", "--input", "x.npy")
    assert "LSTM of 4 units, projected to 2, 2 layers" in capsys.readouterr().out
    with torch.inference_mode():
        expected = module(torch.tensor(x))[0].numpy()
    np.testing.assert_allclose(arrays["output"], expected, rtol=0, atol=1e-5)
    shapes = {name: arrays[f"layer1.backward.{name}"].shape for name in ("hidden", "cell", "h0")}
    assert shapes == {"hidden": (6, 2), "cell": (6, 4), "h0": (2,)}


def test_a_first_state_of_a_projection_has_its_size(here, capsys) -> None:
    Path("a.pt").write_bytes(saved(torch.nn.LSTM(3, 4, proj_size=2).state_dict()))
    np.save("x.npy", np.ones((5, 3)))
    np.save("h.npy", np.ones(4))
    command = ["trace", "a.pt", "--input", "x.npy", "--initial", "h.npy", "--out", "out.npz"]
    assert main(command) == 2
    assert "the initial hidden has shape (4,); it needs (1, 2)" in capsys.readouterr().err
    np.save("h.npy", np.ones(2))
    assert main(command) == 0
