"""What gates and states do over many sequences: means and spreads of each unit, bit by bit.

Sums are kept and no gate is: of a thousand texts as much is held as of one (Chan, Golub and LeVeque
1983 put sums of squares together without losing digits).
"""

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import SATURATION, Polarity
from gru_core.errors import EmptySequenceError, unknown_name

Key: TypeAlias = Literal["mean", "between", "spread", "near_zero", "near_one", "unit"]
# What units may be sorted by; by all but their number the largest comes first.
KEYS: Final[tuple[Key, ...]] = ("mean", "between", "spread", "near_zero", "near_one", "unit")


class Summary(NamedTuple):
    """One gate, candidate or state over many sequences, each (unit,)."""

    mean: Array  # over all steps of all sequences
    between: Array  # standard deviation of the means of the sequences, each of which counts once
    spread: Array  # standard deviation over all steps
    near_zero: Array | None  # shares of all steps, from 0 to 1; None of what is no gate
    near_one: Array | None


class Tally:
    """Gathers one track, sequence by sequence. What is not counted is never looked at."""

    def __init__(self, units: int, gate: bool) -> None:
        """Nothing yet. units: of the track. gate: whether it lies between 0 and 1."""
        self.sequences = 0
        self.steps = 0
        self._mean: Array = np.zeros(units)  # over steps
        self._squares: Array = np.zeros(units)  # of what each step is off that
        self._middle: Array = np.zeros(units)  # the mean of the sequences' means
        self._between: Array = np.zeros(units)  # squares of what each of those is off it
        self._near = np.zeros((2, units), np.int64) if gate else None

    def add(self, values: Array, counts: npt.NDArray[np.bool_]) -> None:
        """Take in some sequences. values: (step, sequence, unit); counts: (step, sequence)."""
        there = counts.any(axis=0)
        counts = counts[:, there, np.newaxis]
        if not counts.size:
            return
        wide = np.where(counts, values[:, there], 0).astype(np.float64)
        many = counts.sum(axis=0)  # (sequence, 1)
        means = wide.sum(axis=0) / many
        off = (np.where(counts, wide - means, 0) ** 2).sum(axis=0)
        steps, sequences = int(many.sum()), len(means)
        mean = (many * means).sum(axis=0) / steps
        squares = (off + many * (means - mean) ** 2).sum(axis=0)
        middle = means.mean(axis=0)
        between = ((means - middle) ** 2).sum(axis=0)
        self._mean, self._squares = _together(
            (self.steps, self._mean, self._squares), (steps, mean, squares)
        )
        self._middle, self._between = _together(
            (self.sequences, self._middle, self._between), (sequences, middle, between)
        )
        self.steps += steps
        self.sequences += sequences
        if self._near is not None:
            low, high = SATURATION
            self._near[0] += (counts & (wide < low)).sum(axis=(0, 1))
            self._near[1] += (counts & (wide > high)).sum(axis=(0, 1))

    def summary(self) -> Summary:
        """What has been gathered. Errors: EmptySequenceError where nothing has."""
        if not self.steps:
            raise EmptySequenceError(
                "No step of any sequence counts: all are passed over as padding. Give sequences "
                "with steps that the model reads."
            )
        near = (None, None) if self._near is None else tuple(self._near / self.steps)
        return Summary(
            read_only(self._mean.copy()),
            read_only(np.sqrt(self._between / self.sequences)),
            read_only(np.sqrt(self._squares / self.steps)),
            *(None if one is None else read_only(one) for one in near),
        )


def _together(
    one: tuple[int, Array, Array], other: tuple[int, Array, Array]
) -> tuple[Array, Array]:
    """The mean, and the sum of squares around it, of two lots: (how many, mean, squares)."""
    many, mean, squares = one
    more, middle, around = other
    apart, share = middle - mean, more / (many + more)
    return mean + share * apart, squares + around + many * share * apart**2


def shown(summary: Summary, track: str, polarity: Polarity) -> Summary:
    """A summary as a notation shows it: where z writes it is 1 - z, which spreads as widely."""
    if track != "update" or polarity == "keep":
        return summary
    mean, near_one, near_zero = 1 - summary.mean, summary.near_zero, summary.near_one
    return summary._replace(mean=read_only(mean), near_zero=near_zero, near_one=near_one)


def ordered(summary: Summary, key: Key) -> npt.NDArray[np.intp]:
    """The units, counted from 0, with the largest of this key first; of equals the first first.

    Of what has no such key, as a state is near neither end, the mean. Errors: UnknownNameError.
    """
    if key not in KEYS:
        raise unknown_name("key", key, KEYS)
    if key == "unit":
        return np.arange(len(summary.mean))
    values = getattr(summary, key)
    return np.argsort(-(summary.mean if values is None else values), kind="stable")


def found(summary: Summary, above: bool, threshold: float) -> npt.NDArray[np.intp]:
    """The units, counted from 0, whose mean lies above a threshold, or below it."""
    means = summary.mean
    return np.flatnonzero(means > threshold if above else means < threshold)
