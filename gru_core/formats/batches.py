"""Run a layer of a file over many sequences at once: for each what running.run_ready gives."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import environment
from gru_core.arrays import Array
from gru_core.bounds import check_bounded, is_limited
from gru_core.conventions import TRACKS
from gru_core.engines import batch
from gru_core.formats.reads import Mask
from gru_core.formats.running import (
    BACKWARD,
    FORWARD,
    FileTrace,
    Initials,
    Ready,
    named,
    spread_out,
    zeros_of,
)
from gru_core.run import MERGES
from gru_core.trace import Trace
from gru_core.weights import Weights

Lengths = npt.NDArray[np.intp]
Tracks: TypeAlias = dict[str, Array]
LEAST: Final = 8  # sequences for each thread: a product of fewer is not faster beside another


@dataclass(frozen=True, eq=False)
class Way:
    """One direction of a layer over all sequences. Compared by identity."""

    weights: Weights
    x: Array  # (step, sequence, input): the steps that each sequence reads, from the first on
    lengths: Lengths  # (sequence,): how many they are
    initial: tuple[Array, ...]  # each (sequence, unit), in the order of conventions.STATES[cell]
    tracks: Mapping[
        str, Array
    ]  # each (step, sequence, unit); what follows a sequence means nothing
    backward: bool

    def run(self, part: slice) -> None:
        """Write the tracks of some of the sequences."""
        states = tuple(state[part] for state in self.initial)
        tracks = {name: track[:, part] for name, track in self.tracks.items()}
        x, lengths = self.x[:, part], self.lengths[part]
        batch.run(self.weights, x, states, lengths, tracks, backward=self.backward)

    def sequence(self, at: int) -> Trace:
        """The trace of one sequence, as long as that is."""
        own = slice(self.lengths[at])
        tracks = {name: track[own, at] for name, track in self.tracks.items()}
        initial = tuple(state[at] for state in self.initial)
        return Trace(self.weights.cell, self.x[own, at], initial, tracks, self.backward)


@dataclass(frozen=True, eq=False)
class BatchTrace:
    """What a run of many sequences leaves behind. Compared by identity."""

    ready: Ready
    x: Array  # (step, sequence, input)
    read: Mask  # (step, sequence), false at the steps passed over
    layers: tuple[Mapping[str, Way], ...]  # by "forward" and "backward"
    output: Array  # (step read, sequence, units × directions)

    def sequence(self, at: int) -> FileTrace:
        """What run_ready gives for one sequence, by its number."""
        layers = tuple({name: way.sequence(at) for name, way in one.items()} for one in self.layers)
        length = next(iter(self.layers[0].values())).lengths[at]
        output = self.output[:length, at]
        made = FileTrace(output[::-1] if _turned(self.ready) else output, layers)
        if self.read[:, at].all():
            return made
        return spread_out(self.ready, made, self.read[:, at].copy(), self.x[:, at])

    def arrays(self) -> dict[str, Array]:
        """The output, every track and initial state by its name, the axis of sequences before last.

        Names are those of FileTrace.named.
        """
        if self.read.all():
            output = self.output[::-1] if _turned(self.ready) else self.output
            return {"output": output, **dict(named(self.layers))}
        sequences = map(self.sequence, range(self.read.shape[1]))
        made = [{"output": one.output, **dict(one.named())} for one in sequences]
        return {name: np.stack([arrays[name] for arrays in made], axis=-2) for name in made[0]}


def run_batch(
    ready: Ready, x: Array, initials: Sequence[Initials], mask: Mask | None = None
) -> BatchTrace:
    """Run every layer over all sequences together, computed exactly, in the precision of the file.

    x: (step, sequence, input), checked, and in that precision. initials: by sequence. mask: (step,
    sequence), as in run_ready. Errors: those of run_ready.
    """
    read = np.stack([ready.reads.mask(x[:, at]) for at in range(x.shape[1])], axis=1)
    if mask is not None:
        read &= mask
    given, lengths = _kept(x, read)
    layers: list[dict[str, Way]] = []
    with ThreadPoolExecutor(_threads()) as threads:
        for index, directions in enumerate(ready.directions):
            hidden, rooms = _rooms(directions, given.shape[:2])
            ways = []
            for at, (weights, tracks) in enumerate(zip(directions, rooms, strict=True)):
                initial = _initial(weights, [one[index][at] for one in initials])
                backward = ready.backward or at == 1
                ways.append(Way(weights, given, lengths, initial, tracks, backward))
            _run(ways, threads)
            layers.append({BACKWARD if way.backward else FORWARD: way for way in ways})
            given = _merged(ready, hidden, rooms)
    return BatchTrace(ready, x, read, tuple(layers), given)


def _threads() -> int:
    """How many threads a batch has.

    One where NumPy's linear algebra has several of its own: theirs would wait for ours.
    """
    alone = environment.read("OPENBLAS_NUM_THREADS", "") == "1"
    return (os.cpu_count() or 1) if alone else 1


def _run(ways: Sequence[Way], threads: Executor) -> None:
    """Write the tracks of the directions of a layer: beside each other, and in parts if that helps.

    A direction in one part reads its weights once a step.
    """
    count = len(ways[0].lengths)
    several = max(1, min(_threads() // len(ways), count // LEAST))
    jobs = list(product(ways, _parts(count, several)))
    for _ in threads.map(lambda job: job[0].run(job[1]), jobs):
        pass
    for way in ways:
        if not is_limited(way.weights):
            for at in range(count):
                check_bounded(way.weights, way.sequence(at), backward=way.backward)


def _parts(count: int, several: int) -> Iterator[slice]:
    """So many slices of the sequences, or fewer."""
    size = -(-count // several)
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


def _initial(weights: Weights, starts: Sequence[tuple[Array, ...]]) -> tuple[Array, ...]:
    """The first states, each (sequence, unit). starts: by sequence; () for zeros."""
    zeros = zeros_of(weights)
    states = [tuple(s.astype(weights.dtype) for s in start) or zeros for start in starts]
    return tuple(np.stack(each) for each in zip(*states, strict=True))


def _rooms(directions: Sequence[Weights], sizes: tuple[int, ...]) -> tuple[Array, list[Tracks]]:
    """Room for every track of every direction, each (step, sequence, unit), in few blocks.

    The system clears one block faster than many. sizes: (step, sequence). The hidden states are
    parts of one array, (step, sequence, feature), which comes first: nothing need join them.
    """
    widths = [weights.hidden_size for weights in directions]
    hidden = np.empty((*sizes, sum(widths)), directions[0].dtype)
    rooms = []
    for weights, own in zip(directions, np.split(hidden, np.cumsum(widths[:-1]), -1), strict=True):
        others = [name for name in TRACKS[weights.cell] if name != "hidden"]
        block = np.empty((len(others), *sizes, weights.units), weights.dtype)
        rooms.append({**dict(zip(others, block, strict=True)), "hidden": own})
    return hidden, rooms


def _merged(ready: Ready, hidden: Array, rooms: Sequence[Tracks]) -> Array:
    """What the layer above reads, (step, sequence, feature). hidden, rooms: those of _rooms."""
    if len(rooms) == 1 or ready.merge == "concat":
        return hidden
    forward, backward = (
        tracks["hidden"].reshape(math.prod(hidden.shape[:2]), -1) for tracks in rooms
    )
    return MERGES[ready.merge](forward, backward).reshape(*hidden.shape[:2], -1)


def _turned(ready: Ready) -> bool:
    """Whether the output is in the order of reading, from the last step to the first."""
    return ready.backward and ready.reading_order
