"""States that one step leaves where they are, under a held input, and whether they attract.

They are looked for from many starts, as in Sussillo & Barak 2013, from where the cell itself takes
those starts, from the origin, and from the mirror image of every point that is found: without input
and biases the origin stays, and where no gate reads the state so does the mirror image of whatever
stays. By Powell's hybrid method with the exact Jacobian, then Newton's. The Jacobian at a point
tells what is near it: along a direction whose eigenvalue is below 1 in magnitude, states come
nearer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.changes.interventions import Intervention, held_by
from gru_core.conventions import STATES, track_range
from gru_core.errors import RangeError, ShapeError
from gru_core.gradients.distance import Progress
from gru_core.gradients.jacobian import jacobian_at
from gru_core.gradients.one_step import check_held, held_input
from gru_core.phase.plane import visited
from gru_core.phase.search import SAME, HeldCell, followed, roots
from gru_core.trace import Trace
from gru_core.weights import Weights

Kind: TypeAlias = Literal["stable", "neutral", "saddle", "unstable"]

# Above this a search takes minutes: each start costs many products of (entry, entry) matrices.
MAX_UNITS: Final = 128
MAX_STARTS: Final = 256
# Steps of the solver for one start, each one application of the cell.
MAX_EVALUATIONS: Final = 400
# An eigenvalue this near to 1 in magnitude neither grows nor shrinks.
NEUTRAL: Final = 1e-12


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """One state that stays. Compared by identity; arrays are read-only."""

    state: Array  # (entry,)
    eigenvalues: npt.NDArray[np.complex128]  # (entry,): of the Jacobian there, largest first
    residual: float  # how far one step moves it, in the entry that moves most

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", read_only(self.state))
        self.eigenvalues.flags.writeable = False

    @property
    def radius(self) -> float:
        """The spectral radius, the largest |eigenvalue|.

        Of a stable point its slowest direction, of any other the one left fastest, is multiplied
        by it at each step.
        """
        return float(np.abs(self.eigenvalues[0]))

    @property
    def unstable(self) -> int:
        """The number of directions in which states move away."""
        return int((np.abs(self.eigenvalues) > 1 + NEUTRAL).sum())

    @property
    def kind(self) -> Kind:
        """Stable: all directions come nearer. Neutral: none moves away, but some stay as far."""
        if self.unstable == 0:
            return "stable" if self.radius < 1 - NEUTRAL else "neutral"
        return "unstable" if self.unstable == len(self.eigenvalues) else "saddle"


@dataclass(frozen=True, eq=False)
class FixedPoints:
    """What a search found. There may be more: no number of starts proves that all are found."""

    points: tuple[FixedPoint, ...]  # fewest unstable directions first, then by their states
    tried: int  # all that was looked from
    ended: int  # how many of these led to one of the points


def drawn_starts(
    trace: Trace,
    from_run: int,
    drawn: int,
    rng: np.random.Generator,
    state_activation: str = "tanh",
) -> Array:
    """Where to look from: (start, entry), states of a run and states drawn uniformly.

    from_run: how many of the states visited, evenly spread (fewer if the run is shorter); drawn:
    each from the range in which it is shown, with tanh hidden states from (−1, 1).
    """
    states = visited(trace)
    some = min(len(states), checks.whole("from_run", from_run, 0))
    taken = states[np.linspace(0, len(states) - 1, some).astype(int)]
    shown = {"hidden": "cell"} if trace.is_projected else {}  # which is not bound by ±1
    names = [shown.get(name, name) for name in STATES[trace.cell]]
    bounds = [track_range(name, state_activation)[1] for name in names]
    high = np.repeat(bounds, [len(state) for state in trace.initial])
    size = (checks.whole("drawn", drawn, 0), len(high))
    return np.concatenate((taken, rng.uniform(-high, high, size)))


def fixed_points(
    weights: Weights,
    x: npt.ArrayLike,
    starts: npt.ArrayLike,
    *,
    held: Sequence[Intervention] = (),
    evaluations: int = MAX_EVALUATIONS,
    progress: Progress | None = None,
) -> FixedPoints:
    """The fixed points that these starts and a few more lead to, under one held input, in float64.

    x: (input,); starts: (start, entry), for the LSTM hidden and cell joined; held: what else is
    held, in a sequence of one step (interventions.at_step). Besides the starts, it is looked from
    where they lead, from the origin and from mirror images of what is found; time is bounded by
    twice (2 · starts + 1) · evaluations steps of the cell. A point that float64 cannot place to
    1e-6 is left out, as where the forget gates of an LSTM are open to their last digits; and so is
    one at a corner of a hard activation, or where a hard update gate is 1
    (gru_core/phase/corners.py).
    Errors: RangeError above MAX_UNITS units or MAX_STARTS starts, and where what is held leaves a
    unit whatever it has; ShapeError, NotFiniteError, UnknownNameError.
    """
    _check_size(weights)
    check_held(weights, held)
    _check_moves(weights, held)
    one_input = held_input(weights, x).astype(np.float64)
    exact = weights if weights.dtype == one_input.dtype else weights.astype(one_input.dtype)
    cell, given = HeldCell(exact, one_input, held), _check_starts(weights, starts)
    origin = np.zeros((1, given.shape[1]))
    points = [*np.concatenate((given, followed(cell, given), origin))]
    limit = checks.whole("evaluations", evaluations, 1)
    found: list[FixedPoint] = []
    ended = 0
    for done, state in enumerate(roots(cell, points, limit), start=1):  # points grow meanwhile
        if state is not None:
            ended += 1
            if _keep(found, cell, state) and not _known(found, -state):
                points.append(-state)
        if progress is not None:
            progress(done, len(points))
    found.sort(key=lambda one: (one.unstable, one.kind == "neutral", _place(one)))
    return FixedPoints(tuple(found), len(points), ended)


def _known(found: Sequence[FixedPoint], state: Array) -> bool:
    return any(np.abs(known.state - state).max() <= SAME for known in found)


def _keep(found: list[FixedPoint], cell: HeldCell, state: Array) -> bool:
    """Add the fixed point at a state, unless it is there; of a pair, +i comes before −i."""
    if _known(found, state):
        return False
    moved = jacobian_at(cell.weights, cell.x, state[np.newaxis], cell.held)
    values = np.linalg.eigvals(moved.jacobian[0]).astype(np.complex128)
    order = np.lexsort((-values.imag, -values.real, -np.abs(values)))
    residual = float(np.abs(moved.state[0] - state).max())
    found.append(FixedPoint(state, values[order], residual))
    return True


def _place(point: FixedPoint) -> list[float]:
    """What to sort by, without the digits in which the same point may differ between searches."""
    return [float(entry) for entry in np.round(point.state, 6) + 0.0]


def _check_size(weights: Weights) -> None:
    if weights.units > MAX_UNITS:
        raise RangeError(
            "the {cell} has {units} units; fixed points are looked for in layers of at most "
            "{max_units}, since the time grows with their cube: choose fewer.",
            cell=weights.cell.upper(),
            units=weights.units,
            max_units=MAX_UNITS,
        )


def _check_moves(weights: Weights, held: Sequence[Intervention]) -> None:
    """Refuse what leaves a unit whatever it has: every value of it stays, none is a point."""
    values = np.array([*(one.value for one in held), np.nan])  # the last where nothing is held

    def at(track: str) -> Array:
        found: Array = values[held_by(held, track, 1, weights.units)[0]]
        return found

    if weights.cell == "gru":
        stays = (at("update") == 1) & np.isnan(at("hidden"))
    elif weights.cell == "lstm":
        nothing_new = (at("input") == 0) | (at("candidate") == 0)
        stays = (at("forget") == 1) & nothing_new & np.isnan(at("cell"))
    else:
        return
    if stays.any():
        raise RangeError(
            "every unit of the {cell} is held where it only keeps: whatever it has stays, so that "
            "no single state is a fixed point; hold its gates elsewhere."
            if stays.all()
            else "unit {unit}, counted from 1, of the {cell} is held where it only keeps: whatever "
            "it has stays, so that no single state is a fixed point; hold its gates elsewhere.",
            unit=int(stays.argmax()) + 1,
            cell=weights.cell.upper(),
        )


def _check_starts(weights: Weights, starts: npt.ArrayLike) -> Array:
    points = checks.floats("starts", starts).astype(np.float64)
    entries = weights.entries
    if points.ndim != 2 or points.shape[1] != entries or not len(points):
        raise ShapeError(
            "starts has shape {shape}; a search needs (starts, {entries}) with at least one "
            "start: give every state of the layer, hidden first.",
            shape=points.shape,
            entries=entries,
        )
    if len(points) > MAX_STARTS:
        raise RangeError(
            "starts has {count} rows; a search takes at most {max_starts}: leave some out.",
            count=len(points),
            max_starts=MAX_STARTS,
        )
    return points
