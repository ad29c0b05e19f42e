"""Two places, and who gets them: nobody waits for all that somebody else wants."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gru_core.formats.places import Places

SOON = 5.0


class Reading:
    """A file being read, until it is told to end."""

    def __init__(self, places: Places, whose: str, order: list[str]) -> None:
        self.whose = whose
        self.begun, self.end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._read, args=(places, order))
        self.thread.start()

    def _read(self, places: Places, order: list[str]) -> None:
        with places.one(self.whose, SOON) as have:
            assert have
            order.append(self.whose)
            self.begun.set()
            assert self.end.wait(SOON)

    def over(self) -> None:
        self.end.set()
        self.thread.join(SOON)


def waiting(places: Places, count: int) -> None:
    """Wait until so many wait."""
    for _ in range(500):
        if len(places._waiting) == count:
            return
        threading.Event().wait(0.01)
    raise AssertionError


@contextmanager
def of(places: Places, order: list[str], *whose: str) -> Iterator[list[Reading]]:
    """Files of these visitors, in this order; those that find no place wait."""
    made = []
    for at, name in enumerate(whose):
        made.append(Reading(places, name, order))
        if at < places.most:
            assert made[-1].begun.wait(SOON)
        else:
            waiting(places, at - places.most + 1)
    yield made
    for one in made:
        one.over()


def test_one_file_of_somebody_comes_before_the_third_of_another() -> None:
    order: list[str] = []
    with of(Places(2), order, *["many"] * 10, "one") as readings:
        readings[0].over()
        assert readings[-1].begun.wait(SOON)
    assert order[:3] == ["many", "many", "one"]
    assert len(order) == 11


def test_those_who_have_as_many_come_in_their_order() -> None:
    order: list[str] = []
    with of(Places(1), order, "a", "b", "c") as readings:
        readings[0].over()
        assert readings[1].begun.wait(SOON)
    assert order == ["a", "b", "c"]


def test_who_has_waited_long_enough_is_told_so_and_takes_nobodys_place() -> None:
    places = Places(1)
    with places.one("a", 0) as first, places.one("b", 0.01) as second:
        assert (first, second) == (True, False)
    with places.one("b", 0) as later:
        assert later
    assert not places._taken
    assert not places._waiting
