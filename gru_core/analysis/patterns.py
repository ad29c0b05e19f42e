"""Units that are on through a chosen span of steps, and where else the same ones are on together.

After LSTMVis (Strobelt, Gehrmann, Pfister and Rush 2018, arXiv:1606.07461): a unit is on at a step
where its value is above a threshold, and belongs to the pattern if it is on at every step of the
span; places as long as the span are ranked by how many of these units are on through them, then by
how few others are. Here a state below zero counts as well: a unit has the sign that it has in the
span, and on means that sign times the value is above the threshold.

Every function takes values as (step, unit), of one track in reading order. Time grows as steps ·
units, times the logarithm of the span's length; what is held besides are bytes, one a value.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.analysis.window import Indices
from gru_core.arrays import Array, read_only
from gru_core.conventions import MAX_MAGNITUDE
from gru_core.errors import NotFiniteError, RangeError

Bools: TypeAlias = npt.NDArray[np.bool_]


class Span(NamedTuple):
    """Steps next to each other, counted from 0; both ends belong to it."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many steps it has."""
        return self.last - self.first + 1


class Match(NamedTuple):
    """Another place, as long as the span, through which units of the pattern are on."""

    span: Span
    on: int  # how many units of the pattern are on throughout
    others: int  # and how many that do not belong to it


class Reaction(NamedTuple):
    """How a track differs between a span and all other steps."""

    inside: Array  # (unit,): the mean over the steps of the span
    outside: Array  # (unit,): the mean over all others

    @property
    def difference(self) -> Array:
        """inside - outside, (unit,)."""
        return read_only(self.inside - self.outside)

    @property
    def ranked(self) -> Indices:
        """Units from the largest to the smallest |inside - outside|, equal ones by number."""
        return np.argsort(-np.abs(self.difference), kind="stable")


@dataclass(frozen=True, eq=False)
class Pattern:
    """The units that are on through a span, and how many of them are at every other place."""

    span: Span
    units: Indices  # (unit,), rising
    at_step: Indices  # (step,): how many of these units are on there
    through: Indices  # (steps - length + 1,): on through the place that begins at this step
    others: Indices  # as through: how many units beyond these are on

    @property
    def best_around(self) -> Indices:
        """At each step the largest `through` of any place that holds the step, (step,)."""
        length = self.span.length
        none = np.full(length - 1, -1)
        return _running(np.concatenate((none, self.through, none)), length, np.maximum)


def reaction(values: Array, span: Span) -> Reaction:
    """The mean of each unit inside and outside of a span, in float64.

    Errors: RangeError for a span that is not in the sequence, or that is all of it.
    """
    check_span(span, len(values))
    first, end = span.first, span.last + 1
    rest = len(values) - span.length
    if not rest:
        raise RangeError(
            "the span has all of the {count} steps; a reaction is the difference to those "
            "outside: choose a shorter span.",
            count=len(values),
        )
    inside, before, after = (
        part.sum(axis=0, dtype=np.float64)
        for part in (values[first:end], values[:first], values[end:])
    )
    return Reaction(read_only(inside / span.length), read_only((before + after) / rest))


def pattern(
    values: Array,
    span: Span,
    threshold: float,
    initial: Array | None = None,
    *,
    begins: bool = False,
    ends: bool = False,
) -> Pattern:
    """The units that are on through a span, and where they are again.

    initial: (unit,), the state before the first step; without one, nothing is on before it, as
    nothing is after the last step. begins: only units that are not on just before a place, the span
    as any other; ends: only those that are not on just after it.
    Errors: those of check_span and check_threshold.
    """
    check_span(span, len(values))
    check_threshold(threshold)
    above, below = (
        _counted(_on(values, threshold, initial, way), span, begins, ends) for way in (1, -1)
    )
    return Pattern(
        span=span,
        units=np.sort(np.concatenate((above.units, below.units))),
        at_step=above.at_step + below.at_step,
        through=above.through + below.through,
        others=above.others + below.others,
    )


