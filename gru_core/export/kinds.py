"""The kinds of files that a cell of a scene can be exported as, by the endings of their names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import BinaryIO, Final

import numpy as np

from gru_core.errors import FormatError, unknown_name
from gru_core.export import tracks, weights
from gru_core.export.cell_run import CellRun
from gru_core.export.report import report
from gru_core.export.script import companions, script
from gru_core.weights import Weights
from gru_core.words import Said


@dataclass(frozen=True)
class Kind:
    """One kind of file."""

    says: str  # what is in it
    mime: str
    write: Callable[[BinaryIO, CellRun], None]  # to a stream. Errors: FormatError
    # Why there is no such file of these weights; empty where there is.
    refusal: Callable[[Weights], str] = lambda _: ""
    size: Callable[[Weights, int], int] = lambda *_: 0  # of a run of so many steps; 0: no matter


def _write_bytes(made: Callable[[CellRun], bytes]) -> Callable[[BinaryIO, CellRun], None]:
    def write(stream: BinaryIO, run: CellRun) -> None:
        stream.write(made(run))

    return write


def _text(made: Callable[[CellRun], str]) -> Callable[[BinaryIO, CellRun], None]:
    return _write_bytes(lambda run: made(run).encode("utf-8", "replace"))


BINARY: Final = "application/octet-stream"
ZIP: Final = "application/zip"  # as an NPZ is; servers do not compress it once more
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        ".safetensors": Kind(
            "weights, as load_state_dict of PyTorch takes them",
            BINARY,
            _write_bytes(weights.safetensors_bytes),
            weights.safetensors_refusal,
        ),
        ".onnx": Kind(
            "weights and initial states as an ONNX model, in float32",
            BINARY,
            _write_bytes(weights.onnx_bytes),
            weights.onnx_refusal,
        ),
        ".weights.npz": Kind(
            "weights and initial states, exact, to be opened here as a model",
            ZIP,
            _write_bytes(weights.npz_bytes),
        ),
        ".csv": Kind(
            "the trace, one row a step, for a spreadsheet",
            "text/csv",
            tracks.write_csv,
            size=tracks.csv_size,
        ),
        ".npz": Kind(
            "the trace, every gate by its name, for NumPy",
            ZIP,
            tracks.write_npz,
            size=tracks.npz_size,
        ),
        ".py": Kind(
            "a PyTorch script that comes to the same trace",
            "text/x-python",
            _text(script),
        ),
        ".html": Kind(
            "a report: what it is, every gate as a picture, and how far PyTorch comes from it",
            "text/html",
            _text(report),
            size=tracks.npz_size,
        ),
    }
)


def ending_of(name: str) -> str:
    """Which of KINDS a file of this name is; the longest ending that fits.

    Errors: UnknownNameError.
    """
    fitting = [ending for ending in KINDS if name.lower().endswith(ending)]
    if not fitting:
        raise unknown_name("file ending of", name, KINDS)
    return max(fitting, key=len)


def write(stream: BinaryIO, run: CellRun, ending: str) -> None:
    """Write one kind of file. Errors: FormatError for what such a file cannot say."""
    refusal = KINDS[ending].refusal(run.weights)
    if refusal:
        others = ", ".join(other for other in KINDS if not KINDS[other].refusal(run.weights))
        raise FormatError(
            "{refusal} Export another kind: {others}.",
            refusal=refusal,
            others=others,
        )
    KINDS[ending].write(stream, run)


def notes(run: CellRun, ending: str) -> tuple[str, ...]:
    """What somebody should know of such a file of this run, in sentences."""
    found: list[str] = []
    if ending == ".onnx" and run.weights.dtype != np.float32:
        found.append("ONNX computes in float32: its numbers are rounded.")
    if ending in (".safetensors", ".onnx", ".weights.npz") and run.trace.interventions:
        found.append("What is held is not in it: it is no part of the weights.")
    if ending == ".safetensors" and any(state.any() for state in run.trace.initial):
        found.append("The initial states are not in it: PyTorch takes them as an argument.")
    if ending == ".py":
        beside = "It reads {name}, which has to lie beside it."
        found += [Said(beside, name=name) for name in companions(run)]
    return tuple(found)
