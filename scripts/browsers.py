"""`python -m scripts.browsers PYTEST-ARGUMENT...`: tests in browsers, on a machine busy with them.

Several browsers and servers on two cores make each other wait, now and then for longer than a
test's patience. So up to three tests that failed beside others are run again by themselves, twice;
each has to pass both times. They are named at the end all the same: what comes back there has a
fault of its own.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence

import pytest

MOST = 3
TIMES = 2
FAILED = pytest.ExitCode.TESTS_FAILED


class Failures:
    """A plugin of pytest that notes which tests failed, and where one alone could not tell."""

    def __init__(self) -> None:
        self.tests: dict[str, None] = {}  # in their order, each once
        self.other = False  # a file that could not be read, for one

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test, its preparation or what it leaves behind."""
        if report.failed:
            self.tests[report.nodeid] = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of tests as it is read."""
        self.other = self.other or report.failed


def alone(tests: Sequence[str]) -> int:
    """Run tests one after the other, with nothing beside them; pytest's exit code."""
    command = [sys.executable, "-m", "pytest", "--numprocesses=0", *tests]
    return subprocess.run(command, check=False).returncode


def held(failures: Failures, alone: Callable[[Sequence[str]], int] = alone) -> bool:
    """Whether all that failed beside others passes by itself, each time."""
    tests = list(failures.tests)
    if failures.other or not 0 < len(tests) <= MOST:
        return False
    return all(alone(tests) == pytest.ExitCode.OK for _ in range(TIMES))


def main(arguments: Sequence[str]) -> int:
    """Run pytest, and again what failed; 0 only if every test has passed."""
    failures = Failures()
    code = pytest.main(list(arguments), plugins=[failures])
    if code != FAILED or not held(failures):
        return int(code)
    print(f"Failed beside others, and passed {TIMES} times of {TIMES} alone:")
    print(*(f"    {test}" for test in failures.tests), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
