"""Screens of every kind that a page computes, and whether it makes of them what the core makes.

A batch is one core, as a page fetches it, with screens that are changes of the same numbers:
tests/js/computing.js computes it, in Node or in a browser.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np

from app.compute.runs import runs
from app.messages.cell_numbers import MOST_FACTORS
from app.messages.changed import changed
from app.messages.check import AS_IT_IS
from app.messages.core import core
from app.messages.wire import pack
from app.screen.baseline import scenes
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core import Trace, run
from gru_core.analysis.inside import inside, vectors
from gru_core.changes.ablations import ABLATIONS, ablation
from gru_core.changes.interventions import Intervention
from gru_core.conventions import (
    GATE_ACTIVATIONS,
    NOTATIONS,
    PLACEMENTS,
    POLARITIES,
    STATE_ACTIVATIONS,
    TRACKS,
    Cell,
    parse_notation,
)
from gru_core.situation import Edit, Target

SCENES = tuple(scenes())
# Beside the GRU, and the notation. That is of the GRU, which is the same beside either cell.
BESIDE = (*(("lstm", one) for one in NOTATIONS), ("rnn", "pytorch"))
# Every placement of the reset gate with every polarity.
PLACED = tuple(f"{place}.{polarity}.2" for place in PLACEMENTS for polarity in POLARITIES)
# The plain RNN of thirty-two strangers is chaotic: no two orders of adding up agree for long.
DETERMINED = {("crowd", "rnn"): 40}
GATES_WITH_PARAMETERS = ("hard_sigmoid(0.25)", "sigmoid", "hard_sigmoid(0.4)")
STATES_WITH_PARAMETERS = ("leaky_relu(0.2)", "elu(0.5)", "scaled_tanh(1.7159,0.6667)")
NEAR = 1e-12  # of float64
LAST_PLACES = 1  # of float32

# What tests/js/computing.js makes of packed batches: for each batch and screen the cells.
Computing = Callable[[bytes], list[list[Any]]]


@dataclass(frozen=True)
class Batch:
    """Screens of the same numbers, before any edit, and what a page fetches of them."""

    screens: tuple[Screen, ...]

    def told(self) -> dict[str, Any]:
        """As the page is handed it."""
        return {"core": core(self.screens[0]), "cases": [_case(one) for one in self.screens]}


def of_scene(scene: str, alongside: str, notation: str) -> Batch:
    """A scene as it is, changed, held, and both."""
    setting = Setting(scene=scene, alongside=alongside, notation=parse_notation(notation))  # type: ignore[arg-type]
    first = screen_of(setting)
    edited = setting.with_edits(edits_of(first))
    held = replace(setting, interventions=holds_of(first))
    both = replace(edited, interventions=held.interventions)
    return Batch((first, *(screen_of(one) for one in (edited, held, both))))


def of_functions(alongside: str, notation: str) -> Iterator[Batch]:
    """All that a model of one's own may bring, which no scene has: free, and held.

    Every state's function, with gates that go round from one notation to the next: over all of
    PLACED there is each pair of notation, gate and state. No code asks for all three.
    """
    setting = Setting(scene="cue", alongside=alongside, notation=parse_notation(notation))  # type: ignore[arg-type]
    scene = screen_of(setting)
    first = PLACED.index(notation)
    gates = (GATE_ACTIVATIONS[at % len(GATE_ACTIVATIONS)] for at in count(first))
    with_parameters = zip(GATES_WITH_PARAMETERS, STATES_WITH_PARAMETERS, strict=True)
    for gate, state in (*zip(gates, STATE_ACTIVATIONS, strict=False), *with_parameters):
        free = with_functions(scene, gate, state)
        yield Batch((free, held_in(free)))


def of_ablations() -> Batch:
    """A scene with each gate taken away."""
    setting = Setting(scene="pulse", alongside="lstm")
    found = [replace(setting, interventions=ablation(name)) for name in ABLATIONS]
    return Batch(tuple(screen_of(one) for one in (setting, *found)))


def edits_of(shown: Screen) -> list[Edit]:
    """A number of every part of every gate, an input, and the states before the first step."""
    found = [Edit(Target("x", "x", (1, 0)), 0.37)]
    for cell, weights in shown.situation.weights.items():
        last, number = weights.units - 1, weights.hidden_size - 1
        states = {"h0": number, "c0": last} if cell == "lstm" else {"h0": last}
        found += [Edit(Target(cell, part, (at,)), -0.21) for part, at in states.items()]  # type: ignore[arg-type]
        if weights.is_projected:
            found.append(Edit(Target(cell, "w_p", (number, last)), 0.63))
        for gate in range(len(weights.gates)):
            found += [
                Edit(Target(cell, "w_x", (gate, last, 0)), 0.45),
                Edit(Target(cell, "w_h", (gate, 0, number)), -0.52),
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


def held_in(free: Screen) -> Screen:
    """The screen with everything held that holds_of says."""
    situation = replace(free.situation, interventions=holds_of(free))
    return replace(free, situation=situation, traces=runs(situation))


def _case(shown: Screen) -> dict[str, Any]:
    """What the page has of a screen, and what it is asked."""
    held = shown.situation.interventions
    told = changed(shown.setting, shown.baseline, shown.edits, held, Page(), (), at_first=False)
    names = {cell: list(_inside(shown, cell, 0)) for cell in shown.traces}
    places = _places(shown)
    return {"edits": told["edits"], "held": told["held"], "places": places, "names": names}


def _places(shown: Screen) -> list[tuple[int, int]]:
    """Steps and units that every cell has."""
    units = min(trace.units for trace in shown.traces.values())
    last = len(shown.labels) - 1
    return [(0, 0), (min(3, last), units - 1), (last, units // 2)]


def _inside(shown: Screen, cell: Cell, unit: int) -> dict[str, Any]:
    """The numbers of the equations of a unit, as the core has them."""
    weights, trace = shown.situation.weights[cell], shown.traces[cell]
    return inside(weights, trace, unit, shown.notation.polarity)


def check(batches: Sequence[Batch], computing: Computing) -> int:
    """Every number that is computed of them is the core's; gives how many the tracks have."""
    found = computing(pack({"batches": [batch.told() for batch in batches]}, AS_IT_IS))
    numbers = 0
    for batch, screens in zip(batches, found, strict=True):
        for shown, cells in zip(batch.screens, screens, strict=True):
            assert not shown.problems
            numbers += _check_screen(shown, cells)
    return numbers


