"""Two layers over the same steps: the states of each, what they are joined to, and what moved."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from app.figures import theme
from app.figures.figure import Figure
from app.figures.frame import QUIET
from app.figures.heatmap import MARGIN, heatmap, ticks

FRAME = "#A347D6"  # of no scale, on light and dark alike
MOST_NAMED = 7  # rows of one layer
MOVED = (-6.0, 0.0)  # powers of ten; below, nothing is drawn: far away all is rounding


def layer_heatmap(
    values: np.ndarray, track: str, labels: Sequence[str], rows: Sequence[str], times: float = 1.0
) -> Figure:
    """A state or a gate, in the colours of its meaning. values: (unit, step).

    times: how many times as far as one state it can reach; 2 for the sum of two.
    """
    stops, (low, high) = theme.track_scale(track)
    figure = heatmap(values, stops, (times * low, times * high), labels, rows)
    return figure.update_layout(margin=MARGIN)


def moved_heatmap(differences: np.ndarray, labels: Sequence[str], rows: Sequence[str]) -> Figure:
    """Sizes of differences, (unit, step), as powers of ten; nothing below a millionth."""
    powers = np.full(differences.shape, np.nan)
    np.log10(differences, out=powers, where=differences >= 10.0 ** MOVED[0])
    return heatmap(powers, theme.SEQUENTIAL, MOVED, labels, rows).update_layout(margin=MARGIN)


def parted(figure: Figure, row: int, names: Sequence[str]) -> Figure:
    """The heatmap with a line above this row: below it are the numbers of another layer.

    names: of all rows, or none; of many, the first and round ones of each layer are written.
    """
    at = _ticks_of_both(row) if names else []
    figure.update_yaxes(tickvals=at, ticktext=[names[place] for place in at])
    return figure.add_shape(
        type="line", xref="x domain", x0=0, x1=1, y0=row - 0.5, y1=row - 0.5,
        line={"color": QUIET, "width": 2},
    )  # fmt: skip


def framed(figure: Figure, step: int, first: int, last: int) -> Figure:
    """The heatmap with a frame around one step of these rows, both counted from 0, last included.

    The step is counted along the columns that are drawn.
    """
    left, right, top, bottom = step + 0.5, step + 1.5, first - 0.5, last + 0.5
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    for (x0, y0), (x1, y1) in pairwise(corners):
        figure = figure.add_shape(
            type="line", x0=x0, y0=y0, x1=x1, y1=y1, line={"color": FRAME, "width": 3}
        )
    return figure


def _ticks_of_both(rows: int) -> list[int]:
    """Rows to be named: the same of both layers, less what would touch the name below the line."""
    at = ticks(range(rows), MOST_NAMED)
    stride = max(np.diff(at), default=1)
    above = [row for row in at if rows - row > stride / 2]
    return [*above, *(rows + row for row in at)]
