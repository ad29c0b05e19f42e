"""A store that an earlier release has made opens in this one: every short link leads where it did.

A file in tests/before was written by the release of its schema and is not written anew.
"""

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from app.screen.baseline import scenes
from app.setting import link
from app.store import short
from app.store.engine import engine_of
from app.store.schema import problem, upgrade

BEFORE = Path(__file__).parents[2] / "before"
STORES = sorted(BEFORE.glob("store-*.sqlite"))
LINKS: list[dict[str, Any]] = json.loads((BEFORE / "links.json").read_text(encoding="utf-8"))
DAY, YEAR = date(2026, 11, 30), 365


@pytest.mark.parametrize("path", STORES, ids=lambda path: path.stem)
def test_a_store_of_before_is_brought_here_and_leads_to_what_it_did(
    path: Path, tmp_path: Path
) -> None:
    engine = engine_of(f"sqlite:///{shutil.copy(path, tmp_path)}")
    upgrade(engine)
    assert problem(engine) == ""
    for kept in LINKS:  # of which tests/test_opened_as_before.py says what is on their screens
        text = kept["again"]
        assert short.find(engine, short.names_of(text)[0], DAY, YEAR) == text
        setting, rejected = link.decode(dict(parse_qsl(text, keep_blank_values=True)), scenes())
        assert rejected == []
        assert short.written(setting) == text
    engine.dispose()


def test_there_is_one_of_every_schema() -> None:
    versions = Path(short.__file__).parent / "migrations" / "versions"
    schemas = {path.stem[1:5] for path in versions.glob("v*.py")}
    assert {path.stem.removeprefix("store-") for path in STORES} == schemas
