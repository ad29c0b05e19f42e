"""The benchmark of lessons measures every lesson, and says which it has not."""

import pytest
from playwright.sync_api import TimeoutError as TooLate

from benchmarks import lessons as benchmark


def test_a_lesson_that_does_not_come_is_named_and_the_ones_after_it_are_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def measured(name: str) -> dict[str, list[float]]:
        if name == "slow":
            raise TooLate("60000 ms")
        return {"painted": [700.0, 900.0, 800.0], "told": [1000.0], "without": [750.0]}

    every, missing = benchmark.each(["first", "slow", "last"], measured)
    assert list(every) == ["first", "last"]
    assert missing == ["slow"]
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said] == ["first", "slow", "last"]
    assert said[1].endswith("not there in 60 s")


def test_a_lesson_that_there_is_not_is_refused_with_those_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lessons", "the-reset-gate", "the-rest-gate"])
    with pytest.raises(SystemExit):
        benchmark.main()
    said = capsys.readouterr().err
    assert "no lesson is called the-rest-gate;" in said
    assert "speech-or-music" in said
