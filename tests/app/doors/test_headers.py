"""Every answer has the policy of this site, whatever was asked and whatever became of it."""

import asyncio
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

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


@pytest.mark.parametrize("secure", [True, False])
def test_where_a_site_has_tls_its_cookies_go_by_no_other_line(secure: bool) -> None:
    """Those of Streamlit's login, which says how they are sent and not where."""
    response = PlainTextResponse("")
    response.set_cookie("one", "a; b", httponly=True)
    response.set_cookie("other", "secure", secure=True)
    visitor = Visitor([{"type": "http.request", "body": b""}])
    asyncio.run(Told(response, secure=secure)(request(), visitor.receive, visitor.send))
    start: Any = visitor.answers[0]
    told = Headers(raw=start["headers"]).getlist("set-cookie")
    assert [one.lower().count("; secure") for one in told] == [int(secure), 1]
    assert all("HttpOnly" in one for one in told if one.startswith("one"))
