"""How many of something there are at the same time, for each address and for all together."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class FullError(Exception):
    """There are as many as there may be."""


@dataclass
class Places:
    """Room for so many of one address, and for so many of all; of one event loop only."""

    each: int
    all: int
    taken: Counter[str] = field(default_factory=Counter)

    def are_full_for(self, address: str) -> bool:
        """Whether there is none left for this address."""
        return self.taken[address] >= self.each or self.taken.total() >= self.all

    @contextmanager
    def one(self, address: str) -> Iterator[None]:
        """A place until the block ends. Errors: FullError."""
        if self.are_full_for(address):
            raise FullError
        self.taken[address] += 1
        try:
            yield
        finally:
            self.taken[address] -= 1
            if not self.taken[address]:
                del self.taken[address]


@dataclass
class Pace:
    """So many a second in the long run, and a burst of some more at once."""

    second: float
    burst: float
    left: float = field(init=False)
    seen: float | None = None

    def __post_init__(self) -> None:
        self.left = self.burst

    def wait(self, now: float) -> float:
        """Seconds until the next one may come, which is counted. now: seconds of a clock."""
        if self.seen is not None:
            self.left = min(self.burst, self.left + (now - self.seen) * self.second)
        self.seen = now
        self.left -= 1
        return max(0.0, -self.left / self.second)
