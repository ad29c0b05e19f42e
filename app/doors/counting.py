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
        self.left, self.seen = self._left_at(now), now
        self.left -= 1
        return max(0.0, -self.left / self.second)

    def is_spent(self, now: float) -> bool:
        """Whether the next one would have to wait."""
        return self._left_at(now) < 1

    def is_rested(self, now: float) -> bool:
        """Whether it is as if there had been none."""
        return self._left_at(now) >= self.burst

    def _left_at(self, now: float) -> float:
        since = 0.0 if self.seen is None else now - self.seen
        return min(self.burst, self.left + since * self.second)

    def take(self, now: float) -> float:
        """0.0 for one that may come, which is counted; else the seconds until it may."""
        waits = self.wait(now)
        if waits:
            self.left += 1
        return waits


@dataclass
class Paces:
    """A pace for each address; those that have rested long enough are forgotten."""

    second: float
    burst: float
    of: dict[str, Pace] = field(default_factory=dict)
    forgotten: float = 0.0

    def wait(self, address: str, now: float) -> float:
        """Seconds until an address may have one; 0.0 for one that comes now, and is counted."""
        return self.at(address, now).take(now)

    def at(self, address: str, now: float) -> Pace:
        """The pace of an address."""
        if now - self.forgotten > self.burst / self.second:
            self.forgotten = now
            self.of = {one: pace for one, pace in self.of.items() if not pace.is_rested(now)}
        return self.of.setdefault(address, Pace(self.second, self.burst))
