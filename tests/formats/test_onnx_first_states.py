"""Initial states that an ONNX file makes by operators: worked out or refused, never taken for zero.

What a state comes to is asked of onnxruntime, which runs the whole file.
"""

import time

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from gru_core.errors import FormatError
from gru_core.formats.answers import answered, questions
from gru_core.formats.onnx.check import check_against_onnxruntime
from gru_core.formats.onnx.file import named
from gru_core.formats.onnx.origins import origin
from gru_core.formats.running import run_ready
from tests.formats.onnx_making import constant, make_model, only, put_before, read
from tests.formats.onnx_ways import (
    DEPENDS,
    FLOATS,
    LEARNED,
    NOT_FOLDED,
    RNG,
    STARTS,
    WAYS,
    learned,
    started,
)

PLACES = [("GRU", 5), ("RNN", 5), ("LSTM", 5), ("LSTM", 6)]  # initial_h and initial_c


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def output(model, x):
    return session(model).run(None, {"X": x[:, None]})[0][:, 0, 0]


X = RNG.normal(size=(6, 3)).astype(np.float32)


@pytest.mark.parametrize(("kind", "role"), PLACES)
@pytest.mark.parametrize("way", WAYS)
def test_a_state_made_of_constants_is_that_of_the_file(way, kind, role) -> None:
    model = started(kind, role, WAYS[way])
    expected = output(model, X)
    plain = started(kind, role, [constant("made", np.zeros((1, 1, 5)), FLOATS)])
    assert np.abs(expected - output(plain, X)).max() > 1e-3  # it is not zero
    entry = only(model)
    made = run_ready(answered(entry, {}), X).output
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6)
    which = "cell" if role == 6 else "hidden"
    [note] = entry.notes
    assert note.startswith(
        f"Its initial {which} state is worked out from constants of the file, by"
    )
    data = model.SerializeToString()
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", X), expected, atol=1e-6)


@pytest.mark.parametrize("way", DEPENDS)
def test_a_state_that_depends_on_sizes_is_refused(way) -> None:
    with pytest.raises(
        FormatError, match=r"depends on how long the input is|differs along the bat"
    ):
        read(started("GRU", 5, DEPENDS[way]))


def test_every_row_of_a_batch_starts_as_ours() -> None:
    model, x = started("GRU", 5, WAYS["Tile"]), RNG.normal(size=(6, 3, 3)).astype(np.float32)
    made = session(model).run(None, {"X": x})[0][:, 0]
    for at in range(3):
        expected = run_ready(answered(only(model), {}), x[:, at]).output
        np.testing.assert_allclose(made[:, at], expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("way", NOT_FOLDED)
def test_what_is_not_worked_out_is_refused_soon(way, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.bin").write_bytes(LEARNED.tobytes())  # which no tensor may name
    begun = time.process_time()
    with pytest.raises(FormatError) as refused:
        read(started("GRU", 5, NOT_FOLDED[way]))
    assert time.process_time() - begun < 2
    assert len(str(refused.value)) < 700


def test_what_the_error_advises_makes_the_file_readable(tmp_path) -> None:
    path, folded = tmp_path / "a.onnx", tmp_path / "folded.onnx"
    nodes = [
        *WAYS["Tile"],
        helper.make_node("Cos", ["made"], ["waved"]),
    ]
    model = started("GRU", 5, nodes)
    with pytest.raises(FormatError, match=r"Cos 'waved' is not followed.*optimized_model_filepath"):
        read(model)
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
def test_a_state_that_the_model_is_given_is_noted_and_zeros_or_given(move) -> None:
    nodes = MOVES[move] or [helper.make_node("Identity", ["S"], ["made"])]
    entry = only(given(nodes))
    [note] = entry.notes
    assert note.startswith("Its initial hidden state is not in the file")
    assert note.endswith("it is zeros, or what you give.")
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
    assert "not known here" not in note  # where the model around it is known, it is
    [question] = questions(entry)
    assert (question.setting, question.assumed) == ("start", None)
    with pytest.raises(FormatError, match=r"'one' is not run: .* say so: --set start=zeros"):
        answered(entry, {})
    assert run_ready(answered(entry, {"start": "zeros"}), X).output.shape == (6, 5)


def test_lengths_made_of_constants_are_worked_out_and_those_of_a_shape_noted() -> None:
    inputs = ("X", "W", "R", "B", "lens")
    two = [constant("a", [2], np.int32), helper.make_node("Add", ["a", "a"], ["made"])]
    model = put_before(make_model("GRU", inputs=inputs, arrays={"lens": np.ones(1)}), 4, *two)
    assert only(model).reads.steps == 4
    expected = output(model, X)
    assert (expected[4:] == 0).all()
    made = run_ready(answered(only(model), {}), X).output
    np.testing.assert_allclose(made, expected, rtol=0, atol=1e-6)
    checked = check_against_onnxruntime(model.SerializeToString(), "one", X)
    np.testing.assert_allclose(checked, expected, rtol=0, atol=1e-6)
    waved = [constant("a", [4.0], FLOATS), helper.make_node("Cos", ["a"], ["made"])]
    model = put_before(make_model("GRU", inputs=inputs, arrays={"lens": np.ones(1)}), 4, *waved)
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
