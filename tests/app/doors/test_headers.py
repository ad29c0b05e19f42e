"""Every answer has the policy of this site, whatever was asked and whatever became of it."""

import asyncio
from typing import Any

import pytest

from app.doors.headers import ALWAYS, SOURCES, Told
from tests.app.doors.asgi import Inner, Visitor, line, request

POLICIES = [
    ("none", "frame-ancestors 'self'"),
    ("*", "frame-ancestors 'self' *"),
    (
        "https://lms.example https://b.example",
        "frame-ancestors 'self' https://lms.example https://b.example",
    ),
]


@pytest.mark.parametrize(("embedders", "said"), POLICIES)
def test_an_answer_says_what_a_browser_is_not_to_do(embedders: str, said: str) -> None:
    visitor = Visitor([{"type": "http.request", "body": b""}])
    asyncio.run(Told(Inner(), embedders)(request(), visitor.receive, visitor.send))
    start: Any = visitor.answers[0]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert headers.pop("content-security-policy").endswith(said)
    assert headers == {name.lower(): value for name, value in ALWAYS.items()}


def test_no_text_is_run_as_a_program_and_nothing_comes_from_elsewhere() -> None:
    known = {"'self'", "'none'", "'unsafe-inline'", "blob:", "data:", "ws:", "wss:"}
    assert {source for sources in SOURCES.values() for source in sources} == known


def test_a_line_is_handed_on_as_it_is() -> None:
    visitor = Visitor([])
    inner = Inner()
    asyncio.run(Told(inner)(line(), visitor.receive, visitor.send))
    assert inner.asked == 1
