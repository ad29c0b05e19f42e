"""The functions that stand between the layers of a model, by the names that Keras has for them."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.cells.activations import function_of, relu, sigmoid
from gru_core.conventions import HARD_SLOPES
from gru_core.ends import end_of

_SHRINK: Final = 0.5
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


def _erf(a: Array) -> Array:
    from scipy.special import erf

    made: Array = erf(a)
    return made


def _gelu(a: Array) -> Array:
    return a * (1 + _erf(a / math.sqrt(2))) / 2


def _gelu_tanh(a: Array) -> Array:
    """The approximation that frameworks offer beside it."""
    made: Array = a * (1 + np.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))) / 2
    return made


def _shrunk(a: Array) -> Array:
    """Half nearer to 0; soft_shrink."""
    made: Array = np.sign(a) * np.maximum(np.abs(a) - _SHRINK, 0)
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
        "absolute": np.abs,
        "erf": _erf,
        "gelu": _gelu,
        "gelu_tanh": _gelu_tanh,
        "mish": lambda a: a * np.tanh(_softplus(a)),
        "celu": _elu,  # of the alpha 1
        **dict.fromkeys(("hard_silu", "hard_swish"), lambda a: a * np.clip(a + 3, 0, 6) / 6),
        "hard_tanh": lambda a: np.clip(a, -1, 1),
        "log_sigmoid": lambda a: -_softplus(-a),
        "tanh_shrink": lambda a: a - np.tanh(a),
        "soft_shrink": _shrunk,
        "hard_shrink": lambda a: np.where(np.abs(a) > _SHRINK, a, 0.0),
        "squareplus": lambda a: (a + np.sqrt(a**2 + 4)) / 2,
        **{name: function_of(name) for name in ("relu6", *HARD_SLOPES)},
    }
)
