"""Arrays of NumPy in a pickle, as descriptions: their numbers stand in the pickle itself.

NumPy has two ways: an empty array whose state is set (`_reconstruct`), and from protocol 5 on a
call with the bytes (`_frombuffer`). Nothing is made of either; the bytes are looked at when wanted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, shown
from gru_core.formats.pytorch.objects import Object
from gru_core.formats.pytorch.values import Bytes, Global
from gru_core.formats.state_dict.stored import raw_dtype

_ORDERS: Final = ("<", ">")
_AXES: Final = 32
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"f2": "float16", "f4": "float32", "f8": "float64", "b1": "bool", "c8": "complex64"}
    | {"c16": "complex128", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64"}
    | {"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64"}
)
_OF_ML_DTYPES: Final = "ml_dtypes.bfloat16"  # a class in the place of a code


@dataclass(eq=False, slots=True)
class Dtype:
    """The kind of an array's numbers, whose order of bytes is set after it is made."""

    kind: str  # as PyTorch calls it; empty for texts, objects, times and records
    order: str = "<"

    def set_state(self, state: Any) -> None:
        """(3, order, subarray, names, fields, …). Errors: FormatError."""
        if not isinstance(state, tuple) or len(state) < 5:
            raise _damaged()
        if state[2:5] != (None, None, None):
            self.kind = ""
        elif state[1] in _ORDERS:
            self.order = state[1]
        elif _size(self.kind) > 1:
            self.kind = ""


@dataclass(eq=False, slots=True)
class Grid:
    """An array: its shape, and bytes that stand in the pickle. Without a kind: no plain numbers."""

    shape: tuple[int, ...] = ()
    kind: str = ""
    order: str = "<"
    content: Bytes | bytes | bytearray = b""
    columns_first: bool = False
    axes: tuple[int, ...] | None = None  # in which these then stand

    def set_state(self, state: Any) -> None:
        """(version, shape, dtype, columns first, bytes), in old files without the version."""
        if not isinstance(state, tuple) or len(state) not in (4, 5):
            raise _damaged()
        shape, dtype, columns_first, content = state[-4:]
        self.fill(content, dtype, shape, bool(columns_first))

    def fill(self, content: Any, dtype: Any, shape: Any, columns_first: bool) -> None:
        """Take the numbers. Errors: FormatError where they are not as many as the shape says."""
        if not isinstance(dtype, Dtype) or not _is_shape(shape):
            raise _damaged()
        if not dtype.kind:
            self.shape = shape
            return
        needed, found = prod(shape) * _size(dtype.kind), -1
        if isinstance(content, Bytes | bytes | bytearray):
            found = len(content)
        # The second: no bytes can be claimed to have any shape with a zero in it.
        if needed != found or prod(length or 1 for length in shape) > 2**48:
            raise FormatError(
                "An array of NumPy of the shape {shape} of {kind} needs {needed:,} bytes, and "
                "{found:,} are there: the file is damaged, save it again.",
                shape=shown(shape),
                kind=dtype.kind,
                needed=needed,
                found=max(found, 0),
            )
        self.shape, self.kind, self.order, self.content = shape, dtype.kind, dtype.order, content
        self.columns_first = columns_first

    def raw(self) -> npt.NDArray[Any]:
        """An array of raw_dtype, of one of FLOATS. Errors: FormatError."""
        held = self.content
        content = held.encoded() if isinstance(held, Bytes) else held
        dtype = raw_dtype(self.kind, ">" if self.order == ">" else "<")
        axes = range(len(self.shape)) if self.axes is None else self.axes
        laid = tuple(length for _, length in sorted(zip(axes, self.shape, strict=True)))
        order: Any = "F" if self.columns_first else "C"
        made: npt.NDArray[Any] = np.ndarray(laid, dtype, content, order=order)
        return made.transpose(axes)


def _is_shape(shape: Any) -> bool:
    return (
        isinstance(shape, tuple)
        and len(shape) <= _AXES
        and all(type(length) is int and 0 <= length < 2**48 for length in shape)
    )


def _size(kind: str) -> int:
    """The bytes of a number."""
    if kind == "bfloat16":
        return 2
    return np.dtype(kind).itemsize if kind else 0


def _damaged() -> FormatError:
    return FormatError(
        "The file's pickle makes an array of NumPy in a way that NumPy does not write: it is "
        "damaged, save it again."
    )


def _dtype(*args: Any) -> Dtype:
    """numpy.dtype('f4', False, True)."""
    what = args[0] if args else None
    if isinstance(what, Global):
        return Dtype("bfloat16" if what.name == _OF_ML_DTYPES else "")
    return Dtype(_NAMES.get(what, "") if isinstance(what, str) else "")


def _empty(*args: Any) -> Grid | Object:
    """numpy.core.multiarray._reconstruct(class, shape, kind), before its state is set."""
    if not args or not isinstance(args[0], Global):
        raise _damaged()
    return Grid() if args[0].name == "numpy.ndarray" else Object(args[0].name)


def _of_buffer(*args: Any) -> Grid:
    """numpy.core.numeric._frombuffer(bytes, dtype, shape, order[, axes])."""
    if len(args) not in (4, 5) or args[3] not in ("C", "F", "K"):
        raise _damaged()
    content, dtype, shape, order = args[:4]
    axes = args[4] if len(args) == 5 else None
    made = Grid()
    made.fill(content, dtype, shape, order == "F")
    if order == "K" and axes is not None:
        if not _is_shape(axes) or sorted(axes) != list(range(len(shape))):
            raise _damaged()
        made.shape, made.axes = tuple(shape[at] for at in axes), axes
    return made


# NumPy 2 calls its core _core.
ARRAYS: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "numpy.dtype": _dtype,
        **{f"numpy.{core}.multiarray._reconstruct": _empty for core in ("core", "_core")},
        **{f"numpy.{core}.numeric._frombuffer": _of_buffer for core in ("core", "_core")},
    }
)
