"""The numbers of protobuf, and whether bytes look like an ONNX model by their first fields.

Protobuf has no mark at its beginning. The fields of a ModelProto, with the way each is written:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

VARINT, BYTES = 0, 2  # ways of writing; groups, 3 and 4, are of no use
SIZES: Final[Mapping[int, int]] = MappingProxyType({1: 8, 5: 4})  # of what has a fixed size
LONGEST: Final = 10  # bytes of a number
GRAPH: Final = 7
IR_VERSION: Final = 1
_ONNX: Final[Mapping[int, int]] = MappingProxyType(
    {IR_VERSION: VARINT, 5: VARINT} | dict.fromkeys((2, 3, 4, 6, GRAPH, 8, 14, 20, 25, 26), BYTES)
)
# TensorFlow's SavedModel: a version, and graphs with their tags.
_SAVED_MODEL: Final[Mapping[int, int]] = MappingProxyType({1: VARINT, 2: BYTES})
MOST_FIELDS: Final = 10_000


def is_onnx(data: bytes) -> bool:
    """Whether the fields are those of an ONNX model with a graph; what is cut off may be."""
    found = dict(fields(data))
    return GRAPH in found and found.items() <= _ONNX.items()


def is_saved_model(data: bytes) -> bool:
    """Whether the fields are those of TensorFlow's SavedModel."""
    return dict(fields(data)) == _SAVED_MODEL and b"saved_model" in data


def fields(data: bytes) -> Iterator[tuple[int, int]]:
    """The number and the way of writing of each field, up to the first that cannot be."""
    at = 0
    with suppress(IndexError, OverflowError):
        for _ in range(MOST_FIELDS):
            tag, at = varint(data, at)
            number, way = tag >> 3, tag & 7
            if number < 1 or (way not in (VARINT, BYTES) and way not in SIZES):
                return
            yield number, way
            if way in SIZES:
                at += SIZES[way]
            else:
                value, at = varint(data, at)
                at += value if way == BYTES else 0


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends.

    Errors: IndexError where the bytes end before it does; OverflowError for more than ten bytes.
    """
    value, byte, start = 0, 128, at
    while byte > 127:
        if at - start == LONGEST:
            raise OverflowError
        byte = data[at]
        value |= (byte & 127) << 7 * (at - start)
        at += 1
    return value, at
