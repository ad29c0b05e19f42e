"""A recurrent node of a file run by onnxruntime: the check that we read it rightly.

The node keeps its attributes and the very tensors of the file, in the file's order of gates, with
whatever the file does to them before they reach it: its initial states too, of which the first of a
batch is taken. Only what depends on the shape of x is ours: `layout`, and the length of a sequence.
A state that the model is given, or computes from what it is given, is zero here as there.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from types import ModuleType
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.errors import FormatError, shown, unknown_name
from gru_core.formats import limits
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx import nodes as onnx_nodes
from gru_core.formats.onnx.constants import Constants
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Found, Scope, called
from gru_core.formats.onnx.origins import origin, read_by

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto

OWN: Final = "gatescope:"  # before our names, which so are none of the file's
STATES: Final = ("initial_h", "initial_c")
QUIET: Final = 4  # only what ends onnxruntime is logged


def check_against_onnxruntime(data: bytes, entry: str, x: npt.ArrayLike) -> Array:
    """What onnxruntime gives for one node of a model.

    data: the file; entry: the name that onnx_file.read gives the node; x: (step, input). The
    answer is (step, units·directions), float32. Errors: FormatError, also if onnxruntime is not
    installed or does not compute the node; UnknownNameError for an entry; those of a sequence.
    """
    runtime = _onnxruntime()
    model = onnx_file.parsed(data, "the file")
    found = onnx_file.named(model, "the file")
    if entry not in found:
        raise unknown_name("entry", entry, found)
    opset = onnx_file.opset_of(model, "the file")
    ours = onnx_nodes.entry(found[entry], entry, opset, Constants())
    inputs = checks.sequence("x", x, ours.layers[0][0].w_x.shape[2], np.dtype(np.float32))
    small = _only(found[entry], model, opset)
    x3 = np.asarray(inputs)[:, np.newaxis]
    fed = {one.name: _shape_giver(one, x3) for one in small.inputs} | {OWN + "x": x3}
    output = _run(runtime, small.model, fed, called(found[entry].node))
    # (step, direction, batch of 1, unit)
    return read_only(output[:, :, 0].reshape(len(inputs), -1))


def _onnxruntime() -> ModuleType:
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise FormatError(
            "onnxruntime is not installed; it is needed for this check alone: "
            "pip install onnxruntime."
        ) from error
    return cast("ModuleType", onnxruntime)


class _Small(NamedTuple):
    """A model of one node, and the inputs whose shape makes its initial states."""

    model: bytes
    inputs: tuple["ValueInfoProto", ...]


def _only(found: Found, whole: "ModelProto", opset: int) -> _Small:
    """A model of this node alone, from OWN + x (step, batch, input) to OWN + y."""
    from onnx import NodeProto, TensorProto, helper

    inputs = dict(zip(onnx_nodes.INPUTS, found.node.input, strict=False))
    weights = {role: inputs[role] for role in "WRB" if inputs.get(role)}
    states = {
        role: inputs[role]
        for role in STATES
        if inputs.get(role) and not origin(found.scope, inputs[role]).given
    }
    tensors: list[TensorProto] = []
    nodes: list[NodeProto] = []
    homes: dict[str, Scope] = {}
    for one in _needed(found.scope, (*weights.values(), *states.values()), homes):
        (nodes if isinstance(one, NodeProto) else tensors).append(one)
    for role, name in weights.items():  # half and double precision are not computed by it
        nodes.append(helper.make_node("Cast", [name], [OWN + role], to=TensorProto.FLOAT))
    batch_first = any(one.name == "layout" and one.i for one in found.node.attribute)
    for role, name in states.items():
        nodes += _first_of_batch(name, OWN + role, batch_first)
    node = NodeProto(op_type=found.node.op_type, output=[OWN + "y"])
    node.attribute.extend(one for one in found.node.attribute if one.name != "layout")
    given = [OWN + role if role in weights else "" for role in "WRB"]
    last = 1 + max((STATES.index(role) for role in states), default=-1)
    begun = [OWN + role if role in states else "" for role in STATES[:last]]
    node.input.extend([OWN + "x", *given, "", *begun])
    x = helper.make_tensor_value_info(OWN + "x", TensorProto.FLOAT, [None, None, None])
    y = helper.make_tensor_value_info(OWN + "y", TensorProto.FLOAT, [None, None, None, None])
    held = {tensor.name for tensor in tensors}
    shaping = tuple(one for one in whole.graph.input if one.name in homes and one.name not in held)
    versions = [helper.make_opsetid("", opset)]
    versions += [one for one in whole.opset_import if one.domain not in DEFAULT_DOMAIN]
    model = helper.make_model(
        helper.make_graph([*nodes, node], "one node", [x, *shaping], [y], tensors),
        opset_imports=versions,
        ir_version=helper.find_min_ir_version_for(versions, ignore_unknown=True),
    )
    return _Small(model.SerializeToString(), shaping)


def _first_of_batch(name: str, made: str, batch_first: bool) -> Iterator["NodeProto"]:
    """The state of a name as (direction, 1, unit): that of the first sequence of its batch."""
    from onnx import TensorProto, helper, numpy_helper

    first = numpy_helper.from_array(np.zeros(1, np.int64))
    yield helper.make_node("Constant", [], [f"{made} first"], value=first)
    axis = 0 if batch_first else 1
    yield helper.make_node("Gather", [name, f"{made} first"], [f"{made} one"], axis=axis)
    perm = [1, 0, 2] if batch_first else [0, 1, 2]
    yield helper.make_node("Transpose", [f"{made} one"], [f"{made} moved"], perm=perm)
    yield helper.make_node("Cast", [f"{made} moved"], [made], to=TensorProto.FLOAT)


def _shape_giver(given: "ValueInfoProto", x: Array) -> Array:
    """Zeros for an input of which only the shape is read; what is open of it is 1, or as in x."""
    from onnx import helper

    kind = given.type.tensor_type
    sizes = [max(one.dim_value, 1) for one in kind.shape.dim] if kind.HasField("shape") else x.shape
    if prod(sizes) > limits.MAX_EXPANDED or not kind.elem_type:
        raise FormatError(
            "The input {name} of the model, whose shape makes the initial state, is no tensor "
            "of a size that is run here: this layer cannot be checked.",
            name=shown(given.name),
        )
    return np.zeros(sizes, helper.tensor_dtype_to_np_dtype(kind.elem_type))


def _needed(
    scope: Scope, names: Iterable[str], homes: dict[str, Scope]
) -> Iterator["TensorProto | NodeProto"]:
    """The tensors and nodes that these names are made from, each before it is used.

    homes: where the names met are defined; to be empty at first.
    """
    todo = [(scope, name, False) for name in reversed([*names])]
    made: set[int] = set()  # by the nodes' identities: one may have several outputs
    while todo:
        here, name, ready = todo.pop()
        source = here.source(name)
        if homes.get(name, source.scope) is not source.scope:
            raise FormatError(
                "The model uses the name {name} for two things in graphs of which one stands "
                "in the other; this check needs them in one graph: rename one.",
                name=shown(name),
            )
        if ready and source.node is not None:
            if id(source.node) not in made:
                made.add(id(source.node))
                yield source.node
        elif name not in homes:
            homes[name] = source.scope
            if source.node is not None:
                todo.append((here, name, True))  # once all that it reads is there
                todo += [(source.scope, one, False) for one in reversed([*read_by(source.node)])]
            elif source.tensor is not None:
                yield source.tensor


def _run(runtime: ModuleType, model: bytes, fed: Mapping[str, Array], what: str) -> Array:
    """The output y of a model. Errors: FormatError with what onnxruntime says."""
    state = runtime.capi.onnxruntime_pybind11_state
    # They have no common root but Exception.
    refusals = tuple(
        one for one in vars(state).values() if isinstance(one, type) and issubclass(one, Exception)
    )
    options = runtime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        (output,) = session.run(None, fed)
    except refusals as error:
        said = " ".join(str(error).split())[:300]
        raise FormatError(
            "onnxruntime {version} does not compute {what}: {said}",
            version=runtime.__version__,
            what=what,
            said=said,
        ) from error
    return cast("Array", output)
