"""Where a store is: SQLite in a file, or PostgreSQL, by its address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.store.errors import StoreError
from app.words.say import say

PATIENCE: Final = 5  # seconds that a statement waits for others, and for the server to answer
POSTGRESQL: Final = "postgresql+psycopg"


def engine_of(address: str, seconds: int = PATIENCE) -> Engine:
    """The store at an address, as GATESCOPE_STORE has it; nothing is opened yet.

    seconds: of patience with one statement. Errors: StoreError where PostgreSQL needs what
    is not installed.
    """
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": seconds})
        event.listen(engine, "connect", _settle)
        return engine
    limits = ("statement_timeout", "lock_timeout")
    options = " ".join(f"-c {one}={seconds}s" for one in limits)
    told = {"connect_timeout": PATIENCE, "options": options}
    try:
        return create_engine(
            url.set(drivername=POSTGRESQL), connect_args=told, pool_pre_ping=True, pool_recycle=300
        )
    except ModuleNotFoundError:
        raise StoreError(say("store.engine.driver")) from None


def file_of(engine: Engine) -> Path | None:
    """The file of a store in SQLite."""
    return Path(str(engine.url.database)) if engine.dialect.name == "sqlite" else None


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A transaction of its own, written when the block ends well. Errors: StoreError."""
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        raise StoreError(say("store.engine.away", cause=cause)) from error


def _settle(raw: Any, _: object) -> None:
    """Of each connection to SQLite. A file in WAL mode survives a crash with this as it is."""
    raw.execute("PRAGMA synchronous=NORMAL")
