"""The one file that browsers fetch is what the sources make; while it is not, they get these."""

import os
import re
from pathlib import Path

import pytest

from app.serving import bundle
from app.serving.files import address_of
from scripts.bundle import BUNDLING, written

PACKAGES = BUNDLING.parent / "node_modules" / "esbuild"


@pytest.mark.skipif(
    not PACKAGES.exists() and "GATESCOPE_REQUIRE_BROWSER" not in os.environ,
    reason="needs the packages that `make test` installs",
)
def test_the_bundle_is_what_the_sources_make_today() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in bundle.BUILT.iterdir()}
    assert there == written(), "python -m scripts.bundle"


def test_the_bundle_names_what_it_was_made_of_and_fetches_nothing_by_a_changing_name() -> None:
    text = (bundle.BUILT / "stage.js").read_text(encoding="utf-8")
    assert bundle.made_of(text) == bundle.digest()
    for path in (*bundle.VENDORED, "built/writer.js"):
        assert address_of(bundle.ASSETS, path) in text
    for imported in re.findall(r'\bfrom"[^"]*"|\bimport"[^"]*"', text):
        pytest.fail(imported)


def test_a_page_gets_the_bundle_while_it_is_of_the_sources_and_else_the_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bundle.entry.__wrapped__() == address_of(bundle.ASSETS, "built/stage.js")
    old = tmp_path / "stage.js"
    monkeypatch.setattr(bundle, "BUILT", tmp_path)
    assert bundle.entry.__wrapped__() == "stage/stage.js"  # there is none
    for text in (f"{bundle.HEAD}0123456789abcdef\n", "let it;", ""):
        old.write_text(text, encoding="utf-8")
        assert bundle.entry.__wrapped__() == "stage/stage.js"


def test_every_style_sheet_of_the_stage_is_in_the_bundle_but_two_that_are_apart() -> None:
    text = BUNDLING.read_text(encoding="utf-8")
    named = re.search(r"SHEETS = \[([^]]*)\]", text)
    assert named is not None
    sheets = {path.stem for path in (bundle.ASSETS / "stage" / "css").glob("*.css")}
    apart = {"page", "learn"}  # of Streamlit's own page, and of what is fetched later
    assert set(re.findall(r'"(\w+)"', named[1])) == sheets - apart
