"""What a lens shows of a scene as it was prepared is made once for all who look at it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from app import lenses
from app.compute.store import STORE, Shelf, Store
from app.lenses import LENSES, view_of
from app.lenses.base import View
from app.screen.baseline import scenes
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.conventions import NOTATIONS
from gru_core.situation import parse_edits

EDITS = parse_edits("gru.b_x.update.0_1.5").edits
# Ways to look at one scene: each is a view of its own.
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"step": 1, "unit": 1},
    {"step": 2, "unit": 1},
    {"step": 2, "unit": 0},
    {"cell": "lstm"},
    {"alongside": "rnn"},
    {"notation": list(NOTATIONS.values())[-1]},
)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Where views are kept, with nothing in it."""
    store = Store(STORE.most)
    monkeypatch.setattr(lenses, "_views", Shelf("views", store))
    return store


def leaves(value: Any) -> Iterator[object]:
    """What a view is made of, in an order."""
    if isinstance(value, np.ndarray):
        yield value.dtype.str, value.shape, value.tobytes()
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield name
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif hasattr(value, "__dict__"):
        yield from leaves(vars(value))
    else:
        yield repr(value)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("scene", scenes())
@pytest.mark.parametrize("view", LENSES)
def test_who_looks_later_is_shown_the_same_as_who_comes_first(view: str, scene: str) -> None:
    """From every way to look at it to every other: nothing is taken for what it is not."""
    shown = [screen_of(Setting(scene=scene, view=view, **way)) for way in WAYS]
    for _ in range(2):
        for one in shown:
            assert list(leaves(view_of(one))) == list(leaves(lenses._made(one)))


def test_it_is_made_once(kept: Store) -> None:
    once, again = (view_of(screen_of(Setting(view="memory", step=step))) for step in (4, 4))
    assert again is once
    assert kept.size > sum(chart.values.nbytes for chart in once.charts)


@pytest.mark.parametrize(
    "changed", [{"edits": EDITS}, {"pinned": Setting()}, {"scene": "own"}], ids=str
)
def test_what_is_a_visitor_s_own_is_not_kept(kept: Store, changed: dict[str, Any]) -> None:
    view_of(screen_of(Setting(**{"view": "memory"} | changed)))
    assert len(kept) == 0


@pytest.mark.parametrize("why", ["waiting", "of_server"])
def test_what_is_another_later_is_not_kept(
    kept: Store, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    shown = screen_of(Setting(view="kept"))
    passing = View([], **{why: True})
    monkeypatch.setitem(lenses.__dict__, "_made", lambda screen: passing)
    assert view_of(shown) is passing
    assert len(kept) == 0


def test_times_are_of_the_server_also_where_they_could_not_be_measured() -> None:
    """They are measured again a minute later."""
    assert view_of(screen_of(Setting(view="cost", of="time"))).of_server
