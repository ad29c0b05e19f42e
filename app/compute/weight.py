"""What a value takes in memory, for the store's budget, where it cannot be told ahead."""

import sys
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

ARRAY: Final = 112  # bytes of an array besides its numbers


def weight_of(value: Any, beside: Any = None) -> int:
    """Bytes of a value and of all it is made of, each thing once, less what another has of it.

    Looked into are arrays, mappings, lists, tuples and objects of Python. What a function would
    make the value of belongs to others.
    """
    seen: set[int] = set()
    _walked(beside, seen)
    return _walked(value, seen)


def _walked(value: Any, seen: set[int]) -> int:
    total, left = 0, [value]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            total += ARRAY
            if one.base is None:
                total += one.nbytes
            else:  # it holds on to all of what it is a part of
                left.append(one.base)
            continue
        total += sys.getsizeof(one)
        if isinstance(one, Mapping):
            left += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            left += one
        elif hasattr(one, "__dict__") and not callable(one):
            total += sys.getsizeof(vars(one))
            left += vars(one).values()
    return total
