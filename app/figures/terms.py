"""Why one number: its terms as a waterfall, and where their sum falls on the activation's curve."""

import math
from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Figure, bar, scatter
from app.figures.frame import QUIET, frame, rule
from app.words.numbers import brief
from gru_core.cells.activations import function_of
from gru_core.conventions import hard_slope
from gru_core.ends import is_gate_end, limits_of

UP, DOWN, TOTAL = theme.DIVERGING[-3], theme.DIVERGING[2], "#8A8A8A"
ROW = 0.66  # height of a bar, in rows
CURVE_POINTS = 121


def waterfall(names: Sequence[str], products: Sequence[float]) -> Figure:
    """The terms from top to bottom, each bar beginning where the last one ended; then their sum.

    names: one more than products, the last that of the sum. All that is added up here is where the
    bars begin: the sum that is shown is the core's, and is drawn from zero.
    """
    *terms, total = products
    ends = np.cumsum([0.0, *terms])
    starts = [*ends[:-1], 0.0]
    low, high = float(min(0.0, ends.min(), total)), float(max(0.0, ends.max(), total))
    room = 0.04 * (high - low) or 1.0
    colors = [UP if term >= 0 else DOWN for term in terms] + [TOTAL]
    rows = np.arange(len(names), dtype=np.float64)
    bars = bar(
        x=list(products),
        y=rows,
        base=starts,
        orientation="h",
        width=ROW,
        marker={"color": colors, "line": {"width": 0}},
        hoverinfo="skip",
    )
    # Lines and texts are traces: shapes and annotations would take both ends ten times as long.
    links = scatter(
        x=[x for end in ends[1:] for x in (end, end, None)],
        y=[y for row in rows[:-1] for y in (row + ROW / 2, row + 1 - ROW / 2, None)],
        mode="lines",
        line={"color": QUIET, "width": 1, "dash": "solid"},
        hoverinfo="skip",
    )
    numbers = scatter(
        x=[high + room] * len(names),
        y=rows,
        mode="text",
        text=[f"\N{EN SPACE}{brief(product)}" for product in products],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    layout = frame(
        (low - room, high + room),
        (len(names) - 0.5, -0.5),
        round_ticks(low, high),
        dict(enumerate(names)),
        left=92,
        right=72,
        shapes=[rule("x", 0.0)],
    )
    return Figure([bars, links, numbers], layout)


def activation_curve(activation: str, total: float, value: float, color: str) -> Figure:
    """The curve of an activation with the sum and the value it gives.

    activation: its name in gru_core.conventions; total: the pre-activation; value: what the core
    made of it.
    """
    end = max(theme.nice_bound(abs(total)), 6.0 if is_gate_end(activation) else 3.0)
    slope = hard_slope(activation)
    corners = [] if slope is None or 0.5 / slope > end else [-0.5 / slope, 0.5 / slope]
    x = np.sort(np.append(np.linspace(-end, end, CURVE_POINTS), corners))
    y = function_of(activation)(x)
    low, high = limits_of(activation)
    low = low if math.isfinite(low) else min(0.0, float(y.min()))
    high = high if math.isfinite(high) else max(float(y.max()), 0.0)
    room = 0.08 * max(high, -low)
    curve = scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": TOTAL, "width": 2, "dash": "solid"},
        hoverinfo="skip",
    )
    point = scatter(
        x=[total, total, -end],
        y=[low - room, value, value],
        mode="lines",
        line={"color": color, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    dot = scatter(
        x=[total], y=[value], mode="markers", marker={"size": 9, "color": color}, hoverinfo="skip"
    )
    layout = frame(
        (-1.04 * end, 1.04 * end),
        (low - room, high + room),
        {tick: brief(tick) for tick in (-end, 0.0, end)},
        {low: brief(low), high: brief(high)},
    )
    return Figure([curve, point, dot], layout)


def round_ticks(low: float, high: float) -> dict[float, str]:
    """Zero and, where they are apart from it, the round numbers inside both ends."""
    found = {0.0: "0"}
    for end in (low, high):
        size = abs(end)
        if size < 0.15 * (high - low) or size == 0:
            continue
        decade = 10.0 ** math.floor(math.log10(size))
        step = max(s for s in (1, 2, 5) if s * decade <= size)
        at = math.copysign(step * decade, end)
        found[at] = brief(at)
    return dict(sorted(found.items()))
