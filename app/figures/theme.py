"""Colours and names of every quantity, and names of what they end in: the one home of all three.

Line colours have the hues of the Okabe-Ito set (colour-blind safe). Its orange and its sky blue are
darkened, so that every colour stands out from white paper and from the dark theme's alike: 3 to 1
(WCAG 1.4.11). The forget gate shares the update gate's blue because both multiply the old state;
every line also has its own dash, width or lightness, so that a grey print still tells them apart.
"""

import math
from dataclasses import dataclass

from gru_core import conventions


@dataclass(frozen=True)
class Quantity:
    """How one quantity is written and drawn everywhere."""

    name: str  # the field's standard term
    symbol: str  # as in the equations
    color: str
    dash: str = "solid"
    width: float = 2.0


QUANTITIES = {
    "reset": Quantity("reset gate", "r", "#BC8000"),
    "update": Quantity("update gate", "z", "#0072B2"),
    "candidate": Quantity("candidate", "n", "#009E73", dash="dash"),
    "hidden": Quantity("hidden state", "h", "#D55E00", width=3.0),
    "input": Quantity("input gate", "i", "#3996CE"),
    "forget": Quantity("forget gate", "f", "#0072B2"),
    "output": Quantity("output gate", "o", "#CC79A7", dash="dot"),
    "cell": Quantity("cell state", "c", "#8A8A8A", dash="dashdot", width=2.5),
    "x": Quantity("input", "x", "#8A8A8A", dash="dot", width=1.0),
}


@dataclass(frozen=True)
class Activation:
    """How a function that a gate or a state ends in is written."""

    symbol: str  # as in the equations; σ for a sigmoid, whatever its kind
    name: str  # in a sentence
    says: str  # what it does to numbers


ACTIVATIONS = {
    "sigmoid": Activation("σ", "the sigmoid σ", "sigmoid: squeezes every number between 0 and 1"),
    "hard_sigmoid": Activation(
        "hard σ",
        "the hard sigmoid, 0.2 a + 0.5",
        "hard sigmoid: 0.2 a + 0.5, cut off at 0 and at 1",
    ),
    "hard_sigmoid_sixth": Activation(
        "hard σ",
        "the hard sigmoid, a/6 + 0.5",
        "hard sigmoid: a/6 + 0.5, cut off at 0 and at 1",
    ),
    "tanh": Activation("tanh", "tanh", "tanh: squeezes every number between −1 and 1"),
    "relu": Activation("relu", "relu", "relu: makes every number below 0 a 0"),
}

CANDIDATE_SYMBOL = {"gru": "n", "lstm": "g"}

CELL_NAMES = {"gru": "GRU", "lstm": "LSTM", "rnn": "plain RNN"}

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


def symbol(cell: str, track: str, notation: conventions.Notation = conventions.PYTORCH) -> str:
    """The letter of a track in that cell's equations.

    The LSTM's candidate is g; the GRU's is n in PyTorch, and h with a tilde where the reset gate
    acts before the product, as in Cho et al. and the textbooks after them.
    """
    if track != "candidate":
        return QUANTITIES[track].symbol
    if cell == "gru" and notation.placement == "before":
        return "h̃"
    return CANDIDATE_SYMBOL.get(cell, "n")


def nice_bound(largest: float, floor: float = 1.0) -> float:
    """The smallest of 1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10, 12, ... not below `largest` or `floor`."""
    needed = max(largest, floor)
    decade = 10.0 ** math.floor(math.log10(needed))
    steps = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
    return next(round(step * decade, 12) for step in steps if step * decade >= needed * (1 - 1e-12))
