"""A text among the attributes of an HDF5 object, read from the bytes of the file itself.

libhdf5 makes room for as many bytes as a file claims a text to have before it looks for them, up to
4 GB. What stands in an object's header is told by HDF5 File Format Specification, IV.A.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from gru_core.errors import FormatError, shown
from gru_core.formats.hdf5_heaps import Heaps
from gru_core.formats.hdf5_walk import AGAIN

MAX_MESSAGES: Final = 200  # of one header
_ATTRIBUTE: Final = 0x0C
_CONTINUED: Final = 0x10
_SHARED: Final = 0x02
_FIXED: Final = 3  # the class of texts of one size
_VARYING: Final = 9
_REFERENCE: Final = struct.Struct("<IQI")  # the size of a text, its heap and its index there


class _Message(NamedTuple):
    kind: int
    flags: int
    body: memoryview


def text_of(data: bytes, heaps: Heaps, address: int, name: str) -> str | None:
    """The text that an object has under a name, None if it has none.

    address: of the object's header. Errors: FormatError if it is damaged or no single text.
    """
    try:
        for message in _messages(data, address):
            if message.kind == _ATTRIBUTE and _name(message.body) == name.encode():
                return _value(data, heaps, name, message).decode("utf-8")
    except (struct.error, IndexError, UnicodeDecodeError):
        raise _damaged(name) from None
    return None


def _messages(data: bytes, address: int) -> Iterator[_Message]:
    """The messages of an object header of version 1 or 2, with those of its continuations."""
    second, view = data[address : address + 4] == b"OHDR", memoryview(data)
    if second:
        flags = data[address + 5]
        width = 1 << (flags & 3)
        start = address + 6 + 16 * (flags >> 5 & 1) + 4 * (flags >> 4 & 1)
        first = (start + width, int.from_bytes(data[start : start + width], "little"))
        head, form = 4 + 2 * (flags >> 2 & 1), "<BHB"
    else:
        first = (address + 16, struct.unpack_from("<I", data, address + 8)[0])
        head, form = 8, "<HHB"
    blocks, count = [first], 0
    while blocks:
        at, size = blocks.pop(0)
        end = min(at + size, len(data))
        while at + head <= end and count < MAX_MESSAGES:
            kind, length, own = struct.unpack_from(form, data, at)
            body = view[at + head : at + head + length]
            at, count = at + head + length, count + 1
            if kind == _CONTINUED:
                start, size = struct.unpack_from("<QQ", body)
                blocks.append((start + 4, size - 8) if second else (start, size))
            yield _Message(kind, own, body)


def _name(body: memoryview) -> bytes:
    start = 9 if body[0] == 3 else 8
    return bytes(body[start : start + struct.unpack_from("<H", body, 2)[0]]).rstrip(b"\0")


def _value(data: bytes, heaps: Heaps, name: str, message: _Message) -> bytes:
    """The bytes of the text in an attribute message of version 1 to 3."""
    body = message.body
    lengths = struct.unpack_from("<HHH", body, 2)  # of the name, the type and the shape
    at, parts = (9 if body[0] == 3 else 8), []
    for length in lengths:
        parts.append(body[at : at + length])
        at += -(-length // 8) * 8 if body[0] == 1 else length
    kind, shape = parts[1], parts[2]
    shared = message.flags & _SHARED or (body[0] > 1 and body[1])
    if body[0] not in (1, 2, 3) or shared or shape[1] != 0 or (shape[0] == 2 and shape[3] != 0):
        raise FormatError(f"The attribute {shown(name)} is not one text; {AGAIN}")
    if kind[0] & 15 == _FIXED:
        return bytes(body[at : at + struct.unpack_from("<I", kind, 4)[0]]).rstrip(b"\0")
    if kind[0] & 15 != _VARYING or kind[1] & 15 != 1:
        raise FormatError(f"The attribute {shown(name)} holds no text; {AGAIN}")
    size, heap, index = _REFERENCE.unpack_from(body, at)
    start, end = heaps.get((heap, index), (0, -1))
    if size > end - start:
        raise _damaged(name)
    return data[start : start + size]


def _damaged(name: str) -> FormatError:
    return FormatError(f"The attribute {shown(name)} is damaged: save the model again.")
