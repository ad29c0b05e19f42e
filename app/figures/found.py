"""Units that react to a span of steps, and how many of them are on together at every other."""

from collections.abc import Sequence

import numpy as np

from app.figures import theme
from app.figures.figure import Figure, bar, scatter
from app.figures.frame import frame, rule, steps_frame
from app.words.numbers import brief

ROW = 0.66  # height of a bar, in rows
OTHER = "#8A8A8A"
SHARES = {0.0: "0", 0.5: "0.5", 1.0: "1"}
SPAN, PLACES = 1.16, 1.09  # where brackets stand above a share of 1
MOST = 1.22


def reaction_bars(
    names: Sequence[str], differences: np.ndarray, on: np.ndarray, color: str
) -> Figure:
    """How much more each unit is inside a span than outside, from top to bottom.

    differences: (unit,). on: (unit,), those that have this color; the others are grey.
    """
    rows = np.arange(len(names), dtype=np.float64)
    values = np.asarray(differences, dtype=np.float64)
    bound = theme.nice_bound(float(np.abs(values).max(initial=0.0)), floor=0.1)
    bars = bar(
        x=values,
        y=rows,
        base=[0.0] * len(names),
        orientation="h",
        width=ROW,
        marker={"color": [color if one else OTHER for one in on], "line": {"width": 0}},
        hoverinfo="skip",
    )
    numbers = scatter(
        x=[1.04 * bound] * len(names),
        y=rows,
        mode="text",
        text=[f"\N{EN SPACE}{brief(value)}" for value in values.tolist()],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    layout = frame(
        (-1.04 * bound, 1.04 * bound),
        (len(names) - 0.5, -0.5),
        {-bound: f"−{bound:g}", 0.0: "0", bound: f"{bound:g}"},
        dict(enumerate(names)),
        left=92,
        right=72,
        shapes=[rule("x", 0.0)],
    )
    return Figure([bars, numbers], layout)


def together_lines(
    alone: np.ndarray,
    around: np.ndarray,
    span: tuple[int, int],
    places: Sequence[tuple[int, int]],
    labels: Sequence[str],
    color: str,
) -> Figure:
    """Shares of a pattern's units that are on: at each step, and through the best place around it.

    alone, around: (step,), from 0 to 1. Brackets above mark the span, thick, and the places, each
    by its first and last step from 0.
    """
    marks = [_bracket(span, SPAN, color, 5), *(_bracket(one, PLACES, color, 2) for one in places)]
    figure = Figure(layout=steps_frame(labels, (-0.06, MOST), SHARES, shapes=marks))
    steps = np.arange(1, len(alone) + 1, dtype=np.float64)
    for values, ink, dash, width in ((alone, OTHER, "dot", 1.5), (around, color, "solid", 2.5)):
        figure.add_trace(
            scatter(
                x=steps,
                y=np.asarray(values, dtype=np.float64),
                mode="lines",
                line={"color": ink, "dash": dash, "width": width, "shape": "linear"},
                hoverinfo="skip",
            )
        )
    return figure


def _bracket(place: tuple[int, int], height: float, color: str, width: int) -> dict[str, object]:
    first, last = place
    return {
        "type": "line",
        "x0": first + 0.55,
        "x1": last + 1.45,
        "y0": height,
        "y1": height,
        "line": {"color": color, "width": width},
    }
