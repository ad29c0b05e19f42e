"""The tensors of a nested file by name; what a checkpoint keeps besides its model is left out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any, Final, TypeAlias

from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_DEPTH, MAX_TENSORS
from gru_core.formats.pytorch.archive import Archive
from gru_core.formats.pytorch.arrays import Grid
from gru_core.formats.pytorch.objects import Object
from gru_core.formats.pytorch.values import Special, View
from gru_core.formats.state_dict.around import MODULE, Module, words_in
from gru_core.formats.state_dict.groups import TOP, is_parameter, is_recurrent, shown_name
from gru_core.formats.state_dict.stored import FLOATS, Stored, unreadable
from gru_core.words import Said, listed

MAX_ITEMS: Final = 300_000  # looked at; a container that stands in several places counts each time
_AN_OBJECT: Final = 5  # items that it takes as long as
_LISTED: Final = 4
_LISTS: Final = 32  # of texts that are kept
_LONGEST: Final = 80  # characters of the name of a class
# An optimizer by what it holds, or by its key.
_STATE: Final = frozenset({"state", "param_groups"})
_OPTIMIZER: Final = re.compile(
    r"(?i)optim(s|i[sz]er\w*|[_\d]\w*)?|exp_avg(_sq)?|momentum(_buffers?)?|grad(ient)?s?"
)
# Recurrent layers in few bits, and where any such layer keeps its weights.
_QUANTIZED: Final = re.compile(r".*\.quantized\..*\.(GRU|LSTM|RNN|GRUCell|LSTMCell|RNNCell)")
_PACKED: Final = re.compile(r"(^|\.)_(packed_params|all_weight_values|packed_weight_[ih]h)(\..*)?$")

Path: TypeAlias = tuple[Any, ...]  # of keys and positions, from the outermost container


@dataclass(frozen=True, eq=False)
class Collected:
    """The tensors of the models in a file."""

    tensors: Mapping[str, Stored]
    paths: Mapping[str, Path]  # where each tensor stands
    notes: tuple[str, ...]
    foreign: bool = False  # whether the file holds what PyTorch's safe loader does not read
    activations: Mapping[str, str] = field(
        default_factory=dict
    )  # of plain RNNs, by the name that is shown
    modules: Mapping[str, Module] = field(default_factory=dict)  # by name, "" for the model
    vocabularies: tuple[tuple[str, ...], ...] = ()  # lists of texts, in order
    plain: bool = False  # whether pickle.dump has written it


def collected(archive: Archive) -> Collected:
    """The tensors under names that begin with the keys of their containers.

    Keys that all recurrent layers share are left out. Errors: FormatError.
    """
    walk = _Walk()
    walk.visit(archive.root, ())
    wanted = any(is_recurrent(_name(path[-1:])) for path in walk.found)
    if walk.quantized and not wanted:
        raise FormatError(
            "{name} is quantized, as torch's quantize_dynamic does it: its weights are packed in "
            "few bits, which is not read. Save the model, or its state dict, before that.",
            name=shown(walk.quantized),
        )
    if archive.special and (walk.special_layer or not wanted):
        raise FormatError(
            "{special}; all tensors of a file need to be plain ones: convert it, or save the "
            "recurrent layers alone.",
            special=walk.special_layer or walk.special or "A tensor holds special numbers",
        )
    if archive.code and not walk.found:
        raise FormatError(
            "The file is a TorchScript archive without tensors of its own; torch.jit.freeze puts "
            "them into its code, which is not read: save the archive before it is frozen, or a "
            "state dict."
        )
    shared = _shared(walk.found)
    tensors, paths = {}, {}
    beside = []
    for path, view in walk.found.items():
        if path[: len(shared)] != shared:
            beside += [shown(_name(path))] if view.kind in FLOATS else []
            continue
        name = _name(path[len(shared) :])
        if name in tensors:
            raise FormatError(
                "The file has two tensors called {name}: rename one of them.",
                name=shown(name),
            )
        tensors[name] = Stored(view.shape, view.kind, partial(archive.raw, view))
        paths[name] = path
    for path, what in walk.beside(shared):
        tensors.setdefault(_name(path[len(shared) :]), unreadable(what))
    own = {_below(path, shared): one for path, one in walk.layers}
    activations = {
        shown_name(f"{name}."): said for name, one in own.items() if (said := one.activation)
    }
    notes = (
        *_notes(walk, archive),
        *_said_of_beside(beside, shared),
        *(_said_of_class(name, one) for name, one in own.items() if not one.is_layer),
        *(_said_of_forward(_below(path, shared), one) for path, one in walk.around()),
        *(_said_of_hooks(name) for name, one in own.items() if one.is_hooked),
    )
    modules = {
        _below(path, shared): one
        for path, one in walk.modules.items()
        if path[: len(shared)] == shared
    }
    words = tuple(dict.fromkeys(walk.words))
    more = (activations, modules, words, archive.plain)
    return Collected(tensors, paths, notes, archive.foreign, *more)


def _notes(walk: "_Walk", archive: Archive) -> Iterator[str]:
    if archive.code:
        yield "The code of this TorchScript archive is stepped over, neither read nor run."
    left = ", ".join(map(shown, walk.left[:_LISTED]))
    if left:
        yield Said("The state of an optimizer is left out: {left}.", left=left)
    if walk.special:
        yield Said("Stepped over: {special}.", special=walk.special)
    if walk.over:
        over = [Said("{name} ({kind})", name=n, kind=k[:_LONGEST]) for n, k in walk.over]
        yield Said("Stepped over, neither read nor run: {over}.", over=listed(over, _LISTED))


def _said_of_beside(names: list[str], shared: Path) -> Iterator[str]:
    if names:
        yield Said(
            "Left out, as they stand outside of {shared}, where the layers are: {names}.",
            shared=shown(_name(shared)),
            names=listed(names, _LISTED),
        )


def _said_of_class(name: str, one: Object) -> Said:
    return Said(
        "{name} is of the class {kind}: if that changes what a layer of PyTorch computes, this is "
        "not what it computes.",
        name=shown(shown_name(f"{name}.")),
        kind=one.name[:_LONGEST],
    )


def _said_of_forward(name: str, one: Object) -> Said:
    return Said(
        "{name} is of the class {kind}: what that computes around its layers is not known here.",
        name=shown(shown_name(f"{name}.")),
        kind=one.name[:_LONGEST],
    )


def _said_of_hooks(name: str) -> Said:
    return Said(
        "{name} has hooks, functions that the model calls before or after it: what they change is "
        "not known here.",
        name=shown(shown_name(f"{name}.")),
    )


class _Walk:
    """Goes through everything once.

    `special` says which tensor is none of plain numbers, `special_layer` which of a layer's.
    """

    def __init__(self) -> None:
        self.items = 0
        self.found: dict[Path, View | Grid] = {}
        self.left: list[str] = []
        self.over: list[tuple[str, str]] = []  # the name and the class of what holds no tensor
        self.layers: list[tuple[Path, Object]] = []  # objects that hold recurrent tensors
        self.modules: dict[Path, Module] = {}
        self.numbered: dict[Path, Object] = {}  # modules of somebody's own with the names of a row
        self.words: list[tuple[str, ...]] = []
        self.unread: dict[Path, str] = {}  # what is no tensor though it is called as one
        self._inside: set[int] = set()
        self.special = self.special_layer = self.quantized = ""

    def visit(self, value: Any, path: Path) -> None:
        """Note every tensor with the path to it. Errors: FormatError for too many, or too deep."""
        self._count(path)
        if isinstance(value, View) or (isinstance(value, Grid) and value.kind):
            self.found[path] = value
        elif isinstance(value, Grid | Special):
            self._note_odd(value, path)
        elif _is_optimizer(value, path):
            self.left.append(_name(path))
        elif isinstance(value, Object):
            self._note_unread(path, value.name[:_LONGEST])
            self._look_into(value, path)
        elif isinstance(value, dict):
            self._listen(value)
            for key, item in value.items():
                self.visit(item, (*path, key))
        elif isinstance(value, list | tuple):
            self._note_unread(path, "a list")
            self._listen(value)
            for at, item in enumerate(value):
                self.visit(item, (*path, at))
        elif value is not None:
            self._note_unread(path, "a number, a text or the like")

    def _note_unread(self, path: Path, what: str) -> None:
        """Note what stands in the place of a tensor of a layer."""
        if path and is_parameter(_name(path[-1:])):
            self.unread[path] = what

    def beside(self, shared: Path) -> Iterator[tuple[Path, str]]:
        """What is no tensor though it is called as one, beside tensors of the same layer."""
        layers = {_name(path).rpartition(".")[0] for path in self.found}
        for path, what in self.unread.items():
            if path[: len(shared)] == shared and _name(path).rpartition(".")[0] in layers:
                yield path, what

    def _note_odd(self, value: Grid | Special, path: Path) -> None:
        """Note what holds no plain numbers. Errors: FormatError for an array of a layer."""
        if isinstance(value, Special):
            self._note_packed(path)
            self._note_unread(path, value.what)
            said = Said("{name} holds {what}", name=shown(_name(path)), what=value.what)
            self.special = self.special or said
            if is_recurrent(_name(path[-1:])):
                self.special_layer = self.special_layer or said
            return
        if is_recurrent(_name(path[-1:])):
            raise FormatError(
                "{name} is an array of NumPy that holds no plain numbers, but objects, texts or "
                "records: save it as numbers.",
                name=shown(_name(path)),
            )
        self._note_unread(path, "objects, texts or records")
        self.over.append((_name(path), "numpy.ndarray"))

    def _note_packed(self, path: Path) -> None:
        """Note whose weights are packed in few bits: as tensors, or as an object of TorchScript."""
        packed = _PACKED.search(name := _name(path))
        if packed is not None:
            self.quantized = self.quantized or name[: packed.start()] or TOP

    def around(self) -> Iterator[tuple[Path, Object]]:
        """What may be a Sequential of somebody's own with a recurrent layer in it."""
        places = {path[:-1] for path, _ in self.layers}
        return ((path, one) for path, one in self.numbered.items() if path in places)

    def _look_into(self, value: Object, path: Path) -> None:
        """Go through an object, once on each way: one may know what it stands in."""
        if id(value) in self._inside:
            return
        self._inside.add(id(value))
        self.items += _AN_OBJECT
        found, over = len(self.found), len(self.over)
        if _QUANTIZED.fullmatch(value.name):
            self.quantized = _name(path)
        self._note_packed(path)
        self._describe(value, path)
        for key, item in value.content():
            self.visit(item, (*path, key))
        self._inside.discard(id(value))
        if len(self.found) == found:
            del self.over[over:]
            self.over.append((_name(path), value.name))
        elif any(
            (*path, key) in self.found and is_recurrent(str(key)) for key, _ in value.content()
        ):
            self.layers.append((path, value))

    def _describe(self, value: Object, path: Path) -> None:
        """What kind of module an object is, and what it keeps beside its tensors."""
        known = MODULE.fullmatch(value.name)
        held = value.modules
        if held is not None:
            kind = "" if known is None else known[3]
            own = any(isinstance(one, View | Grid | Special) for _, one in value.content())
            if known is None and held and [*held] == [str(at) for at in range(len(held))]:
                self.numbered[path] = value
            self.modules[path] = Module(kind, value.state, tuple(map(str, held)), own)
        for one in value.state.values():
            inner = one.state.values() if isinstance(one, Object) else ()
            for item in (one, *inner):
                self._listen(item)

    def _listen(self, value: Any) -> None:
        """Note what may be the words of a model."""
        if len(self.words) < _LISTS:
            self.words += words_in(value)

    def _count(self, path: Path) -> None:
        self.items += 1
        if self.items > MAX_ITEMS or len(self.found) > MAX_TENSORS:
            raise FormatError(
                "The file has more than {max_tensors:,} tensors or {max_items:,} items in all: "
                "save model.state_dict() alone.",
                max_tensors=MAX_TENSORS,
                max_items=MAX_ITEMS,
            )
        if len(path) > MAX_DEPTH:
            raise FormatError(
                "The file is nested more than {max_depth} deep: save model.state_dict() alone.",
                max_depth=MAX_DEPTH,
            )


