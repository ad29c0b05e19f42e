"""What comes beside a screen: figures and their changes, sweeps, numbers that are pointed at."""

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

from app.contract.base import ByteRows, Bytes, Plotly, Row, Rows, Tensor

# What there may be several of; the page has the words for one and for more of each.
Noun: TypeAlias = Literal[
    "blocks",
    "cells",
    "coordinates",
    "counts",
    "eigenvalues",
    "factors",
    "numbers",
    "parts",
    "points",
    "quantities",
    "runs",
    "shares",
    "sizes",
    "steps",
    "terms",
    "units",
    "values",
]


class Sweep(TypedDict):
    """The whole sequence for some values of one number.

    tracks: colours by value and row; lines: those of a unit; exact, inside, vectors: what is at the
    cursor. base: the value of now. note: why there is nothing but the values. top: the first row of
    the vectors.
    """

    target: str
    step: int
    unit: int
    values: Row
    base: int
    tracks: dict[str, ByteRows]
    lines: dict[str, Bytes]
    exact: dict[str, Row]
    inside: NotRequired[dict[str, Tensor]]
    vectors: NotRequired[dict[str, Bytes]]
    top: NotRequired[int]
    note: NotRequired[str]


class Pointed(TypedDict):
    """A number that somebody has pointed at, or those of all tracks at a place."""

    target: NotRequired[str]
    value: NotRequired[float]
    step: NotRequired[int]
    unit: NotRequired[int]
    numbers: NotRequired[dict[str, float]]


class Grid(TypedDict):
    """How many numbers a heatmap stands for, and how many of them one of its cells does."""

    rows: int
    columns: int
    tall: int
    wide: int


class AxisTold(TypedDict):
    """The rows or the columns of a table; steps and units the page names itself.

    first: steps, 0 where the state before the first step comes first. order: the unit of each.
    noun: what the names are of.
    """

    kind: Literal["steps", "units", "names"]
    first: NotRequired[int]
    order: NotRequired[list[int]]
    names: NotRequired[list[str]]
    noun: NotRequired[Noun]


class SheetTold(TypedDict):
    """The numbers of a chart as a table."""

    title: str
    corner: str
    rows: AxisTold
    columns: AxisTold
    values: Rows


class LensFigure(TypedDict):
    """A chart of a lens, with its numbers."""

    data: Plotly
    layout: Plotly
    sheet: SheetTold


class Content(TypedDict):
    """Numbers without a figure: of equations, of the wiring, of single lines."""

    content: dict[str, Any]


class Figure(TypedDict):
    """A whole figure. grid: of one that is condensed."""

    data: Plotly
    layout: Plotly
    grid: NotRequired[Grid]


class Change(TypedDict):
    """Changed bits of the numbers with the digest `over`."""

    over: str
    change: Tensor


class Moved(TypedDict):
    """Where each row and column stood among the numbers with the digest `over`."""

    over: str
    rows: list[int]
    columns: list[int]


class Placed(Figure):
    """A figure without its numbers: they are those of before in another order."""

    moved: Moved


class ExactRows(TypedDict):
    """The numbers of some rows in full."""

    rows: list[int]
    numbers: Rows


class Colours(ExactRows):
    """Colours of all numbers, (step, row), and some rows in full."""

    colours: Bytes


Included: TypeAlias = Content | Figure | LensFigure | Placed | Change | ExactRows | Colours
