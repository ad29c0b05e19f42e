"""Run a layer of a file over an input, one sequence or a batch; every array by its name."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array
from gru_core.conventions import TRACKS
from gru_core.errors import EmptySequenceError, RangeError, ShapeError
from gru_core.formats.running import Ready, initials_of, run_ready

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

MAX_NUMBERS: Final = 250_000_000  # of all tracks together: a gigabyte in float32


def trace_arrays(
    ready: Ready, x: npt.ArrayLike, initial: Mapping[str, npt.ArrayLike] | None = None
) -> Arrays:
    """Every array by its name in the file: x, output, layer0.forward.update, layer0.forward.h0 …

    x: (step, input) or (step, batch, input). initial: by the name of a state, each (unit,),
    (layer·direction, unit) or (layer·direction, batch, unit). With a batch every array has the axis
    batch before its last. Errors: those of run_ready and initials_of.
    """
    inputs = checks.floats("x", x, ready.first.dtype)
    states = {name: checks.floats(f"the initial {name}", v) for name, v in (initial or {}).items()}
    batched = inputs.ndim == 3
    if not batched:
        inputs = checks.sequence("x", inputs, ready.first.input_size)[:, np.newaxis]
    count = inputs.shape[1]
    if count == 0:
        raise EmptySequenceError("x has no sequences in its axis batch; add one.")
    _check_numbers(ready, inputs)
    for at in range(count if inputs.shape[2] == ready.first.input_size else 0):
        ready.reads.check(inputs[:, at], f"sequence {at + 1} of x" if batched else "x")
    made = [
        _one(ready, inputs[:, at], {n: _of_batch(n, s, at, count) for n, s in states.items()})
        for at in range(count)
    ]
    if not batched:
        return made[0]
    return {name: np.stack([arrays[name] for arrays in made], axis=-2) for name in made[0]}


def _one(ready: Ready, x: Array, initial: Mapping[str, Array]) -> Arrays:
    trace = run_ready(ready, x, initials_of(ready, initial))
    return {"x": x, "output": trace.output, **dict(trace.named())}


def _of_batch(name: str, state: Array, at: int, count: int) -> Array:
    """The initial state of one sequence, (unit,) or (layer·direction, unit)."""
    if state.ndim != 3:
        return state
    if state.shape[1] != count:
        raise ShapeError(
            "the initial {name} has shape {shape}; x has {count} sequences, so its axis batch "
            "needs {count}.",
            name=name,
            shape=state.shape,
            count=count,
        )
    return state[:, at]


def _check_numbers(ready: Ready, x: Array) -> None:
    units = sum(weights.units for layer in ready.directions for weights in layer)
    numbers = x.shape[0] * x.shape[1] * units * len(TRACKS[ready.cell])
    if numbers > MAX_NUMBERS:
        raise RangeError(
            "{shape} steps of {second} sequences come to {numbers:,} numbers; up to "
            "{max_numbers:,} are written: run a part of them.",
            shape=x.shape[0],
            second=x.shape[1],
            numbers=numbers,
            max_numbers=MAX_NUMBERS,
        )
