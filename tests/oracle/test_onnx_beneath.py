"""A recurrent node above what is not followed: onnxruntime's own values, or a note that says so."""

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import helper
from torch import nn

from gru_core.__main__ import main
from gru_core.cli import files
from gru_core.errors import FormatError
from tests.formats.onnx_making import constant, make_model, put_before, read, tensors
from tests.oracle.onnx_runs import session
from tests.oracle.test_whole_onnx import exported

CLOSE = 1e-6
NOTE = "which is not computed here: the numbers given are taken for what the layer itself reads."


class Convolved(nn.Module):
    """A convolution around in a circle, which is not followed, as wide as the layer's input."""

    def __init__(self, width=3) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.before = nn.Conv1d(width, 3, 3, padding=1, padding_mode="circular")
        self.rnn = nn.GRU(3, 4, batch_first=True)

    def forward(self, x):
        return self.rnn(self.before(x.transpose(1, 2)).transpose(1, 2))[0]


@pytest.fixture
def x(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = np.random.default_rng(0).normal(size=(6, 2, 3)).astype(np.float32)
    np.save("x.npy", made)
    return made


def traced(capsys, *more) -> tuple[np.ndarray, str]:
    capsys.readouterr()
    arguments = ["--input", "x.npy", "--no-batch-first", "--out", "out.npz"]
    assert main(["trace", "a.onnx", *arguments, *more]) == 0, capsys.readouterr().err
    with np.load("out.npz") as arrays:
        output, said = arrays["output"], "\n".join(arrays["notes"])
    assert said in capsys.readouterr().out
    return output, said


def convolved(x) -> tuple[np.ndarray, np.ndarray]:
    """What the model gives, and what its layer gives on the numbers themselves."""
    module, given = Convolved().eval(), torch.from_numpy(x).transpose(0, 1)
    Path("a.onnx").write_bytes(exported(module, given))
    with torch.no_grad():
        made = (one.transpose(0, 1).numpy() for one in (module(given), module.rnn(given)[0]))
        return next(made), next(made)


def test_a_layer_above_a_convolution_of_its_width_reads_what_that_makes(x, capsys) -> None:
    wanted, alone = convolved(x)
    assert np.abs(wanted - alone).max() > 0.1  # so that the two are told apart
    output, said = traced(capsys)
    np.testing.assert_allclose(output, wanted, rtol=0, atol=CLOSE)
    assert "was computed by onnxruntime in the file's own graph." in said
    assert NOTE not in said
    own, said = traced(capsys, "--layer-input")
    np.testing.assert_allclose(own, alone, rtol=0, atol=CLOSE)
    assert "In its model '/rnn/GRU' reads what Conv '/before/Conv' makes of" in said


def test_without_onnxruntime_it_is_said_what_the_numbers_are_taken_for(
    x, capsys, monkeypatch
) -> None:
    _, alone = convolved(x)

    def missing(*_given):
        raise FormatError("onnxruntime is not installed.")

    monkeypatch.setattr(files, "input_safely", missing)
    output, said = traced(capsys)
    np.testing.assert_allclose(output, alone, rtol=0, atol=CLOSE)
    assert NOTE in said
    assert "was not computed by onnxruntime: onnxruntime is not installed." in said


def test_numbers_that_the_model_cannot_be_given_are_the_layers_own(x, capsys) -> None:
    module = Convolved(7).eval()
    Path("a.onnx").write_bytes(exported(module, torch.zeros(2, 6, 7)))
    with torch.no_grad():
        wanted = module.rnn(torch.from_numpy(x).transpose(0, 1))[0].transpose(0, 1).numpy()
    output, said = traced(capsys)
    np.testing.assert_allclose(output, wanted, rtol=0, atol=CLOSE)
    assert NOTE in said
    assert "what '/rnn/GRU' reads in its model was not computed by onnxruntime" in said


WAYS = {
    "a sum over the steps": [
        constant("axis", 0),
        helper.make_node("CumSum", ["X", "axis"], ["made"], name="sum"),
    ],
    "some of the steps": [
        *(constant("start", [1]), constant("end", [5]), constant("axis", [0])),
        helper.make_node("Slice", ["X", "start", "end", "axis"], ["made"], name="some"),
    ],
    "shapes there and back": [
        constant("shape", [3, 2, -1]),
        helper.make_node("Reshape", ["X", "shape"], ["cut"], name="cut"),
        constant("back", [-1, 2, 3]),
        helper.make_node("Reshape", ["cut", "back"], ["made"], name="back"),
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_what_stands_before_a_node_is_noted_and_computed(way, x, capsys) -> None:
    model = put_before(make_model("GRU", arrays=large()), 0, *WAYS[way])
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("X", 1, ["t", "b", 3]))
    [entry] = read(model).entries
    [note] = entry.notes
    assert note.startswith("In its model 'one' reads what ")
    assert note.endswith(NOTE)
    Path("a.onnx").write_bytes(model.SerializeToString())
    wanted = session(model.SerializeToString()).run(None, {"X": x})[0][:, 0]
    output, _ = traced(capsys)
    np.testing.assert_allclose(output, wanted, rtol=0, atol=CLOSE)


def large():
    return {name: 5 * one for name, one in tensors("GRU").items()}


PLAIN = {
    "Identity": [helper.make_node("Identity", ["X"], ["made"])],
    "Transpose": [helper.make_node("Transpose", ["X"], ["made"], perm=[1, 0, 2])],
    "none": [],
}


@pytest.mark.parametrize("way", PLAIN)
def test_a_node_that_reads_the_input_of_the_model_has_no_such_note(way) -> None:
    model = make_model("GRU")
    [entry] = read(put_before(model, 0, *PLAIN[way]) if PLAIN[way] else model).entries
    assert entry.notes == ()
