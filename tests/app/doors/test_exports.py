"""Files on demand: one of a page at a time, no small one behind a large one, refused in words."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.media_file_storage import MediaFileStorageError

from app.doors import exports
from app.doors.turns import Turns
from app.words.say import say
from gru_core.errors import GatescopeError


class Made:
    """What makes a file, when it is let."""

    def __init__(self, large: bool = False) -> None:
        self.large, self.begun, self.may = large, threading.Event(), threading.Event()

    def is_large(self) -> bool:
        return self.large

    def __call__(self) -> bytes:
        self.begun.set()
        assert self.may.wait(10)
        return b"made"


class Files:
    """As Streamlit's manager."""

    def __init__(self, **made: Callable[[], bytes]) -> None:
        self._deferred_callables = {name: {"callable": one} for name, one in made.items()}

    def execute_deferred(self, name: str) -> str:
        try:
            return f"/media/{self._deferred_callables[name]['callable']().decode()}"
        except Exception as error:
            raise MediaFileStorageError(str(error)) from error


def asked(files: Files, name: str, session: str) -> Any:
    request = SimpleNamespace(request_id=name, deferred_file=SimpleNamespace(file_id=name))
    handler: Any = SimpleNamespace(_get_media_file_mgr=lambda: files)
    return exports._made(handler, request, session)


def begun(made: Made) -> Any:
    return asyncio.to_thread(made.begun.wait, 5)


def test_a_small_file_does_not_wait_for_large_ones_of_others() -> None:
    large, another, small = Made(large=True), Made(large=True), Made()

    async def told() -> list[Any]:
        files = Files(large=large, another=another, small=small)
        tasks = [
            asyncio.create_task(asked(files, name, session))
            for name, session in (("large", "a"), ("another", "b"), ("small", "c"))
        ]
        assert await begun(large)
        small.may.set()
        answer = await asyncio.wait_for(tasks[2], 5)
        assert answer.deferred_file.url == "/media/made"
        assert not another.begun.is_set()  # large ones are made one after the other
        large.may.set()
        another.may.set()
        return await asyncio.gather(*tasks)

    assert [one.error_msg for one in asyncio.run(told())] == ["", "", ""]


def test_a_page_has_one_file_made_at_a_time() -> None:
    first, second, other = Made(), Made(), Made()

    async def told() -> None:
        files = Files(first=first, second=second, other=other)
        tasks = [
            asyncio.create_task(asked(files, name, session))
            for name, session in (("first", "a"), ("second", "a"), ("other", "b"))
        ]
        assert await begun(first)
        assert await begun(other)
        assert not second.begun.is_set()
        for one in (first, second, other):
            one.may.set()
        await asyncio.gather(*tasks)
        assert second.begun.is_set()

    asyncio.run(told())


def test_too_many_and_what_cannot_be_are_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> bytes:
        raise GatescopeError("There is none.")

    def faulty() -> bytes:
        raise ZeroDivisionError

    async def told(name: str) -> str:
        answer = await asked(Files(refused=refused, faulty=faulty), name, "a")
        return str(answer.error_msg)

    assert asyncio.run(told("refused")) == "There is none."
    assert not caplog.records
    assert asyncio.run(told("faulty")) == say("doors.exports.failed")
    assert asyncio.run(told("gone")) == say("doors.exports.failed")
    monkeypatch.setattr(exports, "SMALL", Turns(at_once=1, each=1, waiting=0))
    assert asyncio.run(told("refused")) == say("doors.exports.full")


def test_streamlit_s_own_manager_has_what_is_asked_of_it() -> None:
    manager = MediaFileManager(SimpleNamespace())  # type: ignore[arg-type]
    assert manager._deferred_callables == {}
    assert callable(manager.execute_deferred)
