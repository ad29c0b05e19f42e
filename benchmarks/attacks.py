"""What one who means ill does to the others: `python -m benchmarks.attacks`.

Some visitors let go of a number every second. Somebody else attacks the same server as hard as
they can, each time in another way, from a process of their own on the same processors. Printed are
the visitors' 95th percentile before, during and the ratio of both, and the server's memory before,
at its highest, and some seconds after. The first figures are of nobody who attacks: what the
measurement itself moves. Measure with nothing else running. Needs Linux.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from benchmarks import attackers
from benchmarks.crowd import FAILURES, LINK, LOADING, share
from benchmarks.resident import memory
from benchmarks.visitor import Visitor
from tests.serving import Server, serving

HONEST = 8
PERIOD = 1.0  # seconds between two edits of a visitor
SECONDS = 12.0
SETTLING = 1.0
AFTER = 8.0  # seconds until the memory is looked at again
LIMIT = 2.0
FLOOR = 20.0  # milliseconds: a ratio of less than this to less than this is noise
Attack = Callable[[int], Awaitable[None]]


def main() -> None:
    """Print every attack, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of: {', '.join(attackers.ALL)}")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    os.environ["GATESCOPE_ADDRESS_PAGES"] = "300"
    columns = ("before", "during", "ratio", "longest", "errors", "MB", "most", "after")
    print(f"{'p95 of the others, ms':28}" + "".join(f"{one:>9}" for one in columns))
    for name in asked.names or attackers.ALL:
        with serving() as server:
            asyncio.run(_measured(server, name, asked.seconds))


async def _measured(server: Server, name: str, seconds: float) -> None:
    visitors = [await Visitor.opened(server.port, LINK) for _ in range(HONEST)]
    await asyncio.sleep(LOADING)
    before, _ = await _edits(visitors, seconds)
    rested = memory([server])
    attacker = multiprocessing.get_context("spawn").Process(
        target=attackers.attack, args=(name, server.port, seconds + SETTLING), daemon=True
    )
    attacker.start()
    most = [rested]
    watching = asyncio.create_task(_watched(server, most))
    await asyncio.sleep(SETTLING)
    during, errors = await _edits(visitors, seconds)
    attacker.kill()
    attacker.join()
    await asyncio.sleep(AFTER)
    watching.cancel()
    _row(name, before, during, [errors, rested, max(most), memory([server])])
    for one in visitors:
        with suppress(*FAILURES):
            await one.leave()


def _row(
    name: str, before: Sequence[float], during: Sequence[float], rest: Sequence[float]
) -> None:
    first, then = share(before, 0.95) or 0.0, share(during, 0.95) or 0.0
    ratio = max(then, FLOOR) / max(first, FLOOR)
    numbers = "".join(f"{one:9.0f}" for one in rest)
    print(
        f"{name:28}{first:9.0f}{then:9.0f}{ratio:9.1f}{share(during, 1.0) or 0:9.0f}{numbers}"
        f"   limit ≤ {LIMIT:.0f}",
        flush=True,
    )


async def _watched(server: Server, most: list[float]) -> None:
    while True:
        most.append(memory([server]))
        await asyncio.sleep(0.5)


async def _edits(visitors: Sequence[Visitor], seconds: float) -> tuple[list[float], int]:
    """Seconds of every answer, and how many there were none of."""
    times: list[float] = []
    failed = 0
    until = time.perf_counter() + seconds

    async def edit(visitor: Visitor) -> None:
        nonlocal failed
        await asyncio.sleep(random.uniform(0, PERIOD))
        while time.perf_counter() < until:
            begun = time.perf_counter()
            try:
                value = random.uniform(-6, 6)
                await visitor.post(kind="commit", target="gru.b_x.update.3", value=value)
                times.append(time.perf_counter() - begun)
            except FAILURES:
                failed += 1
            await asyncio.sleep(max(0.0, PERIOD - (time.perf_counter() - begun)))

    await asyncio.gather(*map(edit, visitors))
    return times, failed


if __name__ == "__main__":
    main()
