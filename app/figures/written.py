"""What was kept and what was written: over the steps of one unit, and from step to step."""

from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Figure, bar, scatter
from app.figures.frame import even_frame
from app.figures.heatmap import MARGIN, heatmap, step_ticks

KEPT, WRITTEN = "#0072B2", "#009E73"  # as the update gate and the candidate in the equations
OF_OLD, OF_NEW = "dot", "dash"  # lines of what they are shares of
SHARE = (0.0, 1.0)
MOST_ROWS_NAMED = 18


def kept_and_written(
    kept: np.ndarray,
    written: np.ndarray,
    state: np.ndarray,
    labels: Sequence[str],
    track: str,
    sources: tuple[np.ndarray, np.ndarray],
) -> Figure:
    """Both as bars on top of each other, and the state that they add up to as a line.

    All (step,), of one unit; what is below zero stacks downwards. track: hidden or cell. sources:
    the old state and the candidate, of which these are shares, as thin lines.
    """
    steps = np.arange(1, len(state) + 1, dtype=np.float64)
    quantity = theme.QUANTITIES[track]
    above = np.maximum(kept, 0) + np.maximum(written, 0)
    below = np.minimum(kept, 0) + np.minimum(written, 0)
    most = max(float(np.abs(values).max()) for values in sources)
    bound = theme.nice_bound(max(float(above.max()), float(-below.min()), most))
    figure = Figure(layout=even_frame(labels, bound, barmode="relative", bargap=0.12))
    for values, color in ((kept, KEPT), (written, WRITTEN)):
        figure.add_trace(
            bar(
                x=steps,
                y=np.asarray(values, dtype=np.float64),
                marker={"color": color, "line": {"width": 0}},
                hoverinfo="skip",
            )
        )
    lines = [
        (state, {"color": quantity.color, "width": quantity.width, "dash": "solid"}),
        (sources[0], {"color": KEPT, "width": 1.5, "dash": OF_OLD}),
        (sources[1], {"color": WRITTEN, "width": 1.5, "dash": OF_NEW}),
    ]
    for values, line in lines:
        figure.add_trace(
            scatter(
                x=steps,
                y=np.asarray(values, dtype=np.float64),
                mode="lines",
                line=line,
                hoverinfo="skip",
            )
        )
    return figure


def memory_heatmap(weights: np.ndarray, labels: Sequence[str], start: str) -> Figure:
    """The weight of each step in each state: states down, the steps that wrote across.

    weights: (step, step + 1), the first column the state before any step, named by `start`.
    """
    figure = heatmap(weights, theme.SEQUENTIAL, SHARE, [], [])
    # Long memories are made of many small shares: the colours climb as their root.
    scale = theme.colorscale(theme.SEQUENTIAL)
    figure.update_traces(colorscale=[[float(at) ** 2, color] for at, color in scale])
    return _by_step(figure, len(weights), labels, start)


def left_heatmap(values: np.ndarray, labels: Sequence[str], start: str, bound: float) -> Figure:
    """What each step left in each state, signed; otherwise as memory_heatmap.

    bound: where the colours end, on both sides of 0.
    """
    figure = heatmap(values, theme.DIVERGING, (-bound, bound), [], [])
    scale = theme.colorscale(theme.DIVERGING)
    figure.update_traces(colorscale=[[_from_middle(float(at)), color] for at, color in scale])
    return _by_step(figure, len(values), labels, start)


def _from_middle(at: float) -> float:
    """A place on a scale of 0 to 1 whose colours climb as the root on both sides of its middle."""
    side = 2 * at - 1
    return 0.5 + 0.5 * side * abs(side)


def _by_step(figure: Figure, rows: int, labels: Sequence[str], start: str) -> Figure:
    columns = {1: start} | {at + 2: text for at, text in step_ticks(labels).items()}
    figure.update_xaxes(tickvals=list(columns), ticktext=list(columns.values()))
    if rows == len(labels):
        names = step_ticks(labels, MOST_ROWS_NAMED)
        figure.update_yaxes(tickvals=list(names), ticktext=list(names.values()))
    return figure.update_layout(margin=MARGIN)


def age_heatmap(
    values: np.ndarray, labels: Sequence[str], rows: Sequence[str], longest: float
) -> Figure:
    """Steps of memory, (unit, step), from none to `longest` or more."""
    return heatmap(
        np.minimum(values, longest), theme.SEQUENTIAL, (0.0, longest), labels, rows
    ).update_layout(margin=MARGIN)
