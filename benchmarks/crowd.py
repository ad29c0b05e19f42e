"""How many people one small server carries: `python -m benchmarks.crowd --users 100`.

Visitors without browsers speak the page's own protocol (benchmarks/visitor.py), the clients on the
same processors as the servers. With `--processes 2` or more they come through nginx, whose cookie
keeps each with one server (app/site/nginx.py); where it is not installed, each goes straight to
its server. Mixes: `edits`, everybody lets go of a number every `--period` seconds; `classroom`, an
edit every 10 s, a lens every 20 s, another scene every 60 s; `arrivals`, all open one link within
ten seconds. `--overload` shortens the period, `--seconds` each, until the answers stop growing, and
then has twice as many users at the best one. Measure with nothing else running. Needs Linux.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from websockets import WebSocketException

from app.site.nginx import program
from benchmarks import overload, proxy
from benchmarks.resident import cpu, kept, memory, sampled, slope, telling
from benchmarks.visitor import Visitor
from tests.serving import Server

LINK = "scene=pulse"
# Seconds. SciPy, 40 MB, is loaded 3 s after a server's first screen (app/screen/plane.py).
LOADING = 6.0
ARRIVING = 10.0  # seconds in which all open their page
EDITS, LENSES, SCENES = 10.0, 20.0, 60.0  # seconds between those of one visitor in a classroom
# Seconds of rest: assets/stage/compute/changing.js, checking.js.
RESTED, CHECKED, AGAIN = 0.3, 3.0, 15.0
VIEWS = ("kept", "memory", "why", "cell")
NAMES = ("cue", "slate", "pulse")
Figures = dict[str, float | int | bool | None]
FAILURES = (OSError, RuntimeError, ValueError, EOFError, WebSocketException)


@dataclass
class Seen:
    """What was measured: seconds from asking to the whole answer."""

    answers: list[float] = field(default_factory=list)
    in_time: int = 0  # answers that came before the end
    edits: int = 0
    errors: int = 0
    spent: float = 0.0  # seconds of the servers' CPU
    samples: list[tuple[float, float]] = field(default_factory=list)  # when, megabytes
    kept: tuple[float, float] = (0.0, 0.0)  # megabytes that are counted as kept, before and after


@dataclass
class Crowd:
    """Visitors and the servers that they visit."""

    servers: Sequence[Server]
    ports: Sequence[int]  # of the proxy, or of the servers where there is none
    visitors: list[Visitor] = field(default_factory=list)
    first: list[float] = field(default_factory=list)  # seconds to the first message
    errors: int = 0

    async def warm(self) -> None:
        """One visitor at each server: what the first one loads is no memory of a session."""
        firsts = [await Visitor.opened(server.port, LINK) for server in self.servers]
        await asyncio.sleep(LOADING)
        await asyncio.gather(*(visitor.leave() for visitor in firsts))

    async def arrive(self, users: int) -> None:
        """So many open their page, each at some time of the next seconds."""
        begun = len(self.visitors)
        await asyncio.gather(*(self._arrive(number) for number in range(begun, begun + users)))

    async def _arrive(self, number: int) -> None:
        await asyncio.sleep(random.uniform(0, ARRIVING))
        begun, port = time.perf_counter(), self.ports[number % len(self.ports)]
        try:
            cookie = await proxy.first_page(port, LINK)
            visitor = await Visitor.opened(port, LINK, cookie)
        except FAILURES:
            self.errors += 1
            return
        self.first.append(time.perf_counter() - begun)
        self.visitors.append(visitor)

    async def act(self, seconds: float, every: dict[str, float]) -> Seen:
        """All do something for so long. every: seconds between two acts of a kind of each."""
        before = kept(self.servers)  # to look takes 3 ms of a server that tells, of no other
        seen = Seen(spent=-cpu(self.servers))
        until = time.perf_counter() + seconds
        async with sampled(self.servers) as seen.samples:
            await asyncio.gather(*(act(seen, one, until, every) for one in self.visitors))
        seen.spent += cpu(self.servers)
        seen.kept = (before, kept(self.servers))
        self.errors += seen.errors
        return seen

    async def leave(self) -> None:
        """Everybody closes the page."""
        await asyncio.gather(*(visitor.leave() for visitor in self.visitors))


async def act(seen: Seen, visitor: Visitor, until: float, every: dict[str, float]) -> None:
    """What a visitor does until then. every: seconds between two acts of a kind.

    After an edit the page asks by itself, at rest, for what only the server knows of the screen,
    and compares its numbers.
    """
    due = {kind: time.perf_counter() + random.uniform(0, pause) for kind, pause in every.items()}
    while True:
        kind = min(due, key=lambda one: due[one])
        if due[kind] >= until:
            return
        await asyncio.sleep(max(0.0, due[kind] - time.perf_counter()))
        begun = time.perf_counter()
        try:
            done = await _done(visitor, kind)
        except FAILURES:
            seen.errors += 1
            return
        seen.answers.append(time.perf_counter() - begun)
        seen.edits += kind == "edit"
        seen.in_time += time.perf_counter() <= until
        now = time.perf_counter()
        if kind in every:
            due[kind] = max(due[kind] + every[kind], now)
        elif done:
            del due[kind]
        else:
            due[kind] = now + AGAIN
        if kind == "edit":
            due["check"] = now + CHECKED
            if visitor.told.get("rests"):
                due["ask"] = now + RESTED


async def _done(visitor: Visitor, kind: str) -> bool:
    """Whether it was answered; a check is not while the server is busy."""
    if kind == "edit":
        await visitor.post(kind="commit", target="gru.b_x.update.2", value=random.uniform(-6, 6))
    elif kind == "lens":
        await visitor.post(kind="view", view=random.choice(VIEWS))
    elif kind == "ask":
        await visitor.post(kind="ask")
    elif kind == "check":
        return await visitor.check()
    else:
        await visitor.choose("scene", random.choice(NAMES))
    return True


def share(times: Sequence[float], part: float) -> float | None:
    """The milliseconds within which this part of the answers came."""
    if not times:
        return None
    return round(1000 * sorted(times)[min(int(part * len(times)), len(times) - 1)], 1)


def figures(crowd: Crowd, seen: Seen, throughput: float) -> Figures:
    """What they met, without the memory that is known when they have left."""
    return {
        "p50_ms": share(seen.answers, 0.5),
        "p95_ms": share(seen.answers, 0.95),
        "max_ms": share(seen.answers, 1.0),
        "first_p95_ms": share(crowd.first, 0.95),
        "throughput": round(throughput, 1),
        "errors": crowd.errors,
        "cpu_ms_per_edit": round(1000 * seen.spent / seen.edits, 2) if seen.edits else None,
        "rss_slope_mb_per_min": rounded(slope(seen.samples)),
        "rss_slope_whole_mb_per_min": rounded(slope(seen.samples, 0)),
        "cache_before_mb": rounded(seen.kept[0]),
        "cache_mb": rounded(seen.kept[1]),
    }


def rounded(value: float | None) -> float | None:
    """To hundredths, where there is such a figure."""
    return None if value is None else round(value, 2)


async def usual(crowd: Crowd, asked: argparse.Namespace) -> Figures:
    """All act as the mix says."""
    every = {"edit": asked.period}
    if asked.mix == "classroom":
        every = {
            kind: pause / asked.faster
            for kind, pause in {"edit": EDITS, "lens": LENSES, "scene": SCENES}.items()
        }
    seen = Seen() if asked.mix == "arrivals" else await crowd.act(asked.seconds, every)
    return {"users": asked.users} | figures(crowd, seen, len(seen.answers) / asked.seconds)


async def overloaded(crowd: Crowd, asked: argparse.Namespace) -> Figures:
    """The best that the servers give, then twice as many users as gave it: figures are of these.

    A page waits for its answer before it asks again. So a still shorter period would be no more
    load: twice the users are.
    """
    seconds: float = asked.seconds

    async def rate(period: float) -> float:
        found = (await crowd.act(seconds, {"edit": period})).in_time / seconds
        print(f"an edit every {period:.3f} s: {found:.1f} answers a second", file=sys.stderr)
        return found

    period, best = await overload.best(rate, asked.period)
    await crowd.arrive(asked.users)
    seen = await crowd.act(seconds, {"edit": period})
    given = seen.in_time / seconds
    return {
        "users": 2 * asked.users,
        **figures(crowd, seen, given),
        "best_throughput": round(best, 1),
        "best_period_s": round(period, 3),
        "kept": round(given / best, 3) if best else None,
    }


async def visited(crowd: Crowd, asked: argparse.Namespace) -> Figures:
    """Everybody comes, acts and leaves."""
    await crowd.warm()
    before = memory(crowd.servers)
    await crowd.arrive(asked.users)
    added = memory(crowd.servers) - before
    found = await (overloaded if asked.overload else usual)(crowd, asked)
    await crowd.leave()
    found["mb_per_session"] = round(added / asked.users, 2)
    found["rss_mb"] = round(memory(crowd.servers), 1)
    return found


@contextmanager
def doors(ports: Sequence[int]) -> Iterator[Sequence[int]]:
    """Where visitors of the servers at these ports knock: at a proxy, if several are behind it."""
    if len(ports) == 1:
        yield ports
    elif nginx := program():
        with proxy.standing(nginx, ports) as port:
            yield [port]
    else:
        print(proxy.missing(), file=sys.stderr)
        yield ports


def measured(asked: argparse.Namespace) -> Figures:
    """One crowd, and what it met."""
    with ExitStack() as stack:
        # All visitors come from one address here; the limits of a whole site stay as they are.
        os.environ["GATESCOPE_ADDRESS_PAGES"] = "600"
        servers = [stack.enter_context(telling()) for _ in range(asked.processes)]
        own = [server.port for server in servers]
        ports = stack.enter_context(doors(own))
        found = asyncio.run(visited(Crowd(servers, ports), asked))
        return found | {"proxy": ports is not own}


def main() -> None:
    """Print the figures of one crowd, as a table or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--period", type=float, default=2.0, help="seconds between two edits")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--mix", choices=("edits", "classroom", "arrivals"), default="edits")
    parser.add_argument("--faster", type=float, default=1.0, help="a classroom, so many times")
    parser.add_argument("--overload", action="store_true", help="twice what gives most answers")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.overload and asked.mix != "edits":
        parser.error(f"--overload shortens the period of edits; the mix {asked.mix} has none.")
    found = measured(asked)
    if asked.json:
        print(json.dumps(found))
    else:
        print(f"{asked.mix}, {asked.processes} of the server's processes, {os.cpu_count()} CPUs")
        for name, value in found.items():
            print(f"{name:22}{'–' if value is None else str(value):>10}")


if __name__ == "__main__":
    main()
