"""What the server hands out beside the pages."""

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.requests import Request
from starlette.routing import Route, Router

from app.answers import LARGEST
from app.compute.turns import Queue
from app.controls.mount import beside_urls
from app.doors.turns import Turns
from app.messages.numbers import GoneError, malformed
from app.messages.opening import opening
from app.screen.screen import screen_of
from app.screen.tickets import Held
from app.server import AROUND, INDEX, SCRIPTS, STAGE, beside, events, first, numbers, told_first
from app.serving.bundle import ASSETS, entry
from app.serving.index import BACKEND, OPEN
from app.session.state import Session, _open
from app.setting.setting import History, Setting
from tests.app.asking import answered
from tests.app.visiting import Unpack


def test_an_upload_is_never_written_to_disk() -> None:
    """Starlette, which parses uploads for Streamlit, would put more than 1 MB in a file."""
    content = os.urandom(3_000_000)
    body = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="model.pt"\r\n\r\n'
    body += content + b"\r\n--edge--\r\n"
    scope = {
        "type": "http",
        "method": "PUT",
        "headers": [(b"content-type", b"multipart/form-data; boundary=edge")],
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def parse() -> None:
        form = await Request(scope, receive).form()
        file: Any = form["file"]
        assert not file.file._rolled
        with pytest.raises(OSError, match="fileno"):  # of what lies in memory
            file.file._file.fileno()
        assert await file.read() == content
        await form.close()

    asyncio.run(parse())


NUMBERS = Router([Route("/numbers/{ticket}", numbers)])


def test_a_block_of_numbers_is_deflated_and_kept_nowhere(unpack: Unpack) -> None:
    held = Held()
    path, query = f"/numbers/{held.name_of(Setting())}", "part=gru.update&rows=1:3&columns=0:20"
    status, headers, content = answered(NUMBERS, path, query=query)
    assert status == 200
    assert headers[b"content-encoding"] == b"deflate"
    assert headers[b"cache-control"] == b"no-store"
    truth = screen_of(Setting()).traces["gru"]["update"].T[1:3].astype(np.float32)
    np.testing.assert_array_equal(unpack(content)["numbers"], truth)


@pytest.mark.parametrize(
    ("ticket", "query", "status", "words"),
    [
        ("none", "part=gru.update&rows=1:3&columns=0:20", 404, str(GoneError())),
        ("", "part=gru.update&rows=1:3&columns=0:21", 400, str(malformed())),
        ("", "", 400, str(malformed())),
        ("", "part=%ff&rows=%00&columns=\x00", 400, str(malformed())),
    ],
)
def test_numbers_that_are_not_there_are_refused_in_words(
    ticket: str, query: str, status: int, words: str
) -> None:
    held = Held()
    path = f"/numbers/{ticket or held.name_of(Setting())}"
    found, headers, content = answered(NUMBERS, path, query=query)
    assert (found, content.decode()) == (status, words)
    assert headers[b"cache-control"] == b"no-store"


def reported(body: bytes, *, page: str = "nobody") -> int:
    """The status that a page gets for a report."""
    return asyncio.run(events(report(body, page))).status_code


def report(body: bytes, page: str, gone: bool = False) -> Request:
    """What a page posts. gone: whether it has hung up since."""
    scope = {"type": "http", "method": "POST", "path_params": {"page": page}, "headers": []}
    told = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if told:
            return told.pop()
        return {"type": "http.disconnect"} if gone else await asyncio.Future()

    return Request(scope, receive)


@pytest.mark.parametrize(("size", "status"), [(2, 404), (LARGEST + 1, 413)])
def test_events_of_nobody_and_more_than_a_page_sends_are_refused(size: int, status: int) -> None:
    assert reported(b"0" * size) == status


@pytest.fixture
def here() -> Session:
    """An open page."""
    session = Session(name="somebody's")
    _open[session.name] = session
    return session


COMMIT = {"seq": 1, "kind": "commit", "target": "x.0.0", "value": 0.5}
BODY = json.dumps({"client": "test", "events": [COMMIT]}).encode()


def test_a_server_with_too_many_waiting_says_that_it_is_busy(
    here: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.server.ANSWERS", Turns(at_once=1, each=1, waiting=0))
    assert reported(BODY, page=here.name) == 503
    assert here.history == History()


@pytest.mark.parametrize(("gone", "status"), [(True, 503), (False, 200)])
def test_what_a_page_that_has_hung_up_while_it_waited_had_asked_is_not_worked_out(
    here: Session, monkeypatch: pytest.MonkeyPatch, gone: bool, status: int
) -> None:
    """It asks again, or is gone: its events are numbered."""
    turns = Turns(at_once=1, each=1, waiting=1)
    monkeypatch.setattr("app.server.ANSWERS", turns)

    async def meet() -> int:
        async with turns.one("another", "page"):
            answer = asyncio.create_task(events(report(BODY, here.name, gone)))
            while not len(turns):
                await asyncio.sleep(0)
        return (await answer).status_code

    assert asyncio.run(meet()) == status
    assert bool(here.history.past) == (status == 200)


def test_a_large_screen_keeps_no_small_one_waiting(
    here: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each kind has a queue of its own: where one is full the other is not."""
    monkeypatch.setattr("app.server.ANSWERS", Turns(at_once=1, each=1, waiting=0))
    assert reported(BODY, page=here.name) == 503
    here.large = True
    assert reported(BODY, page=here.name) == 200


def test_numbers_of_a_large_screen_keep_no_small_one_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Held()
    path = f"/numbers/{held.name_of(Setting())}"
    held.mark(large=True)
    monkeypatch.setattr("app.server.LARGE_NUMBERS", Turns(at_once=1, each=1, waiting=0))
    assert answered(NUMBERS, path, query="core=")[0] == 503
    held.mark(large=False)
    assert answered(NUMBERS, path, query="core=")[0] == 200


def test_a_large_screen_for_which_too_many_wait_is_asked_for_again(
    here: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.large = True
    monkeypatch.setattr("app.messages.stage.is_long", lambda _: True)
    monkeypatch.setattr("app.compute.turns._large", Queue(most=0))
    assert reported(BODY, page=here.name) == 503
    monkeypatch.undo()
    assert reported(BODY, page=here.name) == 200
    assert len(here.history.present.edits) == 1  # it was taken in once


def test_nothing_is_compared_while_somebody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Held()
    path = f"/numbers/{held.name_of(Setting())}"
    assert answered(NUMBERS, path, query="check=")[0] == 200
    monkeypatch.setattr("app.server.busy", lambda: True)
    assert answered(NUMBERS, path, query="check=")[0] == 204  # not now, which is no error
    assert answered(NUMBERS, path, query="core=")[0] == 200
    monkeypatch.undo()
    monkeypatch.setattr("app.server.NUMBERS", Turns(at_once=1, each=1, waiting=0))
    assert answered(NUMBERS, path, query="check=")[0] == 204
    assert answered(NUMBERS, path, query="core=")[0] == 503


def test_a_page_beside_the_first_is_streamlit_s_and_is_told_where_its_server_is() -> None:
    """Before the first script of its own, and by its own address: whatever lies before it."""
    status, headers, content = answered(Router([Route("/claims", beside)]), "/claims")
    told = f"<script>window.__streamlit = {{ {BACKEND}, {OPEN} }};</script>".encode()
    assert (status, headers[b"cache-control"]) == (200, b"no-cache")
    assert content.replace(told, b"") == INDEX.read_bytes()
    assert content.count(told) == 1
    assert content.index(told) == content.index(b"<script")


def test_the_first_page_asks_early_for_the_stage_and_is_otherwise_streamlit_s() -> None:
    """From where it lies itself: behind any prefix."""
    status, headers, content = answered(Router([Route("/", first)]), "/")
    assert (status, headers[b"cache-control"]) == (200, b"no-cache")
    page = content.decode()
    page, count = re.subn(
        r'<script type="text/plain" id="gs-first">[\w+/=]+</script>'
        rf'<script type="module" async src="./assets/{entry()}"></script>',
        "",
        page,
    )
    assert count == 1
    page, count = re.subn(r"<style>\.gs-early\{[^<]*</style>", "", page)
    assert count == 1
    knowing = f"<script>window.__streamlit = {{ {OPEN} }};</script>"
    assert page.count(knowing) == 1
    page = page.replace(knowing, "")
    added = re.findall(r"<link rel=\"(?:module)?preload\"[^>]*>(?=[<\n])", page)
    added = [one for one in added if one not in INDEX.read_text(encoding="utf-8")]
    for one in added:
        page = page.replace(one, "", 1)
    assert page == INDEX.read_text(encoding="utf-8")
    addresses = [address for one in added for address in re.findall(r'href="([^"]+)"', one)]
    assert f"./assets/{entry()}" in addresses
    assert all(address.startswith("./") for address in addresses)


def test_what_the_first_page_asks_for_is_there_and_holds_all_that_it_imports() -> None:
    names = {Path(address).name for address in (*STAGE, *AROUND)}
    assert {name.partition(".")[0] for name in names} >= {"BidiComponent", "Selectbox", "Html"}
    known = names | set(re.findall(r"[\w.@~-]+\.js", INDEX.read_text(encoding="utf-8")))
    for name in names:
        text = (SCRIPTS / name).read_text(encoding="utf-8")
        assert set(re.findall(r'(?:from|import)"\./([^"]+)"', text)) <= known, name


def test_every_page_beside_the_first_is_served_so() -> None:
    main = Path(ASSETS.parent, "app", "main.py").read_text(encoding="utf-8")
    addresses = [f"/{name}" for name in re.findall(r'url_path="(\w+)"', main)]
    assert addresses == beside_urls()


THREADS = """
import os, app.server, numpy
numpy.ones((400, 400)) @ numpy.ones((400, 400))
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted on Linux")
def test_numpy_has_one_thread_unless_somebody_has_chosen() -> None:
    def threads(**chosen: str) -> int:
        rest = {name: text for name, text in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
        command = [sys.executable, "-c", THREADS]
        run = subprocess.run(command, env=rest | chosen, capture_output=True, text=True, check=True)
        return int(run.stdout)

    assert threads() == threads(OPENBLAS_NUM_THREADS="1") == 1
    if len(os.sched_getaffinity(0)) > 1:
        assert threads(OPENBLAS_NUM_THREADS="2") == 2


def test_a_long_first_message_comes_beside_the_page() -> None:
    """Nothing of the page waits for it, and the page names where it is."""
    query = "scene=crowd&with=rnn"
    page = answered(Router([Route("/", first)]), "/", query=query)[2].decode()
    assert 'href="./opening?scene=crowd&amp;with=rnn"' in page
    status, headers, content = answered(
        Router([Route("/opening", told_first)]), "/opening", query=query
    )
    assert (status, content) == (200, opening({"scene": "crowd", "with": "rnn"}))
    assert b"content-encoding" not in headers
    router = Router([Route("/opening", told_first)])
    assert answered(router, "/opening", query="scene=nowhere")[0] == 404


def test_a_run_of_a_page_clears_no_keras() -> None:
    """Nor all garbage with it: one checked file would slow every page down from then on."""
    code = """
import sys
from types import SimpleNamespace
import app.server
from streamlit.testing.v1 import AppTest
cleared = []
sys.modules["keras"] = SimpleNamespace(
    backend=SimpleNamespace(clear_session=lambda: cleared.append(True))
)
page = AppTest.from_string("import streamlit as st; st.text('drawn')").run(timeout=60)
assert page.text[0].value == "drawn"
assert not cleared
"""
    subprocess.run([sys.executable, "-c", code], check=True)
