"""Each request is told of by a name of ours, an id, its status and time, and by nothing else."""

import asyncio
import json
import logging
import select
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from app.watching import counts, ended
from app.watching.ended import Waiting
from app.watching.logs import Lines, speak
from app.watching.ready import Readiness
from app.watching.routes import QUIET, Routes
from app.watching.watched import HEADER, Watched
from tests.app.doors.asgi import Inner, Visitor, line, request

ROUTES = Routes("gate", ("learn", "quiz"))
EMPTY: Message = {"type": "http.request", "body": b""}


def watched(app: Any, logged: bool = True, state: Any = "open") -> Watched:
    readiness = Readiness()
    readiness.state = state
    return Watched(app, ROUTES, readiness, logged)


def visit(guard: Watched, scope: Scope, *messages: Message) -> Visitor:
    visitor = Visitor(list(messages) or [EMPTY])
    asyncio.run(guard(scope, visitor.receive, visitor.send))
    ended.tell()
    return visitor


def header(visitor: Visitor, name: str = HEADER) -> str:
    """Of the answer."""
    (start,) = [one for one in visitor.answers if one["type"].endswith("response.start")]
    return dict(start["headers"])[name.lower().encode()].decode()


def count(counter: Any, *labels: object) -> float:
    value: float = counter.labels(*labels)._value.get()
    return value


@pytest.mark.parametrize(
    ("path", "query", "name"),
    [
        *(("/gate/", b"scene=pulse", "first"), ("/gate", b"", "first"), ("/", b"", "first")),
        *(("/gate/quiz", b"", "beside"), ("/gate/events/ticket", b"", "events")),
        *(("/gate/numbers/ticket", b"part=a&rows=0:1", "numbers"),),
        *(("/gate/numbers/ticket", b"core=", "core"), ("/gate/numbers/t", b"check=", "check")),
        *(("/gate/numbers/ticket", b"view=why&step=1", "lens"),),
        *(("/gate/_stcore/upload_file/a/b", b"", "upload"), ("/gate/media/a.csv", b"", "download")),
        *(("/gate/_stcore/stream", b"", "line"), ("/gate/_stcore/what", b"", "other")),
        *(("/gate/wp-login.php", b"", "other"), ("/gateway", b"", "other")),
        *(("/gate/assets/stage/stage.js", b"", QUIET), ("/gate/static/js/a.js", b"", QUIET)),
        *(
            ("/gate/_stcore/health", b"", QUIET),
            ("/readyz", b"", QUIET),
            ("/gate/livez", b"", QUIET),
        ),
    ],
)
def test_a_request_has_one_of_few_names(path: str, query: bytes, name: str) -> None:
    assert ROUTES.name(request(path, query)) == name


def test_a_line_of_the_log_says_nothing_of_the_visitor(capsys: pytest.CaptureFixture[str]) -> None:
    visit(watched(Inner()), request("/gate/events/secret", b"names=secret", method="POST"))
    told = json.loads(capsys.readouterr().err)
    assert set(told) == {"time", "level", "request", "route", "method", "status", "milliseconds"}
    assert (told["route"], told["status"], told["method"]) == ("events", 204, "POST")


@pytest.mark.parametrize("seconds", [0.0004, 0.00649, 1.25, 123.4])
@pytest.mark.parametrize("when", [1_000_000_000, 1_700_000_000.25, 951_782_399.5])
def test_a_line_is_what_json_makes_of_it(when: float, seconds: float) -> None:
    told = {
        "time": datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "request": "a-b_c.1",
        "route": "events",
        "method": 'G"T\n',
        "status": 499,
        "milliseconds": round(1000 * seconds, 1),
    }
    line = ended.line((when, "a-b_c.1", "events", 'G"T\n', 499, seconds, True))
    assert line == json.dumps(told) + "\n"


def test_answers_are_told_of_within_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "PAUSE", 0.01)
    waiting = Waiting()

    async def add(count: int) -> None:
        for _ in range(count):
            waiting.add((0.0, "a", "beside", "GET", 418, 0.1, False))
        await asyncio.sleep(0.1)

    before = count(counts.ANSWERS, "beside", 418)
    asyncio.run(add(3))
    assert count(counts.ANSWERS, "beside", 418) == before + 3
    asyncio.run(add(2))  # in another loop
    assert count(counts.ANSWERS, "beside", 418) == before + 5


