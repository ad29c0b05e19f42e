"""What a page computes with the core's programs is what the core computes, number by number.

The page's side runs in Node: assets/stage/compute, on the bytes that a page fetches.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.compute.runs import runs
from app.messages.cell_numbers import MOST_FACTORS
from app.messages.core import answer, core, core_key
from app.messages.numbers import GoneError
from app.messages.stage import message
from app.messages.wire import pack
from app.screen.baseline import scenes
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.screen.tickets import Held
from app.setting.setting import Setting
from gru_core.analysis.inside import inside, vectors
from gru_core.changes.interventions import Intervention
from gru_core.conventions import (
    GATE_ACTIVATIONS,
    NOTATIONS,
    STATE_ACTIVATIONS,
    TRACKS,
    Cell,
)
from gru_core.errors import GatescopeError
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Target
from tests.app.node import told

SCENES = tuple(scenes())
# The plain RNN of thirty-two strangers is chaotic: no two orders of adding up agree for long.
DETERMINED = {("crowd", "rnn"): 40}
NEAR = 1e-12


def edits_of(shown: Screen) -> list[Edit]:
    """A number of every part of every gate, an input, and the states before the first step."""
    found = [Edit(Target("x", "x", (1, 0)), 0.37)]
    for cell, weights in shown.situation.weights.items():
        last = weights.units - 1
        states = ["h0", "c0"] if cell == "lstm" else ["h0"]
        found += [Edit(Target(cell, part, (last,)), -0.21) for part in states]  # type: ignore[arg-type]
        for gate in range(len(weights.gates)):
            found += [
                Edit(Target(cell, "w_x", (gate, last, 0)), 0.45),
                Edit(Target(cell, "w_h", (gate, 0, last)), -0.52),
                Edit(Target(cell, "b_x", (gate, last)), 0.11),
                Edit(Target(cell, "b_h", (gate, 0)), -0.08),
            ]
    return found


def holds_of(shown: Screen) -> tuple[Intervention, ...]:
    """Every track held for a unit, one for all of them, two at one place."""
    found = []
    for cell in shown.traces:
        found += [Intervention(cell, track, 0.3, unit=0, first=1, last=3) for track in TRACKS[cell]]
        found += [
            Intervention(cell, "hidden", 0.6, unit=None, first=3, last=4),
            Intervention(cell, "hidden", -0.4, unit=1, first=4, last=None),
        ]
    return tuple(found)


def places_of(shown: Screen) -> list[tuple[int, int]]:
    """Steps and units that every cell has."""
    units = min(trace.units for trace in shown.traces.values())
    last = len(shown.labels) - 1
    return [(0, 0), (min(3, last), units - 1), (last, units // 2)]


def case_of(shown: Screen) -> dict[str, Any]:
    """What the page has of a screen, and what it is asked."""
    told, _ = message(shown, Page())
    names = {cell: list(insides(shown, cell, 0)) for cell in shown.traces}
    return {
        "core": core(shown),
        "edits": told["edits"],
        "held": told["held"],
        "places": places_of(shown),
        "names": names,
    }


def insides(shown: Screen, cell: Cell, unit: int) -> dict[str, Any]:
    """The numbers of the equations of a unit, as the core has them."""
    weights, trace = shown.situation.weights[cell], shown.traces[cell]
    return inside(weights, trace, unit, shown.notation.polarity)


def variants(scene: str, alongside: str, notation: str) -> list[Screen]:
    """A scene as it is, changed, held, and both."""
    setting = Setting(scene=scene, alongside=alongside, notation=NOTATIONS[notation])  # type: ignore[arg-type]
    first = screen_of(setting)
    changed = setting.with_edits(edits_of(first))
    held = replace(setting, interventions=holds_of(first))
    both = replace(changed, interventions=held.interventions)
    return [first, *(screen_of(one) for one in (changed, held, both))]


# A notation is of the GRU, which is the same beside either cell.
@pytest.mark.parametrize(
    ("alongside", "notation"), [*(("lstm", one) for one in NOTATIONS), ("rnn", "pytorch")]
)
@pytest.mark.parametrize("scene", SCENES)
def test_the_page_computes_what_the_core_computes(scene, alongside, notation) -> None:
    shown = variants(scene, alongside, notation)
    found = told("computed.js", pack({"cases": [case_of(one) for one in shown]}))
    for one, cells in zip(shown, found, strict=True):
        assert not one.problems
        for (cell, trace), made in zip(one.traces.items(), cells, strict=True):
            until = DETERMINED.get((scene, cell), trace.steps)
            near = NEAR if trace.dtype == np.float64 else 3e-7
            for name, track in trace.items():
                numbers = np.array(made["tracks"][name]).reshape(track.shape)
                np.testing.assert_allclose(numbers[:until], track[:until], rtol=0, atol=near)
            if (scene, cell) not in DETERMINED:
                check_inside(one, cell, made, near)


def check_inside(shown: Screen, cell: Cell, made: dict[str, Any], near: float) -> None:
    """Equations and wiring at every place that was asked for."""
    weights, trace = shown.situation.weights[cell], shown.traces[cell]
    every = vectors(weights, trace)
    places = zip(places_of(shown), made["inside"], made["vectors"], strict=True)
    for (step, unit), numbers, columns in places:
        for name, wanted in insides(shown, cell, unit).items():
            if wanted.ndim > 1 and wanted.shape[1] > MOST_FACTORS:
                assert name not in numbers  # too long to be written out
                continue
            check_near(np.array(numbers[name], float), wanted[step].astype(float), near, name)
        assert set(columns) == set(every)
        for name, wanted in every.items():
            check_near(np.array(columns[name]), wanted[step], near, name)


def check_near(found: np.ndarray, wanted: np.ndarray, near: float, name: str) -> None:
    """Sums of many terms are as exact as the largest of them."""
    scale = max(1.0, float(np.abs(wanted).max()))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=10 * near * scale, err_msg=name)


@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_whatever_gates_and_states_end_in_is_computed_alike(alongside, notation) -> None:
    """All that a model of one's own may bring, which no scene has."""
    scene = screen_of(Setting(scene="cue", alongside=alongside, notation=NOTATIONS[notation]))
    shown = [
        with_functions(scene, gate, state)
        for gate in GATE_ACTIVATIONS
        for state in STATE_ACTIVATIONS
    ]
    found = told("computed.js", pack({"cases": [case_of(one) for one in shown]}))
    for one, cells in zip(shown, found, strict=True):
        for (cell, trace), made in zip(one.traces.items(), cells, strict=True):
            for name, track in trace.items():
                numbers = np.array(made["tracks"][name]).reshape(track.shape)
                np.testing.assert_allclose(numbers, track, rtol=1e-12, atol=NEAR)
            check_inside(one, cell, made, NEAR)


