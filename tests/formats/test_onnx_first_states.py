"""Initial states that an ONNX file has, but makes by operators: refused, and never taken for zero.

Whether a state is of the file is asked of onnxruntime: it gives the same output for any input that
the state could come from.
"""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from gru_core.errors import FormatError
from gru_core.formats.answers import answered, questions
from gru_core.formats.onnx.file import named
from gru_core.formats.onnx.origins import origin
from gru_core.formats.running import run_ready
from tests.formats.onnx_making import constant, make_model, only, put_before, read

STARTS = ("X", "W", "R", "B", "", "start", "cell")
FLOATS = np.float32
RNG = np.random.default_rng(7)
LEARNED = RNG.normal(size=(1, 1, 5)).astype(np.float32)


def batch(name="size"):
    """The shape (1, batch, 5), as exporters take it from that of x."""
    return [
        helper.make_node("Shape", ["X"], ["shape"]),
        constant("one", [1]),
        constant("five", [5]),
        helper.make_node("Gather", ["shape", "one"], ["batch"]),
        helper.make_node("Concat", ["one", "batch", "five"], [name], axis=0),
        helper.make_node("Concat", ["one", "batch", "one"], ["times"], axis=0),
    ]


def learned(name="h", values=LEARNED):
    return constant(name, values, FLOATS)


# For each way its nodes; the last one's output is the state. The operator named first is last.
WAYS = {
    "Tile": [*batch(), learned(), helper.make_node("Tile", ["h", "times"], ["made"])],
    "Add": [learned(), learned("g", 2 * LEARNED), helper.make_node("Add", ["h", "g"], ["made"])],
    "Mul": [
        *batch(),
        helper.make_node(
            "ConstantOfShape", ["size"], ["ones"], value=helper.make_tensor("v", 1, [1], [1.0])
        ),
        learned(),
        helper.make_node("Mul", ["ones", "h"], ["made"]),
    ],
    "Where": [
        learned(),
        constant("yes", np.ones((1, 1, 5)), np.bool_),
        learned("g", 0 * LEARNED),
        helper.make_node("Where", ["yes", "h", "g"], ["made"]),
    ],
    "Slice": [
        *batch(),
        learned("two", np.concatenate([LEARNED, -LEARNED])),
        constant("zero", [0]),
        constant("two_", [2]),
        helper.make_node("Concat", ["two_", "batch", "five"], ["double"], axis=0),
        helper.make_node("Expand", ["two", "double"], ["wide"]),
        helper.make_node("Slice", ["wide", "zero", "one", "zero"], ["made"]),
    ],
    "Reshape": [
        *batch(),
        learned(),
        helper.make_node("Tile", ["h", "times"], ["wide"]),
        helper.make_node("Reshape", ["wide", "size"], ["made"]),
    ],
    "Transpose": [
        *batch(),
        learned("flat", LEARNED[0]),
        helper.make_node("Concat", ["batch", "one", "five"], ["turned"], axis=0),
        helper.make_node("Expand", ["flat", "turned"], ["wide"]),
        helper.make_node("Transpose", ["wide"], ["made"], perm=[1, 0, 2]),
    ],
    "Concat": [
        *batch(),
        learned("left", LEARNED[..., :2]),
        learned("right", LEARNED[..., 2:]),
        constant("ones_", [1, 1, 1]),
        helper.make_node("Tile", ["left", "ones_"], ["a"]),
        helper.make_node("Concat", ["a", "right"], ["made"], axis=2),
    ],
    "Tanh": [learned(), helper.make_node("Tanh", ["h"], ["made"])],
    "Cast": [
        *batch(),
        learned(),
        helper.make_node("Tile", ["h", "times"], ["wide"]),
        helper.make_node("Cast", ["wide"], ["made"], to=onnx.TensorProto.FLOAT),
    ],
    "Pad": [
        learned("short", LEARNED[..., :3]),
        constant("pads", [0, 0, 0, 0, 0, 2]),
        helper.make_node("Pad", ["short", "pads"], ["made"]),
    ],
}
PLACES = [("GRU", 5), ("RNN", 5), ("LSTM", 5), ("LSTM", 6)]  # initial_h and initial_c


