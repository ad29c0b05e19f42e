"""Pieces of what server and browser say to each other: arrays, places, sizes, ways."""

from typing import Annotated, Any, Literal, TypeAlias, TypedDict

import numpy as np

# What an array is in the browser, by its rows (app/messages/wire.py).
Row: TypeAlias = Annotated[np.ndarray, "Numbers"]
Rows: TypeAlias = Annotated[np.ndarray, "Numbers[]"]
Bytes: TypeAlias = Annotated[np.ndarray, "Uint8Array[]"]
ByteRows: TypeAlias = Annotated[np.ndarray, "Uint8Array[][]"]
# Numbers, rows of them, vectors of them.
Tensor: TypeAlias = Annotated[np.ndarray, "any"]
# A figure as plotly.js takes it, under Plotly's own names.
Plotly: TypeAlias = Annotated[Any, "any"]
Dash: TypeAlias = str  # of a line, or a mark, as Plotly names it

# What above the stage is of another choice: nothing, what is seen there, what is behind a button.
Above: TypeAlias = Literal["", "seen", "behind"]


class Ack(TypedDict):
    """The last event that was handled, of which page."""

    client: str
    seq: int


class At(TypedDict):
    """A place of the cursor, counted from 0."""

    step: int
    unit: int


class Limits(TypedDict):
    """Sizes that both ends keep to."""

    block: int  # numbers of one answer of the route of numbers
    rows: int  # of a vector in the wiring


class Way(TypedDict):
    """To another scene."""

    name: str
    title: str


class Key(TypedDict):
    """A line or a mark of a chart, and its name."""

    color: str
    dash: Dash
    name: str
