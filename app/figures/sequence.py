"""The chosen unit over time: its gates, candidate, states and the input as lines."""

from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Fields, Figure, scatter
from app.figures.heatmap import MARGIN, layout
from gru_core import Trace
from gru_core.conventions import track_range

MOST_MARKERS = 40
MOST_CHANNELS = 3


def unit_lines(
    trace: Trace, unit: int, labels: Sequence[str], bound: float | None = None
) -> Figure:
    """Every track of one unit over the steps, and up to three input channels in grey.

    bound: where the axis ends; by default where the trace needs it to.
    Each line's `meta` names its track, so that the stage can show another unit of the same trace.
    """
    steps = np.arange(1, trace.steps + 1, dtype=np.float32)
    mode = "lines+markers" if trace.steps <= MOST_MARKERS else "lines"
    figure = Figure(layout=layout(labels, [], trace.steps, 1))
    for channel in range(trace.x.shape[1] if trace.x.shape[1] <= MOST_CHANNELS else 0):
        figure.add_trace(_line(steps, trace.x[:, channel], "x", "lines", f"x.{channel}"))
    for track in trace:
        there = unit < trace[track].shape[1]  # a projected state has fewer
        values = trace[track][:, unit] if there else np.full(trace.steps, np.nan)
        figure.add_trace(_line(steps, values, track, mode, f"{trace.cell}.{track}"))
    if bound is None:
        bound = axis_bound(float(np.abs(trace["cell"]).max()) if "cell" in trace else 0.0)
    figure.update_layout(
        margin=MARGIN | {"t": 8},
        yaxis={
            "range": [-1.06 * bound, 1.06 * bound],
            "tickvals": [-bound, 0, bound],
            "ticktext": [f"−{bound:g}", "0", f"{bound:g}"],
            "zeroline": True,
            "zerolinecolor": "rgba(128,128,128,0.35)",
            "zerolinewidth": 1,
        },
    )
    return figure


def _line(steps: np.ndarray, values: np.ndarray, track: str, mode: str, meta: str) -> Fields:
    quantity = theme.QUANTITIES[track]
    return scatter(
        x=steps,
        y=np.asarray(values, dtype=np.float32),
        mode=mode,
        line={"color": quantity.color, "width": quantity.width, "dash": quantity.dash},
        marker={"size": 4},
        meta=meta,
        hoverinfo="skip",
    )


def axis_bound(largest_cell: float) -> float:
    """1 for gates and hidden states; the cell state's own limit where an LSTM's passes 1."""
    return track_range("cell" if largest_cell > 1 else "hidden")[1]
