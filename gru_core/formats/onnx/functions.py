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
}
_ALPHAS: Final = {"leaky_relu": 0.01, "elu": 1.0}  # where a node gives none


def function_of(kind: str, given: Attributes) -> str | None:
    """The function of an operator of FUNCTIONS; None for one with a number that is none.

    given: its attributes.
    """
    does = FUNCTIONS[kind]
    if does not in _ALPHAS:
        return does
    found = named(does, float(str(np.float32(given.get("alpha", _ALPHAS[does])))))
    return found if end_of(found) is not None else None
