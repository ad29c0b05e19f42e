"""Tables of numbers from text and files, as people paste and upload them."""

from gru_core.inputs.tables.csv_file import Column, CsvFile, read_csv
from gru_core.inputs.tables.limits import MAX_COLUMNS, MAX_ROWS, MAX_TEXT, MAX_VALUE
from gru_core.inputs.tables.pasted import parse_numbers
from gru_core.inputs.tables.table import Table, expect_shape

__all__ = [
    "MAX_COLUMNS",
    "MAX_ROWS",
    "MAX_TEXT",
    "MAX_VALUE",
    "Column",
    "CsvFile",
    "Table",
    "expect_shape",
    "parse_numbers",
    "read_csv",
]
