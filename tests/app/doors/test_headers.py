"""Every answer has the policy of this site, whatever was asked and whatever became of it."""

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from app.doors.headers import ALWAYS, SOURCES, Told

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
    headers = {name.decode(): value.decode() for name, value in Told(embedders)([])}
    assert headers.pop("content-security-policy").endswith(said)
    assert headers == {name.lower(): value for name, value in ALWAYS.items()}


def test_no_text_is_run_as_a_program_and_nothing_comes_from_elsewhere() -> None:
    known = {"'self'", "'none'", "'unsafe-inline'", "blob:", "data:", "ws:", "wss:"}
    assert {source for sources in SOURCES.values() for source in sources} == known


def test_what_an_answer_says_of_it_itself_gives_way() -> None:
    own = [(b"Content-Length", b"2"), (b"X-Content-Type-Options", b"other"), (b"vary", b"*")]
    told = Told("none")(own)
    assert told[:2] == [own[0], own[2]]
    assert Headers(raw=told).getlist("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("secure", [True, False])
def test_where_a_site_has_tls_its_cookies_go_by_no_other_line(secure: bool) -> None:
    """Those of Streamlit's login, which says how they are sent and not where."""
    response = PlainTextResponse("")
    response.set_cookie("one", "a; b", httponly=True)
    response.set_cookie("other", "secure", secure=True)
    told = Headers(raw=Told(secure=secure)(response.raw_headers)).getlist("set-cookie")
    assert [one.lower().count("; secure") for one in told] == [int(secure), 1]
    assert all("HttpOnly" in one for one in told if one.startswith("one"))
