"""Where a request begins, over real connections: a server of uvicorn's with `Heads` in it."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from app.doors.heads import LONGEST, MOST_AHEAD, WHOLE, Heads
from app.words.say import say
from tests.serving import free_port, serving

ASK = b"GET /?n=%d HTTP/1.1\r\nHost: a\r\n\r\n"


async def length(request: Request) -> Response:
    """The bytes of the body, and what is asked for."""
    body = await request.body()
    return PlainTextResponse(f"[{len(body)} {request.query_params.get('n', '')}]")


async def unread(_: Request) -> Response:
    """An answer before the body has come."""
    return PlainTextResponse("[unread]")


async def whole(request: Request) -> Response:
    """Whether all of the body was there when the request was."""
    begun = WHOLE in request.scope
    await request.body()
    return PlainTextResponse(f"[{begun} {WHOLE in request.scope}]")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    routes = [
        Route("/", length, methods=["GET", "POST"]),
        Route("/unread", unread, methods=["POST"]),
        Route("/whole", whole, methods=["GET", "POST"]),
    ]
    app = Starlette(routes=routes)
    server = uvicorn.Server(uvicorn.Config(app, port=port, http=Heads, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield port
    server.should_exit = True
    thread.join(10)


def answered(port: int, *pieces: bytes, until: bytes = b"]") -> bytes:
    """What comes back for these pieces, up to a last byte or the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        found = b""
        try:
            for piece in pieces:
                line.sendall(piece)
                if piece is pieces[0]:
                    time.sleep(0.05)  # it is read by itself: a read counts as its last bytes do
            while until not in found and (more := line.recv(65536)):
                found += more
        except ConnectionError:  # it was closed while more was on its way
            pass
        return found


