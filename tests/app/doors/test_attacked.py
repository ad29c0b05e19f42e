"""A real server, and somebody who means ill: he is turned away, and a page beside him goes on."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Iterator
from math import nan
from typing import Any

import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from app.doors.requests import MEGABYTE
from app.doors.sockets import MESSAGE, REFUSED
from tests.app.doors.page import Page
from tests.serving import Server, serving

TOO_LARGE = 1009  # RFC 6455, 7.4.1
WHOLE = 0  # ForwardMsg.FINISHED_SUCCESSFULLY


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_PAGE_MESSAGES", "1000")  # a test of many controls says much
        patch.setenv("GATESCOPE_HOSTS", "127.0.0.1 gates.example")
        with serving() as running:
            yield running
            assert "Traceback" not in running.log.read_text()


def ended_by(server: Server, sent: bytes | str) -> int | None:
    """With what a line is closed that brought this; a page beside it runs on."""

    async def told() -> int | None:
        beside = await Page.opened(server.port)
        page = await Page.opened(server.port)
        await page.line.send(sent)
        await asyncio.wait_for(page.line.wait_closed(), 10)
        assert (await beside.run()).ended == WHOLE
        await beside.line.close()
        code: int | None = page.line.close_code
        return code

    return asyncio.run(told())


def test_a_page_from_elsewhere_gets_no_line(server: Server) -> None:
    async def told() -> int:
        try:
            await Page.opened(server.port, "https://elsewhere.example")
        except websockets.InvalidStatus as refused:
            return refused.response.status_code
        return 101

    assert asyncio.run(asyncio.wait_for(told(), 2)) == 403


def test_a_list_of_very_many_files_is_not_answered(server: Server) -> None:
    asked = BackMsg()
    asked.file_urls_request.file_names.extend(["a"] * 100_000)
    assert ended_by(server, asked.SerializeToString()) == REFUSED


def test_more_than_a_page_can_say_is_not_read(server: Server) -> None:
    asked = BackMsg()
    state = asked.rerun_script.widget_states.widgets.add()
    state.id, state.string_value = "one", "a" * MESSAGE
    assert ended_by(server, asked.SerializeToString()) == TOO_LARGE
    assert ended_by(server, "text") == REFUSED


def states(name: str) -> Iterator[WidgetState]:
    """What a control of this name cannot say, one after the other."""
    for text in ("nonsense", "", "1e999", "\x00"):
        yield WidgetState(id=name, string_value=text)
    for whole in (-1, 10**9):
        yield WidgetState(id=name, int_value=whole)
    for number in (nan, -1e300):
        yield WidgetState(id=name, double_value=number)
    yield WidgetState(id=name, trigger_value=True)
    yield WidgetState(id=name, json_value="{]")
    many = WidgetState(id=name)
    many.string_array_value.data.extend(["nonsense", "a"])
    yield many
    file = WidgetState(id=name)
    file.file_uploader_state_value.uploaded_file_info.add(file_id="a", name="a", size=2**40)
    yield file


@pytest.mark.parametrize(
    ("query", "called", "least"),
    [("", "", 12), ("scene=own", "own_", 4), ("scene=reader", "word", 1), ("scene=own", "seed", 1)],
)
def test_no_control_can_be_told_what_breaks_the_page(
    server: Server, query: str, called: str, least: int
) -> None:
    async def told() -> tuple[int, list[str]]:
        page = await Page.opened(server.port)
        names = sorted(name for name in (await page.run(query)).widgets if called in name)
        wrong = []
        for name in names:
            for state in states(name):
                run = await page.run(query, state)
                if run.exceptions or run.ended != WHOLE:
                    wrong.append(f"{name}: {state}")
        await page.line.close()
        return len(names), wrong

    count, wrong = asyncio.run(told())
    assert count >= least
    assert wrong == []


Answer = tuple[int, str, dict[str, str]]


def answer(server: Server, path: str, **more: Any) -> Answer:
    """Status, text and headers of what is asked for."""
    request = urllib.request.Request(f"{server.url}{path}", **more)
    try:
        with urllib.request.urlopen(request) as found:
            return found.status, "", dict(found.headers)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), dict(refused.headers)


@pytest.mark.parametrize("path", ["/", "/claims", "/_stcore/health", "/nothing/here", "/assets/a"])
def test_whatever_is_asked_for_comes_with_the_policy(server: Server, path: str) -> None:
    _, _, headers = answer(server, path)
    assert "object-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_under_another_name_only_its_health_is_told(server: Server) -> None:
    for host, status in (("gates.example", 200), ("elsewhere.example", 400)):
        assert answer(server, "/", headers={"Host": host})[0] == status
        assert answer(server, "/_stcore/health", headers={"Host": host})[0] == 200
    _, text, headers = answer(server, "/numbers/a", headers={"Host": "elsewhere.example"})
    assert text == "This site is not served under that name."
    assert headers["x-content-type-options"] == "nosniff"

    async def opened() -> int:
        try:
            await Page.opened(server.port, "https://elsewhere.example", "elsewhere.example")
        except websockets.InvalidStatus as refused:
            return refused.response.status_code
        return 101

    assert asyncio.run(asyncio.wait_for(opened(), 5)) == 403


def test_without_a_store_there_are_no_short_links(server: Server) -> None:
    for path in ("/short", "/short/a"):
        assert answer(server, path, method="POST", data=b"scene=cue")[0] in (404, 405)


def test_what_is_not_ours_does_not_answer(server: Server) -> None:
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/auth/login"):
        assert answer(server, path)[0] == 404


def test_a_file_without_end_or_of_nobody_is_not_kept(server: Server) -> None:
    path = "/_stcore/upload_file/nobody/file"
    most = 97 * MEGABYTE
    status, text, _ = answer(
        server, path, method="PUT", data=b"", headers={"Content-Length": f"{most}"}
    )
    assert (status, "96 MB" in text) == (413, True)
    assert answer(server, path, method="PUT", data=b"abc")[0] in (400, 403)
