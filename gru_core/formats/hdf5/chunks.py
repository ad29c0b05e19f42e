"""The numbers of one HDF5 dataset, taken from the bytes of the file and not by libhdf5.

libhdf5 says where they are. By itself it takes a packed block with fewer numbers, or more, for a
whole one, a missing block for zeros, and it inflates a block until that ends, however large it is.
Here a block gives what the dataset says it has, or is refused. What all datasets may give together
is counted in a Budget: not every system can limit the memory of a process.
"""

import math
import zlib
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, shown
from gru_core.formats import limits

_DEFLATE: Final = 1
_SHUFFLE: Final = 2

Handle = Any  # h5py has no types


@dataclass
class Budget:
    """How many bytes may still be unpacked from a file, and in how many pieces."""

    size: int
    pieces: int = limits.MAX_TENSORS

    def spend(self, path: str, size: int, pieces: int = 1) -> None:
        """Take so many bytes and pieces. Errors: FormatError if there are fewer left."""
        self.size -= size
        self.pieces -= pieces
        if self.size < 0:
            raise FormatError(
                "The file unpacks to more than {max_expanded:,.0f} MB, {path} among it; so many "
                "are read, unless {raised}: save the recurrent layers alone, or in half precision.",
                raised=limits.RAISED,
                max_expanded=limits.MAX_EXPANDED / 1e6,
                path=shown(path),
            )
        if self.pieces < 0:
            raise FormatError(
                "{path} is cut into more than {max_tensors:,} pieces; up to that many are "
                "read: save the model without chunks.",
                path=shown(path),
                max_tensors=limits.MAX_TENSORS,
            )


def read(path: str, data: bytes, dataset: Handle, budget: Budget) -> npt.NDArray[Any]:
    """The numbers of a dataset, in the type of the file. data: the whole file.

    Errors: FormatError; those of h5py.
    """
    from h5py import h5d, h5s  # type: ignore[import-untyped]

    space, layout = dataset.get_space(), dataset.get_create_plist()
    if space.get_simple_extent_type() != h5s.SIMPLE:
        raise FormatError(
            "{path} is no array; it is damaged or not from Keras: save the model again.",
            path=shown(path),
        )
    if layout.get_layout() == h5d.CHUNKED:
        return _assembled(path, data, dataset, budget)
    size, start = math.prod(dataset.shape) * dataset.dtype.itemsize, dataset.get_offset()
    budget.spend(path, size)
    # Keras keeps arrays in one piece; those inside of a header have no place of their own.
    if size and (start is None or dataset.get_storage_size() != size or start + size > len(data)):
        raise _incomplete(path)
    return np.frombuffer(data, dataset.dtype, size // dataset.dtype.itemsize, start or 0).reshape(
        dataset.shape
    )


def _filters(path: str, layout: Handle) -> tuple[int, ...]:
    """How the chunks are packed, the first filter first. Errors: FormatError."""
    codes = tuple(layout.get_filter(i)[0] for i in range(layout.get_nfilters()))
    if codes in ((), (_SHUFFLE,), (_DEFLATE,), (_SHUFFLE, _DEFLATE)):
        return codes
    raise FormatError(
        "{path} is packed by the HDF5 filters {codes}; gzip, with or without shuffle, is read: "
        "save the model with Keras itself, which packs nothing.",
        path=shown(path),
        codes=codes,
    )


def _assembled(path: str, data: bytes, dataset: Handle, budget: Budget) -> npt.NDArray[Any]:
    """A dataset that is kept in chunks, which all have the same shape, also at the edges."""
    layout, shape, dtype = dataset.get_create_plist(), dataset.shape, dataset.dtype
    filters, chunk = _filters(path, layout), layout.get_chunk()
    starts = [range(0, length, step) for length, step in zip(shape, chunk, strict=True)]
    count, size = math.prod(map(len, starts)), math.prod(chunk) * dtype.itemsize
    budget.spend(path, math.prod(shape) * dtype.itemsize + count * size, count)
    if dataset.get_num_chunks() != count:
        raise _incomplete(path)
    array = np.empty(shape, dtype)
    for start in product(*starts):
        stored = dataset.get_chunk_info_by_coord(start)
        packed = data[stored.byte_offset : stored.byte_offset + stored.size]
        # A filter that did not make a chunk smaller is left out, and a bit says so.
        used = [code for at, code in enumerate(filters) if not stored.filter_mask >> at & 1]
        numbers = np.frombuffer(_unpacked(path, packed, used, dtype.itemsize, size), dtype)
        place = tuple(slice(a, min(a + c, n)) for a, c, n in zip(start, chunk, shape, strict=True))
        inside = tuple(slice(0, part.stop - part.start) for part in place)
        array[place] = numbers.reshape(chunk)[inside]
    return array


def _unpacked(path: str, packed: bytes, filters: list[int], itemsize: int, size: int) -> bytes:
    """The bytes of one chunk, exactly `size` of them. Errors: FormatError."""
    for code in reversed(filters):
        if code == _DEFLATE:
            unpacker = zlib.decompressobj()
            try:
                packed = unpacker.decompress(packed, size + 1)
            except zlib.error as error:
                raise FormatError(
                    "{path} cannot be unpacked ({error}); it is damaged or not from Keras: save "
                    "the model again.",
                    path=shown(path),
                    error=error,
                ) from None
            if not unpacker.eof:  # it goes on, or its checksum is missing
                raise _incomplete(path)
        elif len(packed) == size:
            packed = np.frombuffer(packed, np.uint8).reshape(itemsize, -1).T.tobytes()
    if len(packed) != size:
        raise _incomplete(path)
    return packed


def _incomplete(path: str) -> FormatError:
    return FormatError(
        "{path} does not hold as many numbers as it says; it is damaged or not from Keras: save "
        "the model again.",
        path=shown(path),
    )
