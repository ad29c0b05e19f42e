"""ONNX files run here as onnxruntime runs them, and what is written runs there as here."""

import importlib
import io
import warnings

import numpy as np
import onnx
import pytest
import torch
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from gru_core.errors import FormatError
from gru_core.formats.answers import answered
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx.activations import ALPHA, BETA
from gru_core.formats.onnx.check import check_against_onnxruntime
from gru_core.formats.onnx.writer import write
from gru_core.formats.running import run_ready
from gru_core.run import MERGES, run_layers
from tests.formats.onnx_making import (
    constant,
    initializer,
    make_layer,
    make_model,
    put_before,
    tensors,
)
from tests.oracle.onnx_runs import CLOSE, ours, sequence, session, theirs

# Large enough for a mistake to show, and small enough for relu not to grow without end.
SCALE = 0.25
CASES = [
    ("GRU", {"linear_before_reset": 1}),
    ("GRU", {}),
    ("LSTM", {}),
    ("RNN", {}),
]
DIRECTIONS = ["forward", "reverse", "bidirectional"]
# Each with its alpha; without one a HardSigmoid has that of the operator of this name, 0.2.
GATES = [("Sigmoid", None), ("HardSigmoid", None), ("HardSigmoid", 0.2), ("HardSigmoid", 1 / 6)]
STATES = ["Tanh", "Relu"]


def with_activations(kind, gate, alpha, state, directions):
    each = {"GRU": [gate, state], "LSTM": [gate, state, state], "RNN": [state]}[kind]
    parameters = {}
    if alpha is not None and kind != "RNN":
        parameters["activation_alpha"] = [alpha] * directions
        parameters["activation_beta"] = [0.5] * directions
    return {"activations": each * directions, **parameters}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no bias"])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(
    ("kind", "attributes", "gate", "alpha"),
    [
        (kind, attributes, gate, alpha)
        for kind, attributes in CASES
        for gate, alpha in (GATES if kind != "RNN" else GATES[:1])
    ],
)
def test_every_kind_of_node_runs_as_in_onnxruntime(
    kind, attributes, gate, alpha, direction, bias, state
) -> None:
    count = 2 if direction == "bidirectional" else 1
    model = make_model(
        kind,
        inputs=("X", "W", "R", "B") if bias else ("X", "W", "R"),
        direction=direction,
        arrays=tensors(kind, directions=count, scale=SCALE),
        **attributes,
        **with_activations(kind, gate, alpha, state, count),
    )
    data, x = model.SerializeToString(), sequence()
    expected = theirs(data, x)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-7)


OTHERS = {
    "elu": "elu(0.5)",
    "leaky_relu": "leaky_relu(0.2)",
    "thresholded_relu": "thresholded_relu(0.25)",
    "scaled_tanh": "scaled_tanh(1.7159,0.6667)",
    "affine": "affine(0.5,-0.25)",
    **{name: name for name in ("linear", "softsign", "softplus", "sigmoid", "hard_sigmoid")},
}


@pytest.mark.parametrize("name", [*OTHERS.values(), "elu", "leaky_relu", "thresholded_relu"])
@pytest.mark.parametrize("gate", ["sigmoid", "hard_sigmoid_sixth"])
@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_every_function_of_a_state_runs_as_in_onnxruntime(kind, gate, name) -> None:
    """Written here and read again, with its alpha and beta among those of the gates."""
    options = {"state_activation": name} | ({} if kind == "rnn" else {"gate_activation": gate})
    layer, x = tuple(make_layer(kind, 3, 4, seed, **options) for seed in (0, 1)), sequence(steps=20)
    data = write([layer])
    [entry] = onnx_file.read(data, "a.onnx").entries
    assert entry.says["state_activation"] == name
    expected = session(data).run(["y"], {"x": x[:, np.newaxis]})[0][:, 0]
    np.testing.assert_allclose(ours(data, x), expected, rtol=CLOSE, atol=CLOSE)


