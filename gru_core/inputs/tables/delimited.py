"""Cells in lines: separated by tabs, semicolons, commas or spaces."""

import csv
import io
import re
from typing import Final, Literal, TypeAlias

from gru_core.errors import TextError, shown
from gru_core.inputs.tables.cells import Grid, is_header, plain, with_header
from gru_core.inputs.tables.limits import check_height, check_width

Delimiter: TypeAlias = Literal["\t", ";", ",", " "]

DELIMITERS: Final[tuple[Delimiter, ...]] = ("\t", ";", ",", " ")
_WHOLE = re.compile(r"[+-]?[0-9]+")


def delimited(text: str) -> Grid:
    """The cells of pasted lines, and their header if there is one.

    A tab anywhere makes all cells end at tabs, else a semicolon, else a comma, else a space.
    Errors: TextError, RangeError. Whether a cell is a number is not checked here.
    """
    delimiter: Delimiter = next((mark for mark in DELIMITERS if mark in text), " ")
    if delimiter == " ":
        return _spaced(text)
    rows = cells(text, delimiter)
    if delimiter == ",":
        _refuse_decimal_commas(rows)
    return with_header(rows)


def cells(text: str, delimiter: Delimiter) -> list[list[str]]:
    """The cells of each line; none for a blank line. Blank lines at both ends are left out.

    Errors: TextError for a quotation mark that is not closed or a cell without end, RangeError.
    """
    text = _without_blank_ends(text)
    if delimiter == " ":
        check_height(text.count("\n"))
        rows = [line.split(" ") for line in text.split("\n")]
        found = [[cell for cell in row if cell] for row in rows]
    else:
        found = _quoted(text, delimiter)
    check_height(len(found) - 1)  # the first may be a header
    return [row if any(map(str.strip, row)) or len(row) > 1 else [] for row in found]


def _without_blank_ends(text: str) -> str:
    """The text from its first to its last line that is not blank, these lines whole."""
    end = text.rstrip()
    start = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    return text[start : len(end)] + text[len(end) :].split("\n")[0]


def _quoted(text: str, delimiter: Delimiter) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    rows = []
    try:
        for row in reader:
            rows.append(row)
            check_width(len(rows), len(row))
            check_height(len(rows) - 1)
    except csv.Error as error:
        if "field limit" in str(error):
            raise TextError(
                "What begins in line {line_after} has a cell of more than {most:,} characters; "
                "each cell needs one number or name: correct it there.",
                line_after=_line_after(rows),
                most=csv.field_size_limit(),
            ) from error
        raise TextError(
            "What begins in line {line_after} has quotation marks that do not pair; each cell "
            "needs one number or name: correct it there.",
            line_after=_line_after(rows),
        ) from error
    return rows


def _line_after(rows: list[list[str]]) -> int:
    """The line that follows these rows, counted from 1; a quoted cell may hold several lines."""
    return 1 + sum(1 + sum(cell.count("\n") for cell in row) for row in rows)


def _spaced(text: str) -> Grid:
    """Cells between spaces; names are taken only above a single column, as they hold spaces."""
    rows = cells(text, " ")
    name = text.strip().split("\n")[0].strip().strip('"')
    if len(rows) > 1 and is_header([name]) and all(len(row) == 1 for row in rows[1:]):
        return with_header([[name], *rows[1:]])
    return Grid(rows)


def _refuse_decimal_commas(rows: list[list[str]]) -> None:
    """Raise TextError if each line may be one number with a decimal comma: 0,05."""
    if not all(len(row) == 2 and all(map(_WHOLE.fullmatch, map(plain, row))) for row in rows):
        return
    for i, (whole, decimals) in enumerate(rows):
        if decimals.startswith("0") and len(decimals) > 1:
            raise TextError(
                "Row {i} is {whole}, which may be one number or two; it needs to be clear: "
                "write decimals with a point, or separate with semicolons.",
                i=i + 1,
                whole=shown(f"{whole},{decimals}"),
            )
