"""A few screens are made at a time, and large ones keep no small one waiting."""

import threading

from app.compute.turns import AT_A_TIME, turn

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


def test_a_large_screen_takes_no_turn_and_waits_for_none() -> None:
    large = [Making(large=True) for _ in range(AT_A_TIME + 1)]
    small = [Making() for _ in range(AT_A_TIME)]
    another = Making(large=True)
    assert all(one.begun.wait(PATIENCE) for one in (*large, *small, another))
    for one in (*large, *small, another):
        one.end()


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
