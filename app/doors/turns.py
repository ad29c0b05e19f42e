"""Whose turn it is where answers take long: one of a page at a time, and no address has them all.

Who waits does so here, before a thread is taken: a thread that waits is one that nobody else has.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.doors.counting import FullError


@dataclass(eq=False)
class _Wait:
    page: str
    address: str
    come: "asyncio.Future[None]"


@dataclass
class Turns:
    """So many at a time, of one address at most `each`; of one event loop only.

    Of those who wait, whose address has fewest already comes next, then whose has waited longest
    since its last one, then who came first. Where `waiting` of all or `own` of one page wait, the
    next is refused.
    """

    at_once: int
    each: int
    waiting: int
    own: int = (
        20  # of one page: it has one answer at a time, and asks for little before it is there
    )
    _pages: set[str] = field(default_factory=set)  # that have their turn
    _addresses: Counter[str] = field(default_factory=Counter)
    _last: dict[str, int] = field(default_factory=dict)  # turns until its last, of who waits or has
    _given: int = 0  # turns of all
    _line: list[_Wait] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """How many have their turn."""
        return len(self._pages)

    def __len__(self) -> int:
        """How many wait."""
        return len(self._line)

    @asynccontextmanager
    async def one(self, page: str, address: str) -> AsyncIterator[bool]:
        """A turn until the block ends; gives whether it was waited for. Errors: FullError."""
        own = sum(wait.page == page for wait in self._line)
        if len(self._line) >= self.waiting or own >= self.own:
            raise FullError
        wait = _Wait(page, address, asyncio.get_running_loop().create_future())
        self._line.append(wait)
        self._let_in()
        waits = not wait.come.done()
        try:
            await wait.come
            yield waits
        finally:
            self._leave(wait)

    def _leave(self, wait: _Wait) -> None:
        if wait in self._line:  # it hung up before its turn came
            self._line.remove(wait)
            self._forget(wait.address)
            return
        self._pages.remove(wait.page)
        self._addresses[wait.address] -= 1
        self._let_in()
        self._forget(wait.address)

    def _let_in(self) -> None:
        while len(self._pages) < self.at_once:
            able = [wait for wait in self._line if self._may(wait)]
            if not able:
                return
            wait = min(able, key=lambda one: self._before(one.address))
            self._line.remove(wait)
            self._pages.add(wait.page)
            self._addresses[wait.address] += 1
            self._given += 1
            self._last[wait.address] = self._given
            wait.come.set_result(None)

    def _before(self, address: str) -> tuple[int, int]:
        return self._addresses[address], self._last.get(address, 0)

    def _forget(self, address: str) -> None:
        """What is known of an address that has no turn and waits for none."""
        if not self._addresses[address]:
            del self._addresses[address]
            if all(wait.address != address for wait in self._line):
                self._last.pop(address, None)

    def _may(self, wait: _Wait) -> bool:
        free = self._addresses[wait.address] < self.each
        return free and wait.page not in self._pages and not wait.come.done()
