"""Which tensors of a state dict belong to one recurrent layer, by their names alone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_LAYERS
from gru_core.formats.notshown import NotShown
from gru_core.formats.state_dict.names import CELL, NAMES, PROJECTION, TENSOR, suffix
from gru_core.words import Said, counted

TOP: Final = "(top)"  # the name of a layer whose tensors have no prefix
MAX_NAME: Final = 200  # characters
MAX_GROUPS: Final = 256
# What wraps a model without being part of it: DataParallel, and torch.compile.
_WRAPPERS: Final = ("module", "_orig_mod", "_fsdp_wrapped_module")
# A weight that is computed from others: weight norm, weight drop, pruning, spectral norm.
_MADE: Final = re.compile(
    rf"((?:.+?\.)??)(?:parametrizations\.)?(?:{'|'.join(NAMES.values())})(_l[0-9]+(_reverse)?)?"
    r"(_(raw|orig|mask|[guv])|\.original[0-9]*)"
)


@dataclass(frozen=True)
class Group:
    """The tensors of one layer or stack, all of them there."""

    name: str
    prefix: str  # as the file has it, with its last dot
    layers: int
    directions: int
    parts: tuple[str, ...]  # as NAMES has them; less the biases and the projection, if none
    is_cell: bool = False  # named as GRUCell names them, without a layer
    notes: tuple[str, ...] = ()

    def tensor(self, part: str, layer: int, direction: int) -> str:
        """The name of a tensor in the file."""
        return f"{self.prefix}{self.key(part, layer, direction)}"

    def key(self, part: str, layer: int, direction: int) -> str:
        """The name that the layer itself gives a tensor."""
        return f"{NAMES[part]}{CELL if self.is_cell else suffix(layer, direction)}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The names that the layer itself gives its tensors, the lowest layer first."""
        return tuple(
            self.key(part, layer, direction)
            for layer in range(self.layers)
            for direction in range(self.directions)
            for part in self.parts
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the file gives the tensors of the layer, the lowest layer first."""
        return tuple(f"{self.prefix}{key}" for key in self.keys)

    @property
    def first(self) -> str:
        """The tensor that reads the input first."""
        return self.tensor("w_x", 0, 0)


@dataclass
class _Found:
    """What the names of one prefix have shown so far."""

    suffixes: set[str] = field(default_factory=set)
    parts: set[str] = field(default_factory=set)
    layers: set[int] = field(default_factory=set)
    both: bool = False


def is_recurrent(name: str) -> bool:
    """Whether a tensor is named as one of a recurrent layer."""
    return TENSOR.fullmatch(name.rpartition(".")[2]) is not None


def is_parameter(name: str) -> bool:
    """Whether a tensor is named as one of a recurrent layer, or as a weight or bias of another."""
    return is_recurrent(name) or name.rpartition(".")[2] in ("weight", "bias")


def grouped(names: Iterable[str], left: NotShown | None = None) -> Mapping[str, Group]:
    """The recurrent layers by the name that is shown, in the order of the file.

    left: takes what is wrong with one of several; the others are there nevertheless. Errors:
    FormatError where that is so of every layer: for what is missing, and for what torch.nn does
    not have; for too many layers, for names that cannot be shown, for equal names.
    """
    listed, over = list(names), NotShown() if left is None else left
    found, made = _by_prefix(listed), _made(listed)
    if len(found) > MAX_GROUPS:
        raise FormatError(
            "The file has {count} recurrent layers under as many prefixes; up to {max_groups} "
            "are read: save those you want to see.",
            count=len(found),
            max_groups=MAX_GROUPS,
        )
    groups: dict[str, Group] = {}
    for prefix in dict.fromkeys((*found, *made)) if found else ():
        group = None
        with over.stepping_over(shown_name(prefix)):
            # A wrapper has the tensors, and what it wraps a weight that was computed once.
            _check_not_made(next((made[one] for one in made if prefix.startswith(one)), None))
            group = _group(prefix, found[prefix], listed, frozenset(found))
        if group is not None:
            _check_new(group, groups)
            groups[group.name] = group
    over.check_any(groups)
    return groups


def _check_new(group: Group, groups: Mapping[str, Group]) -> None:
    if group.name in groups:
        raise FormatError(
            "{first} and {other} belong to two layers, and both would be called {name}: "
            "save one of them alone.",
            first=group.first,
            other=groups[group.name].first,
            name=group.name,
        )


def _by_prefix(names: list[str]) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for name in names:
        before, dot, last = name.rpartition(".")
        match = TENSOR.fullmatch(last)
        if match is None:
            continue
        if len(name) > MAX_NAME or not name.isprintable():
            raise FormatError(
                "The file has a tensor {name}; a name needs up to {max_name} characters that "
                "can be printed: rename it.",
                name=shown(name),
                max_name=MAX_NAME,
            )
        seen = found.setdefault(before + dot, _Found())
        seen.suffixes.add(match["suffix"])
        seen.parts.add(match["part"])
        seen.layers.add(int(match["layer"] or 0))
        seen.both = seen.both or match["reverse"] is not None
    return found


def _made(names: list[str]) -> dict[str, str]:
    """By the prefix of a layer the first tensor from which one of its weights is computed."""
    found: dict[str, str] = {}
    for name in names:
        match = _MADE.fullmatch(name)
        if match is not None:
            found.setdefault(match[1] or "", name)
    return found


def _check_not_made(made: str | None) -> None:
    if made is not None:
        raise FormatError(
            "{made} is one of several tensors from which a recurrent weight is computed, in a way "
            "that is not computed here (weight norm, weight drop and pruning are, in float32 and "
            "float64): make it permanent before you save the state dict, for example by "
            "torch.nn.utils.parametrize.remove_parametrizations.",
            made=shown(made),
        )


def _group(prefix: str, seen: _Found, names: list[str], prefixes: frozenset[str]) -> Group:
    is_cell = CELL in seen.suffixes
    if is_cell and len(seen.suffixes) > 1:
        raise FormatError(
            "{prefix}* has the tensors of a cell (weight_hh) and of a layer (weight_hh_l0) "
            "under one prefix: save one of them alone.",
            prefix=prefix,
        )
    if is_cell and PROJECTION in seen.parts:
        raise FormatError(
            "{prefix}{projection} projects the state of a cell; torch.nn.LSTMCell has no such "
            "tensor, so this one computes something else: save a plain one alone.",
            prefix=prefix,
            projection=PROJECTION,
        )
    layers = 1 + max(seen.layers)
    if layers > MAX_LAYERS:
        raise FormatError(
            "{prefix}weight_hh_l{layers} is of layer {layers}; up to {max_layers} layers are read.",
            prefix=prefix,
            layers=layers - 1,
            max_layers=MAX_LAYERS,
        )
    group = Group(
        name=shown_name(prefix),
        prefix=prefix,
        layers=layers,
        directions=2 if seen.both else 1,
        parts=_parts(seen),
        is_cell=is_cell,
        notes=_notes(prefix, is_cell, _others(prefix, names, prefixes)),
    )
    _check_complete(group, frozenset(names))
    return group


def _parts(seen: _Found) -> tuple[str, ...]:
    """Those that every layer and direction has to have, as one of them has."""
    has_bias = bool(seen.parts & {"bias_ih", "bias_hh"})
    return tuple(
        part
        for part, name in NAMES.items()
        if (has_bias if name.startswith("bias") else name != PROJECTION or name in seen.parts)
    )


def shown_name(prefix: str) -> str:
    """A prefix without its last dot and without what wraps the model."""
    return ".".join(part for part in prefix.split(".") if part not in ("", *_WRAPPERS)) or TOP


def _others(prefix: str, names: list[str], prefixes: frozenset[str]) -> list[str]:
    """What stands beside the tensors of a layer, or inside of it, and is of no recurrent layer."""
    return [
        name
        for name in names
        if name.startswith(prefix) and not (is_recurrent(name) and _prefix(name) in prefixes)
    ]


def _prefix(name: str) -> str:
    before, dot, _ = name.rpartition(".")
    return before + dot


def _notes(prefix: str, is_cell: bool, others: list[str]) -> tuple[str, ...]:
    """A layer of torch.nn has no other tensors; one derived from it may compute anything."""
    if not others:
        return ()
    listed = ", ".join(shown(name) for name in others[:3])
    if is_cell:
        # So do cells with layer normalization name their tensors.
        raise FormatError(
            "{prefix}weight_hh has {listed} beside it; the cells of torch.nn have no such "
            "tensor, so this one computes something else: save a plain one alone.",
            prefix=prefix,
            listed=listed,
        )
    return (
        Said(
            "Its prefix also has {tensors}, which torch.nn has not: if its class changes what the "
            "layer computes, this is not what it computes.",
            tensors=listed,
        ),
    )


def _check_complete(group: Group, names: frozenset[str]) -> None:
    missing = [name for name in group.names if name not in names]
    if missing:
        layers = counted(group.layers, "layer")
        ways = "two directions" if group.directions == 2 else "one direction"
        raise FormatError(
            "{missing} is missing; {count} tensors make {layers} of {ways} with biases: save the "
            "whole state dict again."
            if "b_x" in group.parts
            else "{missing} is missing; {count} tensors make {layers} of {ways} without biases: "
            "save the whole state dict again.",
            missing=missing[0],
            count=len(group.names),
            layers=layers,
            ways=ways,
        )
