"""Files almost as large as may be, bad at the very end: refused as small ones are."""

import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from gru_core.formats import npz
from tests.formats import keras_making, onnx_making
from tests.formats.entries import make_entry, make_file, unzipped, zipped
from tests.formats.torch_files import legacy, saved

ROOT = Path(__file__).parents[2]
UNITS = 1560  # of a GRU of 30 MB in float32
LEFT = 0.123456  # what stands where there shall be no number
SECONDS, MEMORY = 2, 300e6  # what a refusal may take, the process of its own included

# ru_maxrss of a process begins with what the process had that started it: this one has little.
PROGRAM = """
import json, resource, sys, time
from pathlib import Path
from gru_core.errors import GatescopeError
from gru_core.formats.child import read_safely

path = Path(sys.argv[1])
data, start = path.read_bytes(), time.process_time()
try:
    read_safely(data, path.name)
    said = ""
except GatescopeError as error:
    said = str(error)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = time.process_time() - start + used.ru_utime + used.ru_stime
print(json.dumps({"said": said, "seconds": seconds, "memory": used.ru_maxrss * 1024}))
"""


def state(dtype: torch.dtype = torch.float32, units: int = UNITS) -> Mapping[str, torch.Tensor]:
    """A state dict without a number in the last place of its last tensor."""
    held = {name: part.to(dtype) for name, part in torch.nn.GRU(4, units).state_dict().items()}
    held["bias_hh_l0"][-1] = torch.nan
    return held


def spoiled(data: bytes) -> bytes:
    """The same with no number in the place of LEFT."""
    mark = np.float32(LEFT).tobytes()
    assert data.count(mark) == 1
    return data.replace(mark, np.float32(np.nan).tobytes())


def _npz() -> bytes:
    entry = make_entry(units=UNITS)
    entry.layers[0][0].b_h[-1, -1] = LEFT
    members = unzipped(npz.write(make_file(entry), compressed=False))
    marked = {name: part for name, part in members.items() if np.float32(LEFT).tobytes() in part}
    (name,) = marked
    return zipped({**members, name: spoiled(members[name])}.items())


def _safetensors() -> bytes:
    from safetensors.torch import save

    content: bytes = save(dict(state()))
    return content


def _keras(of: Callable[[dict[str, np.ndarray]], bytes]) -> bytes:
    parts = keras_making.arrays("gru", units=UNITS)
    parts["bias"][-1, -1] = np.nan
    return of(parts)


def _onnx() -> bytes:
    arrays = onnx_making.tensors(units=UNITS)
    arrays["B"][-1, -1] = np.nan
    return onnx_making.make_model(arrays=arrays, hidden_size=UNITS).SerializeToString()


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip.pt": (lambda: saved(state()), "bias_hh_l0[4679] is nan"),
    "half.pt": (lambda: saved(state(torch.float16, 2200)), "bias_hh_l0[6599] is nan"),
    "legacy.pt": (lambda: legacy(state()), "bias_hh_l0[4679] is nan"),
    "damaged.pt": (lambda: saved(state())[:-9000], "cannot be opened"),
    "model.safetensors": (_safetensors, "bias_hh_l0[4679] is nan"),
    "model.npz": (_npz, "[2, 1559] is nan"),
    "model.weights.h5": (
        lambda: _keras(lambda p: keras_making.weights_h5(keras_making.variables(p))),
        "[1, 4679] is nan",
    ),
    "model.keras": (lambda: _keras(lambda p: keras_making.one("gru", p, units=UNITS)), "is nan"),
    "model.onnx": (_onnx, "is nan"),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", FILES)
def test_a_large_file_is_refused_in_as_little_time_and_memory(name: str, tmp_path: Path) -> None:
    made, says = FILES[name]
    path = tmp_path / name
    path.write_bytes(made())
    assert 28e6 < path.stat().st_size <= 32e6
    command = [sys.executable, "-c", PROGRAM, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    outcome = json.load(io.StringIO(done.stdout))
    assert says in outcome["said"]
    assert outcome["seconds"] < SECONDS
    assert outcome["memory"] < MEMORY
