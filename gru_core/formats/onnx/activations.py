"""Which functions a recurrent node of ONNX ends its gates and its state in.

Source: onnx.ai/onnx/operators/onnx__GRU.html. `activation_alpha` and `activation_beta` hold one
number for each function that has such a parameter, in the order of the functions.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

import numpy as np

from gru_core.conventions import HARD_SLOPES, Cell
from gru_core.ends import FAMILIES, end_of, named
from gru_core.errors import FormatError
from gru_core.formats.model import Answers
from gru_core.formats.onnx.graph import Attributes
from gru_core.words import article

# Name in small letters, alpha, beta; None for a function that has none.
Function: TypeAlias = tuple[str, float | None, float | None]

# For each cell its functions: of the gates, of the candidate, of the output.
DEFAULTS: Final[Mapping[Cell, tuple[str, ...]]] = MappingProxyType(
    {"gru": ("Sigmoid", "Tanh"), "lstm": ("Sigmoid", "Tanh", "Tanh"), "rnn": ("Tanh",)}
)
# The functions with a parameter, and what it is if it is not given; None for none.
ALPHA: Final[Mapping[str, float | None]] = MappingProxyType(
    {
        "affine": None,
        "leakyrelu": 0.01,
        "thresholdedrelu": None,  # 1 in the text of ONNX, and 0 in onnxruntime
        "scaledtanh": None,
        "hardsigmoid": 0.2,
        "elu": 1.0,
    }
)
BETA: Final[Mapping[str, float | None]] = MappingProxyType(
    {"affine": None, "scaledtanh": None, "hardsigmoid": 0.5}
)
# What the functions of a state are called here; their parameters are the same.
STATE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "tanh": "tanh",
        "relu": "relu",
        "sigmoid": "sigmoid",
        "softsign": "softsign",
        "softplus": "softplus",
        "elu": "elu",
        "leakyrelu": "leaky_relu",
        "thresholdedrelu": "thresholded_relu",
        "scaledtanh": "scaled_tanh",
        "affine": "affine",
    }
)
MIDDLE: Final = 0.5  # the beta of a hard sigmoid of which 1 − f(a) is f(−a)
_MISSING: Final = (
    "The state of {what} ends in {name} without its {parameter}, which has no default that all "
    "agree on: give it when exporting (attribute activation_{parameter})."
)
CLOSE: Final = 1e-7  # a parameter is a float32, so 0.2 is 0.200000003


def settings(cell: Cell, given: Attributes, directions: int, what: str) -> Answers:
    """gate_activation and state_activation, as far as the cell has them.

    what: the node, as an error calls it. Errors: FormatError for functions that are not computed.
    """
    names = _names(cell, given, directions, what)
    alphas = _parameters(names, ALPHA, given.get("activation_alpha", []), f"{what}: alpha")
    betas = _parameters(names, BETA, given.get("activation_beta", []), f"{what}: beta")
    functions = list(zip(names, alphas, betas, strict=True))
    size = len(DEFAULTS[cell])
    if functions[:size] != functions[-size:]:
        raise FormatError(
            "{what} has {listed} forward and {last} backward; only the same functions in "
            "both directions are computed.",
            what=what,
            listed=_listed(functions[:size]),
            last=_listed(functions[-size:]),
        )
    if cell == "rnn":
        return {"state_activation": _state(functions[:1], what)}
    return {
        "gate_activation": _gate(functions[0], what),
        "state_activation": _state(functions[1:size], what),
    }


def _names(cell: Cell, given: Attributes, directions: int, what: str) -> list[str]:
    needed = DEFAULTS[cell] * directions
    names = [str(name).lower() for name in given.get("activations", needed)]
    if cell == "rnn" and directions == 1 and len(names) == 2 and names[0] == names[1]:
        names = names[:1]  # the default of the operator itself is of two directions
    if len(names) != len(needed):
        raise FormatError(
            "{what} names {count} activations ({names}); {a} {cell} of {directions} "
            "direction{plural} has {wanted}, such as {needed}: name as many.",
            what=what,
            count=len(names),
            names=", ".join(names)[:80],
            a=article(cell.upper()),
            cell=cell.upper(),
            directions=directions,
            plural="s"[: directions - 1],
            wanted=len(needed),
            needed=", ".join(needed),
        )
    return names


def _parameters(
    names: Sequence[str], defaults: Mapping[str, float | None], given: Sequence[float], what: str
) -> list[float | None]:
    """The parameter of each function; None for a function that has none.

    Some exporters write one number for each function, also for those without a parameter. If
    the two readings differ, neither is taken.
    """
    left = list(given)
    found = [left.pop(0) if name in defaults and left else defaults.get(name) for name in names]
    if not left:
        return found
    if len(given) == len(names):
        each = [given[at] if name in defaults else None for at, name in enumerate(names)]
        if each == found:
            return found
    raise FormatError(
        "{what} is {given} for the activations {names}; it cannot be told which number is "
        "whose: give one for each function that has one.",
        what=what,
        given=[round(number, 7) for number in given[:8]],
        names=", ".join(names),
    )


def _gate(function: Function, what: str) -> str:
    found = "sigmoid" if function[0] == "sigmoid" else _hard(function)
    if found is not None:
        return found
    raise FormatError(
        "The gates of {what} end in {listed}; sigmoid, and the hard sigmoid with an alpha above 0 "
        "and beta 0.5, are computed: what is told of a gate, such as how much it keeps, is true of "
        "these alone.",
        what=what,
        listed=_listed([function]),
    )


def _state(functions: Sequence[Function], what: str) -> str:
    found = {_named(function) for function in functions}
    state = found.pop()
    if state is not None and not found:
        return state
    if len(set(functions)) > 1:
        raise FormatError(
            "The state of {what} ends in {listed}; only the same function for the candidate and "
            "the output is computed.",
            what=what,
            listed=_listed(functions),
        )
    name, *given = functions[0]
    for parameter, known, number in zip(("alpha", "beta"), (ALPHA, BETA), given, strict=True):
        if number is None and name in known:
            raise FormatError(_MISSING, what=what, name=name, parameter=parameter)
    if name == "hardsigmoid":
        raise FormatError(
            "The state of {what} ends in {listed}; the hard sigmoid with an alpha above 0 and "
            "beta 0.5 is computed.",
            what=what,
            listed=_listed(functions),
        )
    if name in STATE:
        raise FormatError(
            "The state of {what} ends in {listed}; {name} is not computed with these numbers.",
            what=what,
            listed=_listed(functions),
            name=name,
        )
    raise FormatError(
        "The state of {what} ends in {listed}; {known} are computed.",
        what=what,
        listed=_listed(functions),
        known=", ".join((*STATE, "hardsigmoid")),
    )


def _named(function: Function) -> str | None:
    """What a function of a state is called here; None where there is none that computes it."""
    name, *given = function
    if name == "hardsigmoid":
        return _hard(function)
    if name not in STATE:
        return None
    numbers = [_plain(one) for one in given if one is not None]
    if len(numbers) != len(FAMILIES[STATE[name]].parameters):
        return None
    found = named(STATE[name], *numbers)
    found = "linear" if found == "affine" else found
    return found if end_of(found) is not None else None


def _hard(function: Function) -> str | None:
    name, alpha, beta = function
    if name != "hardsigmoid" or alpha is None or beta is None or abs(beta - MIDDLE) >= CLOSE:
        return None
    for known, slope in HARD_SLOPES.items():
        if abs(alpha - slope) < CLOSE:
            return known
    found = named("hard_sigmoid", _plain(alpha))
    return found if end_of(found) is not None else None


def _plain(number: float) -> float:
    """A number of a file, where it is a float32: 0.2 and not 0.200000003."""
    return float(str(np.float32(number)))


def _listed(functions: Sequence[Function]) -> str:
    """Functions with their parameters, as an error shows them."""
    texts = []
    for name, *parameters in functions:
        numbers = [f"{number:.7g}" for number in parameters if number is not None]
        texts.append(f"{name[:30]}({', '.join(numbers)})" if numbers else name[:30])
    return ", ".join(texts)
