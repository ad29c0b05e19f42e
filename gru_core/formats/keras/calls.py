"""How the layers of a Keras model read one another, by its config: nothing is built or run."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from gru_core.formats.keras.cell import KERAS, LAYERS
from gru_core.formats.keras.config import children

MODELS: Final = ("Sequential", "Functional", "Model")
RECURRENT: Final = (*LAYERS, "RNN", "Bidirectional")
MOST_CALLS: Final = 1000  # of one layer
GIVEN: Final = ""  # no class: what a model in a model is called with, and its mask


class Tensor(NamedTuple):
    """An output of a layer."""

    layer: str
    at: int = 0  # which of its outputs
    call: int = 0  # of which call, as a config has it; 0 once that stands in the name of the layer


@dataclass(frozen=True)
class Call:
    """A layer and one call of it, in the order of the config."""

    name: str  # of the layer, from its second call on with a number
    class_name: str
    config: Mapping[str, Any]
    place: str  # the group in which Keras 3 keeps its variables
    reads: tuple[Tensor, ...]  # what it is called with, the states of a recurrent layer left out
    starts: tuple[Tensor, ...] = ()
    mask: Tensor | None = None
    constants: tuple[Any, ...] = ()  # numbers among what it is called with
    own: bool = True  # whether its class is of Keras itself
    layer: str = ""  # the name of the layer, which several calls may share


class Outputs(NamedTuple):
    """The calls of a model, and what it gives."""

    calls: tuple[Call, ...]
    output: Tensor | None  # None for several


def calls_of(model: Mapping[str, Any], places: Mapping[str, str]) -> Outputs | None:
    """The calls of a Sequential or functional model; None for another.

    A model in it is left out: its layers take its place, as gru or inner/gru, and what it is called
    with that of its inputs. So is a layer that is called several times: nothing is known of it.
    places: by the path of a layer the group of its variables.
    """
    flat = _Flat(places)
    if not flat.take(model, ""):
        return None
    output = flat.outputs.get("", ())
    return Outputs(tuple(flat.calls), output[0] if len(output) == 1 else None)


class _Flat:
    """Takes the layers of a model, and of every model in it, one after the other."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.calls: list[Call] = []
        self.outputs: dict[str, tuple[Tensor, ...]] = {}  # of a model, by its path
        self._places = places
        self._again: dict[str, int] = {}  # how often a layer is called that is called again

    def take(self, model: Mapping[str, Any], path: str, reads: tuple[Tensor, ...] = ()) -> bool:
        """Whether it is a model whose layers are known. reads: what it is called with."""
        nodes = _listed(model)
        if nodes is None or len({_name(node) for node in nodes}) < len(nodes):
            return False
        config, inputs = _config(model), [*reads]
        if any("inbound_nodes" in node for node in nodes):
            self._count(nodes, path)
            named = [self._at(one, path) for one in tensors(config.get("input_layers"))]
            if path and (len(named) != len(reads) or isinstance(config["input_layers"], dict)):
                return False
            for inner, outer in zip(named, inputs, strict=False):
                self.outputs[inner.layer] = (outer,)
            made = [self._one(node, path) for node in nodes]
            given = config.get("output_layers")
            found = () if isinstance(given, dict) else tuple(tensors(given))
            self.outputs[path] = tuple(self._at(one, path) for one in found)
            return any(made)
        below = tuple(inputs[:1])
        for node in nodes:
            name = f"{path}{_name(node)}"
            if path and node.get("class_name") == "InputLayer":
                continue
            self._call(node, path, [], below)
            below = (self._of(Tensor(name)),)
        self.outputs[path] = below
        return len(inputs) <= 1

    def _count(self, nodes: list[Mapping[str, Any]], path: str) -> None:
        """Note the layers that are called several times, each with a name of its own."""
        names = {_name(node) for node in nodes}
        for node in nodes:
            calls, name = node.get("inbound_nodes"), _name(node)
            several = isinstance(calls, list) and 1 < len(calls) <= MOST_CALLS
            if not several or node.get("class_name") in (*MODELS, "InputLayer", *RECURRENT):
                continue
            if not any(again(name, at) in names for at in range(1, len(calls or ()))):
                self._again[f"{path}{name}"] = len(calls or ())

    def _one(self, node: Mapping[str, Any], path: str) -> bool:
        """Whether it is known how a layer is called, with what is then known of it."""
        calls = node.get("inbound_nodes")
        if path and node.get("class_name") == "InputLayer":
            return True
        known = isinstance(calls, list) and len(calls) == self._again.get(
            f"{path}{_name(node)}", min(len(calls), 1)
        )
        if not isinstance(calls, list) or not known:
            return False
        for at in range(max(len(calls), 1)):
            self._call(node, path, calls[at : at + 1], None, at)
        return True

    def _call(
        self,
        node: Mapping[str, Any],
        path: str,
        calls: list[Any],
        below: tuple[Tensor, ...] | None,
        at: int = 0,
    ) -> None:
        name = f"{path}{_name(node)}"
        made = _call(name, node, self._places, calls)
        if at:
            name = again(name, at)
            made = replace(made, name=name)
        if below is not None:
            made = replace(made, reads=below)
        else:
            made = replace(
                made,
                reads=tuple(self._at(one, path) for one in made.reads),
                starts=tuple(self._at(one, path) for one in made.starts),
                mask=None if made.mask is None else self._at(made.mask, path),
            )
        count, reads = len(self.calls), made.reads
        inner = made.own and made.class_name in MODELS and (made.mask is None or len(reads) == 1)
        if inner and made.mask is not None:  # a mask of its own for what it is called with
            given = replace(made, name=f"{name} (input)", class_name=GIVEN)
            self.calls.append(given)
            reads = (Tensor(given.name),)
        if not (inner and self.take(node, f"{name}/", reads)):
            self.calls[count:] = [made]

    def _at(self, tensor: Tensor, path: str) -> Tensor:
        """A tensor of the model of this path, as it is called in the whole."""
        name = f"{path}{tensor.layer}"
        if name in self._again and tensor.call:
            name = again(name, tensor.call)
        return self._of(Tensor(name, tensor.at))

    def _of(self, tensor: Tensor) -> Tensor:
        """What a model in the model gives, or is given, in the place of its own name."""
        for key in (f"{tensor.layer}/", tensor.layer):
            if key in self.outputs and tensor.at < len(self.outputs[key]):
                return self.outputs[key][tensor.at]
        return tensor


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


def again(name: str, call: int) -> str:
    """What a layer is called at its second call, 1, and at later ones."""
    return f"{name} ({call + 1})"


def is_recurrent(call: Call) -> bool:
    """Whether a layer is a recurrent one of Keras."""
    return call.class_name in RECURRENT


def shape_of(config: Mapping[str, Any]) -> list[Any]:
    """The axes of an input, as any version of Keras calls them."""
    shape = config.get("batch_shape", config.get("batch_input_shape"))
    return shape if isinstance(shape, list) else []


def _listed(model: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The layers of a model; None for what lists none."""
    config = model.get("config")
    nodes = config if isinstance(config, list) else _config(model).get("layers")
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        return None
    return nodes


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
        name,
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
    """[layer, call, tensor]."""
    if (
        isinstance(history, list)
        and len(history) >= 3
        and isinstance(history[0], str)
        and type(history[2]) is int
    ):
        yield Tensor(history[0], history[2], history[1] if type(history[1]) is int else 0)


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
