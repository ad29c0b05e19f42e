"""Run a layer, or a stack of layers, over a sequence; the answer is a trace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, Dtype, read_only
from gru_core.bounds import check_bounded
from gru_core.changes.interventions import Intervention, check_intervention
from gru_core.conventions import STATES
from gru_core.engines import EngineName, engine_named
from gru_core.engines.held import held_of
from gru_core.engines.stretches import in_stretches
from gru_core.errors import ShapeError, unknown_name
from gru_core.trace import Trace
from gru_core.weights import Weights

# One state (unit,), or a tuple of as many as the cell has: for the LSTM (hidden, cell).
Initial: TypeAlias = npt.ArrayLike | tuple[npt.ArrayLike, ...] | None
# A layer that reads forward, or a pair: one that reads forward, one that reads backward.
Layer: TypeAlias = Weights | tuple[Weights, Weights]
Merge: TypeAlias = Literal["concat", "sum", "mean", "product"]

# How the two directions become one output; hidden states are (step, unit).
MERGES: Final[Mapping[Merge, Callable[[Array, Array], Array]]] = MappingProxyType(
    {
        "concat": lambda forward, backward: np.concatenate((forward, backward), axis=1),
        "sum": lambda forward, backward: forward + backward,
        "mean": lambda forward, backward: (forward + backward) / 2,
        "product": lambda forward, backward: forward * backward,
    }
)


@dataclass(frozen=True, eq=False)
class LayerTrace:
    """One layer of a stack. Both traces are on the step axis of the layer's input."""

    forward: Trace
    backward: Trace | None  # index t belongs to input t, read from the last step to the first
    output: Array  # (step, feature): what the next layer reads


@dataclass(frozen=True, eq=False)
class LayersTrace:
    """Every layer of a stack, the lowest first."""

    layers: tuple[LayerTrace, ...]

    @property
    def output(self) -> Array:
        """What the last layer gives, (step, feature)."""
        return self.layers[-1].output


def run(
    weights: Weights,
    x: npt.ArrayLike,
    initial: Initial = None,
    *,
    engine: EngineName = "numpy",
    interventions: Sequence[Intervention] = (),
    exactly: bool = False,
) -> Trace:
    """Run one layer over one sequence, in the dtype of the weights.

    x: (step, input). initial: (unit,), for the LSTM the pair (hidden, cell); zeros if None.
    interventions: what is held at a value, of this cell; the last of the list wins.
    exactly: for float32, compute in float64 and round at the end. It takes about twice as long;
    sums in float32 may leave a trace some millionths off, and every engine by others.
    Errors: ShapeError, EmptySequenceError, NotFiniteError, RangeError, UnknownNameError; the third
    and the fourth also where a state with relu grows without end.
    """
    trace = _run(weights, x, initial, engine, interventions, exactly)
    check_bounded(weights, trace)
    return trace


def _run(
    weights: Weights,
    x: npt.ArrayLike,
    initial: Initial,
    engine: EngineName,
    interventions: Sequence[Intervention],
    exactly: bool,
) -> Trace:
    """Run one layer over one sequence, and let a state with relu grow without end.

    Arguments, and errors but for that one, as in run.
    """
    compute = engine_named(engine)
    if exactly:
        compute = in_stretches(compute)
    inputs = checks.sequence("x", x, weights.input_size, weights.dtype)
    states, held = initial_states(weights, initial), tuple(interventions)
    for one in held:
        check_intervention(one, {weights.cell: weights}, len(inputs))
    laid_out = held_of(weights, held, len(inputs))
    tracks = compute(weights, inputs, states, laid_out)
    return Trace(weights.cell, inputs, states, tracks, interventions=held)


def run_backward(
    weights: Weights,
    x: npt.ArrayLike,
    initial: Initial = None,
    *,
    engine: EngineName = "numpy",
    interventions: Sequence[Intervention] = (),
    exactly: bool = False,
) -> Trace:
    """Run one layer from the last step to the first; the trace is on the step axis of x.

    `initial` is the state after the end of the sequence; the steps of interventions are those
    of x. Arguments and errors as in run.
    """
    inputs, held = checks.sequence("x", x), tuple(interventions)
    for one in held:
        check_intervention(one, {weights.cell: weights}, len(inputs))
    mirrored = [one.mirrored(len(inputs)) for one in held]
    flipped = _run(weights, inputs[::-1], initial, engine, mirrored, exactly)
    tracks = {name: track[::-1] for name, track in flipped.items()}
    trace = Trace(weights.cell, flipped.x[::-1], flipped.initial, tracks, True, held)
    check_bounded(weights, trace, backward=True)
    return trace