def test_whoever_reads_the_figures_has_those_of_now() -> None:
    async def read() -> tuple[float | None, float | None]:
        name, labels = "gatescope_answers_total", {"route": "beside", "status": "417"}
        before = counts.REGISTRY.get_sample_value(name, labels)
        ended.add((0.0, "a", "beside", "GET", 417, 0.1, False))
        return before, counts.REGISTRY.get_sample_value(name, labels)

    before, after = asyncio.run(read())
    assert after == (before or 0) + 1


def test_lines_stand_in_the_order_in_which_all_has_happened(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.Logger("some part")
    speak(logger)

    async def happen() -> None:
        ended.add((0.0, "first", "beside", "GET", 200, 0.1, True))
        logger.warning("then this")
        ended.add((0.0, "last", "beside", "GET", 200, 0.1, True))

    asyncio.run(happen())
    ended.tell()
    lines = [json.loads(one) for one in capsys.readouterr().err.splitlines()]
    assert [one.get("request") or one["says"] for one in lines] == ["first", "then this", "last"]


def test_what_is_logged_while_lines_are_written_holds_up_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As by asyncio, of a task that is found among the garbage."""
    logger = logging.Logger("garbage")
    speak(logger)
    written: list[str] = []

    def write(text: str) -> None:
        if not written:
            written.append("")
            logger.warning("collected")
        written.append(text)

    monkeypatch.setattr("sys.stderr.write", write)

    async def add() -> None:
        ended.add((0.0, "one", "beside", "GET", 200, 0.1, True))

    asyncio.run(add())
    telling = threading.Thread(target=ended.tell, daemon=True)
    telling.start()
    telling.join(10)
    assert not telling.is_alive()
    assert {"collected", "one"} <= {
        json.loads(one).get("says") or json.loads(one).get("request")
        for one in "".join(written).splitlines()
    }


def test_lines_are_written_whole_where_several_processes_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    monkeypatch.setattr("sys.stderr.write", written.append)

    async def add() -> None:
        for number in range(200):
            ended.add((0.0, f"{number}", "beside", "GET", 200, 0.1, True))

    asyncio.run(add())
    ended.tell()
    assert 1 < len(written) < 20
    assert all(piece.endswith("\n") and len(piece) <= select.PIPE_BUF for piece in written)
    names = [json.loads(one)["request"] for one in "".join(written).splitlines()]
    assert names == [f"{number}" for number in range(200)]


@pytest.mark.parametrize(
    ("app", "path", "state"),
    [
        ("answers", "/gate/assets/stage/stage.js", "open"),
        ("answers", "/gate/events/page", "open"),
        ("fails", "/gate/", "open"),
        ("fails", "/gate/static/js/a.js", "open"),
        ("answers", "/gate/", "leaving"),
        ("answers", "/gate/_stcore/stream", "leaving"),
    ],
)
def test_every_answer_says_what_all_say_besides(app: str, path: str, state: str) -> None:
    """Files, pages, refusals of requests and of lines, and faults of ours."""
    guard = watched(failing if app == "fails" else Inner(), state=state)
    guard.heads = lambda own: [*own, (b"a", b"b")]
    able = {"extensions": {"websocket.http.response": {}}}
    scope = line(path=path) | able if path.endswith("/stream") else request(path)
    assert header(visit(guard, scope), "a") == "b"


def test_a_fault_in_what_is_not_told_of_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    before = count(counts.ERRORS, "request")
    visitor = visit(watched(failing), request("/gate/assets/stage/stage.js"))
    assert visitor.status == 500
    assert visitor.text.endswith(f"The log of the server has it as {header(visitor)}.")
    assert count(counts.ERRORS, "request") == before + 1
    assert [one.exc_info is not None for one in caplog.records] == [True]
    assert HEADER.lower().encode() not in dict(
        visit(watched(Inner()), request("/gate/assets/a.js")).answers[0]["headers"]
    )


def test_events_are_counted_when_answers_are_told_of() -> None:
    kept, why = count(counts.LENSES, "kept"), count(counts.LENSES, "why")
    views, commits = count(counts.EVENTS, "view"), count(counts.EVENTS, "commit")
    counts.took(["commit", "view"], "kept")
    counts.took(["view", "commit", "view"], "why")
    counts.took([], "why")
    assert count(counts.EVENTS, "view") == views
    ended.tell()
    ended.tell()
    assert (count(counts.EVENTS, "view"), count(counts.EVENTS, "commit")) == (
        views + 3,
        commits + 2,
    )
    assert (count(counts.LENSES, "kept"), count(counts.LENSES, "why")) == (kept + 1, why + 2)


def test_what_is_told_of_in_the_midst_of_telling_is_told_of_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where garbage that is collected meanwhile logs that it was."""
    waiting, before = Waiting(), count(counts.ANSWERS, "beside", 416)

    async def add() -> None:
        for _ in range(3):
            waiting.add((0.0, "a", "beside", "GET", 416, 0.1, False))

    class Between(type(waiting._of)):  # type: ignore[misc]
        def popleft(self) -> object:
            one = super().popleft()
            waiting.tell()
            return one

    asyncio.run(add())
    monkeypatch.setattr(waiting, "_of", Between(waiting._of))
    waiting.tell()
    assert count(counts.ANSWERS, "beside", 416) == before + 3


@pytest.mark.parametrize("given", ["abc-123_x.y", "a" * 64])
def test_a_plain_id_is_kept(given: str) -> None:
    visitor = visit(watched(Inner()), request(headers={HEADER.lower(): given}))
    assert header(visitor) == given


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "<b>", "é", "a" * 65])
def test_any_other_id_is_replaced(given: str) -> None:
    visitor = visit(watched(Inner()), request(headers={HEADER.lower(): given}))
    assert header(visitor) not in ("", given)
    assert header(visitor).isalnum()


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("names=secret")


