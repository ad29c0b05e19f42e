"""The same node of the same file, run by onnxruntime: the check that ours is read rightly.

The node keeps its attributes and the very tensors of the file, in the file's order of gates, with
whatever the file does to them before they reach it. Only what depends on the shape of x is ours:
`layout` and the initial states.
"""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.errors import FormatError, shown, unknown_name
from gru_core.formats.model import Entry
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx import nodes as onnx_nodes
from gru_core.formats.onnx.constants import Constants
from gru_core.formats.onnx.graph import Found, Scope, called

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

OWN: Final = "gatescope:"  # before our names, which so are none of the file's
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
    small = _only(found[entry], ours, opset)
    output = _run(runtime, small, np.asarray(inputs)[:, np.newaxis], called(found[entry].node))
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


def _only(found: Found, ours: Entry, opset: int) -> bytes:
    """A model of this node alone, from OWN + x (step, batch, input) to OWN + y."""
    from onnx import NodeProto, TensorProto, helper

    inputs = dict(zip(onnx_nodes.INPUTS, found.node.input, strict=False))
    weights = {role: inputs[role] for role in "WRB" if inputs.get(role)}
    tensors: list[TensorProto] = []
    nodes: list[NodeProto] = []
    for one in _needed(found.scope, weights.values(), {}):
        (nodes if isinstance(one, NodeProto) else tensors).append(one)
    for role, name in weights.items():  # half and double precision are not computed by it
        nodes.append(helper.make_node("Cast", [name], [OWN + role], to=TensorProto.FLOAT))
    states = _states(ours)
    tensors += states
    node = NodeProto(op_type=found.node.op_type, output=[OWN + "y"])
    node.attribute.extend(one for one in found.node.attribute if one.name != "layout")
    given = [OWN + role if role in weights else "" for role in "WRB"]
    node.input.extend([OWN + "x", *given, "", *(state.name for state in states)])
    x = helper.make_tensor_value_info(OWN + "x", TensorProto.FLOAT, [None, None, None])
    y = helper.make_tensor_value_info(OWN + "y", TensorProto.FLOAT, [None, None, None, None])
    versions = [helper.make_opsetid("", opset)]
    model = helper.make_model(
        helper.make_graph([*nodes, node], "one node", [x], [y], tensors),
        opset_imports=versions,
        ir_version=helper.find_min_ir_version_for(versions),
    )
    return cast("bytes", model.SerializeToString())


def _states(ours: Entry) -> list["TensorProto"]:
    """The initial states as the node takes them, (direction, batch of 1, unit)."""
    from onnx import numpy_helper

    by_state = zip(*(one.initial for one in ours.layers[0]), strict=True)
    return [
        numpy_helper.from_array(np.stack(arrays)[:, np.newaxis].astype(np.float32), OWN + name)
        for arrays, name in zip(by_state, ("initial_h", "initial_c"), strict=False)
    ]


def _needed(
    scope: Scope, names: Iterable[str], homes: dict[str, Scope]
) -> Iterator["TensorProto | NodeProto"]:
    """The tensors and nodes that these names are made from, each before it is used.

    homes: where the names met so far are defined. onnx_nodes.entry has found that the ways are
    short and never go round.
    """
    for name in names:
        source = scope.source(name)
        if homes.get(name, source.scope) is not source.scope:
            raise FormatError(
                f"The model uses the name {shown(name)} for two things in graphs of which one "
                "stands in the other; this check needs them in one graph: rename one."
            )
        if name in homes:
            continue
        homes[name] = source.scope
        if source.node is not None:
            before = [one for one in source.node.input if one]
            yield from _needed(source.scope, before, homes)
            yield source.node
        elif source.tensor is not None:
            yield source.tensor


def _run(runtime: ModuleType, model: bytes, x: Array, what: str) -> Array:
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
        (output,) = session.run(None, {OWN + "x": x})
    except refusals as error:
        said = " ".join(str(error).split())[:300]
        raise FormatError(
            f"onnxruntime {runtime.__version__} does not compute {what}: {said}"
        ) from error
    return cast("Array", output)
