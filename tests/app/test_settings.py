"""Settings are read once, within bounds, and docs/settings.md says what the table says."""

import ast
import logging
import re
from pathlib import Path

import pytest
import streamlit as st

from app import settings
from gru_core.formats import limits

ROOT = Path(__file__).parents[2]
CACHE = settings.CACHE
EMBEDDING, NAMES, STORING = settings.EMBEDDING, settings.NAMES, settings.STORING


@pytest.mark.parametrize(
    ("text", "value"), [("16", 16), ("65536", 65536), ("512", 512), ("0000000128", None)]
)
def test_a_whole_number_within_bounds_is_taken(text: str, value: int | None) -> None:
    assert CACHE.read({CACHE.variable: text}) == (value or CACHE.default)


@pytest.mark.parametrize("text", ["", "15", "65537", "-64", "1e3", "64.0", "²", "much", "9" * 40])
def test_anything_else_is_said_in_the_log_and_the_default_stands(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert CACHE.read({CACHE.variable: text}) == CACHE.default
    assert CACHE.variable in caplog.text
    assert "from 16 to 65536" in caplog.text


def test_without_a_word_the_default_stands() -> None:
    assert CACHE.read({}) == CACHE.default


def test_the_page_on_settings_is_the_table() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \| (\w+) \| (.+) \|$", page, re.M)
    assert rows == [
        (one.variable, f"{one.default}", f"{one.least}", f"{one.most}", one.unit, one.meaning)
        for one in settings.TABLE
    ]


@pytest.mark.parametrize(
    "text",
    ["none", "*", "https://lms.example", "https://*.school.example  http://localhost:8080"],
)
def test_hosts_are_taken(text: str) -> None:
    assert EMBEDDING.read({EMBEDDING.variable: text}) == " ".join(text.split())


@pytest.mark.parametrize(
    "text", ["", "lms.example", "https://a.example; script-src *", "https://a\nb", "'self'"]
)
def test_what_is_no_host_never_reaches_a_header(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert EMBEDDING.read({EMBEDDING.variable: text}) == EMBEDDING.default
    assert EMBEDDING.variable in caplog.text


def test_the_page_on_settings_has_what_is_no_number_too() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \| (.+) \|$", page, re.M)
    assert rows == [(one.variable, one.default, one.meaning) for one in settings.TEXTS]


@pytest.mark.parametrize(
    ("entry", "taken", "refused"),
    [
        (settings.LOGGING, ["text", "json"], ["yaml", "JSON", ""]),
        (settings.ADDRESS_HERE, ["127.0.0.1", "[::]"], ["all", "1.2.3", "::", "0.0.0.0; x"]),
        (settings.BELOW, ["/", "gate", "/a/b.c/"], ["a b", "/a;b", "/ü", "//", "a{b}"]),
        (settings.PROXIES, ["*", "127.0.0.1,10.0.0.0/8", "::1"], ["proxy; x", "a host", ","]),
    ],
    ids=lambda one: getattr(one, "variable", ""),
)
def test_words_reach_a_configuration_only_if_they_are_what_they_should_be(
    entry: settings.Text, taken: list[str], refused: list[str]
) -> None:
    assert [entry.read({entry.variable: text}) for text in taken] == taken
    if entry.guards:
        for text in refused:
            with pytest.raises(SystemExit, match=entry.variable):
                entry.read({entry.variable: text})
    else:
        assert {entry.read({entry.variable: text}) for text in refused} == {entry.default}


def test_what_is_handed_on_is_chosen_before_usual_and_fixed_before_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATESCOPE_LOG", "text")
    monkeypatch.setenv("GATESCOPE_METRICS_PORT", "9000")
    found = settings.handed_on(
        {"GATESCOPE_LOG": "json", "GATESCOPE_BASE": "/a"}, GATESCOPE_METRICS_PORT="9001"
    )
    assert (found["GATESCOPE_LOG"], found["GATESCOPE_BASE"]) == ("text", "/a")
    assert found["GATESCOPE_METRICS_PORT"] == "9001"


@pytest.mark.parametrize(
    "text",
    ["*", "gates.example", "Gates.Example  *.school.example", "localhost 127.0.0.1 [::1]"],
)
def test_names_of_the_site_are_taken(text: str) -> None:
    assert NAMES.read({NAMES.variable: text}) == " ".join(text.lower().split())


@pytest.mark.parametrize("text", ["", "https://gates.example", "gates.example:8501", "a/b", "*."])
def test_what_is_no_name_starts_nothing_rather_than_an_open_site(text: str) -> None:
    with pytest.raises(SystemExit, match=r"GATESCOPE_HOSTS is .* it needs names such as"):
        NAMES.read({NAMES.variable: text})


def test_what_guards_is_what_would_be_open_without_it() -> None:
    """Of all others the default is the closed one, or keeps nobody out."""
    guarding = {one.variable for one in settings.TEXTS if one.guards}
    of_login = {name for name in guarding if "LOGIN" in name}
    assert guarding - of_login == {"GATESCOPE_HOSTS", "GATESCOPE_HOST", "GATESCOPE_INSTRUCTORS"}
    assert len(of_login) == 5


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (settings.LOGIN_AT, "http://login.school.example"),
        (settings.LOGIN_AT, "http://localhost.evil.example"),
        (settings.LOGIN_AT, ""),
        (settings.LOGIN_COOKIES, "too-short-a-secret"),
        (settings.SITE_ADDRESS, "gates.example"),
        (settings.LISTED, "school.example"),
        (settings.LISTED, "ada@school.example, @staff.school.example"),
    ],
    ids=str,
)
def test_a_login_that_cannot_be_read_starts_nothing_and_tells_no_secret(
    entry: settings.Text, text: str
) -> None:
    with pytest.raises(SystemExit, match=entry.variable) as left:
        entry.read({entry.variable: text})
    assert not entry.secret or text not in str(left.value)


