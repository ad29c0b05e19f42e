"""Which schema a store has, and the way from an older one to the newest."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.store.engine import connected, file_of
from app.store.errors import StoreError
from app.words.say import say

MIGRATIONS: Final = Path(__file__).parent / "migrations"
NEWEST: Final = "head"
LOCK: Final = 7_301_944  # of PostgreSQL, by any number that others do not take


def upgrade(engine: Engine) -> tuple[str, str]:
    """Bring a store to the newest schema: the one that it had, empty for none, and has.

    One process at a time does so; a second one waits, and finds it done. What fails leaves the
    store as it was. Errors: StoreError.
    """
    scripts = _scripts()
    with _alone(engine), connected(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's own would not hold tables
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(:one)"), {"one": LOCK})
        before = _revision(connection)
        if said := _problem(before, scripts, but_older=True):
            raise StoreError(said)
        context = MigrationContext.configure(
            connection,
            opts={"fn": lambda at, _: scripts._upgrade_revs(NEWEST, at), "transactional_ddl": True},
        )
        with Operations.context(context):
            context.run_migrations()
        return before, _revision(connection)


def problem(engine: Engine) -> str:
    """Why this release cannot use the store as it is, in a sentence; empty where it can."""
    try:
        file = file_of(engine)
        if file is not None and not file.exists():  # SQLite would make an empty one
            return say("store.schema.none")
        with connected(engine) as connection:
            revision = _revision(connection)
    except StoreError as error:
        return str(error)
    return _problem(revision, _scripts())


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))


def _problem(revision: str, scripts: ScriptDirectory, but_older: bool = False) -> str:
    known = {one.revision for one in scripts.walk_revisions()}
    newest = str(scripts.get_current_head())
    if revision and revision not in known:
        return say("store.schema.newer", schema=revision, newest=newest)
    if but_older or revision == newest:
        return ""
    if not revision:
        return say("store.schema.none")
    return say("store.schema.older", schema=revision, newest=newest)


def _revision(connection: Connection) -> str:
    heads = MigrationContext.configure(connection).get_current_heads()
    return " ".join(heads)


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """The file of SQLite to ourselves, which is made, and read by many from now on."""
    file = file_of(engine)
    if file is None:
        yield
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with file.with_name(f"{file.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            yield
    except OSError as error:
        raise StoreError(say("store.engine.away", cause=str(error))) from error
