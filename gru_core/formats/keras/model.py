"""The recurrent layers that the config of a Keras model describes, found without building it.

Nothing in a config is run: functions and classes of the author's own are names here, and no more.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from gru_core import fields
from gru_core.errors import FormatError, shown
from gru_core.formats.keras import notes as keras_notes
from gru_core.formats.keras.cell import CELLS, KERAS, LAYERS, CellConfig, cell_config, check_own
from gru_core.formats.keras.config import children
from gru_core.formats.limits import MAX_LAYERS
from gru_core.formats.notshown import NotShown
from gru_core.run import Merge
from gru_core.words import article

MERGE_MODES: Final[Mapping[str, Merge]] = MappingProxyType(
    {"concat": "concat", "sum": "sum", "ave": "mean", "mul": "product"}
)
# Fields that only a recurrent layer has, by which one of the author's own is known.
_NAMES: Final = (*LAYERS, *CELLS, "RNN", "StackedRNNCells")
_RECURRENT: Final = frozenset({"recurrent_activation", "recurrent_initializer", "go_backwards"})


@dataclass(frozen=True)
class Reading:
    """One direction of a layer: cells that are run one on another, the lowest first."""

    name: str  # of the layer that reads, perhaps without the forward_ that Keras puts before it
    places: tuple[str, ...]  # of the cells: the groups that Keras 3 keeps their variables in
    cells: tuple[CellConfig, ...]
    backward: bool | None  # None where the file does not say


@dataclass(frozen=True)
class LayerConfig:
    """A recurrent layer somewhere in a model."""

    names: tuple[str, ...]  # of the layers around it, the outermost first, and its own
    readings: tuple[Reading, ...]  # one, or forward and backward
    merge: Merge = "concat"
    notes: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()  # the layers that its first state comes from
    zeros: bool = True  # whether it gives zeros at masked steps, as Bidirectional does

    @property
    def path(self) -> str:
        """Its name in a list of layers."""
        return "/".join(self.names)


@dataclass(frozen=True)
class _Found:
    """A layer in the config, and where it is."""

    node: Mapping[str, Any]
    names: tuple[str, ...]
    place: str

    @property
    def path(self) -> str:
        return "/".join(self.names) or "The model"

    def inside(self, node: object, place: str) -> "_Found":
        """What is in this layer under a place. Errors: FormatError."""
        known = _layer(node)
        if known is None:
            raise FormatError(
                "{path} holds {kind} as a layer; a layer needs class_name and config: the file "
                "is damaged.",
                path=self.path,
                kind=fields.kind(node),
            )
        names = (*self.names, _name_of(known))
        return _Found(known, names, f"{self.place}{place}".lstrip("/"))


def layers_of(model: Mapping[str, Any], major: int, left: NotShown) -> tuple[LayerConfig, ...]:
    """Every recurrent layer of a model that is computed, in the order of its config.

    major: the version of Keras that wrote it; left: takes what is wrong with one of several.
    Errors, where that is so of every layer: FormatError and TextError naming the layer.
    """
    known = _layer(model)
    if known is None:
        raise FormatError("The config has no class_name and config of a model: save it again.")
    top = _Found(known, (), "")
    if _inner_layers(top) is None:
        raise FormatError(
            "The model is {a} {model} of the author's own, whose config does not list its "
            "layers: save its weights alone, as .weights.h5.",
            a=article(str(model["class_name"])),
            model=shown(model["class_name"]),
        )
    found = tuple(_layers(top, major, left))
    left.check_any(found)
    for path, count in Counter(layer.path for layer in found).items():
        if count > 1:
            raise FormatError(
                "Two layers have the name {path}; each needs its own.",
                path=shown(path),
            )
    if not found:
        classes = ", ".join(sorted(keras_notes.classes(model))) or "no layer"
        raise FormatError(
            "The model has no GRU, LSTM or SimpleRNN; it has {classes}: choose another file.",
            classes=shown(classes),
        )
    return found


def places_of(model: Mapping[str, Any]) -> Mapping[str, str] | None:
    """By the path of each layer the group of its variables, those of models in it too.

    None without a list of layers.
    """
    known = _layer(model)
    inner = None if known is None else _inner_layers(_Found(known, (), ""))
    return None if inner is None else dict(_places(inner))


def _places(layers: Sequence[_Found]) -> Iterator[tuple[str, str]]:
    for one in layers:
        yield "/".join(one.names), one.place
        yield from _places(_inner_layers(one) or ())


def is_own_class(model: Mapping[str, Any]) -> bool:
    """Whether a config is of a model of the author's own class, which does not list its layers."""
    known = _layer(model)
    module = "" if known is None else str(known.get("module"))
    return (
        known is not None
        and "layers" not in known["config"]
        and module.partition(".")[0] not in KERAS
    )


