"""The store of a process is the one that its settings name; whether it is well is one sentence."""

from collections.abc import Callable, Iterator

import pytest

from app import settings
from app.store import site
from app.store.errors import StoreError
from app.store.schema import upgrade
from tests.app.store.conftest import KINDS


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Has the settings name a store."""

    def name(address: str) -> None:
        monkeypatch.setattr(settings, "STORE", address)
        monkeypatch.setattr(settings, "HAS_STORE", address != settings.STORING.default)
        site.engine.cache_clear()

    yield name
    site.engine.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_is_well_once_it_has_the_schema(
    kind: str, named: Callable[[str], None], address: Callable[[str], str]
) -> None:
    named(address(kind))
    assert "python -m app.store upgrade" in site.check()
    upgrade(site.engine())
    assert site.check() == ""
    site.engine().dispose()


def test_a_site_without_a_store_is_well_and_has_none(named: Callable[[str], None]) -> None:
    named("none")
    assert site.check() == ""
    with pytest.raises(StoreError, match="GATESCOPE_STORE"):
        site.engine()


def test_a_store_that_is_away_is_not_well_and_who_opens_a_link_is_not_told_why(
    named: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    named("postgresql://nobody@/x?host=/nowhere")
    assert "does not answer" in site.check()
    with pytest.raises(StoreError, match=r"^Short links do not answer at the moment\. Reload"):
        site.whole({"short": "a" * 12})
    assert "/nowhere" in caplog.text
