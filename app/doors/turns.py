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
        waits = not self.begin(page, address)
        if waits:
            waits = await self.wait(page, address)
        try:
            yield waits
        finally:
            self.end(page, address)

    def begin(self, page: str, address: str) -> bool:
        """Whether a turn is there at once, and is taken until `end`.

        As nearly all are: it costs as little as can be. Where it is not, `wait` for one.
        """
        taken = self._addresses.get(address, 0)
        if (
            self._line  # somebody may come before
            or len(self._pages) >= self.at_once
            or taken >= self.each
            or page in self._pages
            or not self.waiting
        ):
            return False
        self._pages.add(page)
        self._addresses[address] = taken + 1
        self._given += 1
        self._last[address] = self._given
        return True

    async def wait(self, page: str, address: str) -> bool:
        """A turn as of `begin`, when it comes; gives whether it was late. Errors: FullError."""
        own = sum(wait.page == page for wait in self._line)
        if len(self._line) >= self.waiting or own >= self.own:
            raise FullError
        wait = _Wait(page, address, asyncio.get_running_loop().create_future())
        self._line.append(wait)
        self._let_in()
        waits = not wait.come.done()
        try:
            await wait.come
        except BaseException:
            self._hang_up(wait)
            raise
        return waits

    def _hang_up(self, wait: _Wait) -> None:
        if wait in self._line:  # its turn had not come
            self._line.remove(wait)
            self._forget(wait.address)
        else:
            self.end(wait.page, wait.address)

    def end(self, page: str, address: str) -> None:
        """Give a turn back."""
        self._pages.remove(page)
        self._addresses[address] -= 1
        if self._line:
            self._let_in()
        if not self._addresses[address]:
            self._forget(address)

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
            if not self._line or all(wait.address != address for wait in self._line):
                self._last.pop(address, None)

    def _may(self, wait: _Wait) -> bool:
        free = self._addresses[wait.address] < self.each
        return free and wait.page not in self._pages and not wait.come.done()
