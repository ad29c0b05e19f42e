"""Modules of torch.nn without numbers of their own: what each does, by what the module says."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core.ends import end_of, named

SAME: Final = frozenset({"Dropout", "Identity", "Dropout1d", "AlphaDropout", "FeatureAlphaDropout"})
FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ReLU": "relu",
        "ReLU6": "relu6",
        "Tanh": "tanh",
        "Sigmoid": "sigmoid",
        "SELU": "selu",
        "SiLU": "silu",
        "Softsign": "softsign",
        "Softmax": "softmax",
        "LogSoftmax": "log_softmax",
        "GELU": "gelu",
        "Mish": "mish",
        "Hardswish": "hard_swish",
        "Hardsigmoid": "hard_sigmoid_sixth",
        "Hardtanh": "hard_tanh",
        "LogSigmoid": "log_sigmoid",
        "Tanhshrink": "tanh_shrink",
        "Softplus": "softplus",
        "CELU": "celu",
        "ELU": "elu",
        "LeakyReLU": "leaky_relu",
    }
)
# What a module has to say of itself, with which it is the function of its name. A TorchScript
# archive has such numbers in its code, which is not read.
_NEEDS: Final[Mapping[str, Mapping[str, tuple[Any, ...]]]] = MappingProxyType(
    {
        "Softmax": {"dim": (-1, 2)},
        "LogSoftmax": {"dim": (-1, 2)},
        "Hardtanh": {"min_val": (-1,), "max_val": (1,)},
        # Above its threshold torch has the number itself, which differs by 2e-9 at the most.
        "Softplus": {"beta": (1,), "threshold": (20,)},
        "CELU": {"alpha": (1,)},
    }
)
_NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {"ELU": "alpha", "LeakyReLU": "negative_slope"}
)
_GELUS: Final[Mapping[Any, str]] = MappingProxyType({"none": "gelu", "tanh": "gelu_tanh"})


def function_of(kind: str, state: Mapping[Any, Any]) -> str | None:
    """The function of a module; None for one that is not known, or does not say what it needs.

    kind: its class in torch.nn; state: its attributes.
    """
    does = FUNCTIONS.get(kind)
    if does == "gelu":
        said = state.get("approximate")
        return _GELUS.get(said) if isinstance(said, str) else None
    if kind in _NUMBERS:
        value = state.get(_NUMBERS[kind])
        if isinstance(value, bool) or not isinstance(value, int | float) or does is None:
            return None
        found = named(does, float(str(np.float32(value))))
        return found if end_of(found) is not None else None
    needs = _NEEDS.get(kind, {})
    return does if all(state.get(key) in known for key, known in needs.items()) else None
