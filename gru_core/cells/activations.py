"""What the numbers of a gate or a state come out of: each function beside its derivative.

A derivative takes the value that the function came to, since that is what a trace keeps. Any shape;
float32 stays float32. At its corners a function has the slope that PyTorch gives it: a hard one 0.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import HARD_SLOPES
from gru_core.ends import FAMILIES, PARAMETERS, SELU, end_of


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


def hard_sigmoid(a: Array, alpha: float) -> Array:
    """A straight line of slope alpha through 1/2 at 0, cut off at 0 and 1."""
    found: Array = np.minimum(np.maximum(alpha * a + 0.5, 0), 1)
    return found


def hard_sigmoid_slope(value: Array, alpha: float) -> Array:
    """The line's own between 0 and 1, else 0."""
    return np.where((value > 0) & (value < 1), value.dtype.type(alpha), value.dtype.type(0))


def tanh(a: Array) -> Array:
    """The hyperbolic tangent."""
    found: Array = np.tanh(a)
    return found


def tanh_slope(value: Array) -> Array:
    """1 − tanh², in the form that is exact also near ±1."""
    return (1 - value) * (1 + value)


def scaled_tanh(a: Array, alpha: float, beta: float) -> Array:
    """Alpha tanh(beta a)."""
    found: Array = alpha * np.tanh(beta * a)
    return found


def scaled_tanh_slope(value: Array, alpha: float, beta: float) -> Array:
    """Alpha beta (1 − tanh²)."""
    return alpha * beta * tanh_slope(value / alpha)


def relu(a: Array) -> Array:
    """The positive part: a where that is above 0, else 0."""
    return np.maximum(a, 0)


def relu_slope(value: Array) -> Array:
    """1 where the value is above 0, else 0."""
    return (value > 0).astype(value.dtype)


def relu6(a: Array) -> Array:
    """The positive part up to 6."""
    found: Array = np.minimum(np.maximum(a, 0), 6)
    return found


def relu6_slope(value: Array) -> Array:
    """1 between 0 and 6, else 0."""
    return np.where((value > 0) & (value < 6), value.dtype.type(1), value.dtype.type(0))


def thresholded_relu(a: Array, alpha: float) -> Array:
    """The number itself where it is above alpha, else 0."""
    return a * np.less(alpha, a)


def thresholded_relu_slope(value: Array, alpha: float) -> Array:
    """1 where the value is above alpha, which is 0 or more; else 0."""
    return (value > alpha).astype(value.dtype)


def leaky_relu(a: Array, alpha: float) -> Array:
    """The number itself where it is above 0, else alpha times it."""
    found: Array = np.maximum(a, 0) + alpha * np.minimum(a, 0)
    return found


def leaky_relu_slope(value: Array, alpha: float) -> Array:
    """1 where the value is above 0, else alpha."""
    return np.where(value > 0, value.dtype.type(1), value.dtype.type(alpha))


def elu(a: Array, alpha: float, scale: float = 1.0) -> Array:
    """Scale times the number itself where it is above 0, else times alpha (exp(a) − 1)."""
    found: Array = scale * np.maximum(a, 0) + scale * alpha * np.expm1(np.minimum(a, 0))
    return found


def elu_slope(value: Array, alpha: float, scale: float = 1.0) -> Array:
    """Scale where the value is above 0, else the value and scale times alpha more."""
    return np.where(value > 0, value.dtype.type(scale), value + value.dtype.type(scale * alpha))


def affine(a: Array, alpha: float, beta: float) -> Array:
    """Alpha a + beta: a straight line without an end."""
    return alpha * a + beta


def affine_slope(value: Array, alpha: float, beta: float) -> Array:
    """Alpha everywhere."""
    return np.full_like(value, alpha)


def linear(a: Array) -> Array:
    """The number itself."""
    return a + 0


def linear_slope(value: Array) -> Array:
    """1 everywhere."""
    return np.ones_like(value)


def softsign(a: Array) -> Array:
    """The number divided by 1 more than its size."""
    found: Array = a / (1 + np.absolute(a))
    return found


def softsign_slope(value: Array) -> Array:
    """The square of 1 − |value|."""
    away: Array = 1 - np.absolute(value)
    return away * away


def softplus(a: Array) -> Array:
    """The logarithm of 1 + exp(a), in the form that cannot overflow."""
    found: Array = np.maximum(a, 0) + np.log1p(np.exp(0 - np.absolute(a)))
    return found


def softplus_slope(value: Array) -> Array:
    """1 − exp(−value): the sigmoid of what the value came out of."""
    found: Array = 0 - np.expm1(-value)
    return found


def function_of(name: str) -> Callable[[Array], Array]:
    """The function that an activation's name stands for."""
    return activation_of(name).function


def slope_at(name: str, value: Array) -> Array:
    """The derivative of an activation where it has come to a value."""
    return activation_of(name).slope(value)


@lru_cache(maxsize=256)
def activation_of(name: str) -> Activation:
    """The function of a name of gru_core.ends, with its parameters, and its derivative."""
    end = end_of(name)
    assert end is not None, name
    given = dict(zip(PARAMETERS, end.parameters, strict=False))
    function, slope = _FAMILIES[end.family]
    return Activation(partial(function, **given), partial(slope, **given))


class _Family(NamedTuple):
    """An activation that may have parameters: those of PARAMETERS, in their order."""

    function: Callable[..., Array]
    slope: Callable[..., Array]


def _hard(alpha: float) -> _Family:
    return _Family(partial(hard_sigmoid, alpha=alpha), partial(hard_sigmoid_slope, alpha=alpha))


def _scaled_elu(scale: float, alpha: float) -> _Family:
    return _Family(
        partial(elu, alpha=alpha, scale=scale), partial(elu_slope, alpha=alpha, scale=scale)
    )


_FAMILIES: Final[Mapping[str, _Family]] = MappingProxyType(
    {
        "sigmoid": _Family(sigmoid, sigmoid_slope),
        "hard_sigmoid": _Family(hard_sigmoid, hard_sigmoid_slope),
        "hard_sigmoid_sixth": _hard(HARD_SLOPES["hard_sigmoid_sixth"]),
        "tanh": _Family(tanh, tanh_slope),
        "relu": _Family(relu, relu_slope),
        "relu6": _Family(relu6, relu6_slope),
        "elu": _Family(elu, elu_slope),
        "selu": _scaled_elu(*SELU),
        "linear": _Family(linear, linear_slope),
        "softsign": _Family(softsign, softsign_slope),
        "softplus": _Family(softplus, softplus_slope),
        "leaky_relu": _Family(leaky_relu, leaky_relu_slope),
        "thresholded_relu": _Family(thresholded_relu, thresholded_relu_slope),
        "scaled_tanh": _Family(scaled_tanh, scaled_tanh_slope),
        "affine": _Family(affine, affine_slope),
    }
)

# Of every name without parameters.
ACTIVATIONS: Final[Mapping[str, Activation]] = MappingProxyType(
    {name: activation_of(name) for name in FAMILIES}
)
