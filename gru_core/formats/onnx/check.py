"""A recurrent node of a file run by onnxruntime: the check that we read it rightly.

The file's own graph runs up to the node, on the model's input where that is what the node reads,
and the node's output is fetched. Only what makes no number of it is left out. What the model is
given besides is zero. A node that onnxruntime does not run as it stands (its half or double
precision, its layout, the branch that it stands in) is run alone, with whatever the file does to
its tensors.
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
from gru_core.formats.model import Entry
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx import nodes as onnx_nodes
from gru_core.formats.onnx import states as onnx_states
from gru_core.formats.onnx import ways as onnx_ways
from gru_core.formats.onnx.constants import Constants
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Found, Scope, called
from gru_core.formats.onnx.origins import origin, read_by
from gru_core.formats.onnx.states import Layout
from gru_core.formats.onnx.ways import STATES, Way

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto

OWN: Final = "gatescope:"  # before our names, which so are none of the file's
QUIET: Final = 4  # only what ends onnxruntime is logged


def check_against_onnxruntime(data: bytes, entry: str, x: npt.ArrayLike) -> Array:
    """What onnxruntime gives for one node of a model.

    data: the file; entry: the name that onnx_file.read gives the node; x: (step, input). The
    answer is (step, units·directions), float32. Errors: FormatError, also if onnxruntime is not
    installed or does not compute the node; UnknownNameError for an entry; those of a sequence.
    """
    runtime = onnxruntime_here()
    model = onnx_file.parsed(data, "the file")
    found = onnx_file.named(model, "the file")
    if entry not in found:
        raise unknown_name("entry", entry, found)
    opset = onnx_file.opset_of(model, "the file")
    ours = onnx_nodes.entry(found[entry], entry, opset, Constants())
    inputs = checks.sequence("x", x, ours.layers[0][0].w_x.shape[2], np.dtype(np.float32))
    batch_first = _is_batch_first(found[entry].node)
    way = onnx_ways.way_of(found[entry], ours.stored, batch_first=batch_first)
    x3 = np.asarray(inputs)[:, np.newaxis]
    read = ours.reads.mask(inputs).sum()
    if way.kind == "alone":  # without lengths, so it reads those steps alone
        x3 = x3[: max(read, 1)]
        small, own = _only(found[entry], model, opset), {OWN + "x": x3}
    else:
        small = _graph(found[entry], way, model, opset)
        own = {way.given: _fed(found[entry], way, x3, ours, opset)}
    fed = {one.name: _shape_giver(one, x3) for one in small.inputs} | own
    output = run_model(runtime, small.model, fed, called(found[entry].node))
    # (step, direction, batch, unit); every sequence is the same
    made = np.zeros((len(inputs), output.shape[1] * output.shape[3]), output.dtype)
    made[:read] = output[:read, :, 0].reshape(read, -1)
    return read_only(made)


def onnxruntime_here() -> ModuleType:
    """The package. Errors: FormatError where it is not installed."""
    try:
        import onnxruntime
    except ModuleNotFoundError as error:
        raise FormatError(
            "onnxruntime is not installed; it is needed for this check alone: "
            "pip install onnxruntime."
        ) from error
    return cast("ModuleType", onnxruntime)


class _Small(NamedTuple):
    """A model of one output, and its inputs but for that which takes x."""

    model: bytes
    inputs: tuple["ValueInfoProto", ...]


def _is_batch_first(node: "NodeProto") -> bool:
    return any(one.name == "layout" and one.i for one in node.attribute)


def _fed(found: Found, way: Way, x: Array, ours: Entry, opset: int) -> Array:
    """x as the graph takes it: as often as it has sequences, in the model's order of axes.

    x: (step, 1, input).
    """
    sizes = found.scope.inputs.get(way.given)
    made = np.repeat(x, _batch_of(found, ours, opset), axis=1)
    if sizes is not None and way.kind == "whole":
        order = np.arange(x.ndim)  # where the axes of x are in the model's input
        for perm in way.moves:
            order = order[np.argsort(perm)]
        axes = sizes.type.tensor_type.shape.dim
        batch = axes[int(np.flatnonzero(order == 1)[0])].dim_value if len(axes) == x.ndim else 0
        made = np.repeat(x, batch, axis=1) if batch > 1 else made
    for perm in way.moves:
        made = made.transpose(np.argsort(perm))
    if made.size > limits.MAX_EXPANDED:
        raise FormatError(
            "The input {name} of the model, whose shape makes the initial state, is no tensor "
            "of a size that is run here: this layer cannot be checked.",
            name=shown(way.given),
        )
    return np.ascontiguousarray(made)


def _batch_of(found: Found, ours: Entry, opset: int) -> int:
    """How many sequences the node's first states are for, where every open size is 1."""
    units, inputs = ours.layers[0][0].w_h.shape[2], ours.layers[0][0].w_x.shape[2]
    layout = Layout(ours.cell, len(ours.layers[0]), units, inputs, False, opset)
    world = onnx_states.worlds(found, layout, Constants())[0]
    for role, name in zip(onnx_nodes.INPUTS, found.node.input, strict=False):
        if role in ("sequence_lens", *STATES) and name:
            try:
                return max(world.shape(found.scope, name)[role in STATES], 1)
            except (FormatError, IndexError):
                continue
    return 1


