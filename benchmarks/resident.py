"""Memory and CPU of servers while they run, from /proc; needs Linux."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.serving import Server

SAMPLING = 2.0  # seconds between two looks at the memory
FEWEST = 3  # samples that a slope is taken from
TICKS = os.sysconf("SC_CLK_TCK")


def cpu(servers: Sequence[Server]) -> float:
    """Seconds of CPU that the servers have taken so far."""
    fields = (Path(f"/proc/{one.process.pid}/stat").read_text().split() for one in servers)
    return sum(int(one[13]) + int(one[14]) for one in fields) / TICKS


def memory(servers: Sequence[Server]) -> float:
    """Megabytes that they have in memory."""
    lines = (Path(f"/proc/{one.process.pid}/status").read_text().split() for one in servers)
    return sum(int(one[one.index("VmRSS:") + 1]) for one in lines) / 1024


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