WHOLE = {
    "GATESCOPE_LOGIN": "https://login.school.example",
    "GATESCOPE_LOGIN_CLIENT": "gatescope",
    "GATESCOPE_LOGIN_SECRET": "secret",
    "GATESCOPE_LOGIN_COOKIES": "c" * 32,
    "GATESCOPE_LOGIN_SITE": "https://gates.example/course",
    "GATESCOPE_INSTRUCTORS": "Ada@school.example @staff.school.example",
}


def test_a_login_is_whole_or_nothing_is_started() -> None:
    settings.login_is_whole(WHOLE)
    settings.login_is_whole({})
    for missing in WHOLE:
        left = {name: value for name, value in WHOLE.items() if name != missing}
        if missing == "GATESCOPE_LOGIN":
            settings.login_is_whole(left)
            continue
        with pytest.raises(SystemExit, match=f"GATESCOPE_LOGIN is set; it needs {missing} too"):
            settings.login_is_whole(left)


@pytest.mark.parametrize(
    "text",
    [
        *("none", "sqlite:///store.db", "sqlite:////var/lib/gatescope/store.db"),
        *("postgresql://gates@db/gates", "postgresql+psycopg://gates:secret@db:5432/gates"),
    ],
)
def test_the_address_of_a_store_is_taken(text: str) -> None:
    assert STORING.read({STORING.variable: text}) == text


@pytest.mark.parametrize(
    "text", ["", "sqlite://", "store.db", "mysql://root:secret@db/x", "postgresql://a:secret@b/ c"]
)
def test_what_is_no_address_of_a_store_is_none_and_its_password_is_not_logged(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert STORING.read({STORING.variable: text}) == "none"
    assert STORING.variable in caplog.text
    assert "secret" not in caplog.text


def test_the_core_has_the_bounds_of_the_table() -> None:
    file = settings.FILE
    assert (file.variable, file.default, file.most) == (
        limits.SETTING,
        limits.DEFAULT,
        limits.HIGHEST,
    )
    assert file.default == st.get_option("server.maxUploadSize")


def test_the_environment_is_read_in_one_place_of_each_package() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("app", "gru_core")
        for path in (ROOT / folder).rglob("*.py")
        if any(
            (isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"))
            or (isinstance(node, ast.alias) and node.name in ("environ", "getenv"))
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    assert readers == {"app/settings.py", "gru_core/environment.py"}
