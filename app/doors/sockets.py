"""The line of a page to Streamlit: who may open one, how many there are, and what comes in on it.

Streamlit's own answer to a page from elsewhere asks a service on the internet for this server's
address, and everybody waits meanwhile. Here such a page is turned away by its name alone.
"""

import asyncio
import time
from collections.abc import Awaitable, Collection, Sequence
from contextlib import AsyncExitStack
from typing import Final
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from app import settings
from app.doors import parts
from app.doors.counting import FullError, Pace, Paces, Places
from app.doors.turns import Turns
from app.watching import counts

FILES: Final = 64  # asked for at once: a folder of files that go together
MESSAGE: Final = 3_000_000  # bytes; server.maxWidgetStateSize in .streamlit/config.toml is the same
BURST: Final = 20  # messages at once: a page that is opened sends a handful
QUERY: Final = 16_000  # characters of an address: our own links end far below
# Of an address, pages that are left within seconds: so many at once, then so many a second, and one
# more for each page that is open there in so many seconds.
STAYED: Final = 10.0
HURRIED: Final = 20
LEAST: Final = 1.0
EACH: Final = 5.0
# What a page of ours says; of its operations a file that is to be made. All else (to empty what is
# kept, to install something, to stop the server) is not passed on.
SAID: Final = {"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"}
MAKING: Final = "deferred_file"
RUN: Final = "rerun_script"
NUMBER: Final = BackMsg.DESCRIPTOR.fields_by_name[RUN].number
PART: Final = 100_000  # bytes of anything else that a page says; all of them are small
# Runs of pages, one at a time: Python runs one thread at a time, and whoever answers everybody
# waits for each that is ready. A run that takes longer than this works elsewhere, or is large.
RUNS: Final = Turns(at_once=1, each=1, waiting=100_000)  # lines have limits of their own
LONGEST: Final = 0.3  # seconds
SMALL: Final = 1_000  # bytes: that a run has ended is said in a few
REFUSED, FULL = 1008, 1013  # RFC 6455, 7.4.1, and the registry of its codes


class Sockets:
    """Guards every line that a page opens."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str] = ()) -> None:
        self.app = app
        self.hosts = frozenset(hosts)
        self.places = Places(settings.ADDRESS_SOCKETS, settings.SITE_SOCKETS)
        self.hurried = Paces(LEAST, HURRIED)  # lines that end as soon as they have begun

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a line on, or close it before it is open: the browser is told 403."""
        is_line = scope["type"] == "websocket"
        return (self._line if is_line else self.app)(scope, receive, send)

    async def _line(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_from_here(Headers(scope=scope), self.hosts):
            counts.refused("origin")
            await _close(receive, send, REFUSED)
        else:
            try:
                with self.places.one(address_of(scope)):
                    await self._open(scope, receive, send)
            except FullError:
                counts.refused("pages")
                await _close(receive, send, FULL)

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a line on; later, where too many of its address have come and gone at once."""
        begun, address = time.monotonic(), address_of(scope)
        pace = self._pace(address, begun)
        waits = pace.wait(begun) if pace.is_spent(begun) else 0.0
        if waits:
            await asyncio.sleep(waits)
        guarded = _Guarded(receive, send, address)
        try:
            await self.app(scope, guarded, guarded.tell)
        finally:
            await guarded.end()
            ended = time.monotonic()
            if not waits and ended - begun < STAYED:
                self._pace(address, ended).wait(ended)  # it is counted

    def _pace(self, address: str, now: float) -> Pace:
        """More of them for an address that has many pages open, such as a class."""
        pace = self.hurried.at(address, now)
        pace.second = LEAST + self.places.taken[address] / EACH
        return pace


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

    def __init__(self, receive: Receive, send: Send, address: str) -> None:
        self.receive = receive
        self.send = send
        self.address = address
        self.pace = Pace(settings.SESSION_MESSAGES, BURST)
        self.ahead: asyncio.Future[Message] | None = None  # what comes in while a run waits
        self.turn: AsyncExitStack | None = None  # of a run of the page
        self.late: asyncio.TimerHandle | None = None

    async def __call__(self) -> Message:
        """The next message, later if there were many; the end, for one that no page sends."""
        while True:
            message = await self._next()
            if message["type"] != "websocket.receive":
                return message
            await asyncio.sleep(self.pace.wait(time.monotonic()))
            told = _read(message.get("bytes"))
            if told is None:
                counts.refused("message")
                await self.send({"type": "websocket.close", "code": REFUSED})
                return {"type": "websocket.disconnect", "code": REFUSED}
            if told.WhichOneof("type") == RUN and not await self._begin():
                return await self._next()
            if _is_a_pages(told):
                return message

    async def tell(self, message: Message) -> None:
        """Pass on what is told to the page; with the end of a run, its turn ends."""
        await self.send(message)
        told = message.get("bytes")
        if self.turn and told and len(told) < SMALL and _is_the_end(told):
            await self._end_turn()

    async def end(self) -> None:
        """The line has ended."""
        if self.ahead:
            self.ahead.cancel()
        await self._end_turn()

    async def _next(self) -> Message:
        ahead, self.ahead = self.ahead, None
        return await (ahead or self.receive())

    async def _begin(self) -> bool:
        """Wait for a turn for a run of the page; False for one that has been left meanwhile."""
        await self._end_turn()  # a run that begins anew has its turn anew
        turn = AsyncExitStack()
        come = asyncio.ensure_future(
            turn.enter_async_context(RUNS.one(f"{id(self)}", self.address))
        )
        ahead = self.ahead = asyncio.ensure_future(self.receive())
        try:
            await asyncio.wait((come, ahead), return_when=asyncio.FIRST_COMPLETED)
            if not come.done() and ahead.result()["type"] == "websocket.disconnect":
                return False
            await come
        except BaseException:
            await turn.aclose()
            raise
        finally:
            come.cancel()
        self.turn = turn
        loop = asyncio.get_running_loop()
        self.late = loop.call_later(LONGEST, lambda: loop.create_task(self._end_turn()))
        return True

    async def _end_turn(self) -> None:
        turn, self.turn = self.turn, None
        if self.late:
            self.late.cancel()
        if turn:
            await turn.aclose()


def _read(sent: bytes | None) -> BackMsg | None:
    """What was sent, if a page of Streamlit may have sent it. What is too large it refuses."""
    told = BackMsg()
    if sent is None:  # text
        return None
    if len(sent) > MESSAGE:
        told.app_heartbeat = True
        return told
    if len(sent) > PART and not parts.are_small(sent, PART, but=NUMBER):
        return None
    try:
        told.ParseFromString(sent)
    except DecodeError:
        return None
    files, query = told.file_urls_request.file_names, told.rerun_script.query_string
    return told if len(files) <= FILES and len(query) <= QUERY else None


def _is_the_end(told: bytes) -> bool:
    """Whether a page is told that its run has ended."""
    return bool(ForwardMsg.FromString(told).HasField("script_finished"))


def _is_a_pages(told: BackMsg) -> bool:
    kind = told.WhichOneof("type")
    return kind in SAID or told.backend_operation_request.WhichOneof("payload") == MAKING
