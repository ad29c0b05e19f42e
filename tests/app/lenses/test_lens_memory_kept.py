"""What is remembered of a run is worked out once, however often the cursor comes to rest."""

from typing import Any

import numpy as np
import pytest

from app.compute.store import STORE, Shelf, Store
from app.lenses import memory
from gru_core.analysis import half_life, memory_age
from gru_core.arrays import Array
from gru_core.conventions import KEEP_GATE
from gru_core.scenes.own import Own
from tests.app.lensing import chart, looked, screen

LONG = {"scene": "own", "own": Own(source="noise", steps=1300, units=150)}
MADE = ("layer_map", "memory_map", "content_map", "memory_age")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is worked out from now on, with nothing known before."""
    found: list[str] = []
    monkeypatch.setattr(memory, "_known", Shelf("memory", Store(STORE.most)))
    for name in MADE:
        function = getattr(memory, name)

        def counted(*about: Any, function: Any = function, name: str = name) -> Array:
            found.append(name)
            result: Array = function(*about)
            return result

        monkeypatch.setattr(memory, name, counted)
    return found


def test_where_the_cursor_is_changes_nothing_that_is_worked_out_of_the_whole_run(
    made: list[str],
) -> None:
    looked(screen("memory", "layer", **LONG, step=700, unit=3))
    assert sorted(made) == sorted(["layer_map", "memory_age"] * 2), "for both cells"
    made.clear()
    for step, unit in ((701, 3), (20, 3), (20, 140)):
        view = looked(screen("memory", "layer", **LONG, step=step, unit=unit))
        assert f"at step {step + 1}" in view.words[0]
    assert made == []


def test_another_unit_has_a_map_of_its_own(made: list[str]) -> None:
    maps = [chart(screen("memory", "unit", **LONG, unit=unit), "gru.map").values for unit in (3, 4)]
    assert not np.array_equal(*maps)
    made.clear()
    looked(screen("memory", "unit", **LONG, unit=3, step=9))
    assert made == []


@pytest.mark.parametrize(
    "change",
    [
        {"edits": "gru.w_h.update.0.0_0.5~lstm.w_h.forget.0.0_0.5"},
        {"edits": "x.0.0_0.5"},
        {"held": "gru.update.0.2_0.5~lstm.forget.0.2_0.5"},
        {"engine": "torch"},
    ],
)
def test_another_run_is_another_memory(made: list[str], change: dict[str, Any]) -> None:
    about: dict[str, Any] = {"of": "layer", "scene": "crowd"}
    before = looked(screen("memory", **about))
    made.clear()
    after = looked(screen("memory", **about, **change))
    assert sorted(made) == sorted(["layer_map", "memory_age"] * 2)
    if "engine" not in change:
        for one, other in zip(before.charts, after.charts, strict=True):
            assert not np.array_equal(one.values, other.values)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_ages_and_half_lives_of_a_large_run_are_exact_where_they_are_drawn(cell: Any) -> None:
    shown = screen("memory", "layer", **LONG)
    trace = shown.traces[cell]
    keep = trace[KEEP_GATE[cell]]
    for name, truth in (("age", memory_age(trace)), ("half", half_life(keep))):
        found = chart(shown, f"{cell}.{name}")
        assert found.values.shape == (128, 400)
        units = [int(text.split()[1]) - 1 for text in found.rows.names]
        steps = [int(text.split()[1]) - 1 for text in found.columns.names]
        np.testing.assert_array_equal(found.values, truth[np.ix_(steps, units)].T)


def test_what_is_kept_cannot_be_changed() -> None:
    shown = screen("memory", "layer", **LONG)
    for name in ("gru.map", "gru.age"):
        with pytest.raises(ValueError, match="read-only"):
            chart(shown, name).values[0, 0] = 1
