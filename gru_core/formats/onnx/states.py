"""Where a recurrent node of ONNX starts, and how long its sequences are: both may be left open."""

from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES, Cell
from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx.constants import ComputedError, Constants
from gru_core.formats.onnx.folding import Folding, Sizes
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Found, Scope, called
from gru_core.formats.onnx.origins import origin, sequence_inputs
from gru_core.formats.onnx.tensors import Values
from gru_core.formats.reads import ALL, Reads
from gru_core.words import Said


class Layout(NamedTuple):
    """What the shapes of a node's states depend on, and those of what it reads."""

    cell: Cell
    directions: int
    units: int
    inputs: int
    batch_first: bool  # states are (batch, direction, unit), not (direction, batch, unit)
    opset: int


Notes: TypeAlias = tuple[str, ...]

# The size of the first open axis, and how much larger each further one is.
WORLDS: Final = ((1, 0), (23, 2), (40, 3))


def lengths(found: Found, name: str, layout: Layout, constants: Constants) -> tuple[Reads, Notes]:
    """How much of a sequence is read, as the input sequence_lens has it, and what to say of it.

    Errors: FormatError for lengths that differ, and for fixed ones that are not followed.
    """
    if not name:
        return ALL, ()
    try:
        counts = np.unique(constants.value(found.scope, name))
    except ComputedError as error:
        made = origin(found.scope, name)
        folded = None if made.given else _folded_lengths(found, name, layout, constants)
        if folded is not None:
            return _fixed_lengths(found, folded)
        if not made.given and not made.shaped:
            raise FormatError(
                "The lengths of the sequences of {called} (input sequence_lens) are computed "
                "from constants of the file, which is not done here ({reason}): leave the "
                "input out when exporting.",
                called=called(found.node),
                reason=error.reason,
            ) from None
        return ALL, (
            Said(
                "The lengths of the sequences are not fixed ({reason}): here each sequence is read "
                "whole, or as far as you say.",
                reason=error.reason,
            ),
        )
    return _fixed_lengths(found, counts)


def _folded_lengths(found: Found, name: str, layout: Layout, constants: Constants) -> Values | None:
    """The lengths that constants come to, each once, at any size; None where they do not."""
    try:
        first, other = (
            np.unique(world.value(found.scope, name))
            for world in worlds(found, layout, constants)[1:]
        )
    except FormatError:
        return None
    return first if np.array_equal(first, other) else None


def _fixed_lengths(found: Found, counts: Values) -> tuple[Reads, Notes]:
    if counts.size != 1 or counts[0] < 0:
        raise FormatError(
            "{called} reads sequences of the fixed lengths {counts}; only whole sequences are "
            "read: leave the input sequence_lens out when exporting.",
            called=called(found.node),
            counts=", ".join(map(str, counts[:8])),
        )
    steps = int(counts[0])
    first = Said("The model reads the first {steps} steps of each sequence.", steps=steps)
    return Reads(steps=steps), (first,)


class Starts(NamedTuple):
    """Where a node starts, as far as the file says it."""

    initials: tuple[tuple[Array, ...], ...]  # by direction its states, each (unit,); () for zeros
    notes: Notes  # on those that the file leaves open
    computed: bool  # whether one is computed from what the model is given


class _Open(NamedTuple):
    """A state that the file does not fix."""

    reason: str
    computed: bool  # from what the model is given, and not simply given


def starts(found: Found, names: tuple[str, ...], layout: Layout, constants: Constants) -> Starts:
    """The initial states of each direction, and what the file leaves open of them.

    names: of the inputs initial_h and initial_c, empty where they are left out.
    Errors: FormatError, also for a state that is fixed but made by operators that are not followed;
    NotFiniteError and RangeError naming the tensor.
    """
    arrays, notes, computed = [], [], False
    for state, name in zip(STATES[layout.cell], names, strict=True):
        array = _state(found, name, state, layout, constants) if name else None
        if isinstance(array, _Open):
            notes.append(_said_of_open(state, array))
            computed = computed or array.computed
        if isinstance(array, _Folded):
            notes.append(_said_of_folded(state, array))
            array = array.value
        arrays.append(array if isinstance(array, np.ndarray) else None)
    if not any(array is not None and array.any() for array in arrays):
        return Starts(((),) * layout.directions, tuple(notes), computed)
    zeros = np.zeros((layout.directions, layout.units), np.float32)
    filled = [zeros if array is None else array for array in arrays]
    by_direction = tuple(
        tuple(read_only(array[at]) for array in filled) for at in range(layout.directions)
    )
    return Starts(by_direction, tuple(notes), computed)


class _Folded(NamedTuple):
    """A state that the file makes of its constants."""

    value: Array  # (direction, unit)
    chain: tuple[str, ...]  # the nodes that make it, the last one first


def _said_of_folded(state: str, made: _Folded) -> str:
    return Said(
        "Its initial {state} state is worked out from constants of the file, by {chain}.",
        state=state,
        chain=", ".join(made.chain),
    )


def _said_of_open(state: str, left: _Open) -> str:
    if left.computed:
        return Said(
            "Its initial {state} state is computed in the model from what that is given "
            "({reason}).",
            state=state,
            reason=left.reason,
        )
    return Said(
        "Its initial {state} state is not in the file ({reason}): it is zeros, or what you give.",
        state=state,
        reason=left.reason,
    )


