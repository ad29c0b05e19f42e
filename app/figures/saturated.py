"""How often gates are all but 1 and all but 0: one point a unit (Karpathy et al. 2015)."""

from collections.abc import Mapping

import numpy as np

from app.figures import theme
from app.figures.figure import Figure, scatter
from app.figures.frame import QUIET, frame

HALF = {0.0: "0", 0.5: "0.5", 1.0: "1"}
MARKS = ("circle", "square", "diamond", "triangle-up")  # grey prints tell gates apart too
SIZE, LARGEST = 8.0, 22.0  # pixels, of one unit and of the most in one place


def saturation_points(shares: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Figure:
    """For each gate its units: how often near 1 across, how often near 0 upwards.

    shares: gate -> (left, right), each (unit,), shares of the steps. Marks of several units in one
    place are larger.
    """
    below = {
        "type": "line", "x0": 0, "y0": 1, "x1": 1, "y1": 0,
        "line": {"color": QUIET, "width": 1}, "layer": "below",
    }  # fmt: skip
    figure = Figure(
        layout=frame((-0.06, 1.06), (-0.06, 1.06), HALF, HALF, bottom=20, shapes=[below])
    )
    for (gate, (left, right)), mark in zip(shares.items(), MARKS, strict=False):
        figure.add_trace(
            scatter(
                x=np.asarray(right, dtype=np.float64),
                y=np.asarray(left, dtype=np.float64),
                mode="markers",
                marker={
                    "color": theme.QUANTITIES[gate].color,
                    "size": _sizes(left, right),
                    "symbol": mark,
                    "line": {"width": 0},
                },
                meta=gate,
                hoverinfo="skip",
            )
        )
    return figure


def _sizes(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Of each mark: larger by the logarithm of how many units are in its place."""
    _, place, counts = np.unique(
        np.stack([left, right]), axis=1, return_inverse=True, return_counts=True
    )
    return np.minimum(SIZE + 3.5 * np.log2(counts[place.reshape(-1)]), LARGEST)
