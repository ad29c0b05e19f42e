"""The recurrent layers among tensors that are named as PyTorch names them.

Their shapes alone say which cell each is of, so all of them have to agree before a number is read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import CELLS, GATES, MAX_MAGNITUDE, Cell, gates_from_file
from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.model import Answers, Direction, Entry
from gru_core.formats.notshown import NotShown
from gru_core.formats.state_dict.beside import first_states
from gru_core.formats.state_dict.computed import computed
from gru_core.formats.state_dict.groups import Group, grouped
from gru_core.formats.state_dict.names import PARTS
from gru_core.formats.state_dict.stored import FLOATS, Stored, Tensors, floats
from gru_core.weights import PROJECTION
from gru_core.words import listed

_LISTED: Final = 4  # names of tensors in an error
# What torch.nn computes; a state dict cannot tell whether an RNN was made with tanh or with relu.
_SAYS: Final[Mapping[Cell, Answers]] = {
    "gru": {"gate_activation": "sigmoid", "state_activation": "tanh", "reset_after": "true"},
    "lstm": {"gate_activation": "sigmoid", "state_activation": "tanh"},
    "rnn": {},
}
_ASSUMES: Final[Mapping[Cell, Answers]] = {
    "gru": {},
    "lstm": {},
    "rnn": {"state_activation": "tanh"},
}
_RECURRENT: Final = re.compile(r"(^|\.)weight_hh(_l\d+)?(_reverse)?$")


@dataclass(frozen=True)
class _Sizes:
    """What the shapes of one group say together."""

    cell: Cell
    units: int
    inputs: int
    hidden: int  # numbers of the hidden state: the units, or what they are projected to

    def needed(self, part: str, layer: int, directions: int) -> tuple[int, ...]:
        """The shape of a tensor."""
        if part == PROJECTION:
            return self.hidden, self.units
        rows = len(GATES[self.cell]) * self.units
        below = self.inputs if layer == 0 else self.hidden * directions
        columns: dict[str, tuple[int, ...]] = {"w_x": (below,), "w_h": (self.hidden,)}
        return (rows, *columns.get(part, ()))


def entries(tensors: Tensors) -> tuple[Entry, ...]:
    """Every recurrent layer that is read, in the order of the file. Errors: as below."""
    return entries_and_notes(tensors)[0]


def entries_and_notes(tensors: Tensors) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """Every recurrent layer, in the order of the file, each stack as one entry; and what is left.

    A layer that cannot be read is left out with a note where others can. Errors, where none can:
    FormatError naming the tensor, the shape got and needed; NotFiniteError and RangeError naming
    the tensor and the index.
    """
    left, made = NotShown(), computed(tensors)
    tensors = made.tensors
    _check_matrices(tensors)
    groups = grouped(tensors, left)
    if not groups:
        raise _none_found(tensors)
    sizes: dict[str, _Sizes] = {}
    for name, group in groups.items():
        with left.stepping_over(name):
            sizes[name] = _checked(group, tensors)
    _check_total([groups[name] for name in sizes], tensors)
    found = []
    for name, size in sizes.items():
        with left.stepping_over(name):
            notes = tuple(made.notes(groups[name].names))
            found.append(_entry(groups[name], size, tensors, notes))
    left.check_any(found)
    return tuple(found), left.notes


def _check_matrices(tensors: Tensors) -> None:
    """Raise FormatError where every unit of every layer reads its own state alone."""
    found = {name: one.shape for name, one in tensors.items() if _RECURRENT.search(name)}
    inputs = all(name.replace("weight_hh", "weight_ih") in tensors for name in found)
    if found and inputs and all(len(shape) == 1 for shape in found.values()):
        name, shape = next(iter(found.items()))
        raise FormatError(
            "{name} has shape {shape}, one number for each unit, as an independently recurrent "
            "network (IndRNN) has it, where a unit reads its own state alone: that is not computed "
            "here; a GRU, an LSTM and an RNN have a matrix there.",
            name=name,
            shape=shown(shape),
        )


def _none_found(tensors: Tensors) -> FormatError:
    if not tensors:
        return FormatError(
            "The file holds no recurrent layer: it has no tensors; one needs weight_ih_l0 and "
            "weight_hh_l0, as torch.nn.GRU, LSTM and RNN call them: save the state dict of a model "
            "that has one."
        )
    return FormatError(
        "The file holds no recurrent layer: its tensors are {names}; one needs weight_ih_l0 and "
        "weight_hh_l0, as torch.nn.GRU, LSTM and RNN call them: save the state dict of a model "
        "that has one.",
        names=listed([shown(name) for name in tensors], _LISTED),
    )


def _checked(group: Group, tensors: Tensors) -> _Sizes:
    """The sizes of a group. Errors: FormatError for the first tensor that does not fit."""
    for name in group.names:
        _check_read(name, tensors[name])
    sizes = _sizes(group, tensors)
    for layer in range(group.layers):
        for direction in range(group.directions):
            for part in group.parts:
                name = group.tensor(part, layer, direction)
                needed = sizes.needed(part, layer, group.directions)
                if tensors[name].shape != needed:
                    below = sizes.needed("w_x", layer, group.directions)[1]
                    raise FormatError(
                        "{name} has shape {shape}; {a} with {units} units and {below} inputs "
                        "needs {needed}: the file is damaged, or of another kind of layer.",
                        name=name,
                        shape=shown(tensors[name].shape),
                        a=_a(sizes.cell),
                        units=sizes.units,
                        below=below,
                        needed=needed,
                    )
                _check_precision(name, tensors[name], tensors[group.first].kind, group.first)
    return sizes


def _sizes(group: Group, tensors: Tensors) -> _Sizes:
    if PROJECTION in group.parts:
        return _projected_sizes(group, tensors)
    name = group.tensor("w_h", 0, 0)
    shape, inputs = tensors[name].shape, tensors[group.first].shape
    units = shape[1] if len(shape) == 2 else 0
    if not 1 <= units <= limits.MAX_UNITS:
        raise FormatError(
            "{name} has shape {shape}; it needs (gates · units, units), with 1 to "
            "{max_units:,} units: choose another model.",
            name=name,
            shape=shown(shape),
            max_units=limits.MAX_UNITS,
        )
    # The columns are the units. That 3 divides the rows says nothing: 12 rows are 3 units · 4.
    cell = next((cell for cell in CELLS if len(GATES[cell]) * units == shape[0]), None)
    if cell is None:
        needed = ", ".join(f"{_a(cell)} ({len(GATES[cell]) * units}, {units})" for cell in CELLS)
        raise FormatError(
            "{name} has shape {shape}; with {units} units {needed} is needed: the file is "
            "damaged, or of another kind of layer.",
            name=name,
            shape=shown(shape),
            units=units,
            needed=needed,
        )
    _check_inputs(group, inputs, shape[0])
    return _Sizes(cell, units, inputs[1], units)


def _projected_sizes(group: Group, tensors: Tensors) -> _Sizes:
    """Only an LSTM projects its state: its units are the columns of the projection."""
    name = group.tensor(PROJECTION, 0, 0)
    shape, inputs = tensors[name].shape, tensors[group.first].shape
    hidden, units = shape if len(shape) == 2 else (0, 0)
    if not 1 <= hidden < units <= limits.MAX_UNITS:
        raise FormatError(
            "{name} has shape {shape}; it needs (numbers, units), fewer numbers than units, with "
            "up to {max_units:,} units: choose another model.",
            name=name,
            shape=shown(shape),
            max_units=limits.MAX_UNITS,
        )
    _check_inputs(group, inputs, len(GATES["lstm"]) * units)
    return _Sizes("lstm", units, inputs[1], hidden)


def _check_inputs(group: Group, shape: tuple[int, ...], rows: int) -> None:
    if len(shape) != 2 or shape[1] < 1:
        raise FormatError(
            "{first} has shape {shape}; it needs ({rows}, inputs), with at least one input: "
            "the file is damaged.",
            first=group.first,
            shape=shown(shape),
            rows=rows,
        )


def _check_read(name: str, stored: Stored) -> None:
    if stored.kind not in FLOATS:
        raise FormatError(
            "{name} holds {kind}; weights are read as {floats}: convert it, for example by "
            "model.float().",
            name=name,
            kind=stored.kind,
            floats=", ".join(FLOATS),
        )


def _check_precision(name: str, stored: Stored, kind: str, first: str) -> None:
    if stored.kind != kind:
        raise FormatError(
            "{name} holds {kind} and {first} {own_kind}; a layer has one precision: convert it, "
            "for example by model.float().",
            name=name,
            kind=stored.kind,
            first=first,
            own_kind=kind,
        )


def _check_total(groups: Iterable[Group], tensors: Tensors) -> None:
    """Several tensors may be views of the same numbers: each becomes an array of its own."""
    names = [name for group in groups for name in group.names]
    total = sum(max(FLOATS[tensors[name].kind], 4) * prod(tensors[name].shape) for name in names)
    if total > limits.MAX_EXPANDED:
        raise FormatError(
            "The {count} tensors from {names} on have {total:,.0f} MB of numbers; up to "
            "{max_expanded:,.0f} MB are read, unless {raised}: save fewer layers.",
            count=len(names),
            names=names[0],
            total=total / 1e6,
            max_expanded=limits.MAX_EXPANDED / 1e6,
            raised=limits.RAISED,
        )


def _entry(group: Group, sizes: _Sizes, tensors: Tensors, notes: tuple[str, ...]) -> Entry:
    layers = tuple(
        tuple(_direction(group, sizes, (at, way), tensors) for way in range(group.directions))
        for at in range(group.layers)
    )
    forward: Answers = {"backward": "false"} if group.directions == 1 else {}
    return Entry(
        name=group.name,
        cell=sizes.cell,
        layers=layers,
        biases=2 if "b_x" in group.parts else 0,
        says={**_SAYS[sizes.cell], **forward},
        assumes=_ASSUMES[sizes.cell],
        stored=tensors[group.first].kind,
        notes=(*group.notes, *notes, *first_states(group, {sizes.units, sizes.hidden}, tensors)),
    )


def _direction(group: Group, sizes: _Sizes, at: tuple[int, int], tensors: Tensors) -> Direction:
    """The parts of one layer in one direction; biases that the layer has not are zeros."""
    found: dict[str, Array] = {}
    for part in group.parts:
        name = group.tensor(part, *at)
        take = _projection if part == PROJECTION else _part
        found[part] = take(name, tensors[name], sizes)
    zeros = read_only(np.zeros(found["w_h"].shape[:2], found["w_h"].dtype))
    w_x, w_h, b_x, b_h = (found.get(part, zeros) for part in PARTS)
    return Direction(w_x, w_h, b_x, b_h, w_p=found.get(PROJECTION))


def _projection(name: str, stored: Stored, _sizes: _Sizes) -> Array:
    """The numbers of a projection, (number, unit)."""
    made: Array = floats(stored.kind, stored.raw()).astype(
        np.float64 if stored.kind == "float64" else np.float32
    )
    _check_numbers(name, made, 0)
    return read_only(made)


def _part(name: str, stored: Stored, sizes: _Sizes) -> Array:
    """The numbers of a tensor, (gate, unit, …) in our order; float32, or float64 if it has that.

    One gate after the other, as a large file would need several times its size at once.
    """
    order, raw = gates_from_file("pytorch", sizes.cell), stored.raw()
    dtype = np.float64 if stored.kind == "float64" else np.float32
    made: Array = np.empty((len(order), sizes.units, *raw.shape[1:]), dtype)
    for gate, at in zip(made, order, strict=True):
        start = at * sizes.units
        gate[...] = floats(stored.kind, raw[start : start + sizes.units])
        _check_numbers(name, gate, start)
    return read_only(made)


def _check_numbers(name: str, rows: Array, start: int) -> None:
    """Raise NotFiniteError or RangeError, with the index in the whole tensor. rows: (unit, …)."""
    if np.abs(rows).max() <= MAX_MAGNITUDE:  # false for NaN
        return
    row, *rest = (int(n) for n in np.argwhere(~(np.abs(rows) <= MAX_MAGNITUDE))[0])
    where = ", ".join(map(str, (start + row, *rest)))
    checks.floats(f"{name}[{where}]", rows[(row, *rest)])


def _a(cell: Cell) -> str:
    return {"gru": "a GRU", "lstm": "an LSTM", "rnn": "an RNN"}[cell]
