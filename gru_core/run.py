"""Run a layer, or a stack of layers, over a sequence; the answer is a trace."""

from typing import TypeAlias, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array
from gru_core.conventions import STATES
from gru_core.engines import EngineName, engine_named
from gru_core.errors import ShapeError
from gru_core.trace import Trace
from gru_core.weights import Weights

# One state (unit,), or a tuple of as many as the cell has: for the LSTM (hidden, cell).
Initial: TypeAlias = npt.ArrayLike | tuple[npt.ArrayLike, ...] | None


def run(
    weights: Weights, x: npt.ArrayLike, initial: Initial = None, *, engine: EngineName = "numpy"
) -> Trace:
    """Run one layer over one sequence, in the dtype of the weights.

    x: (step, input). initial: (unit,), for the LSTM the pair (hidden, cell); zeros if None.
    Errors: ShapeError, EmptySequenceError, NotFiniteError, RangeError, UnknownNameError.
    """
    compute = engine_named(engine)
    inputs = checks.sequence("x", x, weights.input_size, weights.dtype)
    states = initial_states(weights, initial)
    return Trace(weights.cell, inputs, states, compute(weights, inputs, states))


def initial_states(weights: Weights, initial: Initial = None) -> tuple[Array, ...]:
    """The states before the first step, each (unit,), in the order of STATES[cell]."""
    names, units, dtype = STATES[weights.cell], weights.units, weights.dtype
    if initial is None:
        zeros = np.zeros(units, dtype)
        zeros.flags.writeable = False
        return tuple(zeros for _ in names)
    parts = _as_states(initial)
    if len(parts) != len(names):
        raise ShapeError(
            f"initial has {len(parts)} states; the {weights.cell.upper()} needs "
            f"{len(names)}, ({', '.join(names)}): pass a tuple of them, or None for zeros."
        )
    return tuple(
        checks.state(f"the initial {name}", part, units, dtype)
        for name, part in zip(names, parts, strict=True)
    )


def _as_states(initial: npt.ArrayLike | tuple[npt.ArrayLike, ...]) -> tuple[npt.ArrayLike, ...]:
    """A tuple of vectors as it is; anything else, also a tuple of numbers, is one vector."""
    if isinstance(initial, tuple) and all(np.ndim(part) > 0 for part in initial):
        return initial
    return (cast("npt.ArrayLike", initial),)