def _layers(found: _Found, major: int, left: NotShown) -> Iterator[LayerConfig]:
    inner = _inner_layers(found)
    if inner is None:
        with left.stepping_over(found.path):
            yield from _of_one(found, major, left)
        return
    for one in inner:
        yield from _layers(one, major, left)


def _of_one(found: _Found, major: int, left: NotShown) -> Iterator[LayerConfig]:
    """The recurrent layers in one that is no model."""
    class_name, config = found.node["class_name"], found.node["config"]
    if class_name in LAYERS or class_name == "RNN":
        reading = _reading(found, major)
        zeros = config.get("zero_output_for_mask", False)
        yield LayerConfig(
            *(found.names, (reading,)),
            notes=keras_notes.of_layer(found.node),
            starts=keras_notes.state_sources(found.node.get("inbound_nodes")),
            zeros=fields.flag(f"{found.path}.zero_output_for_mask", zeros),
        )
    elif class_name == "Bidirectional":
        yield _bidirectional(found, major)
    elif class_name == "TimeDistributed":
        for one in _layers(found.inside(config.get("layer"), "/layer"), major, left):
            yield replace(one, notes=(*one.notes, keras_notes.EACH_STEP))
    else:
        _check_stepped_over(found)


def _inner_layers(found: _Found) -> list[_Found] | None:
    """The layers of a model, or of one in a model; None for what is not a model."""
    nodes = found.node["config"].get("layers")
    if not isinstance(nodes, list) or not all(_layer(node) for node in nodes):
        return None
    places = (f"/layers/{own}" for own in _numbered([node["class_name"] for node in nodes]))
    return [found.inside(node, place) for node, place in zip(nodes, places, strict=True)]


def _reading(found: _Found, major: int) -> Reading:
    """One recurrent layer that is not Bidirectional."""
    node, config = found.node, found.node["config"]
    check_own(found.path, node)
    backward = fields.flag(f"{found.path}.go_backwards", config.get("go_backwards", False))
    if node["class_name"] in LAYERS:
        cells, places = [node], [f"{found.place}/cell"]
    else:
        cells, places = _cells(found)
    return Reading(
        name=found.names[-1],
        places=tuple(places),
        cells=tuple(cell_config(found.path, cell, major) for cell in cells),
        backward=backward,
    )