def _state(
    found: Found, name: str, state: str, layout: Layout, constants: Constants
) -> Array | _Open | _Folded:
    """One initial state, (direction, unit), or why the file does not fix it."""
    batch = 0 if layout.batch_first else 1
    sizes = [layout.directions, layout.units]
    shape = (*sizes[:batch], 1, *sizes[batch:])
    try:
        value = _spread(found.scope, name, shape, constants)
        if value is None:
            value = constants.value(found.scope, name)
    except ComputedError as error:
        fill = constants.fill(found.scope, name)
        if fill is None:
            return _open(found, name, state, layout, constants, error.reason)
        value = np.full(shape, fill, np.float32)
    return _row(found, name, value, layout)


def _row(found: Found, name: str, value: Values, layout: Layout) -> Array:
    """The state of every sequence of a batch, (direction, unit). Errors: FormatError."""
    batch = 0 if layout.batch_first else 1
    sizes = [layout.directions, layout.units]
    shape = (*sizes[:batch], 1, *sizes[batch:])
    if value.ndim != 3 or np.delete(value.shape, batch).tolist() != sizes:
        raise FormatError(
            "{name}, an initial state of {called}, has shape {shape}; it needs {needed}, with "
            "any batch in place of the 1.",
            name=shown(name),
            called=called(found.node),
            shape=value.shape,
            needed=shape,
        )
    rows: Array = np.moveaxis(limits.numbers(name, value), batch, 0)  # (batch, direction, unit)
    if len(rows) == 0:
        raise FormatError(
            "{name}, an initial state of {called}, has shape {shape}, of no sequence: export it "
            "with a batch of 1.",
            name=shown(name),
            called=called(found.node),
            shape=value.shape,
        )
    if (rows != rows[0]).any():
        raise FormatError(
            "{name}, an initial state of {called}, differs along the batch of {count}; only one "
            "state for all sequences is read from a file: export it as an input of the model, and "
            "give each sequence its own (--initial).",
            name=shown(name),
            called=called(found.node),
            count=len(rows),
        )
    first: Array = rows[0]
    return first


def _open(
    found: Found, name: str, state: str, layout: Layout, constants: Constants, reason: str
) -> _Open | _Folded:
    """What is made of a state that does not simply stand in the file.

    Errors: FormatError for one that is the same for any input, and not worked out here.
    """
    made = origin(found.scope, name)
    if made.given:
        # A part of what is read as the sequence is not given for itself, and is no zeros.
        read = sequence_inputs(found.scope, found.node.input[0])
        return _Open(reason, not made.moved or bool(made.inputs & read))
    if not made.chain:  # nothing makes it, and nobody gives it
        raise FormatError(
            "The initial {state} state of {called}: {reason}.",
            state=state,
            called=called(found.node),
            reason=reason,
        )
    try:
        rows = [
            _row(found, name, one, layout)
            for one in _at_allsizes_of(found, name, layout, constants)
        ]
    except ComputedError as error:
        raise FormatError(
            "The initial {state} state of {called} is in the file, but computed from its constants "
            "by {chain}; that is not done here ({reason}), and zeros in its place would be another "
            "model. Have the constants folded for a batch of 1 and a fixed number of steps (in "
            "onnxruntime, SessionOptions.add_free_dimension_override_by_name and "
            "optimized_model_filepath), or export the state as an input of the model.",
            state=state,
            called=called(found.node),
            chain=", ".join(made.chain),
            reason=error.reason,
        ) from None
    if any((row != rows[0]).any() for row in rows):
        raise FormatError(
            "The initial {state} state of {called} depends on how long the input is, or how large "
            "its batch ({chain}); that is not done here: export the model for fixed sizes, or the "
            "state as an input of it.",
            state=state,
            called=called(found.node),
            chain=", ".join(made.chain),
        )
    return _Folded(rows[0], made.chain)


def _at_allsizes_of(found: Found, name: str, layout: Layout, constants: Constants) -> list[Values]:
    """What a name comes to at several sizes of the input. Errors: FormatError, ComputedError."""
    ones, *larger = worlds(found, layout, constants)
    values = [world.value(found.scope, name) for world in larger]
    with suppress(FormatError):  # one step may be fewer than what stands before the layer takes
        values.append(ones.value(found.scope, name))
    return values


def worlds(found: Found, layout: Layout, constants: Constants) -> tuple[Folding, ...]:
    """The model with every open size 1, and twice with all of them different and larger.

    The same ones for every node of a model, so that each value is worked out once.
    """
    x = found.node.input[0]
    given = found.scope.inputs.get(x)
    said = given is None or given.type.tensor_type.HasField("shape")
    ranks = {} if said else {x: (0, 0, layout.inputs)}
    key = tuple(ranks.items())
    if key not in constants.worlds:
        constants.worlds[key] = tuple(
            Folding(layout.opset, sizes_of(*ends), ranks) for ends in WORLDS
        )
    return constants.worlds[key]


def sizes_of(first: int, apart: int) -> Sizes:
    """A size for each open axis by its name: the first one met, and each further one larger."""
    known: dict[str, int] = {}
    return lambda axis: known.setdefault(axis, first + apart * len(known))


def _spread(scope: Scope, name: str, shape: tuple[int, ...], constants: Constants) -> Values | None:
    """A learned state that is repeated for each sequence of a batch, whose size is not known.

    shape: that of a batch of 1. None if the name is nothing of this kind.
    """
    node = scope.source(name).node
    if node is None or node.domain not in DEFAULT_DOMAIN or node.op_type != "Expand":
        return None
    value = constants.value(scope.source(name).scope, node.input[0])
    try:
        return np.broadcast_to(value, shape)
    except ValueError:  # it has a batch of its own
        return None