def started(kind, role, nodes):
    """A model whose initial state of that role is made by the nodes, with x of open sizes."""
    held = {"start": np.zeros((1, 1, 5), FLOATS), "cell": np.zeros((1, 1, 5), FLOATS)}
    inputs = STARTS if kind == "LSTM" else STARTS[:6]
    model = make_model(kind, inputs=inputs, arrays=held)
    return put_before(
        model, role, *[onnx.NodeProto.FromString(n.SerializeToString()) for n in nodes]
    )


def output(model, x, **others):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {"X": x[:, None], **others})[0][:, 0, 0]


X = RNG.normal(size=(6, 3)).astype(np.float32)


@pytest.mark.parametrize(("kind", "role"), PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_a_state_made_of_constants_is_refused_with_the_nodes_that_make_it(way, kind, role) -> None:
    model = started(kind, role, WAYS[way])
    plain = started(kind, role, [constant("made", np.zeros((1, 1, 5)), FLOATS)])
    assert np.abs(output(model, X) - output(plain, X)).max() > 1e-3  # it is not zero
    which = "cell" if role == 6 else "hidden"
    with pytest.raises(
        FormatError, match=f"The initial {which} state of {kind} 'one' is in"
    ) as got:
        read(model)
    assert f"computed from its constants by {way}" in str(got.value)
    assert "optimized_model_filepath" in str(got.value)


def test_what_the_error_advises_makes_the_file_readable(tmp_path) -> None:
    path, folded = tmp_path / "a.onnx", tmp_path / "folded.onnx"
    model = started("GRU", 5, WAYS["Tile"])
    shape = helper.make_tensor_value_info("X", 1, ["steps", "batch", 3])
    model.graph.input[0].CopyFrom(shape)
    onnx.save(model, path)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.add_free_dimension_override_by_name("batch", 1)
    options.add_free_dimension_override_by_name("steps", 6)
    options.optimized_model_filepath = str(folded)
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    made = run_ready(answered(only(onnx.load(folded)), {}), X).output
    np.testing.assert_allclose(made, output(model, X), rtol=0, atol=1e-6)


def test_a_state_by_chance_is_refused_too() -> None:
    nodes = [helper.make_node("RandomNormal", [], ["made"], shape=[1, 1, 5])]
    with pytest.raises(FormatError, match="by RandomNormal 'made'; that is not done"):
        read(started("GRU", 5, nodes))
    like = [helper.make_node("RandomNormalLike", ["X"], ["made"])]
    with pytest.raises(FormatError, match="by RandomNormalLike 'made'"):
        read(started("GRU", 5, like))


def test_a_state_that_nobody_gives_is_refused() -> None:
    model = make_model("GRU", inputs=STARTS[:6])
    del model.graph.input[1:]
    with pytest.raises(FormatError, match="hidden state of GRU 'one': 'start' is defined nowhere"):
        read(model)


MOVES = {
    "as it is": [],
    "Transpose": [helper.make_node("Transpose", ["S"], ["made"], perm=[1, 0, 2])],
    "Slice": [
        constant("zero", [0]),
        constant("one", [1]),
        helper.make_node("Slice", ["S", "zero", "one", "zero"], ["made"]),
    ],
    "Concat": [helper.make_node("Concat", ["S", "S"], ["made"], axis=1)],
}


def given(nodes):
    """A model whose state is made of its input S."""
    model = started("GRU", 5, [*nodes, helper.make_node("Identity", ["made"], ["moved"])])
    model.graph.input.append(helper.make_tensor_value_info("S", 1, None))
    return model


@pytest.mark.parametrize("move", MOVES)
def test_a_state_that_the_model_is_given_is_noted_and_taken_for_zero(move) -> None:
    nodes = MOVES[move] or [helper.make_node("Identity", ["S"], ["made"])]
    entry = only(given(nodes))
    [note] = entry.notes
    assert note.startswith("Its initial hidden state is not in the file")
    assert note.endswith("it is taken to be zero.")
    assert (entry.asks, [q.setting for q in questions(entry)]) == ((), [])


COMPUTED = {
    "Gemm of an input": [
        constant("m", np.eye(5), FLOATS),
        helper.make_node("MatMul", ["S", "m"], ["made"]),
    ],
    "a row of a table": [
        learned("table", np.concatenate([LEARNED] * 3)),
        helper.make_node("Gather", ["table", "S"], ["made"]),
    ],
    "an input of which nothing stays": [
        constant("nought", 0.0, FLOATS),
        helper.make_node("Mul", ["S", "nought"], ["none"]),
        learned(),
        helper.make_node("Add", ["none", "h"], ["made"]),
    ],
    "another layer": [
        helper.make_node("GRU", ["S", "W", "R", "B"], ["", "made"], hidden_size=5, name="enc")
    ],
}


@pytest.mark.parametrize("way", COMPUTED)
def test_a_state_computed_from_an_input_is_run_only_on_a_word(way) -> None:
    entry = {one.name: one for one in read(given(COMPUTED[way])).entries}["one"]
    [note] = [note for note in entry.notes if "initial" in note]
    assert "is computed in the model from what that is given" in note
    [question] = questions(entry)
    assert (question.setting, question.assumed) == ("start", None)
    with pytest.raises(FormatError, match=r"'one' is not run: .* say so: --set start=zeros"):
        answered(entry, {})
    assert run_ready(answered(entry, {"start": "zeros"}), X).output.shape == (6, 5)


def test_lengths_made_of_constants_are_refused_and_those_of_a_shape_noted() -> None:
    inputs = ("X", "W", "R", "B", "lens")
    two = [constant("a", [4], np.int32), helper.make_node("Add", ["a", "a"], ["made"])]
    model = put_before(make_model("GRU", inputs=inputs, arrays={"lens": np.ones(1)}), 4, *two)
    with pytest.raises(FormatError, match=r"sequence_lens\) are computed from constants"):
        read(model)
    of_shape = [
        helper.make_node("Shape", ["X"], ["shape"]),
        constant("zero", [0]),
        helper.make_node("Gather", ["shape", "zero"], ["long"]),
        helper.make_node("Cast", ["long"], ["made"], to=onnx.TensorProto.INT32),
    ]
    model = put_before(make_model("GRU", inputs=inputs, arrays={"lens": np.ones(1)}), 4, *of_shape)
    [note] = only(model).notes
    assert note.startswith("The lengths of the sequences are not fixed")


def test_a_long_way_back_is_followed_once() -> None:
    """Every node reads the one before it twice: 2 to the power of 5,000 ways."""
    nodes = [learned("n0")]
    nodes += [helper.make_node("Add", [f"n{at}"] * 2, [f"n{at + 1}"]) for at in range(5_000)]
    nodes.append(helper.make_node("Identity", ["n5000"], ["made"]))
    with pytest.raises(FormatError, match="Identity 'made', Add 'n5000', Add 'n4999'"):
        read(started("GRU", 5, nodes))


def test_what_a_branch_reads_counts() -> None:
    """The state of an If is what its branches read, in the graphs inside of it."""
    inner = helper.make_graph(
        [helper.make_node("Identity", ["S"], ["out"])],
        "then",
        [],
        [helper.make_tensor_value_info("out", 1, None)],
    )
    nodes = [
        constant("yes", True, np.bool_),
        helper.make_node("If", ["yes"], ["made"], then_branch=inner, else_branch=inner),
    ]
    found = named(given(nodes), "a")["one"]
    made = origin(found.scope, found.node.input[5])
    assert (made.given, made.moved) == (True, False)
    assert numpy_helper.to_array(nodes[0].attribute[0].t)
