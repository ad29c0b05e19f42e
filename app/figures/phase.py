"""States as points of a plane: where one step takes each, the way of a run, and what stays."""

from collections.abc import Mapping, Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Fields, Figure, scatter
from app.figures.frame import QUIET, frame, rule
from app.figures.terms import round_ticks

ARROW = "#808080"
HEAD = 0.28  # of an arrow's length
BEHIND = "behind"  # meta of what is no step of the run
MARKS = {
    "stable": {"symbol": "circle", "color": theme.QUANTITIES["candidate"].color},
    "neutral": {"symbol": "square", "color": "#8A8A8A"},
    "saddle": {"symbol": "diamond", "color": theme.QUANTITIES["reset"].color},
    "unstable": {"symbol": "circle-open", "color": theme.QUANTITIES["hidden"].color},
}


def phase_portrait(
    first: np.ndarray,
    second: np.ndarray,
    displacement: np.ndarray,
    way: np.ndarray,
    fixed: Mapping[str, np.ndarray],
) -> tuple[Figure, float]:
    """The field on a grid, the way of a run and the fixed points, in the plane's coordinates.

    first, second: (n,), (m,); displacement: (n, m, 2); way: (step + 1, 2); fixed: kind -> (point,
    2). Returns the figure and by how much the arrows are shortened.
    """
    gap = min(_gap(first), _gap(second))
    longest = float(np.linalg.norm(displacement, axis=-1).max())
    share = min(1.0, 0.9 * gap / longest) if longest > 0 else 1.0
    ends = (float(first[0]), float(first[-1])), (float(second[0]), float(second[-1]))
    ticks = [round_ticks(low, high) for low, high in ends]
    figure = Figure(
        layout=frame(
            (ends[0][0] - gap, ends[0][1] + gap),
            (ends[1][0] - gap, ends[1][1] + gap),
            *ticks,
            shapes=[rule("x", 0.0), rule("y", 0.0)],
        )
    )
    figure.add_trace(_arrows(first, second, share * displacement))
    figure.add_trace(
        scatter(
            x=way[:, 0],
            y=way[:, 1],
            mode="lines+markers" if len(way) <= 200 else "lines",
            line={"color": theme.QUANTITIES["hidden"].color, "width": 1.5},
            marker={"size": 4},
            hoverinfo="skip",
        )
    )
    for kind, points in fixed.items():
        figure.add_trace(
            scatter(
                x=points[:, 0],
                y=points[:, 1],
                mode="markers",
                marker={"size": 11, "line": {"width": 2}, **MARKS[kind]},
                meta=BEHIND,
                hoverinfo="skip",
            )
        )
    return figure, share


def square_width(figure: Figure, height: int) -> int:
    """How wide a plot of this height is where its area is as wide as it is high, in pixels."""
    room = figure.frame["margin"]
    return int(height - room["t"] - room["b"] + room["l"] + room["r"])


def eigenvalue_plane(values: Sequence[np.ndarray], kinds: Sequence[str]) -> Figure:
    """The eigenvalues at each fixed point, each (entry,) complex, and the unit circle."""
    furthest = max([1.2, *(float(np.abs(one).max()) for one in values)])
    bound = theme.nice_bound(furthest)
    circle = {
        "type": "circle",
        "x0": -1,
        "y0": -1,
        "x1": 1,
        "y1": 1,
        "line": {"color": QUIET, "width": 1},
        "layer": "below",
    }
    ticks = {-1.0: "−1", 0.0: "0", 1.0: "1"}
    shapes = [rule("x", 0.0), rule("y", 0.0), circle]
    figure = Figure(
        layout=frame((-bound, bound), (-bound, bound), ticks, ticks, bottom=20, shapes=shapes)
    )
    for one, kind in zip(values, kinds, strict=True):
        figure.add_trace(
            scatter(
                x=one.real.copy(),
                y=one.imag.copy(),
                mode="markers",
                marker={"size": 7, **MARKS[kind]},
                hoverinfo="skip",
            )
        )
    return figure


def _gap(side: np.ndarray) -> float:
    return float(side[1] - side[0]) if len(side) > 1 else 1.0


def _arrows(first: np.ndarray, second: np.ndarray, by: np.ndarray) -> Fields:
    """All arrows as one line with gaps: a shaft, and both halves of a head."""
    starts = np.stack(np.meshgrid(first, second, indexing="ij"), axis=-1).reshape(-1, 2)
    steps = by.reshape(-1, 2)
    tips = starts + steps
    back = tips - HEAD * steps
    aside = 0.6 * HEAD * np.stack([-steps[:, 1], steps[:, 0]], axis=1)
    gap = np.full_like(starts, np.nan)
    path = np.stack([starts, tips, back + aside, tips, back - aside, gap], axis=1).reshape(-1, 2)
    return scatter(
        x=path[:, 0],
        y=path[:, 1],
        mode="lines",
        line={"color": ARROW, "width": 1},
        meta=BEHIND,
        hoverinfo="skip",
    )
