"""A layer of a file over many sequences of different lengths: what each gate does in all of them.

Sequences of about one length run together, the shorter ones with steps behind them that the layer
passes over, and only their sums are kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.analysis.many import Summary, Tally
from gru_core.conventions import SIGMOID_TRACKS, TRACKS
from gru_core.errors import EmptySequenceError, RangeError
from gru_core.formats.model import Entry, ModelFile
from gru_core.formats.reads import Mask
from gru_core.formats.tracing import MASK, Arrays
from gru_core.words import counted

Values: TypeAlias = npt.NDArray[Any]
# (step, sequence) of tokens or (step, sequence, input) of numbers, and which of the steps are those
# of a sequence, (step, sequence), None where all are; to the arrays of trace_arrays.
Run: TypeAlias = Callable[[Values, Mask | None], Arrays]

MOST_NUMBERS: Final = 1_000_000_000  # steps of all sequences × units
AT_ONCE: Final = 4_000_000  # numbers of the sequences that run together; of one, all it has
LONGER: Final = 1.25  # how much longer than the shortest the longest of those may be


@dataclass(frozen=True, eq=False)
class Many:
    """Sequences to be run, and how many steps at the beginning of each count."""

    sequences: Sequence[Values]  # each (step,) of tokens or (step, input) of numbers
    counts: Sequence[int]  # by sequence; what is behind them is run, as its model does, alone

    @property
    def steps(self) -> int:
        """Of all sequences together."""
        return sum(map(len, self.sequences))


@dataclass(frozen=True, eq=False)
class ManyGates:
    """What the gates of a layer do over many sequences. Compared by identity."""

    tracks: Mapping[str, Summary]  # by the names of trace: layer0.forward.update
    sequences: int  # of which a step counts
    steps: int  # that count
    read: int  # steps of the layer, those that do not count too
    without: int = 0  # sequences of which none does


def many_gates(
    run: Run,
    many: Many,
    units: int,
    inputs: int = 1,
    most: int = MOST_NUMBERS,
    longer: float = LONGER,
) -> ManyGates:
    """Every gate, candidate and state of a layer over many sequences, unit by unit.

    run: what is computed of sequences together. units: that are run at each step, those of layers
    below too; inputs: numbers that are read there. most: steps × units that are run. longer: how
    much longer one sequence may be than another that runs with it; 1 where a model cannot tell what
    is behind a sequence. Steps that the model passes over do not count. Errors: EmptySequenceError,
    RangeError; those of run.
    """
    _check(many, units, most)
    tallies: dict[str, Tally] = {}
    read = 0
    numbers = units * max(map(len, TRACKS.values())) + inputs
    for batch in _batches(many.sequences, numbers, longer):
        values, mask = _side_by_side([many.sequences[at] for at in batch])
        arrays = run(values, mask)
        own = sum(len(many.sequences[at]) for at in batch)
        read += own if len(arrays["x"]) == len(values) else len(arrays["x"]) * len(batch)
        counts = _counts(arrays, len(values), [many.counts[at] for at in batch])
        for name, track in _tracks(arrays):
            if name not in tallies:
                gate = name.rpartition(".")[2] in SIGMOID_TRACKS
                tallies[name] = Tally(track.shape[-1], gate)
            tallies[name].add(track, counts)
    one = next(iter(tallies.values()))
    summaries = {name: tally.summary() for name, tally in tallies.items()}
    without = len(many.sequences) - one.sequences
    return ManyGates(MappingProxyType(summaries), one.sequences, one.steps, read, without)


def units_run(file: ModelFile, entry: Entry, in_model: bool) -> int:
    """How many units a step of a layer runs; in its model those of all the layers of the file."""
    entries = file.entries if in_model else (entry,)
    return sum(way.w_h.shape[1] for one in entries for layer in one.layers for way in layer)


def _check(many: Many, units: int, most: int) -> None:
    if not many.sequences or not many.steps:
        raise EmptySequenceError("There is no sequence with a step; give at least one.")
    numbers = many.steps * units
    if numbers > most:
        raise RangeError(
            "{sequences} of {steps} in all, through {units}, come to {numbers:,} numbers for each "
            "gate; up to {most:,} are run, which is {fit:,} steps: give fewer sequences, or "
            "shorter ones.",
            sequences=counted(len(many.sequences), "sequence"),
            steps=counted(many.steps, "step"),
            units=counted(units, "unit"),
            numbers=numbers,
            most=most,
            fit=most // units,
        )


def _batches(sequences: Sequence[Values], numbers: int, longer: float) -> Iterator[list[int]]:
    """The places of sequences of about one length, as many at a time as are held at once.

    numbers: of one step of one sequence. longer: as many_gates has it.
    """
    batch: list[int] = []
    for at in sorted(range(len(sequences)), key=lambda at: len(sequences[at])):
        length = len(sequences[at])
        if not length:
            continue
        held = (len(batch) + 1) * length * numbers
        if batch and (held > AT_ONCE or length > longer * len(sequences[batch[0]])):
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _side_by_side(sequences: Sequence[Values]) -> tuple[Values, Mask | None]:
    """(step, sequence, …) with zeros behind the shorter ones, and which steps are none of those."""
    lengths = np.array([len(one) for one in sequences])
    values = np.zeros((lengths.max(), len(sequences), *sequences[0].shape[1:]), sequences[0].dtype)
    for at, one in enumerate(sequences):
        values[: len(one), at] = one
    mask: Mask = np.arange(len(values))[:, np.newaxis] < lengths
    return values, None if mask.all() else mask


def _counts(arrays: Arrays, given: int, own: Sequence[int]) -> Mask:
    """Which steps count, (step, sequence).

    own: how many of each sequence do, of those that were given; where the model makes other steps
    of them, all that it reads.
    """
    steps, sequences = arrays["x"].shape[:2]
    counts = np.ones((steps, sequences), np.bool_)
    if MASK in arrays:
        counts &= arrays[MASK]
    if steps == given:
        counts &= np.arange(steps)[:, np.newaxis] < np.asarray(own)
    return counts


def _tracks(arrays: Arrays) -> Iterator[tuple[str, Values]]:
    names = {name for tracks in TRACKS.values() for name in tracks}
    yield from (
        (name, array)
        for name, array in arrays.items()
        if name.startswith("layer") and name.rpartition(".")[2] in names
    )
