"""Under which names this site is asked for: a browser that was led here under another is told so.

Starlette's own middleware has no exceptions, which checks of a proxy by address need, and its
sentence is its own.
"""

from collections.abc import Collection
from typing import Final

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import settings
from app.words.say import say

ANY: Final = "*"


class Hosts:
    """Guards every request and line. names: as settings.NAMES; health: paths open to any name."""

    def __init__(
        self, app: ASGIApp, names: str = settings.HOSTS, health: Collection[str] = ()
    ) -> None:
        self.app = app
        self.names = names.split()
        self.health = frozenset(health)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or answer 400; the browser is told 403 of a line."""
        asked = scope["type"] in ("http", "websocket")
        if not asked or self.are_any or scope["path"] in self.health or self.has(_host(scope)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close"})
        else:
            await PlainTextResponse(say("doors.hosts.other"), 400)(scope, receive, send)

    @property
    def are_any(self) -> bool:
        """Whether every name will do."""
        return ANY in self.names

    def has(self, host: str) -> bool:
        """Whether this is one of the names; *.school.example are those that end so."""
        return any(
            host.endswith(name[1:]) if name.startswith("*.") else host == name
            for name in self.names
        )


def _host(scope: Scope) -> str:
    """The name in the Host header, without its port; nothing where there is not exactly one."""
    told = [value for name, value in scope["headers"] if name == b"host"]
    if len(told) != 1:
        return ""
    host = str(told[0], "latin-1").lower()
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
