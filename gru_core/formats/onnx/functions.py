"""What the functions of ONNX between layers are called here."""

from typing import Final

import numpy as np

from gru_core.ends import end_of, named
from gru_core.formats.onnx.graph import Attributes

FUNCTIONS: Final = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "LeakyRelu": "leaky_relu",
    "Elu": "elu",
    "Exp": "exponential",
    "Softmax": "softmax",
    "LogSoftmax": "log_softmax",
    "Abs": "absolute",
    "Erf": "erf",
    "Gelu": "gelu",
    "Mish": "mish",
    "HardSwish": "hard_swish",
    "Selu": "selu",
    "Celu": "celu",
    "HardSigmoid": "hard_sigmoid",
}
# What else a node may say, and the values with which it is the function of its name.
_AS_NAMED: Final = {
    "selu": {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805},
    "celu": {"alpha": 1.0},
    "hard_sigmoid": {"beta": 0.5},
}
_CLOSE: Final = 1e-6  # a number of a node is a float32
_GELUS: Final = {"none": "gelu", "tanh": "gelu_tanh"}
_ALPHAS: Final = {"leaky_relu": 0.01, "elu": 1.0, "hard_sigmoid": 0.2}  # where a node gives none


def function_of(kind: str, given: Attributes) -> str | None:
    """The function of an operator of FUNCTIONS; None for one with a number that is none.

    given: its attributes.
    """
    does = FUNCTIONS[kind]
    if does == "gelu":
        said = given.get("approximate", "none")
        return _GELUS.get(said.decode("latin1") if isinstance(said, bytes) else str(said))
    for name, value in _AS_NAMED.get(does, {}).items():
        if abs(float(given.get(name, value)) - value) > _CLOSE * value:
            return None
    if does not in _ALPHAS:
        return does
    found = named(does, float(str(np.float32(given.get("alpha", _ALPHAS[does])))))
    return found if end_of(found) is not None else None
