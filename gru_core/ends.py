"""The functions that a gate or a state may end in, by name: their parameters, how far they reach.

A name is that of a family, with numbers where they are not the family's own: `leaky_relu`, or
`leaky_relu(0.2)`. What they compute stands in gru_core/cells/activations.py.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

INF: Final = math.inf
PARAMETERS: Final = ("alpha", "beta")  # as ONNX calls them


class Family(NamedTuple):
    """The functions of one name."""

    # From the parameters the least and the greatest value; infinite where there is none.
    limits: Callable[..., tuple[float, float]]
    parameters: tuple[float, ...] = ()  # those of the name alone
    # Whether there is such a function, and its slope can be told from its value.
    may_be: Callable[..., bool] = lambda *_: True


class End(NamedTuple):
    """One function: its family and its parameters."""

    family: str
    parameters: tuple[float, ...]


# What a gate ends in lies between 0 and 1, and 1 − f(a) is f(−a): so a gate is a share, and z of
# one notation is z of the other with its weights negated.
_GATES: Final = {
    "sigmoid": Family(lambda: (0.0, 1.0)),
    "hard_sigmoid": Family(lambda _: (0.0, 1.0), (0.2,), lambda alpha: alpha > 0),
    "hard_sigmoid_sixth": Family(lambda: (0.0, 1.0)),
}
SELU: Final = (1.0507009873554805, 1.6732632423543772)  # scale and alpha: Klambauer et al. 2017
# Above it softplus is its number to the last digit; the 20 of torch's own leaves 2e-9 out.
SURE: Final = 40.0
_STATES: Final = {
    "tanh": Family(lambda: (-1.0, 1.0)),
    "relu": Family(lambda: (0.0, INF)),
    "elu": Family(lambda alpha: (-alpha, INF), (1.0,), lambda alpha: alpha > 0),
    "selu": Family(lambda: (-SELU[0] * SELU[1], INF)),
    "linear": Family(lambda: (-INF, INF)),
    "softsign": Family(lambda: (-1.0, 1.0)),
    "softplus": Family(lambda: (0.0, INF)),
    "leaky_relu": Family(lambda _: (-INF, INF), (0.01,), lambda alpha: alpha > 0),
    "relu6": Family(lambda: (0.0, 6.0)),
    "thresholded_relu": Family(lambda _: (0.0, INF), (1.0,), lambda alpha: alpha >= 0),
    "scaled_tanh": Family(
        lambda alpha, _: (-alpha, alpha), (1.0, 1.0), lambda alpha, beta: min(alpha, beta) > 0
    ),
    "affine": Family(lambda *_: (-INF, INF), (1.0, 0.0), lambda alpha, _: alpha != 0),
}
FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(_GATES | _STATES)

GATE_ENDS: Final = tuple(_GATES)
# A state may end in what a gate ends in too.
STATE_ENDS: Final = (*_STATES, *_GATES)
_NUMBER: Final = r"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:e-?[0-9]{1,2})?"
_LONGEST: Final = 100
_NAME: Final = re.compile(rf"([a-z][a-z0-9_]{{0,19}})(?:\(({_NUMBER}(?:,{_NUMBER})?)\))?")


def end_of(name: object) -> End | None:
    """The function of this name; None for what is the name of none."""
    return _end_of(name) if isinstance(name, str) and len(name) <= _LONGEST else None


@lru_cache(maxsize=256)
def _end_of(name: str) -> End | None:
    match = _NAME.fullmatch(name)
    family = FAMILIES.get(match[1]) if match else None
    if match is None or family is None:
        return None
    given = tuple(float(number) for number in match[2].split(",")) if match[2] else None
    parameters = family.parameters if given is None else given
    if len(parameters) != len(family.parameters) or not family.may_be(*parameters):
        return None
    return End(match[1], parameters) if name == named(match[1], *parameters) else None


def is_gate_end(name: object) -> bool:
    """Whether a gate may end in the function of this name."""
    end = end_of(name)
    return end is not None and end.family in GATE_ENDS


def named(family: str, *parameters: float) -> str:
    """The name of a function: that of the family alone where the parameters are its own."""
    if not parameters or parameters == FAMILIES[family].parameters:
        return family
    return f"{family}({','.join(_number(one) for one in parameters)})"


def limits_of(name: str) -> tuple[float, float]:
    """The least and the greatest value of the function of this name; infinite for none."""
    end = end_of(name)
    assert end is not None, name
    return FAMILIES[end.family].limits(*end.parameters)


def _number(value: float) -> str:
    text = repr(float(value)).removesuffix(".0")
    return text.replace("e-0", "e-").replace("e+", "e")
