"""Run a layer of a file as its framework does: the whole layer's sequence, and every gate of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES, Cell
from gru_core.errors import ShapeError, UnknownNameError
from gru_core.formats import spreading
from gru_core.formats.reads import ALL, Mask, Reads
from gru_core.run import MERGES, Initial, Layer, Merge, run_backward, run_layers
from gru_core.trace import Trace
from gru_core.weights import Weights

# By layer and direction the states before its first step, each (unit,), as STATES; () for zeros.
Initials: TypeAlias = tuple[tuple[tuple[Array, ...], ...], ...]

FORWARD: Final = "forward"
BACKWARD: Final = "backward"
INITIAL_NAMES: Final = ("h0", "c0")  # in the order of STATES


@dataclass(frozen=True, eq=False)
class Ready:
    """A layer, or a stack, of a file with nothing left open. Compared by identity."""

    name: str  # as the file calls it
    cell: Cell
    layers: tuple[Layer, ...]  # the lowest first
    merge: Merge
    backward: bool  # layers of one direction read from the last step to the first
    reading_order: bool  # and leave their output in that order
    initials: Initials
    reads: Reads = ALL  # what its model passes over of an input

    @property
    def directions(self) -> tuple[tuple[Weights, ...], ...]:
        """The weights by layer and direction."""
        return tuple((one,) if isinstance(one, Weights) else one for one in self.layers)

    @property
    def first(self) -> Weights:
        """The weights that read the input first."""
        return self.directions[0][0]


@dataclass(frozen=True, eq=False)
class FileTrace:
    """What a run of a file's layer leaves behind. Compared by identity."""

    output: Array  # (step, units × directions), as the framework returns the sequence
    layers: tuple[Mapping[str, Trace], ...]  # by "forward" and "backward", on the step axis of x
    read: Mask | None = None  # (step,), false at the steps passed over; None where there are none

    def named(self) -> Iterator[tuple[str, Array]]:
        """Every track and initial state by its name in a file, such as layer0.forward.update."""
        return named(self.layers)


class Tracked(Protocol):
    """What was run in one direction: a trace, or one of many sequences."""

    @property
    def tracks(self) -> Mapping[str, Array]:
        """By their names."""

    @property
    def initial(self) -> tuple[Array, ...]:
        """The states before the first step, in the order of conventions.STATES[cell]."""


def named(layers: Iterable[Mapping[str, Tracked]]) -> Iterator[tuple[str, Array]]:
    """Every track and initial state of the directions of layers, by its name in a file."""
    for at, directions in enumerate(layers):
        for direction, one in directions.items():
            where = f"layer{at}.{direction}"
            yield from ((f"{where}.{track}", values) for track, values in one.tracks.items())
            states = zip(INITIAL_NAMES, one.initial, strict=False)
            yield from ((f"{where}.{name}", state) for name, state in states)


def run_ready(
    ready: Ready, x: npt.ArrayLike, initials: Initials | None = None, mask: Mask | None = None
) -> FileTrace:
    """Run every layer over one sequence, computed exactly, in the precision of the file.

    x: (step, input). initials: None for those of the file, or zeros. mask: (step,), false for steps
    that are passed over beside those that the file says. Errors: those of run_layers.
    """
    inputs = checks.sequence("x", x, ready.first.input_size, ready.first.dtype)
    starts = ready.initials if initials is None else initials
    read = ready.reads.mask(inputs)
    if mask is not None:
        read &= mask
    if read.all():
        return _run(ready, inputs, starts)
    kept = inputs[read] if read.any() else inputs[:1]  # of nothing read only the start is kept
    return spread_out(ready, _run(ready, kept, starts), read, inputs)


def _run(ready: Ready, inputs: Array, starts: Initials) -> FileTrace:
    if not ready.backward:
        return _run_forward(ready, inputs, starts)
    layers, read = [], inputs
    for (weights,), (start,) in zip(ready.directions, starts, strict=True):
        layers.append({BACKWARD: run_backward(weights, read, start or None, exactly=True)})
        read = layers[-1][BACKWARD]["hidden"]
    return FileTrace(read[::-1] if ready.reading_order else read, tuple(layers))


def spread_out(ready: Ready, ran: FileTrace, read: Mask, x: Array) -> FileTrace:
    """A run of the steps read on all steps of x, (step, input). read: (step,), made read-only."""
    layers, given = [], x
    for at, directions in enumerate(ran.layers):
        if at:
            below = next(iter(directions.values())).x
            given = spreading.inputs_above(directions, read, below)
        layers.append({way: spreading.spread(one, read, given) for way, one in directions.items()})
    zeros = ready.reads.zeros
    ways = [spreading.output_of(one, read, zeros=zeros) for one in layers[-1].values()]
    output = ways[0] if len(ways) == 1 else MERGES[ready.merge](ways[0], ways[1])
    if ready.backward and ready.reading_order:
        output = output[::-1]
    read.flags.writeable = False
    return FileTrace(read_only(output), tuple(layers), read)


def initials_of(ready: Ready, given: Mapping[str, Array]) -> Initials:
    """The initial states with some given by the user; the others as the file has them, or zeros.

    given: by the name of a state, such as hidden, (unit,) for a single layer of one direction, or
    (layer·direction, unit) in the order of PyTorch: layer 0 forward, layer 0 backward, layer 1 …
    Errors: UnknownNameError for a state that the cell does not have; ShapeError.
    """
    names = STATES[ready.cell]
    for name in given:
        if name not in names:
            raise UnknownNameError(
                "The {cell} has no {name} state; it has {names}: leave it out.",
                cell=ready.cell.upper(),
                name=name,
                names=", ".join(names),
            )
    flat = [weights for layer in ready.directions for weights in layer]
    rows = {name: _rows(name, value, flat) for name, value in given.items()}
    found, at = [], 0
    for layer, starts in zip(ready.directions, ready.initials, strict=True):
        states = []
        for weights, start in zip(layer, starts, strict=True):
            own = start or zeros_of(weights)
            states.append(tuple(rows[n][at] if n in rows else own[i] for i, n in enumerate(names)))
            at += 1
        found.append(tuple(states))
    return tuple(found)


def zeros_of(weights: Weights) -> tuple[Array, ...]:
    """The states before the first step of a run that begins at zero."""
    return tuple(np.zeros(weights.size(name), weights.dtype) for name in STATES[weights.cell])


def _run_forward(ready: Ready, x: Array, initials: Initials) -> FileTrace:
    starts: list[Initial | tuple[Initial, Initial]] = [
        states[0] or None if len(states) == 1 else (states[0] or None, states[1] or None)
        for states in initials
    ]
    made = run_layers(ready.layers, x, starts, merge=ready.merge, exactly=True)
    layers = tuple(
        {FORWARD: layer.forward} | ({} if layer.backward is None else {BACKWARD: layer.backward})
        for layer in made.layers
    )
    return FileTrace(read_only(made.output), layers)


def _rows(name: str, value: Array, directions: list[Weights]) -> Array:
    """One row for each layer and direction, (layer·direction, unit)."""
    count, units = len(directions), {weights.size(name) for weights in directions}
    rows = value[np.newaxis] if value.ndim == 1 and count == 1 else value
    if len(units) > 1 or rows.shape != (count, *units):
        needed = " or ".join(f"({count}, {size})" for size in sorted(units))
        raise ShapeError(
            "the initial {name} has shape {shape}; it needs {needed}, a row for each of the "
            "{count} layers and directions in the order of PyTorch.",
            name=name,
            shape=value.shape,
            needed=needed,
            count=count,
        )
    return checks.floats(f"the initial {name}", rows)
