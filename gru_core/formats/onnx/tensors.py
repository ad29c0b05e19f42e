"""The numbers of a tensor stored in an ONNX file, checked before anything of their size is made.

Source: TensorProto of onnx.proto. The reader of the onnx package would open files that a tensor
names, so it is not used.
"""

from math import prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, shown
from gru_core.formats import limits

if TYPE_CHECKING:
    from onnx import TensorProto

EXTERNAL: Final = 1  # TensorProto.DataLocation


class Kind(NamedTuple):
    """One type of numbers: how raw_data holds it, and which field else."""

    name: str
    raw: str  # the dtype of raw_data, always the low byte first
    field: str
    bits: bool = False  # the field holds bit patterns, one in each int32


# By TensorProto.DataType. All that a recurrent layer, or a shape, can be made of. A byte is nothing
# but what a DequantizeLinear makes a weight of.
KINDS: Final = {
    1: Kind("float32", "<f4", "float_data"),
    2: Kind("uint8", "u1", "int32_data"),
    3: Kind("int8", "i1", "int32_data"),
    6: Kind("int32", "<i4", "int32_data"),
    7: Kind("int64", "<i8", "int64_data"),
    9: Kind("bool", "?", "int32_data"),
    10: Kind("float16", "<f2", "int32_data", bits=True),
    11: Kind("float64", "<f8", "double_data"),
    16: Kind("bfloat16", "<u2", "int32_data", bits=True),
}
# Every field but raw_data that can hold the contents of a tensor.
FIELDS: Final = (
    "float_data",
    "int32_data",
    "int64_data",
    "double_data",
    "uint64_data",
    "string_data",
)
MAX_AXES: Final = 8
QUANTIZED: Final = ("int8", "uint8", "int32")  # what weights in few bits are kept as

Values: TypeAlias = npt.NDArray[Any]


def kind_of(tensor: "TensorProto") -> Kind:
    """The type of its numbers. Errors: FormatError for one that is not read."""
    from onnx import TensorProto

    if tensor.data_type not in KINDS:
        names = {number: name for name, number in TensorProto.DataType.items()}
        raise FormatError(
            "{name} holds {get}; weights are float32, float64, float16 or bfloat16: convert "
            "it, or export the model before it is quantized.",
            name=shown(tensor.name),
            get=names.get(tensor.data_type, tensor.data_type),
        )
    return KINDS[tensor.data_type]


def values(tensor: "TensorProto") -> Values:
    """The numbers in the shape of the tensor; bfloat16 as float32. Read-only.

    Errors: FormatError for what is stored elsewhere, and for sizes that contradict each other.
    """
    kind, name = kind_of(tensor), shown(tensor.name)
    if tensor.data_location == EXTERNAL or tensor.external_data:
        raise _elsewhere(tensor)
    if tensor.HasField("segment"):
        raise FormatError(
            "{name} is stored in segments; save it in one piece.",
            name=name,
        )
    shape = _shape(tensor, np.dtype(kind.raw).itemsize)
    flat = _flat(tensor, kind, prod(shape))
    if kind.name == "bfloat16":  # the upper half of a float32
        flat = (flat.astype(np.uint32) << 16).view(np.float32)
    numbers = flat.reshape(shape)
    numbers.flags.writeable = False
    return numbers


def _elsewhere(tensor: "TensorProto") -> FormatError:
    """What is said of numbers in a file that has not been given, or may not be read."""
    location = next((one.value for one in tensor.external_data if one.key == "location"), "")
    leads_out = not location or any(sign in location for sign in "/\\:")
    return FormatError(
        "{name} is stored in another file, {location}, which leads out of the model's own folder "
        "and is not read: save the model with its weights inside: "
        "onnx.save(model, path, save_as_external_data=False)."
        if leads_out
        else "{name} is stored in another file, {location}: give both at once, on the command line "
        "by their place in one folder. Or save the model with its weights inside: "
        "onnx.save(model, path, save_as_external_data=False).",
        name=shown(tensor.name),
        location=shown(location),
    )


def _shape(tensor: "TensorProto", itemsize: int) -> tuple[int, ...]:
    name, shape = shown(tensor.name), tuple(tensor.dims[:MAX_AXES])
    if len(tensor.dims) > MAX_AXES:
        raise FormatError(
            "{name} has {count} axes; up to {max_axes} are read.",
            name=name,
            count=len(tensor.dims),
            max_axes=MAX_AXES,
        )
    if min(shape, default=0) < 0:
        raise FormatError(
            "{name} has shape {shape}; no axis can be negative: export it again.",
            name=name,
            shape=shape,
        )
    if prod(shape) * itemsize > limits.MAX_EXPANDED:
        raise FormatError(
            "{name} has shape {shape}; tensors of up to {max_expanded:,.0f} MB are read, "
            "unless {raised}: export the recurrent layers alone.",
            name=name,
            shape=shape,
            max_expanded=limits.MAX_EXPANDED / 1e6,
            raised=limits.RAISED,
        )
    return shape


def _flat(tensor: "TensorProto", kind: Kind, count: int) -> Values:
    """The numbers in one row. count: how many the shape needs."""
    held = [field for field in FIELDS if len(getattr(tensor, field))]
    raw = tensor.raw_data
    if len(held) + bool(raw) > 1 or held not in ([], [kind.field]):
        places = " and ".join([*held, *["raw_data"] * bool(raw)])
        raise FormatError(
            "The numbers of {name} are given in {places}; {kind} stands in raw_data or in "
            "{field} alone: export it again.",
            name=shown(tensor.name),
            places=places,
            kind=kind.name,
            field=kind.field,
        )
    if held:
        flat = np.array(getattr(tensor, kind.field))
        _check_count(tensor, flat.size, count, "numbers")
        return _from_field(tensor, kind, flat)
    itemsize = np.dtype(kind.raw).itemsize
    _check_count(tensor, len(raw), count * itemsize, "bytes")
    return np.frombuffer(raw, kind.raw)


def _from_field(tensor: "TensorProto", kind: Kind, flat: Values) -> Values:
    """What a field holds, as raw_data would hold it."""
    if kind.name in QUANTIZED[:2]:
        bounds = np.iinfo(kind.raw)
        if flat.size and (flat.min() < bounds.min or flat.max() > bounds.max):
            raise FormatError(
                "{name} holds {kind} in int32_data and has a value outside {low} to {high}: export "
                "it again.",
                name=shown(tensor.name),
                kind=kind.name,
                low=bounds.min,
                high=bounds.max,
            )
    if not kind.bits:
        return flat.astype(kind.raw)
    if flat.min() < 0 or flat.max() > np.iinfo(np.uint16).max:
        raise FormatError(
            "{name} holds {kind} in int32_data and has a value outside 0 to 65535; each is "
            "the pattern of 16 bits: export it again.",
            name=shown(tensor.name),
            kind=kind.name,
        )
    return flat.astype("<u2").view(kind.raw)


def _check_count(tensor: "TensorProto", got: int, needed: int, what: str) -> None:
    if got != needed:
        raise FormatError(
            "{name} has {got:,} {what}; its shape {dims} needs {needed:,}: the file is cut "
            "short or damaged, get it again.",
            name=shown(tensor.name),
            got=got,
            what=what,
            dims=tuple(tensor.dims),
            needed=needed,
        )
