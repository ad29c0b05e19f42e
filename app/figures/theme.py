"""Colours, dashes and widths of every quantity: the one home of all three.

Line colours have the hues of the Okabe-Ito set (colour-blind safe). Its orange and its sky blue are
darkened, so that every colour stands out from white paper and from the dark theme's alike: 3 to 1
(WCAG 1.4.11). The forget gate shares the update gate's blue because both multiply the old state;
every line also has its own dash, width or lightness, so that a grey print still tells them apart.
"""

import math
from dataclasses import dataclass

from app.words.names import NAMES, SYMBOLS
from gru_core import conventions


@dataclass(frozen=True)
class Look:
    """How one quantity is drawn everywhere."""

    color: str
    dash: str = "solid"
    width: float = 2.0


@dataclass(frozen=True)
class Quantity(Look):
    """How one quantity is written and drawn everywhere."""

    name: str = ""  # the field's standard term
    symbol: str = ""  # as in the equations


_LOOKS = {
    "reset": Look("#BC8000"),
    "update": Look("#0072B2"),
    "candidate": Look("#009E73", dash="dash"),
    "hidden": Look("#D55E00", width=3.0),
    "input": Look("#3996CE"),
    "forget": Look("#0072B2"),
    "output": Look("#CC79A7", dash="dot"),
    "cell": Look("#8A8A8A", dash="dashdot", width=2.5),
    "x": Look("#8A8A8A", dash="dot", width=1.0),
}
QUANTITIES = {
    track: Quantity(**vars(look), name=NAMES[track], symbol=SYMBOLS[track])
    for track, look in _LOOKS.items()
}


# Gates: 0 dark blue, 1 yellow. Perceptually uniform and safe for colour-blind readers
# (Nunez, Anderton and Renslow 2018).
SEQUENTIAL = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173",
    "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
)  # fmt: skip

# States, inputs and weights: blue below zero, orange above, interpolated in OKLab.
DIVERGING = (
    "#0a4a86", "#34659a", "#5780ad", "#7b9bbf", "#9fb6d0", "#c5d2e0", "#efeeea",
    "#e8cdbe", "#dbad97", "#cc8f73", "#ba714f", "#a85328", "#943300",
)  # fmt: skip

# The same on dark paper, where white would glare: zero fades to the paper there too, and what is
# far from it is light.
DIVERGING_DARK = (
    "#7dbcf5", "#6da1d0", "#5d87ad", "#4e6e8b", "#3f556a", "#303e4b", "#22282e",
    "#423937", "#634b40", "#855c48", "#a96e4e", "#cf8055", "#f5935a",
)  # fmt: skip


def colorscale(stops: tuple[str, ...]) -> list[list[float | str]]:
    """The stops, evenly spaced over 0..1, as Plotly wants them."""
    last = len(stops) - 1
    return [[index / last, color] for index, color in enumerate(stops)]


def track_scale(track: str) -> tuple[tuple[str, ...], tuple[float, float]]:
    """Colour stops and fixed limits of a track: by meaning, never by the data on screen."""
    limits = conventions.track_range(track)
    return (SEQUENTIAL if limits[0] == 0 else DIVERGING), limits


def nice_bound(largest: float, floor: float = 1.0) -> float:
    """The smallest of 1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10, 12, ... not below `largest` or `floor`."""
    needed = max(largest, floor)
    decade = 10.0 ** math.floor(math.log10(needed))
    steps = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return next(round(step * decade, 12) for step in steps if step * decade >= needed * (1 - 1e-12))
