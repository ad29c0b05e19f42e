"""An uploaded CSV file: its columns, which of them are numbers, and a choice of those."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gru_core.arrays import Array
from gru_core.errors import EmptySequenceError, GatescopeError, RangeError, TextError
from gru_core.inputs.tables.cells import (
    Comma,
    Grid,
    check_lengths,
    column_numbers,
    meaning_of_comma,
    plain,
    reads_as_numbers,
    with_header,
)
from gru_core.inputs.tables.delimited import DELIMITERS, Delimiter, cells
from gru_core.inputs.tables.limits import checked_text, decoded
from gru_core.inputs.tables.table import Table


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a file: numbers, or why it is not."""

    name: str  # from the header, else "column 1", …
    values: Array | None  # (row,), None if a cell is not a number
    problem: str = ""  # the sentence on the first cell that is not a number


@dataclass(frozen=True, eq=False)
class CsvFile:
    """What a file holds. Text in one column does not stop another from being used."""

    columns: tuple[Column, ...]
    rows: int  # below the header
    has_header: bool

    def numeric_columns(self) -> tuple[int, ...]:
        """The columns that are numbers from top to bottom, counted from 0."""
        return tuple(i for i, column in enumerate(self.columns) if column.values is not None)

    def take(self, columns: Sequence[int]) -> Table:
        """These columns, counted from 0, in this order, under their names.

        Errors: EmptySequenceError for none, RangeError for one that is not there, TextError for
        one that is not numbers.
        """
        if not columns:
            raise EmptySequenceError("No column is chosen; at least one is needed: choose one.")
        chosen, arrays = [], []
        for i in columns:
            if not 0 <= i < len(self.columns):
                raise RangeError(
                    "There is no column {i}; the file has {count}, counted from 0: use 0 to "
                    "{others}.",
                    i=i,
                    count=len(self.columns),
                    others=len(self.columns) - 1,
                )
            column = self.columns[i]
            if column.values is None:
                raise TextError(column.problem)
            chosen.append(column.name)
            arrays.append(column.values)
        return Table(np.column_stack(arrays), tuple(chosen))


def read_csv(data: bytes) -> CsvFile:
    """Read an uploaded file: UTF-8, or UTF-16 with a byte order mark; the separator is found out.

    Errors: TextError, RangeError, ShapeError, EmptySequenceError, for what stops the whole file.
    """
    grid = with_header(_rows(checked_text(decoded(data))))
    check_lengths(grid, "cell")
    columns = [[plain(cell) for cell in column] for column in zip(*grid.rows, strict=True)]
    numeric = [cell for column in columns if reads_as_numbers(column) for cell in column]
    comma = meaning_of_comma(numeric)
    found = (_column(column, comma, grid, i) for i, column in enumerate(columns))
    return CsvFile(tuple(found), len(grid.rows), bool(grid.header))


def _rows(text: str) -> list[list[str]]:
    """Cells by the first separator that gives all rows the same number of them, above one."""
    for delimiter in DELIMITERS:
        if delimiter in text:
            rows = _even(text, delimiter)
            if rows:
                return rows
    # Read by the separator it seems to have, so that the error names the uneven row.
    first = text.strip().split("\n")[0]
    return cells(text, max((";", ",", "\t"), key=first.count))


def _even(text: str, delimiter: Delimiter) -> list[list[str]]:
    """The rows if they have the same number of cells, above one; else none."""
    try:
        rows = cells(text, delimiter)
    except GatescopeError:
        return []
    return rows if len(rows[0]) > 1 and len(set(map(len, rows))) == 1 else []


def _column(column: Sequence[str], comma: Comma, grid: Grid, index: int) -> Column:
    name = grid.header[index] if grid.header else f"column {index + 1}"
    try:
        return Column(name, column_numbers(column, comma, grid, index))
    except GatescopeError as error:
        return Column(name, None, str(error))
