"""Random graphs of ONNX around recurrent nodes, each value of which onnxruntime has computed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, InvalidGraph
from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException as Runtime

from tests.formats.onnx_making import ROWS
from tests.oracle.onnx_runs import session

OPSETS = (7, 9, 11, 13, 14, 17, 20, 22)
REFUSALS = (Fail, InvalidArgument, InvalidGraph, Runtime)  # of onnxruntime
AS_INPUTS = {"Squeeze": 13, "Unsqueeze": 13, "ReduceMean": 18, "ReduceMax": 18}  # of their axes
FUNCTIONS = ("Relu", "Tanh", "Sigmoid", "Softplus", "Softsign", "LeakyRelu", "Elu", "Exp", "Abs")
ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Max", "Min", "Mean")
LARGEST, MOST = 100.0, 4000  # numbers, and how many of them, that a graph goes on with


class UnfitError(Exception):
    """A node that does not fit what it is given."""


@dataclass
class Layer:
    """A recurrent node and what onnxruntime has for it."""

    name: str
    x: np.ndarray  # (step, batch, input)
    y: np.ndarray  # (step, batch, direction·unit)


@dataclass
class Graph:
    """A graph that grows."""

    rng: np.random.Generator
    opset: int
    nodes: list[Any] = field(default_factory=list)
    values: dict[str, np.ndarray] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)  # values that a node may go on with
    layers: list[Layer] = field(default_factory=list)

    def constant(self, values: Any, dtype: str = "f4") -> str:
        name = f"c{len(self.values)}"
        self.values[name] = np.asarray(values, dtype)
        tensor = numpy_helper.from_array(self.values[name])
        self.nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        return name

    def numbers(self, *shape: int) -> str:
        return self.constant(self.rng.normal(size=shape))

    def add(self, kind: str, inputs: list[str], count: int = 1, **given: Any) -> list[str]:
        """The outputs of a new node. Errors: UnfitError."""
        names = [f"v{len(self.values)}_{at}" for at in range(count)]
        node = helper.make_node(kind, inputs, names, name=names[0], **given)
        fed = {name: self.values[name] for name in inputs if name}
        try:
            made = session(model([node], fed, names, self.opset)).run(None, fed)
        except REFUSALS as error:
            raise UnfitError from error
        for one in made:
            if not one.ndim or not 0 < one.size <= MOST or not (np.abs(one) <= LARGEST).all():
                raise UnfitError
        self.values |= dict(zip(names, made, strict=True))
        self.nodes.append(node)
        return names

    def along(self, kind: str, x: str, axis: int, **given: Any) -> str:
        """A node with an axis, which is an attribute first and an input later."""
        if self.opset < AS_INPUTS[kind]:
            return self.add(kind, [x], axes=[axis], **given)[0]
        return self.add(kind, [x, self.constant([axis], "i8")], **given)[0]

    def pick(self, values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]


def model(nodes: Any, fed: Any, outputs: list[str], opset: int, dims: Any = None) -> bytes:
    inputs = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(one.dtype), dims or one.shape
        )
        for name, one in fed.items()
    ]
    outs = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs]
    graph = helper.make_graph(nodes, "graph", inputs, outs)
    version = 8 if opset < 21 else 10
    made = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=version
    )
    return bytes(made.SerializeToString())


def recurrent(graph: Graph, x: str) -> str:
    """A recurrent node, and one of the usual ways to go on from it. Errors: UnfitError."""
    rng, given = graph.rng, graph.values[x]
    if given.ndim != 3:
        raise UnfitError
    kind, units = graph.pick(sorted(ROWS)), int(rng.integers(1, 6))
    way = graph.pick(["forward", "forward", "reverse", "bidirectional"])
    count = 1 + (way == "bidirectional")
    rows, batch = ROWS[kind] * units, given.shape[1]
    inputs = [x, graph.numbers(count, rows, given.shape[2]), graph.numbers(count, rows, units)]
    inputs.append(graph.pick(["", graph.numbers(count, 2 * rows)]))
    if rng.random() < 0.2:
        start = np.repeat(rng.normal(size=(count, 1, units)), batch, axis=1)
        inputs += ["", graph.constant(start)]
    settings = {"linear_before_reset": int(rng.random() < 0.5)} if kind == "GRU" else {}
    count_out = 3 if kind == "LSTM" else 2
    outs = graph.add(kind, inputs, count_out, direction=way, hidden_size=units, **settings)
    y = graph.values[outs[0]].transpose(0, 2, 1, 3)
    flat = y.reshape(*y.shape[:2], -1)
    graph.layers.append(Layer(graph.nodes[-1].name, given, flat))
    if rng.random() < 0.2:  # the last states alone
        graph.nodes[-1].output[0] = ""
        last = graph.add("Transpose", [outs[1]], perm=[1, 0, 2])[0]
        return graph.add("Reshape", [last, graph.constant([batch, -1], "i8")])[0]
    if count == 1:
        return graph.along("Squeeze", outs[0], 1)
    turned = graph.add("Transpose", outs[:1], perm=[0, 2, 1, 3])[0]
    return graph.add("Reshape", [turned, graph.constant([0, 0, -1], "i8")])[0]


def _arithmetic(graph: Graph, x: str) -> str:
    last = graph.values[x].shape[-1]
    shape = graph.pick([(last,), (1,), (), (1, 1, last), (1, 1, 1, last), (1, 1, 1, 1)])
    other = graph.pick([graph.numbers(*shape), graph.pick(graph.known)])
    pair = [x, other] if graph.rng.random() < 0.6 else [other, x]
    return graph.add(graph.pick(ARITHMETIC), pair)[0]


def _dense(graph: Graph, x: str) -> str:
    last, size = graph.values[x].shape[-1], int(graph.rng.integers(1, 6))
    made = graph.add("MatMul", [x, graph.numbers(last, size)])[0]
    return graph.add("Add", [made, graph.numbers(size)])[0]


def _gathered(graph: Graph, x: str) -> str:
    at = graph.pick([0, [0], [[0]]] if graph.opset < 11 else [0, -1, [0], [-1], [[0]]])
    axis = int(graph.rng.integers(graph.values[x].ndim))
    return graph.add("Gather", [x, graph.constant(at, "i8")], axis=axis)[0]


def _joined(graph: Graph, x: str) -> str:
    axis = graph.pick([-1, -1, 0]) if graph.opset >= 11 else graph.values[x].ndim - 1
    return graph.add("Concat", [x, graph.pick(graph.known)], axis=axis)[0]


def _reduced(graph: Graph, x: str) -> str:
    axis = int(graph.rng.integers(graph.values[x].ndim))
    kept = int(graph.rng.random() < 0.5)
    return graph.along(graph.pick(["ReduceMean", "ReduceMax"]), x, axis, keepdims=kept)


def _moved(graph: Graph, x: str) -> str:
    axes = graph.values[x].ndim
    perm = [1, 0, *range(2, axes)] if axes > 1 and graph.rng.random() < 0.6 else None
    return graph.add("Transpose", [x], perm=perm or [int(a) for a in graph.rng.permutation(axes)])[
        0
    ]


def _reshaped(graph: Graph, x: str) -> str:
    shape = list(graph.values[x].shape)
    other = graph.pick([[-1, shape[-1]], [*shape[:-2], -1], [1, *shape], shape[::-1]])
    return graph.add("Reshape", [x, graph.constant(other, "i8")])[0]


STEPS: tuple[Callable[[Graph, str], str], ...] = (
    *(lambda graph, x: graph.add(graph.pick(FUNCTIONS), [x])[0],) * 2,
    *((_dense,) * 3),
    *((_arithmetic,) * 3),
    *(_gathered, _joined, _reduced, _moved, _reshaped),
    lambda graph, x: graph.along("Unsqueeze", x, int(graph.rng.integers(3))),
)


def random_graph(seed: int) -> tuple[Graph, np.ndarray, bytes, str]:
    """A graph, its input, the file, and the name of its output."""
    rng = np.random.default_rng(seed)
    graph = Graph(rng, int(rng.choice(OPSETS)))
    x = rng.normal(size=[int(one) for one in rng.integers(2, 6, 3)]).astype("f4")
    dims = [f"axis{at}" for at in range(2)] if rng.random() < 0.5 else list(x.shape[:2])
    graph.values["X"], at = x, "X"
    for _ in range(int(rng.integers(1, 4))):
        for do in [*(graph.pick(STEPS) for _ in range(int(rng.integers(4)))), recurrent]:
            graph.known.append(at)
            try:
                at = do(graph, at)
            except UnfitError:
                continue
    for do in (_dense, *(graph.pick(STEPS) for _ in range(int(rng.integers(3))))):
        graph.known.append(at)
        try:
            at = do(graph, at)
        except UnfitError:
            continue
    data = model(graph.nodes, {"X": x}, [at], graph.opset, [*dims, x.shape[2]])
    return graph, x, data, at
