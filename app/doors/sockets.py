"""The line of a page to Streamlit: who may open one, how many there are, and what comes in on it.

Streamlit's own answer to a page from elsewhere asks a service on the internet for this server's
address, and everybody waits meanwhile. Here such a page is turned away by its name alone.
"""

import asyncio
import time
from collections.abc import Collection, Sequence
from typing import Final
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from app import settings
from app.doors.counting import FullError, Pace, Places
from app.watching import counts

FILES: Final = 64  # asked for at once: a folder of files that go together
MESSAGE: Final = 3_000_000  # bytes; server.maxWidgetStateSize in .streamlit/config.toml is the same
BURST: Final = 20  # messages at once: a page that is opened sends a handful
QUERY: Final = 16_000  # characters of an address: our own links end far below
# What a page of ours says; of its operations a file that is to be made. All else (to empty what is
# kept, to install something, to stop the server) is not passed on.
SAID: Final = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
MAKING: Final = "deferred_file"
REFUSED, FULL = 1008, 1013  # RFC 6455, 7.4.1, and the registry of its codes


class Sockets:
    """Guards every line that a page opens."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.places = Places(settings.ADDRESS_SOCKETS, settings.SITE_SOCKETS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a line on, or close it before it is open: the browser is told 403."""
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
        elif not is_from_here(Headers(scope=scope), self.hosts):
            counts.refused("origin")
            await _close(receive, send, REFUSED)
        else:
            try:
                with self.places.one(address_of(scope)):
                    await self.app(scope, _Guarded(receive, send), send)
            except FullError:
                counts.refused("pages")
                await _close(receive, send, FULL)


def is_from_here(headers: Headers, hosts: Collection[str] = ()) -> bool:
    """Whether the page that asks is this server's own, or of a host that may."""
    origin = headers.get("origin")
    if origin is None:  # no browser, which always says so (RFC 6455, 4.1; Fetch, 3.1, for posts)
        return True
    try:
        named = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(named) and (named == headers.get("host") or named in hosts)


def address_of(scope: Scope) -> str:
    """Whose request this is: the visitor's address, as the proxy before this server says it."""
    return str(scope["client"][0]) if scope.get("client") else ""


async def _close(receive: Receive, send: Send, code: int) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})


class _Guarded:
    """What comes in on a line, no faster than a hand and a page make it."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self.receive = receive
        self.send = send
        self.pace = Pace(settings.SESSION_MESSAGES, BURST)

    async def __call__(self) -> Message:
        """The next message, later if there were many; the end, for one that no page sends."""
        while True:
            message = await self.receive()
            if message["type"] != "websocket.receive":
                return message
            await asyncio.sleep(self.pace.wait(time.monotonic()))
            told = _read(message.get("bytes"))
            if told is None:
                counts.refused("message")
                await self.send({"type": "websocket.close", "code": REFUSED})
                return {"type": "websocket.disconnect", "code": REFUSED}
            if _is_a_pages(told):
                return message


def _read(sent: bytes | None) -> BackMsg | None:
    """What was sent, if a page of Streamlit may have sent it. What is too large it refuses."""
    told = BackMsg()
    if sent is None:  # text
        return None
    if len(sent) > MESSAGE:
        told.app_heartbeat = True
        return told
    try:
        told.ParseFromString(sent)
    except DecodeError:
        return None
    files, query = told.file_urls_request.file_names, told.rerun_script.query_string
    return told if len(files) <= FILES and len(query) <= QUERY else None


def _is_a_pages(told: BackMsg) -> bool:
    kind = told.WhichOneof("type")
    return kind in SAID or told.backend_operation_request.WhichOneof("payload") == MAKING
