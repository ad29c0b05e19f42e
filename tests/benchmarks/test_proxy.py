"""nginx as the benchmark of a crowd sets it up leads each browser to one server, and uses all."""

import asyncio
import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks import proxy
from benchmarks.crowd import doors

BROWSERS = 20
NGINX = proxy.program()
needs_nginx = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


class _Named(BaseHTTPRequestHandler):
    """Answers with the port of its server and the headers of a websocket that have come."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer; a body is read and not looked at."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upgrade = self.headers.get("Upgrade"), self.headers.get("Connection")
        said = f"{self.server.server_port} {upgrade}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[int]:
    """A server that answers with its port, which is given."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Named) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Site:
    """nginx at a port before servers at others."""

    port: int
    servers: list[int]

    def asked(self, method: str = "GET", **headers: str) -> tuple[int, str, str | None]:
        """Which server answered, the headers of a websocket that it saw, the cookie that is set."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        link.request(method, "/any?path", b"{}" if method == "POST" else None, headers)
        answer = link.getresponse()
        server, _, seen = answer.read().decode().partition(" ")
        link.close()
        return int(server), seen, answer.getheader("Set-Cookie")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ExitStack() as stack:
        ports = [stack.enter_context(answering()) for _ in range(2)]
        yield Site(stack.enter_context(proxy.standing(str(NGINX), ports)), ports)


@needs_nginx
def test_every_request_of_a_browser_goes_where_its_first_page_came_from(site: Site) -> None:
    homes = []
    for _ in range(BROWSERS):
        home, _, told = site.asked()
        assert told is not None
        homes.append((home, told.split(";")[0]))
    for home, cookie in homes:
        websocket = {"Upgrade": "websocket", "Connection": "Upgrade"}
        later = [
            site.asked(Cookie=cookie),
            site.asked("POST", Cookie=f"other=1; {cookie}"),
            site.asked(Cookie=cookie, **websocket),
        ]
        assert [server for server, _, _ in later] == [home] * 3
        assert [told for _, _, told in later] == [None] * 3
    assert Counter(home for home, _ in homes) == dict.fromkeys(site.servers, BROWSERS // 2)


@needs_nginx
def test_a_handshake_arrives_as_one_and_a_plain_request_keeps_the_connection(site: Site) -> None:
    _, seen, _ = site.asked(Upgrade="websocket", Connection="Upgrade")
    assert seen == "('websocket', 'upgrade')"
    _, seen, _ = site.asked()
    assert seen == "(None, None)"


@needs_nginx
def test_a_cookie_of_a_server_that_is_gone_is_replaced(site: Site) -> None:
    home, _, told = site.asked(Cookie=f"{proxy.COOKIE}=s7")
    assert told is not None
    assert site.asked(Cookie=told.split(";")[0])[0] == home


@needs_nginx
def test_a_visitor_keeps_the_cookie_of_its_first_page(site: Site) -> None:
    cookie = asyncio.run(proxy.first_page(site.port, "scene=pulse"))
    assert cookie in {f"{proxy.COOKIE}=s0", f"{proxy.COOKIE}=s1"}


@needs_nginx
def test_what_nginx_says_of_a_mistake_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "TEXT", "no_such_directive {port};")
    with pytest.raises(RuntimeError, match='unknown directive "no_such_directive"'):
        proxy.standing(str(NGINX), [1]).__enter__()


def test_without_nginx_it_is_said_and_each_goes_straight_to_its_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proxy, "program", lambda: None)
    with doors([1, 2]) as ports:
        assert ports == [1, 2]
    assert capsys.readouterr().err.startswith("nginx is not installed")


def test_a_single_server_has_no_proxy(capsys: pytest.CaptureFixture[str]) -> None:
    with doors([1]) as ports:
        assert ports == [1]
    assert capsys.readouterr().err == ""
