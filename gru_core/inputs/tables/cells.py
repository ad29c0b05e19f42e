"""Cells of text as numbers: what is a number, what is not and why, what is a header.

Rows and columns are counted from 1; where a header was found, rows are counted below it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from gru_core.arrays import Array
from gru_core.errors import (
    EmptySequenceError,
    GatescopeError,
    NotFiniteError,
    RangeError,
    ShapeError,
    TextError,
    shown,
)
from gru_core.inputs.tables.limits import MAX_VALUE, check_height, check_width
from gru_core.words import Said, counted

# What a comma inside a number stands for, in the whole table.
Comma: TypeAlias = Literal["nothing", "decimals", "mixed", "unclear"]

MAX_NAME: Final = 60
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_NUMBER = re.compile(rf"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}")
_WITH_COMMA = re.compile(rf"[+-]?(?:[0-9]+(?:,[0-9]*)+|,[0-9]+){_EXPONENT}")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_ALMOST_NUMBER = re.compile(r"[+-]?[.,]?[0-9]")
_LEFT_OUT = ("...", "…")
_NOT_FINITE = frozenset(
    ("nan", "na", "n/a", "<na>", "#n/a", "#div/0!", "null", "none", "inf", "infinity", "∞")
)


@dataclass(frozen=True)
class Grid:
    """Cells of text in rows, perhaps with names above them."""

    rows: Sequence[Sequence[str]]
    header: tuple[str, ...] = ()

    def place(self, row: int, column: int) -> str:
        """How an error calls a cell, given its indices from 0."""
        if self.header:
            return Said(
                "Row {row} below the header, column {column}", row=row + 1, column=column + 1
            )
        return Said("Row {row}, column {column}", row=row + 1, column=column + 1)

    def row(self, row: int) -> str:
        """How an error calls a row, given its index from 0."""
        return Said("Row {row} below the header" if self.header else "Row {row}", row=row + 1)


def with_header(rows: Sequence[Sequence[str]]) -> Grid:
    """Rows of cells, the first of which is a header if it holds names only and others follow.

    A name has a letter, does not begin like a number and is no word for a missing one; a corner
    or column may be left without a name.
    """
    if len(rows) > 1 and is_header(rows[0]):
        return Grid(rows[1:], tuple(_name(cell, i) for i, cell in enumerate(rows[0], start=1)))
    return Grid(rows)


def is_header(row: Sequence[str]) -> bool:
    """Whether every cell of the row is a name, or blank beside a name."""
    names = [cell for cell in map(plain, row) if cell]
    return bool(names) and all(map(_is_name, names))


def _is_name(cell: str) -> bool:
    if _ALMOST_NUMBER.match(cell) or _bare(cell) in _NOT_FINITE:
        return False
    return any(character.isalpha() for character in cell)


def _name(cell: str, number: int) -> str:
    name = " ".join(cell.split())
    if not name:
        return f"column {number}"
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def plain(cell: str) -> str:
    """The cell without space around it, and with the minus sign of typography as a hyphen."""
    return cell.strip().replace("−", "-")


def check_lengths(grid: Grid, noun: str = "number") -> None:
    """Raise EmptySequenceError, RangeError or ShapeError unless all rows have the same length.

    noun: what an error calls a cell.
    """
    if not grid.rows:
        raise EmptySequenceError("There are no numbers; at least one is needed: add it.")
    check_height(len(grid.rows))
    needed = len(grid.header or grid.rows[0])
    for i, row in enumerate(grid.rows):
        check_width(i + 1, len(row))
        if not row:
            raise ShapeError(
                "{row} is empty; each row needs numbers: fill or delete it.",
                row=grid.row(i),
            )
        if len(row) != needed:
            raise _unequal(grid, i, counted(len(row), noun), needed)


def _unequal(grid: Grid, row: int, has: str, needed: int) -> ShapeError:
    """The error for a row that is longer or shorter than what stands above it."""
    if grid.header:
        return ShapeError(
            "{row} has {has}; the header has {names}: make all rows equally long.",
            row=grid.row(row),
            has=has,
            names=counted(needed, "name"),
        )
    if row == 1:
        return ShapeError(
            "{row} has {has}; the row above has {needed}: make all rows equally long.",
            row=grid.row(row),
            has=has,
            needed=needed,
        )
    return ShapeError(
        "{row} has {has}; the rows above have {needed}: make all rows equally long.",
        row=grid.row(row),
        has=has,
        needed=needed,
    )


def numbers(grid: Grid) -> Array:
    """All cells as numbers, (row, column).

    Errors: TextError, NotFiniteError, RangeError for the first cell that is no number we take;
    EmptySequenceError, RangeError, ShapeError for the rows.
    """
    rows = [[plain(cell) for cell in row] for row in grid.rows]
    comma = meaning_of_comma(cell for row in rows for cell in row)
    for i, row in enumerate(rows):
        # Said before the lengths: in a line of words the words are what is wrong.
        check_width(i + 1, len(row))
        if not all(map(_NUMBER.fullmatch, row)):
            for j, cell in enumerate(row):
                _check(cell, comma, grid.place(i, j))
    check_lengths(Grid(rows, grid.header))
    values = np.array([[_value(cell, comma) for cell in row] for row in rows])
    if np.abs(values).max() > MAX_VALUE:
        i, j = (int(index) for index in np.argwhere(np.abs(values) > MAX_VALUE)[0])
        raise _too_large(rows[i][j], grid.place(i, j))
    return values


def column_numbers(cells: Sequence[str], comma: Comma, grid: Grid, column: int) -> Array:
    """One column as numbers, (row,). cells: as `plain` gives them. Errors: as numbers."""
    for i, cell in enumerate(cells):
        _check(cell, comma, grid.place(i, column))
        if abs(_value(cell, comma)) > MAX_VALUE:
            raise _too_large(cell, grid.place(i, column))
    return np.array([_value(cell, comma) for cell in cells])


def reads_as_numbers(cells: Iterable[str]) -> bool:
    """Whether each cell would be a number if commas were decimal commas."""
    return all(_NUMBER.fullmatch(cell) or _WITH_COMMA.fullmatch(cell) for cell in cells)


def meaning_of_comma(cells: Iterable[str]) -> Comma:
    """What the commas inside these numbers stand for.

    "mixed" if other numbers have points; "unclear" if each may group thousands: 1,500.
    """
    pointed, written = False, []
    for cell in cells:
        if "," in cell:
            if _WITH_COMMA.fullmatch(cell):
                written.append(cell)
        elif not pointed and "." in cell:
            pointed = _NUMBER.fullmatch(cell) is not None
    if not written:
        return "nothing"
    if pointed:
        return "mixed"
    return "unclear" if all(map(_THOUSANDS.fullmatch, written)) else "decimals"


def _value(cell: str, comma: Comma) -> float:
    return float(cell.replace(",", ".") if comma == "decimals" else cell)


def _check(cell: str, comma: Comma, place: str) -> None:
    """Raise the error that says why a cell is not a number, if it is not."""
    number = cell.replace(",", ".") if comma == "decimals" else cell
    if not _NUMBER.fullmatch(number):
        raise _refusal(cell, comma, place)


def _refusal(cell: str, comma: Comma, place: str) -> GatescopeError:
    if not cell:
        return TextError(
            "{place} is empty; each place needs a number: fill it in.",
            place=place,
        )
    if cell in _LEFT_OUT:
        return TextError(
            "{place} is {cell}, where NumPy or another program left numbers out; all are needed: "
            "print it again, in NumPy after np.set_printoptions(threshold=10**9).",
            place=place,
            cell=cell,
        )
    if _bare(cell) in _NOT_FINITE:
        return NotFiniteError(
            "{place} is {cell}; it needs a finite number: replace it.",
            place=place,
            cell=shown(cell),
        )
    if _WITH_COMMA.fullmatch(cell) and comma == "mixed":
        return TextError(
            "{place} is {cell}, with a comma, and other numbers have points; one mark is "
            "needed: write points.",
            place=place,
            cell=shown(cell),
        )
    if _WITH_COMMA.fullmatch(cell) and comma == "unclear":
        return TextError(
            "{place} is {cell}, where the comma may mark decimals or thousands; it needs to be "
            "clear: write a point, or leave the comma out.",
            place=place,
            cell=shown(cell),
        )
    return TextError(
        "{place} is {cell}; it needs a number such as -0.25 or 1e-3: replace it.",
        place=place,
        cell=shown(cell),
    )


def _too_large(cell: str, place: str) -> RangeError:
    return RangeError(
        "{place} is {cell}; numbers from {max_value:,.0f} to {most:,.0f} are accepted: "
        "scale it down.",
        place=place,
        cell=shown(cell),
        max_value=-MAX_VALUE,
        most=MAX_VALUE,
    )


def _bare(cell: str) -> str:
    """A word without its sign, in small letters."""
    return cell.lstrip("+-").casefold()
