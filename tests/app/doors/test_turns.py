"""Turns are shared: between pages, and between addresses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from app.doors.counting import FullError
from app.doors.turns import Turns


@dataclass
class Served:
    """Who had a turn, in order; each has it until it is let go."""

    turns: Turns
    order: list[str] = field(default_factory=list)
    tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)
    ends: dict[str, asyncio.Event] = field(default_factory=dict)

    async def come(self, name: str, page: str = "", address: str = "") -> None:
        self.ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._turn(name, page or name, address or name))
        await settled()

    async def _turn(self, name: str, page: str, address: str) -> None:
        async with self.turns.one(page, address):
            self.order.append(name)
            await self.ends[name].wait()

    async def end(self, *names: str) -> None:
        for name in names:
            self.ends[name].set()
            await self.tasks[name]
            await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def played(turns: Turns, play: Callable[[Served], Awaitable[None]]) -> Served:
    served = Served(turns)

    async def whole() -> None:
        await play(served)
        for name in served.tasks:
            served.ends[name].set()
        await asyncio.gather(*served.tasks.values(), return_exceptions=True)

    asyncio.run(whole())
    assert (turns.taken, len(turns)) == (0, 0)
    return served


def test_a_page_has_one_turn_at_a_time_and_others_pass_it() -> None:
    async def play(served: Served) -> None:
        for name in ("a1", "a2", "a3"):
            await served.come(name, page="a")
        await served.come("b")
        assert served.order == ["a1", "b"]
        await served.end("a1")

    assert played(Turns(at_once=3, each=3, waiting=9), play).order == ["a1", "b", "a2", "a3"]


def test_what_is_there_at_once_is_taken_by_nobody_who_comes_after_others() -> None:
    async def play(served: Served) -> None:
        assert turns.begin("a", "one")
        assert not turns.begin("a", "one")  # of this page already
        assert turns.begin("b", "one")
        assert not turns.begin("c", "one")  # of this address
        await served.come("d", address="one")
        assert not turns.begin("e", "two")  # somebody waits
        turns.end("a", "one")
        await settled()
        assert served.order == ["d"]
        assert turns.begin("e", "two")
        assert not turns.begin("f", "three")  # of all
        turns.end("b", "one")
        turns.end("e", "two")

    turns = Turns(at_once=3, each=2, waiting=9)
    played(turns, play)
    assert not turns._last
    assert not Turns(at_once=1, each=1, waiting=0).begin("a", "a")


def test_whose_address_has_fewest_comes_next() -> None:
    """Thirty pages of one address keep a page of another waiting for one turn only."""

    async def play(served: Served) -> None:
        for n in range(6):
            await served.come(f"many{n}", address="one")
        await served.come("alone", address="two")
        await served.end("many0")

    order = played(Turns(at_once=2, each=2, waiting=9), play).order
    assert order[:3] == ["many0", "many1", "alone"]


def test_no_address_has_all_turns_where_it_may_not() -> None:
    async def play(served: Served) -> None:
        for n in range(3):
            await served.come(f"many{n}", address="one")
        assert served.order == ["many0"]
        await served.come("alone", address="two")
        assert served.order == ["many0", "alone"]

    played(Turns(at_once=2, each=1, waiting=9), play)


def test_who_hangs_up_waits_no_more_and_who_fails_gives_the_turn_back() -> None:
    async def play(served: Served) -> None:
        await served.come("a")
        await served.come("left")
        await served.come("b")
        served.tasks["left"].cancel()
        await settled()
        served.tasks["a"].cancel()  # in the middle of its turn
        await settled()
        assert served.order == ["a", "b"]

    played(Turns(at_once=1, each=1, waiting=9), play)


@pytest.mark.parametrize(("waiting", "own"), [(2, 9), (9, 2)])
def test_a_line_has_an_end_for_all_and_for_a_page(waiting: int, own: int) -> None:
    turns = Turns(at_once=1, each=1, waiting=waiting, own=own)

    async def play(served: Served) -> None:
        for name in ("a1", "a2", "a3"):
            await served.come(name, page="a")
        with pytest.raises(FullError):
            async with turns.one("a", "a"):
                pass
        if own < waiting:
            await served.come("b")
            assert len(turns) == 3

    played(turns, play)


def test_addresses_come_in_turn_however_many_pages_each_has() -> None:
    async def play(served: Served) -> None:
        for n in range(4):
            await served.come(f"many{n}", address="one")
        for n in range(2):
            await served.come(f"few{n}", address="two")
        for name in ("many0", "few0", "many1", "few1", "many2"):
            await served.end(name)

    turns = Turns(at_once=1, each=1, waiting=9)
    order = played(turns, play).order
    assert order == ["many0", "few0", "many1", "few1", "many2", "many3"]
    assert not turns._last  # who is gone is forgotten