def test_the_hard_sigmoid_of_onnx_is_that_of_its_own_schema() -> None:
    defaults = {
        name: onnx.helper.get_attribute_value(attribute.default_value)
        for name, attribute in onnx.defs.get_schema("HardSigmoid").attributes.items()
    }
    assert (defaults["alpha"], defaults["beta"]) == pytest.approx((0.2, 0.5))
    assert (ALPHA["hardsigmoid"], BETA["hardsigmoid"]) == (0.2, 0.5)


def test_the_weights_are_large_enough_for_a_mistake_to_be_seen() -> None:
    """With another order of gates, or reset placed elsewhere, the outputs differ by far more."""
    right = make_model("GRU", arrays=tensors("GRU", scale=SCALE), linear_before_reset=1)
    before = make_model("GRU", arrays=tensors("GRU", scale=SCALE))
    swapped = tensors("GRU", scale=SCALE)
    swapped["R"] = swapped["R"][:, [*range(5, 10), *range(5), *range(10, 15)]]
    other = make_model("GRU", arrays=swapped, linear_before_reset=1)
    x = sequence()
    expected = theirs(right.SerializeToString(), x)
    for wrong in (before, other):
        assert np.abs(ours(wrong.SerializeToString(), x) - expected).max() > 1e-2


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("kind", "attributes"), CASES)
def test_initial_states_start_as_in_onnxruntime(kind, attributes, direction) -> None:
    count, rng = 2 if direction == "bidirectional" else 1, np.random.default_rng(4)
    arrays = {name: rng.normal(size=(count, 1, 5)).astype(np.float32) for name in ("h0", "c0")}
    inputs = ("X", "W", "R", "B", "", "h0", "c0")[: 7 if kind == "LSTM" else 6]
    model = make_model(kind, inputs=inputs, arrays=arrays, direction=direction, **attributes)
    data, x = model.SerializeToString(), sequence()
    expected = theirs(data, x)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-7)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("kind", "attributes"), CASES)
def test_batch_first_models_run_as_in_the_reference(kind, attributes, direction) -> None:
    """onnxruntime refuses layout 1, so the whole model runs in the reference of ONNX itself."""
    model = make_model(kind, direction=direction, layout=1, **attributes)
    data, x = model.SerializeToString(), sequence()
    [y] = ReferenceEvaluator(model).run(None, {"X": x[np.newaxis]})
    expected = y[0].reshape(len(x), -1)  # from (batch of 1, step, direction, unit)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    checked = check_against_onnxruntime(data, "one", x)
    np.testing.assert_allclose(checked, expected, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("stored", [10, 16, 11], ids=["float16", "bfloat16", "float64"])
@pytest.mark.parametrize(("kind", "attributes"), CASES)
def test_other_precisions_run_as_in_onnxruntime(kind, attributes, stored) -> None:
    """It has no such cells, but takes the same tensors through a cast."""
    model, x = make_model(kind, **attributes), sequence()
    for name in "WRB":
        tensor = initializer(model, name)
        array = numpy_helper.to_array(tensor)
        tensor.CopyFrom(numpy_helper.from_array(array.astype(DTYPES[stored]), name))
    data = model.SerializeToString()
    checked = check_against_onnxruntime(data, "one", x)
    np.testing.assert_allclose(ours(data, x), checked, rtol=0, atol=CLOSE)


DTYPES = {kind: onnx.helper.tensor_dtype_to_np_dtype(kind) for kind in (10, 11, 16)}


def test_weights_that_are_moved_about_run_as_in_onnxruntime() -> None:
    model = make_model("GRU", arrays=tensors("GRU", scale=SCALE))
    nodes = [
        *(constant(f"at{at}", [at]) for at in (0, 5, 10, 15)),
        constant("axis", [1]),
        *(
            onnx.helper.make_node("Slice", ["R", f"at{at}", f"at{at + 5}", "axis"], [f"part{at}"])
            for at in (0, 5, 10)
        ),
        onnx.helper.make_node("Concat", ["part10", "part0", "part5"], ["made"], axis=1),
    ]
    data, x = put_before(model, 2, *nodes).SerializeToString(), sequence()
    expected = theirs(data, x)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-7)


