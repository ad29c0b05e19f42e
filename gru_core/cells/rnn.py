"""The plain tanh cell (Elman 1990)."""

from typing import NamedTuple

import numpy as np

from gru_core.arrays import Array
from gru_core.weights import RNNWeights


class RNNStep(NamedTuple):
    """What one timestep computes; the field is (unit,)."""

    hidden: Array


def step(w: RNNWeights, x: Array, h: Array) -> RNNStep:
    """Advance one timestep. x: (input,), h: (unit,). Nothing is mutated."""
    return RNNStep(np.tanh(w.w_x[0] @ x + w.b_x[0] + w.w_h[0] @ h + w.b_h[0]))
