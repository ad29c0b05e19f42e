"""What it costs to guard and watch a server: CPU of an answer with and without, in one run.

`python -m benchmarks.watching`. An edit of the pulse is posted in this process: with nothing around
the route; with what watches it, lines of JSON written to nowhere; and with all that a site has,
turns included. They take turns, in a loop, and with what the processor keeps at hand driven out
before each answer, as it is where answers come one by one.
"""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import numpy as np

os.environ |= {"GATESCOPE_LOG": "json", "GATESCOPE_HOSTS": "localhost"}

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from app import server
from app.doors.heads import WHOLE
from app.serving.straight import Straight
from app.session.state import Session, _open
from app.watching import ended, ready
from app.watching.watched import Watched
from benchmarks.visitor import unpacked

ROUNDS, EACH = 40, 50  # EACH: answers until they are told of, as in a second of a crowd
BIAS = "gru.b_x.update.3"
JUNK: Final = np.zeros(4_000_000)


async def post(app: ASGIApp, page: str, seq: int, computes: int | None = None) -> bytes:
    """One edit, answered. computes: the order of the message that the page computes with."""
    sent = bytearray()
    event = {"seq": seq, "kind": "commit", "target": BIAS, "value": seq % 100 / 50}
    body = json.dumps({"client": "one", "events": [event], "computes": computes}).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/events/{page}",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("192.0.2.1", 5000),
        WHOLE: True,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200
        sent.extend(message.get("body", b""))

    await app(scope, receive, send)
    return bytes(sent)


async def at_once(
    _turns: object,
    _page: str,
    _request: Request,
    _told: Callable[[], bytes],
    quick: Callable[[], bytes | None],
) -> Response:
    """Without turns, as in benchmarks/bare_server.py."""
    found = quick()
    assert found
    return server._deflated(found)


async def nowhere(*_: object) -> None:
    """No other route is asked for."""
    raise NotImplementedError


def around(guards: Iterable[Middleware]) -> ASGIApp:
    """The routes of numbers and events with these around them."""
    app: ASGIApp = Straight(nowhere, server.STRAIGHT)
    for one in reversed([*guards]):
        app = one.cls(app, *one.args, **one.kwargs)
    return app


@contextmanager
def bare() -> Iterator[None]:
    """No turns meanwhile."""
    with patch.object(server, "_in_turn", at_once):
        yield


async def measured(cold: bool) -> list[float]:
    """Milliseconds of CPU an answer: without, watched, and with all."""
    ready.THIS.state = "open"
    session = Session()
    _open[session.name] = session
    apps = (
        around(()),
        around(one for one in server.GUARDS if one.cls is Watched),
        around(server.GUARDS),
    )
    found: tuple[list[float], ...] = ([], [], [])
    seq, order = 1, unpacked(await post(apps[0], session.name, 1))["order"]

    async def one(app: ASGIApp) -> float:
        nonlocal seq
        seq += 1
        if cold:
            JUNK.sum()
        begun = time.thread_time()
        await post(app, session.name, seq, order)
        return time.thread_time() - begun

    for _ in range(ROUNDS):
        for number, (app, times) in enumerate(zip(apps, found, strict=True)):
            if number < len(apps) - 1:
                with bare():
                    spent = [await one(app) for _ in range(EACH)]
            else:
                spent = [await one(app) for _ in range(EACH)]
            begun = time.thread_time()
            ended.tell()
            telling = (time.thread_time() - begun) / EACH
            times.append(1000 * (statistics.median(spent) + telling))
    return [statistics.median(times) for times in found]


def main() -> None:
    """Print all three, and the ratios."""
    print(f"{'CPU of an answer':20}{'bare, ms':>10}{'watched':>10}{'all':>10}{'ratios':>16}")
    for name, cold in (("in a loop", False), ("one by one", True)):
        with Path(os.devnull).open("w", buffering=1) as away, redirect_stderr(away):
            without, watched, whole = asyncio.run(measured(cold))
        ratios = f"{watched / without:.3f}, {whole / without:.3f}"
        print(f"{name:20}{without:10.3f}{watched:10.3f}{whole:10.3f}{ratios:>16}")


if __name__ == "__main__":
    main()
