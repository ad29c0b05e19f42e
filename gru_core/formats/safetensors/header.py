"""The header of a safetensors file: JSON that says where each tensor stands; not believed.

https://github.com/huggingface/safetensors#format: 8 bytes with the length of the header, the
header, and then the numbers of all tensors, without a gap.
"""

import json
import struct
from collections.abc import Mapping
from math import prod
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from gru_core import fields
from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_JSON, MAX_TENSORS

METADATA: Final = "__metadata__"
_LENGTH: Final = struct.Struct("<Q")
_DAMAGED: Final = "the file is damaged: save it again."
# The kinds of numbers as the format calls them and as PyTorch does, with the bits of each.
KINDS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {"F64": ("float64", 64), "F32": ("float32", 32), "F16": ("float16", 16)}
    | {"BF16": ("bfloat16", 16), "BOOL": ("bool", 8), "C64": ("complex64", 64)}
    | {"I64": ("int64", 64), "I32": ("int32", 32), "I16": ("int16", 16), "I8": ("int8", 8)}
    | {"U64": ("uint64", 64), "U32": ("uint32", 32), "U16": ("uint16", 16), "U8": ("uint8", 8)}
    | {"F8_E5M2": ("float8_e5m2", 8), "F8_E4M3": ("float8_e4m3fn", 8)}
    | {"F8_E5M2FNUZ": ("float8_e5m2fnuz", 8), "F8_E4M3FNUZ": ("float8_e4m3fnuz", 8)}
    | {"F8_E8M0": ("float8_e8m0fnu", 8), "F6_E2M3": ("float6_e2m3", 6)}
    | {"F6_E3M2": ("float6_e3m2", 6), "F4": ("float4", 4)}
)


class Described(NamedTuple):
    """What the header says of one tensor."""

    shape: tuple[int, ...]
    kind: str  # as PyTorch calls it
    start: int  # of its bytes, counted from the end of the header
    end: int


class Header(NamedTuple):
    """What stands before the numbers."""

    tensors: Mapping[str, Described]
    metadata: Mapping[str, str]


def begins(data: bytes) -> bool:
    """Whether a file begins as one of safetensors."""
    return data[8:9] == b"{"


def header(data: bytes) -> Header:
    """The header of a file, with all it says found to be true. Errors: FormatError."""
    start = _LENGTH.size
    length = _LENGTH.unpack_from(data)[0] if len(data) >= start else 0
    if not begins(data) or not 2 <= length <= min(MAX_JSON, len(data) - start):
        raise FormatError(
            f"The header should have {length:,} bytes, and the file has {len(data):,}; a header in "
            f"braces of up to {MAX_JSON:,} bytes is needed: it is damaged or no safetensors file."
        )
    content = _parsed(data[start : start + length])
    metadata = content.pop(METADATA, {})
    if not _is_texts(metadata):
        raise FormatError(f"The header's {METADATA} is no table of texts; {_DAMAGED}")
    if len(content) > MAX_TENSORS:
        raise FormatError(
            f"The file has {len(content):,} tensors; up to {MAX_TENSORS:,} are read: save the "
            "recurrent layers alone."
        )
    tensors = {name: _described(name, value) for name, value in content.items()}
    _check_layout(tensors, len(data) - start - length)
    return Header(tensors, metadata)


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        content = json.loads(text.decode("utf-8"), object_pairs_hook=fields.distinct(_twice))
    except FormatError:
        raise
    except RecursionError:
        raise FormatError(f"The header is nested too deep; {_DAMAGED}") from None
    except ValueError as error:
        raise FormatError(f"The header is not JSON ({shown(str(error))}); {_DAMAGED}") from None
    if not isinstance(content, dict):
        raise FormatError(f"The header is no object in braces; {_DAMAGED}")
    return content


def _twice(key: str) -> FormatError:
    return FormatError(f"The header has {shown(key)} twice; {_DAMAGED}")


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for text in value.values())


def _described(name: str, value: Any) -> Described:
    """What the header says of one tensor, its shape and its bytes in agreement."""
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        raise FormatError(
            f"The header says {shown(value)} of {shown(name)}; it needs dtype, shape and "
            f"data_offsets: {_DAMAGED}"
        )
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in KINDS:
        raise FormatError(
            f"{shown(name)} holds {shown(dtype)}; safetensors has {', '.join(KINDS)}: convert it."
        )
    if not _are_whole(shape) or not _are_whole(offsets) or len(offsets) != 2:
        raise FormatError(
            f"{shown(name)} has the shape {shown(shape)} and the offsets {shown(offsets)}; whole "
            f"numbers from 0 on are needed, and two offsets: {_DAMAGED}"
        )
    kind, bits = KINDS[dtype]
    start, end = offsets
    if (end - start) * 8 != prod(shape) * bits:
        raise FormatError(
            f"{shown(name)} has {end - start:,} bytes; {dtype} of the shape {shown(shape)} needs "
            f"{prod(shape) * bits / 8:,.0f}: {_DAMAGED}"
        )
    return Described(tuple(shape), kind, start, end)


def _are_whole(value: object) -> bool:
    if not isinstance(value, list) or len(value) > 32:
        return False
    return all(type(number) is int and 0 <= number < 2**62 for number in value)


def _check_layout(tensors: Mapping[str, Described], size: int) -> None:
    """Raise FormatError unless the tensors follow one another and fill the file."""
    at, before = 0, "the header"
    for name, described in sorted(tensors.items(), key=lambda item: item[1][2:]):
        if described.start != at:
            raise FormatError(
                f"{shown(name)} begins at byte {described.start:,}, and {before} ends at {at:,}; "
                f"tensors follow one another without a gap: {_DAMAGED}"
            )
        at, before = described.end, shown(name)
    if at != size:
        raise FormatError(
            f"The tensors have {at:,} bytes; the file has {size:,} for them: it was cut off, or "
            "something is behind it: download or save it again."
        )
