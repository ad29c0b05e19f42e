"""What a recurrent layer reads in its model, where that is not followed here."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gru_core.errors import shown
from gru_core.formats.keras.calls import tensors
from gru_core.words import Said, listed

_READS: Final = (
    "In its model {name} reads what {sources} makes of the input, which is not computed here: the "
    "numbers given are taken for what {name} itself reads.",
    "In its model {name} reads what {sources} make of the input, which is not computed here: the "
    "numbers given are taken for what {name} itself reads.",
)
_CALLED: Final = (
    "In its model {name} is called {count} times: what is shown is one call, and the numbers given "
    "are taken for what {name} reads in it."
)
# What changes no step that counts.
_SAME: Final = frozenset(
    {"Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout"}
    | {"ActivityRegularization", "Identity", "Masking"}
)
_MAX_NAMES: Final = 3


def notes_of(model: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """What to say of a layer that does not read the input of its model.

    names: of the layers around it, the outermost first, and its own.
    """
    found, called = _sources(model, names), shown("/".join(names))
    notes = []
    calls = _calls(model, names)
    if calls > 1:
        notes.append(Said(_CALLED, name=called, count=calls))
    if found:
        said = listed([shown(one) for one in found], _MAX_NAMES)
        notes.append(Said(_READS[len(found) > 1], name=called, sources=said))
    return tuple(notes)


def _calls(model: Mapping[str, Any], names: tuple[str, ...]) -> int:
    """How often a layer, or a model that it stands in, is called where that is most."""
    node, most = model, 1
    for name in names:
        node = _layers(node).get(name, {})
        calls = node.get("inbound_nodes")
        most = max(most, len(calls) if isinstance(calls, list) else 0)
    return most


def _sources(model: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """The layers that it reads; none where it is the input, of the models around it too."""
    found: tuple[str, ...] = ()
    node: Mapping[str, Any] = model
    for at, name in enumerate(names):
        layers = _layers(node)
        if layers:
            read = dict.fromkeys(_read(layers, name))
            found = tuple("/".join((*names[:at], one)) for one in read) or found
            node = layers.get(name, {})
        else:  # around one layer
            inner = _config(node).get("layer")
            node = inner if isinstance(inner, dict) else {}
    return found


def _read(layers: Mapping[str, Mapping[str, Any]], name: str) -> Iterator[str]:
    """The layers beside it that it reads, those that do nothing left out."""
    todo, seen = [name], {name}
    order = [*layers]
    while todo:
        own = todo.pop(0)
        calls = layers.get(own, {}).get("inbound_nodes")
        if isinstance(calls, list):
            below = [one for call in calls for one in _first(call)]
        else:
            at = order.index(own) if own in layers else 0
            below = order[at - 1 : at] if at else []
        for one in below:
            kind = layers.get(one, {}).get("class_name")
            if kind in (None, "InputLayer") or one in seen:
                continue
            seen.add(one)
            if isinstance(kind, str) and kind in _SAME:
                todo.append(one)
            else:
                yield one


def _first(call: object) -> list[str]:
    """The layer of the first tensor that a call is given."""
    if isinstance(call, dict):  # Keras 3
        said = call.get("kwargs")
        named = said if isinstance(said, dict) else {}
        call = [call.get("args"), named.get("sequences"), named.get("inputs")]
    return [one.layer for one in tensors(call)][:1]


def _layers(node: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The layers of a model by their names; of anything else none."""
    config = node.get("config")
    held = config if isinstance(config, list) else _config(node).get("layers")
    if not isinstance(held, list):
        return {}
    return {_name(one): one for one in held if isinstance(one, dict)}


def _name(node: Mapping[str, Any]) -> str:
    return str(_config(node).get("name") or node.get("name") or "")


def _config(node: Mapping[str, Any]) -> Mapping[str, Any]:
    config = node.get("config")
    return config if isinstance(config, dict) else {}
