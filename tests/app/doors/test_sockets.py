"""Lines are this site's own pages', as many as may be, and bring what pages send, in time."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

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


RUN = BackMsg()
RUN.rerun_script.query_string = ""
ENDED = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY).SerializeToString()


class Running:
    """An app whose runs of the page end when a test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self.sends: list[Send] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] != "websocket.disconnect":
            if message["type"] == "websocket.receive":
                self.begun += 1
                self.sends.append(send)

    async def end(self) -> None:
        """The run that goes on."""
        await self.sends.pop(0)({"type": "websocket.send", "bytes": ENDED})


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def run_of(guard: Sockets, address: str = "192.0.2.1") -> tuple["asyncio.Task[None]", Visitor]:
    visitor = Visitor([CONNECT, sent(RUN)], hangs_up=False)
    scope = line(client=(address, 5000))
    return asyncio.create_task(guard(scope, visitor.receive, visitor.send)), visitor


async def over(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (sockets.RUNS.taken, len(sockets.RUNS)) == (0, 0)


def test_one_run_of_a_page_goes_on_at_a_time_and_addresses_take_turns() -> None:
    async def told() -> list[int]:
        app = Running()
        guard, begun = Sockets(app), []
        lines = [run_of(guard)[0] for _ in range(2)] + [run_of(guard, "192.0.2.2")[0]]
        for _ in lines:
            await settled()
            begun.append(app.begun)
            await app.end()
        await over(*lines)
        return begun

    assert asyncio.run(told()) == [1, 2, 3]


def test_a_run_that_takes_long_lets_the_next_one_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "LONGEST", 0.05)

    async def told() -> None:
        app = Running()
        guard = Sockets(app)
        lines = [run_of(guard)[0] for _ in range(2)]
        await settled()
        assert app.begun == 1
        async with asyncio.timeout(10):
            while app.begun < 2:
                await asyncio.sleep(0.01)
        await over(*lines)

    asyncio.run(told())


def test_a_page_that_is_left_before_its_turn_is_not_run() -> None:
    async def told() -> int:
        app = Running()
        guard = Sockets(app)
        first, _ = run_of(guard)
        await settled()
        left = Visitor([CONNECT, sent(RUN)])
        await guard(line(), left.receive, left.send)
        await app.end()
        await settled()
        await over(first)
        return app.begun

    assert asyncio.run(told()) == 1


def came_and_went(guard: Sockets, times: int, now: list[float], stays: float) -> None:
    async def told() -> None:
        for _ in range(times):
            visitor = Visitor([CONNECT])
            begun = asyncio.create_task(guard(line(), visitor.receive, visitor.send))
            now[0] += stays
            await begun

    asyncio.run(told())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> tuple[list[float], list[float]]:
    """What time it is, and how long somebody has waited; nobody waits in truth."""
    now, waits = [0.0], []
    rest = asyncio.sleep

    async def waited(seconds: float) -> None:
        if seconds:
            waits.append(seconds)
        await rest(0)

    monkeypatch.setattr(sockets.asyncio, "sleep", waited)
    monkeypatch.setattr(sockets.time, "monotonic", lambda: now[0])
    return now, waits


def test_pages_that_are_left_at_once_wait_after_some(
    clock: tuple[list[float], list[float]],
) -> None:
    now, waits = clock
    guard = Sockets(Inner())
    came_and_went(guard, sockets.HURRIED, now, 0.0)
    assert not waits
    came_and_went(guard, 3, now, 0.0)
    second = sockets.LEAST + 1 / sockets.EACH  # one is open: its own
    assert waits == pytest.approx([at / second for at in (1, 2, 3)])
    now[0] += sockets.HURRIED + 10
    came_and_went(guard, 1, now, 0.0)
    assert len(waits) == 3


def test_a_class_that_opens_and_stays_never_waits_and_makes_room_for_its_hurry(
    clock: tuple[list[float], list[float]],
) -> None:
    now, waits = clock

    async def told() -> None:
        guard = Sockets(Inner())
        pages = [Visitor([CONNECT], hangs_up=False) for _ in range(200)]
        lines = [asyncio.create_task(guard(line(), one.receive, one.send)) for one in pages]
        await settled()
        for _ in range(100):  # in five seconds
            now[0] += 0.05
            visitor = Visitor([CONNECT])
            await guard(line(), visitor.receive, visitor.send)
        await over(*lines)

    asyncio.run(told())
    assert not waits