def run_layers(
    layers: Sequence[Layer],
    x: npt.ArrayLike,
    initials: Sequence[Initial | tuple[Initial, Initial]] | None = None,
    *,
    engine: EngineName = "numpy",
    merge: Merge = "concat",
    exactly: bool = False,
) -> LayersTrace:
    """Run a stack: each layer reads the output of the one below.

    layers: weights, or (forward, backward) pairs; x: (step, input); initials: one for each layer,
    a pair for a pair, None for zeros; merge: how the directions of a pair become one output;
    exactly: as in run, layer by layer.
    Errors: those of run; ShapeError also names the layer that does not fit.
    """
    if merge not in MERGES:
        raise unknown_name("merge", merge, MERGES)
    starts = [None] * len(layers) if initials is None else list(initials)
    if not layers or len(starts) != len(layers):
        raise ShapeError(
            "there are {count} layers and {needed} initial states; a stack needs at least one "
            "layer, and one initial state (or None) for each.",
            count=len(layers),
            needed=len(starts),
        )
    output, traces = checks.sequence("x", x), []
    for index, (layer, start) in enumerate(zip(layers, starts, strict=True)):
        _check_layer(index, layer, output, merge)
        traces.append(_run_layer(layer, output, start, engine, merge, exactly))
        output = traces[-1].output
    return LayersTrace(tuple(traces))


def initial_states(weights: Weights, initial: Initial = None) -> tuple[Array, ...]:
    """The states before the first step, each (unit,), in the order of STATES[cell].

    A projected hidden state is (number,).
    """
    names, dtype = STATES[weights.cell], weights.dtype
    if initial is None:
        return tuple(read_only(np.zeros(weights.size(name), dtype)) for name in names)
    parts = _as_states(initial)
    if len(parts) != len(names):
        raise ShapeError(
            "initial has {count} states; the {cell} needs {needed}, ({names}): pass a tuple "
            "of them, or None for zeros.",
            count=len(parts),
            cell=weights.cell.upper(),
            needed=len(names),
            names=", ".join(names),
        )
    return tuple(
        _state(weights, name, part, dtype) for name, part in zip(names, parts, strict=True)
    )


def _state(weights: Weights, name: str, part: npt.ArrayLike, dtype: Dtype) -> Array:
    if not (weights.is_projected and name == "hidden"):
        return checks.state(f"the initial {name}", part, weights.units, dtype)
    hidden = checks.floats("the initial hidden", part, dtype)
    if hidden.shape != (weights.hidden_size,):
        raise ShapeError(
            "the initial hidden has shape {shape}; this layer projects its hidden state, which "
            "needs ({needed},): give one number for each.",
            shape=hidden.shape,
            needed=weights.hidden_size,
        )
    return hidden


def _as_states(initial: npt.ArrayLike | tuple[npt.ArrayLike, ...]) -> tuple[npt.ArrayLike, ...]:
    """A tuple of vectors as it is; anything else, also a tuple of numbers, is one vector."""
    if isinstance(initial, tuple) and all(np.ndim(part) > 0 for part in initial):
        return initial
    return (cast("npt.ArrayLike", initial),)


def _run_layer(
    layer: Layer,
    x: Array,
    initial: Initial | tuple[Initial, Initial],
    engine: EngineName,
    merge: Merge,
    exactly: bool,
) -> LayerTrace:
    if isinstance(layer, Weights):
        trace = run(layer, x, cast("Initial", initial), engine=engine, exactly=exactly)
        return LayerTrace(trace, None, trace["hidden"])
    first, last = (None, None) if initial is None else cast("tuple[Initial, Initial]", initial)
    forward = run(layer[0], x, first, engine=engine, exactly=exactly)
    backward = run_backward(layer[1], x, last, engine=engine, exactly=exactly)
    output = MERGES[merge](forward["hidden"], backward["hidden"])
    return LayerTrace(forward, backward, read_only(output))


def _check_layer(index: int, layer: Layer, x: Array, merge: Merge) -> None:
    """Raise ShapeError unless the layer reads x and its two directions can be merged."""
    directions = [layer] if isinstance(layer, Weights) else list(layer)
    for weights in directions:
        if weights.input_size != x.shape[1]:
            raise ShapeError(
                "layer {index} takes {input_size} inputs; what it reads has {shape}: give it "
                "weights for {shape} inputs.",
                index=index,
                input_size=weights.input_size,
                shape=x.shape[1],
            )
    units = {weights.hidden_size for weights in directions}
    if merge != "concat" and len(units) > 1:
        raise ShapeError(
            "layer {index} has {units} units forward and {backward} backward; merge {merge!r} "
            "needs the same number: use 'concat', or resize one.",
            index=index,
            units=directions[0].hidden_size,
            backward=directions[-1].hidden_size,
            merge=merge,
        )
