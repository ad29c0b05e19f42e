"""ONNX models whose initial state is made by operators, of constants and of other things."""

import numpy as np
import onnx
from onnx import helper

from tests.formats.onnx_making import constant, make_model, put_before

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


def stored_elsewhere(name):
    """A constant whose numbers another file holds."""
    node = constant(name, LEARNED, FLOATS)
    tensor = node.attribute[0].t
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="weights.bin")
    return node


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
    "Split": [
        learned("both", np.concatenate([LEARNED, -LEARNED])),
        constant("ones_", [1, 1]),
        helper.make_node("Split", ["both", "ones_"], ["rest", "made"], axis=0),
    ],
    "Unsqueeze": [
        learned("deep", LEARNED[np.newaxis]),
        constant("zero", [0]),
        helper.make_node("Neg", ["deep"], ["other"]),
        helper.make_node(
            "Squeeze",
            ["other", "zero"],
            [
                "flat",
            ],
            name="s",
        ),
        helper.make_node("Squeeze", ["flat", "zero"], ["flatter"]),
        helper.make_node("Unsqueeze", ["flatter", "zero"], ["made"]),
    ],
    "Gather": [
        *batch(),
        learned("table", np.concatenate([LEARNED, 3 * LEARNED], axis=1)),
        helper.make_node(
            "ConstantOfShape", ["batch"], ["rows"], value=helper.make_tensor("v", 7, [1], [1])
        ),
        helper.make_node("Gather", ["table", "rows"], ["made"], axis=1),
    ],
    "Gemm": [
        learned("flat", LEARNED[0]),
        constant("m", RNG.normal(size=(5, 5)), FLOATS),
        constant("b", RNG.normal(size=5), FLOATS),
        constant("zero", [0]),
        helper.make_node("Gemm", ["flat", "m", "b"], ["one_"], transB=1),
        helper.make_node("Sigmoid", ["one_"], ["two_"]),
        helper.make_node("Unsqueeze", ["two_", "zero"], ["made"]),
    ],
    "shapes of shapes": [  # as torch.onnx.export writes expand(-1, batch, -1)
        *batch(),
        learned(),
        constant("minus", -1),
        helper.make_node("Shape", ["size"], ["rank"]),
        helper.make_node(
            "ConstantOfShape", ["rank"], ["full"], value=helper.make_tensor("v", 7, [1], [1])
        ),
        helper.make_node("Mul", ["full", "minus"], ["open"]),
        helper.make_node("Equal", ["size", "open"], ["is_open"]),
        helper.make_node("Where", ["is_open", "full", "size"], ["sizes"]),
        helper.make_node("Expand", ["h", "sizes"], ["wide"]),
        helper.make_node("Tanh", ["wide"], ["made"]),
    ],
    "of what lies between": [  # the shape is that of something made of x
        learned(),
        helper.make_node("Transpose", ["X"], ["turned"], perm=[1, 0, 2]),
        helper.make_node("Relu", ["turned"], ["other"]),
        helper.make_node("Shape", ["other"], ["sizes"]),
        constant("one", [1]),
        constant("zero", [0]),
        helper.make_node("Gather", ["sizes", "zero"], ["shape"]),
        helper.make_node("Concat", ["one", "shape", "one"], ["times"], axis=0),
        helper.make_node("Tile", ["h", "times"], ["made"]),
    ],
}


def started(kind, role, nodes):
    """A model whose initial state of that role is made by the nodes, with x of open sizes."""
    held = {"start": np.zeros((1, 1, 5), FLOATS), "cell": np.zeros((1, 1, 5), FLOATS)}
    inputs = STARTS if kind == "LSTM" else STARTS[:6]
    model = make_model(kind, inputs=inputs, arrays=held)
    return put_before(
        model, role, *[onnx.NodeProto.FromString(n.SerializeToString()) for n in nodes]
    )