def test_a_fault_of_ours_is_counted_logged_with_the_id_and_said_in_a_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = count(counts.ERRORS, "request")
    visitor = visit(watched(failing), request("/gate/", headers={HEADER.lower(): "this-one"}))
    assert visitor.status == 500
    assert visitor.text.endswith("The log of the server has it as this-one.")
    assert "Traceback" not in visitor.text
    assert count(counts.ERRORS, "request") == before + 1
    record = next(one for one in caplog.records if one.exc_info)
    told = json.loads(Lines().format(record))
    assert told["error"] == "ValueError"
    assert any("test_watched.py" in place for place in told["places"])
    assert "secret" not in json.dumps(told)


def test_one_who_hangs_up_is_no_fault_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    before = count(counts.ERRORS, "request")
    assert visit(watched(read), request("/gate/events/page", method="POST")).answers == []
    assert json.loads(capsys.readouterr().err)["status"] == 499
    assert count(counts.ERRORS, "request") == before


def test_requests_are_counted_and_timed_by_route() -> None:
    answers, seconds = counts.ANSWERS, counts.SECONDS.labels("beside")
    before, sum_before = count(answers, "beside", 204), seconds._sum.get()
    visit(watched(Inner()), request("/gate/learn"))
    assert count(answers, "beside", 204) == before + 1
    assert seconds._sum.get() > sum_before


def test_an_open_line_is_a_page_until_it_ends() -> None:
    seen: list[float] = []

    async def accepts(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        seen.append(counts.PAGES._value.get())

    before = counts.PAGES._value.get()
    visit(watched(accepts), line(path="/gate/_stcore/stream"))
    assert seen == [before + 1]
    assert counts.PAGES._value.get() == before


def test_at_the_end_new_pages_are_refused_and_those_that_are_open_are_answered() -> None:
    guard = watched(Inner(), state="leaving")
    for path in ("/gate/", "/gate/quiz"):
        refused = visit(guard, request(path))
        assert (refused.status, header(refused, "Retry-After")) == (503, "1")
    assert visit(guard, request("/gate/events/page", method="POST")).status == 204
    able = {"extensions": {"websocket.http.response": {}}}
    stream = line(path="/gate/_stcore/stream")
    assert visit(guard, stream | able).status == 503
    assert visit(guard, stream).answers == [{"type": "websocket.close", "code": 1012}]


def test_before_the_first_screen_visitors_wait_and_who_asks_if_it_is_ready_does_not() -> None:
    async def told() -> tuple[int, int, int]:
        inner = Inner()
        guard = watched(inner, state="starting")
        visitor, probe = Visitor([EMPTY]), Visitor([EMPTY])
        waits = asyncio.create_task(guard(request("/gate/"), visitor.receive, visitor.send))
        await asyncio.sleep(0.05)
        before = inner.asked
        await guard(request("/readyz"), probe.receive, probe.send)
        between = inner.asked
        guard.ready.state = "open"
        await waits
        return before, between, inner.asked

    assert asyncio.run(told()) == (0, 1, 2)
