"""What is said of fixed points: how many of each kind, how slow, and whether all can be seen."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from app.figures.figure import Figure
from app.words.numbers import joined, number
from app.words.say import say
from gru_core.arrays import Array
from gru_core.phase import FixedPoint
from gru_core.phase.fixed_points import NEUTRAL

MOST_SAID = 2  # sizes of one kind; of more, the smallest and the largest
NEAR = 0.005  # to 1: three figures would not tell a size from it, or barely
MARK = 0.03  # of a portrait's width or height: marks that are nearer lie on each other


def said_kinds(points: Sequence[FixedPoint]) -> str:
    """How many are of each kind, with the largest eigenvalue of each by magnitude."""
    radii: dict[str, list[float]] = defaultdict(list)
    for point in points:
        radii[point.kind].append(point.radius)
    return "; ".join(
        say("lenses.fixed_point_words.only_kind", kind=kind, listed=_largest(found))
        if len(points) == 1
        else say(
            "lenses.fixed_point_words.kind",
            points=len(found),
            kind=kind,
            listed=_largest(found),
        )
        for kind, found in radii.items()
    )


def _largest(radii: Sequence[float]) -> str:
    said = list(dict.fromkeys(magnitude(radius) for radius in sorted(radii)))
    if len(said) <= MOST_SAID:
        return joined(said)
    return say("lenses.fixed_point_words.from_to", smallest=said[0], largest=said[-1])


def about_memory(points: Sequence[FixedPoint]) -> str:
    """What the stable ones can hold: it takes two for one of them to say what came before."""
    stable = sum(point.kind == "stable" for point in points)
    return say("lenses.fixed_point_words.memory", n=stable) if stable else ""


def magnitude(radius: float) -> str:
    """A spectral radius, with as many digits as tell it from 1: that neither grows nor shrinks."""
    away = abs(radius - 1)
    if away <= NEUTRAL:
        return "1"
    if away >= NEAR:
        return number(radius)
    return f"{radius:.{math.ceil(-math.log10(away))}f}".rstrip("0")


def about_marks(marks: Mapping[str, Array], figure: Figure) -> str:
    """Where the marks of a portrait hide each other, that they do. marks: kind -> (point, 2)."""
    places = np.concatenate([np.empty((0, 2)), *marks.values()])
    size = np.ptp([figure.frame[axis]["range"] for axis in ("xaxis", "yaxis")], axis=1)
    gaps = np.abs(places[:, np.newaxis] - places) / size  # (point, point, 2)
    if np.count_nonzero((gaps < MARK).all(axis=2)) <= len(places):
        return ""
    return say("lenses.fixed_point_words.marks")
