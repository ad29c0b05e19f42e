"""What stands in the header of an HDF5 object, read from the bytes of the file itself.

HDF5 File Format Specification, IV.A: a header is a list of messages, in one block or several.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_MESSAGES: Final = 200  # of one header
GROUP: Final = (0x02, 0x0A, 0x11)  # what only a group has: links, or where they are
EXTERNAL: Final = 0x07  # a list of the files that have the numbers
LAYOUT: Final = 0x08
ATTRIBUTE: Final = 0x0C
CONTINUED: Final = 0x10
VIRTUAL: Final = 3  # the class of a layout that takes its numbers from other datasets


class Message(NamedTuple):
    """One message of a header."""

    kind: int
    flags: int
    body: memoryview


def messages(data: bytes, address: int) -> Iterator[Message]:
    """The messages of a header of version 1 or 2, with those of its continuations.

    address: of the header. Errors: struct.error and IndexError for what leads out of the file.
    """
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
            if kind == CONTINUED:
                start, size = struct.unpack_from("<QQ", body)
                blocks.append((start + 4, size - 8) if second else (start, size))
            yield Message(kind, own, body)


def layout_class(body: memoryview) -> int:
    """How a dataset keeps its numbers, by the body of its layout message."""
    return body[2] if body[0] < 3 else body[1]
