"""One recurrent layer as the config of a Keras model describes it: what it computes, by name.

Only what is computed here exactly is taken; every other activation or option is refused by name.
Keras 1 calls units `output_dim` and recurrent_activation `inner_activation`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core import fields
from gru_core.conventions import Cell
from gru_core.ends import end_of, named
from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_UNITS
from gru_core.formats.model import Answers
from gru_core.words import article

LAYERS: Final[Mapping[str, Cell]] = MappingProxyType(
    {"GRU": "gru", "LSTM": "lstm", "SimpleRNN": "rnn", "CuDNNGRU": "gru", "CuDNNLSTM": "lstm"}
)
CELLS: Final[Mapping[str, Cell]] = MappingProxyType(
    {"GRUCell": "gru", "LSTMCell": "lstm", "SimpleRNNCell": "rnn"}
)
# Layers for graphics cards of Keras 2: one activation each, and weights laid out as cuDNN does.
CUDNN: Final = ("CuDNNGRU", "CuDNNLSTM")
STATE_ACTIVATIONS: Final[Mapping[object, str]] = MappingProxyType(
    {
        **{name: name for name in ("tanh", "relu", "relu6", "elu", "selu", "linear")},
        **{name: name for name in ("softsign", "softplus", "sigmoid")},
        None: "linear",
        "leaky_relu": "leaky_relu(0.2)",  # ONNX and PyTorch have 0.01 where nothing is said
    }
)
# Layers that stand in the place of a function's name: what it is called here, the fields of its
# parameter in Keras 3 and before, and what that is if not told otherwise.
FUNCTION_LAYERS: Final[Mapping[str, tuple[str, tuple[str, ...], float]]] = MappingProxyType(
    {
        "LeakyReLU": ("leaky_relu", ("negative_slope", "alpha"), 0.3),
        "ELU": ("elu", ("alpha",), 1.0),
    }
)
# Keras 3 gave an old name a new slope.
HARD_SIGMOID: Final[Mapping[int, str]] = MappingProxyType(
    {1: "hard_sigmoid", 2: "hard_sigmoid", 3: "hard_sigmoid_sixth"}
)
KERAS: Final = ("keras", "tf_keras", "tensorflow")  # the modules that are Keras's own


@dataclass(frozen=True)
class CellConfig:
    """What is known of one cell before its weights are read."""

    layer: str  # the path of its layer, for errors
    name: str  # its own
    cell: Cell
    units: int
    biases: bool
    cudnn: bool = False
    says: Answers = field(default_factory=dict)  # without `backward`, which is of the layer


def cell_config(layer: str, node: Mapping[str, Any], major: int) -> CellConfig:
    """What a node of the config says of a layer or a cell. major: the version of Keras, 1 to 3.

    node: with a class_name of LAYERS or CELLS. Errors: FormatError and TextError naming the layer.
    """
    class_name, config = node["class_name"], node["config"]
    check_own(layer, node)
    cell = LAYERS.get(class_name) or CELLS[class_name]
    units = config.get("units", config.get("output_dim"))
    cudnn = class_name in CUDNN
    return CellConfig(
        layer=layer,
        name=str(config.get("name", "")),
        cell=cell,
        units=fields.whole(f"{layer}.units", units, 1, MAX_UNITS),
        biases=fields.flag(f"{layer}.use_bias", config.get("use_bias", True)),
        cudnn=cudnn,
        says=cudnn_says(cell) if cudnn else _said(layer, cell, config, major),
    )


def cudnn_says(cell: Cell) -> dict[str, str]:
    """What a layer for cuDNN computes; it has no options."""
    says = {"gate_activation": "sigmoid", "state_activation": "tanh"}
    return says | {"reset_after": "true"} if cell == "gru" else says


def check_own(layer: str, node: Mapping[str, Any]) -> None:
    """Raise FormatError for a class of the author's own, and for weights in few bits."""
    module, registered = node.get("module"), node.get("registered_name")
    own = isinstance(module, str) and module.partition(".")[0] not in KERAS
    if own or registered not in (None, node["class_name"]):
        raise FormatError(
            "{layer} is {a} {node} of the author's own ({registered}); what it computes is not "
            "in the file: only layers of Keras itself are read.",
            layer=layer,
            a=article(str(node["class_name"])),
            node=shown(node["class_name"]),
            registered=shown(registered or module),
        )
    policy = policy_of(node["config"])
    if policy.startswith(("int", "float8")):
        raise FormatError(
            "{layer} is quantized ({policy}); weights are read as floating-point numbers: save "
            "the model before quantizing it.",
            layer=layer,
            policy=shown(policy),
        )


