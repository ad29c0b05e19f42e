"""Whole ONNX models: stacks run from the model's input, and its head says what PyTorch says."""

import io
import warnings
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from gru_core.__main__ import main
from gru_core.errors import FormatError
from gru_core.formats import npz, read
from gru_core.formats.whole.loose import Chosen
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.oracle.onnx_runs import session

CLOSE = 1e-6
WAYS = [
    ("GRU", False, True),
    ("LSTM", True, True),
    ("GRU", True, False),
    ("LSTM", False, False),
    ("RNN", False, True),
]


class Steps(nn.Module):
    """A head at each step."""

    def __init__(self, cell, both, batch_first) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.emb, self.first = nn.Embedding(30, 6), batch_first
        options = {"num_layers": 2, "bidirectional": both, "batch_first": batch_first}
        self.rnn = getattr(nn, cell)(6, 5, **options)
        self.one, self.two = nn.Linear(5 * (1 + both), 8), nn.Linear(8, 3)

    def head(self, x):
        return self.two(torch.relu(self.one(x)))

    def forward(self, tokens):
        return torch.softmax(self.head(self.rnn(self.emb(tokens))[0]), -1)


class LastStep(Steps):
    def forward(self, tokens):
        x = self.rnn(self.emb(tokens))[0]
        return self.head(x[:, -1] if self.first else x[-1])


class LastStates(Steps):
    def forward(self, tokens):
        states = self.rnn(self.emb(tokens))[1]
        h = states[0] if isinstance(states, tuple) else states
        return self.head(torch.cat([h[-2], h[-1]], -1) if self.rnn.bidirectional else h[-1])


class Mean(Steps):
    def forward(self, tokens):
        return self.head(self.rnn(self.emb(tokens))[0].mean(1 if self.first else 0))


class EncoderDecoder(nn.Module):
    """Numbers in; a layer that starts where another has ended."""

    def __init__(self, cell, both, batch_first) -> None:
        super().__init__()
        torch.manual_seed(0)
        ways = 5 * (1 + both)
        options = {"bidirectional": both, "batch_first": batch_first}
        self.before, self.norm = nn.Linear(4, 6), nn.LayerNorm(ways)
        self.encoder = getattr(nn, cell)(6, 5, **options)
        self.decoder = getattr(nn, cell)(ways, 5, **options)
        self.after = nn.Linear(ways, 2)

    def forward(self, x):
        x, states = self.encoder(torch.tanh(self.before(x)))
        return self.after(self.decoder(self.norm(x), states)[0])


def exported(module, given) -> bytes:
    memory = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        axes = {"x": {0: "a", 1: "b"}}
        torch.onnx.export(
            *(module, (given,), memory),
            dynamo=False,
            input_names=["x"],
            opset_version=17,
            dynamic_axes=axes,
        )
    return memory.getvalue()


def opened(data):
    return npz.parse(npz.write(read(data, "a.onnx")), "a.onnx")


@pytest.mark.sampled(8)
@pytest.mark.parametrize("way", WAYS, ids=["-".join(map(str, way)) for way in WAYS])
@pytest.mark.parametrize("kind", [Steps, LastStep, LastStates, Mean, EncoderDecoder])
def test_the_prediction_and_every_input_are_those_of_onnxruntime(kind, way) -> None:
    module, batch_first = kind(*way).eval(), way[2]
    rng = np.random.default_rng(0)
    tokens = kind is not EncoderDecoder
    given = rng.integers(0, 30, (9, 2)) if tokens else rng.normal(size=(9, 2, 4)).astype("f4")
    own = given.swapaxes(0, 1).copy() if batch_first else given
    data = exported(module, torch.from_numpy(own))
    wanted = session(data).run(None, {"x": own})[0]
    wanted = wanted.swapaxes(0, 1) if batch_first and wanted.ndim == 3 else wanted
    file = opened(data)
    assert len(file.entries) == 2
    for entry in file.entries:
        made, _ = traced(file, entry, model_of(file, entry), {}, Given(given, tokens))
        np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)


