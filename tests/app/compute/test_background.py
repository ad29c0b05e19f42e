"""What takes a while is made beside the page, once, and the newest first."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from app.compute.background import MOST_WANTED, Later, Soon
from app.compute.store import Shelf, Store
from app.compute.workshop import LeftError

Made = Callable[[str], Callable[[], str]]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits at all."""
    monkeypatch.setattr("app.compute.background.PATIENCE", 0.0)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What is made waits for this; in the end nothing does."""
    event = threading.Event()
    yield event
    event.set()


def later() -> Later[str]:
    return Later(Shelf("testing", Store(100)), "testing")


def until(found: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end, "nothing has come of it"
        time.sleep(0.001)


def test_what_is_made_quickly_comes_at_once_and_is_made_once() -> None:
    made, values = [], later()
    for _ in range(3):
        assert values.ask(("a",), 1, lambda: made.append(1) or "a anew") == "a anew"  # type: ignore[func-returns-value]
    assert made == [1]


def test_what_takes_longer_is_there_for_whoever_asks_again(
    hurried: None, gate: threading.Event
) -> None:
    made, values = [], later()

    def slowly() -> str:
        assert gate.wait(30)
        made.append(threading.current_thread().name)
        return "here"

    assert [values.ask(("a",), 1, slowly) for _ in range(5)] == [None] * 5
    gate.set()
    until(lambda: values.ask(("a",), 1, slowly) == "here")
    assert made == ["testing"], "once, and by a thread of its own"


def test_the_newest_is_made_first_and_the_oldest_not_at_all_if_many_are_wanted(
    hurried: None, gate: threading.Event
) -> None:
    made: list[int] = []
    values, begun = later(), threading.Event()

    def blocking() -> str:
        begun.set()
        assert gate.wait(30)
        return "first"

    values.ask(("first",), 1, blocking)
    assert begun.wait(30)
    for at in range(MOST_WANTED + 3):
        assert values.ask((at,), 1, lambda at=at: made.append(at) or str(at)) is None  # type: ignore[misc]
    gate.set()
    until(lambda: len(made) == MOST_WANTED)
    assert made == list(range(MOST_WANTED + 2, 2, -1))
    until(lambda: values.ask((0,), 1, lambda: "asked again") == "asked again")


def test_after_a_failure_it_is_made_anew(hurried: None) -> None:
    values, failures = later(), []

    def failing() -> str:
        failures.append(1)
        raise ValueError("not today")

    def raised() -> bool:
        try:
            values.ask(("a",), 1, failing)
        except ValueError:
            return True
        return False

    until(raised)
    assert len(failures) == 1
    until(lambda: values.ask(("a",), 1, lambda: "at last") == "at last")


def test_what_is_done_soon_is_done_once() -> None:
    done = threading.Event()
    times: list[int] = []

    def do() -> None:
        times.append(1)
        done.set()

    soon = Soon(do, seconds=0.01)
    for _ in range(3):
        soon.ask()
    assert done.wait(30)
    soon.ask()
    time.sleep(0.05)
    assert times == [1]


@pytest.mark.parametrize(("error", "logged"), [(LeftError, 0), (ValueError, 1)])
def test_a_page_that_has_been_left_is_no_failure_in_the_log(
    error: type[Exception], logged: int, caplog: pytest.LogCaptureFixture
) -> None:
    def make() -> str:
        raise error

    with pytest.raises(error):
        later().ask(("a",), 1, make)
    assert len([one for one in caplog.records if one.exc_info]) == logged
