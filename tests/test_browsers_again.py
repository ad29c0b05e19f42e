"""What failed beside others is tried again by itself, and only so far (`scripts/browsers.py`)."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.browsers import MOST, TIMES, Failures, held

pytestmark = pytest.mark.thorough

HERE = Path(__file__).parents[1]
ONCE = """
from pathlib import Path

def test_it():
    seen = Path({!r})
    runs = len(seen.read_text()) if seen.exists() else 0
    seen.write_text("." * (runs + 1))
    assert {}

def test_beside_it():
    pass
"""


@pytest.mark.parametrize(
    ("holds", "code", "runs"),
    [("runs > 0", 0, 1 + TIMES), ("runs != 2 and runs > 0", 1, 3), ("False", 1, 2)],
    ids=["alone", "not each time", "never"],
)
def test_a_test_that_failed_passes_if_it_does_alone_each_time(
    tmp_path: Path, holds: str, code: int, runs: int
) -> None:
    seen = tmp_path / "seen"
    (tmp_path / "test_once.py").write_text(ONCE.format(str(seen), holds))
    (tmp_path / "pytest.ini").write_text("[pytest]")
    run = subprocess.run(
        [sys.executable, "-m", "scripts.browsers", "test_once.py"],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == code
    assert len(seen.read_text()) == runs
    assert (f"passed {TIMES} times of {TIMES} alone" in run.stdout) == (code == 0)
    assert "FAILED test_once.py::test_it" in run.stdout  # the first time is still on show


def test_many_that_failed_and_files_that_cannot_be_read_are_not_tried_again() -> None:
    failures = Failures()
    failures.tests = dict.fromkeys(f"test_{at}" for at in range(MOST + 1))
    asked: list[list[str]] = []

    def alone(tests: Sequence[str]) -> int:
        asked.append(list(tests))
        return 0

    assert not held(failures, alone)
    failures.tests.popitem()
    assert held(failures, alone)
    assert asked == [list(failures.tests)] * TIMES
    failures.other = True
    assert not held(failures, alone)
    assert not held(Failures(), alone)
