"""How an answer is written: its head with the first piece of its body, in one packet."""

import asyncio
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from app.doors.heads import JOINED, Heads

ASK = b"%s / HTTP/1.1\r\nHost: a\r\n%s\r\n"


class Line(asyncio.Transport):
    """A connection that keeps what is written to it, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def answering(
    *pieces: bytes, told: Sequence[tuple[bytes, bytes]] = (), fails: bool = False
) -> ASGIApp:
    """Reads its request and answers it in these pieces."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        headers = [*told]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if fails:
            raise ValueError
        for place, piece in enumerate(pieces):
            more = place + 1 < len(pieces)
            await send({"type": "http.response.body", "body": piece, "more_body": more})

    return app


def written(app: ASGIApp, asked: bytes) -> Line:
    """The connection after this was asked on it."""

    async def play() -> Line:
        config = uvicorn.Config(app, http=Heads, log_config=None, lifespan="off")
        config.load()
        heads, line = Heads(config, ServerState(), {}), Line()
        heads.connection_made(line)
        heads.data_received(asked)
        while heads.tasks:
            await asyncio.sleep(0)
        closed = line.closed
        heads.connection_lost(None)
        line.closed = closed
        return line

    return asyncio.run(play())


def length(body: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"Content-Length", b"%d" % len(body))]


def test_head_and_body_are_one_piece() -> None:
    (answer,) = written(answering(b"abc", told=length(b"abc")), ASK % (b"GET", b"")).written
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"content-length: 3\r\n\r\nabc")


def test_so_is_a_head_with_no_body() -> None:
    (answer,) = written(answering(b"", told=length(b"")), ASK % (b"GET", b"")).written
    assert answer.endswith(b"content-length: 0\r\n\r\n")


def test_later_pieces_go_as_they_come() -> None:
    first, second = written(answering(b"ab", b"c"), ASK % (b"GET", b"")).written
    assert first.endswith(b"transfer-encoding: chunked\r\n\r\n2\r\nab\r\n")
    assert second == b"1\r\nc\r\n0\r\n\r\n"


def test_a_large_body_is_not_copied() -> None:
    body = b"a" * (JOINED + 1)
    head, rest = written(answering(body, told=length(body)), ASK % (b"GET", b"")).written
    assert head.endswith(b"\r\n\r\n")
    assert rest == body


def test_an_answer_without_a_body_is_its_head() -> None:
    (answer,) = written(answering(b"abc", told=length(b"abc")), ASK % (b"HEAD", b"")).written
    assert answer.endswith(b"content-length: 3\r\n\r\n")


def test_who_waits_to_send_a_body_is_told_to() -> None:
    asked = ASK % (b"POST", b"Content-Length: 1\r\nExpect: 100-continue\r\n") + b"a"
    told, answer = written(answering(b"abc", told=length(b"abc")), asked).written
    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert answer.endswith(b"\r\n\r\nabc")


def test_the_head_of_an_answer_that_fails_is_sent_before_the_end() -> None:
    line = written(answering(told=length(b"abc"), fails=True), ASK % (b"GET", b""))
    (answer,) = line.written
    assert answer.endswith(b"content-length: 3\r\n\r\n")
    assert line.closed