def _graph(found: Found, way: Way, whole: "ModelProto", opset: int) -> _Small:
    """The model up to a node, from the name that x takes to OWN + y, every node as it is."""
    from onnx import NodeProto, TensorProto, helper

    node = NodeProto()
    node.CopyFrom(found.node)
    for at, role in enumerate(onnx_nodes.INPUTS[: len(node.input)]):
        optional = role in ("sequence_lens", *STATES) and node.input[at]
        if optional and origin(found.scope, node.input[at]).given:
            node.input[at] = ""  # for the model to be given, which nobody does
    node.output[0] = OWN + "y"
    tensors: list[TensorProto] = []
    nodes: list[NodeProto] = []
    homes = {way.given: found.scope.source(way.given).scope}
    for one in _needed(found.scope, filter(None, node.input), homes):
        (nodes if isinstance(one, NodeProto) else tensors).append(one)
    x = helper.make_tensor_value_info(way.given, TensorProto.FLOAT, [None, None, None])
    held = {tensor.name for tensor in tensors} | {way.given}
    others = tuple(one for one in whole.graph.input if one.name in homes and one.name not in held)
    return _Small(_model(whole, opset, [*nodes, node], (x, *others), tensors), others)


def _model(
    whole: "ModelProto",
    opset: int,
    nodes: "list[NodeProto]",
    inputs: "tuple[ValueInfoProto, ...]",
    tensors: "list[TensorProto]",
) -> bytes:
    """A model with the output OWN + y, of the operators of the whole one."""
    from onnx import TensorProto, helper

    y = helper.make_tensor_value_info(OWN + "y", TensorProto.FLOAT, [None, None, None, None])
    versions = [helper.make_opsetid("", opset)]
    versions += [one for one in whole.opset_import if one.domain not in DEFAULT_DOMAIN]
    made = helper.make_model(
        helper.make_graph(nodes, "one output", inputs, [y], tensors),
        opset_imports=versions,
        functions=whole.functions,
        ir_version=helper.find_min_ir_version_for(versions, ignore_unknown=True),
    )
    return bytes(made.SerializeToString())


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
    batch_first = _is_batch_first(found.node)
    for role, name in states.items():
        nodes += _first_of_batch(name, OWN + role, batch_first)
    node = NodeProto(op_type=found.node.op_type, output=[OWN + "y"])
    node.attribute.extend(one for one in found.node.attribute if one.name != "layout")
    given = [OWN + role if role in weights else "" for role in "WRB"]
    last = 1 + max((STATES.index(role) for role in states), default=-1)
    begun = [OWN + role if role in states else "" for role in STATES[:last]]
    node.input.extend([OWN + "x", *given, "", *begun])
    x = helper.make_tensor_value_info(OWN + "x", TensorProto.FLOAT, [None, None, None])
    held = {tensor.name for tensor in tensors}
    shaping = tuple(one for one in whole.graph.input if one.name in homes and one.name not in held)
    return _Small(_model(whole, opset, [*nodes, node], (x, *shaping), tensors), shaping)


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


def run_model(runtime: ModuleType, model: bytes, fed: Mapping[str, Array], what: str) -> Array:
    """The only output of a model. Errors: FormatError with what onnxruntime says."""
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
