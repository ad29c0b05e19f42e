"""The functions that stand between the layers of a model, by the names that Keras has for them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.cells.activations import function_of, relu, sigmoid
from gru_core.conventions import HARD_SLOPES
from gru_core.ends import end_of

_SELU: Final = (1.0507009873554804934193349852946, 1.6732632423543772848170429916717)


def softmax(a: Array) -> Array:
    """exp(a) over its sum along the last axis."""
    e = np.exp(a - a.max(axis=-1, keepdims=True))
    made: Array = e / e.sum(axis=-1, keepdims=True)
    return made


def log_softmax(a: Array) -> Array:
    """The logarithm of softmax, which does not underflow."""
    shifted = a - a.max(axis=-1, keepdims=True)
    made: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return made


def _elu(a: Array) -> Array:
    return np.where(a > 0, a, np.expm1(np.minimum(a, 0)))


def _selu(a: Array) -> Array:
    scale, alpha = _SELU
    return scale * np.where(a > 0, a, alpha * np.expm1(np.minimum(a, 0)))


def _softplus(a: Array) -> Array:
    made: Array = np.logaddexp(0, a)
    return made


def function_called(name: str) -> Callable[[Array], Array] | None:
    """The function of a name of FUNCTIONS, or of gru_core.ends; None for none."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    return function_of(name) if end_of(name) is not None else None


FUNCTIONS: Final[Mapping[str, Callable[[Array], Array]]] = MappingProxyType(
    {
        "linear": lambda a: a,
        "sigmoid": sigmoid,
        "tanh": np.tanh,
        "relu": relu,
        "softmax": softmax,
        "log_softmax": log_softmax,
        "elu": _elu,
        "selu": _selu,
        "softplus": _softplus,
        "softsign": lambda a: a / (1 + np.abs(a)),
        "exponential": np.exp,
        "silu": lambda a: a * sigmoid(a),
        "swish": lambda a: a * sigmoid(a),
        **{name: function_of(name) for name in ("relu6", *HARD_SLOPES)},
    }
)
