"""Every hostile Keras file is refused in under 2 s and 300 MB, with one sentence that fits."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.formats.keras_hostile import hdf5_files, zip_files

SECONDS = 2
MEGABYTES = 300
ROOT = Path(__file__).parents[2]
# In a process of its own, so that what was used to make the files is not counted, and by its own
# clock, so that nothing else is.
READ = """
import json, re, sys, time
from pathlib import Path
from gru_core.errors import GatescopeError
from gru_core.formats.keras import h5 as keras_h5
from gru_core.formats.keras import archive as keras_zip
for path in map(Path, sys.argv[1:]):
    reader = keras_zip if path.suffix == ".keras" else keras_h5
    data, start, said = path.read_bytes(), time.process_time(), ""
    try:
        reader.read(data, "model")
    except GatescopeError as error:
        said = str(error)
    seconds = time.process_time() - start
    most = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps([said, seconds, int(most[1]) * 1024 / 1e6]))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """By file: what the error says, the seconds, the most memory so far, what it should say."""
    folder, expected = tmp_path_factory.mktemp("hostile"), {}
    for kind, files in ((".h5", hdf5_files()), (".keras", zip_files())):
        for at, (name, data, said) in enumerate(files):
            path = folder / f"{at}{kind}"
            path.write_bytes(data)
            expected[f"{name}{kind}"] = (path, said)
    command = [sys.executable, "-c", READ, *(str(path) for path, _ in expected.values())]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=100
    )
    lines = map(json.loads, done.stdout.splitlines())
    return {
        name: (*line, said) for (name, (_, said)), line in zip(expected.items(), lines, strict=True)
    }


def test_each_is_refused_with_a_sentence_that_fits(answers: dict[str, Any]) -> None:
    wrong = {name: said for name, (said, _, _, expected) in answers.items() if expected not in said}
    assert not wrong
    assert len(answers) > 70


def test_each_sentence_is_one_line_that_says_what_to_do(answers: dict[str, Any]) -> None:
    wrong = [said for said, *_ in answers.values() if "\n" in said or len(said) > 400]
    assert not wrong


def test_each_is_refused_in_time(answers: dict[str, Any]) -> None:
    slow = {name: seconds for name, (_, seconds, *_) in answers.items() if seconds > SECONDS}
    assert not slow


def test_all_together_need_little_memory(answers: dict[str, Any]) -> None:
    most = {name: megabytes for name, (_, _, megabytes, _) in answers.items()}
    assert max(most.values()) < MEGABYTES, most
