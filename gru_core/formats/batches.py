"""Run a layer of a file over many sequences at once: for each what running.run_ready gives."""

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core import environment
from gru_core.arrays import Array
from gru_core.bounds import check_bounded, is_limited
from gru_core.conventions import STATES, TRACKS
from gru_core.engines import batch
from gru_core.formats import spreading
from gru_core.formats.reads import Mask
from gru_core.formats.running import (
    BACKWARD,
    FORWARD,
    Initials,
    Ready,
    named,
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
    # Each (step, sequence, unit), with room for more steps than x may have; what follows a sequence
    # means nothing.
    tracks: Mapping[str, Array]
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


def run_batch(
    ready: Ready, x: Array, initials: Sequence[Initials], mask: Mask | None = None
) -> dict[str, Array]:
    """Run every layer over all sequences together, computed exactly, in the precision of the file.

    Gives the output, every track and initial state by its name, as FileTrace.named has them, the
    axis of sequences before the last. x: (step, sequence, input), checked, and in that precision.
    initials: by sequence. mask: (step, sequence), as in run_ready. Errors: those of run_ready.
    """
    read = ready.reads.mask(x)
    if mask is not None:
        read &= mask
    given, lengths = _kept(x, read)
    layers: list[dict[str, Way]] = []
    with ThreadPoolExecutor(_threads()) as threads:
        for index, directions in enumerate(ready.directions):
            hidden, rooms = _rooms(directions, read.shape)
            ways = []
            for at, (weights, tracks) in enumerate(zip(directions, rooms, strict=True)):
                initial = _initial(weights, [one[index][at] for one in initials])
                backward = ready.backward or at == 1
                ways.append(Way(weights, given, lengths, initial, tracks, backward))
            _run(ways, threads)
            layers.append({BACKWARD if way.backward else FORWARD: way for way in ways})
            ran = slice(lengths.max())
            given = _merged(ready, hidden[ran], [way.tracks["hidden"][ran] for way in ways])
    output = given if read.all() else _spread(ready, layers, hidden, read)
    return {"output": output[::-1] if _turned(ready) else output, **dict(named(layers))}


def _spread(ready: Ready, layers: Sequence[Mapping[str, Way]], hidden: Array, read: Mask) -> Array:
    """Spread all tracks out, in place, on all steps; the output, (step, sequence, feature).

    hidden: that of _rooms for the last layer. read: (step, sequence).
    """
    order = {way: spreading.places(read, backward=way == BACKWARD) for way in layers[-1]}
    for one in layers:
        for name, way in one.items():
            starts = dict(zip(STATES[way.weights.cell], way.initial, strict=True))
            for track, values in way.tracks.items():
                spreading.spread_together(values, read, order[name], starts.get(track))
    output = hidden.copy()
    widths = [way.weights.hidden_size for way in layers[-1].values()]
    parts = np.split(output, np.cumsum(widths[:-1]), axis=-1)
    for part, place in zip(parts, order.values(), strict=True):
        part[spreading.silent(read, place, zeros=ready.reads.zeros)] = 0
    return _merged(ready, output, parts)


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
    jobs = list(product(ways, _parts(several)))
    for _ in threads.map(lambda job: job[0].run(job[1]), jobs):
        pass
    for way in ways:
        if not is_limited(way.weights):
            for at in range(count):
                check_bounded(way.weights, way.sequence(at), backward=way.backward)


def _parts(several: int) -> list[slice]:
    """Slices of the sequences: of many that grow shorter and shorter each has some of all."""
    return [slice(first, None, several) for first in range(several)]


def _kept(x: Array, read: Mask) -> tuple[Array, Lengths]:
    """The steps that each sequence reads, the first one if it reads none, and how many they are.

    After them stand zeros: (step, sequence, input).
    """
    lengths = np.maximum(read.sum(axis=0), 1)
    if read.all():
        return x, lengths
    steps = np.argsort(~read, axis=0, kind="stable")[: lengths.max()]  # those read come first
    kept = x[steps, np.arange(x.shape[1])]
    kept[np.arange(len(kept))[:, np.newaxis] >= lengths] = 0
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
    hidden = np.zeros((*sizes, sum(widths)), directions[0].dtype)
    rooms = []
    for weights, own in zip(directions, np.split(hidden, np.cumsum(widths[:-1]), -1), strict=True):
        others = [name for name in TRACKS[weights.cell] if name != "hidden"]
        block = np.empty((len(others), *sizes, weights.units), weights.dtype)
        rooms.append({**dict(zip(others, block, strict=True)), "hidden": own})
    return hidden, rooms


def _merged(ready: Ready, hidden: Array, ways: Sequence[Array]) -> Array:
    """What the layer above reads, (step, sequence, feature).

    hidden: that of both directions, ways: that of each, parts of it.
    """
    if len(ways) == 1 or ready.merge == "concat":
        return hidden
    forward, backward = (way.reshape(math.prod(way.shape[:2]), -1) for way in ways)
    return MERGES[ready.merge](forward, backward).reshape(*hidden.shape[:2], -1)


def _turned(ready: Ready) -> bool:
    """Whether the output is in the order of reading, from the last step to the first."""
    return ready.backward and ready.reading_order
