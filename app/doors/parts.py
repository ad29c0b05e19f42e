"""How large the parts of a message are, found without reading what is in them.

To read a list of 900,000 names takes a tenth of a second, in which nobody is answered, only to find
that it is too long. Encoding: https://protobuf.dev/programming-guides/encoding
"""

from typing import Final

MOST: Final = 20  # parts of one message; a page's have one or two
WIDEST: Final = 10  # bytes of a number


def are_small(sent: bytes, most: int, but: int) -> bool:
    """Whether no part of a message has more bytes, less the one with this number in its schema.

    False too for one that has very many parts, or none that can be told apart.
    """
    at = 0
    for _ in range(MOST):
        if at >= len(sent):
            return at == len(sent)
        tag, at = _number(sent, at)
        size = 0
        match tag & 7:
            case 0:  # a number
                _, at = _number(sent, at)
            case 1:  # eight bytes
                size = 8
            case 2:  # as many as it says
                size, at = _number(sent, at)
            case 5:  # four bytes
                size = 4
            case _:
                return False
        if size > most and tag >> 3 != but:
            return False
        at += size
    return at == len(sent)


def _number(sent: bytes, at: int) -> tuple[int, int]:
    """A number that begins there, and where it ends; past the end, for one that does not."""
    found = 0
    for turn, byte in enumerate(sent[at : at + WIDEST]):
        found |= (byte & 127) << 7 * turn
        if byte < 128:
            return found, at + turn + 1
    return found, len(sent) + 1
