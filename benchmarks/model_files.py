"""Files of weights on the command line: a large checkpoint, and those that are made to do harm.

The first is inspected by `python -m gru_core inspect`, the others are read as a server reads them,
each in a process of its own: seconds of the processor, and megabytes of the largest process.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch

from benchmarks.stage import line
from gru_core.formats import limits
from tests.formats import keras_hostile, torch_hostile
from tests.formats.onnx_hostile import HOSTILE, data_of

LARGE = 50  # megabytes of a checkpoint
# A small program in between: what a process takes begins with what the one that started it has.
INSPECT = """
import json, resource, subprocess, sys
found, spent = [], 0
for _ in range(3):
    command = [sys.executable, "-m", "gru_core", "inspect", sys.argv[1]]
    done = subprocess.run(command, capture_output=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    now = used.ru_utime + used.ru_stime
    found.append([now - spent, done.returncode == 0])
    spent = now
print(json.dumps([found, used.ru_maxrss / 1000]))
"""
REFUSE = """
import json, pathlib, resource, sys
from gru_core.errors import GatescopeError
from gru_core.formats.child import read_safely
found, spent = [], 0
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    refused = False
    try:
        read_safely(path.read_bytes(), path.name)
        print(path.name, "is read", file=sys.stderr)
    except GatescopeError:
        refused = True
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    now = used.ru_utime + used.ru_stime
    found.append([now - spent, refused])
    spent = now
print(json.dumps([found, used.ru_maxrss / 1000]))
"""


class Costs(NamedTuple):
    """What files have taken, and whether each ended as it has to."""

    each: list[tuple[float, bool]]  # seconds of the processor
    megabytes: float  # of the largest process

    @property
    def seconds(self) -> float:
        """Of the slowest."""
        return max(seconds for seconds, _ in self.each)


def main() -> None:
    """Print every figure with its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "checkpoint.pt"
        torch.save(_checkpoint(), path)
        found = _measured(INSPECT, path, megabytes=2 * LARGE)
        assert all(read for _, read in found.each)
        print(f"a checkpoint of {path.stat().st_size / 1e6:.0f} MB inspected")
        _print(found, seconds=2, megabytes=400)
        path.unlink()
        mark = Path(folder) / "mark"
        for at, (ending, data) in enumerate(_hostile(mark)):
            (Path(folder) / f"{at:03}{ending}").write_bytes(data)
        found = _measured(REFUSE, Path(folder))
        refused = sum(refused for _, refused in found.each)
        print(f"{len(found.each)} hostile files, {refused} refused, {int(mark.exists())} run")
        _print(found, seconds=2, megabytes=300)


def _checkpoint() -> dict[str, object]:
    """A model of an embedding, a stack and a head, with its optimizer, as a training leaves it."""
    torch.manual_seed(0)
    layers = {
        "embedding": torch.nn.Embedding(13_500, 128),
        "rnn": torch.nn.LSTM(128, 256, 2, bidirectional=True),
        "head": torch.nn.Linear(512, 128),
    }
    model = torch.nn.ModuleDict(layers)
    optimizer = torch.optim.Adam(model.parameters())
    sum(parameter.sum() for parameter in model.parameters()).backward()
    optimizer.step()
    return {"epoch": 3, "model": model.state_dict(), "optimizer": optimizer.state_dict()}


def _hostile(mark: Path) -> Iterator[tuple[str, bytes]]:
    """Every file of the tests that is made to do harm, with an ending."""
    for data, _ in torch_hostile.all_of_them(mark).values():
        yield ".pt", data
    for _, data, _ in keras_hostile.hdf5_files():
        yield ".h5", data
    for _, data, _ in keras_hostile.zip_files():
        yield ".keras", data
    for name in HOSTILE:
        yield ".onnx", data_of(name)


def _measured(program: str, path: Path, megabytes: int = limits.DEFAULT) -> Costs:
    environment = {**os.environ, limits.SETTING: str(megabytes)}
    command = [sys.executable, "-c", program, str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    return Costs(*json.loads(done.stdout))


def _print(found: Costs, *, seconds: float, megabytes: float) -> None:
    line("the slowest, s", found.seconds, f"≤ {seconds:g}", "{:.2f}")
    line("the largest process, MB", found.megabytes, f"≤ {megabytes:g}", "{:.0f}")


if __name__ == "__main__":
    main()
