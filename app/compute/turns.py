"""Who is served when many come at once: a few at a time, in the order of coming.

Past what the processors can do, more at a time would only make all of them wait longer. Large
screens wait for each other and keep no small one waiting; each of them takes tens of megabytes
while it is made, so that few are made at a time and few wait.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Final

from app.words.say import say
from gru_core.errors import GatescopeError

AT_A_TIME: Final = 2
PATIENCE: Final = 1.0  # seconds
MOST_WAITING: Final = 20  # large screens: a minute of work


class CrowdedError(GatescopeError):
    """Too many large screens wait to be made."""

    def __init__(self) -> None:
        super().__init__(say("compute.turns.crowded"))


@dataclass
class Queue:
    """So many at a time, and at most so many who wait; None: whoever comes."""

    most: int | None = None
    places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_A_TIME)
    )
    waiting: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn until the block ends. Errors: CrowdedError."""
        with self.lock:
            if self.most is not None and self.waiting >= self.most:
                raise CrowdedError
            self.waiting += 1
        try:
            self.places.acquire()
        finally:
            with self.lock:
                self.waiting -= 1
        try:
            yield
        finally:
            self.places.release()


_beginning: Final = threading.BoundedSemaphore()
_small: Final = Queue()
_large: Final = Queue(MOST_WAITING)


@contextmanager
def beginning() -> Iterator[None]:
    """One's turn to begin a page, with its screen if that is small.

    Python runs one thread at a time: several that begin are done no sooner than one after the
    other, and whoever answers everybody waits for each of them, again and again. Who has waited
    long goes on without: somebody's own file may take long in here.
    """
    come = _beginning.acquire(timeout=PATIENCE)
    try:
        yield
    finally:
        if come:
            _beginning.release()


def turn(large: bool) -> AbstractContextManager[None]:
    """One's turn to make a screen. large: one whose run takes long. Errors: CrowdedError."""
    return (_large if large else _small).one()
