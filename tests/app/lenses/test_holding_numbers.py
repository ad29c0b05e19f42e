"""What is held shows in every number on the screen: runs, drags, equations."""

from typing import Any

import numpy as np
import pytest

from app.messages.cell_numbers import inside_content
from app.messages.sweeping import sweep_message
from app.screen.page import Grab
from app.screen.screen import Screen
from gru_core import run
from gru_core.conventions import CHUNG, Cell
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target, apply_edits
from tests.app.lensing import screen

HELD = "gru.update.all.4-9_0.0~gru.reset.1.all_0.25~gru.hidden.0.12_-0.5~lstm.cell.2.3-end_1.5"


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("notation", [None, CHUNG])
def test_every_cell_on_the_screen_runs_with_what_is_held(engine: Any, notation: Any) -> None:
    shown = screen("holding", "", "x.3.0_0.9", HELD, scene="cue", engine=engine, notation=notation)
    assert shown.problems == ()
    for cell, trace in shown.traces.items():
        weights, mine = shown.situation.weights[cell], shown.situation.held(cell)
        assert len(mine) == {"gru": 3, "lstm": 1}[cell]
        truth = run(weights, shown.situation.x, shown.situation.initials[cell], interventions=mine)
        for name in truth:
            np.testing.assert_allclose(trace[name], truth[name], atol=1e-12)
        for one in mine:
            unit = slice(None) if one.unit is None else one.unit
            last = None if one.last is None else one.last + 1
            assert (trace[one.track][one.first : last, unit] == one.value).all()
    assert engine == "numpy" or (shown.to_numpy is not None and shown.to_numpy < 1e-12)


SWEPT = ("x.3.0", "gru.w_h.candidate.1.0", "gru.b_x.update.0", "gru.h0.2", "lstm.w_x.forget.2.1")


@pytest.mark.parametrize("target", SWEPT)
@pytest.mark.parametrize("scene", ["cue", "own"])
def test_a_drag_shows_the_runs_with_what_is_held(scene: str, target: str) -> None:
    own = Own(source="noise", steps=18, units=4)
    if scene == "own":
        target = target.replace("forget.2.1", "forget.2.0")
    shown = screen("holding", "", "", HELD, scene=scene, own=own)
    grab = Grab(Target.parse(target), 13, 1)
    told = sweep_message(shown, grab)
    assert told is not None
    for at in (0, told["base"], len(told["values"]) - 1):
        value = float(told["values"][at])
        there = apply_edits(shown.situation, [Edit(Target.parse(target), value)])
        for name, numbers in told["exact"].items():
            cell, track = name.split(".")
            truth = run(
                *(there.weights[cell], there.x, there.initials[cell]),  # type: ignore[index]
                interventions=shown.situation.held(cell),  # type: ignore[arg-type]
            )
            assert numbers[at] == pytest.approx(truth[track][13, 1], abs=1e-12)
    assert {name.split(".")[0] for name in told["exact"]} == (
        {"gru", "lstm"} if target.startswith("x") else {target.split(".")[0]}
    )


def series_at(shown: Screen, cell: Cell, name: str, unit: int, step: int) -> float:
    content = inside_content(shown, cell)
    row, at = content["units"].index(unit), step - content["first"]
    return float(content["series"][name][row, at])


@pytest.mark.parametrize("notation", [None, CHUNG])
def test_the_equations_say_what_is_held_and_what_it_would_have_been(notation: Any) -> None:
    shown = screen("cell", "", "", HELD, scene="cue", notation=notation)
    trace, sign = shown.traces["gru"], 1 if notation is None else -1
    for unit, step in ((0, 4), (1, 9), (2, 10), (1, 0)):
        is_held = 4 <= step <= 9
        assert series_at(shown, "gru", "update.held", unit, step) == is_held
        weights = shown.situation.weights["gru"]
        h = trace["hidden"][step - 1] if step else trace.initial[0]
        total = (
            weights.w_x[1, unit] @ shown.situation.x[step]
            + weights.w_h[1, unit] @ h
            + weights.b_x[1, unit]
            + weights.b_h[1, unit]
        )
        free = 1 / (1 + np.exp(-sign * total))
        assert series_at(shown, "gru", "update.sum", unit, step) == pytest.approx(sign * total)
        found = series_at(shown, "gru", "update", unit, step)
        assert found == pytest.approx(0 if is_held and sign > 0 else 1 if is_held else free)
    assert series_at(shown, "gru", "hidden.held", 0, 12) == 1
    assert series_at(shown, "gru", "hidden", 0, 12) == -0.5
    made = sum(series_at(shown, "gru", part, 0, 12) for part in ("kept", "written"))
    assert series_at(shown, "gru", "hidden.free", 0, 12) == pytest.approx(made, abs=1e-6)
    assert abs(made + 0.5) > 0.1


def test_on_a_screen_too_large_to_send_the_held_steps_are_the_same_ones() -> None:
    """Only the steps around the cursor are sent; they begin elsewhere."""
    own = Own(source="noise", steps=2000, units=12)
    shown = screen(
        "cell", "", "", "gru.reset.3.900-910_0.5", scene="own", own=own, step=905, unit=3
    )
    content = inside_content(shown, "gru")
    assert content["first"] > 0
    row = content["units"].index(3)
    found = np.flatnonzero(content["series"]["reset.held"][row]) + content["first"]
    assert found.tolist() == list(range(900, 911))
    assert (content["series"]["reset"][row][found - content["first"]] == 0.5).all()
