"""What the server hands out beside the pages."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.opening import ASSETS
from app.server import Assets


def fetched(path: str, *headers: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes]]:
    """Status and headers of an answer, asked for without a network."""
    sent: list[dict[str, object]] = []

    async def ask() -> None:
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": headers}

        async def receive() -> dict[str, str]:
            return await asyncio.Future()  # the browser says no more

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await Assets(directory=ASSETS)(scope, receive, send)

    asyncio.run(ask())
    status, answered = sent[0]["status"], sent[0]["headers"]
    assert isinstance(status, int)
    assert isinstance(answered, list)
    return status, dict(answered)


@pytest.mark.parametrize(
    "path", sorted(p.relative_to(ASSETS).as_posix() for p in Path(ASSETS, "stage").iterdir())
)
def test_a_file_of_the_stage_is_asked_about_each_time_and_sent_once(path: str) -> None:
    status, headers = fetched(f"/{path}")
    assert (status, headers[b"cache-control"]) == (200, b"no-cache")
    again, _ = fetched(f"/{path}", (b"if-none-match", headers[b"etag"]))
    assert again == 304


def test_modules_have_the_type_that_browsers_insist_on() -> None:
    assert fetched("/stage/stage.js")[1][b"content-type"].startswith(b"text/javascript")


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
