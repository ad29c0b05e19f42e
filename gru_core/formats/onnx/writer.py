"""Layers as an ONNX model: one recurrent node each, and what joins it to the next.

Input x is (step, batch, input), output y is (step, batch, feature), both with any number of steps
and any batch. All numbers are float32, the only kind for which onnxruntime computes a GRU or LSTM.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import HARD_SLOPES, gates_together, hard_slope
from gru_core.ends import FAMILIES, PARAMETERS, End, end_of
from gru_core.errors import FormatError, ShapeError, unknown_name
from gru_core.formats.onnx.activations import MIDDLE
from gru_core.run import MERGES, Initial, Layer, Merge, initial_states
from gru_core.weights import GRUWeights, Weights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

# Of 2021, and read by whatever reads ONNX today; ReduceSum takes its axes as an input since 13.
OPSET: Final = 14
IR_VERSION: Final = 7
PRODUCER: Final = "Gatescope"

Start: TypeAlias = Initial | tuple[Initial, Initial]

# By family; selu and relu6 are none of those that a recurrent node may name.
FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "Relu", "elu": "Elu", "softsign": "Softsign"}
    | {"softplus": "Softplus", "leaky_relu": "LeakyRelu", "thresholded_relu": "ThresholdedRelu"}
    | {"scaled_tanh": "ScaledTanh", "affine": "Affine", "linear": "Affine"}
    | dict.fromkeys(HARD_SLOPES, "HardSigmoid")
)


@dataclass(eq=False)
class _Parts:
    """What is collected for the graph."""

    nodes: list["NodeProto"] = field(default_factory=list)
    tensors: list["TensorProto"] = field(default_factory=list)

    def tensor(self, name: str, values: Any, dtype: type = np.float32) -> str:
        """Store an array under a name, which is returned."""
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node with one output, whose name is returned."""
        from onnx import helper

        name = attributes.pop("name", output)
        self.nodes.append(helper.make_node(kind, inputs, [output], name=name, **attributes))
        return output


def write(
    layers: Sequence[Layer],
    initials: Sequence[Start] | None = None,
    *,
    merge: Merge = "concat",
    backward: bool = False,
) -> bytes:
    """An ONNX model that computes the output of run_layers with the same arguments.

    initials: one for each layer, a pair for a pair, used for every sequence of a batch; None for
    zeros. backward: layers of one direction read as in run_backward. The layers are nodes named
    layer0, layer1, … Errors: ShapeError for layers that do not fit each other; FormatError for two
    directions that differ in more than their numbers; UnknownNameError for a merge.
    """
    parts, read = _Parts(), "x"
    starts = [None] * len(layers) if initials is None else list(initials)
    _check(layers, len(starts), merge)
    for index, (layer, start) in enumerate(zip(layers, starts, strict=True)):
        states = _add_layer(parts, f"layer{index}", layer, start, read, backward)
        output = "y" if index == len(layers) - 1 else f"layer{index}.output"
        read = _add_merge(parts, states, layer, merge, output)
    return _serialized(parts, _directions(layers[0])[0].input_size, _features(layers[-1], merge))


