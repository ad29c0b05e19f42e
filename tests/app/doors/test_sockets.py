"""Lines are this site's own pages', as many as may be, and bring what pages send, in time."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg

from app.doors import sockets
from app.doors.counting import Places
from app.doors.sockets import BURST, FILES, FULL, MESSAGE, QUERY, REFUSED, Sockets
from tests.app.doors.asgi import Inner, Visitor, line

CONNECT: Message = {"type": "websocket.connect"}


def sent(told: BackMsg) -> Message:
    return {"type": "websocket.receive", "bytes": told.SerializeToString()}


def files(count: int) -> Message:
    told = BackMsg()
    told.file_urls_request.file_names.extend(["a"] * count)
    return sent(told)


def query(length: int) -> Message:
    told = BackMsg()
    told.rerun_script.query_string = "a" * length
    return sent(told)


def opened(*messages: Message, hosts: tuple[str, ...] = (), **more: Any) -> tuple[Inner, Visitor]:
    inner, visitor = Inner(), Visitor([CONNECT, *messages])
    asyncio.run(Sockets(inner, hosts)(line(**more), visitor.receive, visitor.send))
    return inner, visitor


@pytest.mark.parametrize(
    "origin", ["https://course.example", "http://course.example", "https://lms.example"]
)
def test_a_page_of_this_site_or_of_a_named_host_has_its_line(origin: str) -> None:
    inner, visitor = opened(hosts=("lms.example",), headers={"origin": origin})
    assert inner.asked == 1
    assert visitor.answers == []


@pytest.mark.parametrize(
    "origin",
    [
        *("https://elsewhere.example", "https://course.example.elsewhere.example", "null", ""),
        *("https://course.example:8501", "https://[", "https://course.example@elsewhere.example"),
    ],
)
def test_any_other_page_is_turned_away_before_the_line_is_open(origin: str) -> None:
    inner, visitor = opened(headers={"origin": origin})
    assert inner.asked == 0
    assert visitor.answers == [{"type": "websocket.close", "code": REFUSED}]


def test_what_is_no_browser_says_no_origin() -> None:
    scope = line()
    scope["headers"] = [(b"host", b"course.example")]
    inner, visitor = Inner(), Visitor([CONNECT])
    asyncio.run(Sockets(inner)(scope, visitor.receive, visitor.send))
    assert inner.asked == 1


def operation(name: str) -> Message:
    """What is to be done for the page."""
    told = BackMsg()
    getattr(told.backend_operation_request, name).SetInParent()
    return sent(told)


@pytest.mark.parametrize(
    "message",
    [
        *(files(FILES), query(QUERY), operation("deferred_file")),
        *(sent(BackMsg(app_heartbeat=True)), sent(BackMsg(stop_script=True))),
    ],
)
def test_what_a_page_sends_goes_on(message: Message) -> None:
    inner, visitor = opened(message)
    assert inner.got[:2] == [CONNECT, message]
    assert visitor.answers == []


@pytest.mark.parametrize(
    "message",
    [
        files(FILES + 1),
        query(QUERY + 1),
        {"type": "websocket.receive", "text": "hello"},
        {"type": "websocket.receive", "bytes": b"\xff\xff"},
    ],
)
def test_what_no_page_sends_ends_the_line(message: Message) -> None:
    inner, visitor = opened(message)
    assert message not in inner.got
    assert visitor.answers == [{"type": "websocket.close", "code": REFUSED}]


@pytest.mark.parametrize(
    "message",
    [
        *(sent(BackMsg()), sent(BackMsg(clear_cache=True)), sent(BackMsg(load_git_info=True))),
        *(sent(BackMsg(set_run_on_save=True)), sent(BackMsg(debug_shutdown_runtime=True))),
        *map(operation, ("install_skills", "dismiss_skills_nudge", "dataframe_chunk")),
    ],
)
def test_what_no_page_of_ours_says_is_not_passed_on(message: Message) -> None:
    inner, visitor = opened(message)
    assert message not in inner.got
    assert visitor.answers == []


def test_what_is_too_large_is_not_even_read_here() -> None:
    message: Message = {"type": "websocket.receive", "bytes": b"\xff" * (MESSAGE + 1)}
    inner, _ = opened(message)
    assert message in inner.got  # Streamlit refuses it by its length


def test_more_lines_than_may_be_are_closed_and_one_that_ends_makes_room() -> None:
    async def told() -> list[list[Message]]:
        guard = Sockets(Inner())
        guard.places = Places(each=1, all=1)
        first = Visitor([CONNECT], hangs_up=False)
        kept = asyncio.create_task(guard(line(), first.receive, first.send))
        await asyncio.sleep(0)
        second, third = Visitor([CONNECT]), Visitor([CONNECT])
        await guard(line(), second.receive, second.send)
        kept.cancel()
        await asyncio.gather(kept, return_exceptions=True)
        await guard(line(), third.receive, third.send)
        return [second.answers, third.answers]

    assert asyncio.run(told()) == [[{"type": "websocket.close", "code": FULL}], []]


def test_many_messages_wait_for_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def rest(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(sockets.asyncio, "sleep", rest)
    monkeypatch.setattr(sockets.time, "monotonic", lambda: 0.0)
    opened(*[sent(BackMsg())] * (BURST + 30))
    assert waits[:BURST] == [0] * BURST
    assert waits[-1] == pytest.approx(30 / sockets.settings.SESSION_MESSAGES)
