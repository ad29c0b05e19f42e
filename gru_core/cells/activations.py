"""What the numbers of a gate or a state come out of: each function beside its derivative.

A derivative takes the value that the function came to, since that is what a trace keeps. Any shape;
float32 stays float32. At its corners a hard function has the slope 0, as in PyTorch.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import HARD_SLOPES


class Activation(NamedTuple):
    """A function of a pre-activation, and its derivative where it has come to a value."""

    function: Callable[[Array], Array]
    slope: Callable[[Array], Array]


def sigmoid(a: Array) -> Array:
    """1 / (1 + exp(-a)), in the form that cannot overflow."""
    return (1 + np.tanh(a / 2)) / 2


def sigmoid_slope(value: Array) -> Array:
    """σ (1 − σ)."""
    return value * (1 - value)


def hard_sigmoid(a: Array, slope: float) -> Array:
    """A straight line through 1/2 at 0, cut off at 0 and 1."""
    found: Array = np.minimum(np.maximum(slope * a + 0.5, 0), 1)
    return found


def hard_sigmoid_slope(value: Array, slope: float) -> Array:
    """The line's own between 0 and 1, else 0."""
    return np.where((value > 0) & (value < 1), value.dtype.type(slope), value.dtype.type(0))


def tanh(a: Array) -> Array:
    """The hyperbolic tangent."""
    found: Array = np.tanh(a)
    return found


def tanh_slope(value: Array) -> Array:
    """1 − tanh², in the form that is exact also near ±1."""
    return (1 - value) * (1 + value)


def relu(a: Array) -> Array:
    """The positive part: a where that is above 0, else 0."""
    return np.maximum(a, 0)


def relu_slope(value: Array) -> Array:
    """1 where the value is above 0, else 0."""
    return (value > 0).astype(value.dtype)


def function_of(name: str) -> Callable[[Array], Array]:
    """The function that an activation's name stands for."""
    return ACTIVATIONS[name].function


def slope_at(name: str, value: Array) -> Array:
    """The derivative of an activation where it has come to a value."""
    return ACTIVATIONS[name].slope(value)


def _hard(slope: float) -> Activation:
    return Activation(partial(hard_sigmoid, slope=slope), partial(hard_sigmoid_slope, slope=slope))


ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {
        "sigmoid": Activation(sigmoid, sigmoid_slope),
        **{name: _hard(slope) for name, slope in HARD_SLOPES.items()},
        "tanh": Activation(tanh, tanh_slope),
        "relu": Activation(relu, relu_slope),
    }
)
