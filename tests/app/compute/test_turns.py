"""A few screens are made at a time, and large ones keep no small one waiting."""

import threading
import time

import pytest

from app.compute import turns
from app.compute.turns import AT_A_TIME, CrowdedError, Queue, turn

PATIENCE = 10.0  # seconds


class Making:
    """Somebody whose screen is being made until it is done."""

    def __init__(self, large: bool = False) -> None:
        self.begun, self.done = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._make, args=(large,))
        self.thread.start()

    def _make(self, large: bool) -> None:
        with turn(large):
            self.begun.set()
            self.done.wait(PATIENCE)

    def end(self) -> None:
        self.done.set()
        self.thread.join(PATIENCE)


def test_who_comes_when_enough_are_served_waits_until_one_is_done() -> None:
    served = [Making() for _ in range(AT_A_TIME)]
    assert all(one.begun.wait(PATIENCE) for one in served)
    late = Making()
    assert not late.begun.wait(0.2)
    served[0].end()
    assert late.begun.wait(PATIENCE)
    for one in (*served, late):
        one.end()


def test_large_screens_wait_for_each_other_and_keep_no_small_one_waiting() -> None:
    large = [Making(large=True) for _ in range(AT_A_TIME)]
    assert all(one.begun.wait(PATIENCE) for one in large)
    another = Making(large=True)
    small = [Making() for _ in range(AT_A_TIME)]
    assert all(one.begun.wait(PATIENCE) for one in small)
    assert not another.begun.is_set()
    large[0].end()
    assert another.begun.wait(PATIENCE)
    for one in (*large, *small, another):
        one.end()


def test_only_so_many_large_screens_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each would take tens of megabytes as soon as it is its turn."""
    monkeypatch.setattr("app.compute.turns._large", Queue(most=2))
    served = [Making(large=True) for _ in range(AT_A_TIME)]
    assert all(one.begun.wait(PATIENCE) for one in served)
    late = [Making(large=True) for _ in range(2)]
    while turns._large.waiting < 2:
        time.sleep(0.01)
    with pytest.raises(CrowdedError, match="in about a minute"), turn(large=True):
        pass
    with turn(large=False):
        pass
    for one in (*served, *late):
        one.end()
    with turn(large=True):
        pass


def test_one_page_begins_at_a_time_and_nobody_waits_long_for_one_that_takes_long() -> None:
    begun, done = [threading.Event(), threading.Event()], threading.Event()

    def begin(at: int) -> None:
        with turns.beginning():
            begun[at].set()
            done.wait(PATIENCE)

    threads = [threading.Thread(target=begin, args=(at,)) for at in range(2)]
    threads[0].start()
    assert begun[0].wait(PATIENCE)
    threads[1].start()
    assert not begun[1].wait(turns.PATIENCE / 2)
    assert begun[1].wait(PATIENCE)
    done.set()
    for one in threads:
        one.join(PATIENCE)
    with turns.beginning(), turns.beginning():
        pass


def test_a_turn_that_ends_in_an_error_is_given_back() -> None:
    for _ in range(2 * AT_A_TIME):
        try:
            with turn(large=False):
                raise ValueError
        except ValueError:
            pass
    last = Making()
    assert last.begun.wait(PATIENCE)
    last.end()
