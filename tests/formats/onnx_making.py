"""ONNX models of one recurrent node, to be read as they are or spoiled first."""

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

from gru_core.conventions import GATES
from gru_core.formats.onnx import file as onnx_file
from gru_core.weights import WEIGHTS

ROWS = {"GRU": 3, "LSTM": 4, "RNN": 1}
FLOAT = onnx.TensorProto.FLOAT


def tensors(
    kind: str = "GRU",
    *,
    inputs: int = 3,
    units: int = 5,
    directions: int = 1,
    bias: bool = True,
    seed: int = 0,
    scale: float = 0.1,
) -> dict[str, np.ndarray]:
    """W, R and B with a number of its own in every place."""
    rng, rows = np.random.default_rng(seed), ROWS[kind] * units
    shapes = {"W": (directions, rows, inputs), "R": (directions, rows, units)}
    if bias:
        shapes["B"] = (directions, 2 * rows)
    return {
        name: (scale * rng.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()
    }


def make_model(
    kind: str = "GRU",
    *,
    arrays: dict[str, np.ndarray] | None = None,
    inputs: tuple[str, ...] = ("X", "W", "R", "B"),
    name: str = "one",
    opset: int = 14,
    **attributes: Any,
) -> onnx.ModelProto:
    """A node with these inputs: W, R, B and `arrays` are initializers, others come from outside."""
    direction = attributes.get("direction", "forward")
    held = tensors(kind, directions=1 + (direction == "bidirectional")) | (arrays or {})
    node = helper.make_node(kind, inputs, ["Y"], name=name, **{"hidden_size": 5, **attributes})
    used = [one for one in inputs if one]
    graph = helper.make_graph(
        [node],
        "graph",
        [helper.make_tensor_value_info(one, FLOAT, None) for one in used if one not in held],
        [helper.make_tensor_value_info("Y", FLOAT, None)],
        [numpy_helper.from_array(array, key) for key, array in held.items() if key in used],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=min(7 + opset // 15, 10)
    )


def initializer(model: onnx.ModelProto, name: str) -> onnx.TensorProto:
    return next(one for one in model.graph.initializer if one.name == name)


def put_before(model: onnx.ModelProto, role: int, *nodes: onnx.NodeProto) -> onnx.ModelProto:
    """Nodes ahead of the recurrent one, which then reads the output of the last as this input."""
    recurrent = model.graph.node.pop()
    recurrent.input[role] = nodes[-1].output[0]
    model.graph.node.extend([*nodes, recurrent])
    return model


def constant(name: str, values: Any, dtype: type = np.int64) -> onnx.NodeProto:
    tensor = numpy_helper.from_array(np.asarray(values, dtype))
    return helper.make_node("Constant", [], [name], value=tensor)


def make_layer(kind="gru", inputs=3, units=4, seed=0, dtype=np.float32, **options):
    """A layer whose every number is its own. kind: a cell, or "gru before"."""
    cell, _, before = kind.partition(" ")
    rng, gates = np.random.default_rng(seed), len(GATES[cell])
    shapes = ((gates, units, inputs), (gates, units, units), (gates, units), (gates, units))
    parts = [(0.1 * rng.normal(size=shape)).astype(dtype) for shape in shapes]
    return WEIGHTS[cell](*parts, **({"reset_after": False} if before else {}), **options)


def read(model):
    return onnx_file.read(model.SerializeToString(), "a.onnx")


def only(model):
    [entry] = read(model).entries
    return entry


def direction(model):
    [[one]] = only(model).layers
    return one
