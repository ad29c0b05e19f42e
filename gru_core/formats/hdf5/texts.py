"""A text among the attributes of an HDF5 object, read from the bytes of the file itself.

libhdf5 makes room for as many bytes as a file claims a text to have before it looks for them, up to
4 GB, and fills it; not every system can limit the memory of a process.
"""

import struct
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats.hdf5.headers import ATTRIBUTE, Message, messages
from gru_core.formats.hdf5.heaps import Heaps

_SHARED: Final = 0x02
_FIXED: Final = 3  # the class of texts of one size
_VARYING: Final = 9
_REFERENCE: Final = struct.Struct("<IQI")  # the size of a text, its heap and its index there


def text_of(data: bytes, heaps: Heaps, address: int, name: str) -> str | None:
    """The text that an object has under a name, None if it has none.

    address: of the object's header. Errors: FormatError if it is damaged or no single text.
    """
    try:
        for message in messages(data, address):
            if message.kind == ATTRIBUTE and _name(message.body) == name.encode():
                return _value(data, heaps, name, message).decode("utf-8")
    except (struct.error, IndexError, UnicodeDecodeError):
        raise _damaged(name) from None
    return None


def _name(body: memoryview) -> bytes:
    start = 9 if body[0] == 3 else 8
    return bytes(body[start : start + struct.unpack_from("<H", body, 2)[0]]).rstrip(b"\0")


def _value(data: bytes, heaps: Heaps, name: str, message: Message) -> bytes:
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
        raise FormatError(
            "The attribute {name} is not one text; it is damaged or not from Keras: save the model "
            "again.",
            name=shown(name),
        )
    if kind[0] & 15 == _FIXED:
        return bytes(body[at : at + struct.unpack_from("<I", kind, 4)[0]]).rstrip(b"\0")
    if kind[0] & 15 != _VARYING or kind[1] & 15 != 1:
        raise FormatError(
            "The attribute {name} holds no text; it is damaged or not from Keras: save the model "
            "again.",
            name=shown(name),
        )
    size, heap, index = _REFERENCE.unpack_from(body, at)
    start, end = heaps.get((heap, index), (0, -1))
    if size > end - start:
        raise _damaged(name)
    return data[start : start + size]


def _damaged(name: str) -> FormatError:
    return FormatError(
        "The attribute {name} is damaged: save the model again.",
        name=shown(name),
    )
