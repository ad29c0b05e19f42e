"""A plane through the space of states: two units, or any two directions at right angles."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES
from gru_core.errors import RangeError, ShapeError
from gru_core.trace import Trace
from gru_core.weights import check_index

# How far from length 1 and a right angle the axes of a plane may be.
SQUARE: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Plane:
    """Two axes of length 1, at right angles, and the point where both coordinates are 0.

    Compared by identity. Errors: ShapeError, RangeError, NotFiniteError, DtypeError.
    """

    origin: Array  # (entry,)
    axes: Array  # (2, entry)

    def __post_init__(self) -> None:
        origin = checks.floats("the origin of a plane", self.origin)
        axes = checks.floats("the axes of a plane", self.axes)
        if origin.ndim != 1 or axes.shape != (2, len(origin)):
            raise ShapeError(
                "a plane got an origin of shape {shape} and axes of shape {needed}; it needs "
                "(entries,) and (2, entries): give both one number for each entry.",
                shape=origin.shape,
                needed=axes.shape,
            )
        if not np.allclose(axes @ axes.T, np.eye(2), rtol=0, atol=SQUARE):
            raise RangeError(
                "the axes of a plane are not of length 1 or not at right angles; distances in it "
                "would be wrong: orthonormalize them, for instance with numpy.linalg.qr."
            )
        object.__setattr__(self, "origin", read_only(origin))
        object.__setattr__(self, "axes", read_only(axes))

    def states(self, coordinates: npt.ArrayLike) -> Array:
        """The states at these coordinates: (..., 2) to (..., entry)."""
        return np.asarray(np.asarray(coordinates) @ self.axes + self.origin)

    def coordinates(self, states: Array) -> Array:
        """Where states stand in the plane, each dropped onto it at right angles: (..., 2)."""
        return np.asarray((states - self.origin) @ self.axes.T)

    def through(self, state: npt.ArrayLike) -> "Plane":
        """The plane beside this one that holds a state, (entry,); coordinates stay the same."""
        at = checks.state("the state", state, len(self.origin), self.origin.dtype)
        return replace(self, origin=at - self.coordinates(at) @ self.axes)


def unit_plane(units: int, first: int, second: int, rest: npt.ArrayLike | None = None) -> Plane:
    """The plane in which two units vary, so that coordinates are their values.

    units: how many entries a state has, for an LSTM twice its units: hidden, then cell.
    rest: (entry,), what all others are held at, zeros if None. Errors: RangeError, ShapeError.
    """
    entries = checks.whole("units", units, 2)
    for index in (first, second):
        check_index("the state", (index,), (entries,), ("unit",))
    if first == second:
        raise RangeError(
            "both axes of the plane are unit {first}; choose two different ones.",
            first=first,
        )
    held = np.zeros(entries) if rest is None else rest
    origin = checks.state("rest", held, entries, np.dtype(np.float64)).copy()
    origin[[first, second]] = 0
    return Plane(origin, np.eye(entries)[[first, second]])


def visited(trace: Trace) -> Array:
    """Every state of a run in the order reached, the initial one first: (step + 1, entry)."""
    order = slice(None, None, -1 if trace.backward else 1)
    parts = [
        np.concatenate((first[np.newaxis], trace[name][order]))
        for name, first in zip(STATES[trace.cell], trace.initial, strict=True)
    ]
    return np.concatenate(parts, axis=1)
