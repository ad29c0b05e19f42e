"""A trace as a file: every number by name in an NPZ, or one row a step in a CSV."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.conventions import STATES, TRACKS, shown_update
from gru_core.export.cell_run import CellRun
from gru_core.export.exact import exact_texts
from gru_core.scenes.scene import INITIALS
from gru_core.trace import Trace
from gru_core.weights import Weights

Arrays: TypeAlias = dict[str, npt.NDArray[Any]]

# Bytes of a trace above which compressing would take seconds, to save an eighth.
MOST_COMPRESSED: Final = 10_000_000
# Characters of a number in a CSV with its comma, at most in a usual trace.
_CHARACTERS: Final[Mapping[int, int]] = {4: 13, 8: 22}  # by bytes of the number
# What a spreadsheet takes for a formula where a cell begins; some part cells at semicolons.
_FORMULA: Final = re.compile(r"(^|[;|]\s*)(?=[=+\-@＝＋－＠\t\r])")


def trace_arrays(traces: Iterable[Trace], labels: Iterable[str], channels: Iterable[str]) -> Arrays:
    """Every array by its name in the file; the traces are of one input.

    x: (step, input); labels: (step,); channels: (input,); for each cell its tracks, such as
    gru.update, (step, unit), and its initial states, such as gru.h0, (unit,).
    """
    arrays: Arrays = {}
    for trace in traces:
        if not arrays:
            arrays = {"x": trace.x, "labels": _texts(labels), "channels": _texts(channels)}
        arrays |= {f"{trace.cell}.{name}": track for name, track in trace.items()}
        initials = zip(INITIALS.values(), trace.initial, strict=False)
        arrays |= {f"{trace.cell}.{name}": state for name, state in initials}
    return arrays


def write_npz(stream: BinaryIO, run: CellRun) -> None:
    """One cell's arrays as numpy.load opens them; nothing is pickled."""
    arrays = trace_arrays([run.trace], run.labels, run.channels)
    arrays |= {"notes": _texts(run.notes)} if run.notes else {}
    small = npz_size(run.weights, run.trace.steps) < MOST_COMPRESSED
    save = np.savez_compressed if small else np.savez
    save(stream, allow_pickle=False, **arrays)


def write_csv(stream: BinaryIO, run: CellRun) -> None:
    """One row a step, line by line: memory does not grow with the run."""
    for line in csv_lines(run):
        stream.write(line.encode("utf-8", "replace"))


def csv_lines(run: CellRun) -> Iterator[str]:
    """The header, the states before the first step as row 0, and a row for each step.

    The columns: step; label, unless the steps have no names; x1 (channel) and so on; then each
    track with a column a unit, such as update 3. Units and steps count from 1. A cell that has no
    number is empty. Where the update gate writes its columns are called update (writes).
    """
    trace, named = run.trace, not run.counted
    yield _line(
        [
            *("step", *(["label"] if named else [])),
            *(f"x{at + 1} ({channel})" for at, channel in enumerate(run.channels)),
            *(
                f"{heading(run, name)} {at + 1}"
                for name, track in trace.items()
                for at in range(track.shape[1])
            ),
        ]
    )
    initial = dict(zip(STATES[run.cell], map(exact_texts, trace.initial), strict=True))
    nothing = [""] * trace.units  # of a gate
    before = [text for name in trace for text in initial.get(name, nothing)]
    empty = [""] * (trace.x.shape[1] + named)
    yield _line(["0", *empty], before)
    for t, label in enumerate(run.labels):
        numbers = [trace.x[t], *(shown(run, name, track[t]) for name, track in trace.items())]
        names = [str(t + 1), *([label] if named else [])]
        yield _line(names, exact_texts(np.concatenate(numbers)))


def npz_size(weights: Weights, steps: int) -> int:
    """How many bytes the NPZ comes to, about and at most."""
    return _numbers(weights, steps) * weights.dtype.itemsize


def csv_size(weights: Weights, steps: int) -> int:
    """How many bytes the CSV comes to, about and at most."""
    return _numbers(weights, steps) * _CHARACTERS[weights.dtype.itemsize]


def _numbers(weights: Weights, steps: int) -> int:
    return steps * (weights.input_size + sum(map(weights.size, TRACKS[weights.cell])))


def _texts(words: Iterable[str]) -> npt.NDArray[Any]:
    return np.array(list(words))


def heading(run: CellRun, track: str) -> str:
    """What a track is called where people read it: update (writes) where the gate does."""
    writes = (run.cell, track, run.polarity) == ("gru", "update", "write")
    return f"{track} (writes)" if writes else track


def shown(run: CellRun, name: str, numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Numbers of a track as people read them, in the notation of the run."""
    return shown_update(numbers, run.polarity) if (run.cell, name) == ("gru", "update") else numbers


def _line(words: Iterable[str], numbers: Iterable[str] = ()) -> str:
    return ",".join([*map(_cell, words), *numbers]) + "\n"


def _cell(text: str) -> str:
    """A text in one cell, of which a spreadsheet makes no formula."""
    plain = re.sub(r"[\t\r\n]+", " ", _FORMULA.sub(r"\1'", text))
    return '"' + plain.replace('"', '""') + '"' if re.search('[",;]', plain) else plain
