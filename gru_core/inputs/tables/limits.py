"""How much text and how large a table is read."""

import codecs
from typing import Final

from gru_core.errors import EmptySequenceError, RangeError, TextError

MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 512
MAX_VALUE: Final = 10_000.0
# Characters of a text, bytes of a file: two megabytes.
MAX_TEXT: Final = 2_000_000
_ZIP: Final = b"PK\x03\x04"
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes, most: int = MAX_TEXT) -> str:
    """The text of an uploaded file: UTF-8, or UTF-16 with a byte order mark.

    most: bytes of it that are read. Errors: RangeError, TextError.
    """
    if len(data) > most:
        raise RangeError(
            "The file has {count:,} bytes; up to {max_text:,} are read: upload a part of it.",
            count=len(data),
            max_text=most,
        )
    if data.startswith(_ZIP):
        raise TextError(
            "The file is an archive, such as a spreadsheet in its own format; it needs to be text: "
            "save it as CSV."
        )
    try:
        return data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8")
    except UnicodeDecodeError:
        raise TextError("The file is not UTF-8 text; it needs to be: save it as UTF-8.") from None


def checked_text(text: str) -> str:
    """The text without a byte order mark, its lines ended by "\\n".

    Errors: RangeError when it is too long, EmptySequenceError when it is blank, TextError when it
    holds what no text holds.
    """
    if len(text) > MAX_TEXT:
        raise RangeError(
            "The text has {count:,} characters; up to {max_text:,} are read: take a part of it.",
            count=len(text),
            max_text=MAX_TEXT,
        )
    # Halves of a character are what is left when a text was cut within one.
    if "\0" in text or (not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text)):
        raise TextError(
            "The text holds characters that belong to no text; plain text is needed: "
            "save or copy it as text."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise EmptySequenceError("There is no text; at least one number is needed: add it.")
    return text


def check_width(row: int, cells: int) -> None:
    """Raise RangeError if the row, counted from 1, is too wide."""
    if cells > MAX_COLUMNS:
        raise RangeError(
            "Row {row} has {cells:,} columns; up to {max_columns} are read: take fewer of them.",
            row=row,
            cells=cells,
            max_columns=MAX_COLUMNS,
        )


def check_height(rows: int) -> None:
    """Raise RangeError if there are too many rows."""
    if rows > MAX_ROWS:
        raise RangeError(
            "There are more than {max_rows:,} rows; up to {max_rows:,} are read: take a part "
            "of them.",
            max_rows=MAX_ROWS,
        )
