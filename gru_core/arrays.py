"""The array type of the core."""

from functools import reduce
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
Dtype: TypeAlias = np.dtype[np.floating[Any]]

# What is smaller beside the terms of its sum is left over from rounding.
RESIDUE: Final = {np.dtype(np.float64): 1e-12, np.dtype(np.float32): 1e-6}


def without_rounding(values: Array, *terms: Array) -> Array:
    """Sums or differences of these terms, 0 where nothing but rounding is left of them.

    values, terms: shapes that broadcast. The coarsest dtype of the terms says what rounding is.
    """
    largest = reduce(np.maximum, (np.abs(term) for term in terms))
    residue = max(RESIDUE[term.dtype] for term in terms)
    found: Array = np.where(np.abs(values) < residue * largest, values.dtype.type(0), values)
    return found


def read_only(array: Array) -> Array:
    """A view of the array that refuses to be written. Any shape."""
    view = array.view()
    view.flags.writeable = False
    return view