def _is_optimizer(value: Any, path: Path) -> bool:
    held = value.state | value.items if isinstance(value, Object) else value
    if not path or not isinstance(held, dict):
        return False
    return bool(_OPTIMIZER.fullmatch(str(path[-1])) or held.keys() >= _STATE)


def _shared(found: Mapping[Path, View | Grid]) -> Path:
    """The keys that the containers of all recurrent tensors, and of other weights, share.

    Weights elsewhere may stand around the layers in the model. A tensor with no other prefix keeps
    the last of them, or it would have no name at all.
    """
    recurrent = [path for path in found if is_recurrent(_name(path[-1:]))]
    if not recurrent:
        return ()
    weights = [path for path, view in found.items() if _is_weight(path, view)]
    shared = _common([*recurrent, *weights])
    named = all("." in _name(path[len(shared) :]) for path in recurrent)
    return shared if named else shared[:-1]


def _is_weight(path: Path, view: View | Grid) -> bool:
    """Whether a tensor is what a layer multiplies by, as torch.nn calls it."""
    return _name(path[-1:]).rpartition(".")[2] == "weight" and len(view.shape) > 0


def _common(paths: list[Path]) -> Path:
    """The keys with which the containers of all of these begin."""
    shared = paths[0][:-1]
    for path in paths:
        same = (a == b for a, b in zip(shared, path[:-1], strict=False))
        shared = shared[: len(list(takewhile(bool, same)))]
    return shared


def _below(path: Path, shared: Path) -> str:
    """The name of an object; empty for the one that all recurrent layers are in."""
    return _name(path[len(shared) :]) if path[len(shared) :] else ""


def _name(path: Path) -> str:
    parts = (part for key in path for part in (key if isinstance(key, tuple) else (key,)))
    return ".".join(map(str, parts)) or "(no name)"
