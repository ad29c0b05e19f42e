"""How much an ONNX file unpacks to, told from its bytes before anything is unpacked.

The parser makes an object of every nested message: 32 MB of empty nodes take over 2 GB. It also
merges a field that is there twice without a word, so that two files in one become a third.
Source: protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.protobuf import BYTES, SIZES, VARINT, varint

if TYPE_CHECKING:
    from google.protobuf.descriptor import Descriptor

# Bytes in memory, once it is parsed and looked at from Python: measured, rounded up.
A_MESSAGE: Final = 400
A_FIELD: Final = 100
A_PACKED_NUMBER: Final = 8  # one byte in the file at the least


class Field(NamedTuple):
    """What the scanner needs to know of a field."""

    name: str
    inside: str  # the full name of its message; empty where it holds none
    repeated: bool
    packed: bool  # holds many numbers, each of at least one byte


def check(data: bytes, name: str) -> None:
    """Raise FormatError unless data is one message that stays small when it is parsed.

    name: of the file. Time grows with the number of fields, of which there are a million at most.
    """
    try:
        _scan(data, name)
    except IndexError as error:  # a number that runs past the end of the file
        raise damaged(name, "cut") from error
    except OverflowError as error:
        raise damaged(name, "long") from error


# What is said of bytes that are no protobuf message, by what is wrong with them.
DAMAGED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cut": "{name} is no ONNX model, or a damaged one (it ends in the middle of a number); "
        "it needs the binary form that onnx.save writes: export or download it again.",
        "long": "{name} is no ONNX model, or a damaged one (a number of more than ten bytes); "
        "it needs the binary form that onnx.save writes: export or download it again.",
        "part": "{name} is no ONNX model, or a damaged one (a part is longer than what holds it); "
        "it needs the binary form that onnx.save writes: export or download it again.",
        "field": "{name} is no ONNX model, or a damaged one (a field of kind {kind}); "
        "it needs the binary form that onnx.save writes: export or download it again.",
        "parser": "{name} is no ONNX model, or a damaged one (the parser of protobuf refuses it); "
        "it needs the binary form that onnx.save writes: export or download it again.",
        "graph": "{name} is no ONNX model, or a damaged one (it has no graph); "
        "it needs the binary form that onnx.save writes: export or download it again.",
    }
)


def damaged(name: str, why: str, **fields: object) -> FormatError:
    """What is said of bytes that are no protobuf message. why: of DAMAGED."""
    return FormatError(DAMAGED[why], name=shown(name), **fields)


def _scan(data: bytes, name: str) -> None:
    fields, memory = _fields(), 0
    # Messages yet to be scanned: where they start and end, what they are, how deep they stand.
    parts = [(0, len(data), "onnx.ModelProto", 0)]
    while parts:
        at, end, message, depth = parts.pop()
        known, once = fields[message], set()
        while at < end:
            key, at = _number(data, at)
            number, kind = key >> 3, key & 7
            at, length = _skip(data, at, kind, name)
            if at > end:
                raise damaged(name, "part")
            field = known.get(number) if kind == BYTES else None
            memory += A_FIELD
            if field and field.inside:
                memory += A_MESSAGE
                parts.append((at - length, at, field.inside, _deeper(depth, name)))
                if not field.repeated and number in once:
                    raise _twice(name, message, field.name)
                once.add(number)
            elif field and field.packed:
                memory += A_PACKED_NUMBER * length
            if memory > limits.MAX_EXPANDED:
                raise _too_many(name)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends; most have one byte, and there may be a million."""
    value = data[at]
    return (value, at + 1) if value < 128 else varint(data, at)


def _skip(data: bytes, at: int, kind: int, name: str) -> tuple[int, int]:
    """Where the field that starts here ends, and how many bytes it holds."""
    if kind == BYTES:
        length, at = _number(data, at)
        return at + length, length
    if kind == VARINT:
        return _number(data, at)[1], 0
    if kind in SIZES:
        return at + SIZES[kind], 0
    raise damaged(name, "field", kind=kind)


@cache
def _fields() -> Mapping[str, Mapping[int, Field]]:
    """For each message within a model, its fields by number."""
    from onnx import ModelProto

    table: dict[str, dict[int, Field]] = {}
    waiting: list[Descriptor] = [ModelProto.DESCRIPTOR]
    while waiting:
        message = waiting.pop()
        if message.full_name in table:
            continue
        table[message.full_name] = {}
        for field in message.fields:
            inside = field.message_type
            name = inside.full_name if inside else ""
            table[message.full_name][field.number] = Field(
                field.name, name, field.is_repeated, field.is_packed
            )
            if inside:
                waiting.append(inside)
    return table


def _deeper(depth: int, name: str) -> int:
    if depth >= limits.MAX_DEPTH:
        raise FormatError(
            "{name} is nested more than {max_depth} levels deep; recurrent layers are not: "
            "export the model again.",
            name=shown(name),
            max_depth=limits.MAX_DEPTH,
        )
    return depth + 1


def _twice(name: str, message: str, field: str) -> FormatError:
    if (message, field) == ("onnx.ModelProto", "graph"):
        return FormatError(
            "{name} holds two graphs, as if two models had been written one after the other; a "
            "file has one: open each alone.",
            name=shown(name),
        )
    return FormatError(
        "{name} gives {field} twice in one {message}; it cannot be told which is meant: export "
        "the model again.",
        name=shown(name),
        field=field,
        message=message.removeprefix("onnx."),
    )


def _too_many(name: str) -> FormatError:
    return FormatError(
        "{name} has so many small parts that they would take more than {max_expanded:,.0f} MB; "
        "export the recurrent layers alone.",
        name=shown(name),
        max_expanded=limits.MAX_EXPANDED / 1e6,
    )
