"""One rule for every test: what was not checked is said aloud.

A skipped test is listed by name at the end. Under GATESCOPE_REQUIRE_BROWSER=1, as in continuous
integration, it is a failure: there, everything a test needs must be present.
"""

import gc
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# As in the server (app/server.py), so that float32 sums end in the same digit in both. It is read
# when NumPy is imported, which no plugin of the tests does.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# A slow machine is no failure.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the cases of a sampled test some, evenly spaced, are for every day; the rest are thorough.

    Where a test has no more cases than are asked for, it has them every day.
    """
    cases = defaultdict[tuple[Path, str], list[pytest.Item]](list)
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("sampled"):
            cases[item.path, item.originalname].append(item)
    for group in cases.values():
        most = group[0].get_closest_marker("sampled").args[0]
        daily = {round(one * len(group) / most) for one in range(most)}
        for place, item in enumerate(group):
            if place not in daily and most < len(group):
                item.add_marker(pytest.mark.thorough)


def pytest_collection_finish() -> None:
    """What was collected stays to the end: no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


REQUIRED = "GATESCOPE_REQUIRE_BROWSER"


def _everything_is_required() -> bool:
    return os.environ.get(REQUIRED) == "1"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    # For a skip, longrepr is (path, line, "Skipped: why").
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    # An expected failure also reports itself as skipped; it did run.
    if report.skipped and not hasattr(report, "wasxfail") and _everything_is_required():
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and {REQUIRED}=1. {_reason(report)}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if not skipped:
        return
    terminalreporter.section("not checked in this run")
    for report in skipped:
        terminalreporter.write_line(f"{report.nodeid}: {_reason(report)}")