def matches(found: Pattern, most: int) -> tuple[Match, ...]:
    """The best other places, none of which overlaps the span or one before it in this list.

    Those with more units of the pattern come first, then those with fewer others, then the earlier
    ones; places without any unit of the pattern are left out.
    """
    length = found.span.length
    rank = found.through * (int(found.others.max()) + 1) - found.others
    free = found.through > 0
    ranked: list[Match] = []

    def occupy(start: int) -> None:
        free[max(start - length + 1, 0) : start + length] = False

    occupy(found.span.first)
    while len(ranked) < most and free.any():
        start = int(np.argmax(np.where(free, rank, np.iinfo(np.intp).min)))
        where = Span(start, start + length - 1)
        ranked.append(Match(where, int(found.through[start]), int(found.others[start])))
        occupy(start)
    return tuple(ranked)


def highest_threshold(values: Array, span: Span) -> tuple[float, int] | None:
    """Below which threshold a unit is on through a span, and that unit; None if all change sign.

    Errors: RangeError for the span.
    """
    check_span(span, len(values))
    inside = values[span.first : span.last + 1]
    least = np.maximum(inside.min(axis=0), -inside.max(axis=0))  # of the sign that it keeps
    unit = int(least.argmax())
    return (float(least[unit]), unit) if least[unit] > 0 else None


def check_span(span: Span, steps: int) -> None:
    """Errors: RangeError for a span that does not begin before it ends within the sequence."""
    if span.last < span.first:
        raise RangeError(
            "the span goes from step {first} to step {last}, which comes before: give the "
            "earlier one first.",
            first=span.first + 1,
            last=span.last + 1,
        )
    if span.first < 0 or span.last >= steps:
        raise RangeError(
            "the span goes from step {first} to step {last}; there are the steps 1 to {steps}: "
            "choose among these.",
            first=span.first + 1,
            last=span.last + 1,
            steps=steps,
        )


def check_threshold(threshold: float) -> None:
    """Errors: RangeError outside 0 to MAX_MAGNITUDE, NotFiniteError for NaN and infinity."""
    if not math.isfinite(threshold):
        raise NotFiniteError(
            "the threshold is {threshold}; it needs a number from 0, such as 0.3.",
            threshold=threshold,
        )
    if not 0 <= threshold <= MAX_MAGNITUDE:
        raise RangeError(
            "the threshold is {threshold:g}; magnitudes are held against it, and it needs a "
            "number from 0 to {max_magnitude:g}, such as 0.3.",
            threshold=threshold,
            max_magnitude=MAX_MAGNITUDE,
        )


def _on(values: Array, threshold: float, initial: Array | None, way: int) -> Bools:
    """Where units are on above (way 1) or below (-1) zero; a row before and after the steps.

    Returns (step + 2, unit).
    """
    steps, units = values.shape
    on = np.zeros((steps + 2, units), np.bool_)
    if way > 0:
        np.greater(values, threshold, out=on[1:-1])
    else:
        np.less(values, -threshold, out=on[1:-1])
    if initial is not None:
        on[0] = way * initial > threshold
    return on


def _counted(on: Bools, span: Span, begins: bool, ends: bool) -> Pattern:
    """The pattern of what is on in one way. on: (step + 2, unit)."""
    through = _throughout(on, span.length, begins, ends)
    units = np.flatnonzero(through[span.first])
    own = np.count_nonzero(through[:, units], axis=1)
    return Pattern(
        span=span,
        units=units,
        at_step=np.count_nonzero(on[1:-1, units], axis=1),
        through=own,
        others=np.count_nonzero(through, axis=1) - own,
    )


def _throughout(on: Bools, length: int, begins: bool, ends: bool) -> Bools:
    """Which units are on through each place of so many steps, (place, unit)."""
    found = _running(on[1:-1], length, np.logical_and)
    if begins:
        found = found & ~on[: len(found)]
    if ends:
        found = found & ~on[length + 1 :]
    return found


def _running(rows: npt.NDArray[Any], length: int, join: np.ufunc) -> npt.NDArray[Any]:
    """Every so many rows joined by an operation that may take one twice, in log(length) passes."""
    found, size = rows, 1
    while 2 * size <= length:
        found = join(found[:-size], found[size:])
        size *= 2
    rest = length - size
    return join(found[:-rest], found[rest:]) if rest else found
