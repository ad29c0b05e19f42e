"""Run a layer of a file over many sequences at once: for each what running.run_ready gives."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core import environment
from gru_core.arrays import Array
from gru_core.bounds import check_bounded
from gru_core.engines import batch
from gru_core.formats.reads import Mask
from gru_core.formats.running import (
    BACKWARD,
    FORWARD,
    FileTrace,
    Initials,
    Ready,
    spread_out,
    zeros_of,
)
from gru_core.run import MERGES
from gru_core.trace import Trace
from gru_core.weights import Weights

Lengths = npt.NDArray[np.intp]
LEAST: Final = 8  # sequences for each thread: a product of fewer is not faster beside another


def run_batch(
    ready: Ready, x: Array, initials: Sequence[Initials], mask: Mask | None = None
) -> list[FileTrace]:
    """Run every layer over all sequences together, computed exactly, in the precision of the file.

    x: (step, sequence, input), checked, and in that precision. initials: by sequence. mask: (step,
    sequence), as in run_ready. Errors: those of run_ready.
    """
    count = x.shape[1]
    read = np.stack([ready.reads.mask(x[:, at]) for at in range(count)], axis=1)
    if mask is not None:
        read &= mask
    kept, lengths = _kept(x, read)
    parts = list(_parts(count))

    def ran(part: slice) -> list[FileTrace]:
        return _run(ready, kept[:, part], lengths[part], initials[part])

    with ThreadPoolExecutor(len(parts)) as threads:
        made = [one for several in threads.map(ran, parts) for one in several]
    return [
        one if read[:, at].all() else spread_out(ready, one, read[:, at].copy(), x[:, at])
        for at, one in enumerate(made)
    ]


def _parts(count: int) -> Iterator[slice]:
    """The sequences of each thread.

    One thread where NumPy's linear algebra has several of its own: theirs would wait for ours.
    """
    alone = environment.read("OPENBLAS_NUM_THREADS", "") == "1"
    threads = min((os.cpu_count() or 1), max(1, count // LEAST)) if alone else 1
    size = -(-count // threads)
    yield from (slice(first, first + size) for first in range(0, count, size))


def _kept(x: Array, read: Mask) -> tuple[Array, Lengths]:
    """The steps that each sequence reads, the first one if it reads none, and how many they are.

    After them stand zeros: (step, sequence, input).
    """
    lengths = np.maximum(read.sum(axis=0), 1)
    if read.all():
        return x, lengths
    kept = np.zeros((lengths.max(), *x.shape[1:]), x.dtype)
    for at, (own, length) in enumerate(zip(read.T, lengths, strict=True)):
        kept[:length, at] = x[own, at] if own.any() else x[:1, at]
    return kept, lengths


def _run(ready: Ready, x: Array, lengths: Lengths, initials: Sequence[Initials]) -> list[FileTrace]:
    layers: list[list[dict[str, Trace]]] = []  # by layer and sequence
    for index, directions in enumerate(ready.directions):
        ways, outputs = [], []
        for at, weights in enumerate(directions):
            backward = ready.backward or at == 1
            starts = [one[index][at] for one in initials]
            traces, hidden = _one_way(weights, x, lengths, starts, backward=backward)
            ways.append([(BACKWARD if backward else FORWARD, trace) for trace in traces])
            outputs.append(hidden)
        layers.append([dict(named) for named in zip(*ways, strict=True)])
        x = outputs[0] if len(outputs) == 1 else _merged(ready, outputs[0], outputs[1])
    made = [
        FileTrace(x[:length, at], found)
        for at, (length, found) in enumerate(zip(lengths, zip(*layers, strict=True), strict=True))
    ]
    if ready.backward and ready.reading_order:
        made = [replace(one, output=one.output[::-1]) for one in made]
    return made


def _one_way(
    weights: Weights,
    x: Array,
    lengths: Lengths,
    starts: Sequence[tuple[Array, ...]],
    *,
    backward: bool,
) -> tuple[list[Trace], Array]:
    """One direction of a layer: the trace of each sequence, and (step, sequence, unit) of all.

    starts: by sequence; () for zeros.
    """
    zeros = zeros_of(weights)
    states = [tuple(s.astype(weights.dtype) for s in start) or zeros for start in starts]
    initial = tuple(np.stack(each) for each in zip(*states, strict=True))
    tracks = batch.run(weights, x, initial, lengths, backward=backward)
    traces = []
    for at, length in enumerate(lengths):
        own = {name: track[:length, at] for name, track in tracks.items()}
        trace = Trace(weights.cell, x[:length, at], states[at], own, backward)
        check_bounded(weights, trace, backward=backward)
        traces.append(trace)
    return traces, tracks["hidden"]


def _merged(ready: Ready, forward: Array, backward: Array) -> Array:
    """Two directions as one output, (step, sequence, feature)."""
    steps, count = forward.shape[:2]
    flat = MERGES[ready.merge](*(one.reshape(steps * count, -1) for one in (forward, backward)))
    return flat.reshape(steps, count, -1)