def policy_of(config: Mapping[str, Any]) -> str:
    """In which numbers a layer computes, such as float32 or mixed_float16."""
    dtype = config.get("dtype")
    if isinstance(dtype, dict) and isinstance(dtype.get("config"), dict):
        dtype = dtype["config"].get("name") or dtype["config"].get("mode")
    return dtype if isinstance(dtype, str) else "float32"


def _said(layer: str, cell: Cell, config: Mapping[str, Any], major: int) -> dict[str, str]:
    says: dict[str, str] = {}
    if "activation" in config:
        says["state_activation"] = _state_activation(layer, config["activation"], major)
    gate = config.get("recurrent_activation", config.get("inner_activation"))
    if cell != "rnn" and ("recurrent_activation" in config or "inner_activation" in config):
        says["gate_activation"] = _gate_activation(layer, gate, major)
    if cell == "gru" and "reset_after" in config:
        after = fields.flag(f"{layer}.reset_after", config["reset_after"])
        says["reset_after"] = "true" if after else "false"
    elif cell == "gru" and major < 3:  # from before there was a choice
        says["reset_after"] = "false"
    return says


def _state_activation(layer: str, value: object, major: int) -> str:
    known = {**STATE_ACTIVATIONS, "hard_sigmoid": HARD_SIGMOID[major]}
    if isinstance(value, str | None) and value in known:
        return known[value]
    found = function_of_layer(value) if isinstance(value, dict) else None
    if found is not None:
        return found
    raise _unknown(layer, "activation", value, ", ".join(sorted(filter(None, map(_text, known)))))


def _text(name: object) -> str:
    return name if isinstance(name, str) else ""


def function_of_layer(node: Mapping[str, Any]) -> str | None:
    """The function of a layer of Keras itself that stands in its place; None for another."""
    config, module = node.get("config"), node.get("module")
    layer = FUNCTION_LAYERS.get(str(node.get("class_name")))
    own = isinstance(module, str) and module.partition(".")[0] not in KERAS
    if layer is None or own or not isinstance(config, dict):
        return None
    family, names, usual = layer
    given = next((config[name] for name in names if name in config), usual)
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    found = named(
        family, float(str(np.float32(given)))
    )  # 0.3, and not 0.300000012 as a file has it
    return found if end_of(found) is not None else None


def _gate_activation(layer: str, value: object, major: int) -> str:
    if value == "sigmoid":
        return "sigmoid"
    if value == "hard_sigmoid":
        return HARD_SIGMOID[major]
    raise FormatError(
        "{layer} has the recurrent_activation {got}; gates of sigmoid and hard_sigmoid are "
        "computed: what is told of a gate, such as how much it keeps, is true of these alone.",
        layer=layer,
        got=_got(value),
    )


def _unknown(layer: str, field: str, value: object, known: str) -> FormatError:
    return FormatError(
        "{layer} has the {field} {got}; {known} are computed: this layer cannot be shown exactly.",
        layer=layer,
        field=field,
        got=_got(value),
        known=known,
    )


def _got(value: object) -> str:
    """A function as the config names it."""
    if isinstance(value, dict):  # a function that has no name in Keras
        config = value.get("config")
        named_so = config if isinstance(config, str) else None
        value = named_so or value.get("registered_name") or value.get("class_name")
    return "linear (None)" if value is None else shown(value)
