"""The logistic function."""

import numpy as np

from gru_core.arrays import Array


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a)), in the form that cannot overflow. Any shape."""
    return (1 + np.tanh(a / 2)) / 2