def published_cases():
    """The tests of ONNX itself, with the outputs that it expects."""
    node = importlib.import_module("onnx.backend.test.case.node")
    # ONNX makes them when they are imported, with a product for which a processor may report an
    # invalid value though there is none: they are compared below.
    with np.errstate(invalid="ignore"):
        for kind in ("gru", "lstm", "rnn"):
            importlib.import_module(f"onnx.backend.test.case.node.{kind}")
    kinds = ("GRU", "LSTM", "RNN")
    cases = [case for case in node._NodeTestCases if case.model.graph.node[0].op_type in kinds]
    assert len(cases) >= 18
    return cases


@pytest.mark.parametrize("case", published_cases(), ids=lambda case: case.name)
def test_the_tests_of_onnx_itself_are_met_or_refused_by_name(case) -> None:
    [(given, expected)] = case.data_sets
    node = case.model.graph.node[0]
    names = [name for name in node.input if name]
    case.model.graph.initializer.extend(
        numpy_helper.from_array(array, name)
        for name, array in list(zip(names, given, strict=True))[1:]
    )
    data = case.model.SerializeToString()
    if "P" in names:
        with pytest.raises(FormatError, match="peephole"):
            onnx_file.read(data, case.name)
        return
    [entry] = onnx_file.read(data, case.name).entries
    wanted = dict(zip([name for name in node.output if name], expected, strict=True))
    batch_first = any(one.name == "layout" for one in node.attribute)
    x = given[0] if batch_first else given[0].swapaxes(0, 1)  # (batch, step, input)
    last = wanted["Y_h"] if batch_first else wanted["Y_h"].swapaxes(0, 1)
    for at, sequence_ in enumerate(x):
        trace = run_ready(answered(entry, {}), sequence_).layers[0]
        ends = [one["hidden"][0 if key == "backward" else -1] for key, one in trace.items()]
        np.testing.assert_allclose(ends, last[at], rtol=0, atol=CLOSE)


class Stack(torch.nn.Module):
    """Two layers of one kind, as users export them."""

    def __init__(self, kind, both, batch_first):
        super().__init__()
        torch.manual_seed(0)
        options = {"num_layers": 2, "bidirectional": both, "batch_first": batch_first}
        self.cells = getattr(torch.nn, kind)(3, 5, **options)

    def forward(self, x):
        return self.cells(x)[0]


def exported(model, x):
    file = io.BytesIO()
    with warnings.catch_warnings():
        # The exporter is deprecated; the new one needs onnxscript, which is not installed.
        warnings.simplefilter("ignore")
        axes = {"x": {0: "step", 1: "batch"}}
        torch.onnx.export(
            model, (x,), file, input_names=["x"], dynamic_axes=axes, dynamo=False, opset_version=17
        )
    return file.getvalue()


@pytest.mark.parametrize("batch_first", [False, True], ids=["step first", "batch first"])
@pytest.mark.parametrize("both", [False, True], ids=["forward", "both ways"])
@pytest.mark.parametrize("kind", ["GRU", "LSTM", "RNN"])
def test_what_torch_exports_runs_as_in_torch(kind, both, batch_first) -> None:
    model = Stack(kind, both, batch_first).eval()
    x = sequence()
    batch = torch.from_numpy(x[np.newaxis] if batch_first else x[:, np.newaxis])
    data = exported(model, batch)
    entries = onnx_file.read(data, "torch.onnx").entries
    assert [entry.name for entry in entries] == [f"/cells/{kind}", f"/cells/{kind}_1"]
    assert entries[1].notes == (f"It reads the output of {kind} '/cells/{kind}'.",)
    read = x
    for entry in entries:
        checked = check_against_onnxruntime(data, entry.name, read)
        read = run_ready(answered(entry, {}), read).output
        np.testing.assert_allclose(read, checked, rtol=0, atol=CLOSE)
    with torch.inference_mode():
        expected = model(batch)[0] if batch_first else model(batch)[:, 0]
    np.testing.assert_allclose(read, expected, rtol=0, atol=CLOSE)


