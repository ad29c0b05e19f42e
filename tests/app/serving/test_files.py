"""Files in as few bytes as may be; kept for good where their address says what is in them."""

import gzip
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from app.serving.bundle import ASSETS
from app.serving.files import ASKED, FOREVER, Assets, Static, address_of
from tests.app.asking import answered

GZIP = (b"accept-encoding", b"gzip, deflate, br")
STAGE = sorted(p.relative_to(ASSETS).as_posix() for p in Path(ASSETS, "stage").rglob("*.*"))


def fetched(path: str, *headers: tuple[bytes, bytes]) -> tuple[int, dict[bytes, bytes], bytes]:
    return answered(Assets(directory=ASSETS), f"/{path}", *headers)


@pytest.mark.parametrize("path", STAGE)
def test_a_file_of_the_stage_is_asked_about_each_time_and_sent_once(path: str) -> None:
    status, headers, _ = fetched(path)
    assert (status, headers[b"cache-control"]) == (200, ASKED.encode())
    again, _, _ = fetched(path, (b"if-none-match", headers[b"etag"]))
    assert again == 304


def test_modules_have_the_type_that_browsers_insist_on() -> None:
    for headers in ((), (GZIP,)):
        _, found, _ = fetched("stage/stage.js", *headers)
        assert found[b"content-type"].startswith((b"text/javascript", b"application/javascript"))


def test_text_is_compressed_for_browsers_that_take_it_and_the_same_text() -> None:
    path = "stage/stage.js"
    plain, packed = fetched(path), fetched(path, GZIP)
    assert plain[2] == (ASSETS / path).read_bytes() == gzip.decompress(packed[2])
    assert b"content-encoding" not in plain[1]
    assert packed[1][b"content-encoding"] == b"gzip"
    assert int(packed[1][b"content-length"]) == len(packed[2]) < len(plain[2]) / 2
    assert plain[1][b"vary"] == packed[1][b"vary"] == b"Accept-Encoding"
    again, _, _ = fetched(path, GZIP, (b"if-none-match", packed[1][b"etag"]))
    assert again == 304


def test_a_part_of_a_file_is_a_part_of_what_lies_there() -> None:
    status, headers, content = fetched("stage/stage.js", GZIP, (b"range", b"bytes=0-9"))
    assert (status, content) == (206, (ASSETS / "stage/stage.js").read_bytes()[:10])
    assert b"content-encoding" not in headers


def test_what_is_compressed_already_is_sent_as_it_is() -> None:
    _, headers, _ = fetched("vendor/stix/stix-two-math.woff2", GZIP)
    assert b"content-encoding" not in headers


def test_a_file_under_its_digest_is_kept_for_good(tmp_path: Path) -> None:
    file = tmp_path / "below" / "one.js"
    file.parent.mkdir()
    file.write_text("let one;", encoding="utf-8")
    address = address_of(tmp_path, "below/one.js")
    files = Assets(directory=tmp_path)
    status, headers, content = answered(files, f"/{address}")
    assert (status, content) == (200, b"let one;")
    assert headers[b"cache-control"] == FOREVER.encode()
    file.write_text("let another;", encoding="utf-8")
    assert address_of(tmp_path, "below/one.js") != address
    status, headers, content = answered(files, f"/{address}")  # of a page from before
    assert (status, content) == (200, b"let another;")
    assert headers[b"cache-control"] == ASKED.encode()


@pytest.mark.parametrize(
    "path", ["kept/0/", "kept/0", "kept/", "kept/0/none.js", "kept/0/../../LICENSE", "none.js"]
)
def test_what_is_not_there_is_not_found(path: str) -> None:
    with pytest.raises(Exception, match="404"):
        fetched(path)


# Streamlit's own


@pytest.fixture
def static(tmp_path: Path) -> Static:
    """A folder as Streamlit has one, before an app that answers everything."""
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "index.D2-x_1.js").write_text("let it;" * 1000, encoding="utf-8")
    (tmp_path / "secret.js").write_text("let no;", encoding="utf-8")
    return Static(PlainTextResponse("the app"), tmp_path, "/base")


def test_a_script_of_streamlit_is_compressed_and_kept_for_good(static: Static) -> None:
    status, headers, content = answered(static, "/base/static/js/index.D2-x_1.js", GZIP)
    assert (status, gzip.decompress(content)) == (200, b"let it;" * 1000)
    assert headers[b"cache-control"] == FOREVER.encode()


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/base/static/js/index.D2-x_1.js", "POST"),
        ("/base/static/js/none.js", "GET"),
        ("/static/js/index.D2-x_1.js", "GET"),
        ("/base/static/js/../secret.js", "GET"),
        ("/base/static/js/..", "GET"),
        ("/base/static/js//secret.js", "GET"),
        ("/base/static/secret.js", "GET"),
        ("/base", "GET"),
    ],
)
def test_all_else_is_left_to_the_app(static: Static, path: str, method: str) -> None:
    assert answered(static, path, method=method)[2] == b"the app"