def test_a_head_cannot_be_chosen_where_the_file_says_it() -> None:
    data = exported(Steps("GRU", False, True).eval(), torch.zeros(2, 9, dtype=torch.int64))
    file = opened(data)
    with pytest.raises(FormatError, match="leaves no embedding and no head open"):
        model_of(file, file.entries[0], Chosen(head="two"))


def test_an_operator_that_is_not_followed_ends_what_is_known() -> None:
    class Odd(Steps):
        def forward(self, tokens):
            return torch.cumsum(self.rnn(self.emb(tokens))[0], 0)

    data = exported(Odd("GRU", False, False).eval(), torch.zeros(9, 2, dtype=torch.int64))
    file = opened(data)
    assert file.whole.output == ""
    assert file.whole.table is not None


def test_a_cumulated_input_leads_to_no_layer() -> None:
    class Odd(Steps):
        def forward(self, tokens):
            return self.rnn(torch.cumsum(self.emb(tokens), 0))[0]

    data = exported(Odd("GRU", False, False).eval(), torch.zeros(9, 2, dtype=torch.int64))
    assert opened(data).whole is None


class Odd(Steps):
    """Two stacks with an operator between them that is not followed."""

    def __init__(self) -> None:
        super().__init__("GRU", False, True)
        self.above = nn.LSTM(5, 4, batch_first=True)

    def forward(self, tokens):
        below = self.rnn(self.emb(tokens))[0]
        return self.above(torch.cumsum(torch.sin(below), 1))[0]


def test_what_is_not_followed_is_run_by_onnxruntime(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    module, tokens = Odd().eval(), np.random.default_rng(1).integers(0, 30, (2, 9))
    Path("odd.onnx").write_bytes(exported(module, torch.from_numpy(tokens)))
    np.save("tokens.npy", tokens)
    name = opened(Path("odd.onnx").read_bytes()).entries[-1].name
    arguments = ["--layer", name, "--tokens", "tokens.npy", "--out", "out.npz"]
    assert main(["trace", "odd.onnx", *arguments]) == 0
    assert "onnxruntime in the file's own graph" in capsys.readouterr().out
    with torch.no_grad():
        wanted = module(torch.from_numpy(tokens)).numpy().swapaxes(0, 1)
    np.testing.assert_allclose(np.load("out.npz")["output"], wanted, rtol=0, atol=CLOSE)


def changed(data: bytes, change) -> bytes:
    model = onnx.ModelProto.FromString(data)
    change(model.graph)
    return model.SerializeToString()


def test_a_dropout_that_still_leaves_numbers_out_is_not_followed() -> None:
    data = exported(Steps("GRU", False, True).eval(), torch.zeros(2, 9, dtype=torch.int64))
    assert opened(data).whole.output

    def training(graph) -> None:
        softmax = next(node for node in graph.node if node.op_type == "Softmax")
        truth = onnx.numpy_helper.from_array(np.array(True), "truth")
        rate = onnx.numpy_helper.from_array(np.array(0.5, np.float32), "rate")
        graph.initializer.extend([truth, rate])
        dropped = onnx.helper.make_node("Dropout", [softmax.input[0], "rate", "truth"], ["dropped"])
        graph.node.insert([*graph.node].index(softmax), dropped)
        softmax.input[0] = "dropped"

    assert opened(changed(data, training)).whole.output == ""


def test_an_operator_of_a_model_in_place_of_that_of_onnx_is_not_followed() -> None:
    data = exported(Steps("GRU", False, True).eval(), torch.zeros(2, 9, dtype=torch.int64))
    model = onnx.ModelProto.FromString(data)
    body = onnx.helper.make_node("Neg", ["x"], ["y"])
    opset = [onnx.helper.make_opsetid("", 17)]
    model.functions.append(onnx.helper.make_function("", "Relu", ["x"], ["y"], [body], opset))
    assert opened(model.SerializeToString()).whole is None


class Sensor(nn.Module):
    """Convolutions and pooling, as PyTorch has them with the steps last, before two layers."""

    def __init__(self, pool, count_padding) -> None:
        super().__init__()
        torch.manual_seed(0)
        pooled = nn.MaxPool1d(2) if pool == "max" else nn.AvgPool1d(3, 2, 1, False, count_padding)
        self.before = nn.Sequential(
            nn.Conv1d(4, 6, 3, padding=1, bias=False),
            nn.BatchNorm1d(6),
            nn.ReLU(),
            pooled,
            nn.Conv1d(6, 8, 2, dilation=2, groups=2),
            nn.Tanh(),
        )
        self.rnn = nn.LSTM(8, 5, num_layers=2, batch_first=True)
        self.head = nn.Linear(5, 2)
        self.before[1].running_mean.normal_()
        self.before[1].running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = self.before(x.transpose(1, 2)).transpose(1, 2)
        return self.head(self.rnn(x)[0][:, -1])


@pytest.mark.parametrize("pool", ["max", "mean"])
def test_convolutions_and_pooling_before_a_layer_are_computed(pool) -> None:
    module = Sensor(pool, count_padding=False).eval()
    given = np.random.default_rng(0).normal(size=(3, 13, 4)).astype("f4")
    data = exported(module, torch.from_numpy(given))
    wanted = session(data).run(None, {"x": given})[0]
    file = opened(data)
    assert [one.kind for one in file.whole.pieces if one.kind in ("conv", "pool")]
    for entry in file.entries:
        numbers = Given(given.swapaxes(0, 1))
        made, said = traced(file, entry, model_of(file, entry), {}, numbers)
        np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)
        assert any("which the model makes of the 13" in one for one in said)


