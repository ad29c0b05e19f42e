"""What units do over many texts: a row for each, its mean and its spreads across."""

from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Figure
from app.figures.heatmap import heatmap


def over_texts(
    values: np.ndarray,
    scale: str,
    columns: Sequence[str],
    order: Sequence[int],
    spreads: Sequence[int],
) -> Figure:
    """A heatmap in the colours of a track. values: (row, column). order: the unit of each row.

    scale: the track whose range it is drawn in. spreads: the columns that are standard deviations,
    of which none is above half of that range: the last colour is that half.
    """
    stops, (low, high) = theme.track_scale(scale)
    colours = np.array(values, dtype=np.float64)
    colours[:, list(spreads)] *= high / ((high - low) / 2)
    rows = [str(unit + 1) for unit in order]
    return heatmap(colours, stops, (low, high), columns, rows)
