"""Where a request begins: it is read by httptools, in a third less time than by h11.

httptools takes in a head of any length and in any time, and as many requests ahead of their answers
as are sent; all three are limited here. And it reads no body of a request that asks for another
protocol: what stands there would be taken for the next request, and answered to whoever shares the
line of a proxy. A body that was answered before its end is read on, so that who sends it sees the
answer, but no faster than leaves time for all others. The head of an answer goes out with the first
of its body, as ASGI has it, in one call of the system and one packet.
"""

import asyncio
import socket
from functools import wraps
from typing import ClassVar, Final

from uvicorn import Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.doors.sockets import MESSAGE
from app.watching import counts
from app.words.say import say

LONGEST: Final = (
    65_536  # bytes of a head, as h11 has it; of what stands between the bytes of a body, too
)
SECONDS: Final = 30.0  # from the first byte of a head, or of a connection, until one is whole
OF_A_BODY: Final = (b"content-length", b"transfer-encoding")
UNWANTED: Final = 30_000_000  # bytes a second of such bodies, on all connections together
# In the scope of a request whose body has come as a whole: nobody has to see that it does in time.
WHOLE: Final = "gatescope.whole"
MOST_AHEAD: Final = 16  # requests that wait for the answer to one before; browsers send none so
JOINED: Final = 65_536  # bytes of a first piece of a body that are copied behind their head


def read_so() -> None:
    """From now on a server of this process that starts reads with `Heads`. To be called once.

    Streamlit has uvicorn load the app by its name, after uvicorn has looked up what reads HTTP: a
    name of another class in its table would come too late. Of a line it takes messages as long as
    those to a page, 32 MB, and has each in memory before it is known to be longer than `MESSAGE`.
    """
    startup = Server.startup

    @wraps(startup)
    async def reading(self: Server, sockets: list[socket.socket] | None = None) -> None:
        self.config.http_protocol_class = Heads
        self.config.ws_max_size = MESSAGE
        await startup(self, sockets)

    Server.startup = reading  # type: ignore[method-assign]


class Heads(HttpToolsProtocol):
    """One connection. What asks too much is answered with 400 and a sentence, and closed."""

    unused = 0  # bytes since the last that were of a body, or ended a head or a request
    late: asyncio.TimerHandle | None = None  # while a head is waited for
    due: ClassVar = (
        0.0  # when, by the clock of the loop, all that is unwanted will have had its time
    )

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has come, who may say nothing."""
        super().connection_made(transport)
        self.late = self.loop.call_later(SECONDS, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Some bytes have come."""
        self.unused += len(data)
        super().data_received(data)
        if self.unused > LONGEST and not self.transport.is_closing():
            self._refuse(say("doors.heads.long"))
        elif self.unused and self.late is None and self._waits_for_a_head():
            self.late = self.loop.call_later(SECONDS, self._give_up)

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self.unused = 0
        if self.late is not None:
            self.late.cancel()
            self.late = None
        away = self.parser.should_upgrade() and not self._should_upgrade()
        if away and any(name in OF_A_BODY for name, _ in self.headers):
            self._refuse(say("doors.heads.upgrade"))
            raise ConnectionError  # the parser reads no more of what has come
        super().on_headers_complete()
        if self.cycle is not None and self.scope["method"] != "HEAD":  # that one has no body
            self.cycle.transport = _Joining(self.cycle)
        if away:
            self.cycle.keep_alive = False
        if len(self.pipeline) > MOST_AHEAD:
            self._refuse(say("doors.heads.long"))
            raise ConnectionError

    def on_body(self, body: bytes) -> None:
        """A piece of a body has come."""
        self.unused = 0
        super().on_body(body)
        if self.cycle.response_complete:
            Heads.due = max(self.loop.time(), Heads.due) + len(body) / UNWANTED
            self.flow.pause_reading()
            self.loop.call_at(Heads.due, self._read_on)

    def _waits_for_a_head(self) -> bool:
        """Whether what has come belongs to no request of which the head is whole."""
        is_answered = self.cycle is not None and self.cycle.response_complete
        return is_answered or "method" not in self.scope

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            if self.unused:
                counts.refused("slow")
            self.transport.close()

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.flow.resume_reading()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self.unused = 0
        self.scope[WHOLE] = True  # type: ignore[typeddict-unknown-key]
        super().on_message_complete()

    def _refuse(self, why: str) -> None:
        counts.refused("head")
        self.send_400_response(why)


class _Joining(asyncio.Transport):
    """Where one answer is written: its head waits for the first piece of its body."""

    __slots__ = ("cycle", "head", "line")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self.cycle = cycle
        self.line = cycle.transport
        self.head: bytes | None = None

    def write(self, data: bytes) -> None:  # type: ignore[override]
        """Pass on, but for the head."""
        if self.head is None:
            if self.cycle.response_started:
                self.head = data
                return
        elif self.head:
            if len(data) <= JOINED:
                data = self.head + data
            else:
                self.line.write(self.head)
            self.head = b""
        self.line.write(data)

    def close(self) -> None:
        """End the connection; a head that has no body, as after an error, is sent before."""
        if self.head:
            self.write(b"")
        self.line.close()

    def is_closing(self) -> bool:
        """Whether it has ended, or is about to."""
        return self.line.is_closing()
