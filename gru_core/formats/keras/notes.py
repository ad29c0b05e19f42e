"""What a reader of a Keras model should know, though it does not change how a layer is computed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from gru_core.formats.keras.cell import KERAS, policy_of
from gru_core.formats.keras.config import children
from gru_core.words import Said, listed

_STATEFUL: Final = (
    "In Keras the state is kept from one call to the next (stateful); here a run starts from "
    "zeros, or from the state you give."
)
_COMPUTED: Final = (
    "In its model the state before the first step comes from another layer ({layers}), whose "
    "numbers are not known here."
)
_DONE: Final = (
    "In its model the state before the first step comes from another layer ({layers}). So it does "
    "here, unless the layer is given its own input or is told to start from zeros."
)
_GIVEN: Final = (
    "In its model the state before the first step is an input ({layers}); here it is zeros, or "
    "what you give."
)
_TIME_MAJOR: Final = "In Keras the axes of its input are (step, batch, input): time_major."
_OLD_SIGMOID: Final = (
    "The gates end in the hard_sigmoid of Keras 1 and 2, clip(0.2 a + 0.5, 0, 1), as this file was "
    "trained; Keras 3 would run it with another one, clip(a / 6 + 0.5, 0, 1)."
)
_HALF: Final = "Keras computes this layer in {policy}, here in float32, so the last digits differ."
EACH_STEP: Final = (
    "In its model it runs once for each outer step (TimeDistributed), from a state of its own each "
    "time; here it reads one such sequence."
)
_MAX_NAMES: Final = 5
LAMBDA: Final = "Lambda"


def of_layer(recurrent: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on one layer. recurrent: itself, or what Bidirectional wraps."""
    config = recurrent["config"]
    policy = policy_of(config)
    half = policy.endswith("float16")
    said = {
        _STATEFUL: config.get("stateful") is True,
        _TIME_MAJOR: config.get("time_major") is True,
        Said(_HALF, policy=policy.removeprefix("mixed_")[:20]): half,
    }
    return tuple(note for note, true in said.items() if true)


def of_gates(gate_activation: str | None) -> tuple[str, ...]:
    """A note on what the gates end in, if Keras 3 would compute something else."""
    return (_OLD_SIGMOID,) if gate_activation == "hard_sigmoid" else ()


def of_states(
    sources: Collection[str], model: Mapping[str, Any], *, done: bool = False
) -> tuple[tuple[str, ...], bool]:
    """A note on where a layer's first state comes from, and whether another layer computes it.

    sources: names of the layers that give it; done: whether it is computed here too.
    """
    inputs = {_named(node) for node in _nodes(model) if node.get("class_name") == "InputLayer"}
    computed = [name for name in sources if name not in inputs]
    note = (_DONE if done else _COMPUTED) if computed else _GIVEN
    named = listed([name[:60] for name in computed or sources], _MAX_NAMES)
    return ((Said(note, layers=named),) if sources else ()), bool(computed)


def of_model(model: Mapping[str, Any]) -> tuple[str, ...]:
    """Notes on what is in a model beside its recurrent layers."""
    nodes, notes = _nodes(model), []
    functions = [_named(node) for node in nodes if node.get("class_name") == LAMBDA]
    own = [_named(node) for node in nodes if _is_own(node)]
    other = [_named(node) for node in nodes if str(node.get("class_name")).startswith("ConvLSTM")]
    if functions:
        notes.append(
            _noted("Lambda layers are stepped over, neither read nor run: {layers}.", functions)
        )
    if own:
        notes.append(_noted("Layers of the author's own are stepped over: {layers}.", own))
    if other:
        notes.append(_noted("Convolutional recurrent layers are not shown: {layers}.", other))
    return tuple(notes)


def _noted(note: str, layers: Sequence[str]) -> Said:
    return Said(note, layers=listed(layers, _MAX_NAMES))


def classes(model: Mapping[str, Any]) -> set[str]:
    """The kinds of the layers in a model."""
    named = [str(node["class_name"]) for node in _nodes(model)[1:] if "name" in _config(node)]
    return {name for name in named if not name.endswith("Policy")}


def state_sources(calls: object) -> tuple[str, ...]:
    """The layers that a layer's first state comes from, by its inbound_nodes; most have none.

    RNN.call takes (sequences, initial_state, mask, training), and older files list the states
    behind the sequence.
    """
    found: list[str] = []
    for call in children(calls) if isinstance(calls, list) else []:
        if isinstance(call, dict):  # Keras 3
            args, kwargs = call.get("args"), call.get("kwargs")
            first, *others = args if isinstance(args, list) and args else [None]
            found += _tensors(first)[1:] + _tensors(others[:1])
            found += _tensors(kwargs.get("initial_state") if isinstance(kwargs, dict) else None)
        elif isinstance(call, list):  # Keras 1 and 2
            tensors = [call] if call and isinstance(call[0], str) else call
            found += [name for tensor in tensors[1:] for name in _old_tensors(tensor)]
            options = [part for tensor in tensors for part in children(tensor)]
            found += [name for part in options for name in _old_tensors(_initial(part))]
    return tuple(dict.fromkeys(found))


def _initial(options: object) -> object:
    return options.get("initial_state") if isinstance(options, dict) else None


def _tensors(value: object) -> list[str]:
    """The layers that tensors come from, as Keras 3 writes them."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        history = _config(value).get("keras_history")
        return [str(history[0])] if isinstance(history, list) and history else ["another layer"]
    return [tensor for inner in children(value) for tensor in _tensors(inner)]


def _old_tensors(value: object) -> list[str]:
    """The layers that tensors come from, as Keras 1 and 2 write them.

    value: [layer, node, tensor], or a list of such.
    """
    if not isinstance(value, list) or not value:
        return []
    if isinstance(value[0], str):
        return [value[0]]
    return [name for inner in value for name in _old_tensors(inner)]


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
