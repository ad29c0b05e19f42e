"""A workshop that is open, as in a server."""

from collections.abc import Iterator

import pytest

from app.compute.workshop import WORKSHOP


@pytest.fixture(scope="module")
def open_workshop() -> Iterator[None]:
    """One process for all tests of a file that do not end it."""
    WORKSHOP.begin()
    yield
    WORKSHOP.open = False
    WORKSHOP.close()
