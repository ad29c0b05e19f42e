"""What one Keras layer computes that is not recurrent: its kind, arrays and numbers.

None where it does so in a form that is not known here, or on other axes than those of a step.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import read_only
from gru_core.ends import end_of, named
from gru_core.formats.keras.calls import Call
from gru_core.formats.keras.cell import (
    FUNCTION_LAYERS,
    HARD_SIGMOID,
    STATE_ACTIVATIONS,
    function_of_layer,
    policy_of,
)
from gru_core.formats.keras.variables import Variables
from gru_core.formats.whole.functions import function_called

Settings: TypeAlias = dict[str, Any]  # of a Piece, without its name and what it reads
Values: TypeAlias = npt.NDArray[Any]
_LEAST_SPREAD: Final = 1e-7  # keras.config.epsilon(), below which Normalization does not divide
ACTIVATIONS: Final = ("Activation", "ReLU", "Softmax", *FUNCTION_LAYERS)  # layers of one function


def batch_norm(call: Call, variables: Variables) -> Settings | None:
    """At inference: by the means and variances that it has kept."""
    config = call.config
    found = variables(call.layer, call.place, "BatchNormalization", _has(config))
    epsilon = number(config.get("epsilon", 1e-3))
    if found is None or epsilon is None or "moving_variance" not in found:
        return None
    wide = {part: one.astype(np.float64) for part, one in found.items()}
    w = wide.get("gamma", np.ones(1)) / np.sqrt(wide["moving_variance"] + epsilon)
    return _scale(w, wide.get("beta", np.zeros(1)) - wide["moving_mean"] * w)


def layer_norm(call: Call, variables: Variables) -> Settings | None:
    """Over the numbers of a step; without gamma or beta, these are ones and zeros."""
    config, has = call.config, _has(call.config)
    epsilon = number(config.get("epsilon", 1e-3))
    found = variables(call.layer, call.place, "LayerNormalization", has)
    if found is None or epsilon is None or config.get("rms_scaling"):
        return None
    like = next(iter(found.values()), np.ones(1, np.float32))
    arrays = {
        "w": found.get("gamma", read_only(np.ones_like(like))),
        "b": found.get("beta", read_only(np.zeros_like(like))),
    }
    return {"kind": "norm", "arrays": arrays, "numbers": {"epsilon": epsilon}}


def normalization(call: Call, variables: Variables) -> Settings | None:
    """By the means and variances of what it has been adapted to, or that it was given."""
    config = call.config
    parts = ("mean", "variance")
    if config.get("mean") is None:
        found = variables(call.layer, call.place, "Normalization", {})
        given = [] if found is None else [found[part].astype(np.float64) for part in parts]
    else:
        given = _given(config, parts)
    if len(given) < len(parts) or max(one.ndim for one in given) > 1:
        return None
    mean, variance = given
    spread = np.maximum(np.sqrt(variance), _LEAST_SPREAD)
    if config.get("invert") is True:
        return _scale(spread, mean)
    return _scale(1 / spread, -mean / spread)


def rescaling(call: Call, _variables: Variables) -> Settings | None:
    """By the scale and the offset of its config."""
    given = _given({"offset": 0.0, **call.config}, ("scale", "offset"))
    return _scale(*given) if len(given) == 2 else None


def activation(call: Call, major: int) -> str | None:
    """What a layer of ACTIVATIONS computes; None for what is not known. major: of Keras."""
    config = call.config
    if call.class_name in FUNCTION_LAYERS:
        return function_of({"class_name": call.class_name, "config": config}, major)
    if call.class_name == "ReLU":
        return _relu(config)
    if call.class_name == "Softmax":
        return "softmax" if config.get("axis", -1) == -1 else None
    return None if config.get("activation") is None else function_of(config["activation"], major)


def function_of(said: object, major: int) -> str | None:
    """The function of a name in Keras, or of a layer in its place; None for another."""
    if said is None:
        return "linear"
    if isinstance(said, dict):
        return function_of_layer(said)
    if said == "hard_sigmoid":
        return HARD_SIGMOID[major]
    if said == "leaky_relu":
        return STATE_ACTIVATIONS[said]
    return said if isinstance(said, str) and function_called(said) is not None else None


def leak(call: Call, variables: Variables) -> Settings | None:
    """PReLU: a slope below 0 for each number of a step, the same at every step."""
    found = variables(call.layer, call.place, "PReLU", {})
    if found is None:
        return None
    w = found["alpha"]
    if w.ndim == 2 and len(w) == 1:  # the axis of the steps is shared
        return {"kind": "leak", "arrays": {"w": w[0]}}
    # Of one step, where it does not say that it is shared, it may be of the only feature.
    return {"kind": "leak", "arrays": {"w": w}, "flat": True} if w.ndim == 1 else None


def _relu(config: Mapping[str, Any]) -> str | None:
    """The function of a ReLU layer; None for a threshold, and for a slope with an end."""
    most, slope = config.get("max_value"), config.get("negative_slope") or 0.0
    if config.get("threshold") or number(slope) is None:
        return None
    if most is not None:
        return "relu6" if most == 6 and not slope else None
    found = named("leaky_relu", float(str(np.float32(slope)))) if slope else "relu"
    return found if end_of(found) is not None else None


def is_one_number(made: Settings) -> bool:
    """Whether each number of a step is treated alike."""
    return bool(made["kind"] == "scale" and len(made["arrays"]["w"]) == 1)


def is_own(call: Call) -> bool:
    """Whether a layer is of Keras itself, and not in a few bits."""
    return call.own and not policy_of(call.config).startswith(("int", "float8"))


def number(value: object) -> float | None:
    """A number of a config; None for anything else."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else None  # type: ignore[arg-type]


def _has(config: Mapping[str, Any]) -> dict[str, bool]:
    return {
        "gamma": config.get("scale", True) is True,
        "beta": config.get("center", True) is True,
    }


def _scale(w: Values, b: Values) -> Settings | None:
    """In float64: what is subtracted may be far larger than what is left."""
    wide = [np.array(one, np.float64) for one in np.broadcast_arrays(np.atleast_1d(w), b)]
    if wide[0].ndim != 1 or not all(np.isfinite(one).all() for one in wide):
        return None
    w, b = map(read_only, wide)
    return {"kind": "scale", "arrays": {"w": w, "b": b}}


def _given(config: Mapping[str, Any], names: Sequence[str]) -> list[Values]:
    """Numbers of a config in the precision of its layer, as float64; those that are none left out.

    Each one number, (), or one for each feature.
    """
    found = []
    for name in names:
        value = config.get(name)
        if isinstance(value, dict) and value.get("class_name") == "__numpy__":
            inner = value.get("config")
            value = inner.get("value") if isinstance(inner, dict) else None
        listed = value if isinstance(value, list) else [value]
        if listed and all(number(one) is not None for one in listed):
            made = np.array(value, np.float64)
            wide = policy_of(config) == "float64"
            found.append(made if wide else made.astype(np.float32).astype(np.float64))
    return found


Maker: TypeAlias = Callable[[Call, Variables], Settings | None]
LEAVING_STEPS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "BatchNormalization": batch_norm,
        "LayerNormalization": layer_norm,
        "Normalization": normalization,
        "PReLU": leak,
        "Rescaling": rescaling,
    }
)
