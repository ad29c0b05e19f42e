"""Runs are kept by what they are made of, within bounds; comparisons are made once, if at all."""

from dataclasses import replace
from threading import Barrier, BrokenBarrierError

import numpy as np
import pytest

import app.compute.runs as module
from app.compute.runs import (
    difference_of_placement,
    difference_to_numpy,
    largest,
    placed,
    run_of,
    runs,
)
from app.compute.store import STORE, Shelf, Store
from app.screen.baseline import baseline_of
from app.screen.screen import plain, screen_of
from app.setting.setting import Setting
from app.words.say import say
from gru_core import Trace, run
from gru_core.conventions import Cell
from gru_core.engines import EngineName
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Situation, Target, apply_edits

WEIGHT = Target.parse("gru.w_h.update.0.0")


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Nothing is kept yet."""
    store = Store(STORE.most)
    monkeypatch.setattr(module, "_traces", Shelf("runs", store, each=0))
    monkeypatch.setattr(
        module, "_distances", Shelf("distances", Store(100 * module.DISTANCE), each=0)
    )
    return store


def base(scene: str = "pulse", **choices: object) -> Situation:
    return baseline_of(Setting(scene=scene, **choices)).base  # type: ignore[arg-type]


# Keeping --------------------------------------------------------------------------------------


def test_equal_numbers_are_run_once_whoever_brings_them(empty: Store) -> None:
    one = apply_edits(base(), [Edit(WEIGHT, 0.5)])
    other = apply_edits(base(), [Edit(WEIGHT, 0.5)])
    assert one is not other
    assert all(runs(one)[cell] is runs(other)[cell] for cell in ("gru", "lstm"))


def test_an_edit_of_one_cell_leaves_the_run_of_the_other(empty: Store) -> None:
    before, after = runs(base()), runs(apply_edits(base(), [Edit(WEIGHT, 0.5)]))
    assert after["lstm"] is before["lstm"]
    assert after["gru"] is not before["gru"]


@pytest.mark.parametrize("edit", ["gru.w_h.update.0.0", "gru.b_h.reset.1", "gru.h0.2", "x.3.0"])
def test_any_other_number_is_another_run(empty: Store, edit: str) -> None:
    there = apply_edits(base(), [Edit(Target.parse(edit), 0.123)])
    found, truth = run_of(there, "gru"), run(there.weights["gru"], there.x, there.initials["gru"])
    assert found is not run_of(base(), "gru")
    for name in truth:
        np.testing.assert_array_equal(found[name], truth[name])


def test_long_runs_of_a_screen_are_made_side_by_side(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, plainly = Barrier(2, timeout=3), module._run
    empty.most = 30_000_000

    def meet(situation: Situation, cell: Cell, engine: EngineName = "numpy") -> Trace:
        both.wait()  # an error unless the other one is running too
        assert empty.size == 0, "what goes goes before, so that not all are there at once"
        return plainly(situation, cell, engine)

    long, short = base("own", own=Own(source="noise", steps=3000, units=128)), base()
    empty.empty()
    empty.get(("before",), 20_000_000, lambda: run_of(short, "gru"))
    monkeypatch.setattr(module, "_run", meet)
    found = runs(long)
    assert list(found) == ["gru", "lstm"]
    for cell, trace in found.items():
        truth = run(long.weights[cell], long.x, long.initials[cell], exactly=True)
        np.testing.assert_array_equal(trace["hidden"], truth["hidden"])
        assert run_of(long, cell) is trace
    with pytest.raises(BrokenBarrierError):
        runs(apply_edits(short, [Edit(WEIGHT, 0.5)]))  # short ones are not


def test_another_engine_or_placement_is_another_run(empty: Store) -> None:
    situation = base("crowd")
    numpy, torch = run_of(situation, "gru"), run_of(situation, "gru", "torch")
    before = run_of(placed(situation, "before"), "gru")
    assert len({id(trace) for trace in (numpy, torch, before)}) == 3
    assert np.abs(numpy["hidden"] - before["hidden"]).max() > 1e-3


def test_what_was_not_asked_for_longest_goes_when_there_is_no_room() -> None:
    kept = Store(10)

    def get(name: str, size: int) -> str:
        return kept.get((name,), size, lambda: f"{name} anew")

    for name in "abc":
        get(name, 3)
    made = [kept.get((name,), 3, lambda: "missing") for name in "a"]
    assert made == ["a anew"]
    get("d", 3)
    found = {name: kept.get((name,), 0, lambda: "gone") for name in "acd"}
    assert found == {name: f"{name} anew" for name in "acd"}
    assert kept.get(("b",), 0, lambda: "gone") == "gone"


def test_one_that_is_larger_than_all_room_is_kept_alone() -> None:
    kept = Store(10)
    kept.get(("small",), 3, lambda: "small")
    room: list[int] = []
    kept.get(("large",), 25, lambda: room.append(kept.size) or "large")  # type: ignore[func-returns-value]
    assert room == [0], "what goes goes before, so that both are never there"
    assert kept.size == 25
    assert kept.get(("large",), 25, lambda: "again") == "large"
    kept.get(("small",), 3, lambda: "small")
    assert kept.size == 3


def test_runs_take_no_more_memory_than_they_may(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_of(base("crowd"), "gru")
    empty.most = 3 * (first.x.nbytes + sum(track.nbytes for track in first.values()))
    for value in np.linspace(-1, 1, 9):
        runs(apply_edits(base("crowd"), [Edit(WEIGHT, float(value))]))
        traces = [entry.value for entry in empty._entries.values()]
        held = sum(array.nbytes for trace in traces for array in (trace.x, *trace.values()))
        assert held == empty.size <= empty.most


def test_putting_a_number_back_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(scene="pulse").with_edit(WEIGHT, 0.5)

    def no_run(*_: object) -> None:
        raise AssertionError("a run was made to look at a number")

    monkeypatch.setattr("app.screen.screen.runs", no_run)
    assert plain(setting) == setting
    own = plain(setting.with_edit(Target.parse("gru.b_x.update.3"), 6.0))
    assert own == setting


# Comparing ------------------------------------------------------------------------------------


def test_the_largest_number_of_a_track_is_that_of_its_run(empty: Store) -> None:
    situation = base("crowd")
    assert largest(situation, "lstm", "cell") == np.abs(run_of(situation, "lstm")["cell"]).max()


def test_an_engine_is_compared_with_numpy_once(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = base("crowd")
    torch, numpy = runs(situation, "torch"), runs(situation)
    truth = max(np.abs(torch[c][n] - numpy[c][n]).max() for c in numpy for n in numpy[c])
    assert difference_to_numpy(situation, torch) == truth
    monkeypatch.setattr(module, "runs", None)
    assert difference_to_numpy(situation, torch) == truth


def test_a_moved_reset_gate_is_compared_with_its_own_place_once(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    situation = base("crowd")
    there = placed(situation, "before")
    truth = np.abs(run_of(there, "gru")["hidden"] - run_of(situation, "gru")["hidden"]).max()
    assert difference_of_placement(situation, runs(situation), "after") is None
    assert difference_of_placement(there, runs(there), "after") == truth
    monkeypatch.setattr(module, "run", None)
    assert difference_of_placement(there, runs(there), "after") == truth


def test_a_run_too_large_to_be_made_twice_is_not_compared_and_the_page_says_so(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = Setting(scene="own", own=Own(source="sine", steps=40, units=4), engine="torch")
    assert screen_of(setting).to_numpy is not None
    assert say("screen.screen.not_compared") not in screen_of(setting).problems
    monkeypatch.setattr(module, "MOST_COMPARED", 100)
    assert screen_of(setting).to_numpy is None
    assert say("screen.screen.not_compared") in screen_of(setting).problems
    assert (
        say("screen.screen.not_compared")
        not in screen_of(replace(setting, engine="numpy")).problems
    )
