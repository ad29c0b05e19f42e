"""A run against another: their difference, and one unit of both."""

from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Figure, scatter
from app.figures.frame import even_frame
from app.figures.heatmap import MARGIN, heatmap

OTHER = "#8A8A8A"
BOUND = 1.0  # gates differ by 1 at most; states that differ by more look no different


def difference_heatmap(
    difference: np.ndarray, labels: Sequence[str], rows: Sequence[str]
) -> Figure:
    """This run less the other, (unit, step), on a scale from −1 to 1."""
    return heatmap(difference, theme.DIVERGING, (-BOUND, BOUND), labels, rows).update_layout(
        margin=MARGIN
    )


def both_lines(now: np.ndarray, other: np.ndarray, labels: Sequence[str], track: str) -> Figure:
    """One track of one unit in both runs, each (step,): the other one in grey dashes."""
    quantity = theme.QUANTITIES[track]
    bound = theme.nice_bound(float(max(np.abs(now).max(), np.abs(other).max())))
    figure = Figure(layout=even_frame(labels, bound))
    for values, color, dash, width in (
        (other, OTHER, "dash", 2.0),
        (now, quantity.color, "solid", quantity.width),
    ):
        figure.add_trace(
            scatter(
                x=np.arange(1, len(values) + 1, dtype=np.float64),
                y=np.asarray(values, dtype=np.float64),
                mode="lines",
                line={"color": color, "dash": dash, "width": width},
                hoverinfo="skip",
            )
        )
    return figure
