"""What a request may bring: an address of some length, a body in some time, so many files at once.

Streamlit keeps every file that a page sends, under whatever name, for as long as the page is open.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Protocol

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import settings
from app.doors.counting import Places
from app.doors.heads import WHOLE
from app.doors.sockets import QUERY, address_of
from app.watching import counts
from app.words.say import say

UPLOAD: Final = re.compile(r"/_stcore/upload_file/([^/]+)/([^/]+)$")
# Doors of Streamlit that nothing of this site uses: figures of the server, and a way in for
# programs; the login's, where none is set up.
CLOSED: Final = re.compile(r"/_stcore/(metrics|script-health-check|agent/.*)/?$")
LOGIN: Final = re.compile(r"/(auth/\w+|oauth2callback)/?$")
SENTENCE: Final = "Gatescope-Refused"  # says that an answer is one: assets/stage/core/refused.js
MEGABYTE: Final = 1_000_000
BODY_SECONDS: Final = 30.0  # for any other body: posts are 4 MB at most
PATIENCE: Final = 20.0  # seconds that a file waits for its turn
TURN: Final = 0.1  # seconds from one look whether it has come to the next
QUEUE: Final = 50  # files that wait at the same time
KEPT: Final = 900.0  # seconds in which a file is read after it was sent, or is gone


class Files(Protocol):
    """What Streamlit has of the files that pages have sent."""

    def held(self, session: str) -> int:
        """Bytes of one page."""

    def drop(self, session: str, file: str) -> None:
        """Forget one; nothing happens if it is gone."""


class RefusedError(Exception):
    """A request is not taken in: the status of the answer, and a sentence that says why.

    kind: for whoever counts them.
    """

    def __init__(self, status: int, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.status = status
        self.text = text


class Requests:
    """Guards every request, but the lines that pages open."""

    def __init__(
        self, app: ASGIApp, files: Files, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.app = app
        self.files = files
        self.clock = clock
        self.places = Places(settings.ADDRESS_UPLOADS, settings.SITE_UPLOADS)
        self.waiting = 0
        self.coming = 0  # bytes on their way
        self.sent: dict[tuple[str, str], tuple[float, int]] = {}  # when, and how many bytes

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on, or say in a sentence why not."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        path = scope["path"]
        if (  # nothing is to be seen to: its body is here, and no file is at such an address
            WHOLE in scope
            and len(scope["query_string"]) <= QUERY
            and "/_stcore/" not in path
            and "/auth/" not in path
            and "/oauth2callback" not in path
        ):
            return self.app(scope, receive, send)
        return self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if len(scope["query_string"]) > QUERY:
                raise RefusedError(414, "address", say("doors.requests.address", most=QUERY))
            if named := _named(scope):
                await self._file(named[1], named[2], scope, receive, send)
            else:
                await self._in_time(BODY_SECONDS, scope, receive, send)
        except ClientDisconnect:
            pass  # it has hung up
        except RefusedError as error:
            counts.refused(error.kind)
            told = {SENTENCE: error.kind}
            if error.status == 503:
                told["Retry-After"] = f"{PATIENCE:.0f}"
            if error.status == 408:  # the rest of it is waited for no more
                told["Connection"] = "close"
            answer = PlainTextResponse(error.text, error.status, told)
            await answer(scope, receive, send)

    async def _in_time(self, seconds: float, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on. Errors: RefusedError where its body does not come within some seconds."""
        body = _InTime(receive, send, seconds, self.clock)
        try:
            await self.app(scope, body, body.tell)
        except ClientDisconnect:
            if not body.is_late:
                raise
        if body.is_late and not body.is_answered:
            raise RefusedError(408, "slow", say("doors.requests.slow", most=f"{seconds:.0f}"))

    async def _file(
        self, session: str, name: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        length = Headers(scope=scope).get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            raise RefusedError(411, "length", say("doors.requests.length"))
        size, page = int(length[:12]), settings.SESSION_UPLOADS_MB
        self._forget()
        if self.files.held(session) + size > page * MEGABYTE:
            raise RefusedError(413, "page_files", say("doors.requests.page", most=page))
        kept = sum(held for _, held in self.sent.values())
        if kept + self.coming + size > settings.SITE_UPLOADS_MB * MEGABYTE:
            raise RefusedError(503, "site_files", say("doors.requests.site"))
        self.coming += size
        try:
            async with self._turn(address_of(scope)):
                await self._in_time(settings.UPLOAD_SECONDS, scope, receive, send)
        finally:
            self.coming -= size
        self.sent[session, name] = self.clock(), size

    @asynccontextmanager
    async def _turn(self, address: str) -> AsyncIterator[None]:
        """A place for one file, waited for. Errors: RefusedError."""
        until = self.clock() + PATIENCE
        while self.places.are_full_for(address):
            if self.waiting >= QUEUE or self.clock() > until:
                raise RefusedError(503, "turns", say("doors.requests.site"))
            self.waiting += 1
            await asyncio.sleep(TURN)
            self.waiting -= 1
        with self.places.one(address):
            yield

    def _forget(self) -> None:
        """Drop what was sent long ago: whoever has read it has a copy."""
        for (session, name), (when, _) in list(self.sent.items()):
            if self.clock() - when > KEPT or not self.files.held(session):
                self.files.drop(session, name)
                del self.sent[session, name]


def _named(scope: Scope) -> re.Match[str] | None:
    """The page and the file of an upload. Errors: RefusedError for a door that is closed."""
    login = LOGIN.search(scope["path"]) and not settings.HAS_LOGIN
    if login or CLOSED.search(scope["path"]):
        raise RefusedError(404, "closed", say("doors.requests.closed"))
    return UPLOAD.search(scope["path"]) if scope["method"] == "PUT" else None


class _InTime:
    """A body that comes within some seconds; one that does not is as if its sender had hung up."""

    def __init__(
        self, receive: Receive, send: Send, seconds: float, clock: Callable[[], float]
    ) -> None:
        self.receive = receive
        self.send = send
        self.clock = clock
        self.until = clock() + seconds
        self.whole = False
        self.is_late = False
        self.is_answered = False

    async def __call__(self) -> Message:
        if self.whole:  # whoever asks now waits for the end of the line, however long that lasts
            return await self.receive()
        try:
            async with asyncio.timeout(max(0.0, self.until - self.clock())):
                message = await self.receive()
        except TimeoutError:
            self.is_late = True
            return {"type": "http.disconnect"}
        self.whole = not message.get("more_body", False)
        return message

    def tell(self, message: Message) -> Awaitable[None]:
        """Pass on what is answered."""
        self.is_answered = True
        return self.send(message)
