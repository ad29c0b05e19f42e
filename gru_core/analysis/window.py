"""Which part of a map of steps by steps is computed: a map of 10,000 steps would be 800 MB."""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.errors import RangeError, ShapeError
from gru_core.words import Said

Indices: TypeAlias = npt.NDArray[np.intp]

# The most numbers of a map: 80 MB in float64, every step of about 3,160.
MAX_MAP: Final = 10_000_000


class Window(NamedTuple):
    """The rows of some steps, exact, and columns that are sums over blocks of steps.

    A sum over a block says how much was written during those steps. The blocks cover all steps, so
    a row adds up to what it adds up to without a window.
    """

    rows: Indices  # (row,): the steps, rising
    edges: Indices  # (block + 1,): block b has the steps from edges[b] to edges[b + 1] - 1


def evenly(steps: int, most_rows: int, most_columns: int) -> Window:
    """A window with rows evenly apart, the last step among them, and blocks of equal length.

    Lengths differ by one step at most. No more steps than asked for: each has its own.
    Errors: RangeError for numbers below 1.
    """
    size = checks.whole("steps", steps, 1)
    rows = min(size, checks.whole("most_rows", most_rows, 1))
    blocks = min(size, checks.whole("most_columns", most_columns, 1))
    return Window(
        rows=np.arange(1, rows + 1) * size // rows - 1,
        edges=np.arange(blocks + 1) * size // blocks,
    )


def checked(window: Window | None, steps: int) -> Window:
    """The window, or for None every step by every step, if it fits a run of this many steps.

    Errors: ShapeError, RangeError.
    """
    if window is None:
        _check_size(steps, steps)
        return evenly(steps, steps, steps)
    rows, edges = (_indices(f"window.{name}", getattr(window, name)) for name in Window._fields)
    if not len(rows) or rows[0] < 0 or rows[-1] >= steps or (np.diff(rows) < 1).any():
        raise RangeError(
            "window.rows has {ends}; it needs rising steps from 0 to {steps}: sort them and "
            "leave out what is there twice.",
            ends=_ends(rows),
            steps=steps - 1,
        )
    if len(edges) < 2 or edges[0] or edges[-1] != steps or (np.diff(edges) < 1).any():
        raise RangeError(
            "window.edges has {ends}; it needs rising numbers from 0 to {steps}, so that the "
            "blocks cover all steps once.",
            ends=_ends(edges),
            steps=steps,
        )
    _check_size(len(rows), len(edges) - 1)
    return Window(rows, edges)


def turned(window: Window, steps: int) -> Window:
    """What a window on so many steps is when steps are counted from the last: it begins there."""
    return Window(steps - 1 - window.rows[::-1], steps - window.edges[::-1])


def _check_size(rows: int, blocks: int) -> None:
    if rows * (blocks + 1) > MAX_MAP:
        raise RangeError(
            "a map of {rows:,} rows and {blocks:,} columns has {numbers:,} numbers; {max_map:,} "
            "at most are computed at once: pass a window of fewer, such as evenly(trace.steps, "
            "500, 500).",
            rows=rows,
            blocks=blocks + 1,
            numbers=rows * (blocks + 1),
            max_map=MAX_MAP,
        )


def _indices(name: str, value: Indices) -> Indices:
    array = np.asarray(value)
    if array.ndim != 1 or array.dtype.kind not in "iu":
        raise ShapeError(
            "{name} has shape {shape} and holds {dtype}; it needs one axis of whole numbers: "
            "give the steps, counted from 0.",
            name=name,
            shape=array.shape,
            dtype=array.dtype,
        )
    return array.astype(np.intp)


def _ends(array: Indices) -> str:
    if not len(array):
        return "no numbers"
    return Said(
        "{count} numbers from {first} to {last}",
        count=len(array),
        first=array[0],
        last=array[-1],
    )