def test_a_mean_that_counts_what_is_put_at_the_ends_is_not_followed() -> None:
    module = Sensor("mean", count_padding=True).eval()
    assert opened(exported(module, torch.zeros(3, 13, 4))).whole is None


class Decoder(nn.Module):
    """Scaled numbers in; a head that is called once for all steps of all sequences."""

    def __init__(self, batch_first) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.rnn = nn.GRU(4, 5, batch_first=batch_first)
        self.one, self.two = nn.Linear(5, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = (x * 2 - 1 - torch.tensor([1.0, 2.0, 3.0, 4.0])) / torch.tensor([1.0, 2.0, 0.5, 4.0])
        out = self.rnn(nn.functional.leaky_relu(x, 0.3))[0]
        first, second = out.shape[:2]
        out = nn.functional.elu(self.one(out.reshape(first * second, -1)), 0.5)
        return torch.softmax(self.two(out), -1).view(first, second, 3)


class Flat(Decoder):
    def forward(self, x):
        return self.two(self.one(self.rnn(x)[0].reshape(-1, 5)))


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("kind", [Decoder, Flat])
def test_a_head_that_is_called_once_for_all_steps_is_found(kind, batch_first) -> None:
    module = kind(batch_first).eval()
    given = np.random.default_rng(0).normal(size=(9, 2, 4)).astype("f4")
    own = given.swapaxes(0, 1).copy() if batch_first else given
    data = exported(module, torch.from_numpy(own))
    wanted = session(data).run(None, {"x": own})[0].reshape(*own.shape[:2], 3)
    file = opened(data)
    [entry] = file.entries
    made, _ = traced(file, entry, model_of(file, entry), {}, Given(given))
    wanted = wanted.swapaxes(0, 1) if batch_first else wanted
    np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=CLOSE)


class Mixed(Decoder):
    def forward(self, x):
        out = self.rnn(x)[0]
        return self.two(self.one(out.reshape(-1, 5)).view(out.shape[1], out.shape[0], 6))


def test_steps_and_sequences_that_are_exchanged_on_the_way_are_not_followed() -> None:
    data = exported(Mixed(False).eval(), torch.zeros(9, 2, 4))
    assert opened(data).whole.output == ""