def enough(piece: bytes) -> list[bytes]:
    """Just more than is read: an answer is lost where its asker goes on after the end."""
    return [piece] * (LONGEST // len(piece) + 1)


def refused(found: bytes) -> bool:
    return found.startswith(b"HTTP/1.1 400 ") and found.endswith(say("doors.heads.long").encode())


def test_an_ordinary_request_is_answered(port: int) -> None:
    assert answered(port, ASK % 3).endswith(b"[0 3]")
    cookies = b"Cookie: a=%s\r\n" % (b"b" * 30_000)
    assert answered(port, (ASK % 4)[:-2], cookies, b"\r\n").endswith(b"[0 4]")


def test_whether_a_body_has_come_is_known(port: int) -> None:
    head = b"POST /whole HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n"
    assert answered(port, head + b"ab").endswith(b"[True True]")
    assert answered(port, head, b"ab").endswith(b"[False True]")
    assert answered(port, head + b"a", b"b").endswith(b"[False True]")
    assert answered(port, b"GET /whole HTTP/1.1\r\nHost: a\r\n\r\n").endswith(b"[True True]")
    ahead = answered(port, head + b"ab" + head + b"a", b"b", until=b"[False True]")
    assert b"[True True]" in ahead


@pytest.mark.parametrize("piece", [b"a" * 1000, b"a: b\r\n" * 100, b"a: " + b"b" * 997])
def test_a_head_without_end_is_not_kept(port: int, piece: bytes) -> None:
    begins = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
    assert refused(answered(port, begins, *enough(piece), until=b"\0"))


def test_nor_is_an_address_without_end(port: int) -> None:
    assert refused(answered(port, b"GET /", *enough(b"a" * 1000), until=b"\0"))


def test_a_long_body_in_small_pieces_is_no_long_head(port: int) -> None:
    size = 10 * LONGEST
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
    assert answered(port, head, *[b"a" * 1000] * (size // 1000), b"a" * (size % 1000)).endswith(
        b"[%d ]" % size
    )
    chunk = b"3e8\r\n" + b"a" * 1000 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answered(port, head, *[chunk] * 200, b"0\r\n\r\n").endswith(b"[200000 ]")


def test_a_body_that_is_answered_before_its_end_is_read_no_faster_than_leaves_time_for_others(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, second = 6_000_000, 4_000_000
    monkeypatch.setattr("app.doors.heads.UNWANTED", second)
    head = b"POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size
    begun = time.monotonic()
    # The answer is there at once; what is asked next on the same line is answered after the body.
    found = answered(port, head, b"a" * size, ASK % 8, until=b"[0 8]")
    assert b"[unread]" in found
    assert found.endswith(b"[0 8]")
    assert time.monotonic() - begun > 0.7 * size / second


@pytest.mark.parametrize("end", [b"0\r\nX: ", b"5;a="])
def test_what_stands_between_the_bytes_of_a_body_is_no_longer(port: int, end: bytes) -> None:
    """Fields after a body, and what a piece says of itself."""
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
    assert refused(answered(port, head + end, *enough(b"a" * 1000), until=b"\0"))


def test_some_requests_may_come_ahead_of_their_answers(port: int) -> None:
    asked = b"".join(ASK % n for n in range(MOST_AHEAD))
    found = answered(port, asked, until=b" %d]" % (MOST_AHEAD - 1))
    places = [found.index(b"[0 %d]" % n) for n in range(MOST_AHEAD)]
    assert places == sorted(places)


def test_very_many_may_not(port: int) -> None:
    found = answered(port, b"".join(ASK % n for n in range(2000)), until=b"\0")
    assert b"HTTP/1.1 400 " in found
    assert b" 1999]" not in found


def test_what_follows_a_head_that_asks_for_another_protocol_is_no_request(port: int) -> None:
    """httptools reads no body of it: behind a proxy somebody else would be given the answer."""
    asked = b"POST /?n=1 HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"
    body = b"GET /?n=666 HTTP/1.1\r\nHost: a\r\n\r\n"
    for told in (b"Content-Length: %d" % len(body), b"Transfer-Encoding: chunked"):
        found = answered(port, asked + told + b"\r\n\r\n", body, until=b"\0")
        assert found.startswith(b"HTTP/1.1 400 ")
        assert found.endswith(say("doors.heads.upgrade").encode())
    found = answered(port, asked.replace(b"POST", b"GET") + b"\r\n", until=b"\0")
    assert found.endswith(b"[0 1]")  # as if it had not asked, and the line is closed


@pytest.mark.parametrize(
    ("before", "begun", "drop"),
    [
        *((b"", b"", b""), (b"", b"GET / HTTP/1.1\r\nHost", b"a"), (b"\r\n", b"", b"\r\n")),
        *((ASK % 5, b"GET / HTTP/1.1\r\nHost", b"a"), (ASK % 5, b"\r\n", b"\r\n")),
    ],
)
def test_a_head_comes_in_time_however_it_drips(
    port: int, monkeypatch: pytest.MonkeyPatch, before: bytes, begun: bytes, drop: bytes
) -> None:
    """After another one, too; uvicorn ends a line that says nothing after one, and no other."""
    monkeypatch.setattr("app.doors.heads.SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", port), timeout=4) as line:
        line.sendall(before)
        if before.startswith(b"GET"):
            read_to(line, b"[0 5]")
        line.sendall(begun)
        since = time.monotonic()
        line.settimeout(0.05)
        while time.monotonic() - since < 4:
            try:
                assert line.recv(100) == b""  # it is closed, and nothing is said
                break
            except TimeoutError:
                line.sendall(drop)
        assert 0.2 < time.monotonic() - since < 2


def test_what_begins_in_time_may_take_longer(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is read, also where what stands between its bytes comes in parts; the next."""
    monkeypatch.setattr("app.doors.heads.SECONDS", 0.2)
    chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=4) as line:
        for piece in (chunked, b"2\r", b"\nab\r\n", b"0\r\n", b"\r\n"):
            line.sendall(piece)
            time.sleep(0.15)
        read_to(line, b"[2 ]")
        time.sleep(0.3)  # uvicorn has a time of its own for the next one
        line.sendall(ASK % 6)
        read_to(line, b"[0 6]")


def read_to(line: socket.socket, end: bytes) -> None:
    """Errors: AssertionError where the line ends before."""
    found = b""
    while not found.endswith(end):
        more = line.recv(65536)
        assert more
        found += more


def test_the_server_reads_with_it() -> None:
    """As Streamlit starts it: uvicorn has chosen what reads by itself before it loads the app."""
    with serving() as server:
        begins = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
        assert refused(answered(server.port, begins, *enough(b"a" * 1000), until=b"\0"))
        asked = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n%s\r\n"
        found = answered(
            server.port, asked % b"Connection: upgrade\r\nUpgrade: h2c\r\n", until=b"\0"
        )
        assert found.endswith(say("doors.heads.upgrade").encode())
