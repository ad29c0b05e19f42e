"""Arrays that do not compute: they write down what is done with them, as a program.

What the core does with them decides what a program is made of; an operation that is not in KINDS
is refused here, when a program is recorded, and not where it is executed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from types import EllipsisType, MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gru_core.arrays import Dtype

Shape: TypeAlias = tuple[int, ...]

# The functions of NumPy that may be called, each by the name that it has in a program. Of two
# arrays either both have the same size, or one of them is a single number.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "add": "add",
        "subtract": "subtract",
        "multiply": "multiply",
        "divide": "divide",
        "minimum": "minimum",
        "maximum": "maximum",
        "less": "less",
        "equal": "equal",
        "bitwise_and": "and",
        "invert": "not",
        "absolute": "absolute",
        "tanh": "tanh",
        "exp": "exp",
        "expm1": "expm1",
        "log1p": "log1p",
    }
)


@dataclass(frozen=True)
class Operation:
    """One thing that is done, with the results of earlier ones.

    kind: one of KINDS, or `number` (value), `product` (a matrix and a vector), `choose` (where the
    first is true the second, else the third), `part` (of the first from `at` on, in order), `pick`
    (the entry at the unit, nan where there is none), or `hold` (what an intervention puts in place
    of a track).
    of: the slots it is done with. shape: of what comes of it.
    """

    kind: str
    of: tuple[int, ...]
    shape: Shape
    at: int = 0
    value: float = 0.0
    track: str = ""


@dataclass
class Record:
    """What has been written down so far. Slots are numbered: the given arrays come first."""

    given: dict[str, Shape] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def array(self, name: str, shape: Shape, dtype: Dtype) -> Any:
        """A given array, for whoever takes one; all are there before the first operation."""
        assert not self.operations, "given after an operation"
        self.given[name] = shape
        return Recorded(self, len(self.given) - 1, shape, dtype)

    def note(self, kind: str, *of: "Recorded", shape: Shape, **more: Any) -> "Recorded":
        """Another operation, and what comes of it."""
        self.operations.append(Operation(kind, tuple(one.slot for one in of), shape, **more))
        dtype = of[0].dtype if of else np.dtype(np.float64)
        return Recorded(self, len(self.given) + len(self.operations) - 1, shape, dtype)


# In the place of an index: the unit that a program is run for.
UNIT: Final[Any] = object()


class Recorded(NDArrayOperatorsMixin):
    """An array of a record: it can be added, multiplied and the like, sliced, and chosen from."""

    __iter__ = None

    def __init__(self, record: Record, slot: int, shape: Shape, dtype: Dtype) -> None:
        self.record = record
        self.slot = slot
        self.shape = shape
        self.dtype = dtype

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("a recorded array has no numbers")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *given: Any, **more: Any) -> "Recorded":
        if method != "__call__" or more:
            raise TypeError(f"{ufunc.__name__} cannot be recorded so")
        if ufunc is np.matmul:
            return _product(*given)
        of = [self._one(one) for one in given]
        return self.record.note(KINDS[ufunc.__name__], *of, shape=_shape(of))

    def __array_function__(
        self, function: Callable[..., Any], _: Any, given: tuple[Any, ...], more: Mapping[str, Any]
    ) -> "Recorded | Transposed":
        if function is np.transpose:
            return Transposed(self)
        if function is np.broadcast_to:
            array, shape = given
            if prod(shape) != prod(array.shape):
                raise TypeError(f"{array.shape} to {shape} cannot be recorded")
            return self.record.note("part", array, shape=tuple(shape))
        if function is not np.where or more:
            raise TypeError(f"{function.__name__} cannot be recorded")
        of = [self._one(one) for one in given]
        return self.record.note("choose", *of, shape=_shape(of))

    def __getitem__(self, index: Any) -> "Recorded":
        places = index if isinstance(index, tuple) else (index,)
        if len(places) == 2 and places[1] is UNIT:
            return self.record.note("pick", self, shape=self.shape[:1])
        if places and isinstance(places[0], EllipsisType):  # the last axes: here they are all
            places = places[1:]
        first, *rest = places
        if any(one != slice(None) for one in rest):
            raise TypeError(f"[{index}] cannot be recorded")
        size = prod(self.shape[1:])
        if isinstance(first, slice):
            start, stop, step = first.indices(self.shape[0])
            if step != 1:
                raise TypeError(f"[{index}] cannot be recorded")
            shape = (stop - start, *self.shape[1:])
        else:
            start, shape = int(first), self.shape[1:]
        return self.record.note("part", self, shape=shape, at=start * size)

    def _one(self, one: Any) -> "Recorded":
        """An operand: a recorded array, or a number, which is as long as it has to be."""
        if isinstance(one, Recorded):
            return one
        return self.record.note("number", shape=(), value=float(one))


@dataclass(frozen=True)
class Transposed:
    """A matrix turned over; there is nothing but a product with it."""

    array: Recorded

    __array_ufunc__ = None  # or NumPy would do the product

    def __rmatmul__(self, rows: Recorded) -> Recorded:
        made = _product(self.array, rows)
        return made.record.note("part", made, shape=(1, *made.shape[:1]))


def _product(a: Any, b: Any) -> Recorded:
    """A matrix and a vector, be it a vector or one row, on either side."""
    if a.ndim > 1 and a.shape[0] == 1 and b.ndim == 1:  # rows @ vector
        a, b = b, a
    columns = a.shape[-1]
    if prod(b.shape) != columns:
        raise TypeError(f"a product of {a.shape} and {b.shape} cannot be recorded")
    made: Recorded = a.record.note("product", a, b, shape=a.shape[:-1] or (1,))
    return made


def _shape(of: list[Recorded]) -> Shape:
    """That of the longest; all have its size, numbers (without any axis) aside."""
    sizes = {prod(one.shape) for one in of if one.shape}
    if len(sizes) > 1:
        raise TypeError(f"{[one.shape for one in of]} together cannot be recorded")
    return max((one.shape for one in of), key=lambda shape: (prod(shape), len(shape)))
