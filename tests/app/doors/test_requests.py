"""Requests end: by their length, by their time, and by how many there are."""

import asyncio
from dataclasses import dataclass, field

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from app import settings
from app.doors import heads, requests
from app.doors.counting import Places
from app.doors.requests import KEPT, MEGABYTE, Requests
from app.doors.sockets import QUERY
from app.watching import counts
from app.words.say import say
from tests.app.doors.asgi import Inner, Visitor, request

WHOLE: list[Message] = [{"type": "http.request", "body": b"abc"}]
AT_ONCE: Scope = {heads.WHOLE: True}  # as the server says it
HALF: list[Message] = [{"type": "http.request", "body": b"abc", "more_body": True}]


@dataclass
class Files:
    """What Streamlit would hold."""

    bytes: int = 0
    dropped: list[tuple[str, str]] = field(default_factory=list)

    def held(self, session: str) -> int:
        return self.bytes

    def drop(self, session: str, file: str) -> None:
        self.dropped.append((session, file))


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def upload(size: int | str = 3, name: str = "f") -> Scope:
    path = f"/course/_stcore/upload_file/session/{name}"
    return request(path, method="PUT", headers={"content-length": f"{size}"})


def asked(guard: Requests, scope: Scope, messages: list[Message] = WHOLE) -> Visitor:
    visitor = Visitor(messages, hangs_up=False)
    asyncio.run(guard(scope, visitor.receive, visitor.send))
    return visitor


def test_an_address_of_a_page_has_an_end() -> None:
    inner = Inner()
    guard = Requests(inner, Files())
    assert asked(guard, request(query=b"a" * QUERY)).status == 204
    visitor = asked(guard, request(query=b"a" * (QUERY + 1)))
    assert (visitor.status, inner.asked) == (414, 1)
    assert visitor.text == say("doors.requests.address", most=QUERY)
    assert asked(guard, request(query=b"a" * (QUERY + 1)) | AT_ONCE).status == 414


@pytest.mark.parametrize(
    "path",
    [
        *("/_stcore/metrics", "/course/_stcore/metrics", "/_stcore/agent/openapi.json"),
        *("/_stcore/agent/mcp", "/_stcore/script-health-check", "/auth/login", "/oauth2callback"),
    ],
)
def test_doors_that_nobody_uses_are_closed(path: str) -> None:
    inner = Inner()
    for scope in (request(path), request(path) | AT_ONCE):
        assert asked(Requests(inner, Files()), scope).status == 404
    assert inner.asked == 0


@pytest.mark.parametrize("path", ["/auth/login", "/course/auth/logout", "/oauth2callback"])
def test_those_of_a_login_are_open_where_there_is_one(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.settings, "HAS_LOGIN", True)
    assert asked(Requests(Inner(), Files()), request(path)).status == 204
    assert asked(Requests(Inner(), Files()), request("/_stcore/metrics")).status == 404


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config", "/claims", "/"])
def test_those_that_a_page_uses_are_open(path: str) -> None:
    assert asked(Requests(Inner(), Files()), request(path)).status == 204


@pytest.mark.parametrize("scope", [upload(), request("/events/page", method="POST")])
def test_a_body_that_does_not_end_is_as_if_its_sender_had_hung_up(
    scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.01)
    monkeypatch.setattr(requests.settings, "UPLOAD_SECONDS", 0.01)
    inner = Inner()
    guard = Requests(inner, Files())
    asked(guard, scope, HALF)
    assert inner.got == [*HALF, {"type": "http.disconnect"}]
    assert guard.coming == 0
    assert not guard.places.taken


@pytest.mark.parametrize("raises", [True, False])
@pytest.mark.parametrize("scope", [request(method="POST"), upload()])
def test_whoever_sends_it_is_told_so_once(
    scope: Scope, raises: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.01)
    monkeypatch.setattr(requests.settings, "UPLOAD_SECONDS", 0.01)

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        if raises:
            raise ClientDisconnect

    guard, before = Requests(read, Files()), counts.REFUSALS.labels("slow")._value.get()
    visitor = asked(guard, scope, HALF)
    assert visitor.status == 408
    assert visitor.text == say("doors.requests.slow", most="0")
    assert (b"connection", b"close") in visitor.answers[0]["headers"]
    assert counts.REFUSALS.labels("slow")._value.get() == before + 1
    assert not guard.sent


