"""The files that browsers fetch are what the sources make; while one is not, they get these."""

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


each_bundle = pytest.mark.parametrize("name", list(bundle.ENTRIES))


@each_bundle
def test_a_bundle_names_what_it_was_made_of_and_imports_nothing(name: str) -> None:
    text = (bundle.BUILT / name).read_text(encoding="utf-8")
    assert bundle.made_of(text, name) == bundle.digest(name)
    for imported in re.findall(r'(?<![.\w])(?:from|import)"[^"]*"', text):
        pytest.fail(imported)


def test_the_bundle_of_the_stage_fetches_nothing_by_a_changing_name() -> None:
    text = (bundle.BUILT / "stage.js").read_text(encoding="utf-8")
    for path in (*bundle.VENDORED, "built/writer.js"):
        assert address_of(bundle.ASSETS, path) in text


def test_a_bundle_s_digest_changes_with_each_of_its_modules_and_no_other() -> None:
    learn = {*(bundle.ASSETS / "learn").glob("*.js"), bundle.ASSETS / "learn" / "quiz.css"}
    assert learn <= {*bundle.sources(bundle.QUIZ)}
    assert not learn & {*bundle.sources()}
    for path in learn:
        imported = re.findall(r'^import .* from "([^"]+)";', path.read_text("utf-8"), re.MULTILINE)
        modules = {(path.parent / one).resolve() for one in imported}
        assert modules <= {*bundle.sources(bundle.QUIZ)}, path


@each_bundle
def test_a_page_gets_the_bundle_while_it_is_of_the_sources_and_else_the_modules(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bundle.entry.__wrapped__(name) == address_of(bundle.ASSETS, f"built/{name}")
    old = tmp_path / name
    monkeypatch.setattr(bundle, "BUILT", tmp_path)
    assert bundle.entry.__wrapped__(name) == bundle.ENTRIES[name]  # there is none
    for text in (f"{bundle.head(name)}0123456789abcdef\n", "let it;", ""):
        old.write_text(text, encoding="utf-8")
        assert bundle.entry.__wrapped__(name) == bundle.ENTRIES[name]


def test_every_style_sheet_of_the_stage_is_in_the_bundle_but_the_one_of_the_page() -> None:
    text = BUNDLING.read_text(encoding="utf-8")
    named = re.search(r"SHEETS = \[([^]]*)\]", text)
    assert named is not None
    sheets = {path.stem for path in (bundle.ASSETS / "stage" / "css").glob("*.css")}
    assert set(re.findall(r'"(\w+)"', named[1])) == sheets - {"page"}
