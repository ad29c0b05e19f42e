"""How the layers of a Keras model read one another, by its config: nothing is built or run."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from gru_core.formats.keras.cell import KERAS, LAYERS
from gru_core.formats.keras.config import children


class Tensor(NamedTuple):
    """An output of a layer."""

    layer: str
    at: int = 0  # which of its outputs


@dataclass(frozen=True)
class Call:
    """A layer with the only call of it, in the order of the config."""

    name: str
    class_name: str
    config: Mapping[str, Any]
    place: str  # the group in which Keras 3 keeps its variables
    reads: tuple[Tensor, ...]  # what it is called with, the states of a recurrent layer left out
    starts: tuple[Tensor, ...] = ()
    mask: Tensor | None = None
    constants: tuple[Any, ...] = ()  # numbers among what it is called with
    own: bool = True  # whether its class is of Keras itself


class Outputs(NamedTuple):
    """The calls of a model, and what it gives."""

    calls: tuple[Call, ...]
    output: Tensor | None  # None for several


def calls_of(model: Mapping[str, Any], places: Mapping[str, str]) -> Outputs | None:
    """The calls of a Sequential or functional model; None for another, or one called twice.

    places: by the name of a layer the group of its variables.
    """
    nodes = model["config"].get("layers")
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        return None
    named = [(_name(node), node) for node in nodes]
    if len({name for name, _ in named}) < len(named):
        return None
    if all("inbound_nodes" not in node for node in nodes):
        calls = _one_on_another(named, places)
        return Outputs(calls, Tensor(calls[-1].name) if calls else None)
    made = []
    for name, node in named:
        found = node.get("inbound_nodes")
        if not isinstance(found, list) or len(found) > 1:
            return None
        made.append(_call(name, node, places, found))
    return Outputs(tuple(made), _only_output(model["config"].get("output_layers")))


def input_of(calls: Collection[Call]) -> str | None:
    """The only input that leads to recurrent layers as a sequence; None for several.

    Empty where the model has no layer for its input.
    """
    inputs = [one.name for one in calls if one.class_name == "InputLayer"]
    if len(inputs) <= 1:
        return inputs[0] if inputs else ""
    by_name = {one.name: one for one in calls}
    ends: set[str] = set()
    for call in calls:
        if not is_recurrent(call):
            continue
        name = call.name
        for _ in by_name:
            reads = by_name[name].reads if name in by_name else ()
            if not reads:
                break
            name = reads[0].layer
        ends.add(name)
    return next(iter(ends)) if len(ends) == 1 else None


def is_recurrent(call: Call) -> bool:
    """Whether a layer is a recurrent one of Keras."""
    return call.class_name in (*LAYERS, "RNN", "Bidirectional")


def shape_of(config: Mapping[str, Any]) -> list[Any]:
    """The axes of an input, as any version of Keras calls them."""
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    return shape if isinstance(shape, list) else []


def _one_on_another(
    named: list[tuple[str, Mapping[str, Any]]], places: Mapping[str, str]
) -> tuple[Call, ...]:
    made: list[Call] = []
    for name, node in named:
        reads = (Tensor(made[-1].name),) if made else ()
        config = _config(node)
        kind, place = str(node.get("class_name")), places.get(name, "")
        made.append(Call(name, kind, config, place, reads, own=_is_own(node)))
    return tuple(made)


def _call(name: str, node: Mapping[str, Any], places: Mapping[str, str], calls: list[Any]) -> Call:
    config = _config(node)
    found: list[Any] = []
    kwargs: Mapping[str, Any] = {}
    if calls and isinstance(calls[0], dict):  # Keras 3
        args = calls[0].get("args")
        found = args if isinstance(args, list) else []
        said = calls[0].get("kwargs")
        kwargs = said if isinstance(said, dict) else {}
    elif calls:  # Keras 1 and 2: [[name, node, tensor, options], …]
        one = calls[0]
        listed = [one] if one and isinstance(one[0], str) else one
        found = [[*listed]] if isinstance(listed, list) else []
        options = [part for entry in listed for part in children(entry) if isinstance(part, dict)]
        kwargs = options[0] if options else {}
    reads = [*tensors(found[:1])]
    # RNN.call takes (sequences, initial_state, mask); a first argument may list the states too.
    recurrent = "units" in config and ("go_backwards" in config or "recurrent_activation" in config)
    recurrent = recurrent or node.get("class_name") in ("Bidirectional", "RNN")
    starts = [*reads[1:]] if recurrent else []
    others = [*tensors(found[1:])]
    if recurrent:
        starts += [*tensors(found[1:2]), *tensors(kwargs.get("initial_state"))]
        reads = reads[:1]
    else:
        reads += others
    third = [*tensors(found[2:3])] if recurrent else []
    masks = [*third, *tensors(kwargs.get("mask"))]
    constants = tuple(
        one for one in found if isinstance(one, int | float) and not isinstance(one, bool)
    )
    return Call(
        *(name, str(node.get("class_name")), config, places.get(name, "")),
        tuple(reads),
        tuple(starts),
        masks[0] if masks else None,
        constants,
        _is_own(node),
    )


def tensors(value: object) -> Iterator[Tensor]:
    """Every tensor in a value, in order, as any version of Keras writes them."""
    if isinstance(value, dict):
        if value.get("class_name") == "__keras_tensor__":
            config = value.get("config")
            history = config.get("keras_history") if isinstance(config, dict) else None
            yield from _tensor(history)
            return
        yield from (one for inner in value.values() for one in tensors(inner))
    elif isinstance(value, list):
        if value and isinstance(value[0], str):
            yield from _tensor(value)
        else:
            yield from (one for inner in value for one in tensors(inner))


def _tensor(history: object) -> Iterator[Tensor]:
    """[layer, node, tensor]: which call it is of is known, as there is one."""
    if (
        isinstance(history, list)
        and len(history) >= 3
        and isinstance(history[0], str)
        and type(history[2]) is int
    ):
        yield Tensor(history[0], history[2])


def _only_output(value: object) -> Tensor | None:
    found = [*tensors(value)]
    return found[0] if len(found) == 1 else None


def _is_own(node: Mapping[str, Any]) -> bool:
    module, registered = node.get("module"), node.get("registered_name")
    known = module is None or (isinstance(module, str) and module.partition(".")[0] in KERAS)
    return known and registered in (None, node.get("class_name"))


def _config(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config")
    return config if isinstance(config, dict) else {}


def _name(node: Mapping[str, Any]) -> str:
    config = node.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    return str(name or node.get("name") or "")
