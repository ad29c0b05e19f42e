"""What torch.save has written: zip archives, before 1.6 a row of pickles; and pickle.dump: one.

All come out as one description of everything in them, and the bytes of each storage.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, shown
from gru_core.formats import zips
from gru_core.formats.pytorch.arrays import Grid
from gru_core.formats.pytorch.pickled import PROTOCOL as SAFE
from gru_core.formats.pytorch.pickled import Outline, Source
from gru_core.formats.pytorch.values import KINDS, Storage, View
from gru_core.formats.state_dict.stored import Order, raw_dtype

ZIP: Final = b"PK"
PICKLE: Final = b"\x80"
MAGIC: Final = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER
PROTOCOL: Final = 1001
_COUNT: Final = struct.Struct("<q")  # the numbers of a storage, before them
# The end of an archive: its mark, then the size of its directory and where that begins.
_END: Final = struct.Struct("<4s8xII2x")
_LOCATOR: Final = struct.Struct("<8xQ4x")  # of the next, before the end
_END_64: Final = struct.Struct("<4s36xQQ")
_ORDERS: Final[Mapping[bytes, Order]] = {b"little": "<", b"big": ">"}


@dataclass(frozen=True, eq=False)
class Archive:
    """What a file holds, with nothing of it loaded."""

    root: Any  # dict, list, tuple, View, Special, Other, Global, or a plain value
    special: int  # how many tensors are no plain ones
    foreign: bool  # whether it holds what PyTorch's safe loader does not read: objects, or code
    plain: bool  # whether it is a pickle of pickle.dump, and none of torch.save
    code: bool  # whether it is a TorchScript archive, whose code is stepped over
    order: Order
    content: Callable[[str], bytes | memoryview]  # of a storage, by its key

    def raw(self, view: View | Grid) -> npt.NDArray[Any]:
        """A tensor of one of FLOATS as it stands in the file: of raw_dtype and its shape."""
        if isinstance(view, Grid):
            return view.raw()
        dtype, content = raw_dtype(view.kind, self.order), self.content(view.storage.key)
        offset, strides = (view.offset * dtype.itemsize, [n * dtype.itemsize for n in view.strides])
        return np.ndarray(view.shape, dtype, content, offset=offset, strides=strides)


def opened(data: bytes) -> Archive:
    """What a file of torch.save holds. Errors: FormatError."""
    return _zipped(data) if data.startswith(ZIP) else _legacy(data)


def _zipped(data: bytes) -> Archive:
    _check_end(data)
    archive = zips.opened(data)
    members = zips.members(archive)
    folder = _folder(list(members))
    outline = Outline()
    root = outline.read(Source(zips.content(archive, members[f"{folder}data.pkl"])))
    sizes = {name.removeprefix(f"{folder}data/"): info.file_size for name, info in members.items()}
    _check_sizes(outline.storages, sizes)
    order = members.get(f"{folder}byteorder")
    said = b"little" if order is None else zips.content(archive, order)
    if said not in _ORDERS:
        raise FormatError(
            "The file's byteorder is {said}; it needs little or big.",
            said=shown(said),
        )

    @cache  # many tensors may be views of one storage
    def content(key: str) -> bytes:
        return zips.content(archive, members[f"{folder}data/{key}"])

    code = _has_code(list(members))
    foreign = bool(outline.foreign) or code or outline.newest > SAFE
    return Archive(root, outline.special, foreign, False, code, _ORDERS[said], content)


def _check_end(data: bytes) -> None:
    """Raise FormatError unless the directory of an archive stands where every reader looks for it.

    Of several directories, or one that is not at the end, zipfile and PyTorch may take another.
    """
    end = at = len(data) - _END.size
    name, size, offset = _END.unpack_from(data, end) if end >= 0 else (b"", 0, 0)
    if data[max(0, end - _LOCATOR.size) : end].startswith(b"PK\x06\x07"):
        at = _LOCATOR.unpack_from(data, end - _LOCATOR.size)[0]
        expected = end - _LOCATOR.size - _END_64.size
        name, size, offset = _END_64.unpack_from(data, at) if at == expected else (b"", 0, 0)
    if name not in (b"PK\x05\x06", b"PK\x06\x06") or offset + size != at:
        raise FormatError(
            "The zip archive does not end in its directory; it was cut off, or something is "
            "behind it: download it again, or save model.state_dict() again."
        )


def _folder(names: list[str]) -> str:
    """The one folder in which everything is, with its slash."""
    folders = {f"{name.partition('/')[0]}/" for name in names}
    folder = next(iter(folders), "")
    if len({name.casefold() for name in names}) < len(names):
        raise FormatError(
            "The archive has two names that differ only in case; it is damaged or not of "
            "torch.save: save model.state_dict() again.",
        )
    if len(folders) != 1 or f"{folder}data.pkl" not in names:
        first = ", ".join(map(shown, names[:3])) or "nothing"
        raise FormatError(
            "The zip archive has {first} in it; torch.save writes one folder with a data.pkl: "
            "save model.state_dict() with it.",
            first=first,
        )
    return folder


def _has_code(names: list[str]) -> bool:
    """Whether it is a TorchScript archive."""
    return any(name.endswith("/constants.pkl") or "/code/" in name for name in names)


def _legacy(data: bytes) -> Archive:
    """A row of pickles, or a single one of pickle.dump, in which storages are such rows."""
    file, contents = Source(data), dict[str, memoryview]()
    outline = Outline(partial(_within, contents))
    root = outline.read(file)
    plain = root != MAGIC
    if plain:
        _check_alone(root, data, file.tell())
    else:
        outline = Outline()
        root = _in_a_row(data, outline, contents)
    foreign = plain or bool(outline.foreign) or outline.newest > SAFE
    return Archive(root, outline.special, foreign, plain, False, "<", contents.__getitem__)


def _check_alone(root: Any, data: bytes, end: int) -> None:
    if type(root) is int or end != len(data):
        raise FormatError(
            "The file is a pickle of a number or with something behind it; torch.save begins with "
            "a number of its own, and pickle.dump ends where it ends: write it by "
            "torch.save(model.state_dict(), 'model.pt')."
        )


def _within(contents: dict[str, memoryview], outer: Outline, data: bytes) -> Storage:
    """One storage as pickle.dump has it, a file of torch.save; its numbers go to the contents."""
    outline, own = Outline(), dict[str, memoryview]()
    outline.spend_as(outer)
    root = _in_a_row(data, outline, own)
    outer.spend_as(outline)
    if not isinstance(root, Storage):
        raise FormatError(
            "The file's pickle has a storage that cannot be understood; torch.save "
            "writes none like it: save it again."
        )
    made = replace(root, key=str(len(contents)))
    contents[made.key] = own[root.key]
    return made


def _in_a_row(data: bytes, outline: Outline, contents: dict[str, memoryview]) -> Any:
    """What a file of torch.save before 1.6 describes; the bytes of its storages to the contents."""
    file = Source(data)
    if outline.read(file) != MAGIC or outline.read(file) != PROTOCOL:
        raise FormatError(
            "The file is a pickle, but none of torch.save, which begins with a number of its own: "
            "write it by torch.save(model.state_dict(), 'model.pt')."
        )
    system = outline.read(file)
    little = isinstance(system, dict) and system.get("little_endian") is True
    root, keys = outline.read(file), outline.read(file)
    if not little:
        raise FormatError(
            "The file was written by a big-endian computer; that is read from newer files only: "
            "save it again with a PyTorch of today."
        )
    contents |= _contents(data, file.tell(), keys, outline.storages)
    return root


def _contents(
    data: bytes, at: int, keys: Any, storages: Mapping[str, Storage]
) -> Mapping[str, memoryview]:
    """The numbers of each storage, which follow one another to the end of the file."""
    known = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    if not known or sorted(keys) != sorted(storages):
        raise FormatError(
            "The file's list of storages is not that of its tensors; it is damaged or not of "
            "torch.save: save model.state_dict() again.",
        )
    found, whole, sizes = {}, memoryview(data), {}
    for key in keys:
        count = _COUNT.unpack_from(data, at)[0] if at + _COUNT.size <= len(data) else 0
        size = count * KINDS[storages[key].kind]
        at += _COUNT.size
        found[key] = whole[at : at + size] if count >= 0 else whole[:0]
        sizes[key] = len(found[key])
        at += sizes[key]
    _check_sizes(storages, sizes)
    return found


def _check_sizes(storages: Mapping[str, Storage], sizes: Mapping[str, int]) -> None:
    for key, storage in storages.items():
        if sizes.get(key) != storage.size:
            has = f"{sizes[key]:,} bytes" if key in sizes else "nothing"
            raise FormatError(
                "The file has {has} in storage {key}; {count:,} numbers of {kind} need "
                "{size:,}: it is damaged or not of torch.save: save model.state_dict() again.",
                has=has,
                key=shown(key),
                count=storage.count,
                kind=storage.kind,
                size=storage.size,
            )
