"""One GRU, LSTM or RNN node of an ONNX model as an entry.

Source: onnx.ai/onnx/operators/onnx__GRU.html and its neighbours, in opset 7 and later.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from gru_core.arrays import Array, read_only
from gru_core.conventions import GATES, Cell, biases_apart, gates_apart
from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.model import Answers, Direction, Entry
from gru_core.formats.onnx import activations as onnx_activations
from gru_core.formats.onnx import states as onnx_states
from gru_core.formats.onnx import ways as onnx_ways
from gru_core.formats.onnx.constants import ComputedError, Constants
from gru_core.formats.onnx.graph import CELLS, Attributes, Found, attributes, called, reads
from gru_core.formats.onnx.states import Layout
from gru_core.formats.onnx.tensors import QUANTIZED, Values
from gru_core.words import Said, article

DIRECTIONS: Final[Mapping[str, int]] = MappingProxyType(
    {"forward": 1, "reverse": 1, "bidirectional": 2}
)
INPUTS: Final = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")


_QUANTIZED: Final = (
    "Its weights are kept in whole numbers and scaled by the file (DequantizeLinear): they are "
    "those of the quantized model."
)


class Stacked(NamedTuple):
    """The weights of a node as the file has them, the gates in its order."""

    w: Array  # (direction, gate·unit, input)
    r: Array  # (direction, gate·unit, unit)
    b: Array  # (direction, 2·gate·unit), those of W first; zeros where the file has none


def entry(found: Found, name: str, opset: int, constants: Constants) -> Entry:
    """The entry of one recurrent node.

    name: what it is to be called. Errors: FormatError for whatever is not computed exactly, by
    name; NotFiniteError and RangeError naming the tensor and the index.
    """
    node = found.node
    cell, given, inputs = CELLS[node.op_type], _attributes(found, opset), _inputs(found)
    count = DIRECTIONS[given["direction"]]
    _refuse_what_is_not_computed(found, given, inputs, constants)
    says = onnx_activations.settings(cell, given, count, called(node))
    stacked = _stacked(found, cell, given, inputs, constants)
    sizes = (stacked.r.shape[2], stacked.w.shape[2])
    layout = Layout(cell, count, *sizes, given["layout"] == 1, opset)
    reads, lengths = onnx_states.lengths(found, inputs["sequence_lens"], layout, constants)
    names = (inputs["initial_h"], inputs["initial_c"])[: 2 if cell == "lstm" else 1]
    starts = onnx_states.starts(found, names, layout, constants)
    stored = constants.stored(found.scope, inputs["W"])
    quantized = stored in QUANTIZED
    kept = stacked.w.dtype.name if quantized else stored
    way = onnx_ways.way_of(found, kept, batch_first=layout.batch_first)
    directions = (_direction(cell, stacked, at, start) for at, start in enumerate(starts.initials))
    return Entry(
        name=name,
        cell=cell,
        layers=(tuple(directions),),
        biases=2 if inputs["B"] else 0,
        says={**says, **_order(cell, given)},
        stored=stored,
        asks=("start",) if starts.computed else (),
        reads=reads,
        notes=(
            *([_QUANTIZED] if quantized else []),
            *_place(found, given),
            *lengths,
            *starts.notes,
        ),
        checked=onnx_ways.said(found, way, names),
    )


def _attributes(found: Found, opset: int) -> Attributes:
    """The attributes of the node, those that every node has filled in. Errors: FormatError."""
    from onnx import defs

    node, what = found.node, called(found.node)
    types: dict[str, Any] = {
        name: one.type for name, one in defs.get_schema(node.op_type, opset, "").attributes.items()
    }
    for attribute in node.attribute:
        known = types.get(attribute.name)
        if known is None or known.value != attribute.type:
            raise FormatError(
                "{what} has {name}; {a} {op_type} of opset {opset} has no such attribute, or of "
                "another type: export the model again.",
                what=what,
                name=shown(attribute.name),
                a=article(node.op_type),
                op_type=node.op_type,
                opset=opset,
            )
    given = {"direction": "forward", "layout": 0, "linear_before_reset": 0, **attributes(node)}
    if given["direction"] not in DIRECTIONS or given["layout"] not in (0, 1):
        raise FormatError(
            "{what} has direction {given} and layout {layout}; the direction is one of "
            "{directions} and the layout 0 or 1: export it again.",
            what=what,
            given=shown(given["direction"]),
            layout=given["layout"],
            directions=", ".join(DIRECTIONS),
        )
    return given


def _inputs(found: Found) -> Mapping[str, str]:
    """The names of the node's inputs by their role, empty for those that are left out."""
    names, roles = list(found.node.input), INPUTS if found.node.op_type == "LSTM" else INPUTS[:6]
    if len(names) > len(roles) or not all(names[1:3]) or len(names) < 3:
        raise FormatError(
            "{called} has {count} inputs; it needs X, W and R, and may have {roles}: export "
            "the model again.",
            called=called(found.node),
            count=len(names),
            roles=", ".join(roles[3:]),
        )
    return dict.fromkeys(INPUTS, "") | dict(zip(roles, names, strict=False))