DEPENDS = {
    "on the number of steps": [
        helper.make_node("Shape", ["X"], ["sizes"]),
        constant("zero", [0]),
        helper.make_node("Gather", ["sizes", "zero"], ["shape"]),
        helper.make_node("Cast", ["shape"], ["long"], to=onnx.TensorProto.FLOAT),
        learned(),
        helper.make_node("Mul", ["h", "long"], ["made"]),
    ],
    "on which of the batch it is": [
        *batch(),
        constant("begin", 0),
        constant("by", 1),
        helper.make_node("Squeeze", ["batch"], ["count"]),
        helper.make_node("Range", ["begin", "count", "by"], ["rows"]),
        helper.make_node("Cast", ["rows"], ["numbers"], to=onnx.TensorProto.FLOAT),
        constant("axes", [0, 2]),
        helper.make_node("Unsqueeze", ["numbers", "axes"], ["column"]),
        learned(),
        helper.make_node("Add", ["h", "column"], ["made"]),
    ],
    "on whether it is alone": [
        *batch(),
        learned("h", np.concatenate([LEARNED, -LEARNED])),
        helper.make_node("Equal", ["batch", "one"], ["alone"]),
        helper.make_node("Cast", ["alone"], ["at"], to=onnx.TensorProto.INT64),
        helper.make_node("Gather", ["h", "at"], ["row"], axis=0),
        helper.make_node("Expand", ["row", "size"], ["made"]),
    ],
}


NOT_FOLDED = {
    "a loop": [
        constant("times", 3),
        constant("yes", True, np.bool_),
        learned(),
        helper.make_node(
            "Loop",
            ["times", "yes", "h"],
            ["made"],
            body=helper.make_graph(
                [
                    helper.make_node("Identity", ["go"], ["on"]),
                    helper.make_node("Add", ["s", "s"], ["t"]),
                ],
                "body",
                [
                    helper.make_tensor_value_info("i", 7, []),
                    helper.make_tensor_value_info("go", 9, []),
                    helper.make_tensor_value_info("s", 1, None),
                ],
                [
                    helper.make_tensor_value_info("on", 9, []),
                    helper.make_tensor_value_info("t", 1, None),
                ],
            ),
        ),
    ],
    "another's operator": [
        learned(),
        helper.make_node("Gelu", ["h"], ["made"], domain="com.microsoft"),
    ],
    "more than there is room for": [
        learned(),
        constant("times", [1, 1, 50_000_000]),
        helper.make_node("Tile", ["h", "times"], ["wide"]),
        helper.make_node("ReduceMax", ["wide"], ["most"]),
        helper.make_node("Add", ["h", "most"], ["made"]),
    ],
    "very many numbers": [
        constant("begin", 0),
        constant("end", 10**15),
        constant("by", 1),
        helper.make_node("Range", ["begin", "end", "by"], ["many"]),
        helper.make_node("Cast", ["many"], ["made"], to=onnx.TensorProto.FLOAT),
    ],
    "a long product": [
        constant("tall", [4000, 1]),
        constant("wide", [1, 4000]),
        learned("one_", np.ones((1, 1))),
        helper.make_node("Expand", ["one_", "tall"], ["a"]),
        helper.make_node("Expand", ["one_", "wide"], ["b"]),
        helper.make_node("MatMul", ["a", "b"], ["c"]),
        helper.make_node("MatMul", ["c", "c"], ["d"]),
        helper.make_node("ReduceMax", ["d"], ["made"]),
    ],
    "a circle": [
        helper.make_node("Add", ["b", "b"], ["a"]),
        helper.make_node("Add", ["a", "a"], ["b"]),
        helper.make_node("Tanh", ["b"], ["made"]),
    ],
    "shapes that do not fit": [
        learned(),
        learned("g", LEARNED[..., :2]),
        helper.make_node("Add", ["h", "g"], ["made"]),
    ],
    "too few inputs": [helper.make_node("Tile", [], ["made"])],
    "a tensor stored elsewhere": [stored_elsewhere("h"), helper.make_node("Tanh", ["h"], ["made"])],
    "a shape stored elsewhere": [
        constant("size", [1, 1, 5]),
        helper.make_node(
            "ConstantOfShape", ["size"], ["h"], value=stored_elsewhere("v").attribute[0].t
        ),
        helper.make_node("Tanh", ["h"], ["made"]),
    ],
}
