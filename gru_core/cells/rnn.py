"""The plain cell (Elman 1990), of tanh or relu."""

from typing import NamedTuple

from gru_core.arrays import Array
from gru_core.cells.replacing import Replace, as_computed
from gru_core.weights import RNNWeights


class RNNStep(NamedTuple):
    """What one timestep computes; the field is (unit,)."""

    hidden: Array


def step(w: RNNWeights, x: Array, h: Array, replace: Replace = as_computed) -> RNNStep:
    """Advance one timestep. x: (input,), h: (unit,). Nothing is mutated."""
    hidden = replace("hidden", w.squash(w.w_x[0] @ x + w.b_x[0] + w.w_h[0] @ h + w.b_h[0]))
    return RNNStep(hidden)
