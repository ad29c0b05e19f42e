"""The search for fixed points: where to look from, and how a state is brought to one.

A GRU's h = z h + (1 − z) n holds, z being below 1, exactly where h = n. That is what is solved: it
has no places where a state hardly moves because z is almost 1, and yet is not fixed.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.gradients.jacobian import state_matrices
from gru_core.gradients.one_step import given_rows, joined, one_step
from gru_core.gradients.slopes import slopes_of
from gru_core.inside import Given
from gru_core.weights import Weights

# Steps of the cell that every start is followed for; those that end this near to each other are
# searched from once.
FOLLOWED, NEAR = 256, 1e-3
# Newton's method has so many steps to come near, and then so many in all: enough where a step is
# only two thirds of the one before, as at h = tanh(h).
NEAR_STEPS, NEWTON_STEPS = 16, 64
# A fixed point moves by no more than this in one step...
RESIDUAL: Final = 1e-10
# ...and is known nearer than this: where a forget gate is almost open every cell state is slow, and
# slow is not fixed. Two that are nearer than this in every entry are one.
SAME: Final = 1e-6


def followed(weights: Weights, x: Array, states: Array) -> Array:
    """Where the cell takes these states, each place once: so attractors are found.

    x: (input,), states: (start, entry); returns (place, entry).
    """
    for _ in range(FOLLOWED):
        states = joined(weights, one_step(weights, x[np.newaxis], states))
    different: list[Array] = []
    for state in states:
        if all(np.abs(state - other).max() > NEAR for other in different):
            different.append(state)
    return np.array(different)


def roots(
    weights: Weights, x: Array, starts: Iterable[Array], evaluations: int
) -> Iterator[Array | None]:
    """Where each start, (entry,), leads to: a state that stays, exact to its last digits, or None.

    evaluations: steps of the cell at most for one start. SciPy takes half a second to import.
    """
    from scipy.optimize import root

    def away(state: Array) -> Array:
        return _away(weights, _solved(weights, x, state), state)

    def slope(state: Array) -> Array:
        return _slope(weights, _solved(weights, x, state))

    for start in starts:
        with np.errstate(over="ignore", invalid="ignore"):  # far out; what comes of it is refused
            found = root(away, start, jac=slope, method="hybr", options={"maxfev": evaluations})
            exact = _refined(weights, x, found.x)
        yield exact


def _solved(weights: Weights, x: Array, state: Array) -> Given:
    """One step of one state, of a GRU with the update gate at 0: then h' is n."""
    given = given_rows(weights, x[np.newaxis], state[np.newaxis])
    if weights.cell != "gru":
        return given
    shut, candidate = np.zeros_like(given.tracks["update"]), given.tracks["candidate"]
    return given._replace(tracks={**given.tracks, "update": shut, "hidden": candidate})


def _away(weights: Weights, given: Given, state: Array) -> Array:
    return np.asarray(joined(weights, given.tracks)[0] - state)


def _slope(weights: Weights, given: Given) -> Array:
    """The Jacobian of _away."""
    matrix = state_matrices(weights, slopes_of(weights, given))[0]
    return np.asarray(matrix - np.eye(len(matrix)))


def _refined(weights: Weights, x: Array, state: Array) -> Array | None:
    """The end of Newton's method from a state, if it is a fixed point.

    It ends where a step is no shorter than the one before.
    """
    best, shortest = None, np.inf
    for at in range(NEWTON_STEPS):
        if best is None and at == NEAR_STEPS:
            break
        given = _solved(weights, x, state)
        away = _away(weights, given, state)
        try:
            inverse = np.linalg.inv(_slope(weights, given))
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
    return best
