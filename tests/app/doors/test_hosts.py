"""A site answers to its own names, and says how it is under any."""

import asyncio

import pytest

from app.doors.hosts import Hosts
from tests.app.doors.asgi import Inner, Visitor, line, request

NAMES = "gates.example *.school.example localhost [::1]"
HEALTH = "/base/_stcore/health"


def asked(headers: list[tuple[bytes, bytes]], path: str = "/", names: str = NAMES) -> Visitor:
    visitor = Visitor([{"type": "http.request", "body": b""}])
    scope = request(path) | {"headers": headers}
    asyncio.run(Hosts(Inner(), names, [HEALTH])(scope, visitor.receive, visitor.send))
    return visitor


@pytest.mark.parametrize(
    "host",
    [
        *("gates.example", "gates.example:8501", "GATES.example", "a.school.example"),
        *("a.b.school.example:443", "localhost:8501", "[::1]", "[::1]:8501"),
    ],
)
def test_one_of_its_names_is_answered(host: str) -> None:
    assert asked([(b"host", host.encode())]).status == 204


@pytest.mark.parametrize(
    "host",
    [
        *("elsewhere.example", "school.example", "gates.example.elsewhere.example", ""),
        *("agates.example", "127.0.0.1", "gates.example:8501:1", "[::2]:8501", "gates.example:a"),
        "aschool.example",
    ],
)
def test_any_other_is_told_so(host: str) -> None:
    refused = asked([(b"host", host.encode())])
    assert refused.status == 400
    assert refused.text == "This site is not served under that name."


def test_a_request_has_one_name() -> None:
    assert asked([]).status == 400
    assert asked([(b"host", b"gates.example"), (b"host", b"elsewhere.example")]).status == 400


def test_how_the_server_is_may_be_asked_under_any_name() -> None:
    other = [(b"host", b"10.0.0.7:8501")]
    assert asked(other, HEALTH).status == 204
    assert asked(other, "/_stcore/health").status == 400


def test_where_any_name_will_do_nothing_is_looked_at() -> None:
    assert asked([(b"host", b"elsewhere.example")], names="*").status == 204


def test_a_line_under_another_name_is_closed_before_it_is_open() -> None:
    for host, opened in (("gates.example", True), ("elsewhere.example", False)):
        inner, visitor = Inner(), Visitor([{"type": "websocket.connect"}])
        scope = line(headers={"host": host})
        asyncio.run(Hosts(inner, NAMES)(scope, visitor.receive, visitor.send))
        assert bool(inner.asked) is opened
        assert [one["type"] for one in visitor.answers] == ([] if opened else ["websocket.close"])


def test_what_is_neither_goes_on() -> None:
    inner, visitor = Inner(), Visitor([{"type": "http.disconnect"}])
    asyncio.run(Hosts(inner, NAMES)({"type": "lifespan"}, visitor.receive, visitor.send))
    assert inner.asked == 1
