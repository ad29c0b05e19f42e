"""nginx before a site leads each browser to one server, uses all, and goes on where one fails."""

import asyncio
import http.client
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from app.site import nginx
from app.site.nginx import COOKIE, Entrance, configured
from app.site.proxy import Proxy, StartError, begun
from benchmarks import proxy
from benchmarks.crowd import doors
from tests.serving import free_port

BROWSERS = 20
NGINX = nginx.program()
needs_nginx = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)"
)


class _Named(BaseHTTPRequestHandler):
    """Answers with the port of its server, what has come in, and the headers of a proxy."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer; a path with `ending` is refused as by a server that ends."""
        size = len(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        names = ("Upgrade", "Connection", "X-Forwarded-For", "X-Forwarded-Proto")
        seen = {name: self.headers.get(name) for name in names}
        ending = getattr(self.server, "ending", False)
        told = {"server": self.server.server_port, "path": self.path, "size": size}  # type: ignore[attr-defined]
        said = json.dumps(told | seen).encode()
        self.send_response(503 if ending else 200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering(ending: bool = False) -> Iterator[int]:
    """A server that answers with its port, which is given."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Named) as server:
        server.daemon_threads = True
        server.ending = ending  # type: ignore[attr-defined]
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

    def asked(
        self, method: str = "GET", path: str = "/any?path", body: bytes = b"{}", **headers: str
    ) -> tuple[int, dict[str, Any], str | None]:
        """The status, what the server saw (see _Named), the cookie that is set."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        link.request(method, path, None if method == "GET" else body, named)
        answer = link.getresponse()
        text = answer.read().decode()
        link.close()
        told = json.loads(text) if text.startswith("{") else {"said": text}
        return answer.status, told, answer.getheader("Set-Cookie")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with ExitStack() as stack:
        ports = [stack.enter_context(answering()) for _ in range(2)]
        yield Site(stack.enter_context(proxy.standing(str(NGINX), ports)), ports)


def standing(*ports: int, **more: Any) -> Any:
    """nginx before servers at these ports. more: of its Entrance."""
    return proxy.standing(str(NGINX), ports, **more)


@needs_nginx
def test_every_request_of_a_browser_goes_where_its_first_page_came_from(site: Site) -> None:
    homes = []
    for _ in range(BROWSERS):
        _, seen, told = site.asked()
        assert told is not None
        homes.append((seen["server"], told.split(";")[0]))
    for home, cookie in homes:
        websocket = {"Upgrade": "websocket", "Connection": "Upgrade"}
        later = [
            site.asked(Cookie=cookie),
            site.asked("POST", Cookie=f"other=1; {cookie}"),
            site.asked("POST", "/events/page", Cookie=cookie),
            site.asked("PUT", "/_stcore/upload_file/a/b", Cookie=cookie),
            site.asked(Cookie=cookie, **websocket),
        ]
        assert [seen["server"] for _, seen, _ in later] == [home] * 5
        assert [told for _, _, told in later] == [None] * 5
    assert Counter(home for home, _ in homes) == dict.fromkeys(site.servers, BROWSERS // 2)


@needs_nginx
def test_a_handshake_arrives_as_one_and_a_plain_request_keeps_the_connection(site: Site) -> None:
    _, seen, _ = site.asked(Upgrade="websocket", Connection="Upgrade")
    assert (seen["Upgrade"], seen["Connection"]) == ("websocket", "upgrade")
    _, seen, _ = site.asked()
    assert (seen["Upgrade"], seen["Connection"]) == (None, None)


@needs_nginx
def test_a_cookie_of_a_server_that_is_no_more_is_replaced(site: Site) -> None:
    _, seen, told = site.asked(Cookie=f"{COOKIE}=s7")
    assert told is not None
    assert site.asked(Cookie=told.split(";")[0])[1]["server"] == seen["server"]


@needs_nginx
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("POST", "/events/page"), ("GET", "/numbers/ticket?core=")]
)
def test_where_the_server_of_a_cookie_is_down_another_answers_and_the_cookie_says_so(
    method: str, path: str
) -> None:
    with answering() as there, standing(free_port(), there) as port:
        site = Site(port, [there])
        status, seen, told = site.asked(method, path, Cookie=f"{COOKIE}=s0")
        assert (status, seen["server"]) == (200, there)
        assert seen["size"] == (0 if method == "GET" else 2)  # its body has come along
        assert told is not None
        assert told.startswith(f"{COOKIE}=s1;")
        assert site.asked(method, path, Cookie=f"{COOKIE}=s1")[2] is None
        _, seen, told = site.asked("POST", "/events/s0.page", Cookie=f"{COOKIE}=s0")
        assert (seen["server"], told) == (there, None)  # its line says where it goes on


@needs_nginx
@pytest.mark.parametrize("kind", ["events", "numbers"])
def test_what_has_the_name_of_a_server_goes_there_whatever_the_cookie_says(
    site: Site, kind: str
) -> None:
    for at, server in enumerate(site.servers):
        for cookie in ("", f"{COOKIE}=s0", f"{COOKIE}=s1"):
            _, seen, told = site.asked(path=f"/{kind}/s{at}.ticket", Cookie=cookie)
            assert (seen["server"], told) == (server, None)
    _, seen, _ = site.asked(path=f"/{kind}/s7.ticket", Cookie=f"{COOKIE}=s1")
    assert seen["server"] == site.servers[1]


@needs_nginx
def test_a_new_page_goes_on_from_a_server_that_is_ending_and_an_event_does_not() -> None:
    with answering(ending=True) as ends, answering() as there, standing(ends, there) as port:
        site = Site(port, [ends, there])
        status, seen, told = site.asked(path="/", Cookie=f"{COOKIE}=s0")
        assert (status, seen["server"]) == (200, there)
        assert told is not None
        websocket = {"Upgrade": "websocket", "Connection": "Upgrade", "Cookie": f"{COOKIE}=s0"}
        assert site.asked(path="/_stcore/stream", **websocket)[1]["server"] == there
        # There it means that the server is busy: another does not know the page.
        status, seen, told = site.asked("POST", "/events/page", Cookie=f"{COOKIE}=s0")
        assert (status, seen["server"], told) == (503, ends, None)


@needs_nginx
def test_where_nobody_answers_a_sentence_says_when_to_come_again() -> None:
    with standing(free_port(), free_port()) as port:
        status, told, cookie = Site(port, []).asked(path="/")
    assert status == 503
    assert told["said"].endswith("Load the page again in a few seconds.")
    assert cookie is None


@needs_nginx
def test_a_site_below_a_path_has_its_cookie_there() -> None:
    with answering() as there, standing(there, base="gate/a.b") as port:
        site = Site(port, [there])
        _, seen, told = site.asked(path="/gate/a.b/?scene=pulse")
        assert seen["path"] == "/gate/a.b/?scene=pulse"
        assert told is not None
        assert "; Path=/gate/a.b;" in told
        assert site.asked("POST", "/gate/a.b/events/page")[1]["size"] == 2


@needs_nginx
def test_only_a_trusted_proxy_is_believed_whose_request_it_is(site: Site) -> None:
    claimed = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    assert site.asked()[1]["X-Forwarded-For"] == "127.0.0.1"
    assert site.asked(**claimed)[1]["X-Forwarded-For"] == "127.0.0.1"
    with answering() as there, standing(there, trusted=["127.0.0.1"]) as port:
        _, seen, told = Site(port, [there]).asked(**claimed)
    assert (seen["X-Forwarded-For"], seen["X-Forwarded-Proto"]) == ("192.0.2.7", "https")
    assert told is not None
    assert told.endswith("; Secure; SameSite=Lax")


def test_a_cookie_in_another_site_s_frame_says_that_it_belongs_there() -> None:
    text = configured(Entrance(80, framed=True), {"s0": 1})
    assert 'https "Secure; SameSite=None; Partitioned"' in text


@needs_nginx
@pytest.mark.parametrize(
    ("path", "status"), [("/events/a", 413), ("/_stcore/upload_file/a/b", 200)]
)
def test_more_than_events_can_be_stops_at_nginx_and_a_file_goes_through(
    site: Site, path: str, status: int
) -> None:
    body = bytes(5_000_000)
    assert site.asked("PUT", path, body)[0] == status


@needs_nginx
def test_a_visitor_keeps_the_cookie_of_its_first_page(site: Site) -> None:
    cookie = asyncio.run(proxy.first_page(site.port, "scene=pulse"))
    assert cookie in {f"{COOKIE}=s0", f"{COOKIE}=s1"}


@needs_nginx
def test_what_nginx_says_of_a_mistake_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nginx, "TEXT", "no_such_directive {port};")
    with pytest.raises(RuntimeError, match='unknown directive "no_such_directive"'):
        proxy.standing(str(NGINX), [1]).__enter__()


def test_without_nginx_it_is_said_and_each_goes_straight_to_its_server(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.crowd.program", lambda: None)
    with doors([1, 2]) as ports:
        assert ports == [1, 2]
    assert capsys.readouterr().err.startswith("nginx is not installed")


def test_a_single_server_has_no_proxy(capsys: pytest.CaptureFixture[str]) -> None:
    with doors([1]) as ports:
        assert ports == [1]
    assert capsys.readouterr().err == ""


@needs_nginx
def test_a_port_that_is_taken_is_said_with_what_nginx_says(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with answering() as taken:
        at = Entrance(taken, control=free_port())
        with pytest.raises(StartError, match=rf"port {taken}: .*Address already in use"):
            asyncio.run(begun(Proxy(str(NGINX), tmp_path, at), {"s0": 1}))
