"""Around everything else: each request gets an id, is timed, counted, and logged in one line.

Every answer goes out through here, and has what each of them says besides (app/doors/headers.py).
What runs once for each request costs more than in a loop, as the processor has it at hand no more:
so there is one `send` of ours, and what can be told of later is a tuple until then.
"""

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import settings
from app.watching import counts, ended, logs, ready
from app.watching.routes import BESIDE, FIRST, LINE, QUIET, Routes
from app.words.say import say

log: Final = logging.getLogger(__name__)
Headers: TypeAlias = list[tuple[bytes, bytes]]
ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
HEADER: Final = "X-Request-ID"
RAW: Final = HEADER.lower().encode()
IDS: Final = random.Random()
BITS: Final = 64  # of an id of ours
GONE: Final = 499  # as nginx has it: whoever asked has hung up
SOON: Final = {"Cache-Control": "no-store", "Retry-After": "1"}
LOOK: Final = 0.02  # seconds from one look whether the first screen is there to the next


class Watched:
    """Waits for the first screen, refuses new pages at the end, and tells of all others.

    heads: makes the headers of an answer to a request those that it goes out with.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Routes,
        readiness: ready.Readiness = ready.THIS,
        logged: bool = settings.LOG == "json",
        clock: Callable[[], float] = time.perf_counter,
        heads: Callable[[Headers], Headers] = list,
    ) -> None:
        self.app = app
        self.routes = routes
        self.ready = readiness
        self.logged = logged
        self.clock = clock
        self.heads = heads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        while self.ready.state == "starting" and not self.routes.is_probe(scope):
            await asyncio.sleep(LOOK)
        route = self.routes.name(scope)
        if route == QUIET:
            await self._pass_on(scope, receive, _Asked("", send, self.heads))
            return
        asked = _Asked(_id(scope), send, self.heads)
        logs.REQUEST.set(asked.name)  # of this task, which ends with it
        begun = self.clock()
        try:
            if self.ready.state == "leaving" and route in (FIRST, BESIDE, LINE):
                counts.refused("leaving")
                await _refuse(scope, receive, asked.send)
            else:
                await self.app(scope, receive, asked.send)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception(say("watching.watched.failed", route=route))
            await _excuse(asked, scope, receive)
        finally:
            if asked.is_open:
                counts.PAGES.dec()
            seconds, method, status = self.clock() - begun, scope.get("method", "GET"), asked.status
            told = (time.time(), asked.name, route, method, status or GONE, seconds, self.logged)
            ended.add(told)

    async def _pass_on(self, scope: Scope, receive: Receive, asked: "_Asked") -> None:
        """What is of no interest, until it fails: then it has an id too."""
        try:
            await self.app(scope, receive, asked.send)
        except ClientDisconnect:
            pass
        except Exception:
            asked.name = _id(scope)
            logs.REQUEST.set(asked.name)
            log.exception(say("watching.watched.failed", route="other"))
            await _excuse(asked, scope, receive)


class _Asked:
    """A request, and what has been answered so far. name: its id; "" where nobody is told of it."""

    __slots__ = ("_heads", "_send", "is_open", "name", "status")

    def __init__(self, name: str, send: Send, heads: Callable[[Headers], Headers]) -> None:
        self.name = name
        self.status = 0
        self.is_open = False  # a line
        self._send = send
        self._heads = heads

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a piece of the answer on; its head with the id, if it has one, and what all say."""
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            own = message["headers"]
            message["headers"] = self._heads(
                [*own, (RAW, self.name.encode())] if self.name else own
            )
        elif kind == "websocket.accept":
            self.status, self.is_open = 101, True
            counts.PAGES.inc()
        elif kind == "websocket.close" and not self.status:
            self.status = 403
        return self._send(message)


def _id(scope: Scope) -> str:
    """The one that whoever is before us has given; one of our own where that is none."""
    for name, value in scope["headers"]:
        if name == RAW:
            given = str(value, "latin-1")
            if ID.fullmatch(given):
                return given
            break
    return f"{IDS.getrandbits(BITS):016x}"


async def _excuse(asked: _Asked, scope: Scope, receive: Receive) -> None:
    """Say in a sentence that it is our fault, where nothing else has been said."""
    counts.failed("request")
    if scope["type"] == "http" and not asked.status:
        text = say("watching.watched.sorry", name=asked.name)
        await PlainTextResponse(text, 500)(scope, receive, asked.send)
    asked.status = 500


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """No new page, and no new line: a proxy asks another process then."""
    answer = PlainTextResponse(say("watching.watched.leaving"), 503, SOON)
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await answer(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.close", "code": 1012})  # RFC 6455: the service restarts
