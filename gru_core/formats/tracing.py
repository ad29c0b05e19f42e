"""Run a layer of a file over an input, one sequence or a batch; every array by its name."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import TRACKS
from gru_core.errors import EmptySequenceError, RangeError, ShapeError
from gru_core.formats.batches import run_batch
from gru_core.formats.reads import Reads, check_mask
from gru_core.formats.running import Ready, initials_of, run_ready

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

MASK: Final = "mask"
MAX_NUMBERS: Final = 250_000_000  # of all tracks together: a gigabyte in float32


def trace_arrays(
    ready: Ready,
    x: npt.ArrayLike,
    initial: Mapping[str, npt.ArrayLike] | None = None,
    mask: npt.ArrayLike | None = None,
) -> Arrays:
    """Every array by its name in the file: x, output, layer0.forward.update, layer0.forward.h0 …

    x: (step, input) or (step, batch, input). initial: by the name of a state, each (unit,),
    (layer·direction, unit) or (layer·direction, batch, unit). mask: true for steps that are read,
    (step,) or (step, batch). With a batch every array has the axis batch before its last, but for
    mask, (step, batch), which is there where steps may be passed over. Tracks are read-only: some
    are parts of others. Errors: those of run_ready, initials_of and check_mask.
    """
    inputs = checks.floats("x", x, ready.first.dtype)
    states = {name: checks.floats(f"the initial {name}", v) for name, v in (initial or {}).items()}
    batched = inputs.ndim == 3
    given = None
    if mask is not None:
        given = check_mask(mask, len(inputs), inputs.shape[1] if batched else None)
        given = given if batched else given[:, np.newaxis]
    if not batched:
        inputs = checks.sequence("x", inputs, ready.first.input_size)[:, np.newaxis]
    count = inputs.shape[1]
    if count == 0:
        raise EmptySequenceError("x has no sequences in its axis batch; add one.")
    _check_numbers(ready, inputs)
    starts = [
        initials_of(ready, {n: _of_batch(n, s, at, count) for n, s in states.items()})
        for at in range(count)
    ]
    if count == 1:
        one = run_ready(ready, inputs[:, 0], starts[0], None if given is None else given[:, 0])
        arrays = {"output": one.output, **dict(one.named())}
        made = {name: np.stack([array], axis=-2) for name, array in arrays.items()}
    else:
        checks.sequence("x", inputs[:, 0], ready.first.input_size)
        made = run_batch(ready, inputs, starts, given)
    found: Arrays = {"x": inputs} | {name: read_only(array) for name, array in made.items()}
    if given is not None or ready.reads != Reads(zeros=ready.reads.zeros):
        read = ready.reads.mask(inputs)
        found[MASK] = read if given is None else read & given
    return found if batched else {name: _without_batch(name, a) for name, a in found.items()}


def _without_batch(name: str, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array of one sequence without the axis batch."""
    without: npt.NDArray[Any] = array.take(0, axis=1 if name == MASK else -2)
    return without


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
    flat = [weights for layer in ready.directions for weights in layer]
    at_once = sum(weights.size(track) for weights in flat for track in TRACKS[ready.cell])
    numbers = x.shape[0] * x.shape[1] * at_once
    size = ready.first.dtype.itemsize
    if numbers > MAX_NUMBERS:
        raise RangeError(
            "{shape} steps of {second} sequences come to {numbers:,} numbers ({megabytes:,} MB); "
            "up to {max_numbers:,} ({most:,} MB) are recorded and written: run a part of them.",
            shape=x.shape[0],
            second=x.shape[1],
            numbers=numbers,
            megabytes=numbers * size // 1_000_000,
            most=MAX_NUMBERS * size // 1_000_000,
            max_numbers=MAX_NUMBERS,
        )
