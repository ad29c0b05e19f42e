"""What numbers and words are, in a few letters: equal ones have equal digests."""

import hashlib
from dataclasses import fields
from weakref import WeakKeyDictionary

import numpy as np

from gru_core.weights import Weights

# Bytes: enough to tell the figures of one page apart, and what all visitors share.
OF_A_PAGE, SHARED = 9, 16


def digest(*parts: object, size: int = OF_A_PAGE) -> str:
    """Of arrays with their shape and precision, and of whatever else has a repr; in hexadecimal."""
    found = hashlib.blake2b(digest_size=size)
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(f"{part.dtype.str}{part.shape}".encode())
            found.update(np.ascontiguousarray(part).data)
        else:
            found.update(f"{part!r};".encode())
    return found.hexdigest()


_known: WeakKeyDictionary[Weights, str] = WeakKeyDictionary()


def weights_digest(weights: Weights) -> str:
    """Of a layer, worked out once: weights never change."""
    found = _known.get(weights)
    if found is None:
        parts = [getattr(weights, field.name) for field in fields(weights)]
        found = _known[weights] = digest(weights.cell, *parts, size=SHARED)
    return found