@pytest.mark.parametrize("merge", MERGES)
@pytest.mark.parametrize("state", ["tanh", "relu"])
@pytest.mark.parametrize("gate", ["sigmoid", "hard_sigmoid", "hard_sigmoid_sixth"])
@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_what_is_written_runs_in_onnxruntime_as_here(kind, gate, state, merge) -> None:
    options = {"state_activation": state} | ({} if kind == "rnn" else {"gate_activation": gate})
    lower = tuple(make_layer(kind, 3, 4, seed, **options) for seed in (0, 1))
    upper = make_layer(kind, 8 if merge == "concat" else 4, 6, 2, **options)
    states = 2 if kind == "lstm" else 1
    start = tuple(tuple(np.full((states, 4), number)) for number in (0.1, -0.3))
    layers, x = [lower, upper], sequence(steps=30)
    data = write(layers, [start, None], merge=merge)
    batch = np.stack([x, -x], axis=1)  # (step, batch, input): each row is as if alone
    y = session(data).run(["y"], {"x": batch})[0]
    for at, rows in enumerate((x, -x)):
        expected = run_layers(layers, rows, [start, None], merge=merge).output
        np.testing.assert_allclose(y[:, at], expected, rtol=0, atol=CLOSE)


def test_a_layer_written_to_read_backward_does_so_in_onnxruntime() -> None:
    layer, x = make_layer("gru"), sequence()
    data = write([layer], [np.full(4, 0.2)], backward=True)
    y = session(data).run(["y"], {"x": x[:, np.newaxis]})[0][:, 0]
    np.testing.assert_allclose(y, ours(data, x), rtol=0, atol=CLOSE)
    np.testing.assert_allclose(y, check_against_onnxruntime(data, "layer0", x), atol=1e-7)


def quantized(kind: str, direction: str, axis: int | None, zero: bool) -> onnx.ModelProto:
    """A node whose weights come out of DequantizeLinear, as tools that quantize write them."""
    count = 1 + (direction == "bidirectional")
    held, model = tensors(kind, directions=count), make_model(kind, direction=direction)
    made, rng = [], np.random.default_rng(8)
    kept = {one.name: one for one in model.graph.initializer}
    for at, role in enumerate("WR"):
        shape = () if axis is None else (held[role].shape[axis],)
        scale = rng.uniform(0.002, 0.01, shape).astype(np.float32)
        points = rng.integers(-20, 20, shape, dtype=np.int8)
        numbers = rng.integers(-128, 127, held[role].shape, dtype=np.int8)
        given = {"q": numbers, "scale": scale} | ({"zero": points} if zero else {})
        model.graph.initializer.remove(kept[role])
        model.graph.initializer.extend(
            onnx.numpy_helper.from_array(one, f"{role}.{name}") for name, one in given.items()
        )
        names = [f"{role}.{name}" for name in given]
        options = {} if axis is None else {"axis": axis}
        made.append(
            onnx.helper.make_node("DequantizeLinear", names, [role], name=f"dq{at}", **options)
        )
    node = model.graph.node.pop()
    model.graph.node.extend([*made, node])
    return model


@pytest.mark.parametrize("zero", [True, False])
@pytest.mark.parametrize("axis", [None, 1, 2, -1])
@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_weights_in_few_bits_are_those_of_the_quantized_model(kind, direction, axis, zero) -> None:
    data, x = quantized(kind, direction, axis, zero).SerializeToString(), sequence()
    [entry] = onnx_file.read(data, "a.onnx").entries
    assert entry.stored == "int8"
    assert any("they are those of the quantized model" in note for note in entry.notes)
    expected = theirs(data, x)
    np.testing.assert_allclose(ours(data, x), expected, rtol=0, atol=CLOSE)
    np.testing.assert_allclose(check_against_onnxruntime(data, "one", x), expected, atol=1e-7)
