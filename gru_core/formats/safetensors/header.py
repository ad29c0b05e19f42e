"""The header of a safetensors file, where the library that reads it is less strict than we are.

https://github.com/huggingface/safetensors#format: 8 bytes with the length of the header, the
header, which is JSON, and then the numbers of all tensors. The library holds kinds, shapes and
places to one another and to the file. But of two tensors of one name it takes the last without a
word, it passes over fields that it does not know, and a header of 100 MB is none too large for it.
"""

import json
import struct
from collections.abc import Mapping
from typing import Final, NamedTuple

from gru_core import fields
from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_JSON, MAX_TENSORS

METADATA: Final = "__metadata__"
FIELDS: Final = frozenset({"dtype", "shape", "data_offsets"})
_LENGTH: Final = struct.Struct("<Q")


class Header(NamedTuple):
    """What stands before the numbers."""

    names: tuple[str, ...]  # of the tensors, in the order of the file
    metadata: Mapping[str, str]


def begins(data: bytes) -> bool:
    """Whether a file begins as one of safetensors."""
    return data[8:9] == b"{"


def check_length(data: bytes) -> None:
    """Raise FormatError unless the header has a length that is read, and that the file has."""
    start = _LENGTH.size
    length = _LENGTH.unpack_from(data)[0] if len(data) >= start else 0
    if not 2 <= length <= min(MAX_JSON, len(data) - start):
        raise FormatError(
            "The header should have {length:,} bytes, and the file has {count:,}; a header in "
            "braces of up to {max_json:,} bytes is needed: it is damaged or no safetensors "
            "file.",
            length=length,
            count=len(data),
            max_json=MAX_JSON,
        )


def header(data: bytes) -> Header:
    """The header of a file that the library has read. Errors: FormatError."""
    start = _LENGTH.size
    text = data[start : start + _LENGTH.unpack_from(data)[0]].decode("utf-8")
    content = json.loads(text, object_pairs_hook=fields.distinct(_twice))
    metadata = content.pop(METADATA, None) or {}
    if len(content) > MAX_TENSORS:
        raise FormatError(
            "The file has {count:,} tensors; up to {max_tensors:,} are read: save the "
            "recurrent layers alone.",
            count=len(content),
            max_tensors=MAX_TENSORS,
        )
    for name, described in content.items():
        if described.keys() != FIELDS:
            raise FormatError(
                "The header has another field for {name}; it needs dtype, shape and "
                "data_offsets alone: the file is damaged: save it again.",
                name=shown(name),
            )
    return Header(tuple(content), metadata)


def _twice(key: str) -> FormatError:
    return FormatError(
        "The header has {key} twice; the file is damaged: save it again.",
        key=shown(key),
    )
