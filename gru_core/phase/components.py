"""The two directions in which the states of a run vary most: its first principal components."""

from typing import NamedTuple

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import STATES
from gru_core.errors import ShapeError, unknown_name
from gru_core.phase.plane import Plane, visited
from gru_core.trace import Trace


class Components(NamedTuple):
    """A plane through the mean of the states, and how much of their variance it shows."""

    plane: Plane
    shares: Array  # (2,): of the whole variance of the chosen states, largest first; 0 if none


def components(trace: Trace, states: tuple[str, ...] = ("hidden",)) -> Components:
    """The first two principal components of the states of a run, the initial one among them.

    By singular value decomposition of the states less their mean. A direction and its opposite are
    equally good; of the two, the one whose largest entry is positive. states: of which states, for
    the LSTM "hidden", "cell" or both; entries of the others are held at their mean. In float64.
    Errors: ShapeError if there are fewer than two entries, UnknownNameError.
    """
    names = STATES[trace.cell]
    for name in states:
        if name not in names:
            raise unknown_name(f"state of the {trace.cell.upper()}", name, names)
    chosen = np.repeat([name in states for name in names], [len(one) for one in trace.initial])
    if chosen.sum() < 2:
        raise ShapeError(
            "there is {sum} entry to find two directions among; principal components need at "
            "least two: use a layer of two units or more.",
            sum=chosen.sum(),
        )
    points = visited(trace).astype(np.float64)
    mean = points.mean(axis=0)
    # At least two points and two entries, so at least two directions.
    _, lengths, directions = np.linalg.svd(points[:, chosen] - mean[chosen], full_matrices=False)
    axes = np.zeros((2, len(mean)))
    axes[:, chosen] = [_signed(direction) for direction in directions[:2]]
    variances = lengths**2
    whole = variances.sum()
    return Components(Plane(mean, axes), variances[:2] / (whole if whole > 0 else 1))


def _signed(direction: Array) -> Array:
    return direction if direction[np.abs(direction).argmax()] > 0 else -direction
