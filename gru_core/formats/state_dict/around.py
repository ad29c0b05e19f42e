"""What a state dict has around its recurrent layers: embeddings and linear layers, by shape.

A matrix with a bias of as many numbers as it has rows is a linear layer; one without it is an
embedding if it is called so. Everything else is listed by name, since it may stand in between.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core.arrays import Array, read_only
from gru_core.conventions import MAX_MAGNITUDE
from gru_core.errors import shown
from gru_core.formats import limits
from gru_core.formats.model import Entry
from gru_core.formats.notshown import NotShown
from gru_core.formats.state_dict.computed import computed
from gru_core.formats.state_dict.functions import SAME, function_of
from gru_core.formats.state_dict.groups import grouped, shown_name
from gru_core.formats.state_dict.stored import FLOATS, Stored, Tensors, floats
from gru_core.formats.whole.loose import Loose, width
from gru_core.formats.whole.pieces import Kind, Piece
from gru_core.words import Said, listed

_EMBEDDING: Final = re.compile(r"(?i).*(emb|lookup|wte|vectors?|token|word|char).*")
_WEIGHT, _BIAS = "weight", "bias"
_MAX_CHARACTERS: Final = 500_000  # of all vocabularies
_MAX_OTHERS: Final = 20  # names
_LISTED: Final = 6
# Of what is trained; nothing is computed with them.
_COUNTERS: Final = ("num_batches_tracked", "n_averaged")
# Modules of torch.nn, by the name of their class.
MODULE: Final = re.compile(r"(__torch__\.)?torch\.nn\.modules\.\w+\.(___torch_mangle_\d+\.)?(\w+)")
_LINEAR: Final = ("Linear", "NonDynamicallyQuantizableLinear")
_SEQUENTIAL: Final = "Sequential"


@dataclass(frozen=True)
class Module:
    """A module that a file of objects describes."""

    kind: str  # its class in torch.nn; empty for another's
    state: Mapping[Any, Any] = field(default_factory=dict)
    children: tuple[str, ...] = ()  # the names of its modules, in order
    has_tensors: bool = False  # of its own


Modules = Mapping[str, Module]  # by name, as a state dict has it; "" for the model


def around(
    tensors: Tensors,
    entries: Iterable[Entry],
    modules: Modules = MappingProxyType({}),
    vocabularies: tuple[tuple[str, ...], ...] = (),
) -> Loose:
    """What might belong to the recurrent layers that are read of a state dict."""
    read, tensors = [*entries], computed(tensors).tensors
    names = {one.name for one in read}
    groups = grouped(tensors, NotShown())
    used = {name for own in names & groups.keys() for name in groups[own].names}
    inputs = {one.layers[0][0].w_x.shape[2] for one in read}
    outputs = {width(one) for one in read}
    left = {name: one for name, one in tensors.items() if name not in used}
    room = _Room(limits.MAX_EXPANDED)
    tables, lines, others = list[Piece](), dict[str, Piece](), list[str]()
    either: list[str] = []
    for name, stored in left.items():
        prefix, _, last = name.rpartition(".")
        own, bias = shown_name(prefix), left.get(f"{prefix}.{_BIAS}")
        if last in _COUNTERS or (last == _BIAS and f"{prefix}.{_WEIGHT}" in left):
            continue
        if last != _WEIGHT or len(stored.shape) != 2 or stored.kind not in FLOATS:
            others.append(name)
            continue
        kinds = _kinds(own, stored, bias, (inputs, outputs), modules.get(prefix))
        made = None
        if kinds:
            made = _piece(kinds[0], own, stored, bias if "dense" in kinds else None, room)
        if made is None:
            others.append(name)
            continue
        if "table" in kinds:
            tables.append(made if kinds[0] == "table" else replace(made, kind="table"))
        if "dense" in kinds:
            lines[prefix] = made
        if len(kinds) > 1:
            either.append(own)
    layers = tuple(groups[own].prefix.rstrip(".") for own in names & groups.keys())
    below = {one for layer in layers for one in _members_before(layer, modules)}
    inside = {one for name in modules for one in _members(name, modules)} - below
    others += [name for name, one in modules.items() if _is_strange(one) and name not in inside]
    others += [f"{name}.{_WEIGHT}" for name in lines if name in below]
    lines = {name: one for name, one in lines.items() if name not in below}
    before, after = _places(lines, layers, modules)
    norms = {name: one for name, one in _norms(left, modules, room) if name not in below}
    heads = _heads({name: one for name, one in lines.items() if name not in before}, modules, norms)
    placed = {one.name for head in heads for one in head if one.kind == "norm"}
    others = [name for name in others if shown_name(name.rpartition(".")[0]) not in placed]
    either += _either(lines, after, tables, (inputs, outputs))
    fitting = tuple(one for one in heads if one[0].arrays["w"].shape[1] in outputs)
    words = _fitting(vocabularies, tables, heads)
    lined = (*lines.values(),)
    left_over, both = tuple(others[:_MAX_OTHERS]), tuple(either)
    return Loose(tuple(tables), fitting, lined, left_over, words, both)


def tensors_of(loose: Loose, tensors: Tensors) -> tuple[str, ...]:
    """The names that the file gives the tensors of these pieces."""
    own = {piece.name for piece in (*loose.tables, *loose.lines)}
    return tuple(
        name
        for name in tensors
        if name.rpartition(".")[2] in (_WEIGHT, _BIAS)
        and shown_name(name.rpartition(".")[0]) in own
    )


def _kinds(
    name: str,
    stored: Stored,
    bias: Stored | None,
    sizes: tuple[Collection[int], Collection[int]],
    module: Module | None,
) -> tuple[Kind, ...]:
    """What a matrix may be: a table, a linear layer, either of them, or nothing that is known.

    sizes: the inputs and the outputs of the recurrent layers.
    """
    if module is not None:
        if module.kind == "Embedding":
            return ("table",) if module.state.get("max_norm") is None else ()
        return ("dense",) if module.kind in _LINEAR else ()
    (rows, columns), (inputs, outputs) = stored.shape, sizes
    if bias is not None:
        return ("dense",) if bias.shape == (rows,) else ()
    if columns not in inputs:
        return ("dense",)
    if _EMBEDDING.fullmatch(name):
        return ("table",)
    # It could not be a linear layer where nothing takes what it would give.
    return ("dense", "table") if columns in outputs or rows == columns else ("table",)


def _members(name: str, modules: Modules) -> tuple[str, ...]:
    """The modules that a Sequential runs, in order; none of another module."""
    module = modules[name]
    children = module.children if module.kind == _SEQUENTIAL else ()
    return tuple(f"{name}.{child}".lstrip(".") for child in children)


def _members_before(layer: str, modules: Modules) -> tuple[str, ...]:
    """What each Sequential around a layer runs before it, less what does nothing."""
    found: tuple[str, ...] = ()
    at = layer
    while at:
        place = at.rpartition(".")[0]
        members = _members(place, modules) if place in modules else ()
        found = (*(members[: members.index(at)] if at in members else ()), *found)
        at = place
    return tuple(one for one in found if modules.get(one, Module("")).kind not in SAME)


def said_of_members(layer: str, modules: Modules) -> tuple[str, ...]:
    """A note on what a Sequential runs before a layer: numbers are given to the layer itself.

    layer: as the modules name it.
    """
    found = _members_before(layer, modules)
    if not any(modules.get(one, Module("")).kind != "Embedding" for one in found):
        return ()
    return (
        Said(
            "{names} stands before {layer} in its Sequential and is not computed: the numbers "
            "given are taken for what {layer} itself reads."
            if len(found) == 1
            else "{names} stand before {layer} in its Sequential and are not computed: the "
            "numbers given are taken for what {layer} itself reads.",
            names=listed([shown(shown_name(f"{one}.")) for one in found], _LISTED),
            layer=shown(shown_name(f"{layer}.")),
        ),
    )


def _places(
    lines: Iterable[str], layers: Collection[str], modules: Modules
) -> tuple[frozenset[str], frozenset[str]]:
    """The linear layers that a module lists before, and after, all of its recurrent layers."""
    order = {name: at for at, name in enumerate(modules)}
    at = [order[one] for one in layers if one in order]
    if not at:
        return frozenset(), frozenset()
    known = [one for one in lines if one in order]
    return (
        frozenset(one for one in known if order[one] < min(at)),
        frozenset(one for one in known if order[one] > max(at)),
    )


def _either(
    lines: Mapping[str, Piece],
    after: Collection[str],
    tables: list[Piece],
    sizes: tuple[Collection[int], Collection[int]],
) -> Iterator[str]:
    """The linear layers that may be a head, and may as well stand before a recurrent layer.

    sizes: the inputs and the outputs of the recurrent layers.
    """
    inputs, outputs = sizes
    read = {one.arrays["w"].shape[1] for one in tables}
    for name, one in lines.items():
        rows, columns = one.arrays["w"].shape
        # Where there are embeddings, what stands before a layer reads one of them.
        could = rows in inputs and (not read or columns in read)
        if could and columns in outputs and name not in after:
            yield one.name


def _is_strange(module: Module) -> bool:
    """Whether a module without tensors computes something, and it is not known where."""
    harmless = module.kind in SAME or module.kind.endswith("Loss")
    return not module.children and not module.has_tensors and not harmless


def _norms(left: Tensors, modules: Modules, room: "_Room") -> Iterator[tuple[str, Piece]]:
    """Each LayerNorm over the features of a step, with its numbers, by the name of its module."""
    for name, module in modules.items():
        w, b = (left.get(f"{name}.{part}") for part in (_WEIGHT, _BIAS))
        epsilon = module.state.get("eps")
        if module.kind != "LayerNorm" or w is None or b is None or type(epsilon) is not float:
            continue
        if len(w.shape) == 1 and w.shape == b.shape:
            made = _piece("norm", shown_name(f"{name}."), w, b, room)
            if made is not None:
                yield name, replace(made, numbers={"epsilon": epsilon})


def _heads(
    lines: Mapping[str, Piece], modules: Modules, norms: Mapping[str, Piece]
) -> list[tuple[Piece, ...]]:
    """Linear layers that are run one on another where a Sequential says so; else each by itself."""
    found: list[tuple[Piece, ...]] = []
    inside: set[str] = set()
    for name, module in modules.items():
        if module.kind != _SEQUENTIAL:
            continue
        members = _members(name, modules)
        if not any(one in lines for one in members):
            continue
        inside |= set(members)
        known = {**norms, **lines}
        before, after = _beside(name, modules)
        run = [*_known_last(before, known, modules), *_leaves(members, modules), *after]
        chain = _chain(run, known, modules)
        if chain and chain[0].kind == "dense" and _names(chain) not in map(_names, found):
            found.append(chain)
    # Where a Sequential is not what it seems, its linear layers are each of an unknown place.
    return [*found, *((piece,) for name, piece in lines.items() if name not in inside)]


def _leaves(members: Iterable[str], modules: Modules) -> list[str]:
    """These modules, in place of a Sequential what that runs."""
    found: list[str] = []
    for one in members:
        inner = modules.get(one, Module("")).kind == _SEQUENTIAL
        found += _leaves(_members(one, modules), modules) if inner else [one]
    return found


def _beside(name: str, modules: Modules) -> tuple[list[str], list[str]]:
    """What the Sequentials around one run before it, and what behind it."""
    place = name.rpartition(".")[0]
    members = _members(place, modules) if name and place in modules else ()
    if name not in members:
        return [], []
    before, after = _beside(place, modules)
    at = members.index(name)
    return (
        [*before, *_leaves(members[:at], modules)],
        [*_leaves(members[at + 1 :], modules), *after],
    )


def _known_last(names: list[str], known: Mapping[str, Piece], modules: Modules) -> list[str]:
    """The last of these that are known, or else are of torch.nn and do something else."""
    for at in range(len(names), 0, -1):
        module = modules.get(names[at - 1], Module(""))
        harmless = module.kind in SAME or function_of(module.kind, module.state) is not None
        if not (names[at - 1] in known or harmless or (module.kind and _is_strange(module))):
            return names[at:]
    return names


def _names(chain: tuple[Piece, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in chain)


def _chain(members: list[str], known: Mapping[str, Piece], modules: Modules) -> tuple[Piece, ...]:
    """What a Sequential runs, less what does nothing; empty where a member is not known."""
    made: list[Piece] = []
    for name in members:
        module = modules.get(name, Module(""))
        if name in known:
            made.append(known[name])
        elif module.kind not in SAME:
            does = function_of(module.kind, module.state)
            if does is None:
                return ()
            made.append(Piece(shown_name(f"{name}."), "function", does=does))
    return tuple(made)


class _Room:
    """How many bytes are still read."""

    def __init__(self, most: int) -> None:
        self.left = most


def _piece(kind: Any, name: str, stored: Stored, bias: Stored | None, room: _Room) -> Piece | None:
    """A piece with its numbers; None for too many, or for numbers that are none."""
    given = {"w": stored} if bias is None else {"w": stored, "b": bias}
    arrays: dict[str, Array] = {}
    for part, one in given.items():
        dtype = np.float64 if one.kind == "float64" else np.float32
        if one.kind not in FLOATS or 0 in one.shape:
            return None
        room.left -= int(np.prod(one.shape)) * np.dtype(dtype).itemsize
        if room.left < 0:
            return None
        # No copy where none is needed: an embedding may be most of a file.
        made: Array = np.ascontiguousarray(floats(one.kind, one.raw()), dtype)
        if not (made.max() <= MAX_MAGNITUDE and made.min() >= -MAX_MAGNITUDE):  # false for NaN
            return None
        arrays[part] = read_only(made)
    return Piece(name, kind, arrays=MappingProxyType(arrays))


def words_in(value: Any) -> Iterator[tuple[str, ...]]:
    """The texts of a list, or of texts with their places, in order, if they may be a vocabulary."""
    texts: list[Any] = []
    if isinstance(value, list | tuple):
        texts = list(value)
    elif isinstance(value, dict):
        turned = {at: text for text, at in value.items() if type(at) is int}
        by_place = turned if len(turned) == len(value) else value
        if all(type(at) is int for at in by_place):
            texts = [by_place.get(at) for at in range(len(by_place))]
    if len(texts) < 2 or not all(isinstance(one, str) and one for one in texts):
        return
    if len(set(texts)) == len(texts):
        yield tuple(texts)


def _fitting(
    vocabularies: Iterable[tuple[str, ...]], tables: list[Piece], heads: list[tuple[Piece, ...]]
) -> tuple[tuple[str, ...], ...]:
    """Those with as many texts as there are tokens, or numbers of a prediction."""
    sizes = {len(one.arrays["w"]) for one in tables}
    sizes |= {len(one.arrays["w"]) for head in heads for one in head if one.kind == "dense"}
    found, left = [], _MAX_CHARACTERS
    for one in vocabularies:
        left -= sum(map(len, one)) + len(one) if len(one) in sizes else 0
        if len(one) in sizes and left >= 0:
            found.append(one)
    return tuple(found)
