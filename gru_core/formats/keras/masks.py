"""Which steps a Keras model leaves out: Masking, mask_zero of an Embedding, a mask given.

Keras repeats the state at a masked step. Where a Masking stands right before a layer, its steps are
found in the layer's input. How a mask travels further depends on each layer and on the version of
Keras: every other recurrent layer of the model is taken to get one, and is run for somebody who
says which steps it masks. Keras 3 hands a mask on to a layer that is called with one tensor, so not
to one that is called with its first state too, unless the call names a mask.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gru_core.errors import shown
from gru_core.formats.keras.config import children
from gru_core.formats.keras.notes import state_sources
from gru_core.words import Said, listed

NOTE: Final = (
    "The model leaves out steps that are padding ({where}): the state goes past them unchanged."
)
UNMASKED: Final = (
    "The model leaves out steps that are padding ({where}), but not in this layer: Keras 3 applies "
    "no mask to a layer that is called with its first state."
)
PASSING: Final = frozenset({"Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout"})
MAX_NAMES: Final = 3


@dataclass(frozen=True)
class Masks:
    """What makes masks in a model."""

    made_by: tuple[str, ...] = ()  # in words
    values: Mapping[str, float] = field(default_factory=dict)  # of a Masking right before a layer
    unmasked: frozenset[str] = frozenset()  # layers that get none, by their paths

    def notes(self, path: str) -> tuple[str, ...]:
        """What to say of a recurrent layer of the model."""
        if not self.made_by:
            return ()
        note = UNMASKED if path in self.unmasked else NOTE
        return (Said(note, where=listed(self.made_by, MAX_NAMES)),)


def of_model(model: Mapping[str, Any], major: int = 3) -> Masks:
    """Every mask in a model. major: the version of Keras that wrote it."""
    made_by: list[str] = []
    unmasked: set[str] = set()
    values: dict[str, float] = {}
    todo: list[tuple[Any, tuple[str, ...]]] = [(model, ())]
    while todo:
        value, path = todo.pop()
        if isinstance(value, dict):
            made_by += _made_by(value)
            layers = _layers(value)
            if layers:
                path = (*path, *_inner_name(value, model))
                values |= {"/".join((*path, name)): v for name, v in _values(layers).items()}
                without = [one for one in layers if major == 3 and _is_without(one)]
                unmasked |= {"/".join((*path, _name(one))) for one in without}
        todo += [(inner, path) for inner in reversed(children(value))]
    values = {path: value for path, value in values.items() if path not in unmasked}
    return Masks(tuple(dict.fromkeys(made_by)), values, frozenset(unmasked))


def _is_without(node: Mapping[str, Any]) -> bool:
    """Whether Keras 3 gives a recurrent layer no mask: each call has a first state, and none."""
    calls = node.get("inbound_nodes")
    if not isinstance(calls, list) or not calls or _is_given(calls):
        return False
    return all(state_sources([one]) for one in calls)


def _made_by(node: Mapping[str, Any]) -> list[str]:
    """What in a node makes a mask: the layer itself, and a mask that a call of it is given."""
    config = _config(node)
    name = shown(config.get("name") or node.get("name") or node.get("class_name"))
    found: list[str] = []
    if node.get("class_name") == "Masking":
        found.append(f"Masking {name}")
    if config.get("mask_zero") is True:
        kind = str(node.get("class_name"))[:40]
        found.append(Said("{kind} {name} with mask_zero", kind=kind, name=name))
    if _is_given(node.get("inbound_nodes")):
        found.append(Said("a mask that {name} is given", name=name))
    return found


def _is_given(calls: object) -> bool:
    """Whether a call gives a layer a mask of its own, as any version of Keras writes it."""
    todo = [calls]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            args = value.get("args")
            third = args[2] if isinstance(args, list) and len(args) > 2 else None
            if value.get("mask") is not None or (third is not None and "kwargs" in value):
                return True
            if value.get("class_name") == "__keras_tensor__":
                continue
        todo += children(value)
    return False


def _values(layers: list[Mapping[str, Any]]) -> dict[str, float]:
    """By the name of a layer the mask_value of the Masking that its input comes from directly."""
    by_name = {_name(layer): layer for layer in layers}
    before: dict[str, str | None] = {}
    for at, layer in enumerate(layers):
        if "inbound_nodes" in layer:
            before[_name(layer)] = _first_source(layer["inbound_nodes"])
        else:
            before[_name(layer)] = _name(layers[at - 1]) if at else None
    found = {}
    for name, layer in by_name.items():
        if _is_given(layer.get("inbound_nodes")):
            continue  # a mask of its own
        source = before[name]
        for _ in by_name:  # no further than there are layers
            if source not in by_name or by_name[source].get("class_name") not in PASSING:
                break
            source = before[source]
        masking = by_name.get(source or "", {})
        if masking.get("class_name") == "Masking":
            value = _config(masking).get("mask_value", 0.0)
            if isinstance(value, int | float):
                found[name] = float(value)
    return found


def _first_source(calls: object) -> str | None:
    """The layer whose output is the first tensor of the only call; None where there are several."""
    if not isinstance(calls, list) or len(calls) != 1:
        return None
    value: Any = calls
    while isinstance(value, list) and value:
        if isinstance(value[0], str):  # Keras 1 and 2: [name, node, tensor, options]
            return value[0]
        value = value[0]
        if isinstance(value, dict) and "args" in value:
            value = value["args"]
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        history = _config(value).get("keras_history")
        if isinstance(history, list) and history and isinstance(history[0], str):
            return history[0]
    return None


def _layers(node: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers of a model; of anything else none."""
    config = node.get("config")
    listed = config if isinstance(config, list) else _config(node).get("layers")
    if not isinstance(listed, list):
        return []
    return [one for one in listed if isinstance(one, dict) and isinstance(_name(one), str)]


def _inner_name(node: Mapping[str, Any], model: Mapping[str, Any]) -> tuple[str, ...]:
    return () if node is model else (_name(node),)


def _name(node: Mapping[str, Any]) -> str:
    name = _config(node).get("name") or node.get("name")
    return name if isinstance(name, str) else ""


def _config(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config")
    return config if isinstance(config, dict) else {}
