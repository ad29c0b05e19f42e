"""Whether bytes look like an ONNX model, by the fields on the top level of a protobuf message.

Protobuf has no mark at its beginning. The fields of a ModelProto, with the way each is written:
https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

VARINT: Final = 0
BYTES: Final = 2
_SIZES: Final[Mapping[int, int]] = MappingProxyType({1: 8, 5: 4})  # of what has a fixed size
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
    for _ in range(MOST_FIELDS):
        tag, at = _varint(data, at)
        number, way = tag >> 3, tag & 7
        if number < 1 or (way not in (VARINT, BYTES) and way not in _SIZES):
            return
        yield number, way
        if way == VARINT:
            _, at = _varint(data, at)
        elif way == BYTES:
            size, at = _varint(data, at)
            at += size
        else:
            at += _SIZES[way]
        if at >= len(data):
            return


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends; 0 where there is none."""
    value = 0
    for shift in range(10):
        if at + shift >= len(data):
            return 0, len(data)
        byte = data[at + shift]
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at + shift + 1
    return 0, len(data)
