"""How many people one small server carries: `python -m benchmarks.crowd --users 100`.

Visitors without browsers speak the page's own protocol (benchmarks/visitor.py), each with the
server that a sticky cookie would lead it to, the clients on the same processors as the servers.
Mixes: `edits`, everybody lets go of a number every `--period` seconds; `classroom`, an edit every
10 s, a lens every 20 s, another scene every 60 s; `arrivals`, all open one link within ten
seconds. Measure with nothing else running. Needs Linux.
"""

import argparse
import asyncio
import json
import os
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.visitor import Visitor
from tests.serving import Server, serving

LINK = "scene=pulse"
ARRIVING = 10.0  # seconds in which all open their page
EDITS, LENSES, SCENES = 10.0, 20.0, 60.0  # seconds between those of one visitor in a classroom
VIEWS = ("kept", "memory", "why", "cell")
NAMES = ("cue", "slate", "pulse")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """What was measured: seconds from asking to the whole answer."""

    answers: list[float] = field(default_factory=list)
    edits: int = 0
    first: list[float] = field(default_factory=list)
    errors: int = 0


async def arrive(seen: Seen, ports: Sequence[int], number: int, within: float) -> Visitor | None:
    """Open the page at some time of this many seconds."""
    await asyncio.sleep(random.uniform(0, within))
    begun = time.perf_counter()
    try:
        visitor = await Visitor.opened(ports[number % len(ports)], LINK)
    except (OSError, RuntimeError, TimeoutError, ValueError):
        seen.errors += 1
        return None
    seen.first.append(time.perf_counter() - begun)
    return visitor


async def act(seen: Seen, visitor: Visitor, until: float, every: dict[str, float]) -> None:
    """What a visitor does until then. every: seconds between two acts of a kind."""
    due = {kind: time.perf_counter() + random.uniform(0, pause) for kind, pause in every.items()}
    while True:
        kind = min(due, key=lambda one: due[one])
        if due[kind] >= until:
            return
        await asyncio.sleep(max(0.0, due[kind] - time.perf_counter()))
        begun = time.perf_counter()
        try:
            await _done(visitor, kind)
        except (OSError, RuntimeError, asyncio.IncompleteReadError):
            seen.errors += 1
            return
        seen.answers.append(time.perf_counter() - begun)
        seen.edits += kind == "edit"
        due[kind] = max(due[kind] + every[kind], time.perf_counter())


async def _done(visitor: Visitor, kind: str) -> None:
    if kind == "edit":
        await visitor.post(kind="commit", target="gru.b_x.update.3", value=random.uniform(-6, 6))
    elif kind == "lens":
        await visitor.post(kind="view", view=random.choice(VIEWS))
    else:
        await visitor.go(f"scene={random.choice(NAMES)}")


async def crowd(seen: Seen, servers: Sequence[Server], asked: argparse.Namespace) -> float:
    """Everybody comes, acts and leaves. Gives the servers' seconds of CPU while they acted."""
    ports = [server.port for server in servers]
    coming = (arrive(seen, ports, number, ARRIVING) for number in range(asked.users))
    visitors = [one for one in await asyncio.gather(*coming) if one is not None]
    spent = cpu(servers)
    if asked.mix != "arrivals":
        every = {"edit": asked.period}
        if asked.mix == "classroom":
            every = {"edit": EDITS, "lens": LENSES, "scene": SCENES}
        until = time.perf_counter() + asked.seconds
        await asyncio.gather(*(act(seen, visitor, until, every) for visitor in visitors))
    spent = cpu(servers) - spent
    await asyncio.gather(*(visitor.leave() for visitor in visitors))
    return spent


def cpu(servers: Sequence[Server]) -> float:
    """Seconds of CPU that the servers have taken so far."""
    fields = (Path(f"/proc/{one.process.pid}/stat").read_text().split() for one in servers)
    return sum(int(one[13]) + int(one[14]) for one in fields) / TICKS


def memory(servers: Sequence[Server]) -> float:
    """Megabytes that they have in memory."""
    lines = (Path(f"/proc/{one.process.pid}/status").read_text().split() for one in servers)
    return sum(int(one[one.index("VmRSS:") + 1]) for one in lines) / 1024


def share(times: Sequence[float], part: float) -> float | None:
    """The milliseconds within which this part of the answers came."""
    if not times:
        return None
    return round(1000 * sorted(times)[min(int(part * len(times)), len(times) - 1)], 1)


def measured(asked: argparse.Namespace) -> dict[str, float | int | None]:
    """One crowd, and what it met."""
    seen = Seen()
    with ExitStack() as stack:
        servers = [stack.enter_context(serving()) for _ in range(asked.processes)]
        spent = asyncio.run(crowd(seen, servers, asked))
        held = memory(servers)
    return {
        "users": asked.users,
        "p50_ms": share(seen.answers, 0.5),
        "p95_ms": share(seen.answers, 0.95),
        "max_ms": share(seen.answers, 1.0),
        "first_p95_ms": share(seen.first, 0.95),
        "throughput": round(len(seen.answers) / asked.seconds, 1),
        "errors": seen.errors,
        "cpu_ms_per_edit": round(1000 * spent / seen.edits, 2) if seen.edits else None,
        "rss_mb": round(held, 1),
    }


def main() -> None:
    """Print the figures of one crowd, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--period", type=float, default=2.0, help="seconds between two edits")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mix", choices=("edits", "classroom", "arrivals"), default="edits")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = measured(asked)
    if asked.json:
        print(json.dumps(found))
    else:
        print(f"{asked.mix}, {asked.processes} of the server's processes, {os.cpu_count()} CPUs")
        for name, value in found.items():
            print(f"{name:18}{'–' if value is None else value:>10}")


if __name__ == "__main__":
    main()
