"""The global heaps of an HDF5 file, where it keeps its texts; every step through them is checked.

A collection is `GCOL`, a version, its size, and objects one after another; an object has an index,
a count, its size, and so many bytes. Object 0 is what is free, and its size counts its own header
too (HDF5 File Format Specification, III.E). libhdf5 2.0 walks from object to object by these sizes
and does not notice when a step is zero: so this is looked at before it opens a file.
"""

import re
import struct
from typing import Final, TypeAlias

from gru_core.errors import FormatError
from gru_core.formats.hdf5_walk import AGAIN

MAX_OBJECTS: Final = 100_000  # of all heaps; a file of Keras has one for each name
_MAGIC: Final = re.compile(rb"GCOL\x01")
_COLLECTION: Final = struct.Struct("<4sB3xQ")
_OBJECT: Final = struct.Struct("<HH4xQ")
# By the version of the superblock: where it has the sizes of addresses and lengths, and its base.
_SIZES: Final = {0: (13, 24), 1: (13, 28), 2: (9, 12), 3: (9, 12)}

# Where the bytes of each object are, from and to, by the address of its heap and its index.
Heaps: TypeAlias = dict[tuple[int, int], tuple[int, int]]


def heaps_of(data: bytes) -> Heaps:
    """Every object of every heap of a file. Errors: FormatError for damage, or other word sizes."""
    sizes, base = _SIZES.get(data[8], (0, 0)) if len(data) > 48 else (0, 0)
    if data[sizes : sizes + 2] != b"\x08\x08" or data[base : base + 8] != bytes(8):
        raise FormatError(f"The HDF5 file begins in a way that Keras does not write; {AGAIN}")
    found: Heaps = {}
    for match in _MAGIC.finditer(data, 0, len(data) - _COLLECTION.size):
        start = match.start()
        at, end = start + _COLLECTION.size, start + _COLLECTION.unpack_from(data, start)[2]
        while at + _OBJECT.size <= min(end, len(data)):
            index, _, size = _OBJECT.unpack_from(data, at)
            step = size if index == 0 else _OBJECT.size + -(-size // 8) * 8
            if step < _OBJECT.size or step > end - at or len(found) >= MAX_OBJECTS:
                raise FormatError(f"The texts of the HDF5 file are damaged at byte {at:,}; {AGAIN}")
            found[start, index] = (at + _OBJECT.size, at + _OBJECT.size + size)
            at += step
    return found