def with_functions(shown: Screen, gate: str, state: str) -> Screen:
    """The screen with other functions in its cells; no state grows without end here."""
    weights = {
        cell: replace(
            one, state_activation=state, **({} if cell == "rnn" else {"gate_activation": gate})
        )
        for cell, one in shown.base.weights.items()
    }
    base = replace(shown.base, weights=weights)
    baseline = replace(shown.baseline, base=base)
    return replace(shown, baseline=baseline, situation=base, free=base, traces=runs(base))


def test_a_state_that_grows_without_end_is_noticed() -> None:
    shown = with_functions(screen_of(Setting()), "sigmoid", "tanh")
    weights = {
        cell: replace(one, state_activation="relu", w_h=one.w_h + 40.0, b_x=one.b_x + 4.0)
        for cell, one in shown.base.weights.items()
    }
    baseline = replace(shown.baseline, base=replace(shown.base, weights=weights))
    case = case_of(shown) | {"core": core(replace(shown, baseline=baseline))}
    assert None in told("computed.js", pack({"cases": [case]}))[0]


def test_the_core_is_called_by_what_it_computes() -> None:
    """An edit changes nothing of it, and a notation that shows other numbers does."""
    setting = Setting(scene="pulse")
    edited = setting.with_edit(Target("x", "x", (1, 0)), 0.5)
    keys = [
        core_key(screen_of(one))
        for one in (
            setting,
            edited,
            replace(setting, notation=NOTATIONS["chung"]),
            replace(setting, alongside="rnn"),
            replace(setting, scene="cue"),
        )
    ]
    assert keys[0] == keys[1]
    assert len(set(keys)) == 4
    assert None not in keys


def test_a_screen_too_large_for_a_page_is_left_to_the_server() -> None:
    own = Own(units=256, steps=2000)
    shown = screen_of(Setting(scene="own", own=own))
    assert core_key(shown) is None
    held = Held()
    with pytest.raises(GatescopeError):
        answer(held.name_of(shown.setting), {})


def test_a_page_fetches_the_core_by_its_ticket() -> None:
    held = Held()
    setting = Setting(scene="cue")
    assert answer(held.name_of(setting), {}) == pack(core(screen_of(setting)))
    with pytest.raises(GoneError):
        answer("nobody's", {})
