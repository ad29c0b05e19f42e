"""Answers on a kept connection leave at once."""

import asyncio
import socket
import sys
import time
from statistics import median

import pytest

from app.serving import prompt
from tests.serving import serving

TIMES = 40
ASKED = b"GET /_stcore/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


def asked(connection: socket.socket, at_once: bool) -> float:
    """Seconds for one answer. at_once: whether what comes is acknowledged without waiting."""
    begun = time.perf_counter()
    connection.sendall(ASKED)
    got = b""
    while not got.endswith(b"ok"):
        if at_once:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        got += connection.recv(65_536)
    return time.perf_counter() - begun


def test_whoever_answers_waits_for_no_thread_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt.AutoHTTPProtocol, "connection_made", lambda *_: None)
    before = sys.getswitchinterval()
    try:
        prompt.answer_promptly()
        assert sys.getswitchinterval() <= 0.001
    finally:
        sys.setswitchinterval(before)


@pytest.mark.skipif(not hasattr(socket, "TCP_QUICKACK"), reason="only Linux can tell the two apart")
def test_no_answer_waits_until_the_browser_has_acknowledged_its_head() -> None:
    with serving() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        times = {
            at_once: [asked(connection, at_once) for _ in range(TIMES)] for at_once in (False, True)
        }
    assert median(times[False]) < 10 * median(times[True])


def test_a_connection_is_read_in_pieces_that_keep_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty lines full of empty messages had kept all waiting for 3.5 s, and 0.3 to 0.7 so."""
    begun: list[object] = []
    monkeypatch.setattr(
        prompt.AutoHTTPProtocol, "connection_made", lambda self, transport: begun.append(transport)
    )
    prompt.answer_promptly()

    async def made() -> None:
        protocols: list[asyncio.Protocol] = []

        class Protocol(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                protocols.append(self)
                prompt.AutoHTTPProtocol.connection_made(self, transport)

        server = await asyncio.get_running_loop().create_server(Protocol, "127.0.0.1", 0)
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        while not protocols:
            await asyncio.sleep(0)
        writer.close()
        server.close()

    asyncio.run(made())
    (transport,) = begun
    assert transport.max_size == prompt.PIECE < 100_000  # type: ignore[attr-defined]
