"""Where activations with corners leave a state that stays, and yet no fixed point to be told of.

At a corner there is no derivative, so nothing tells whether states come nearer, unless what bends
there never comes back to itself: then no eigenvalue follows from it. And where a hard update gate
is 1 its unit keeps whatever it has: states that stay lie side by side, none apart.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention
from gru_core.gradients.one_step import held_where, joined, one_step
from gru_core.weights import Weights

# How far to look to both sides of a state, in units of its largest entry or of 1; and how much of
# that both sides may differ: a bend of a smooth activation is of the order of the square.
ASIDE: Final = 1e-7
BEND: Final = 1e-5
# What the last digits of a state may be wrong by.
DIGITS: Final = 8 * float(np.finfo(np.float64).eps)


def stands_alone(
    weights: Weights, x: Array, state: Array, held: Sequence[Intervention] = ()
) -> bool:
    """Whether a state that stays has eigenvalues, and no neighbour that a hard gate keeps too.

    Always so with sigmoid and tanh. x: (input,), state: (entry,), in float64; held: what is held in
    a sequence of one step, checked before.
    """
    if (weights.gate_activation, weights.state_activation) == ("sigmoid", "tanh"):
        return True
    size = max(1.0, float(np.abs(state).max()))
    aside = ASIDE * size * np.eye(len(state))
    states = np.concatenate((state[np.newaxis], state + aside, state - aside))
    tracks = one_step(weights, x[np.newaxis], states, held)
    if weights.cell == "gru":
        free = ~held_where(weights, held).get("hidden", np.zeros(weights.units, bool))
        if (free & (tracks["update"][0] == 1)).any():
            return False
    here, above, below = np.split(joined(weights, tracks), (1, 1 + len(state)))
    # From the entry moved, the row, to the entry that follows it, the column.
    follows = np.maximum(np.abs(above - here), np.abs(here - below)) > DIGITS * size
    bends = np.abs(above + below - 2 * here) > BEND * ASIDE * size
    return not (bends & _in_a_loop(follows)).any()


def _in_a_loop(follows: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which of these one-way links are part of a way back to where they begin."""
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(follows, directed=True, connection="strong")
    return np.asarray(part[:, np.newaxis] == part)
