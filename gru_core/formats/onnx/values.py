"""What a recurrent node of a file reads, as onnxruntime computes it in the file's own graph.

For what stands between the model's input and a layer and is not followed here. The graph runs in
the child process, from the model's input to the value that is asked for.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.errors import FormatError, shown, unknown_name
from gru_core.formats.model import Answers
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.onnx.check import onnxruntime_here, run_model
from gru_core.formats.onnx.graph import called

if TYPE_CHECKING:
    from onnx import ModelProto, ValueInfoProto

_FLOAT, _INTEGERS = 1, {6: np.int32, 7: np.int64}


def input_of(
    data: bytes, _name: str, entry: str, given: npt.NDArray[Any], _answers: Answers
) -> Array:
    """What a node reads where its model is given this, (step, batch, feature), maybe fewer steps.

    entry: the node; given: tokens (step, batch) or numbers (step, batch, input). Errors:
    FormatError, UnknownNameError.
    """
    runtime = onnxruntime_here()
    model = onnx_file.parsed(data, "the file")
    found = onnx_file.named(model, "the file")
    if entry not in found:
        raise unknown_name("entry", entry, found)
    node, inputs = found[entry].node, _inputs(model)
    if len(inputs) != 1 or found[entry].scope.where:
        raise FormatError(
            "{entry} stands inside of a branch, or its model has {count} inputs: what it reads "
            "is not computed. Give it itself, --layer-input.",
            entry=shown(entry),
            count=len(inputs),
        )
    batch_first = any(one.name == "layout" and one.i for one in node.attribute)
    small, reads, refusals = _with_output(model, node.input[0]), list[Array](), list[FormatError]()
    for fed in _both_ways(given, inputs[0]):
        try:
            read = run_model(runtime, small, {inputs[0].name: fed}, called(node))
        except FormatError as error:
            refusals.append(error)
            continue
        read = read.swapaxes(0, 1) if batch_first and read.ndim == 3 else read
        if read.ndim == 3 and read.shape[1] == given.shape[1] and len(read):
            reads.append(read)
    made = [one for one in reads if len(one) == len(given)] or reads  # some steps may be left out
    if not made and refusals:
        raise refusals[0]
    if len(made) != 1 and not (len(made) == 2 and np.array_equal(made[0], made[1])):
        raise FormatError(
            "Which axis of the model's input has the steps cannot be told of {shape}: give another "
            "number of steps, or what {entry} reads itself, --layer-input.",
            shape=given.shape,
            entry=shown(entry),
        )
    return made[0]


def _both_ways(given: npt.NDArray[Any], info: "ValueInfoProto") -> Iterator[npt.NDArray[Any]]:
    """The input with its steps first, and with its sequences first."""
    kind = info.type.tensor_type
    dtype = np.float32 if kind.elem_type == _FLOAT else _INTEGERS.get(kind.elem_type)
    axes = len(kind.shape.dim) if kind.HasField("shape") else given.ndim
    if dtype is None or (dtype is np.float32) == (given.dtype.kind in "iu") or axes != given.ndim:
        raise FormatError(
            "The model is given {axes} axes of another kind of numbers than {shape} of {dtype}.",
            axes=axes,
            shape=given.shape,
            dtype=given.dtype,
        )
    cast = given.astype(dtype)
    yield np.ascontiguousarray(cast)
    yield np.ascontiguousarray(cast.swapaxes(0, 1))


def _inputs(model: "ModelProto") -> "list[ValueInfoProto]":
    held = {one.name for one in model.graph.initializer}
    return [one for one in model.graph.input if one.name not in held]


def _with_output(model: "ModelProto", name: str) -> bytes:
    """The model with this output and no other."""
    from onnx import ModelProto, TensorProto, helper

    made = ModelProto()
    made.CopyFrom(model)
    del made.graph.output[:]
    made.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
    return bytes(made.SerializeToString())
