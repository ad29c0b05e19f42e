"""How numbers from outside become arrays: copied, finite, bounded, of the right shape.

Every function takes the name the reader of an error knows the array by, such as `gru.w_x`.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, Dtype
from gru_core.conventions import MAX_MAGNITUDE
from gru_core.errors import (
    DtypeError,
    EmptySequenceError,
    NotFiniteError,
    RangeError,
    ShapeError,
)

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))


def floats(name: str, value: npt.ArrayLike, dtype: Dtype | None = None) -> Array:
    """A read-only copy in float64 or float32; whole numbers and lists become float64.

    dtype: convert to this one. Errors: ShapeError (ragged), DtypeError, NotFiniteError, RangeError.
    """
    array = _numbers(name, value)
    with np.errstate(over="ignore"):  # what overflows float32 is named below, as infinite
        copy = np.array(array, dtype=dtype, order="C")
    # Also true for NaN, and without a copy of the magnitudes: a file of weights may be large.
    if copy.size and not (copy.max() <= MAX_MAGNITUDE and copy.min() >= -MAX_MAGNITUDE):
        raise _out_of_bounds(name, copy)
    copy.flags.writeable = False
    return copy


def _numbers(name: str, value: npt.ArrayLike) -> npt.NDArray[Any]:
    if isinstance(value, np.ndarray) and value.dtype in FLOATS:
        return value
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ShapeError(
            "{name} has rows of different lengths; make every row as long as the first.",
            name=name,
        ) from error
    if array.dtype in FLOATS:
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    raise DtypeError(
        "{name} holds {dtype}; it needs numbers in float64 or float32: convert it first.",
        name=name,
        dtype=array.dtype,
    )


def _out_of_bounds(name: str, array: Array) -> RangeError:
    bad = ~(np.abs(array) <= MAX_MAGNITUDE)
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    where = f"{name}[{', '.join(map(str, index))}]" if index else name
    value = array[index]
    if np.isfinite(value):
        return RangeError(
            "{where} is {value:g}; magnitudes up to {max_magnitude:g} are accepted, since "
            "products of larger ones overflow: scale it down.",
            where=where,
            value=value,
            max_magnitude=MAX_MAGNITUDE,
        )
    return NotFiniteError(
        "{where} is {value}; it needs a finite number: replace it.",
        where=where,
        value=value,
    )


def sequence(
    name: str, value: npt.ArrayLike, inputs: int | None = None, dtype: Dtype | None = None
) -> Array:
    """An input sequence: (step, input), at least one step and one input, read-only.

    inputs: how many the weights take, None for any.
    """
    x = floats(name, value, dtype)
    if x.ndim != 2:
        raise ShapeError(
            "{name} has shape {shape}; a sequence has two axes, (step, input): reshape it, for "
            "a single input to (steps, 1).",
            name=name,
            shape=x.shape,
        )
    if x.shape[0] == 0:
        raise EmptySequenceError(
            "{name} has no steps; a run needs at least one: add an input.",
            name=name,
        )
    if x.shape[1] == 0:
        raise ShapeError(
            "{name} has no inputs; each step needs at least one number: add it.",
            name=name,
        )
    if inputs is not None and x.shape[1] != inputs:
        raise ShapeError(
            "{name} has shape {shape}; these weights take {inputs} inputs, so it needs "
            "({steps}, {inputs}): change the sequence or the weights.",
            name=name,
            shape=x.shape,
            inputs=inputs,
            steps=x.shape[0],
        )
    return x


def state(name: str, value: npt.ArrayLike, units: int, dtype: Dtype) -> Array:
    """One state vector: (unit,), read-only."""
    h = floats(name, value, dtype)
    if h.shape != (units,):
        raise ShapeError(
            "{name} has shape {shape}; a layer of {units} units needs ({units},): give one "
            "number for each unit.",
            name=name,
            shape=h.shape,
            units=units,
        )
    return h


def whole(name: str, value: object, low: int) -> int:
    """A whole number of at least `low`, as an int."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise RangeError(
            "{name} is {value!r}; it needs a whole number of at least {low}.",
            name=name,
            value=value,
            low=low,
        )
    return int(value)
