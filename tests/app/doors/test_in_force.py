"""What limits a server is in force however it is started, not only in what is written down.

Streamlit has uvicorn load the app by its name, after uvicorn has chosen most of what it goes by.
"""

import asyncio
import re
import shlex
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.frames import Opcode

from app.answers import LARGEST
from app.doors.heads import LONGEST
from app.doors.sockets import MESSAGE
from app.words.say import say
from tests.app.doors.page import Page
from tests.serving import ROOT, serving
from tests.siting import sited

KEPT = 5.0  # seconds that uvicorn keeps a connection without a request; nginx ends it before
FILE_SECONDS = 5  # the least that may be set
TOO_LARGE = 1009  # RFC 6455, 7.4.1
STARTS = {
    "Makefile": r"^\t\$\(BIN\)/(streamlit run .*)$",
    "deploy/Containerfile": r"^CMD (\[.*\])$",
}


@pytest.fixture(scope="module", params=["one", "site"])
def port(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[int]:
    """`make run`, and a process of `make serve` without the proxy before it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_UPLOAD_SECONDS", f"{FILE_SECONDS}")
        if request.param == "one":
            with serving() as server:
                yield server.port
        else:
            with sited(tmp_path_factory.mktemp("site"), 1, nginx=False) as site:
                yield site.port


def said(port: int, *pieces: bytes) -> bytes:
    """All that comes back for these pieces until the connection is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        found = b""
        with suppress(ConnectionError):
            for piece in pieces:
                line.sendall(piece)
            while more := line.recv(65536):
                found += more
        return found


@pytest.mark.parametrize("name", STARTS)
def test_what_starts_a_server_starts_it_as_these_tests_do(name: str) -> None:
    (found,) = re.findall(STARTS[name], (ROOT / name).read_text(), re.MULTILINE)
    words = re.findall(r'"([^"]*)"', found) if found.startswith("[") else shlex.split(found)
    assert words == ["streamlit", "run", "app/server.py"]


def test_a_head_is_limited(port: int) -> None:
    begins = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
    found = said(port, begins + b"a" * (LONGEST - len(begins)), b"a" * 2000)
    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.endswith(say("doors.heads.long").encode())


@pytest.mark.parametrize(
    "told", [b"Content-Length: %d" % (LARGEST + 1), b"Transfer-Encoding: chunked"]
)
def test_events_are_limited(port: int, told: bytes) -> None:
    size = LARGEST + 1
    head = b"POST /events/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + told + b"\r\n\r\n"
    body = b"a" * size
    if b"chunked" in told:
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
    assert said(port, head, body).startswith(b"HTTP/1.1 413 ")


def header(size: int) -> bytes:
    """Of a message of so many bytes, as a browser sends it."""
    return struct.pack("!BBQ4x", 0x80 | Opcode.BINARY, 0x80 | 127, size)


async def begun(port: int, size: int) -> int | None:
    """With what a line is closed that says how long its message will be, and no more."""
    page = await Page.opened(port)
    page.line.transport.write(header(size))
    with suppress(TimeoutError):
        await asyncio.wait_for(page.line.wait_closed(), 2)
    code: int | None = page.line.close_code
    await page.line.close()
    return code


@pytest.mark.thorough
def test_a_message_is_refused_before_it_is_in_memory(port: int) -> None:
    assert asyncio.run(begun(port, MESSAGE + 1)) == TOO_LARGE
    assert asyncio.run(begun(port, MESSAGE)) is None


def test_no_line_is_compressed(port: int) -> None:
    """Some bytes that become many would be as long as they are before they are opened."""

    async def extensions() -> list[Any]:
        page = await Page.opened(port)
        offered = page.line.request.headers.get("Sec-WebSocket-Extensions")
        assert "permessage-deflate" in offered
        await page.line.close()
        return list(page.line.protocol.extensions)

    assert asyncio.run(extensions()) == []


@pytest.mark.thorough
def test_files_are_limited_in_size_and_time_and_connections_in_what_they_wait(port: int) -> None:
    asyncio.run(timed(port))


async def timed(port: int) -> None:
    """All that takes seconds, at once."""
    page = await Page.opened(port)
    paths = await addresses(page, "large", "slow")
    large, slow, kept = await asyncio.gather(
        sent(port, paths[0], 33 * 1024 * 1024),
        sent(port, paths[1], 32 * 1024 * 1024),
        rested(port),
    )
    await page.line.close()
    assert (large[0].split()[1], large[1] < 1) == (b"413", True)
    assert slow[0].split()[1] == b"408"
    assert slow[0].endswith(say("doors.requests.slow", most=f"{FILE_SECONDS}").encode())
    assert b"content-security-policy: " in slow[0]
    assert FILE_SECONDS - 0.5 < slow[1] < FILE_SECONDS + 2
    assert KEPT - 0.5 < kept < KEPT + 2


async def addresses(page: Page, *names: str) -> list[str]:
    """Where files of a page are sent."""
    await page.run()
    asked = BackMsg()
    asked.file_urls_request.request_id = "a"
    asked.file_urls_request.file_names.extend(names)
    await page.line.send(asked.SerializeToString())
    told = ForwardMsg()
    while not told.HasField("file_urls_response"):
        told = ForwardMsg.FromString(await page.line.recv())
    return [one.upload_url for one in told.file_urls_response.file_urls]


async def sent(port: int, path: str, size: int) -> tuple[bytes, float]:
    """The answer to a file of which nothing comes, and the seconds until then."""
    begun = time.monotonic()
    health = await told(
        port, b"GET /_stcore/health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    )
    (token,) = re.findall(rb"_streamlit_xsrf=([^;]*);", health)
    head = (
        b"PUT %s HTTP/1.1\r\nHost: a\r\nCookie: _streamlit_xsrf=%s\r\nX-Xsrftoken: %s\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: %d\r\n\r\n--b\r\n"
    )
    found = await told(port, head % (path.encode(), token, token, size), b"File too large")
    return found, time.monotonic() - begun


async def told(port: int, asked: bytes, until: bytes = b"\0") -> bytes:
    """What comes back, up to a text or the end of the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(asked)
    found = b""
    async with asyncio.timeout(20):
        while until not in found and (more := await reader.read(65536)):
            found += more
    writer.close()
    return found


async def rested(port: int) -> float:
    """Seconds that a connection is open after its last answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
    await reader.readuntil(b"lives.")
    begun = time.monotonic()
    assert await asyncio.wait_for(reader.read(), 20) == b""
    writer.close()
    return time.monotonic() - begun
