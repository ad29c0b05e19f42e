"""What a reader of a Keras model should know, though it does not change how a layer is computed."""

from collections.abc import Mapping
from typing import Any, Final

from gru_core.formats.keras.cell import KERAS, policy_of
from gru_core.formats.keras.code import LAMBDA
from gru_core.formats.keras.config import children

_MASKED: Final = (
    "The model leaves out steps that are padding (Masking, or mask_zero of an Embedding); here "
    "every step given is computed: give no padding."
)
_STATEFUL: Final = (
    "In Keras the state is kept from one call to the next (stateful); here a run starts from "
    "zeros, or from the state you give."
)
_GIVEN: Final = (
    "In its model the state before the first step comes from another layer; here it is zeros, or "
    "what you give."
)
_TIME_MAJOR: Final = "In Keras the axes of its input are (step, batch, input): time_major."
_OLD_SIGMOID: Final = (
    "The gates end in the hard_sigmoid of Keras 1 and 2, clip(0.2 a + 0.5, 0, 1), as this file was "
    "trained; Keras 3 would run it with another one, clip(a / 6 + 0.5, 0, 1)."
)
_MAX_NAMES: Final = 5


def of_layer(node: Mapping[str, Any], recurrent: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on one layer. node: in its model; recurrent: itself, or what Bidirectional wraps."""
    config = recurrent["config"]
    policy = policy_of(config)
    half = policy.endswith("float16")
    said = {
        _STATEFUL: config.get("stateful") is True,
        _GIVEN: _given_a_state(node.get("inbound_nodes")),
        _TIME_MAJOR: config.get("time_major") is True,
        f"Keras computes this layer in {policy.removeprefix('mixed_')[:20]}, here in float32, so "
        "the last digits differ.": half,
    }
    return tuple(note for note, true in said.items() if true)


def of_gates(gate_activation: str | None) -> tuple[str, ...]:
    """A note on what the gates end in, if Keras 3 would compute something else."""
    return (_OLD_SIGMOID,) if gate_activation == "hard_sigmoid" else ()


def of_masks(model: Mapping[str, Any]) -> tuple[str, ...]:
    """A note on every layer of a model in which steps may be left out."""
    nodes = _nodes(model)
    masked = any(
        node.get("class_name") == "Masking" or _config(node).get("mask_zero") is True
        for node in nodes
    )
    return (_MASKED,) if masked else ()


def of_model(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on what is in a model beside its recurrent layers."""
    nodes, notes = _nodes(model), []
    functions = [_named(node) for node in nodes if node.get("class_name") == LAMBDA]
    own = [_named(node) for node in nodes if _is_own(node)]
    other = [_named(node) for node in nodes if str(node.get("class_name")).startswith("ConvLSTM")]
    if functions:
        notes.append(f"Lambda layers are stepped over: {_list(functions)}.")
    if own:
        notes.append(f"Layers of the author's own are stepped over: {_list(own)}.")
    if other:
        notes.append(f"Convolutional recurrent layers are not shown: {_list(other)}.")
    return tuple(notes)


def classes(model: Mapping[str, Any]) -> set[str]:
    """The kinds of the layers in a model."""
    named = [str(node["class_name"]) for node in _nodes(model)[1:] if "name" in _config(node)]
    return {name for name in named if not name.endswith("Policy")}


def _given_a_state(nodes: object) -> bool:
    """Whether a layer is called with more than one tensor; the others are its first states."""
    if not isinstance(nodes, list):
        return False
    return any(
        len(_tensors(node)) > 1  # Keras 3
        or (isinstance(node, list) and len(node) > 1)  # Keras 1 and 2
        or any(_is_given(part) for call in children(node) for part in children(call))
        for node in nodes
    )


def _is_given(part: object) -> bool:
    """Whether the options of a call, as Keras 2 writes them, hold a first state."""
    return isinstance(part, dict) and part.get("initial_state") is not None


def _tensors(value: object) -> list[Any]:
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        return [value]
    return [tensor for inner in children(value) for tensor in _tensors(inner)]


def _nodes(model: object) -> list[dict[str, Any]]:
    """Everything in a config that has a class, the outermost first."""
    found, level = [], [model]
    while level:
        found += [value for value in level if isinstance(value, dict) and "class_name" in value]
        level = [inner for value in level for inner in children(value)]
    return found


def _config(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config")
    return config if isinstance(config, dict) else {}


def _is_own(node: Mapping[str, Any]) -> bool:
    module = node.get("module")
    is_layer = "name" in _config(node)
    return is_layer and isinstance(module, str) and module.partition(".")[0] not in KERAS


def _named(node: Mapping[str, Any]) -> str:
    return str(_config(node).get("name", "without a name"))[:60]


def _list(names: list[str]) -> str:
    more = len(names) - _MAX_NAMES
    return ", ".join(names[:_MAX_NAMES]) + (f" and {more} more" if more > 0 else "")
