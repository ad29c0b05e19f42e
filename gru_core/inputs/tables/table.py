"""A table of numbers, and whether it has the shape that something needs."""

from dataclasses import dataclass

from gru_core.arrays import Array, read_only
from gru_core.errors import ShapeError
from gru_core.words import Said, counted


@dataclass(frozen=True, eq=False)
class Table:
    """Numbers in rows and columns, all finite. Compared by identity."""

    values: Array  # (row, column), float64
    columns: tuple[str, ...] = ()  # a name for each column, or none at all

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", read_only(self.values))

    def transposed(self) -> "Table":
        """Rows as columns; the names, which belong to columns, are left out."""
        return Table(self.values.T)


def expect_shape(table: Table, shape: tuple[int, ...], what: str) -> Array:
    """The numbers in this shape: (row, column), or (number,) from one row or one column.

    what: what they are for, such as "the update gate's U". Errors: ShapeError with both sizes.
    """
    values = table.values
    if len(shape) == 1 and 1 in values.shape and values.size == shape[0]:
        return read_only(values.reshape(shape))
    if values.shape == shape:
        return values
    raise ShapeError(
        "The matrix has {size}; {what} needs {needed}.",
        size=_size(values.shape),
        what=what,
        needed=_needed(shape),
    )


def _needed(shape: tuple[int, ...]) -> str:
    if len(shape) == 1:
        return Said("{numbers} in one row or one column", numbers=counted(shape[0], "number"))
    return _size(shape)


def _size(shape: tuple[int, ...]) -> str:
    rows, columns = counted(shape[0], "row"), counted(shape[1], "column")
    return Said("{rows} and {columns}", rows=rows, columns=columns)
