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
            f"The header should have {length:,} bytes, and the file has {len(data):,}; a header in "
            f"braces of up to {MAX_JSON:,} bytes is needed: it is damaged or no safetensors file."
        )


def header(data: bytes) -> Header:
    """The header of a file that the library has read. Errors: FormatError."""
    start = _LENGTH.size
    text = data[start : start + _LENGTH.unpack_from(data)[0]].decode("utf-8")
    content = json.loads(text, object_pairs_hook=fields.distinct(_twice))
    metadata = content.pop(METADATA, None) or {}
    if len(content) > MAX_TENSORS:
        raise FormatError(
            f"The file has {len(content):,} tensors; up to {MAX_TENSORS:,} are read: save the "
            "recurrent layers alone."
        )
    for name, described in content.items():
        if described.keys() != FIELDS:
            raise FormatError(
                f"The header has another field for {shown(name)}; it needs dtype, shape and "
                "data_offsets alone: the file is damaged: save it again."
            )
    return Header(tuple(content), metadata)


def _twice(key: str) -> FormatError:
    return FormatError(f"The header has {shown(key)} twice; the file is damaged: save it again.")
