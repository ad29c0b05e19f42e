"""Memory and CPU of servers while they run, from /proc, and what they keep; needs Linux."""

import asyncio
import os
import statistics
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path

from tests.serving import Server, free_port, serving

SAMPLING = 2.0  # seconds between two looks at the memory
FEWEST = 3  # samples that a slope is taken from
FIGURES = "GATESCOPE_METRICS_PORT"
KEPT = "gatescope_cache_bytes"


@dataclass(frozen=True)
class Told(Server):
    """A server that tells its figures. figures: the port where it does."""

    figures: int


@contextmanager
def telling(script: str = "app/server.py") -> Iterator[Told]:
    """A server as `serving` has it, whose figures can be asked for."""
    port, before = free_port(), os.environ.get(FIGURES)
    os.environ[FIGURES] = str(port)
    with serving(script) as server:
        os.environ[FIGURES] = before or "0"
        yield Told(*(getattr(server, one.name) for one in fields(server)), figures=port)


def kept(servers: Sequence[Server]) -> float:
    """Megabytes of what they have computed and keep, as those that tell count it."""
    return sum(_kept(one) for one in servers if isinstance(one, Told)) / 1_000_000


def _kept(server: Told) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{server.figures}/metrics") as told:
        lines = told.read().decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"{KEPT} "))


def cpu(servers: Sequence[Server]) -> float:
    """Seconds of CPU that the servers have taken so far."""
    return sum(time.clock_gettime(_clock(pid)) for pid in _all(servers))


def _clock(pid: int) -> int:
    """What clock_getcpuclockid(3) gives, to nanoseconds: /proc has hundredths of a second."""
    return ~pid << 3 | 2


def memory(servers: Sequence[Server]) -> float:
    """Megabytes that they have in memory."""
    total = 0.0
    for pid in _all(servers):
        with suppress(OSError, ValueError):  # it has just ended
            total += _resident(pid)
    return total


def own_memory() -> float:
    """Megabytes of this process."""
    return _resident(os.getpid())


def _all(servers: Sequence[Server]) -> Iterator[int]:
    """Servers, and the processes that they have started."""
    for one in servers:
        yield one.process.pid
        for task in Path(f"/proc/{one.process.pid}/task").iterdir():
            with suppress(OSError):
                yield from map(int, (task / "children").read_text().split())


def _resident(pid: int) -> float:
    line = Path(f"/proc/{pid}/status").read_text().split()
    return int(line[line.index("VmRSS:") + 1]) / 1024


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


def slope(samples: Sequence[tuple[float, float]], after: float = 0.5) -> float | None:
    """Megabytes a minute by least squares after this part of the time; None for too few."""
    if not samples:
        return None
    begun = samples[0][0] + after * (samples[-1][0] - samples[0][0])
    late = [one for one in samples if one[0] >= begun]
    if len(late) < FEWEST:
        return None
    seconds, megabytes = zip(*late, strict=True)
    return 60 * statistics.linear_regression(seconds, megabytes).slope
