"""What cells cost: lines over their sizes, the ratio of two of them, and bars of counts."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from app.figures.figure import Fields, Figure, bar, scatter
from app.figures.frame import frame, rule
from app.figures.gradient import Line
from app.figures.prediction import CELL_STYLE
from app.words.say import say
from gru_core.conventions import Cell

ROOM = 0.35  # left and right of the sizes, in doublings
LEFT = 62  # pixels, for 1,000,000
MOST_TICKS = 5
LEAST_RATIOS = (0.7, 1.5)  # are always on the axis
SOFT = "#7A7A7A"  # words, on light and dark alike
# Of a ratio above the band, within it, and below.
ABOVE, WITHIN, BELOW = ("circle", 6), ("circle-open", 7), ("x", 9)
BAND = "rgba(128,128,128,0.22)"
BEHIND = "behind"  # the meta of lines that the stage does not ask for the nearest point
BAR = 0.6  # height, in rows


def size_lines(
    units: Sequence[int],
    curves: Mapping[Cell, Sequence[float]],
    sizes: Sequence[int],
    here: int,
) -> Figure:
    """A line for each cell over its units. Both axes are logarithmic.

    units: the sizes that are known; curves: cell -> a number above zero for each, the first of
    them the one whose points stand for all; sizes: those on the axis; here: the one on screen.
    """
    known = [math.log10(value) for values in curves.values() for value in values]
    up = min(known) - 0.2, max(known) + 0.2
    figure = Figure(layout=_over_sizes(sizes, here, up, _powers(*up)))
    for place, (cell, values) in enumerate(curves.items()):
        color, dash = CELL_STYLE[cell]
        y = [math.log10(value) for value in values]
        figure.add_trace(_line(units, y, Line(color, dash), cell if place == 0 else BEHIND))
    return figure


def ratio_lines(
    units: Sequence[int],
    ratios: Mapping[str, Sequence[float]],
    styles: Sequence[Line],
    sizes: Sequence[int],
    here: int,
    sides: tuple[str, str],
    band: float,
) -> Figure:
    """Ratios over the sizes: open marks where one is within the band, crosses where below.

    Arguments as of size_lines. sides: what is said above the band and below; band: it goes from
    1 / band to band.
    """
    known = [value for values in ratios.values() for value in (*values, band, 1 / band)]
    low, high = min(LEAST_RATIOS[0], *known), max(LEAST_RATIOS[1], *known)
    room = 0.08 * (high - low)
    up = low - room, high + room
    layout = _over_sizes(sizes, here, up, _around_one(*up), right=72)
    layout["shapes"] = [*layout.get("shapes", ()), rule("y", 1.0), _band(band)]
    layout["annotations"] = [
        *layout.get("annotations", ()),
        *(
            _beside_plot(at, text) | {"yanchor": anchor}
            for at, text, anchor in zip((band, 1 / band), sides, ("bottom", "top"), strict=True)
        ),
    ]
    figure = Figure(layout=layout)
    for place, ((name, values), style) in enumerate(zip(ratios.items(), styles, strict=True)):
        marks = [ABOVE if v > band else BELOW if v < 1 / band else WITHIN for v in values]
        trace = _line(units, values, style, name if place == 0 else BEHIND)
        marker = {"symbol": [m for m, _ in marks], "size": [s for _, s in marks]}
        figure.add_trace({**trace, "marker": {**trace.get("marker", {}), **marker}})
    return figure


def count_bars(names: Sequence[str], counts: Sequence[int], colors: Sequence[str]) -> Figure:
    """A bar for each count from top to bottom, with the count in full behind it."""
    rows = list(range(len(names)))
    layout = frame(
        (0.0, 1.02 * max(counts)),
        (len(names) - 0.5, -0.5),
        {0.0: "0"},
        {float(row): name for row, name in zip(rows, names, strict=True)},
        left=72,
        right=74,
        annotations=[
            _beside_plot(row, f"{count:,}") for row, count in zip(rows, counts, strict=True)
        ],
    )
    bars = bar(
        x=list(counts),
        y=rows,
        orientation="h",
        width=BAR,
        marker={"color": list(colors), "line": {"width": 0}},
        hoverinfo="skip",
    )
    return Figure([bars], layout)


def _over_sizes(
    sizes: Sequence[int],
    here: int,
    up: tuple[float, float],
    y_ticks: Mapping[float, str],
    right: int = 8,
) -> Fields:
    """The frame of lines over sizes, with an upright line at the one on screen."""
    ends = math.log2(min(*sizes, here)) - ROOM, math.log2(max(*sizes, here)) + ROOM
    at = math.log2(here)
    return frame(
        ends,
        up,
        {math.log2(size): str(size) for size in sizes},
        y_ticks,
        left=LEFT,
        right=right,
        shapes=[rule("x", at)],
        annotations=[_beside_rule(at, say("figures.sizes.here", size=here), at < sum(ends) / 2)],
    )


def _band(band: float) -> dict[str, Any]:
    """A strip from 1 / band to band across the plot."""
    return {
        "type": "rect", "xref": "x domain", "x0": 0, "x1": 1, "y0": 1 / band, "y1": band,
        "fillcolor": BAND, "line": {"width": 0}, "layer": "below",
    }  # fmt: skip


def _powers(low: float, high: float) -> dict[float, str]:
    """Powers of ten between two logarithms, or some of them if there are many."""
    between = range(math.ceil(low), math.floor(high) + 1)
    some = between[:: -(-len(between) // MOST_TICKS) or 1]
    return {float(at): f"{10**at:,}" if at >= 0 else f"{10.0**at:g}" for at in some}


def _around_one(low: float, high: float) -> dict[float, str]:
    """1, and numbers evenly apart from it."""
    step = 0.5 if high - low < MOST_TICKS / 2 else math.ceil((high - low) / MOST_TICKS)
    first, last = math.ceil((low - 1) / step), math.floor((high - 1) / step)
    return {1 + step * count: f"{1 + step * count:g}" for count in range(first, last + 1)}


def _beside_rule(at: float, text: str, rising: bool) -> dict[str, Any]:
    """Words at an upright line, above lines that rise from there, below those that have risen."""
    return {
        "x": at, "xanchor": "left" if rising else "right", "xshift": 3 if rising else -3,
        "yref": "paper", "y": int(rising), "yanchor": "top" if rising else "bottom",
        "text": text, "showarrow": False, "font": {"color": SOFT},
    }  # fmt: skip


def _beside_plot(y: float, text: str) -> dict[str, Any]:
    """Words in the right margin, where the upright axis has this value."""
    return {
        "xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": y,
        "text": text, "showarrow": False, "font": {"color": SOFT},
    }  # fmt: skip


def _line(units: Sequence[int], y: Sequence[float], style: Line, meta: str) -> Fields:
    return scatter(
        x=[math.log2(size) for size in units],
        y=list(y),
        mode="lines+markers",
        line={"color": style.color, "dash": style.dash, "width": style.width},
        marker={"color": style.color, "size": 5},
        meta=meta,
        hoverinfo="skip",
    )
