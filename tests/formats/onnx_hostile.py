"""Hostile ONNX files, each with what its refusal says."""

import pickle

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gru_core.formats import limits
from tests.formats.onnx_making import constant, initializer, make_model, put_before, tensors


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(number: int, content: bytes) -> bytes:
    """A field that holds bytes or a message. Graph 7 of a model, node 1 and tensor 5 of a graph."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def good() -> onnx.ModelProto:
    return make_model("GRU")


def with_w(**changes) -> onnx.ModelProto:
    """A model whose W says something else of itself. None clears."""
    model = good()
    tensor = initializer(model, "W")
    for name, value in changes.items():
        tensor.ClearField(name)
        if isinstance(value, list):
            getattr(tensor, name).extend(value)
        elif value is not None:
            setattr(tensor, name, value)
    return model


def external() -> onnx.ModelProto:
    model = with_w(raw_data=None, data_location=onnx.TensorProto.EXTERNAL)
    initializer(model, "W").external_data.add(key="location", value="../../../etc/passwd")
    return model


def in_segments() -> onnx.ModelProto:
    model = good()
    initializer(model, "W").segment.end = 3
    return model


def sparse() -> onnx.ModelProto:
    model = good()
    tensor = initializer(model, "W")
    model.graph.initializer.remove(tensor)
    model.graph.sparse_initializer.add().values.CopyFrom(tensor)
    return model


def twice() -> onnx.ModelProto:
    model = good()
    model.graph.initializer.append(numpy_helper.from_array(2 * tensors()["W"], "W"))
    return model


def same_output() -> onnx.ModelProto:
    model = good()
    model.graph.node.append(helper.make_node("Relu", ["X"], ["Y"]))
    return model


def chain(*nodes: tuple[str, str, str]) -> onnx.ModelProto:
    return put_before(good(), 1, *(helper.make_node(kind, [a], [b]) for kind, a, b in nodes))


def circle() -> onnx.ModelProto:
    return chain(("Identity", "b", "a"), ("Identity", "a", "b"))


def long_chain() -> onnx.ModelProto:
    return chain(*(("Identity", f"W{at}" if at else "W", f"W{at + 1}") for at in range(5000)))


def doubled(times: int = 40) -> onnx.ModelProto:
    """Each node joins the one before it to itself."""
    nodes = [
        helper.make_node("Concat", [f"W{at}" if at else "W"] * 2, [f"W{at + 1}"], axis=0)
        for at in range(times)
    ]
    return put_before(good(), 1, *nodes)


def filled(*sizes: int) -> onnx.ModelProto:
    node = helper.make_node("ConstantOfShape", ["size"], ["made"])
    return put_before(good(), 1, constant("size", sizes), node)


def spread(*sizes: int) -> onnx.ModelProto:
    node = helper.make_node("Expand", ["W", "size"], ["made"])
    return put_before(good(), 1, constant("size", sizes), node)


def impossible() -> onnx.ModelProto:
    return put_before(good(), 1, helper.make_node("Transpose", ["W"], ["made"], perm=[0, 0, 1]))


def wide_floats() -> onnx.ModelProto:
    model = good()
    model.graph.node[0].attribute.append(helper.make_attribute("hidden_size", 5))
    return model


def of_opsets(*versions: int) -> onnx.ModelProto:
    model = good()
    model.ClearField("opset_import")
    model.opset_import.extend(helper.make_opsetid("", version) for version in versions)
    return model


def of_ir(version: int) -> onnx.ModelProto:
    model = good()
    model.ir_version = version
    return model


def own_gru() -> onnx.ModelProto:
    model = good()
    model.functions.add(name="GRU", domain="")
    return model


def in_function() -> onnx.ModelProto:
    model = good()
    model.functions.add(name="layer", domain="mine").node.append(model.graph.node.pop())
    return model


def foreign() -> onnx.ModelProto:
    model = good()
    model.graph.node[0].domain = "com.example"
    return model


def referring() -> onnx.ModelProto:
    model = good()
    model.graph.node[0].attribute[0].ref_attr_name = "outer"
    return model


def without_graph() -> onnx.ModelProto:
    model = good()
    model.ClearField("graph")
    return model


def without_nodes() -> onnx.ModelProto:
    model = good()
    model.graph.ClearField("node")
    return model


def fewer_inputs() -> onnx.ModelProto:
    model = good()
    del model.graph.node[0].input[2:]
    return model


def crowd(count: int) -> onnx.ModelProto:
    """Many nodes that share their weights."""
    model = good()
    for at in range(count):
        model.graph.node.append(helper.make_node("GRU", ["X", "W", "R"], [f"Y{at}"], hidden_size=5))
    return model


def shared(count: int = 60) -> onnx.ModelProto:
    """A small file whose layers together are large."""
    weights = {"W": np.zeros((1, 1500, 500), np.float32), "R": np.zeros((1, 1500, 500), np.float32)}
    model = make_model("GRU", arrays=weights, inputs=("X", "W", "R"), hidden_size=500)
    for at in range(count):
        node = helper.make_node("GRU", ["X", "W", "R"], [f"Y{at}"], hidden_size=500)
        model.graph.node.append(node)
    return model


def lstm_as_gru() -> onnx.ModelProto:
    """12 units of an LSTM have 48 rows, as 16 of a GRU would."""
    arrays = tensors("LSTM", units=12)
    return make_model("GRU", arrays=arrays, hidden_size=12)


def deep() -> bytes:
    """Graphs in nodes in graphs."""
    inner = b""
    for _ in range(3000):
        inner = field(1, field(5, field(6, inner)))
    return field(7, inner)


SMALL = 9_000_000
HOSTILE = {
    "nothing": (b"", "The file is empty; it needs weights"),
    "cut short": (good().SerializeToString()[:-200], "'a.onnx' is no ONNX model, or a damaged one"),
    "a page": (b"<!DOCTYPE html><html><body>404</body></html>", "is no ONNX model"),
    "a pointer": (
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "is no ONNX model, or a damaged one",
    ),
    "a pickle": (pickle.dumps({"W": [1.0, 2.0]}), "is no ONNX model"),
    "a zip": (b"PK\x03\x04" + bytes(60), "is no ONNX model"),
    "zeros": (bytes(1000), "is no ONNX model"),
    "a number without end": (b"\x08" + b"\xff" * 30, "a number of more than ten bytes"),
    "a length past the end": (b"\x3a\xff\xff\x03", "longer than what holds it"),
    "too large": (lambda: bytes(limits.MAX_BYTES + 1), "up to 32 MB are read"),
    "two models": (
        good().SerializeToString() + make_model("LSTM").SerializeToString(),
        "'a.onnx' holds two graphs, as if two models had been written one after the other",
    ),
    "no graph": (without_graph(), "it has no graph"),
    "no nodes": (without_nodes(), "has no GRU, LSTM or RNN node of ONNX; its nodes are none"),
    "no opset": (of_opsets(), "version of its operators as none; it needs one opset, 7 to"),
    "two opsets": (of_opsets(14, 17), "as 14 and 17; it needs one"),
    "old opset": (of_opsets(5), "as 5; it needs one opset, 7 to"),
    "opset of tomorrow": (of_opsets(999), "as 999; it needs one"),
    "format of tomorrow": (of_ir(99), "is of version 99 of the ONNX format; versions 3 to"),
    "stored elsewhere": (
        external(),
        "'W' is stored in another file, '../../../etc/passwd', which leads out",
    ),
    "in segments": (in_segments(), "'W' is stored in segments"),
    "sparse": (sparse(), "'W' is stored as a sparse tensor"),
    "half of W": (
        with_w(raw_data=tensors()["W"].tobytes()[:90]),
        r"'W' has 90 bytes; its shape \(1, 15, 3\) needs 180",
    ),
    "negative": (with_w(dims=[1, -15, 3]), r"'W' has shape \(1, -15, 3\); no axis can be negative"),
    "huge": (with_w(dims=[1, 2**40, 2**40]), "tensors of up to 64 MB are read"),
    "wraps to nothing": (with_w(dims=[2**62, 4], raw_data=None), "tensors of up to 64 MB"),
    "many axes": (with_w(dims=[1] * 2000), "'W' has 2000 axes"),
    "numbers twice": (
        with_w(float_data=[0.0] * 45),
        "'W' are given in float_data and raw_data; float32 stands in raw_data or in float_data",
    ),
    "too few numbers": (
        with_w(float_data=[0.0] * 44, raw_data=None),
        "'W' has 44 numbers; its shape .* needs 45",
    ),
    "in the wrong field": (with_w(double_data=[0.0] * 45, raw_data=None), "given in double_data"),
    "texts": (with_w(data_type=8, string_data=[b"a"] * 45, raw_data=None), "'W' holds STRING"),
    "quantized": (with_w(data_type=3, raw_data=bytes(45)), "mixes W int8"),
    "quantized in four bits": (with_w(data_type=22, raw_data=bytes(23)), "'W' holds INT4; weights"),
    "quantized beyond its bits": (
        with_w(data_type=3, int32_data=[128] * 45, raw_data=None),
        "'W' holds int8 in int32_data and has a value outside -128 to 127",
    ),
    "of no type": (with_w(data_type=0), "'W' holds UNDEFINED"),
    "of an unknown type": (with_w(data_type=99), "'W' holds 99"),
    "whole numbers": (with_w(data_type=6), "mixes W int32"),
    "half precision out of range": (
        with_w(data_type=10, int32_data=[70_000] * 45, raw_data=None),
        "has a value outside 0 to 65535",
    ),
    "W twice": (twice(), "defines 'W' twice"),
    "two of an output": (same_output(), "defines 'Y' twice"),
    "an attribute twice": (wide_floats(), "gives 'hidden_size' twice"),
    "an attribute from outside": (referring(), "takes 'hidden_size' from outside of the node"),
    "a circle": (circle(), "'[ab]' is computed from itself"),
    "a long way": (long_chain(), "made by more than 64 operators"),
    "doubled": (doubled(), "would take|take more than"),
    "filled": (filled(1, 2**31, 2**31), "does not fit what it is given"),
    "filled a little less": (filled(1, 60_000, 1000), "would take 240 MB"),
    "filled below zero": (filled(1, -15, 3), "does not fit what it is given"),
    "spread": (spread(2**40, 15, 3), "would take|does not fit what it is given"),
    "impossible": (impossible(), "Transpose 'made' does not fit what it is given"),
    "too few inputs": (fewer_inputs(), "has 2 inputs; it needs X, W and R"),
    "a GRU of its own": (own_gru(), "defines an operator GRU of its own"),
    "in a function": (in_function(), r"inside of its functions \('layer'\); write them out"),
    "another's GRU": (foreign(), "com.example.GRU is another's operator"),
    "an LSTM called GRU": (
        lstm_as_gru(),
        r"W of GRU 'one' has shape \(1, 48, 3\); .* needs \(1, 36",
    ),
    "a crowd": (crowd(300), "has more than 256 recurrent nodes"),
    "shared weights": (shared, "take more than 64 MB, which are read, unless"),
    "empty nodes": (lambda: field(7, field(1, b"") * SMALL), "so many small parts"),
    "empty names": (lambda: field(7, field(1, field(1, b"") * SMALL)), "so many small parts"),
    "axes alone": (lambda: field(7, field(5, b"\x08\x01" * SMALL)), "so many small parts"),
    "packed numbers": (
        lambda: field(7, field(5, field(7, b"\x01" * SMALL))),
        "so many small parts",
    ),
    "unknown fields": (lambda: b"\xf8\x07\x01" * SMALL, "so many small parts"),
    "deep": (deep(), "nested more than 64 levels deep"),
    "a tensor merged from two": (
        field(7, field(1, field(5, field(5, b"\x08\x01") + field(5, b"\x08\x02")))),
        "gives t twice in one AttributeProto",
    ),
}


def data_of(name: str) -> bytes:
    hostile, _ = HOSTILE[name]
    made = hostile() if callable(hostile) else hostile  # large ones are made when needed
    return made if isinstance(made, bytes) else made.SerializeToString()
