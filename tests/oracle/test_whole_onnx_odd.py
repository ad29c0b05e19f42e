"""Graphs of ONNX in which a node, an axis or a state is easily taken for another."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from gru_core.formats import npz, read
from gru_core.formats.whole.tracing import Given, model_of, traced
from tests.formats.onnx_making import constant, tensors
from tests.oracle.onnx_runs import session

CLOSE = 2e-6
X = np.random.default_rng(0).normal(size=(7, 2, 3)).astype("f4")
UNITS = 5


def layer(name: str, reads: str, outputs: list[str], seed: int, states: tuple[str, ...] = ()):
    """An LSTM node and its weights."""
    held = {
        f"{name}.{key}": one
        for key, one in tensors("LSTM", units=UNITS, seed=seed, scale=1).items()
    }
    inputs = [reads, *held, *(["", *states] if states else [])]
    return helper.make_node("LSTM", inputs, outputs, name=name, hidden_size=UNITS), held


def model(nodes, held, output: str) -> bytes:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("X", 1, ["steps", "batch", 3])],
        [helper.make_tensor_value_info(output, 1, None)],
        [numpy_helper.from_array(one, key) for key, one in held.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    made: onnx.ModelProto = helper.make_model(graph, opset_imports=opset, ir_version=8)
    return bytes(made.SerializeToString())


def opened(data):
    return npz.parse(npz.write(read(data, "a.onnx")), "a.npz")


def prediction(file, entry):
    whole = model_of(file, entry)
    if whole is None:
        return None
    return traced(file, entry, whole, {}, Given(X, own=False))[0].get("prediction")


def matrix(rows: int, columns: int = 2):
    return np.random.default_rng(9).normal(size=(rows, columns)).astype("f4")


def test_two_layers_that_give_their_last_state_alone_are_each_in_its_place() -> None:
    """Outputs that are left out have no name, and so no name that two nodes may share."""
    one, first = layer("one", "X", ["", "h1", ""], 1)
    two, second = layer("two", "R", ["", "h2", ""], 2)
    nodes = [
        one,
        helper.make_node("Relu", ["X"], ["R"]),
        two,
        constant("at", [0]),
        helper.make_node("Squeeze", ["h1", "at"], ["s1"]),
        helper.make_node("Squeeze", ["h2", "at"], ["s2"]),
        helper.make_node("Concat", ["s1", "s2"], ["both"], axis=1),
        helper.make_node("MatMul", ["both", "M"], ["said"]),
    ]
    data = model(nodes, {**first, **second, "M": matrix(2 * UNITS)}, "said")
    [wanted] = session(data).run(None, {"X": X})
    file = opened(data)
    for entry in file.entries:
        made = prediction(file, entry)
        np.testing.assert_allclose(made, wanted, rtol=0, atol=CLOSE)


AXES = {
    "a number with an axis of its own": [
        constant("four", np.full((1, 1, 1, 1), 2), np.float32),
        helper.make_node("Mul", ["flat", "four"], ["more"]),
        constant("zero", 0),
        helper.make_node("Gather", ["more", "zero"], ["some"], axis=0),
    ],
    "numbers with an axis of their own": [
        constant("four", np.arange(1, 6).reshape(1, 1, 1, 5), np.float32),
        helper.make_node("Mul", ["flat", "four"], ["more"]),
        constant("zero", 0),
        helper.make_node("Gather", ["more", "zero"], ["some"], axis=0),
    ],
}


@pytest.mark.parametrize("name", AXES)
def test_an_operator_that_makes_an_axis_leads_to_no_prediction(name) -> None:
    node, held = layer("one", "X", ["Y"], 1)
    before = [constant("at", [1]), helper.make_node("Squeeze", ["Y", "at"], ["flat"])]
    after = [helper.make_node("MatMul", ["some", "M"], ["said"])]
    data = model([node, *before, *AXES[name], *after], {**held, "M": matrix(UNITS)}, "said")
    [wanted] = session(data).run(None, {"X": X})
    assert wanted.size > 2 * X.shape[1]  # of every step: the first axis is none of the steps
    file = opened(data)
    assert prediction(file, file.entries[0]) is None


def test_a_division_by_zero_is_no_product() -> None:
    node, held = layer("one", "X", ["Y"], 1)
    nodes = [
        node,
        constant("at", [1]),
        helper.make_node("Squeeze", ["Y", "at"], ["flat"]),
        constant("by", [1, 2, 0, 4, 5], np.float32),
        helper.make_node("Div", ["flat", "by"], ["part"]),
        helper.make_node("Tanh", ["part"], ["said"]),
    ]
    file = opened(model(nodes, held, "said"))
    assert prediction(file, file.entries[0]) is None


@pytest.mark.parametrize("kind", ["Mul", "Add", "Max"])
@pytest.mark.parametrize("first", [True, False], ids=["one number first", "one number last"])
def test_one_number_of_a_step_goes_with_each_of_its_others(kind, first) -> None:
    """As a gate of an attention does."""
    one, held = layer("one", "X", ["Y"], 1)
    two, second = layer("two", "gated", ["Z"], 2)
    second["two.W"] = np.random.default_rng(3).normal(size=(1, 4 * UNITS, UNITS)).astype("f4")
    pair = ["share", "flat"] if first else ["flat", "share"]
    nodes = [
        one,
        constant("at", [1]),
        helper.make_node("Squeeze", ["Y", "at"], ["flat"]),
        helper.make_node("MatMul", ["flat", "M"], ["score"]),
        helper.make_node("Sigmoid", ["score"], ["share"]),
        helper.make_node(kind, pair, ["gated"]),
        two,
        helper.make_node("Squeeze", ["Z", "at"], ["last"]),
        helper.make_node("MatMul", ["last", "N"], ["said"]),
    ]
    weights = {**held, **second, "M": matrix(UNITS, 1), "N": matrix(UNITS)}
    data = model(nodes, weights, "said")
    [wanted] = session(data).run(None, {"X": X})
    file = opened(data)
    for entry in file.entries:
        np.testing.assert_allclose(prediction(file, entry), wanted, rtol=0, atol=CLOSE)


def test_a_first_state_that_is_a_part_of_the_sequence_is_no_zeros() -> None:
    """It is asked for: onnxruntime starts from the numbers, which are those of the input."""
    held = {f"one.{key}": one for key, one in tensors("GRU", inputs=UNITS, seed=4, scale=1).items()}
    given = np.random.default_rng(1).normal(size=(7, 2, UNITS)).astype("f4")
    nodes = [
        constant("begin", [0]),
        constant("end", [1]),
        helper.make_node("Slice", ["X", "begin", "end", "begin"], ["start"]),
        helper.make_node("GRU", ["X", *held, "", "start"], ["Y"], name="one", hidden_size=UNITS),
    ]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("X", 1, ["steps", "batch", UNITS])],
        [helper.make_tensor_value_info("Y", 1, None)],
        [numpy_helper.from_array(one, key) for key, one in held.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    data = bytes(made.SerializeToString())
    [y] = session(data).run(None, {"X": given})
    [entry] = read(data, "a.onnx").entries
    assert entry.asks == ("start",)
    alone = entry.layers[0][0]
    assert alone.initial == ()
    assert np.abs(y[0, 0]).max() > 0
