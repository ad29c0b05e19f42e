"""How much of a gradient is left, by distance, on a scale of powers of ten."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from app.figures import theme
from app.figures.figure import Fields, Figure, scatter
from app.figures.frame import rule, steps_frame
from app.figures.heatmap import MARGIN

LEAST = -16  # powers of ten; below, float64 has no digits of 1 left


class Line(NamedTuple):
    """How one curve is drawn."""

    color: str
    dash: str
    width: float = 2.0


def gradient_lines(
    curves: Mapping[str, np.ndarray], styles: Sequence[Line], labels: Sequence[str]
) -> Figure:
    """Each curve over the steps, (step,); what is too small to draw ends its line."""
    powers = {name: _powers(values) for name, values in curves.items()}
    known = np.concatenate([np.zeros(1), *(p[np.isfinite(p)] for p in powers.values())])
    low = float(max(np.floor(known.min()), LEAST)) if known.min() < 0 else -1.0
    high = float(np.ceil(known.max()))
    ticks = {float(at): _power(at) for at in _few(int(low), int(high))}
    room = 0.04 * (high - low)
    up = low - room, high + room
    return _drawn(powers, styles, steps_frame(labels, up, ticks, left=MARGIN["l"] + 6))


def share_lines(
    curves: Mapping[str, np.ndarray], styles: Sequence[Line], labels: Sequence[str]
) -> Figure:
    """Shares over the steps, (step,), from 0 to 1 or to the largest; NaN is not drawn."""
    known = np.concatenate([np.ones(1), *(c[np.isfinite(c)] for c in curves.values())])
    high = theme.nice_bound(float(known.max()))
    layout = steps_frame(
        *(labels, (-0.04 * high, 1.04 * high), {0.0: "0", high: f"{high:g}"}),
        left=MARGIN["l"] + 6,
        shapes=[rule("y", 0.0), rule("y", 1.0)],
    )
    return _drawn(curves, styles, layout)


def _drawn(curves: Mapping[str, np.ndarray], styles: Sequence[Line], layout: Fields) -> Figure:
    figure = Figure(layout=layout)
    for (name, values), style in zip(curves.items(), styles, strict=True):
        figure.add_trace(
            scatter(
                x=np.arange(1, len(values) + 1, dtype=np.float64),
                y=values,
                mode="lines",
                line={"color": style.color, "dash": style.dash, "width": style.width},
                meta=name,
                connectgaps=False,
                hoverinfo="skip",
            )
        )
    return figure


def _powers(values: np.ndarray) -> np.ndarray:
    """Logarithms to the base of ten; NaN, which is not drawn, for zero and below the axis."""
    powers = np.full(len(values), np.nan)
    drawn = np.asarray(values) >= 10.0**LEAST
    np.log10(values, out=powers, where=drawn)
    return powers


def _few(low: int, high: int) -> list[int]:
    """Every whole power, or every so many: at most five, 1 among them."""
    stride = max(1, -(-(high - low) // 4))
    return [at for at in range(low, high + 1) if at % stride == 0]


def _power(at: int) -> str:
    if at in (0, 1):
        return "1" if at == 0 else "10"
    return f"10{str(at).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