def _serialized(parts: _Parts, inputs: int, features: int) -> bytes:
    """The model of these parts, from x (step, batch, inputs) to y (step, batch, features)."""
    from onnx import TensorProto, helper

    x, y = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["step", "batch", size])
        for name, size in (("x", inputs), ("y", features))
    )
    graph = helper.make_graph(parts.nodes, "layers", [x], [y], parts.tensors)
    model = helper.make_model(
        graph,
        producer_name=PRODUCER,
        ir_version=IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    return cast("bytes", model.SerializeToString(deterministic=True))


def _add_layer(
    parts: _Parts, name: str, layer: Layer, start: Start, read: str, backward: bool
) -> str:
    """Add a recurrent node; its output is (step, direction, batch, unit)."""
    directions = _directions(layer)
    first = directions[0]
    stacked = {
        "W": [_rows(one, one.w_x) for one in directions],
        "R": [_rows(one, one.w_h) for one in directions],
        "B": [np.concatenate([_rows(one, one.b_x), _rows(one, one.b_h)]) for one in directions],
    }
    weights = [parts.tensor(f"{name}.{role}", rows) for role, rows in stacked.items()]
    states = _add_states(parts, name, directions, start)
    single = "reverse" if backward else "forward"
    return parts.node(
        first.cell.upper(),
        [read, *weights, *states],
        f"{name}.states",
        name=name,
        direction="bidirectional" if len(directions) == 2 else single,
        hidden_size=first.units,
        **_functions(directions),
    )


def _add_states(parts: _Parts, name: str, directions: Sequence[Weights], start: Start) -> list[str]:
    """The inputs after B: no lengths, and the initial states unless all are zero."""
    pair = (start,) if len(directions) == 1 else (start if start is not None else (None, None))
    by_direction = [
        initial_states(one, state)
        for one, state in zip(directions, cast("tuple[Initial, ...]", pair), strict=True)
    ]
    stacked = [np.stack(arrays)[:, np.newaxis] for arrays in zip(*by_direction, strict=True)]
    if not any(array.any() for array in stacked):
        return []
    if not any(node.output[0] == "batch" for node in parts.nodes):
        shape = parts.node("Shape", ["x"], "shape")
        parts.node("Gather", [shape, parts.tensor("one", [1], np.int64)], "batch")
    sizes = [
        parts.tensor(f"{name}.directions", [len(directions)], np.int64),
        "batch",
        parts.tensor(f"{name}.units", [directions[0].units], np.int64),
    ]
    size = parts.node("Concat", sizes, f"{name}.size", axis=0)
    return [
        "",
        *(
            parts.node("Expand", [parts.tensor(f"{name}.{kind}", array), size], f"{name}.{kind}s")
            for kind, array in zip(("initial_h", "initial_c"), stacked, strict=False)
        ),
    ]


def _add_merge(parts: _Parts, states: str, layer: Layer, merge: Merge, output: str) -> str:
    """From (step, direction, batch, unit) to (step, batch, feature)."""
    if merge == "concat" or isinstance(layer, Weights):
        aside = parts.node("Transpose", [states], f"{states}.aside", perm=[0, 2, 1, 3])
        shape = parts.tensor(f"{states}.flat", [0, 0, -1], np.int64)
        return parts.node("Reshape", [aside, shape], output)
    if merge == "sum":
        axes = parts.tensor(f"{states}.axes", [1], np.int64)
        return parts.node("ReduceSum", [states, axes], output, keepdims=0)
    kind = {"mean": "ReduceMean", "product": "ReduceProd"}[merge]
    return parts.node(kind, [states], output, axes=[1], keepdims=0)


def _rows(weights: Weights, values: Array) -> Array:
    """(gate, unit, …) to (gate·unit, …), the gates in the order of ONNX."""
    return gates_together("onnx", weights.cell, values)


def _functions(directions: Sequence[Weights]) -> dict[str, Any]:
    """The attributes that say what a cell computes, the same for each direction."""
    first = directions[0]
    gate, state = first.gate_activation, first.state_activation
    each = {"gru": [gate, state], "lstm": [gate, state, state], "rnn": [state]}[first.cell]
    each = each * len(directions)
    given: dict[str, Any] = {"activations": [FUNCTIONS[_end(one).family] for one in each]}
    parameters = [_parameters(one) for one in each]
    for at, name in enumerate(PARAMETERS):  # a number for each function that has one
        if numbers := [one[at] for one in parameters if len(one) > at]:
            given[f"activation_{name}"] = numbers
    if isinstance(first, GRUWeights):
        given["linear_before_reset"] = int(first.reset_after)
    return given


def _end(name: str) -> End:
    end = end_of(name)
    if end is None or end.family not in FUNCTIONS:
        raise FormatError(
            "A recurrent node of ONNX cannot end in {name}: export it as NPZ, which has a place "
            "for it.",
            name=name,
        )
    return end


def _parameters(name: str) -> tuple[float, ...]:
    """The alpha and the beta that ONNX has of a function."""
    slope, end = hard_slope(name), _end(name)
    if slope is not None:
        return slope, MIDDLE
    return FAMILIES["affine"].parameters if end.family == "linear" else end.parameters


def _directions(layer: Layer) -> tuple[Weights, ...]:
    return (layer,) if isinstance(layer, Weights) else layer


def _features(layer: Layer, merge: Merge) -> int:
    """How many numbers a layer gives at each step."""
    units = [one.units for one in _directions(layer)]
    return sum(units) if merge == "concat" else units[0]


def _check(layers: Sequence[Layer], starts: int, merge: Merge) -> None:
    """Raise unless the layers can be written. starts: how many initial states there are."""
    if merge not in MERGES:
        raise unknown_name("merge", merge, MERGES)
    if not layers or starts != len(layers):
        raise ShapeError(
            "there are {count} layers and {starts} initial states; a stack needs at least one "
            "layer, and one initial state (or None) for each.",
            count=len(layers),
            starts=starts,
        )
    reads = _directions(layers[0])[0].input_size
    for index, layer in enumerate(layers):
        directions = _directions(layer)
        if any(one.is_projected for one in directions):
            raise FormatError(
                "layer {index} projects its hidden state; ONNX has no place for that: export it "
                "for PyTorch or as NPZ.",
                index=index,
            )
        if any(one.input_size != reads for one in directions):
            raise ShapeError(
                "layer {index} takes {input_size} inputs; what it reads has {reads}: give both "
                "directions weights for {reads} inputs.",
                index=index,
                input_size=directions[0].input_size,
                reads=reads,
            )
        if len({(one.cell, one.units, str(_functions([one]))) for one in directions}) > 1:
            raise FormatError(
                "the two directions of layer {index} differ in their cell, their units or "
                "their activations; one node of ONNX has the same for both: make them alike.",
                index=index,
            )
        reads = _features(layer, merge)
