"""Exact derivatives of a run, step by step and over any distance, without automatic means.

The state of a step is all that it carries on: the hidden state, for the LSTM (hidden, cell) joined
in the order of conventions.STATES. Its numbers are called entries.
"""

from gru_core.gradients.distance import NORMS, Gradients, Norm, Progress, gradient_by_distance
from gru_core.gradients.jacobian import Jacobian, jacobian_at, jacobians

__all__ = [
    "NORMS",
    "Gradients",
    "Jacobian",
    "Norm",
    "Progress",
    "gradient_by_distance",
    "jacobian_at",
    "jacobians",
]
