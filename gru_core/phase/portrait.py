"""What one step does to every state of a plane, and the way a run takes through it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.changes.interventions import Intervention
from gru_core.errors import ShapeError
from gru_core.gradients.one_step import check_held, held_input, joined, one_step
from gru_core.phase.plane import Plane, visited
from gru_core.trace import Trace
from gru_core.weights import Weights


@dataclass(frozen=True, eq=False)
class Field:
    """Where one step takes each state of a grid in a plane. Compared by identity; read-only.

    A step also leaves the plane, which `displacement` does not show: where it is near zero and
    `speed` is not, the state moves through the plane and is no fixed point.
    """

    first: Array  # (n,): coordinates along the first axis
    second: Array  # (m,): along the second
    displacement: Array  # (n, m, 2): of the state at (first[i], second[j]), within the plane
    speed: Array  # (n, m): the length of the whole displacement, in and out of the plane

    def __post_init__(self) -> None:
        for name in ("first", "second", "displacement", "speed"):
            object.__setattr__(self, name, read_only(getattr(self, name)))


def trajectory(plane: Plane, trace: Trace) -> Array:
    """The way of a run through a plane, (step + 1, 2), the initial state first.

    States are dropped onto the plane at right angles. Errors: ShapeError.
    """
    states = visited(trace)
    _check_entries(plane, states.shape[1])
    return plane.coordinates(states)


def field(
    weights: Weights,
    x: npt.ArrayLike,
    plane: Plane,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    held: Sequence[Intervention] = (),
) -> Field:
    """One step of every state on a grid in a plane, under one held input, as a single batch.

    x: (input,); first, second: (n,) and (m,), coordinates along the axes. What lies off the plane
    is as at its origin; Plane.through moves that to any state. held: what else is held, in a
    sequence of one step (interventions.at_step). In the dtype of the weights.
    Errors: ShapeError, NotFiniteError, RangeError, DtypeError, UnknownNameError.
    """
    one_input = held_input(weights, x)[np.newaxis]
    check_held(weights, held)
    _check_entries(plane, weights.entries)
    sides = [_side(name, side, weights) for name, side in (("first", first), ("second", second))]
    grid = np.stack(np.meshgrid(*sides, indexing="ij"), axis=-1)  # (n, m, 2)
    states = plane.states(grid.reshape(-1, 2)).astype(weights.dtype)
    moved = joined(weights, one_step(weights, one_input, states, held)) - states
    displacement = (moved @ plane.axes.T).astype(weights.dtype).reshape(grid.shape)
    speed = np.linalg.norm(moved, axis=1).reshape(grid.shape[:2])
    return Field(sides[0], sides[1], displacement, speed)


def _side(name: str, values: npt.ArrayLike, weights: Weights) -> Array:
    side = checks.floats(name, values, weights.dtype)
    if side.ndim != 1 or not side.size:
        raise ShapeError(
            "{name} has shape {shape}; a grid needs one axis of at least one coordinate: use "
            "numpy.linspace.",
            name=name,
            shape=side.shape,
        )
    return side


def _check_entries(plane: Plane, entries: int) -> None:
    if len(plane.origin) != entries:
        raise ShapeError(
            "the plane has {count} entries and a state {entries}; they need the same: make the "
            "plane of this layer's states (hidden, for the LSTM with the cell state).",
            count=len(plane.origin),
            entries=entries,
        )
