"""A backup makes the same store anew, of the other kind too; what is damaged adds nothing."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store import backup, short
from app.store.engine import connected
from app.store.errors import StoreError
from app.store.short import Row
from app.store.tables import SHORT
from tests.app.store.conftest import KINDS

DAY, LATER = date(2026, 1, 31), date(2026, 11, 29)
LINKS = ("", "scene=cue", "scene=own&source=text&text=caf%C3%A9", "scene=slate&t=3")


def rows(store: Engine) -> list[Row]:
    with connected(store) as connection:
        return [
            (row.name, row.created, row.used, row.link)
            for row in connection.execute(select(SHORT).order_by(SHORT.c.name))
        ]


def filled(store: Engine) -> Engine:
    for text in LINKS:
        name = short.keep(store, text, DAY, 100)
        short.find(store, name, LATER, 1000)
    return store


@pytest.fixture
def written(made: Callable[[str], Engine], tmp_path: Path) -> Path:
    path = tmp_path / "backup.jsonl"
    assert backup.backup(filled(made("sqlite")), path) == len(LINKS)
    return path


@pytest.mark.parametrize("of", KINDS)
@pytest.mark.parametrize("into", KINDS)
def test_a_store_made_of_a_backup_is_the_same(
    of: str, into: str, made: Callable[[str], Engine], tmp_path: Path
) -> None:
    before, after, path = filled(made(of)), made(into), tmp_path / "backup.jsonl"
    assert backup.backup(before, path) == len(LINKS)
    assert backup.restore(after, path) == (len(LINKS), len(LINKS))
    assert rows(after) == rows(before)
    again = tmp_path / "again.jsonl"
    backup.backup(after, again)
    assert again.read_bytes() == path.read_bytes()


def test_a_backup_is_read_by_nobody_else_and_replaces_the_one_before(
    made: Callable[[str], Engine], tmp_path: Path
) -> None:
    path = tmp_path / "backup.jsonl"
    path.write_text("the one before")
    backup.backup(filled(made("sqlite")), path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.glob("backup*")] == ["backup.jsonl"]


def test_what_the_store_has_already_stays_as_it_is(
    made: Callable[[str], Engine], written: Path
) -> None:
    store = made("sqlite")
    name = short.keep(store, LINKS[1], LATER, 100)
    assert backup.restore(store, written) == (len(LINKS), len(LINKS) - 1)
    assert (name, LATER, LATER, LINKS[1]) in rows(store)
    assert backup.restore(store, written) == (len(LINKS), 0)


def changed(line: str, **told: object) -> str:
    return json.dumps(json.loads(line) | told)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: [], "no backup"),
        (lambda lines: ["PK\x03\x04"], "Line 1 "),
        (lambda lines: lines[1:], "no backup"),
        (lambda lines: [changed(lines[0], format=2), *lines[1:]], "a later release"),
        (lambda lines: lines[:-1], "cut short"),
        (lambda lines: [*lines[:2], *lines[3:]], "Line 5 "),
        (lambda lines: [*lines, lines[1]], "Line 7 "),
        (lambda lines: [lines[0], lines[1][:40], *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], "[" * 9000, *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], "a" * 30_000, *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], "17", *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], changed(lines[1], used="yesterday"), *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], changed(lines[1], used=3), *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], changed(lines[1], more=1), *lines[2:]], "Line 2 "),
        (lambda lines: [lines[0], changed(lines[1], link="scene=book"), *lines[2:]], "of its name"),
        (lambda lines: [lines[0], changed(lines[1], link=["a"]), *lines[2:]], "of its name"),
        (lambda lines: [lines[0], changed(lines[1], name=["a"]), *lines[2:]], "of its name"),
    ],
)
def test_a_damaged_backup_gives_a_sentence_and_adds_nothing(
    damage: Callable[[list[str]], list[str]],
    said: str,
    made: Callable[[str], Engine],
    written: Path,
) -> None:
    lines = written.read_text("utf-8").splitlines()
    written.write_text("".join(line + "\n" for line in damage(lines)), "utf-8")
    store = made("sqlite")
    with pytest.raises(StoreError, match=said):
        backup.restore(store, written)
    assert rows(store) == []


@pytest.mark.parametrize(
    "link",
    [
        "a=b\r\nSet-Cookie: a=b",
        "a=b c",
        "//elsewhere.example",
        "a=\x00",
        "a=é",
        "a=" + "a" * 64_000,
    ],
)
def test_a_hostile_backup_brings_no_address_that_is_no_link(
    link: str, made: Callable[[str], Engine], written: Path
) -> None:
    lines = written.read_text("utf-8").splitlines()
    lines[1] = changed(lines[1], link=link, name=short.names_of(link)[0])
    written.write_text("".join(line + "\n" for line in lines), "utf-8")
    store = made("sqlite")
    with pytest.raises(StoreError, match="of its name"):
        backup.restore(store, written)
    assert rows(store) == []
