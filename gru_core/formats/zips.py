"""What a zip archive holds, taken out with care: nothing is written, nothing unpacks without end.

The directory at the end of an archive, the headers before each member and the packed bytes are all
claims of whoever made it; each is checked before it is believed.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_EXPANDED, MAX_TENSORS, RAISED

MAX_REASON: Final = 200  # characters
_ENTRY: Final = b"PK\x01\x02"  # begins each entry of the directory
_PACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1
# What zipfile raises for archives that are not what they say.
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OverflowError),
    *(NotImplementedError, RuntimeError, UnicodeError, ValueError, KeyError, OSError),
)


def opened(data: bytes) -> zipfile.ZipFile:
    """The archive. Errors: FormatError if it is damaged or has more than MAX_TENSORS members."""
    # Counted first: zipfile makes an object of each entry, in any number.
    if data.count(_ENTRY) > MAX_TENSORS:
        raise FormatError(
            "The archive has more than {max_tensors:,} members; it is damaged or no file of "
            "weights: save it again.",
            max_tensors=MAX_TENSORS,
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED as error:
        raise FormatError(
            "The zip archive cannot be opened ({reason}); it is damaged or no file of weights: "
            "save it again.",
            reason=_reason(error),
        ) from None


def members(archive: zipfile.ZipFile, most: int = MAX_EXPANDED) -> Mapping[str, zipfile.ZipInfo]:
    """Every member by its name, folders left out.

    most: bytes that all may have together, unpacked. Errors: FormatError for names that lead
    elsewhere or occur twice, for what is encrypted, packed in another way, or too large.
    """
    found: dict[str, zipfile.ZipInfo] = {}
    for info in archive.infolist():
        _check_member(info)
        if info.filename in found:
            raise FormatError(
                "The archive has {filename} twice; it is damaged or no file of weights: save it "
                "again.",
                filename=shown(info.filename),
            )
        if not info.is_dir():
            found[info.filename] = info
    size = sum(info.file_size for info in found.values())
    if size > most:
        raise FormatError(
            "The archive unpacks to {size:,.0f} MB; up to {most:,.0f} MB are read, unless "
            "{raised}: save the recurrent layers alone, or in half precision.",
            size=size / 1e6,
            most=most / 1e6,
            raised=RAISED,
        )
    return found


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one member, as many as it says. Errors: FormatError."""
    name = shown(info.filename)
    try:
        with archive.open(info) as file:
            # zipfile reads no more than the size it was told, and then compares the checksum.
            data = file.read()
    except _DAMAGED as error:
        raise FormatError(
            "{name} cannot be unpacked ({reason}); it is damaged or no file of weights: save it "
            "again.",
            name=name,
            reason=_reason(error),
        ) from None
    if len(data) != info.file_size:
        raise FormatError(
            "{name} has {count:,} bytes; the archive says {file_size:,}: it is damaged or no file "
            "of weights: save it again.",
            name=name,
            count=len(data),
            file_size=info.file_size,
        )
    return data


def _reason(error: Exception) -> str:
    """What zipfile says, which may quote a name of any length."""
    said = str(error)
    return said if len(said) <= MAX_REASON else f"{said[:MAX_REASON]} …"


def _check_member(info: zipfile.ZipInfo) -> None:
    # orig_filename is the name before zipfile cut it at a zero byte.
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    if not name or "\0" in name or ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        raise FormatError(
            "The archive has a member {name}, which leads out of it; it is damaged or no file of "
            "weights: save it again.",
            name=shown(name),
        )
    if info.flag_bits & _ENCRYPTED:
        raise FormatError(
            "{name} is encrypted; save the file without a password.",
            name=shown(name),
        )
    if info.compress_type not in _PACKED:
        raise FormatError(
            "{name} is packed by method {compress_type}; stored and deflated members are read: "
            "pack it so.",
            name=shown(name),
            compress_type=info.compress_type,
        )
