"""The search for fixed points: where to look from, and how a state is brought to one.

A GRU's h = z h + (1 − z) n holds, z being below 1, exactly where h = n. That is what is solved: it
has no places where a state hardly moves because z is almost 1, and yet is not fixed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from gru_core.analysis.inside import Given
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention
from gru_core.conventions import MAX_MAGNITUDE, STATES
from gru_core.engines.layout import layout_of
from gru_core.engines.loops import Patches
from gru_core.engines.numpy_engine import run_layout
from gru_core.gradients.jacobian import state_matrices
from gru_core.gradients.one_step import given_rows, held_rows, held_where, joined
from gru_core.gradients.slopes import slopes_of
from gru_core.phase.corners import stands_alone
from gru_core.phase.one_state import stepper
from gru_core.weights import Weights

# Steps of the cell that every start is followed for, so many of them in one run; those that end
# this near to each other are searched from once.
FOLLOWED, IN_ONE_RUN, NEAR = 256, 32, 1e-3
# Newton's method has so many steps to come near, and then so many in all: enough where a step is
# only two thirds of the one before, as at h = tanh(h).
NEAR_STEPS, NEWTON_STEPS = 16, 64
# A fixed point moves by no more than this in one step...
RESIDUAL: Final = 1e-10
# ...and is known nearer than this: where a forget gate is almost open every cell state is slow, and
# slow is not fixed. Two that are nearer than this in every entry are one.
SAME: Final = 1e-6


def prepare() -> None:
    """Import what a search needs, so that the first one need not: a third of a second."""
    import scipy.optimize  # noqa: F401


@dataclass(frozen=True, eq=False)
class HeldCell:
    """A layer with the input of one step held, and whatever else."""

    weights: Weights
    x: Array  # (input,)
    held: Sequence[Intervention] = ()  # in a sequence of one step, checked before


def followed(cell: HeldCell, states: Array) -> Array:
    """Where the cell takes these states, each place once: so attractors are found.

    states: (start, entry); returns (place, entry). With relu some may grow without end: left out.
    """
    weights, names = cell.weights, STATES[cell.weights.cell]
    layout = layout_of(weights)
    pre = np.repeat(layout.project(cell.x[np.newaxis]), IN_ONE_RUN, axis=0)
    always = [replace(one, last=None) for one in cell.held]
    held = held_rows(weights, always, IN_ONE_RUN)
    for _ in range(FOLLOWED // IN_ONE_RUN):
        before = tuple(weights.parts_of(states.T, 0))
        tracks = run_layout(layout, pre, before, Patches(), held)
        states = joined(weights, {name: tracks[name][-1].T for name in names})
    different: list[Array] = []
    for state in states[(np.abs(states) <= MAX_MAGNITUDE).all(axis=1)]:
        if all(np.abs(state - other).max() > NEAR for other in different):
            different.append(state)
    return np.reshape(different, (-1, states.shape[1]))


def roots(cell: HeldCell, starts: Iterable[Array], evaluations: int) -> Iterator[Array | None]:
    """Where each start, (entry,), leads to: a state that stays, exact to its last digits, or None.

    evaluations: steps of the cell at most for one start.
    """
    from scipy.optimize import root

    step = stepper(cell.weights, cell.x, cell.held, writes=True)

    def away(state: Array) -> Array:
        return joined(cell.weights, step(state)) - state

    def slope(state: Array) -> Array:
        return _slope(cell, _given(cell, state, step(state)))

    known: list[Array] = []
    for start in starts:
        with np.errstate(over="ignore", invalid="ignore"):  # far out; what comes of it is refused
            found = root(away, start, jac=slope, method="hybr", options={"maxfev": evaluations}).x
            there = [state for state in known if np.abs(state - found).max() <= SAME]
            exact = there[0] if there else _refined(cell, found)
        if exact is not None and not there:
            known.append(exact)
        yield exact


def _given(cell: HeldCell, state: Array, tracks: Mapping[str, Array]) -> Given:
    """A state and the tracks that it came to, each (unit,), as one row."""
    hidden, *others = cell.weights.parts_of(state[np.newaxis])
    rows = {name: track[np.newaxis] for name, track in tracks.items()}
    where = held_where(cell.weights, cell.held)
    return Given(cell.x[np.newaxis], hidden, others[0] if others else None, rows, where)


def _solved(cell: HeldCell, state: Array) -> Given:
    """One step of one state by the engine, of a GRU with the update gate at 0: then h' is n."""
    weights = cell.weights
    given = given_rows(weights, cell.x[np.newaxis], state[np.newaxis], cell.held)
    if weights.cell != "gru":
        return given
    shut, candidate = np.zeros_like(given.tracks["update"]), given.tracks["candidate"]
    held = given.held.get("hidden", np.zeros(weights.units, bool))
    hidden = np.where(held, given.tracks["hidden"], candidate)
    return given._replace(tracks={**given.tracks, "update": shut, "hidden": hidden})


def _slope(cell: HeldCell, given: Given) -> Array:
    """The Jacobian of what a state moves by."""
    matrix = state_matrices(cell.weights, slopes_of(cell.weights, given))[0]
    return np.asarray(matrix - np.eye(len(matrix)))


def _refined(cell: HeldCell, state: Array) -> Array | None:
    """The end of Newton's method from a state, if it is a fixed point.

    It ends where a step is no shorter than the one before.
    """
    best, shortest = None, np.inf
    for at in range(NEWTON_STEPS):
        if best is None and at == NEAR_STEPS:
            break
        given = _solved(cell, state)
        away = joined(cell.weights, given.tracks)[0] - state
        try:
            inverse = np.linalg.inv(_slope(cell, given))
        except np.linalg.LinAlgError:  # nothing tells where to go
            break
        step = -inverse @ away
        length = float(np.abs(step).max())
        if best is not None and not length < shortest:
            break
        # What the last digit of the state, by which `away` may be wrong, makes of the step.
        blur = float((np.abs(inverse) @ np.abs(state)).max() * np.finfo(np.float64).eps)
        if np.abs(away).max() <= RESIDUAL and length + blur <= SAME:
            best, shortest = state, length
        state = state + step
    alone = best is not None and stands_alone(cell.weights, cell.x, best, cell.held)
    return best if alone else None
