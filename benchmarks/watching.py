"""What it costs to watch a server: CPU of an answer with and without, in one run.

`python -m benchmarks.watching`. An edit of the pulse is posted in this process, with
Watched around the route and lines of JSON written to nowhere, and without; the two take turns.
"""

import asyncio
import json
import os
import statistics
import time
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any

from starlette.routing import Route, Router
from starlette.types import ASGIApp

from app.server import events
from app.session.state import Session, _open
from app.watching.ready import Readiness
from app.watching.routes import Routes
from app.watching.watched import Watched
from benchmarks.visitor import unpacked

ROUNDS, EACH = 40, 50
BIAS = "gru.b_x.update.3"


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
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        assert message.get("status", 200) == 200
        sent.extend(message.get("body", b""))

    await app(scope, receive, send)
    return bytes(sent)


async def measured() -> tuple[list[float], list[float]]:
    """Milliseconds of CPU an answer, of each round: without, and with."""
    bare = Router([Route("/events/{page}", events, methods=["POST"])])
    ready = Readiness()
    ready.state = "open"
    session = Session()
    _open[session.name] = session
    found: tuple[list[float], list[float]] = ([], [])
    apps = (bare, Watched(bare, Routes("", ()), ready, logged=True))
    seq, order = 1, unpacked(await post(bare, session.name, 1))["order"]
    for _ in range(ROUNDS):
        for app, times in zip(apps, found, strict=True):
            begun = time.process_time()
            for _ in range(EACH):
                seq += 1
                await post(app, session.name, seq, order)
            times.append(1000 * (time.process_time() - begun) / EACH)
    return found


def main() -> None:
    """Print both medians and what watching adds."""
    with Path(os.devnull).open("w", buffering=1) as nowhere, redirect_stderr(nowhere):
        without, with_it = map(statistics.median, asyncio.run(measured()))
    print(
        f"{without:.3f} ms of CPU an answer, {with_it:.3f} ms watched: + {with_it - without:.3f} ms"
    )
    print(f"ratio {with_it / without:.3f}")


if __name__ == "__main__":
    main()
