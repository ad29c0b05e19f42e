"""Runs to draw in tests of figures, the heatmap of a figure, and numbers as the page has them."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from app.figures.figure import Figure
from gru_core import Trace, run
from gru_core.conventions import CELLS, STATES, TRACKS, Cell
from gru_core.initialize import initialize
from gru_core.weights import Weights

STEPS, UNITS, INPUTS = 9, 5, 2
ORDER = (3, 0, 4, 1, 2)
LABELS = tuple("recurrent")
ALL_TRACKS = sorted({track for cell in CELLS for track in TRACKS[cell]})


def weights_of(cell: Cell, units: int = UNITS, inputs: int = INPUTS) -> Weights:
    """Weights without two equal numbers, so that any cell out of place is seen."""
    drawn = initialize(cell, inputs, units, np.random.default_rng(7))
    rng = np.random.default_rng(11)
    b_x, b_h = (rng.normal(size=drawn.b_x.shape) for _ in range(2))
    return replace(drawn, b_x=b_x, b_h=b_h)


def trace_of(cell: Cell, scale: float = 1.0, inputs: int = INPUTS, steps: int = STEPS) -> Trace:
    rng = np.random.default_rng(5)
    weights = weights_of(cell, inputs=inputs)
    states = tuple(rng.uniform(-1, 1, UNITS) for _ in STATES[cell])
    return run(weights, scale * rng.normal(size=(steps, inputs)), states)


def heat(figure: Figure) -> go.Heatmap:
    (trace,) = figure.data
    assert isinstance(trace, go.Heatmap)
    return trace


EVERY_TRACK = [(cell, track) for cell in CELLS for track in TRACKS[cell]]


def in_32_bits(values: np.ndarray) -> np.ndarray:
    """The nearest floats of 32 bits, and the nearest but 0, 1 and −1 for what is none of them."""
    exact = np.atleast_1d(np.asarray(values, np.float64))
    found = exact.astype(np.float32)
    for at in np.ndindex(found.shape):
        if found[at] in (0, 1, -1) and found[at] != exact[at]:
            found[at] = np.nextafter(found[at], np.float32(np.sign(exact[at] - found[at]) * np.inf))
    return found.reshape(np.shape(values))
