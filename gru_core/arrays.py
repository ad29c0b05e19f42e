"""The array type of the core."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]
Dtype: TypeAlias = np.dtype[np.floating[Any]]


def read_only(array: Array) -> Array:
    """A view of the array that refuses to be written. Any shape."""
    view = array.view()
    view.flags.writeable = False
    return view