def _cells(found: _Found) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The cells of an RNN layer, and where each keeps its variables."""
    cell = found.inside(found.node["config"].get("cell"), "/cell")
    if cell.node["class_name"] in CELLS:
        return [cell.node], [cell.place]
    if cell.node["class_name"] != "StackedRNNCells":
        raise _unknown_cell(found, cell.node["class_name"])
    check_own(found.path, cell.node)
    nodes = cell.node["config"].get("cells")
    if not isinstance(nodes, list) or not 1 <= len(nodes) <= MAX_LAYERS:
        raise FormatError(
            "{path} has no list of 1 to {max_layers} cells; save it again.",
            path=found.path,
            max_layers=MAX_LAYERS,
        )
    inner = [cell.inside(node, "/cells") for node in nodes]
    kinds = [one.node["class_name"] for one in inner]
    for kind in kinds:
        if kind not in CELLS:
            raise _unknown_cell(found, kind)
    return nodes, [f"{cell.place}/cells/{own}" for own in _numbered(kinds)]


def _bidirectional(found: _Found, major: int) -> LayerConfig:
    node, config = found.node, found.node["config"]
    check_own(found.path, node)
    mode = config.get("merge_mode", "concat")
    if not isinstance(mode, str) or mode not in MERGE_MODES:
        raise FormatError(
            "{path} has the merge_mode {mode}, which leaves two sequences; {merge_modes} are "
            "read, which make one.",
            path=found.path,
            mode=shown(mode),
            merge_modes=", ".join(MERGE_MODES),
        )
    first = found.inside(config.get("layer"), "/forward_layer")
    own = config.get("backward_layer")
    last = found.inside(config.get("layer") if own is None else own, "/backward_layer")
    if {first.node["class_name"], last.node["class_name"]} - {*LAYERS, "RNN"}:
        raise FormatError(
            "{path} reads in two directions what is no GRU, LSTM or SimpleRNN.",
            path=found.path,
        )
    forward, backward = _reading(first, major), _reading(last, major)
    if forward.backward or (own is not None and not backward.backward):
        raise FormatError(
            "{path} has a first layer that goes backwards; the first layer of a Bidirectional "
            "is read forward: exchange the two.",
            path=found.path,
        )
    return LayerConfig(
        names=found.names,
        readings=(forward, replace(backward, backward=True)),
        merge=MERGE_MODES[mode],
        notes=keras_notes.of_layer(first.node),
        starts=keras_notes.state_sources(node.get("inbound_nodes")),
    )


def _check_stepped_over(found: _Found) -> None:
    """Raise FormatError if a layer that is not read is, or holds, a recurrent one."""
    class_name = found.node["class_name"]
    if class_name in ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "ConvRNN2D"):
        return  # not of this family; a note names it
    todo: list[Any] = [found.node]
    while todo:
        value = todo.pop()
        if _is_recurrent(value):
            raise FormatError(
                "{path} is {a} {class_name}, which is recurrent or holds a recurrent layer; what "
                "it computes is not known: only layers of Keras itself are read.",
                path=found.path,
                a=article(str(class_name)),
                class_name=shown(class_name),
            )
        todo.extend(children(value))


def _is_recurrent(value: object) -> bool:
    return isinstance(value, dict) and (
        value.get("class_name") in _NAMES or bool(_RECURRENT & value.keys())
    )


def _unknown_cell(found: _Found, kind: object) -> FormatError:
    return FormatError(
        "{path} runs the cell {kind}; {cells} are read, alone or stacked.",
        path=found.path,
        kind=shown(kind),
        cells=", ".join(CELLS),
    )


def _layer(node: object) -> dict[str, Any] | None:
    """A node of the config that describes a layer, None if it does not."""
    if not isinstance(node, dict) or not isinstance(node.get("class_name"), str):
        return None
    config = node.get("config")
    if isinstance(config, list):  # until Keras 2.2.3 a Sequential was only the list of its layers
        return {**node, "config": {"layers": config}}
    return node if isinstance(config, dict) else None


def _name_of(node: Mapping[str, Any]) -> str:
    name = node["config"].get("name") or node.get("name") or _snake_case(node["class_name"])
    return fields.text("the name of a layer", name)


def _numbered(class_names: Sequence[str]) -> Iterator[str]:
    """What Keras 3 calls the groups of objects in one list: gru, dense, gru_1, …"""
    counts: Counter[str] = Counter()
    for own in map(_snake_case, class_names):
        yield f"{own}_{counts[own]}" if counts[own] else own
        counts[own] += 1


def _snake_case(class_name: str) -> str:
    """GRU, GRUCell and SimpleRNN as Keras writes them in its paths: gru, gru_cell, simple_rnn."""
    apart = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", class_name))
    return re.sub("([a-z])([A-Z])", r"\1_\2", apart).lower()