def test_what_was_answered_before_its_end_has_no_second_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.01)

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 413, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        while (await receive())["type"] != "http.disconnect":
            pass
        raise ClientDisconnect

    visitor = asked(Requests(read, Files()), request(method="POST"), HALF)
    assert [one["type"] for one in visitor.answers] == ["http.response.start", "http.response.body"]


def test_a_body_that_has_come_as_a_whole_is_not_timed() -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(receive)

    seen: list[Receive] = []
    guard = Requests(read, Files())
    visitor = Visitor(WHOLE)
    asyncio.run(guard(request() | AT_ONCE, visitor.receive, visitor.send))
    assert seen == [visitor.receive]
    asyncio.run(guard(request(), visitor.receive, visitor.send))
    assert seen[1] != visitor.receive


def test_a_file_is_counted_however_fast_it_has_come() -> None:
    guard = Requests(Inner(), Files(bytes=settings.SESSION_UPLOADS_MB * MEGABYTE))
    assert asked(guard, upload() | AT_ONCE).status == 413


def test_one_who_hangs_up_leaves_no_traceback() -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    guard = Requests(read, Files())
    assert asked(guard, request()).answers == []


@pytest.mark.parametrize("length", ["", "many", "-1", "٣"])
def test_a_file_says_how_large_it_is(length: str) -> None:
    scope = upload() | {"headers": [(b"content-length", length.encode())] if length else []}
    inner = Inner()
    visitor = asked(Requests(inner, Files()), scope)
    assert (visitor.status, inner.asked) == (411, 0)


def test_a_page_has_room_for_so_many_files() -> None:
    most = settings.SESSION_UPLOADS_MB * MEGABYTE
    inner = Inner()
    guard = Requests(inner, Files(bytes=most - 3))
    assert asked(guard, upload(3)).status == 204
    visitor = asked(guard, upload(4))
    assert (visitor.status, inner.asked) == (413, 1)
    assert visitor.text == say("doors.requests.page", most=settings.SESSION_UPLOADS_MB)


def test_so_has_the_site_and_what_was_never_read_makes_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests.settings, "SITE_UPLOADS_MB", 1)
    clock, files = Clock(), Files(bytes=1)
    guard = Requests(Inner(), files, clock)
    assert asked(guard, upload(MEGABYTE, "first")).status == 204
    assert asked(guard, upload(1)).status == 503
    clock.now = KEPT + 1
    assert asked(guard, upload(1, "later")).status == 204
    assert files.dropped == [("session", "first")]


def test_a_page_that_has_left_makes_room_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.settings, "SITE_UPLOADS_MB", 1)
    files = Files(bytes=1)
    guard = Requests(Inner(), files)
    assert asked(guard, upload(MEGABYTE)).status == 204
    files.bytes = 0
    assert asked(guard, upload(MEGABYTE)).status == 204


def test_files_wait_for_their_turn_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "TURN", 0.001)
    clock = Clock()

    async def told() -> tuple[int, int, int]:
        until = asyncio.Event()
        guard = Requests(Inner(until), Files(), clock)
        guard.places = Places(each=1, all=1)
        visitors = [Visitor(WHOLE, hangs_up=False) for _ in range(3)]
        first, second = (
            asyncio.create_task(guard(upload(), one.receive, one.send)) for one in visitors[:2]
        )
        await asyncio.sleep(0.01)
        waited = guard.places.taken.total()
        monkeypatch.setattr(requests, "QUEUE", 1)
        await guard(upload(), visitors[2].receive, visitors[2].send)
        until.set()
        await asyncio.gather(first, second)
        assert visitors[0].status == visitors[1].status == 204
        return waited, visitors[2].status, guard.waiting

    assert asyncio.run(told()) == (1, 503, 0)


def test_an_answer_that_lasts_is_not_hurried_once_the_body_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.01)

    async def told() -> bool:
        waited = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(receive(), 0.05)
            waited.set()

        visitor = Visitor(WHOLE, hangs_up=False)
        await Requests(slow, Files())(request(), visitor.receive, visitor.send)
        return waited.is_set()

    assert asyncio.run(told())
