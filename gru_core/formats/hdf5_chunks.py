"""The numbers of one HDF5 dataset, unpacked here and not by libhdf5.

libhdf5 inflates a packed block until it ends, however large that is; here it may give no more than
the dataset says it has. What all datasets may give together is counted in a Budget.
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
from gru_core.formats.hdf5_walk import AGAIN

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
                f"The file unpacks to more than {limits.MAX_EXPANDED / 1e6:,.0f} MB, "
                f"{shown(path)} among it: save the recurrent layers alone, or in half precision."
            )
        if self.pieces < 0:
            raise FormatError(
                f"{shown(path)} is cut into more than {limits.MAX_TENSORS:,} pieces; up to that "
                "many are read: save the model without chunks."
            )


def read(path: str, dataset: Handle, budget: Budget) -> npt.NDArray[Any]:
    """The numbers of a dataset, in the type of the file. Errors: FormatError; those of h5py."""
    from h5py import Dataset, h5d, h5s  # type: ignore[import-untyped]

    space, layout = dataset.get_space(), dataset.get_create_plist()
    if space.get_simple_extent_type() != h5s.SIMPLE:
        raise FormatError(f"{shown(path)} is no array; {AGAIN}")
    if layout.get_layout() == h5d.CHUNKED:
        return _assembled(path, dataset, _filters(path, layout), layout.get_chunk(), budget)
    size = math.prod(dataset.shape) * dataset.dtype.itemsize
    budget.spend(path, size)
    if dataset.get_storage_size() != size:
        raise _incomplete(path)
    return np.asarray(Dataset(dataset)[()])


def _filters(path: str, layout: Handle) -> tuple[int, ...]:
    """How the chunks are packed, the first filter first. Errors: FormatError."""
    codes = tuple(layout.get_filter(i)[0] for i in range(layout.get_nfilters()))
    if codes in ((), (_SHUFFLE,), (_DEFLATE,), (_SHUFFLE, _DEFLATE)):
        return codes
    raise FormatError(
        f"{shown(path)} is packed by the HDF5 filters {codes}; gzip, with or without shuffle, is "
        "read: save the model with Keras itself, which packs nothing."
    )


def _assembled(
    path: str, dataset: Handle, filters: tuple[int, ...], chunk: tuple[int, ...], budget: Budget
) -> npt.NDArray[Any]:
    """A dataset that is kept in chunks, which all have the same shape, also at the edges."""
    shape, dtype = dataset.shape, dataset.dtype
    starts = [range(0, length, step) for length, step in zip(shape, chunk, strict=True)]
    count, size = math.prod(map(len, starts)), math.prod(chunk) * dtype.itemsize
    budget.spend(path, math.prod(shape) * dtype.itemsize + count * size, count)
    if dataset.get_num_chunks() != count:
        raise _incomplete(path)
    array = np.empty(shape, dtype)
    for start in product(*starts):
        if dataset.get_chunk_info_by_coord(start).size > limits.MAX_EXPANDED:
            raise _incomplete(path)
        skipped, packed = dataset.read_direct_chunk(start)
        # A filter that did not make a chunk smaller is left out, and a bit says so.
        used = [code for at, code in enumerate(filters) if not skipped >> at & 1]
        numbers = np.frombuffer(_unpacked(path, bytes(packed), used, dtype.itemsize, size), dtype)
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
                raise FormatError(f"{shown(path)} cannot be unpacked ({error}); {AGAIN}") from None
            if not unpacker.eof:  # it goes on, or its checksum is missing
                raise _incomplete(path)
        elif len(packed) == size:
            packed = np.frombuffer(packed, np.uint8).reshape(itemsize, -1).T.tobytes()
    if len(packed) != size:
        raise _incomplete(path)
    return packed


def _incomplete(path: str) -> FormatError:
    return FormatError(f"{shown(path)} does not hold as many numbers as it says; {AGAIN}")
