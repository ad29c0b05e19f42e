"""How busy this process is: what nobody waits for is left while little of a processor is free."""

import math
import time
from collections.abc import Callable
from typing import Final

WINDOW: Final = 1.0  # seconds, at least, that a share is of
FULL: Final = 0.6  # of one processor: one thread at a time runs Python


class Load:
    """The share of a processor that was taken from one question to the next, a second or more."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.process_time,
    ) -> None:
        self.clock, self.spent = clock, spent
        self.share = 0.0
        self._since, self._before = -math.inf, 0.0

    def is_high(self) -> bool:
        """Whether little is free: since it was asked last, or of a second."""
        now = self.clock()
        if now - self._since >= WINDOW:
            spent = self.spent()
            self.share = (spent - self._before) / (now - self._since)
            self._since, self._before = now, spent
        return self.share > FULL
