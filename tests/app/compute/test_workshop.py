"""What is large is made in a process of its own, which steps back and goes with those who asked."""

import os
import signal
import time
from pathlib import Path

import pytest

from app import workshop
from app.compute import runs
from app.compute.workshop import WORKSHOP, EndedError, LeftError, Workshop
from app.messages import asked
from app.messages.stage import made, told_of
from app.screen import exporting
from app.screen.baseline import baseline_of
from app.screen.page import Page
from app.screen.tickets import Held
from app.setting.setting import Setting
from gru_core.errors import GatescopeError
from gru_core.scenes.own import Own

PATIENCE = 60.0  # seconds
# Just large: three runs of it take a second.
LARGE = Setting(scene="own", own=Own(units=64, steps=runs.TOGETHER // 64 + 1))
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "nice"), reason="no priorities here"),
    pytest.mark.usefixtures("open_workshop"),
]


def wait_for_the_end(of: Workshop) -> None:
    end = time.monotonic() + PATIENCE
    while of.pid is not None and time.monotonic() < end:
        time.sleep(0.05)


def refuse(*_: object) -> None:
    raise AssertionError


def test_a_large_screen_is_the_same_and_nothing_of_it_is_run_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as here:
        here.setattr("app.compute.runs._run", refuse)
        packed, sent = told_of(LARGE, Page())
        again, _ = told_of(LARGE, Page(sent=sent))
    own, own_sent = made(LARGE, Page())
    assert packed == own
    assert {name: one.digest for name, one in sent.items()} == {
        name: one.digest for name, one in own_sent.items()
    }
    assert len(again) < len(packed)  # it knows what the page has


def test_a_small_screen_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Workshop()
    other.begin()
    monkeypatch.setattr("app.messages.stage.WORKSHOP", other)
    told_of(Setting(), Page())
    assert other.pid is None


def test_a_large_file_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(scene="own", own=Own(units=64, steps=2000))
    with monkeypatch.context() as here:
        here.setattr("app.compute.runs._run", refuse)
        found = exporting.content(setting, "gru", ".csv")
    assert found == exporting.written(setting, "gru", ".csv", lambda: False)


def test_numbers_of_a_large_screen_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held()
    ticket = held.name_of(LARGE)
    held.mark(large=True)
    plot = {"part": "gru.update", "rows": "0:4", "columns": "0:9"}
    with monkeypatch.context() as here:
        here.setattr("app.compute.runs._run", refuse)
        found = asked.answer(ticket, plot)
    assert found == asked.answered(ticket, plot)


def test_it_steps_back_behind_the_server() -> None:
    told_of(LARGE, Page())
    nice = Path(f"/proc/{WORKSHOP.pid}/stat").read_text().rpartition(")")[2].split()[16]
    assert int(nice) == min(19, os.nice(0) + workshop.BACK)


def test_what_cannot_be_made_is_refused_in_its_words() -> None:
    with pytest.raises(GatescopeError, match="There is no RNN on the stage"):
        WORKSHOP.make("file", LARGE, "rnn", ".csv")


def test_a_fault_is_one_here_too() -> None:
    with pytest.raises(RuntimeError, match="AttributeError"):
        WORKSHOP.make("screen", None, None)


def test_who_has_left_is_not_waited_for() -> None:
    with pytest.raises(LeftError):
        WORKSHOP.make("screen", LARGE, Page(), gone=lambda: True)


def test_it_ends_when_all_who_asked_have_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.compute.workshop.LEFT", 0.0)
    left: list[int] = []
    own = Workshop()
    own.make("file", Setting(), "gru", ".npz", gone=lambda: bool(left))
    time.sleep(1.0)
    assert own.pid is not None
    left.append(1)
    wait_for_the_end(own)
    assert own.pid is None


def test_what_is_kept_here_of_large_screens_goes_with_it() -> None:
    told_of(LARGE, Page())
    baseline_of(Setting())
    large, small = baseline_of(LARGE), baseline_of(Setting())
    assert baseline_of(LARGE) is large
    WORKSHOP.close()
    assert baseline_of(LARGE) is not large
    assert baseline_of(Setting()) is small


def test_it_ends_when_nobody_asks_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.compute.workshop.REST", 0.0)
    own = Workshop()
    own.make("file", Setting(), "gru", ".npz", gone=lambda: False)
    wait_for_the_end(own)
    assert own.pid is None


def test_one_that_is_killed_refuses_what_it_had_and_another_one_goes_on() -> None:
    own = Workshop()
    own.make("file", Setting(), "gru", ".npz")
    first = own.pid
    assert first is not None
    process = own._process
    assert process is not None
    os.kill(first, signal.SIGSTOP)
    _, future = process.ask("file", (Setting(), "gru", ".npz"))
    os.kill(first, signal.SIGKILL)
    with pytest.raises(EndedError):
        future.result(PATIENCE)
    assert own.make("file", Setting(), "gru", ".npz")
    assert own.pid != first
    own.close()
