"""An HDF5 file in memory: every object is met once and checked before a number is taken out.

HDF5 can point outside of itself (external and soft links, external and virtual datasets) and back
into itself (one object under two names). Keras writes none of that, so none of it is followed.
"""

import io
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from gru_core.arrays import Array
from gru_core.errors import FormatError, GatescopeError, shown
from gru_core.formats import limits
from gru_core.formats.hdf5 import chunks as hdf5_chunks
from gru_core.formats.hdf5 import texts as hdf5_texts
from gru_core.formats.hdf5 import walk as hdf5_walk
from gru_core.formats.hdf5.heaps import Heaps, heaps_of

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"

# What h5py and libhdf5 raise, and struct for what leads out of the file.
_RAISED: Final = (
    *(OSError, RuntimeError, LookupError, ValueError, TypeError, ArithmeticError, struct.error),
)
# A file is walked over by its objects' own handles; h5py has no types for them.
Handle = Any


class Tensor(NamedTuple):
    """The numbers of one dataset, and how the file keeps them."""

    path: str
    numbers: Array  # read-only, any shape
    stored: str  # float16, bfloat16, float32 or float64


class Hdf5:
    """The objects of an open file, by their path, such as `layers/gru/cell/vars/0`."""

    def __init__(
        self, data: bytes, heaps: Heaps, groups: dict[str, Handle], datasets: dict[str, Handle]
    ) -> None:
        self._data, self._heaps = data, heaps
        self.groups: Mapping[str, Handle] = MappingProxyType(groups)  # "" is the root
        self.datasets: Mapping[str, Handle] = MappingProxyType(datasets)
        self._inside: dict[str, list[str]] = {}
        for path in datasets:
            self._inside.setdefault(path.rpartition("/")[0], []).append(path)
        # What is still read, so that one small block cannot be unpacked again and again.
        self._left = hdf5_chunks.Budget(limits.MAX_EXPANDED)

    def inside(self, group: str) -> list[str]:
        """The paths of the datasets directly in a group, of which there need not be one."""
        return self._inside.get(group, [])

    def has(self, path: str, attribute: str) -> bool:
        """Whether a group or dataset has this attribute; there need not be such an object."""
        from h5py import h5a  # type: ignore[import-untyped]

        owner = self.groups.get(path) or self.datasets.get(path)
        with damage_named(path):
            return owner is not None and bool(h5a.exists(owner, attribute.encode()))

    def text(self, path: str, attribute: str) -> str | None:
        """The text of an attribute, None if there is none. Errors: FormatError."""
        from h5py import h5o

        if not self.has(path, attribute):
            return None
        owner = self.groups.get(path) or self.datasets[path]
        with damage_named(f"{path}@{attribute}"):
            address = h5o.get_info(owner).addr
        text = hdf5_texts.text_of(self._data, self._heaps, address, attribute)
        if text is None:  # kept beside the header, as those of an object with many attributes
            raise FormatError(
                "{path} has more attributes than Keras writes; it is damaged or not from Keras: "
                "save the model again.",
                path=shown(path),
            )
        self._left.spend(f"{path}@{attribute}", len(text))
        return text

    def shape(self, path: str) -> tuple[int, ...]:
        """The shape that a dataset says it has."""
        with damage_named(path):
            return tuple(self.datasets[path].shape)

    def tensor(self, path: str) -> Tensor:
        """The numbers of a dataset. Errors: FormatError; those of limits.numbers."""
        dataset = self.datasets[path]
        with damage_named(path):
            stored = self._stored(path)
            array = hdf5_chunks.read(path, self._data, dataset, self._left)
        if stored == "bfloat16":  # the upper half of a float32
            wide = array.view("<u2").astype(np.uint32) << 16
            array = wide.view(np.float32)
        return Tensor(path, limits.numbers(path, array), stored)

    def _stored(self, path: str) -> str:
        """How the numbers of a dataset are kept, by the type in the file and not by its size."""
        from h5py import h5t

        kind = self.datasets[path].get_type()
        for bits in (16, 32, 64):
            known = (getattr(h5t, f"IEEE_F{bits}{end}E") for end in "LB")
            if any(kind.equal(one) for one in known):
                return f"float{bits}"
        # NumPy has no bfloat16, so Keras writes two bytes without a meaning and names it beside.
        two_bytes = kind.get_class() == h5t.OPAQUE and kind.get_size() == 2
        if two_bytes and self.text(path, "dtype") == "bfloat16":
            return "bfloat16"
        raise FormatError(
            "{path} holds {named}; weights are floating-point numbers of 16, 32 or 64 bits: "
            "save the model as .keras, without quantization.",
            path=shown(path),
            named=_named(kind),
        )


@contextmanager
def opened(data: bytes) -> Iterator[Hdf5]:
    """The file in these bytes, all of its objects checked. Errors: FormatError."""
    if not data.startswith(SIGNATURE):
        raise FormatError(
            "The file does not begin as HDF5 does; it is damaged or not from Keras: save the model "
            "again.",
        )
    heaps = heaps_of(data)
    from h5py import File

    with damage_named("the HDF5 file"):
        file = File(io.BytesIO(data), "r")  # nothing on disk is opened
    with file:
        with damage_named("the HDF5 file"):
            groups, datasets = hdf5_walk.walk(data, file.id)
        yield Hdf5(data, heaps, groups, datasets)


@contextmanager
def damage_named(what: str) -> Iterator[None]:
    """Turn what the HDF5 library raises into a FormatError that says what is damaged."""
    try:
        yield
    except GatescopeError:
        raise
    except MemoryError:
        raise FormatError(
            "{what} needs more memory than there is; it is damaged or not from Keras: save the "
            "model again.",
            what=shown(what),
        ) from None
    except _RAISED as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise FormatError(
            "{what} cannot be read ({reason}); it is damaged or not from Keras: save the model "
            "again.",
            what=shown(what),
            reason=reason[:120],
        ) from None


def _named(kind: Handle) -> str:
    """What an error calls the type of a dataset or an attribute."""
    try:
        return str(kind.dtype)[:60]
    except (TypeError, ValueError, RuntimeError, KeyError, OSError):
        return "values of a type that NumPy does not have"
