"""Around everything else: each request gets an id, is timed, counted, and logged in one line."""

import asyncio
import logging
import random
import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import settings
from app.watching import counts, ended, logs, ready
from app.watching.ended import Ended
from app.watching.routes import BESIDE, FIRST, LINE, QUIET, Routes
from app.words.say import say

log: Final = logging.getLogger(__name__)
ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
HEADER: Final = "X-Request-ID"
RAW: Final = HEADER.lower().encode()
IDS: Final = random.Random()
BITS: Final = 64  # of an id of ours
GONE: Final = 499  # as nginx has it: whoever asked has hung up
SOON: Final = {"Cache-Control": "no-store", "Retry-After": "1"}
LOOK: Final = 0.02  # seconds from one look whether the first screen is there to the next


class Watched:
    """Waits for the first screen, refuses new pages at the end, and tells of all others."""

    def __init__(
        self,
        app: ASGIApp,
        routes: Routes,
        readiness: ready.Readiness = ready.THIS,
        logged: bool = settings.LOG == "json",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.app = app
        self.routes = routes
        self.ready = readiness
        self.logged = logged
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        while self.ready.state == "starting" and not self.routes.is_probe(scope):
            await asyncio.sleep(LOOK)
        route = self.routes.name(scope)
        if route == QUIET:
            await self.app(scope, receive, send)
            return
        asked = _Asked(route, _id(scope), send)
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
            counts.failed("request")
            log.exception(say("watching.watched.failed", route=route))
            await _excuse(asked, scope, receive)
        finally:
            if asked.is_open:
                counts.PAGES.dec()
            seconds, method = self.clock() - begun, scope.get("method", "GET")
            told = (asked.name, route, method, asked.status or GONE, seconds, self.logged)
            ended.add(Ended(time.time(), *told))


class _Asked:
    """A request, and what has been answered so far. name: its id."""

    __slots__ = ("_send", "is_open", "name", "route", "status")

    def __init__(self, route: str, name: str, send: Send) -> None:
        self.route = route
        self.name = name
        self.status = 0
        self.is_open = False  # a line
        self._send = send

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a piece of the answer on; its head with the id."""
        kind = message["type"]
        if kind in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            message["headers"] = [*message["headers"], (RAW, self.name.encode())]
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
