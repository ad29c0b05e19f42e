"""Where a recurrent node of ONNX starts, and how long its sequences are: both may be left open."""

from typing import NamedTuple, TypeAlias

import numpy as np

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES, Cell
from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx.constants import ComputedError, Constants
from gru_core.formats.onnx.graph import DEFAULT_DOMAIN, Found, Scope, called
from gru_core.formats.onnx.tensors import Values


class Layout(NamedTuple):
    """What the shapes of a node's states depend on."""

    cell: Cell
    directions: int
    units: int
    batch_first: bool  # states are (batch, direction, unit), not (direction, batch, unit)


# For each direction its states, each (unit,), as STATES; () for zeros.
Starts: TypeAlias = tuple[tuple[Array, ...], ...]
Notes: TypeAlias = tuple[str, ...]


def lengths(found: Found, name: str, constants: Constants) -> Notes:
    """What to say of the input sequence_lens. Errors: FormatError for lengths that differ."""
    if not name:
        return ()
    try:
        counts = np.unique(constants.value(found.scope, name))
    except ComputedError as error:
        return (
            f"The lengths of the sequences are not fixed ({error.reason}): here each sequence is "
            "read whole.",
        )
    if counts.size != 1:
        raise FormatError(
            f"{called(found.node)} reads sequences of the fixed lengths "
            f"{', '.join(map(str, counts[:8]))}; only whole sequences are read: leave the input "
            "sequence_lens out when exporting."
        )
    return (
        f"The model reads the first {counts[0]} steps of each sequence and no other: here each "
        "sequence is read whole.",
    )


def starts(
    found: Found, names: tuple[str, ...], layout: Layout, constants: Constants
) -> tuple[Starts, Notes]:
    """The initial states of each direction, and what to say of those that the file leaves open.

    names: of the inputs initial_h and initial_c, empty where they are left out.
    Errors: FormatError; NotFiniteError and RangeError naming the tensor.
    """
    arrays, notes = [], []
    for state, name in zip(STATES[layout.cell], names, strict=True):
        array = _state(found, name, layout, constants) if name else None
        if isinstance(array, str):
            notes.append(
                f"Its initial {state} state is not in the file ({array}): it is taken to be zero."
            )
        arrays.append(array if isinstance(array, np.ndarray) else None)
    if not any(array is not None and array.any() for array in arrays):
        return ((),) * layout.directions, tuple(notes)
    zeros = np.zeros((layout.directions, layout.units), np.float32)
    filled = [zeros if array is None else array for array in arrays]
    by_direction = tuple(
        tuple(read_only(array[at]) for array in filled) for at in range(layout.directions)
    )
    return by_direction, tuple(notes)


def _state(found: Found, name: str, layout: Layout, constants: Constants) -> Array | str:
    """One initial state, (direction, unit); a text says why the file does not fix it."""
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
            return error.reason
        value = np.full(shape, fill, np.float32)
    if value.ndim != 3 or np.delete(value.shape, batch).tolist() != sizes:
        raise FormatError(
            f"{shown(name)}, an initial state of {called(found.node)}, has shape {value.shape}; "
            f"it needs {shape}, with any batch in place of the 1."
        )
    rows: Array = np.moveaxis(limits.numbers(name, value), batch, 0)  # (batch, direction, unit)
    if len(rows) == 0 or (rows != rows[0]).any():
        raise FormatError(
            f"{shown(name)}, an initial state of {called(found.node)}, differs along the batch of "
            f"{len(rows)}; one sequence is run at a time: export it with a batch of 1."
        )
    first: Array = rows[0]
    return first


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
