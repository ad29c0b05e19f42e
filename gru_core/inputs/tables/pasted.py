"""Numbers from pasted text: a spreadsheet's cells, CSV, JSON, lines, what NumPy prints."""

from gru_core.inputs.tables.brackets import bracketed, is_bracketed
from gru_core.inputs.tables.cells import Grid, numbers
from gru_core.inputs.tables.delimited import delimited
from gru_core.inputs.tables.limits import checked_text
from gru_core.inputs.tables.table import Table


def parse_numbers(text: str) -> Table:
    """The table of numbers a text holds; nothing in it is executed.

    Cells end at tabs, semicolons, commas or spaces, and rows at line ends; or the text is one list
    in brackets, as JSON, NumPy and PyTorch write it: then a flat list is a column. A first row of
    names is taken as the header. Commas are decimal commas only where nothing else can be meant.
    Errors: TextError, NotFiniteError, RangeError, ShapeError, EmptySequenceError.
    """
    text = checked_text(text)
    grid = Grid(bracketed(text)) if is_bracketed(text) else delimited(text)
    return Table(numbers(grid), grid.header)
