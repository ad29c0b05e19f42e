"""One tensor of a file before its numbers are taken: its shape, and what kind of numbers it has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Order: TypeAlias = Literal["<", ">"]  # of the bytes of a number, as NumPy has it
# The kinds that are read, as PyTorch calls them, each with the bytes of a number.
FLOATS: Final[Mapping[str, int]] = MappingProxyType(
    {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
)


@dataclass(frozen=True, eq=False)
class Stored:
    """A tensor as a file has it. Compared by identity."""

    shape: tuple[int, ...]
    kind: str  # of its numbers: one of FLOATS, int64, …
    # Called only for what is wanted, and for FLOATS alone: an array of raw_dtype and this shape.
    raw: Callable[[], npt.NDArray[Any]]


Tensors: TypeAlias = Mapping[str, Stored]  # by the name that the file gives each


def unreadable(what: str) -> Stored:
    """What stands in the place of a tensor and is none: a layer with it is refused, never without.

    what: it is.
    """
    return Stored((), what, lambda: np.empty(()))


def raw_dtype(kind: str, order: Order = "<") -> np.dtype[Any]:
    """How the numbers of a kind of FLOATS stand in a file. NumPy has no bfloat16, only its bits."""
    return np.dtype("u2" if kind == "bfloat16" else kind).newbyteorder(order)


def floats(kind: str, raw: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The numbers of an array of raw_dtype, any shape. A bfloat16 is half a float32."""
    if kind != "bfloat16":
        return raw
    wide = raw.astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32)
