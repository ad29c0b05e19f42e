"""Memory and CPU of servers while they run, from /proc; needs Linux."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.serving import Server

SAMPLING = 2.0  # seconds between two looks at the memory
FEWEST = 3  # samples that a slope is taken from
TICKS = os.sysconf("SC_CLK_TCK")


def cpu(servers: Sequence[Server]) -> float:
    """Seconds of CPU that the servers have taken so far."""
    fields = (Path(f"/proc/{pid}/stat").read_text().split() for pid in _all(servers))
    return sum(int(one[13]) + int(one[14]) for one in fields) / TICKS


def memory(servers: Sequence[Server]) -> float:
    """Megabytes that they have in memory."""
    total = 0
    for pid in _all(servers):
        with suppress(OSError, ValueError):  # it has just ended
            line = Path(f"/proc/{pid}/status").read_text().split()
            total += int(line[line.index("VmRSS:") + 1])
    return total / 1024


def _all(servers: Sequence[Server]) -> Iterator[int]:
    """Servers, and the processes that they have started."""
    for one in servers:
        yield one.process.pid
        for task in Path(f"/proc/{one.process.pid}/task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


@asynccontextmanager
async def sampled(servers: Sequence[Server]) -> AsyncIterator[list[tuple[float, float]]]:
    """Gives a list that grows while one is inside: seconds, and megabytes at that time."""
    samples: list[tuple[float, float]] = []

    async def look() -> None:
        while True:
            samples.append((time.perf_counter(), memory(servers)))
            await asyncio.sleep(SAMPLING)

    looking = asyncio.create_task(look())
    try:
        yield samples
    finally:
        looking.cancel()


def slope(samples: Sequence[tuple[float, float]]) -> float | None:
    """Megabytes a minute by least squares over the second half of the time; None for too few."""
    if not samples:
        return None
    middle = (samples[0][0] + samples[-1][0]) / 2
    late = [one for one in samples if one[0] >= middle]
    if len(late) < FEWEST:
        return None
    seconds, megabytes = zip(*late, strict=True)
    return 60 * statistics.linear_regression(seconds, megabytes).slope
