"""Stores of both kinds, empty or with the newest schema."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from app.store.engine import engine_of
from app.store.schema import upgrade
from tests import postgres

KINDS = ("sqlite", "postgresql")
NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The folder of the socket of a PostgreSQL."""
    found = postgres.programs()
    if found is None:
        pytest.skip("there is no PostgreSQL; install Debian's package postgresql")
    with postgres.cluster(found) as folder:
        yield folder


@pytest.fixture
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """The address of a new store of a kind, in which there is nothing."""

    def made(kind: str) -> str:
        name = f"store{next(NUMBERS)}"
        if kind == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        folder = request.getfixturevalue("postgresql")
        server = f"postgresql+psycopg://{postgres.USER}@/{{}}?host={folder}"
        engine = create_engine(server.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return server.format(name)

    return made


@pytest.fixture
def empty(address: Callable[[str], str]) -> Iterator[Callable[[str], Engine]]:
    """A store of a kind without tables."""
    made: list[Engine] = []

    def of(kind: str) -> Engine:
        made.append(engine_of(address(kind)))
        return made[-1]

    yield of
    for engine in made:
        engine.dispose()


@pytest.fixture
def made(empty: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """A store of a kind with the newest schema."""

    def of(kind: str) -> Engine:
        engine = empty(kind)
        upgrade(engine)
        return engine

    return of


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, made: Callable[[str], Engine]) -> Engine:
    """One of each kind."""
    return made(request.param)
