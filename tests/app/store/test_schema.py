"""A store is brought to the schema of the release, once; another one is said, and not used."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from app.store import schema
from app.store.engine import connected, engine_of
from app.store.errors import StoreError
from app.store.schema import problem, upgrade
from app.store.tables import METADATA
from tests.app.store.conftest import KINDS

ROOT = Path(__file__).parents[3]


def test_the_migrations_lead_to_the_tables_that_there_are(store: Engine) -> None:
    with connected(store) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    assert problem(store) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_store_says_what_makes_it(kind: str, empty: Callable[[str], Engine]) -> None:
    engine = empty(kind)
    assert "python -m app.store upgrade" in problem(engine)
    assert "is empty" in problem(engine)


def test_looking_at_a_file_that_is_not_there_makes_none(tmp_path: Path) -> None:
    problem(engine_of(f"sqlite:///{tmp_path}/none.db"))
    assert list(tmp_path.iterdir()) == []


def test_upgrading_again_changes_nothing(store: Engine) -> None:
    assert upgrade(store) == ("0001", "0001")


def stamp(store: Engine, revision: str) -> None:
    with connected(store) as connection:
        connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))


def test_a_store_of_a_later_release_is_said_and_left_alone(store: Engine) -> None:
    stamp(store, "9999")
    assert "of a later release" in problem(store)
    assert "9999" in problem(store)
    with pytest.raises(StoreError, match="of a later release"):
        upgrade(store)


def test_a_store_of_an_earlier_release_is_said(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = type(
        "Later",
        (),
        {
            "walk_revisions": lambda _: [type("R", (), {"revision": "0001"})],
            "get_current_head": lambda _: "0002",
        },
    )()
    monkeypatch.setattr("app.store.schema._scripts", lambda: later)
    said = problem(store)
    assert "of an earlier release" in said
    assert "0002" in said


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(
    empty: Callable[[str], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(connection: object) -> str:
        raise StoreError("no")

    for kind in KINDS:
        engine, calls = empty(kind), iter(["", "stop"])
        monkeypatch.setattr(
            "app.store.schema._revision", lambda one, calls=calls: next(calls) and broken(one)
        )
        with pytest.raises(StoreError):
            upgrade(engine)
        monkeypatch.undo()
        assert inspect(engine).get_table_names() == []


def test_a_store_in_a_file_is_read_by_many_while_one_writes(made: Callable[[str], Engine]) -> None:
    with made("sqlite").connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_upgrades_at_once_one_waits_for_the_other(
    kind: str, address: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    where, both, revision = address(kind), Barrier(2), schema._revision

    def met(connection: Connection) -> str:
        found = revision(connection)
        with suppress(BrokenBarrierError):  # nobody else has come this far
            both.wait(1)
        return found

    def upgraded(_: int) -> tuple[str, str]:
        engine = engine_of(where)
        try:
            return upgrade(engine)
        finally:
            engine.dispose()

    monkeypatch.setattr(schema, "_revision", met)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(upgraded, range(2))) == [("", "0001"), ("0001", "0001")]


@pytest.mark.parametrize("kind", KINDS)
def test_processes_that_start_at_once_make_one_store(
    kind: str, address: Callable[[str], str]
) -> None:
    where = address(kind)
    command = [sys.executable, "-m", "app.store", "upgrade"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "GATESCOPE_STORE": where}, stdout=subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [one.communicate(timeout=60)[0].decode() for one in started]
    assert [one.returncode for one in started] == [0] * 2
    assert sum("is made" in one for one in said) == 1
    engine = engine_of(where)
    assert problem(engine) == ""
    engine.dispose()


def test_a_store_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    assert "does not answer" in problem(engine_of(f"postgresql://nobody@/x?host={tmp_path}"))
    (tmp_path / "text.db").write_text("this is no database, and was none before" * 30)
    assert "does not answer" in problem(engine_of(f"sqlite:///{tmp_path}/text.db"))
    with pytest.raises(StoreError, match="does not answer"):
        upgrade(engine_of("sqlite:////proc/nowhere/store.db"))
