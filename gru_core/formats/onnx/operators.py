"""The operators of ONNX that move numbers about, and the one that takes them out of few bits.

Each follows the operator's page on onnx.ai, in the forms before and after its settings became
inputs. Errors of NumPy on impossible settings are turned into a sentence by `apply`.
"""

from collections.abc import Callable, Mapping
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from gru_core.errors import FormatError, GatescopeError
from gru_core.formats import limits
from gru_core.formats.onnx.graph import Attributes, attributes, called
from gru_core.formats.onnx.tensors import KINDS, Values, values

if TYPE_CHECKING:
    from onnx import NodeProto

# From the attributes and the inputs, None for one that is left out, to the only output.
Operator: TypeAlias = Callable[..., Values]


def apply(node: "NodeProto", inputs: list[Values | None]) -> Values:
    """What the node makes of these inputs. Errors: FormatError for what cannot be done."""
    try:
        made = OPERATORS[node.op_type](attributes(node), *inputs)
    except GatescopeError:
        raise
    except (ValueError, TypeError, IndexError, KeyError, OverflowError, AttributeError) as error:
        raise FormatError(
            "{called} does not fit what it is given ({error}); the model is damaged: export it "
            "again.",
            called=called(node),
            error=str(error)[:100],
        ) from error
    _check_room(made.size, made.dtype)
    return made


def _check_room(count: int, dtype: np.dtype[np.generic]) -> None:
    if count * dtype.itemsize > limits.MAX_EXPANDED:
        raise FormatError(
            "A constant of the model would take {count:,.0f} MB; up to {max_expanded:,.0f} MB "
            "are read, unless {raised}: export the recurrent layers alone.",
            count=count * dtype.itemsize / 1e6,
            max_expanded=limits.MAX_EXPANDED / 1e6,
            raised=limits.RAISED,
        )


def _ints(values: Values | None, attribute: list[int] | None = None) -> tuple[int, ...] | None:
    """Axes or sizes, an input in newer models and an attribute in older ones."""
    if values is None:
        return None if attribute is None else tuple(attribute)
    if attribute is not None or values.dtype.kind != "i" or values.ndim > 1:
        raise ValueError("its axes or sizes are no list of whole numbers")
    return tuple(int(value) for value in values.ravel()[: limits.MAX_DEPTH])


def _identity(_given: Attributes, x: Values) -> Values:
    return x


def _constant(given: Attributes) -> Values:
    if len(given) != 1:
        raise ValueError("a Constant has one value")
    ((key, value),) = given.items()
    if key == "value":
        return values(value)
    dtypes = {"value_float": "f4", "value_floats": "f4", "value_int": "i8", "value_ints": "i8"}
    return np.array(value, dtypes[key])


def _cast(given: Attributes, x: Values) -> Values:
    kind = KINDS.get(given["to"])
    if (
        kind is None
        or kind.name == "bfloat16"
        or (kind.name.startswith("int") and x.dtype.kind == "f")
    ):
        raise FormatError(
            "A Cast rounds constants to type {given} of ONNX; only casts to float16, float32 "
            "and float64, and between whole numbers, are followed: cast before exporting.",
            given=given["to"],
        )
    _check_room(x.size, np.dtype(kind.raw))
    with np.errstate(over="ignore"):  # what overflows is named as infinite where it is used
        return x.astype(kind.raw)


def _transpose(given: Attributes, x: Values) -> Values:
    return x.transpose(given.get("perm"))


def _unsqueeze(given: Attributes, x: Values, axes: Values | None = None) -> Values:
    return np.expand_dims(x, _ints(axes, given.get("axes")) or ())


def _squeeze(given: Attributes, x: Values, axes: Values | None = None) -> Values:
    return np.squeeze(x, _ints(axes, given.get("axes")))


def _reshape(given: Attributes, x: Values, shape: Values) -> Values:
    sizes = _ints(shape) or ()
    if not given.get("allowzero", 0):
        sizes = tuple(x.shape[at] if size == 0 else size for at, size in enumerate(sizes))
    return x.reshape(sizes)


def _concat(given: Attributes, *parts: Values) -> Values:
    if len({part.dtype for part in parts}) > 1:
        raise ValueError("its inputs are of several types")
    _check_room(sum(part.size for part in parts), parts[0].dtype)
    return np.concatenate(parts, axis=given["axis"])


def _slice(
    given: Attributes,
    x: Values,
    starts: Values | None = None,
    ends: Values | None = None,
    axes: Values | None = None,
    steps: Values | None = None,
) -> Values:
    begin = _ints(starts, given.get("starts")) or ()
    end = _ints(ends, given.get("ends")) or ()
    along = _ints(axes, given.get("axes")) or tuple(range(len(begin)))
    stride = _ints(steps) or (1,) * len(begin)
    cut = [slice(None)] * x.ndim
    for axis, *bounds in zip(along, begin, end, stride, strict=True):
        cut[axis] = slice(*bounds)
    return x[tuple(cut)]


def _gather(given: Attributes, x: Values, indices: Values) -> Values:
    axis = given.get("axis", 0)
    _check_room(x.size // max(x.shape[axis], 1) * indices.size, x.dtype)
    return np.take(x, indices, axis)


def _expand(_given: Attributes, x: Values, shape: Values) -> Values:
    return np.broadcast_to(x, np.broadcast_shapes(x.shape, _ints(shape) or ()))


def _constant_of_shape(given: Attributes, shape: Values) -> Values:
    sizes = _ints(shape) or ()
    if min(sizes, default=0) < 0 or prod(sizes) > limits.MAX_EXPANDED:
        raise ValueError(f"the shape {sizes}")
    one = values(given["value"]) if "value" in given else np.zeros(1, np.float32)
    return np.broadcast_to(one.reshape(()), sizes)


def _dequantize(given: Attributes, x: Values, scale: Values, zero: Values | None = None) -> Values:
    """(x − zero point) · scale, of the whole tensor or of each place along one axis."""
    if given.get("block_size", 0) or x.dtype.kind not in "iu" or scale.dtype.kind != "f":
        raise ValueError("it is quantized in blocks, or of another type")
    if zero is not None and (zero.dtype != x.dtype or zero.shape != scale.shape):
        raise ValueError("its zero point is of another type or shape than it needs")
    _check_room(x.size, np.dtype(np.int64))
    shape = [1] * x.ndim
    if scale.size > 1:
        axis = given.get("axis", 1)
        shape[axis] = x.shape[axis]
    away = x.astype(np.int64) - (0 if zero is None else zero.astype(np.int64).reshape(shape))
    with np.errstate(over="ignore"):  # what overflows is named as infinite where it is used
        return away.astype(scale.dtype) * scale.reshape(shape)


OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        "Cast": _cast,
        "Concat": _concat,
        "Constant": _constant,
        "ConstantOfShape": _constant_of_shape,
        "DequantizeLinear": _dequantize,
        "Expand": _expand,
        "Gather": _gather,
        "Identity": _identity,
        "Reshape": _reshape,
        "Slice": _slice,
        "Squeeze": _squeeze,
        "Transpose": _transpose,
        "Unsqueeze": _unsqueeze,
    }
)
