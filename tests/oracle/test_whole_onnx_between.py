"""Functions and merges between the layers of ONNX files: computed as onnxruntime computes them."""

import io
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from gru_core.formats import npz, read
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.oracle.onnx_runs import session

CLOSE = 2e-6


class Between(nn.Module):
    """Something between two recurrent layers."""

    def __init__(self, between) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.one, self.two, self.head = nn.GRU(4, 5), nn.LSTM(5, 3), nn.Linear(3, 2)
        self.side, self.between = nn.Linear(5, 5), between
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.mul_(3)

    def forward(self, x):
        x = self.one(x)[0]
        x = self.between(x) if isinstance(self.between, nn.Module) else self.between(x, self.side)
        return self.head(self.two(x)[0])


FUNCTIONS = {
    "gelu": nn.GELU(),
    "gelu by tanh": nn.GELU(approximate="tanh"),
    "mish": nn.Mish(),
    "silu": nn.SiLU(),
    "hard swish": nn.Hardswish(),
    "hard sigmoid": nn.Hardsigmoid(),
    "hard tanh": nn.Hardtanh(-0.5, 0.4),
    "selu": nn.SELU(),
    "celu": nn.CELU(),
    "elu": nn.ELU(0.3),
    "leaky relu": nn.LeakyReLU(0.2),
    "prelu": nn.PReLU(),
    "softplus": nn.Softplus(),
    "softsign": nn.Softsign(),
    "layer norm": nn.LayerNorm(5),
}
MERGES = {
    "largest": lambda x, side: torch.maximum(x, side(x)),
    "least": lambda x, side: torch.minimum(side(x), x),
    "less": lambda x, side: x - side(x),
    "gated": lambda x, side: x * torch.sigmoid(side(x)),
    "mean": lambda x, side: (x + side(x)) / 2,
}
BETWEEN = {**FUNCTIONS, **MERGES}


@pytest.mark.sampled(10)
@pytest.mark.parametrize("opset", [17, 20])
@pytest.mark.parametrize("name", BETWEEN)
def test_what_stands_between_is_computed_as_onnxruntime_does_it(name, opset) -> None:
    module = Between(BETWEEN[name]).eval()
    given = np.random.default_rng(0).normal(size=(9, 2, 4)).astype("f4")
    memory = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            *(module, (torch.from_numpy(given),), memory),
            dynamo=False,
            input_names=["x"],
            opset_version=opset,
            dynamic_axes={"x": {0: "a", 1: "b"}},
        )
    data = memory.getvalue()
    wanted = session(data).run(None, {"x": given})[0]
    file = npz.parse(npz.write(read(data, "a.onnx")), "a.npz")
    assert len(file.entries) == 2
    for entry in file.entries:
        made, _ = traced(file, entry, model_of(file, entry), {}, Given(given))
        np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
