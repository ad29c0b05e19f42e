"""What is written as ONNX is a valid model and reads back as what it was."""

import numpy as np
import onnx
import pytest

from gru_core.conventions import STATES
from gru_core.errors import FormatError, ShapeError, UnknownNameError
from gru_core.formats.answers import answered
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx.writer import write
from gru_core.weights import PARTS
from tests.formats.onnx_making import make_layer


def assert_same(ours, theirs) -> None:
    for part in PARTS:
        np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part))
    for setting in ("gate_activation", "state_activation", "reset_after"):
        assert getattr(ours, setting, None) == getattr(theirs, setting, None)


ENDS = ["tanh", "relu", "linear", "leaky_relu", "elu(0.5)", "scaled_tanh(1.7159,0.6667)"]


GATES = ["sigmoid", "hard_sigmoid", "hard_sigmoid_sixth", "hard_sigmoid(0.25)"]


@pytest.mark.parametrize("state", ENDS)
@pytest.mark.parametrize("gate", GATES)
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_a_stack_reads_back_as_it_was(kind, both, gate, state) -> None:
    options = {"state_activation": state} | ({} if kind == "rnn" else {"gate_activation": gate})
    lower = [make_layer(kind, seed=seed, **options) for seed in range(1 + both)]
    upper = [make_layer(kind, 4 * (1 + both), 2, seed + 5, **options) for seed in range(1 + both)]
    layers = [tuple(lower), tuple(upper)] if both else [*lower, *upper]
    data = write(layers)
    onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
    entries = onnx_file.read(data, "ours.onnx").entries
    assert [entry.name for entry in entries] == ["layer0", "layer1"]
    assert entries[1].notes == (f"It reads the output of {kind[:4].strip().upper()} 'layer0'.",)
    for entry, directions in zip(entries, (lower, upper), strict=True):
        [read] = answered(entry, {}).directions
        for ours, theirs in zip(directions, read, strict=True):
            assert_same(ours, theirs)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_initial_states_read_back(kind) -> None:
    rng, layer = np.random.default_rng(1), make_layer(kind)
    states = tuple(rng.normal(size=(len(STATES[kind]), 4)).astype(np.float32))
    data = write([layer, (make_layer(kind, 4), make_layer(kind, 4, seed=1))], [states, None])
    onnx.checker.check_model(onnx.load_model_from_string(data), full_check=True)
    lower, upper = onnx_file.read(data, "ours.onnx").entries
    np.testing.assert_array_equal(lower.layers[0][0].initial, states)
    assert [one.initial for one in upper.layers[0]] == [(), ()]
    assert not any("initial" in note for note in lower.notes + upper.notes)


def test_a_layer_that_reads_backward_reads_back_as_one() -> None:
    [entry] = onnx_file.read(write([make_layer("gru")], backward=True), "ours.onnx").entries
    assert entry.says["backward"] == "true"


def test_double_precision_is_rounded() -> None:
    layer = make_layer("gru", dtype=np.float64)
    [entry] = onnx_file.read(write([layer]), "ours.onnx").entries
    np.testing.assert_array_equal(entry.layers[0][0].w_x, layer.w_x.astype(np.float32))


def test_the_same_layers_give_the_same_bytes() -> None:
    layers = [(make_layer("lstm"), make_layer("lstm", seed=1))]
    assert write(layers) == write(layers)


@pytest.mark.parametrize(
    ("layers", "options", "error", "says"),
    [
        ([], {}, ShapeError, "0 layers and 0 initial states"),
        ([make_layer()], {"initials": [None, None]}, ShapeError, "1 layers and 2 initial"),
        ([make_layer(), make_layer()], {}, ShapeError, "layer 1 takes 3 inputs; .* has 4"),
        ([(make_layer(), make_layer(units=5))], {}, FormatError, "directions of layer 0 differ"),
        (
            [(make_layer(), make_layer(gate_activation="hard_sigmoid"))],
            {},
            FormatError,
            "their units or their activations",
        ),
        ([(make_layer(), make_layer("gru before"))], {}, FormatError, "differ in their cell"),
        ([make_layer()], {"merge": "max"}, UnknownNameError, "merge 'max' does not exist"),
        ([make_layer()], {"initials": [np.zeros(3)]}, ShapeError, "a layer of 4 units"),
    ],
)
def test_what_one_node_cannot_hold_is_refused(layers, options, error, says) -> None:
    with pytest.raises(error, match=says):
        write(layers, **options)


def test_a_function_that_onnx_has_not_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match="node of ONNX cannot end in selu: export it as NPZ"):
        write([make_layer("gru", state_activation="selu")])
