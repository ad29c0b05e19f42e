"""No file of torch.save runs anything, takes long, or ends in anything but one clear sentence."""

import argparse
import contextlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core.errors import GatescopeError
from gru_core.formats.pytorch import file as pytorch
from tests.formats import torch_hostile
from tests.formats.torch_files import (
    legacy,
    named,
    number,
    program,
    rewritten,
    saved,
    storage,
    tensor,
    text,
    with_pickle,
)
from tests.formats.tries import tries

ROOT = Path(__file__).parents[2]
# What a refusal may take: seconds of the processor, and bytes.
SECONDS = 2
MEMORY = 300e6
MARK = Path("/tmp/gatescope-must-not-exist")
FILES = torch_hostile.all_of_them(MARK)

PROGRAM = """
import json, sys, time
from pathlib import Path
from gru_core.errors import GatescopeError
from gru_core.formats.pytorch import file as pytorch

found = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    start = time.process_time()
    try:
        pytorch.read(path.read_bytes(), path.name)
        said = ""
    except GatescopeError as error:
        said = str(error)
    found[path.name] = said, time.process_time() - start
# Not ru_maxrss, which begins with what the process that started this one had.
status = Path("/proc/self/status").read_text()
most = next(int(line.split()[1]) * 1024 for line in status.splitlines() if "VmHWM" in line)
print(json.dumps({"found": found, "memory": most, "torch": "torch" in sys.modules}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory) -> dict:
    """What reading each file in one process of its own has led to."""
    folder = tmp_path_factory.mktemp("hostile")
    for at, (data, _) in enumerate(FILES.values()):
        (folder / f"{at:03}.pt").write_bytes(data)
    MARK.unlink(missing_ok=True)
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert len(list(folder.iterdir())) == len(FILES)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_one_sentence_that_names_what_is_wrong(name, outcome) -> None:
    said, seconds = outcome["found"][f"{list(FILES).index(name):03}.pt"]
    assert FILES[name][1] in said
    assert said.endswith(".")
    assert "\n" not in said
    assert 20 < len(said) < 500
    assert seconds < SECONDS


def test_nothing_was_run_and_not_even_torch_was_needed(outcome) -> None:
    assert len(FILES) > 100
    assert not MARK.exists()
    assert not outcome["torch"]
    assert outcome["memory"] < MEMORY


def attempt(data: bytes) -> None:
    """Read what may be anything; only our own errors may come out."""
    with contextlib.suppress(GatescopeError):
        pytorch.read(data, "model.pt")


STATE = {"a": torch_hostile.GRU.state_dict(), "b": [1, 0.5, "text", None, (True, {"x": 3})]}
STATE |= {("c", 3): {(1, "d", None): 2.0}}
OBJECTS = {**STATE, "args": argparse.Namespace(a=1), "loss": np.float64(1), "c": torch.nn.GRU(2, 2)}
GOOD = [saved(STATE), legacy(STATE), saved(OBJECTS), legacy(OBJECTS)]
changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4
)


@settings(max_examples=tries(150))
@given(st.sampled_from(GOOD), changes)
def test_a_file_with_some_bytes_changed_is_read_or_refused(data, changed) -> None:
    made = bytearray(data)
    for place, value in changed:
        made[int(place * len(data))] = value
    attempt(bytes(made))


@settings(max_examples=tries(150))
@given(st.data())
def test_a_pickle_with_some_bytes_changed_is_read_or_refused(data) -> None:
    def change(members) -> None:
        content = bytearray(members["data.pkl"])
        for place, value in data.draw(changes):
            content[int(place * len(content))] = value
        members["data.pkl"] = bytes(content)

    attempt(rewritten(data.draw(st.sampled_from([GOOD[0], GOOD[2]])), change))


@settings(max_examples=tries(100))
@given(st.sampled_from(GOOD), st.floats(0, 1), st.floats(0, 1), st.binary(max_size=40))
def test_a_file_with_a_piece_replaced_is_read_or_refused(data, start, end, piece) -> None:
    first, last = sorted((int(start * len(data)), int(end * len(data))))
    attempt(data[:first] + piece + data[last:])


@settings(max_examples=tries(150))
@given(st.sampled_from([b"", b"PK\x03\x04", b"\x80\x02", b"\x80\x04"]), st.binary(max_size=200))
def test_noise_is_refused(begins, noise) -> None:
    with pytest.raises(GatescopeError):
        pytorch.read(begins + noise, "model.pt")


opcodes = st.sampled_from([bytes([code]) for code in b"}](t)RQbseuaN\x81\x85\x86\x87\x88Kq"])
words = st.sampled_from(
    [
        *(named("torch._utils._rebuild_tensor_v2"), named("torch.FloatStorage")),
        *(named("collections.OrderedDict"), named("builtins.set"), named("torch.Size")),
        *(named("nowhere.Thing"), torch_hostile.thing(b"}"), named("copyreg._reconstructor")),
        *(text("storage"), text("0"), text("weight_hh_l0"), number(12), b"h\x00"),
        *(storage(), tensor(storage()), tensor(storage(), (3, 4), (4, 1))),
    ]
)


@settings(max_examples=tries(200))
@given(st.lists(opcodes | words, max_size=30))
def test_any_sequence_of_instructions_is_read_or_refused(parts) -> None:
    attempt(with_pickle(program(b"".join(parts))))
