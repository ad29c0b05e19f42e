"""What a process holds, and what is gone through when garbage is collected."""

import gc
from collections.abc import Iterator

import pytest

from app.compute import memory


@pytest.fixture
def others() -> Iterator[None]:
    """What the tests have frozen stays so."""
    frozen = gc.get_freeze_count()
    yield
    gc.unfreeze()
    if frozen:
        gc.freeze()


@pytest.mark.usefixtures("others")
def test_what_is_there_is_gone_through_no_more() -> None:
    before: list[object] = [[]]
    memory.keep()
    assert not any(one is before for one in gc.get_objects())
    later: list[object] = []
    later.append(later)
    assert any(one is later for one in gc.get_objects())
