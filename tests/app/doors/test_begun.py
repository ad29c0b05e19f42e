"""What is begun is awaited as if it had not been."""

import asyncio

import pytest

from app.doors.begun import Begun


async def at_once() -> tuple[int, ...]:
    return (1, 2)


async def later(ends: list[str]) -> tuple[int, ...]:
    try:
        await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        ends.append("cancelled")
        raise
    finally:
        ends.append("ended")
    return (3,)


def test_what_comes_at_once_is_there_and_anything_else_comes_later() -> None:
    async def both() -> None:
        now = Begun(at_once())
        assert now.is_there
        assert await now == (1, 2)
        ends: list[str] = []
        then = Begun(later(ends))
        assert not then.is_there
        assert ends == []
        assert await then == (3,)
        assert ends == ["ended"]

    asyncio.run(both())


def test_it_ends_when_its_time_has_gone() -> None:
    async def late() -> list[str]:
        ends: list[str] = []
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await Begun(later(ends))
        return ends

    assert asyncio.run(late()) == ["cancelled", "ended"]


def test_what_goes_wrong_is_raised_where_it_does() -> None:
    async def wrong(waits: bool) -> None:
        if waits:
            await asyncio.sleep(0)
        raise ValueError

    async def both() -> None:
        with pytest.raises(ValueError, match=r"^$"):
            Begun(wrong(False))
        then = Begun(wrong(True))
        with pytest.raises(ValueError, match=r"^$"):
            await then

    asyncio.run(both())
