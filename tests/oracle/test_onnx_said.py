"""What is said of an ONNX node, held against what onnxruntime makes of it."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from gru_core.__main__ import main
from gru_core.errors import FormatError
from tests.formats.onnx_making import make_model, read, tensors
from tests.oracle.onnx_runs import ours, sequence, session, theirs

CLOSE = 1e-6
RNG = np.random.default_rng(4)
X = RNG.normal(size=(6, 2, 3)).astype(np.float32)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("x.npy", X)


def large(kind="GRU", **more):
    return {name: 5 * one for name, one in tensors(kind, **more).items()}


def traced(capsys, model, *more) -> tuple[dict[str, np.ndarray], str]:
    Path("a.onnx").write_bytes(model.SerializeToString())
    arguments = ["--input", "x.npy", "--no-batch-first", "--out", "out.npz"]
    assert main(["trace", "a.onnx", *arguments, *more]) == 0, capsys.readouterr().err
    with np.load("out.npz") as arrays:
        return dict(arrays), capsys.readouterr().out


def test_a_state_that_is_given_is_not_said_to_be_zero(capsys) -> None:
    model = make_model("GRU", inputs=("X", "W", "R", "B", "", "h0"), arrays=large())
    h0 = RNG.normal(size=(1, 2, 5)).astype(np.float32)
    np.save("h0.npy", h0)
    arrays, said = traced(capsys, model, "--initial", "h0.npy")
    wanted = session(model.SerializeToString()).run(None, {"X": X, "h0": h0})[0][:, 0]
    np.testing.assert_allclose(arrays["output"], wanted, rtol=0, atol=CLOSE)
    assert "('h0' is an input of the model): it is zeros, or what you give." in said


def test_lengths_that_are_given_are_not_said_to_be_left_out(capsys) -> None:
    model = make_model("GRU", inputs=("X", "W", "R", "B", "lens"), arrays=large())
    model.graph.input[1].CopyFrom(helper.make_tensor_value_info("lens", 6, ["b"]))
    arrays, said = traced(capsys, model, "--lengths", "6", "3")
    lengths = np.array([6, 3], np.int32)
    wanted = session(model.SerializeToString()).run(None, {"X": X, "lens": lengths})[0][:, 0]
    np.testing.assert_allclose(arrays["output"], wanted, rtol=0, atol=CLOSE)
    assert "here each sequence is read whole, or as far as you say." in said


def encoder_decoder() -> onnx.ModelProto:
    """A node that starts where another of the same weights has ended."""
    model = make_model("GRU", arrays=large(), name="dec")
    encoder = helper.make_node(
        "GRU", ["X", "W", "R", "B"], ["", "H"], name="enc", hidden_size=5, linear_before_reset=1
    )
    model.graph.node[0].input.extend(["", "H"])
    model.graph.node.insert(0, encoder)
    return model


def test_a_state_that_another_node_makes_is_not_said_to_be_left_out(capsys) -> None:
    model = encoder_decoder()
    wanted = session(model.SerializeToString()).run(None, {"X": X})[0][:, 0]
    alone = session(make_model("GRU", arrays=large()).SerializeToString()).run(None, {"X": X})[0]
    assert np.abs(wanted - alone[:, 0]).max() > 0.05
    arrays, said = traced(capsys, model, "--layer", "dec")
    np.testing.assert_allclose(arrays["output"], wanted, rtol=0, atol=CLOSE)
    assert "is computed in the model from what that is given" in said
    assert "not known here" not in said


def test_a_thresholded_relu_needs_its_alpha_since_its_default_is_two_things() -> None:
    x, arrays = sequence(), large("RNN", scale=0.2)
    made = {
        alpha: make_model("RNN", arrays=arrays, activations=["ThresholdedRelu"], **said)
        for alpha, said in (
            (None, {}),
            (0, {"activation_alpha": [0.0]}),
            (1, {"activation_alpha": [1.0]}),
        )
    }
    by_default, zero, one = (theirs(model.SerializeToString(), x) for model in made.values())
    np.testing.assert_array_equal(by_default, zero)  # of onnxruntime
    assert np.abs(by_default - one).max() > 0.1
    assert onnx.defs.get_schema("ThresholdedRelu").attributes["alpha"].default_value.f == 1
    np.testing.assert_allclose(ours(made[1].SerializeToString(), x), one, rtol=CLOSE, atol=CLOSE)
    with pytest.raises(FormatError, match="ends in thresholdedrelu without its alpha"):
        read(made[None])


def test_an_affine_state_needs_both_its_numbers_and_then_is_that_of_onnxruntime() -> None:
    x, arrays = sequence(), large("RNN")
    both = {"activations": ["Affine"], "activation_alpha": [0.4], "activation_beta": [0.1]}
    data = make_model("RNN", arrays=arrays, **both).SerializeToString()
    np.testing.assert_allclose(ours(data, x), theirs(data, x), rtol=0, atol=CLOSE)
    del both["activation_beta"]
    with pytest.raises(FormatError, match="ends in affine without its beta"):
        read(make_model("RNN", arrays=arrays, **both))


def test_states_of_each_sequence_are_given_in_place_of_fixed_ones(capsys) -> None:
    h0 = RNG.normal(size=(1, 2, 5)).astype(np.float32)
    names = ("X", "W", "R", "B", "", "h0")
    fixed = make_model("GRU", inputs=names, arrays=large() | {"h0": h0})
    with pytest.raises(FormatError, match=r"differs along the batch of 2; .* an input of"):
        read(fixed)
    np.save("h0.npy", h0)
    arrays, _ = traced(
        capsys, make_model("GRU", inputs=names, arrays=large()), "--initial", "h0.npy"
    )
    wanted = session(fixed.SerializeToString()).run(None, {"X": X})[0][:, 0]
    np.testing.assert_allclose(arrays["output"], wanted, rtol=0, atol=CLOSE)
