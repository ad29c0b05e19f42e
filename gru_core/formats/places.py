"""Places for what takes long: a few at the same time, shared between those who want them."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Places:
    """So many places. Of those who wait, who has fewest already comes next, then who came first.

    So whoever wants thirty keeps somebody who wants one waiting for as long as one takes.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._change = threading.Condition()
        self._taken: Counter[str] = Counter()
        self._waiting: list[tuple[object, str]] = []

    @contextmanager
    def one(self, whose: str, patience: float) -> Iterator[bool]:
        """A place until the block ends, or False after so many seconds. whose: any name."""
        have = self._take(whose, patience)
        try:
            yield have
        finally:
            if have:
                self._give_back(whose)

    def _take(self, whose: str, patience: float) -> bool:
        waits = (object(), whose)
        with self._change:
            self._waiting.append(waits)
            have = self._change.wait_for(lambda: self._next() is waits, patience)
            self._waiting.remove(waits)
            if have:
                self._taken[whose] += 1
            self._change.notify_all()
        return have

    def _give_back(self, whose: str) -> None:
        with self._change:
            self._taken[whose] -= 1
            self._taken += Counter()  # whoever has none is forgotten
            self._change.notify_all()

    def _next(self) -> tuple[object, str] | None:
        if self._taken.total() >= self.most:
            return None
        return min(self._waiting, key=lambda waits: self._taken[waits[1]])