def _check_screen(shown: Screen, cells: list[Any]) -> int:
    numbers = 0
    for (cell, weights), made in zip(shown.situation.weights.items(), cells, strict=True):
        x, initial = shown.situation.x, shown.situation.initials[cell]
        trace = run(weights, x, initial, interventions=shown.situation.held(cell), exactly=True)
        until = DETERMINED.get((shown.scene.name, cell), trace.steps)
        for name, track in trace.items():
            tracks = np.array(made["tracks"][name]).reshape(track.shape)
            _check_track(tracks[:until], track[:until], f"{shown.scene.name} {cell}.{name}")
            numbers += tracks[:until].size
        if until == trace.steps and "inside" in made:
            _check_inside(shown, cell, made, trace)
    return numbers


def _check_track(found: np.ndarray, wanted: np.ndarray, name: str) -> None:
    """In float64 to 1e-12, in float32 to one unit of the last place."""
    if wanted.dtype == np.float64:
        assert (np.abs(found - wanted) <= NEAR * np.maximum(1, np.abs(wanted))).all(), name
        return
    single = found.astype(np.float32)
    np.testing.assert_array_equal(single, found, name)  # the page has rounded it already
    np.testing.assert_array_max_ulp(single, wanted, maxulp=LAST_PLACES)


def _check_inside(shown: Screen, cell: Cell, made: dict[str, Any], trace: Trace) -> None:
    """Equations and wiring at every place that was asked for."""
    near = NEAR if trace.dtype == np.float64 else 3e-7
    every = vectors(shown.situation.weights[cell], trace)
    places = zip(_places(shown), made["inside"], made["vectors"], strict=True)
    for (step, unit), numbers, columns in places:
        for name, wanted in _inside(shown, cell, unit).items():
            if wanted.ndim > 1 and wanted.shape[1] > MOST_FACTORS:
                assert name not in numbers  # too long to be written out
                continue
            _check_near(np.array(numbers[name], float), wanted[step].astype(float), near, name)
        assert set(columns) == set(every)
        for name, wanted in every.items():
            _check_near(np.array(columns[name]), wanted[step], near, name)


def _check_near(found: np.ndarray, wanted: np.ndarray, near: float, name: str) -> None:
    """Sums of many terms are as exact as the largest of them."""
    assert found.shape == np.shape(wanted), name
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted), name)
    found, wanted = np.nan_to_num(found), np.nan_to_num(wanted)  # of what is no number
    scale = max(1.0, float(np.abs(wanted).max()))
    assert (np.abs(found - wanted) <= 10 * near * scale).all(), name
