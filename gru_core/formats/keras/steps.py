"""What Keras layers compute that make other steps of the steps: their pieces, each on the last.

None where a layer does so in a form that is not known here, or on other axes than those of a step.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import read_only
from gru_core.formats.keras.calls import Call
from gru_core.formats.keras.settings import Settings
from gru_core.formats.keras.variables import Variables
from gru_core.formats.whole.pieces import MOST_STEPS, Kind

Values: TypeAlias = npt.NDArray[Any]
# What does nothing once a model is trained.
SAME: Final = frozenset(
    {"Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout"}
    | {"ActivityRegularization", "Identity"}
)
POOLS: Final[Mapping[str, Kind]] = {"GlobalAveragePooling1D": "mean", "GlobalMaxPooling1D": "max"}
MERGES: Final[Mapping[str, Kind]] = {
    "Concatenate": "join",
    "Add": "add",
    "Multiply": "multiply",
    "Average": "average",
    "Maximum": "largest",
    "Minimum": "least",
    "Subtract": "minus",
}
BY_MASK: Final = ("Multiply", "Maximum", "Minimum")  # which look at the masks of what they read
_POOLS: Final = {"MaxPooling1D": "max", "AveragePooling1D": "mean"}


def convolution(call: Call, variables: Variables) -> list[Settings] | None:
    """Conv1D, which has a kernel (step, feature in of a group, feature out)."""
    found, groups = _of(call, variables), _one(call.config.get("groups", 1))
    if found is None or not groups or found["kernel"].ndim != 3:
        return None
    made = _conv(call.config, found["kernel"].transpose(2, 1, 0), groups, found.get("bias"))
    return None if made is None else [made]


def depthwise(call: Call, variables: Variables) -> list[Settings] | None:
    """DepthwiseConv1D: some of its own for each feature, (step, feature, which)."""
    found = _of(call, variables)
    made = None if found is None else _deep(call.config, found["kernel"], found.get("bias"))
    return None if made is None else [made]


def separable(call: Call, variables: Variables) -> list[Settings] | None:
    """SeparableConv1D: one that is depthwise, and one of a single step on it."""
    found = _of(call, variables)
    if found is None or found["pointwise_kernel"].ndim != 3:
        return None
    deep = _deep(call.config, found["depthwise_kernel"], None)
    plain = {"padding": "valid"}
    over = _conv(plain, found["pointwise_kernel"].transpose(2, 1, 0), 1, found.get("bias"))
    return None if deep is None or over is None else [deep, over]


def transposed(call: Call, variables: Variables) -> list[Settings] | None:
    """Conv1DTranspose, whose kernel is (step, feature out, feature in)."""
    config, found = call.config, _of(call, variables)
    stride, dilation = (_one(config.get(part, 1)) for part in ("strides", "dilation_rate"))
    padding = config.get("padding", "valid")
    known = config.get("output_padding") is None and padding in ("valid", "same")
    if found is None or not (stride and dilation and known) or not _steps_first(config):
        return None
    kernel = found["kernel"]
    # Where both are more than one the frameworks below Keras do not agree.
    if kernel.ndim != 3 or len(kernel) > MOST_STEPS or (stride > 1 and dilation > 1):
        return None
    reach = dilation * (len(kernel) - 1) + 1
    over = max(reach - stride, 0)
    numbers = {"stride": stride, "dilation": dilation}
    numbers |= {"from": 0, "to": over} if padding == "valid" else {"from": over // 2, "to": 0}
    return [
        {
            "kind": "unconv",
            "arrays": _arrays(kernel.transpose(1, 2, 0), found.get("bias")),
            "numbers": _floats(numbers),
        }
    ]


def pooling(call: Call, _variables: Variables) -> list[Settings] | None:
    """The largest or the mean of some steps at a time."""
    config = call.config
    size = _one(config.get("pool_size", 2))
    stride = size if config.get("strides") is None else _one(config.get("strides"))
    padding = config.get("padding", "valid")
    if not (size and stride) or padding not in ("valid", "same") or not _steps_first(config):
        return None
    numbers = {"size": size, "stride": stride}
    numbers |= {"from": 0, "to": 0} if padding == "valid" else {}
    return [{"kind": "pool", "does": _POOLS[call.class_name], "numbers": _floats(numbers)}]


def stretched(call: Call, _variables: Variables) -> list[Settings] | None:
    """UpSampling1D."""
    size = _one(call.config.get("size", 2))
    return [{"kind": "stretch", "numbers": {"size": float(size)}}] if size else None


def ends(call: Call, _variables: Variables) -> list[Settings] | None:
    """ZeroPadding1D and Cropping1D."""
    kind, key = ("pad", "padding") if call.class_name == "ZeroPadding1D" else ("crop", "cropping")
    said = call.config.get(key, 1)
    both = said if isinstance(said, list) else [said, said]
    if len(both) == 1:
        both = both * 2
    if len(both) != 2 or not all(type(one) is int and 0 <= one <= MOST_STEPS for one in both):
        return None
    if not _steps_first(call.config):
        return None
    return [{"kind": kind, "numbers": {"from": float(both[0]), "to": float(both[1])}}]


def shape_after(config: Mapping[str, Any]) -> tuple[int, ...] | None:
    """What a Reshape makes of each sequence: its sizes, 0 for one that is as large as is left."""
    said = config.get("target_shape")
    if not isinstance(said, list) or not 1 <= len(said) <= 2 or said.count(-1) > 1:
        return None
    if not all(type(one) is int and (one == -1 or 1 <= one <= MOST_STEPS) for one in said):
        return None
    return tuple(max(one, 0) for one in said)


def _of(call: Call, variables: Variables) -> Mapping[str, Values] | None:
    has = {"bias": call.config.get("use_bias", True) is True}
    return variables(call.layer, call.place, call.class_name, has)


def _deep(config: Mapping[str, Any], kernel: Values, bias: Values | None) -> Settings | None:
    """kernel: (step, feature in, which): the outputs of a feature stand side by side."""
    if kernel.ndim != 3:
        return None
    steps, inputs, each = kernel.shape
    w = kernel.reshape(steps, 1, inputs * each).transpose(2, 1, 0)
    return _conv(config, w, inputs, bias)


def _conv(
    config: Mapping[str, Any], w: Values, groups: int, bias: Values | None
) -> Settings | None:
    """w: (feature out, feature in of a group, step)."""
    stride, dilation = (_one(config.get(part, 1)) for part in ("strides", "dilation_rate"))
    padding = config.get("padding", "valid")
    if not (stride and dilation) or not _steps_first(config):
        return None
    reach = dilation * (w.shape[2] - 1)
    if padding not in ("valid", "same", "causal") or reach > MOST_STEPS or w.shape[0] % groups:
        return None
    numbers = {"stride": stride, "dilation": dilation, "groups": groups}
    if padding != "same":
        numbers |= {"from": reach if padding == "causal" else 0, "to": 0}
    return {"kind": "conv", "arrays": _arrays(w, bias), "numbers": _floats(numbers)}


def _arrays(w: Values, bias: Values | None) -> dict[str, Values]:
    made = {"w": read_only(np.ascontiguousarray(w))}
    return made if bias is None else made | {"b": bias}


def _steps_first(config: Mapping[str, Any]) -> bool:
    return config.get("data_format") in (None, "channels_last")


def _one(value: object) -> int:
    """The only number of an axis, from 1 to MOST_STEPS; 0 for what is none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if type(value) is int and 1 <= value <= MOST_STEPS else 0


def _floats(numbers: Mapping[str, int]) -> dict[str, float]:
    return {key: float(value) for key, value in numbers.items()}


Maker: TypeAlias = Callable[[Call, Variables], list[Settings] | None]
WINDOWS: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "Conv1D": convolution,
        "DepthwiseConv1D": depthwise,
        "SeparableConv1D": separable,
        "Conv1DTranspose": transposed,
        "UpSampling1D": stretched,
        **dict.fromkeys(("ZeroPadding1D", "Cropping1D"), ends),
        **dict.fromkeys(_POOLS, pooling),
    }
)
