"""Every GRU, LSTM and RNN node of an ONNX model is an entry, or is refused by name."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from gru_core.conventions import GATE_ORDERS, GATES
from gru_core.errors import FormatError, NotFiniteError
from tests.formats.onnx_making import (
    constant,
    direction,
    initializer,
    make_model,
    only,
    put_before,
    read,
    tensors,
)


@pytest.mark.parametrize("kind", ["GRU", "LSTM", "RNN"])
def test_each_gate_gets_its_own_rows_and_biases(kind) -> None:
    stored, cell = tensors(kind), kind.lower()
    [[one]] = only(make_model(kind)).layers
    for at, gate in enumerate(GATE_ORDERS["onnx"][cell]):
        ours, rows = GATES[cell].index(gate), slice(5 * at, 5 * at + 5)
        half = len(GATES[cell]) * 5
        np.testing.assert_array_equal(one.w_x[ours], stored["W"][0, rows])
        np.testing.assert_array_equal(one.w_h[ours], stored["R"][0, rows])
        np.testing.assert_array_equal(one.b_x[ours], stored["B"][0, :half][rows])
        np.testing.assert_array_equal(one.b_h[ours], stored["B"][0, half:][rows])


def test_what_the_node_does_not_say_is_what_the_operator_does() -> None:
    file = read(make_model("GRU"))
    [entry] = file.entries
    assert file.format == "ONNX"
    assert (entry.name, entry.cell, entry.biases, entry.stored) == ("one", "gru", 2, "float32")
    assert entry.says == {
        "gate_activation": "sigmoid",
        "state_activation": "tanh",
        "reset_after": "false",
        "backward": "false",
    }
    assert (entry.assumes, entry.notes, entry.merge, entry.reading_order) == ({}, (), "concat", 0)


def test_linear_before_reset_is_reset_after() -> None:
    assert only(make_model("GRU", linear_before_reset=1)).says["reset_after"] == "true"


def test_a_node_without_b_has_zeros_and_no_biases() -> None:
    entry = only(make_model("LSTM", inputs=("X", "W", "R")))
    assert entry.biases == 0
    assert not entry.layers[0][0].b_x.any()
    assert entry.layers[0][0].b_h.shape == (4, 5)


def test_a_plain_rnn_has_neither_gates_nor_a_reset() -> None:
    assert only(make_model("RNN")).says == {"state_activation": "tanh", "backward": "false"}


def test_reverse_reads_backward_and_leaves_its_output_on_the_steps_of_the_input() -> None:
    entry = only(make_model("LSTM", direction="reverse"))
    assert entry.says["backward"] == "true"
    assert not entry.reading_order


def test_both_directions_are_two_and_neither_is_called_backward() -> None:
    entry = only(make_model("GRU", direction="bidirectional"))
    stored = tensors("GRU", directions=2)
    assert "backward" not in entry.says
    for at, one in enumerate(entry.layers[0]):
        np.testing.assert_array_equal(one.w_h[2], stored["R"][at, 10:])


@pytest.mark.parametrize(
    ("kind", "names", "alpha", "gate", "state"),
    [
        ("GRU", ["Sigmoid", "Relu"], [], "sigmoid", "relu"),
        ("GRU", ["HardSigmoid", "Tanh"], [], "hard_sigmoid", "tanh"),
        ("GRU", ["hardsigmoid", "TANH"], [0.2], "hard_sigmoid", "tanh"),
        ("GRU", ["HardSigmoid", "Tanh"], [1 / 6], "hard_sigmoid_sixth", "tanh"),
        ("GRU", ["HardSigmoid", "Tanh"], [0.25], "hard_sigmoid(0.25)", "tanh"),
        ("GRU", ["HardSigmoid", "Tanh"], [0.16667], "hard_sigmoid(0.16667)", "tanh"),
        ("RNN", ["HardSigmoid"], [0.3], None, "hard_sigmoid(0.3)"),
        ("LSTM", ["HardSigmoid", "Relu", "Relu"], [0.2], "hard_sigmoid", "relu"),
        ("LSTM", ["HardSigmoid", "Tanh", "Tanh"], [0.2, 0.0, 0.0], "hard_sigmoid", "tanh"),
        ("LSTM", ["Sigmoid", "Tanh", "Tanh"], [0.3, 0.3, 0.3], "sigmoid", "tanh"),
        ("RNN", ["Relu"], [], None, "relu"),
        ("RNN", ["Tanh", "Tanh"], [], None, "tanh"),
        ("GRU", ["Sigmoid", "Elu"], [], "sigmoid", "elu"),
        ("GRU", ["Sigmoid", "Elu"], [0.5], "sigmoid", "elu(0.5)"),
        ("GRU", ["HardSigmoid", "LeakyRelu"], [0.2, 0.1], "hard_sigmoid", "leaky_relu(0.1)"),
        ("GRU", ["Sigmoid", "LeakyRelu"], [], "sigmoid", "leaky_relu"),
        ("GRU", ["Sigmoid", "ThresholdedRelu"], [0.25], "sigmoid", "thresholded_relu(0.25)"),
        ("LSTM", ["Sigmoid", "Softsign", "Softsign"], [], "sigmoid", "softsign"),
        ("LSTM", ["Sigmoid", "Elu", "Elu"], [0.3, 0.3], "sigmoid", "elu(0.3)"),
        ("RNN", ["Softplus"], [], None, "softplus"),
        ("RNN", ["Sigmoid"], [], None, "sigmoid"),
        ("RNN", ["ScaledTanh"], [1.7159], None, "scaled_tanh(1.7159,0.5)"),
        ("RNN", ["Affine"], [2.0], None, "affine(2,0.5)"),
        ("RNN", ["HardSigmoid"], [0.2], None, "hard_sigmoid"),
    ],
)
def test_activations_are_said(kind, names, alpha, gate, state) -> None:
    parameters = {"activation_alpha": alpha, "activation_beta": [0.5] * len(alpha)} if alpha else {}
    if alpha and len(alpha) < 3 and {"Elu", "LeakyRelu", "ThresholdedRelu"} & {*names}:
        del parameters["activation_beta"]  # they have none
    says = only(make_model(kind, activations=names, **parameters)).says
    assert (says.get("gate_activation"), says["state_activation"]) == (gate, state)


@pytest.mark.parametrize(
    ("kind", "attributes", "says"),
    [
        ("GRU", {"activations": ["Softsign", "Tanh"]}, r"gates of GRU 'one' end in softsign;"),
        (
            "GRU",
            {"activations": ["HardSigmoid", "Tanh"], "activation_alpha": [-0.25]},
            r"end in hardsigmoid\(-0.25, 0.5\); sigmoid, and the hard sigmoid with an alpha above",
        ),
        (
            "GRU",
            {"activations": ["HardSigmoid", "Tanh"], "activation_beta": [0.4]},
            r"hardsigmoid\(0.2, 0.4\)",
        ),
        (
            "GRU",
            {"activations": ["Sigmoid", "LeakyRelu"], "activation_alpha": [-0.1]},
            r"state of GRU 'one' ends in leakyrelu\(-0.1\); leakyrelu is not computed with these",
        ),
        ("RNN", {"activations": ["Affine"]}, r"state of RNN .* ends in affine without its alpha"),
        (
            "RNN",
            {"activations": ["Affine"], "activation_alpha": [0.4]},
            r"ends in affine without its beta, .* \(attribute activation_beta\)",
        ),
        (
            "RNN",
            {"activations": ["HardSigmoid"], "activation_beta": [0.3]},
            r"ends in hardsigmoid\(0.2, 0.3\); the hard sigmoid with an alpha above 0 and beta 0.5",
        ),
        ("RNN", {"activations": ["Cos"]}, r"ends in cos; tanh, relu, sigmoid, .* are computed"),
        (
            "LSTM",
            {"activations": ["Sigmoid", "Elu", "Elu"], "activation_alpha": [1.0, 0.5]},
            r"ends in elu\(1\), elu\(0.5\); only the same function for the candidate",
        ),
        (
            "GRU",
            {"activations": ["Tanh", "Sigmoid"]},
            "gates of GRU 'one' end in tanh; .* what is told of a gate, such as how much it keeps",
        ),
        (
            "LSTM",
            {"activations": ["Sigmoid", "Tanh", "Relu"]},
            "ends in tanh, relu; only the same function for the candidate and the output",
        ),
        ("LSTM", {"activations": ["Sigmoid", "Tanh"]}, "names 2 activations .* has 3, such as"),
        (
            "GRU",
            {
                "activations": ["HardSigmoid", "Tanh"] * 2,
                "activation_alpha": [0.2, 0.0, 0.2, 0.0],
                "direction": "bidirectional",
            },
            r"alpha is \[0.2, 0.0, 0.2, 0.0\] .* cannot be told which number is whose",
        ),
        (
            "GRU",
            {
                "activations": ["Sigmoid", "Tanh", "Sigmoid", "Relu"],
                "direction": "bidirectional",
            },
            "sigmoid, tanh forward and sigmoid, relu backward",
        ),
        ("GRU", {"clip": 3.5}, r"GRU 'one' clips .* ±3.5 \(attribute clip\)"),
        ("LSTM", {"input_forget": 1}, r"couples .* \(attribute input_forget\)"),
        ("GRU", {"direction": "foward"}, "direction 'foward' and layout 0"),
        ("GRU", {"layout": 2}, "layout 2"),
        ("GRU", {"hidden_size": 6}, r"R of shape \(1, 15, 5\) and hidden_size 6"),
        ("GRU", {"input_forget": 0}, "'input_forget'; a GRU of opset 14 has no such attribute"),
        ("GRU", {"hidden_size": 5.0}, "no such attribute, or of another type"),
        ("GRU", {"opset": 13, "layout": 1}, "a GRU of opset 13 has no such attribute"),
    ],
)
def test_what_is_not_computed_is_refused_by_name(kind, attributes, says) -> None:
    with pytest.raises(FormatError, match=says):
        read(make_model(kind, **attributes))


def test_tensors_may_hold_their_numbers_in_fields() -> None:
    model, stored = make_model("GRU"), tensors("GRU")
    for name, array in stored.items():
        tensor = initializer(model, name)
        tensor.ClearField("raw_data")
        tensor.float_data.extend(array.ravel().tolist())
    np.testing.assert_array_equal(direction(model).w_h[2], stored["R"][0, 10:])


@pytest.mark.parametrize("packed", [False, True], ids=["raw", "int32_data"])
@pytest.mark.parametrize("stored", ["float16", "bfloat16", "float64"])
def test_other_precisions_are_read_exactly(stored, packed) -> None:
    model = make_model("GRU")
    for name in "WRB":
        narrow(initializer(model, name), stored, packed)
    entry = only(model)
    assert entry.stored == stored
    assert entry.layers[0][0].w_x.dtype == (np.float64 if stored == "float64" else np.float32)
    expected = numpy_helper.to_array(initializer(model, "W")).astype(np.float64)
    np.testing.assert_array_equal(entry.layers[0][0].w_x[1], expected[0, :5])


def narrow(tensor, stored, packed) -> None:
    kind = {"float16": 10, "bfloat16": 16, "float64": 11}[stored]
    array = numpy_helper.to_array(tensor).astype(helper.tensor_dtype_to_np_dtype(kind))
    tensor.data_type, tensor.raw_data = kind, array.tobytes()
    if packed:
        tensor.ClearField("raw_data")
        if stored == "float64":
            tensor.double_data.extend(array.ravel().tolist())
        else:
            tensor.int32_data.extend(array.view(np.uint16).ravel().tolist())


def test_mixed_precisions_are_refused() -> None:
    model = make_model("GRU")
    narrow(initializer(model, "R"), "float16", packed=False)
    with pytest.raises(FormatError, match="mixes W float32, R float16, B float32"):
        read(model)


def moved(role):
    """As tf2onnx and torch write weights at times: stored flat and in our own order of gates."""
    stored = tensors("GRU")[role]
    z, r, h = np.split(stored[0], 3)
    model = make_model("GRU")
    model.graph.initializer.remove(initializer(model, role))
    kept = np.concatenate([r, z, h]).T.astype(np.float64)
    model.graph.initializer.append(numpy_helper.from_array(kept, "kept"))
    nodes = [
        *(constant(f"at{at}", [at]) for at in (0, 5, 10, 15)),
        constant("axis", [0]),
        constant("shape", [0, -1]),
        helper.make_node("Cast", ["kept"], ["single"], to=onnx.TensorProto.FLOAT),
        helper.make_node("Transpose", ["single"], ["rows"]),
        *(
            helper.make_node("Slice", ["rows", f"at{begin}", f"at{begin + 5}", "axis"], [gate])
            for gate, begin in (("r", 0), ("z", 5), ("h", 10))
        ),
        helper.make_node("Concat", ["z", "r", "h"], ["all"], axis=0),
        helper.make_node("Reshape", ["all", "shape"], ["same"]),
        helper.make_node("Unsqueeze", ["same", "axis"], ["first"]),
        helper.make_node("Squeeze", ["first", "axis"], ["second"]),
        helper.make_node("Unsqueeze", ["second", "axis"], ["third"]),
        helper.make_node("Identity", ["third"], ["made"]),
    ]
    return put_before(model, "XWR".index(role), *nodes), stored


@pytest.mark.parametrize("role", ["W", "R"])
def test_weights_that_are_moved_about_are_followed(role) -> None:
    model, stored = moved(role)
    one = direction(model)
    ours = one.w_x if role == "W" else one.w_h
    for gate, at in (("reset", 1), ("update", 0), ("candidate", 2)):
        rows = stored[0, 5 * at : 5 * at + 5]
        np.testing.assert_array_equal(ours[GATES["gru"].index(gate)], rows)
    assert only(model).stored == ("float64" if role == "W" else "float32")


@pytest.mark.parametrize("kind", ["MatMul", "Add", "DynamicQuantizeLinear", "Relu"])
def test_weights_that_are_computed_are_refused_naming_the_node(kind) -> None:
    node = helper.make_node(kind, ["W", "W"], ["made"], name="culprit")
    with pytest.raises(
        FormatError, match=rf"W of GRU 'one' is not in the file: 'made' is computed by {kind} 'cul"
    ):
        read(put_before(make_model("GRU"), 1, node))


def test_weights_from_outside_are_refused() -> None:
    with pytest.raises(FormatError, match=r"R of GRU 'one' .* 'Q' is an input of the model;"):
        read(make_model("GRU", inputs=("X", "W", "Q")))


def test_an_initializer_that_is_also_an_input_is_a_constant() -> None:
    """Models of before 2019 list every weight as an input."""
    model = make_model("GRU")
    model.graph.input.append(helper.make_tensor_value_info("W", 1, None))
    assert only(model).cell == "gru"


def test_a_node_inside_a_branch_is_an_entry_that_says_where_it_stands() -> None:
    model = make_model("GRU", name="inner")
    branch = helper.make_graph(
        list(model.graph.node), "taken", [], [helper.make_tensor_value_info("Y", 1, None)]
    )
    other = helper.make_graph(
        [helper.make_node("Identity", ["X"], ["Y"])],
        "not taken",
        [],
        [helper.make_tensor_value_info("Y", 1, None)],
    )
    choice = helper.make_node("If", ["C"], ["Z"], name="if", then_branch=branch, else_branch=other)
    model.graph.node.pop()
    model.graph.node.append(choice)
    entry = only(model)
    assert entry.name == "inner"
    assert entry.notes == (
        "It stands in then_branch of If 'if', which decides whether and how often it is run.",
    )


def stack(names=("a", "b"), between=("Squeeze",)):
    """Two nodes, the second reading the first."""
    model = make_model("GRU", name=names[0])
    last = "Y"
    for at, kind in enumerate(between):
        model.graph.node.append(helper.make_node(kind, [last], [f"between{at}"]))
        last = f"between{at}"
    upper = make_model("GRU", name=names[1], arrays=tensors("GRU", inputs=5)).graph
    upper.initializer[0].name = "W1"
    upper.node[0].input[:2] = [last, "W1"]
    upper.node[0].output[0] = "Y1"
    model.graph.node.append(upper.node[0])
    model.graph.initializer.append(upper.initializer[0])
    return model


def test_layers_are_entries_and_say_which_reads_which() -> None:
    lower, upper = read(stack()).entries
    assert (lower.name, lower.notes) == ("a", ())
    assert (upper.name, upper.notes[0]) == ("b", "It reads the output of GRU 'a'.")
    [note] = read(stack(between=("Relu",))).entries[1].notes
    assert note.startswith("In its model 'b' reads what Relu 'between0' makes of the input, which")


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("a", "a"), ["a", "a (2)"]),
        (("", ""), ["Y", "Y1"]),
        (("a (2)", "a"), ["a (2)", "a"]),
        (("a\n", "b" * 300), ["Y", "Y1"]),
    ],
)
def test_entries_have_names_of_their_own(names, shown) -> None:
    assert [entry.name for entry in read(stack(names)).entries] == shown


def test_training_that_is_in_the_file_is_not_read() -> None:
    model = make_model("GRU")
    model.training_info.add()
    assert read(model).notes == ("The file also says how it is trained; that is not read.",)


def test_a_number_that_is_not_finite_is_named_with_its_place() -> None:
    weights = tensors("GRU")
    weights["R"][0, 7, 3] = np.nan
    with pytest.raises(NotFiniteError, match=r"R\[0, 7, 3\] is nan"):
        read(make_model("GRU", arrays=weights))
