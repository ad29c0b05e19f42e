"""Whether the arrays of an entry fit each other: gates, units, and each layer the one below."""

from collections.abc import Sequence

from gru_core.conventions import GATES, STATES, Cell
from gru_core.errors import FormatError, ShapeError, shown
from gru_core.formats.limits import MAX_LAYERS, MAX_UNITS
from gru_core.formats.model import Direction, Entry
from gru_core.run import MERGES
from gru_core.weights import AXES, PARTS, PROJECTED_AXES, PROJECTION, WEIGHTS, Weights
from gru_core.words import article


def weights_of(cell: Cell, direction: Direction, **options: object) -> Weights:
    """The weights of one direction. options: of WEIGHTS[cell], such as reset_after.

    Errors: those of Weights.
    """
    parts = [getattr(direction, part) for part in PARTS]
    if direction.w_p is not None:
        options |= {PROJECTION: direction.w_p}
    return WEIGHTS[cell](*parts, **options)  # type: ignore[arg-type]


def check_entry(entry: Entry) -> None:
    """Raise FormatError or ShapeError unless the layers of an entry can be run one on another."""
    if not 1 <= len(entry.layers) <= MAX_LAYERS:
        raise FormatError(
            "{name} has {count} layers; 1 to {max_layers} are read.",
            name=shown(entry.name),
            count=len(entry.layers),
            max_layers=MAX_LAYERS,
        )
    inputs = 0
    for index, layer in enumerate(entry.layers):
        where = f"{shown(entry.name)}, layer {index}"
        if len(layer) not in (1, 2):
            raise FormatError(
                "{where}, has {count} directions; it needs 1 or 2.",
                where=where,
                count=len(layer),
            )
        for direction in layer:
            _check_direction(where, entry.cell, direction, inputs)
        inputs = _outputs(where, entry, layer)


def _check_direction(where: str, cell: Cell, direction: Direction, inputs: int) -> None:
    """inputs: what the layer below gives, 0 for the lowest."""
    hidden, own = (
        shape[-1] if shape else 0 for shape in (direction.w_h.shape, direction.w_x.shape)
    )
    parts: tuple[str, ...] = PARTS
    units, axes = hidden, AXES
    if direction.w_p is not None:
        if cell != "lstm":
            raise FormatError(
                "{where}, has a projection; {a} {cell} has none: the file is damaged.",
                where=where,
                a=article(cell.upper()),
                cell=cell.upper(),
            )
        shape = direction.w_p.shape
        units, axes, parts = shape[-1] if shape else 0, PROJECTED_AXES, (*PARTS, PROJECTION)
    sizes = {"gate": len(GATES[cell]), "unit": units, "input": own, "number": hidden}
    for part in parts:
        shape, needed = getattr(direction, part).shape, tuple(sizes[axis] for axis in axes[part])
        if shape != needed or 0 in shape:
            raise ShapeError(
                "{where}, has {part} of shape {shape}; the {cell} with {units} units and {own} "
                "inputs needs {needed}, the axes being ({axes}).",
                where=where,
                part=part,
                shape=shape,
                cell=cell.upper(),
                units=units,
                own=own,
                needed=needed,
                axes=", ".join(axes[part]),
            )
    if units > MAX_UNITS:
        raise FormatError(
            "{where}, has {units} units; up to {max_units} are read: choose a smaller one.",
            where=where,
            units=units,
            max_units=MAX_UNITS,
        )
    if inputs and own != inputs:
        raise ShapeError(
            "{where}, takes {own} inputs; the layer below gives {inputs}: the two are not of "
            "one stack.",
            where=where,
            own=own,
            inputs=inputs,
        )
    shapes = [state.shape for state in direction.initial]
    wanted = [(hidden if name == "hidden" else units,) for name in STATES[cell]]
    if shapes and shapes != wanted:
        raise ShapeError(
            "{where}, has initial states of the shapes {shapes}; it needs {states}, of {wanted}.",
            where=where,
            shapes=shapes,
            states=", ".join(STATES[cell]),
            wanted=wanted,
        )


def _outputs(where: str, entry: Entry, layer: Sequence[Direction]) -> int:
    """How many numbers a layer gives the one above."""
    units = [int(direction.w_h.shape[2]) for direction in layer]
    inputs = {direction.w_x.shape[2] for direction in layer}
    if len(inputs) > 1:
        raise ShapeError(
            "{where}, reads {inputs} inputs in its two directions; they share one.",
            where=where,
            inputs=sorted(inputs),
        )
    if entry.merge == "concat":
        return sum(units)
    if entry.merge not in MERGES or len(set(units)) > 1:
        raise FormatError(
            "{where}, has {units} units and the merge {merge!r}; it needs one of {merges}, and "
            "equal units for all but concat.",
            where=where,
            units=units,
            merge=entry.merge,
            merges=", ".join(MERGES),
        )
    return units[0]
