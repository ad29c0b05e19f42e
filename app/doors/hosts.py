"""Under which names this site is asked for: a browser that was led here under another is told so.

Starlette's own middleware has no exceptions, which checks of a proxy by address need, and its
sentence is its own.
"""

from collections.abc import Awaitable, Collection
from functools import lru_cache
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import settings
from app.words.say import say

ANY: Final = "*"
MOST: Final = 64  # Host headers whose answer is kept


class Hosts:
    """Guards every request and line. names: as settings.NAMES; health: paths open to any name."""

    def __init__(
        self, app: ASGIApp, names: str = settings.HOSTS, health: Collection[str] = ()
    ) -> None:
        self.app = app
        self.names = names.split()
        self.health = frozenset(health)
        self.are_any = ANY in self.names
        self.has = lru_cache(MOST)(self._has)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass it on, or answer 400; the browser is told 403 of a line."""
        if self.are_any or scope["type"] not in ("http", "websocket"):
            return self.app(scope, receive, send)
        told: bytes | None = None
        for name, value in scope["headers"]:
            if name == b"host":
                told = b"" if told is not None else value  # there is exactly one
        if self.has(told or b"") or scope["path"] in self.health:
            return self.app(scope, receive, send)
        return _refuse(scope, receive, send)

    def _has(self, told: bytes) -> bool:
        """Whether this is one of the names; *.school.example are those that end so."""
        host = _host(told)
        return any(
            host.endswith(name[1:]) if name.startswith("*.") else host == name
            for name in self.names
        )


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close"})
    else:
        await PlainTextResponse(say("doors.hosts.other"), 400)(scope, receive, send)


def _host(told: bytes) -> str:
    """The name in a Host header, without its port."""
    host = str(told, "latin-1").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
