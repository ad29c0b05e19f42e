"""The heaps of an HDF5 file, where it keeps texts and names; every step through them is checked.

libhdf5 2.0 walks from piece to piece by what the file says and does not notice when it walks in a
circle: so this is looked at before it opens a file. Of the global heap, where texts are, a
collection is `GCOL`, a version, its size, and objects one after another; an object has an index,
a count, its size, and so many bytes. Object 0 is what is free, and its size counts its own header
too (HDF5 File Format Specification, III.E). In a local heap, where the names of a group are, each
free piece says where the next is, and 1 says that there is none (III.D).
"""

import re
import struct
from typing import Final, TypeAlias

from gru_core.errors import FormatError

MAX_OBJECTS: Final = 100_000  # of all heaps; a file of Keras has one for each name
_GLOBAL: Final = re.compile(rb"GCOL\x01")
_LOCAL: Final = re.compile(rb"HEAP\x00")
_NAMES: Final = struct.Struct("<4sB3xQQQ")  # mark, version, size, first free piece, address
_LAST: Final = 1
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
        raise FormatError(
            "The HDF5 file begins in a way that Keras does not write; it is damaged or not from "
            "Keras: save the model again.",
        )
    _check_names(data)
    found: Heaps = {}
    for match in _GLOBAL.finditer(data, 0, len(data) - _COLLECTION.size):
        start = match.start()
        at, end = start + _COLLECTION.size, start + _COLLECTION.unpack_from(data, start)[2]
        while at + _OBJECT.size <= min(end, len(data)):
            index, _, size = _OBJECT.unpack_from(data, at)
            step = size if index == 0 else _OBJECT.size + -(-size // 8) * 8
            if step < _OBJECT.size or step > end - at or len(found) >= MAX_OBJECTS:
                raise FormatError(
                    "The texts of the HDF5 file are damaged at byte {at:,}; it is damaged or not "
                    "from Keras: save the model again.",
                    at=at,
                )
            found[start, index] = (at + _OBJECT.size, at + _OBJECT.size + size)
            at += step
    return found


def _check_names(data: bytes) -> None:
    """Raise FormatError unless each list of free pieces in the local heaps comes to its end."""
    seen: set[int] = set()
    for match in _LOCAL.finditer(data, 0, len(data) - _NAMES.size):
        size, free, address = _NAMES.unpack_from(data, match.start())[2:]
        mine = len(seen)
        while free != _LAST and free < size and address + free + 8 <= len(data):
            seen.add(address + free)
            mine += 1
            if len(seen) < mine or mine > MAX_OBJECTS:
                raise FormatError(
                    "The names of the HDF5 file are damaged; it is damaged or not from Keras: save "
                    "the model again.",
                )
            free = struct.unpack_from("<Q", data, address + free)[0]
