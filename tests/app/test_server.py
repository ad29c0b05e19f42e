"""What the server hands out beside the pages."""

import asyncio
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
