"""A check that was not made is either named or, where everything is required, a failure."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py").read_text(encoding="utf-8")


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeconftest(CONFTEST)
    return pytester


def run(suite: pytest.Pytester) -> pytest.RunResult:
    return suite.runpytest_inprocess("-p", "no:cacheprovider")


def test_a_skipped_test_is_named_in_the_summary(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GATESCOPE_REQUIRE_BROWSER", raising=False)
    suite.makepyfile("import pytest\ndef test_oracle():\n    pytest.skip('no browser here')")
    result = run(suite)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*not checked in this run*", "*::test_oracle: *no browser here"])


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\ndef test_oracle():\n    pytest.skip('no browser here')",
        "import pytest\n@pytest.mark.skipif(True, reason='x')\ndef test_oracle(): ...",
        "import pytest\n@pytest.fixture\ndef page():\n    pytest.skip('x')\n"
        "def test_oracle(page): ...",
        "import pytest\npytest.importorskip('there_is_no_such_module')",
    ],
    ids=["in the test", "by mark", "in a fixture", "at import"],
)
def test_a_skip_is_a_failure_where_everything_is_required(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("GATESCOPE_REQUIRE_BROWSER", "1")
    suite.makepyfile(source)
    result = run(suite)
    outcomes = result.parseoutcomes()
    assert "skipped" not in outcomes
    assert outcomes.get("failed", 0) + outcomes.get("errors", 0) == 1
    result.stdout.fnmatch_lines(["*was skipped, and GATESCOPE_REQUIRE_BROWSER=1*"])


def test_an_expected_failure_is_not_taken_for_a_skip(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATESCOPE_REQUIRE_BROWSER", "1")
    suite.makepyfile("import pytest\n@pytest.mark.xfail\ndef test_later():\n    assert False")
    run(suite).assert_outcomes(xfailed=1)


@pytest.mark.parametrize(
    ("asked", "many", "few"),
    [("not thorough", {0, 3, 7}, 2), ("thorough", {1, 2, 4, 5, 6, 8, 9}, 0)],
)
def test_of_many_cases_some_are_for_every_day_and_all_others_are_thorough(
    suite: pytest.Pytester, asked: str, many: set[int], few: int
) -> None:
    suite.makepyfile(
        "import pytest\n"
        "@pytest.mark.sampled(3)\n@pytest.mark.parametrize('n', range(10))\n"
        "def test_many(n): ...\n"
        "@pytest.mark.sampled(3)\n@pytest.mark.parametrize('n', range(2))\n"
        "def test_few(n): ...\n"
    )
    suite.makeini("[pytest]\nmarkers = sampled\n    thorough")
    result = suite.runpytest_inprocess("-p", "no:cacheprovider", "-v", "-m", asked)
    passed = len(many) + few
    result.assert_outcomes(passed=passed, deselected=12 - passed)
    result.stdout.fnmatch_lines_random([f"*::test_many?{n}? PASSED*" for n in many])
