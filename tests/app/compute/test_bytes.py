"""What the store counts for a value is what it takes, so that its budget is one of memory."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from app import lenses as lenses_module
from app.compute import runs as runs_module
from app.compute.store import STORE, Store
from app.lenses import memory as lens_module
from app.lenses import view_of
from app.messages import parts as parts_module
from app.messages.parts import shared_parts
from app.messages.stage import told_of
from app.screen import baseline as baseline_module
from app.screen.page import Page
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target

pytestmark = pytest.mark.thorough

BIAS = Target.parse("gru.b_x.update.3")
MANY = 30  # values of each kind: what is made once for all matters little beside them
NEAR = 1.15  # what is counted against what is taken, at most, either way


@contextmanager
def measured() -> Iterator[Callable[[], int]]:
    """Gives how many bytes more are taken than at first."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]

        def taken() -> int:
            gc.collect()
            return tracemalloc.get_traced_memory()[0] - before

        yield taken
    finally:
        tracemalloc.stop()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Only what is measured goes there: runs, maps, views, scenes as they were.

    The store of all else has room, too: what it drops meanwhile would be counted as given back.
    """
    STORE.empty()
    store = Store(STORE.most)
    for module, name in (
        (runs_module, "_traces"),
        (lens_module, "_known"),
        (baseline_module, "_baselines"),
        (lenses_module, "_views"),
        (parts_module, "_lists"),
    ):
        monkeypatch.setattr(getattr(module, name), "store", store)
    return store


@pytest.mark.parametrize("view", ["kept", "memory"])
@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_runs_and_what_views_find_take_what_is_counted(kept: Store, scene: str, view: str) -> None:
    def look(value: float) -> None:
        view_of(screen_of(Setting(scene=scene, view=view, edits=(Edit(BIAS, value),))))

    look(9.0)
    before = kept.size
    with measured() as taken:
        for number in range(MANY):
            look(number / 100)
        assert 1 / NEAR <= taken() / (kept.size - before) <= NEAR


@pytest.mark.parametrize("view", ["kept", "memory", "why", "saturation"])
@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_views_that_are_made_once_for_all_take_what_is_counted(
    kept: Store, scene: str, view: str
) -> None:
    def look(number: int) -> None:
        way = {"step": number % 10, "unit": number // 10}
        screen = screen_of(Setting(scene=scene, view=view, **way))
        shared_parts(screen, {}, view_of(screen))

    look(0)
    before = kept.size
    with measured() as taken:
        for number in range(1, MANY):
            look(number)
        assert taken() / (kept.size - before) <= NEAR  # never more


@pytest.mark.parametrize("units", [4, 32])
def test_scenes_of_visitors_take_what_is_counted(kept: Store, units: int) -> None:
    setting = Setting(scene="own", own=Own(source="noise", steps=20, units=units))
    told_of(replace(setting, seed=99), Page())
    before, others = kept.size, STORE.size
    with measured() as taken:
        for seed in range(MANY):
            told_of(replace(setting, seed=seed), Page())
        counted = kept.size - before + STORE.size - others
        assert 1 / (NEAR * NEAR) <= taken() / counted <= NEAR
