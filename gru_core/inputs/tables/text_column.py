"""Many texts from one file: a column of a CSV file, or the lines of a text."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gru_core.errors import EmptySequenceError, RangeError, TextError, shown
from gru_core.inputs.tables.limits import decoded
from gru_core.words import listed

MAX_BYTES: Final = 8_000_000
MAX_TEXTS: Final = 50_000
NAMES: Final = ("text", "texts", "sentence", "sentences")  # of a column that is meant, first first
_DELIMITERS: Final = (",", ";", "\t")
_SAID: Final = 10  # columns that an error names


@dataclass(frozen=True)
class Texts:
    """Texts in the order of their file."""

    texts: tuple[str, ...]
    column: str = ""  # that they are from; empty for lines
    blank: int = 0  # rows without a text, which are left out


@dataclass(frozen=True)
class TextFile:
    """A file with many texts, of which it may not be known yet in which column they are."""

    text: str
    columns: tuple[str, ...] = ()  # their names; none of lines, each of which is a text

    def texts(self, column: str = "") -> Texts:
        """Those of a column, by its name; empty for the one called text or sentence, in any case.

        Errors: EmptySequenceError, TextError, RangeError.
        """
        if not self.columns:
            return _kept(self.text.split("\n"))
        delimiter, header = _header(self.text, column)
        at = _place(header, column)
        return _kept([row[at] for row in _rows(self.text, delimiter, len(header))], header[at])

    def named(self, column: str = "") -> str:
        """The column that this name means here; empty for none."""
        places = _named(list(self.columns), column)
        return self.columns[places[0]] if places else ""


def text_file(data: bytes, lines: bool = False) -> TextFile:
    """A CSV file with a header, whose cells commas, semicolons or tabs separate; or lines.

    Errors: EmptySequenceError, TextError, RangeError.
    """
    text = _plain(data)
    return TextFile(text, () if lines else tuple(_header(text, "")[1]))


def read_texts(data: bytes, column: str = "") -> Texts:
    """The texts of a column of a CSV file. Errors: those of text_file and TextFile.texts."""
    return text_file(data).texts(column)


def read_lines(data: bytes) -> Texts:
    """Every line as a text. Errors: as read_texts."""
    return text_file(data, lines=True).texts()


def _plain(data: bytes) -> str:
    text = decoded(data, MAX_BYTES).removeprefix("\ufeff")
    if "\0" in text:
        raise TextError("The file holds bytes that belong to no text; save it as text.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise EmptySequenceError("The file is empty; it needs texts, one in each row: choose one.")
    return text


def _header(text: str, column: str) -> tuple[str, list[str]]:
    """What separates the cells, and the names above them: that by which the column is there."""
    read = [(mark, next(_cells(text, mark), [])) for mark in _DELIMITERS]
    found = [(mark, [cell.strip() for cell in row]) for mark, row in read]
    for mark, header in found:
        if _named(header, column):
            return mark, header
    return max(found, key=lambda one: len(one[1]))


def _named(header: list[str], column: str) -> list[int]:
    """The places of a column in a header, counted from 0."""
    if column and column in header:
        return [at for at, name in enumerate(header) if name == column]
    lower = [name.casefold() for name in header]
    wanted = (column.casefold(),) if column else NAMES
    name = next((one for one in wanted if one in lower), None)
    return [] if name is None else [at for at, one in enumerate(lower) if one == name]


def _place(header: list[str], column: str) -> int:
    places = _named(header, column)
    known = listed([shown(name) for name in header], _SAID)
    if len(places) > 1:
        raise TextError(
            "The file has {count} columns called {name}; it needs one: name them apart.",
            count=len(places),
            name=shown(header[places[0]]),
        )
    if not places and column:
        raise TextError(
            "The file has no column {name}; its first row has {known}: choose one of them.",
            name=shown(column),
            known=known,
        )
    if not places:
        raise TextError(
            "The first row has {known}, and none is called text or sentence: say which column "
            "has the texts, or write such a name above it.",
            known=known,
        )
    return places[0]


def _rows(text: str, delimiter: str, width: int) -> Iterator[list[str]]:
    """The rows below the header that are not blank, each as wide as that."""
    rows = _cells(text, delimiter)
    next(rows, None)
    for number, row in enumerate(rows, start=2):
        if len(row) != width:
            raise TextError(
                "Row {number} has {cells} cells; the first row has {width}: put a text that has "
                "a {mark} in it between quotation marks.",
                number=number,
                cells=len(row),
                width=width,
                mark={",": "comma", ";": "semicolon", "\t": "tab"}[delimiter],
            )
        yield row


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows of a file, blank ones left out."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from (row for row in reader if any(map(str.strip, row)))
    except csv.Error as error:
        raise TextError(
            "What ends in line {line} cannot be read as a row: a text is longer than {most:,} "
            "characters, or a quotation mark is not closed. Correct it there.",
            line=reader.line_num,
            most=csv.field_size_limit(),
        ) from error


def _kept(found: list[str], column: str = "") -> Texts:
    """Those that are not blank. Errors: EmptySequenceError, RangeError."""
    texts = [one.strip() for one in found if one.strip()]
    if not texts:
        raise EmptySequenceError(
            "There is no text below the first row; it needs at least one: add it."
        )
    if len(texts) > MAX_TEXTS:
        raise RangeError(
            "There are {count:,} texts; up to {most:,} are read: take a part of them.",
            count=len(texts),
            most=MAX_TEXTS,
        )
    return Texts(tuple(texts), column, len(found) - len(texts) if column else 0)