def _refuse_what_is_not_computed(
    found: Found, given: Attributes, inputs: Mapping[str, str], constants: Constants
) -> None:
    what = called(found.node)
    if "clip" in given:
        raise FormatError(
            "{what} clips what enters its activations to ±{given:g} (attribute clip); that is "
            "not computed: only a model without clip is read.",
            what=what,
            given=given["clip"],
        )
    if given.get("input_forget"):
        raise FormatError(
            "{what} couples the input and the forget gate (attribute input_forget); that is "
            "not computed: only separate gates are.",
            what=what,
        )
    if inputs["P"] and constants.fill(found.scope, inputs["P"]) != 0:
        raise FormatError(
            "{what} has peephole weights (input P, {inputs}), by which its gates see the cell "
            "state; that is not computed: only an LSTM without them, or with zeros, is.",
            what=what,
            inputs=shown(inputs["P"]),
        )


def _stacked(
    found: Found, cell: Cell, given: Attributes, inputs: Mapping[str, str], constants: Constants
) -> Stacked:
    """The weights, of one kind of numbers and of shapes that fit each other."""
    raw = {role: _weight(found, role, inputs[role], constants) for role in "WRB" if inputs[role]}
    dtypes = {role: array.dtype for role, array in raw.items()}
    if len(set(dtypes.values())) > 1:
        kinds = ", ".join(f"{role} {dtype}" for role, dtype in dtypes.items())
        raise FormatError(
            "{called} mixes {kinds}; its weights need one type.",
            called=called(found.node),
            kinds=kinds,
        )
    needed = _shapes(found, cell, given, raw)
    for role, array in raw.items():
        if array.shape != needed[role]:
            raise FormatError(
                "{role} of {called} has shape {shape}; {a} {cell} of direction {given} with "
                "{needed} units needs {axes}.",
                role=role,
                called=called(found.node),
                shape=array.shape,
                a=article(cell.upper()),
                cell=cell.upper(),
                given=given["direction"],
                needed=needed["R"][-1],
                axes=needed[role],
            )
    numbers = {role: limits.numbers(inputs[role], array) for role, array in raw.items()}
    none = np.zeros(needed["B"], numbers["W"].dtype)
    return Stacked(numbers["W"], numbers["R"], numbers.get("B", none))


def _shapes(
    found: Found, cell: Cell, given: Attributes, raw: Mapping[str, Values]
) -> Mapping[str, tuple[int, ...]]:
    """The shapes that W, R and B need. The units are the last axis of R, the inputs that of W."""
    units, inputs = (raw[role].shape[-1] if raw[role].ndim else 0 for role in "RW")
    said = given.get("hidden_size", units)
    if not 1 <= units <= limits.MAX_UNITS or said != units:
        raise FormatError(
            "{called} has R of shape {shape} and hidden_size {said}; the last axis of R is the "
            "number of units, 1 to {max_units}, and hidden_size says the same: export the "
            "model again.",
            called=called(found.node),
            shape=raw["R"].shape,
            said=said,
            max_units=limits.MAX_UNITS,
        )
    count, rows = DIRECTIONS[given["direction"]], len(GATES[cell]) * units
    return {"W": (count, rows, max(inputs, 1)), "R": (count, rows, units), "B": (count, 2 * rows)}


def _weight(found: Found, role: str, name: str, constants: Constants) -> Values:
    try:
        return constants.value(found.scope, name)
    except ComputedError as error:
        raise FormatError(
            "{role} of {called} is not in the file: {reason}; weights need to be constants: "
            "fold them when exporting, or run a tool such as onnxsim.",
            role=role,
            called=called(found.node),
            reason=error.reason,
        ) from error


def _direction(cell: Cell, stacked: Stacked, at: int, initial: tuple[Array, ...]) -> Direction:
    w, r = (gates_apart("onnx", cell, one[at]) for one in (stacked.w, stacked.r))
    b_x, b_h = biases_apart("onnx", cell, stacked.b[at])
    return Direction(read_only(w), read_only(r), read_only(b_x), read_only(b_h), initial)


def _order(cell: Cell, given: Attributes) -> Answers:
    """Where reset acts, and for a single direction in which order the steps are read."""
    said = {}
    if cell == "gru":
        said["reset_after"] = "true" if given["linear_before_reset"] else "false"
    if given["direction"] != "bidirectional":
        said["backward"] = "true" if given["direction"] == "reverse" else "false"
    return said


def _place(found: Found, given: Attributes) -> tuple[str, ...]:
    """What to say of where the node stands and what it reads."""
    notes: list[str] = []
    if found.scope.where:
        notes.append(
            Said(
                "It stands in {where}, which decides whether and how often it is run.",
                where=found.scope.where,
            )
        )
    before = reads(found)
    if before is not None:
        notes.append(Said("It reads the output of {node}.", node=called(before)))
    if given["layout"] == 1:
        notes.append(Said("The model gives it sequences as (batch, step, input)."))
    return tuple(notes)
