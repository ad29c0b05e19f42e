"""What onnxruntime is given to check a layer: what stands in the file, not our reading of it."""

import sys

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from gru_core.errors import FormatError, UnknownNameError
from gru_core.formats.onnx import check as onnx_runtime
from gru_core.formats.onnx import states as onnx_states
from gru_core.formats.onnx.check import check_against_onnxruntime
from tests.formats.onnx_making import constant, make_model, put_before
from tests.oracle.onnx_runs import CLOSE, ours, sequence, session, theirs


def test_the_check_says_what_it_cannot_do(monkeypatch) -> None:
    x, data = sequence(), make_model("GRU").SerializeToString()
    with pytest.raises(UnknownNameError, match="entry 'two' does not exist; choose one of: one"):
        check_against_onnxruntime(data, "two", x)
    newest = make_model("GRU", opset=onnx.defs.onnx_opset_version()).SerializeToString()
    with pytest.raises(FormatError, match=r"onnxruntime .* does not compute GRU 'one': "):
        check_against_onnxruntime(newest, "one", x)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(FormatError, match=r"onnxruntime is not installed; .* pip install"):
        check_against_onnxruntime(data, "one", x)


def test_a_name_that_means_two_things_is_not_checked() -> None:
    """Inner graphs may not reuse names, but a file may."""
    scope = onnx_runtime.Scope("", {"a": "tensor"}, {}, frozenset(), frozenset(), None)
    inner = onnx_runtime.Scope("then", {"a": "other"}, {}, frozenset(), frozenset(), scope)
    homes = {"a": scope}
    with pytest.raises(FormatError, match="uses the name 'a' for two things"):
        list(onnx_runtime._needed(inner, ["a"], homes))


def of_the_batch(*nodes):
    """The shape (1, batch, 5) that exporters take from x, and then these nodes."""
    return [
        onnx.helper.make_node("Shape", ["X"], ["shape"]),
        constant("one", [1]),
        constant("five", [5]),
        onnx.helper.make_node("Gather", ["shape", "one"], ["batch"]),
        onnx.helper.make_node("Concat", ["one", "batch", "five"], ["size"], axis=0),
        *nodes,
    ]


def first_states():
    """Models whose state is in the file, by the way it takes to the node."""
    rng = np.random.default_rng(8)
    held = {"h0": (0.5 * rng.normal(size=(1, 1, 5))).astype(np.float32)}
    inputs = ("X", "W", "R", "B", "", "h0")

    def model(*nodes, arrays=held):
        made = make_model("GRU", inputs=inputs, arrays=arrays)
        made.graph.initializer.append(numpy_helper.from_array(held["h0"], "learned"))
        return put_before(made, 5, *nodes) if nodes else made

    expand = onnx.helper.make_node("Expand", ["learned", "size"], ["made"])
    value = numpy_helper.from_array(np.array([0.25], np.float32))
    fill = onnx.helper.make_node("ConstantOfShape", ["size"], ["made"], value=value)
    return {
        "stored": model(),
        "of a batch of 3": model(arrays={"h0": held["h0"].repeat(3, 1)}),
        "expanded": model(*of_the_batch(expand)),
        "filled": model(*of_the_batch(fill)),
        "moved": model(onnx.helper.make_node("Identity", ["learned"], ["made"])),
    }


@pytest.mark.parametrize("way", first_states())
def test_the_check_takes_the_first_state_from_the_file_and_not_from_our_reading(
    way, monkeypatch
) -> None:
    """However wrongly it is read here, the check says what the file's own graph comes to."""
    model, x = first_states()[way], sequence()
    data = model.SerializeToString()
    if way == "of a batch of 3":  # onnxruntime takes no other batch for x
        expected = session(data).run(None, {"X": x[:, np.newaxis].repeat(3, 1)})[0][:, :, 0]
        expected = expected.reshape(len(x), -1)
    else:
        expected = theirs(data, x)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    wrong = onnx_states.Starts(((),), (), False)
    monkeypatch.setattr(onnx_states, "starts", lambda *_: wrong)
    assert np.abs(ours(data, x) - expected).max() > 1e-2
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-6)


def test_the_check_takes_a_batch_first_state_of_two_directions_from_the_file(monkeypatch) -> None:
    rng = np.random.default_rng(4)
    arrays = {n: rng.normal(size=(1, 2, 5)).astype(np.float32) for n in ("h0", "c0")}
    inputs = ("X", "W", "R", "B", "", "h0", "c0")
    model = make_model("LSTM", inputs=inputs, arrays=arrays, direction="bidirectional", layout=1)
    data, x = model.SerializeToString(), sequence()
    expected = ours(data, x)
    [y] = ReferenceEvaluator(model).run(None, {"X": x[np.newaxis]})[:1]
    assert y.shape == (1, len(x), 2, 5)
    monkeypatch.setattr(onnx_states, "starts", lambda *_: onnx_states.Starts(((), ()), (), False))
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=CLOSE)


def test_an_input_that_only_gives_its_shape_may_be_of_any_kind() -> None:
    """Tokens, whose number is the batch: the state is expanded for each of them."""
    model = first_states()["expanded"]
    model.graph.node[0].input[0] = "tokens"
    tokens = onnx.helper.make_tensor_value_info("tokens", onnx.TensorProto.INT64, ["t", "b"])
    model.graph.input.append(tokens)
    data, x = model.SerializeToString(), sequence()
    expected = theirs(data, x, tokens=np.zeros((len(x), 1), np.int64))
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-6)
    model.graph.input[-1].type.tensor_type.shape.dim[0].dim_value = 10**12
    with pytest.raises(FormatError, match="'tokens' of the model, whose shape makes the initial"):
        check_against_onnxruntime(model.SerializeToString(), "one", x)
