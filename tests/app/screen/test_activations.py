"""What a layer ends in is what the screen writes and draws: a hard sigmoid, relu."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.compute.runs import runs
from app.figures.terms import activation_curve
from app.lenses import view_of
from app.lenses.base import View
from app.lenses.wiring import inner, substeps
from app.messages.sweeping import sweep_message
from app.screen import screen as module
from app.screen.page import Grab
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.names import ACTIVATIONS
from app.words.say import say
from gru_core.changes.interventions import parse_interventions
from gru_core.changes.targets import Target
from gru_core.conventions import GATE_ACTIVATIONS, STATE_ACTIVATIONS, Cell, hard_slope
from gru_core.situation import parse_edits

HARD = {"gate_activation": "hard_sigmoid", "state_activation": "relu"}


def ending(setting: Setting, ends: dict[Cell, dict[str, str]]) -> Screen:
    """A screen whose layers end otherwise, as if the scene had them so."""
    screen = screen_of(setting)

    def changed(situation: Any) -> Any:
        weights = {
            cell: replace(one, **ends.get(cell, {}))  # type: ignore[arg-type]
            for cell, one in situation.weights.items()
        }
        return replace(situation, weights=weights)

    situation, free = changed(screen.situation), changed(screen.free)
    baseline = replace(screen.baseline, base=changed(screen.base))
    traces = runs(situation)
    return replace(screen, baseline=baseline, situation=situation, free=free, traces=traces)


def looked(screen: Screen) -> View:
    found = view_of(screen)
    assert found is not None
    return found


# What is written ------------------------------------------------------------------------------


def test_every_activation_has_a_name_and_a_symbol() -> None:
    assert set(ACTIVATIONS) == {*GATE_ACTIVATIONS, *STATE_ACTIVATIONS}
    assert len({one.says for one in ACTIVATIONS.values()}) == len(ACTIVATIONS)


def functions(value: Any) -> set[str]:
    """The names of the functions in a tree of nodes."""
    if isinstance(value, dict):
        return {value["f"]} | functions(value["a"]) if "f" in value else functions(value.get("p"))
    return set().union(*map(functions, value)) if isinstance(value, list | tuple) else set()


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_equations_and_the_wiring_have_what_the_layer_ends_in(cell: Cell) -> None:
    setting = Setting(scene="crowd", alongside="lstm", cell=cell)
    for ends, gate, state in (({}, "σ", "tanh"), ({cell: HARD}, "hard σ", "relu")):
        screen = ending(setting, ends)  # type: ignore[arg-type]
        written = [line for step in substeps(screen) for line in step.lines]
        found = set().union(*(functions(line.symbols) for line in written))
        found |= set().union(*(functions(nodes) for line in written for nodes in line.numbers))
        assert found == {gate, state}
        told = inner(screen)["ends"]
        assert (told["gate"]["symbol"], told["state"]["symbol"]) == (gate, state)
    assert told["gate"]["says"] == "hard sigmoid: 0.2 a + 0.5, cut off at 0 and at 1"


def test_the_two_hard_sigmoids_are_told_apart_in_words() -> None:
    sixth = {"gate_activation": "hard_sigmoid_sixth"}
    told = inner(ending(Setting(), {"gru": sixth}))["ends"]
    assert told["gate"]["says"] == "hard sigmoid: a/6 + 0.5, cut off at 0 and at 1"


def test_a_hard_sigmoid_of_another_slope_says_its_own() -> None:
    ends = {"gate_activation": "hard_sigmoid(0.25)"}
    screen = ending(Setting(view="why", of="update", step=4, unit=0), {"gru": ends})
    assert inner(screen)["ends"]["gate"] == {
        "symbol": "hard σ",
        "says": "hard sigmoid: 0.25 a + 0.5, cut off at 0 and at 1",
    }
    view = looked(screen)
    assert view.charts[1].title == "Then the hard sigmoid, 0.25 a + 0.5: where the sum falls"
    total, value, slope = view.charts[1].values[:, 0]
    assert value == pytest.approx(min(max(0.25 * total + 0.5, 0), 1))
    assert slope == (0.25 if 0 < value < 1 else 0)


def test_a_corner_that_lies_beyond_the_curve_does_not_stretch_it() -> None:
    x = np.asarray(activation_curve("hard_sigmoid(0.05)", 1.0, 0.55, "#0072B2").data[0].x)
    assert (x[0], x[-1]) == (-6, 6)


# Why a number ---------------------------------------------------------------------------------


def test_the_lens_says_which_function_makes_a_gate_of_its_sum() -> None:
    screen = ending(Setting(view="why", of="update", step=4, unit=0), {"gru": HARD})
    view = looked(screen)
    assert "and hard σ(" in view.words[0]
    assert view.charts[1].title == "Then the hard sigmoid, 0.2 a + 0.5: where the sum falls"
    total, value, slope = view.charts[1].values[:, 0]
    assert value == pytest.approx(min(max(0.2 * total + 0.5, 0), 1))
    assert slope == (0.2 if 0 < value < 1 else 0)


def test_a_candidate_of_relu_is_its_sum_where_that_is_above_zero() -> None:
    screen = ending(Setting(view="why", of="candidate", step=4, unit=0), {"gru": HARD})
    total, value, slope = looked(screen).charts[1].values[:, 0]
    assert value == pytest.approx(max(total, 0))
    assert slope == (1 if total > 0 else 0)


@pytest.mark.parametrize(
    ("name", "total", "value", "ends"),
    [
        ("hard_sigmoid", 1.0, 0.7, (-6, 6, 0, 1)),
        ("hard_sigmoid", 7.3, 1.0, (-8, 8, 0, 1)),
        ("hard_sigmoid_sixth", -1.5, 0.25, (-6, 6, 0, 1)),
        ("hard_sigmoid(0.25)", -1.0, 0.25, (-6, 6, 0, 1)),
        ("relu", 1.5, 1.5, (-3, 3, 0, 3)),
        ("relu", 40.0, 40.0, (-40, 40, 0, 40)),
    ],
)
def test_the_curve_is_drawn_with_its_corners_and_the_point_on_it(
    name: str, total: float, value: float, ends: tuple[float, ...]
) -> None:
    figure = activation_curve(name, total, value, "#0072B2")
    curve, lines, dot = figure.data
    x, y = np.asarray(curve.x), np.asarray(curve.y)
    slope = hard_slope(name)
    expected = np.maximum(x, 0) if slope is None else np.clip(slope * x + 0.5, 0, 1)
    np.testing.assert_allclose(y, expected, atol=1e-12)
    assert np.interp(total, x, y) == pytest.approx(value, abs=1e-12)
    for corner in [0.0] if slope is None else [-0.5 / slope, 0.5 / slope]:
        assert np.abs(x - corner).min() < 1e-12
    assert (dot.x[0], dot.y[0]) == (lines.x[1], lines.y[1]) == (total, value)
    assert (x[0], x[-1], y.min(), y.max()) == ends
    low, high = figure.layout.yaxis.range
    assert low < y.min() < y.max() < high


# Other lenses ---------------------------------------------------------------------------------


def test_a_plain_rnn_of_relu_has_its_gradient_through_relu() -> None:
    setting = Setting(scene="crowd", alongside="rnn", cell="rnn", view="gradients")
    for name in STATE_ACTIVATIONS:
        notes = looked(ending(setting, {"rnn": {"state_activation": name}})).notes
        symbol = ACTIVATIONS[name].symbol
        assert any(note.endswith(f"all of its gradient goes through {symbol}.") for note in notes)


def test_a_candidate_of_relu_is_held_from_zero_on() -> None:
    setting = Setting(view="holding")
    for ends, low in (({}, -1), ({"gru": HARD}, 0)):
        controls: Any = looked(ending(setting, ends)).controls  # type: ignore[arg-type]
        tracks = {one["track"]: one for one in controls["holding"]["tracks"]}
        assert (tracks["candidate"]["low"], tracks["candidate"]["high"]) == (low, 1)


@pytest.mark.parametrize("view", ["kept", "memory", "saturation", "wirings", "phase", "directions"])
def test_every_other_lens_opens_on_these_layers(view: str) -> None:
    looked(ending(Setting(scene="crowd", alongside="lstm", view=view), {"gru": HARD, "lstm": HARD}))


# What grows without end -----------------------------------------------------------------------


# The first unit writes all of a large candidate, which reads its own state.
LARGE = "gru.b_x.candidate.0_10000.0~gru.b_x.update.0_-9.0~gru.b_x.reset.0_9.0"
GROWING = "gru.w_h.candidate.0.0_10000.0"


@pytest.fixture
def opened_with_relu(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = ending(Setting(), {"gru": {"state_activation": "relu"}})
    monkeypatch.setattr(module, "baseline_of", lambda _: screen.baseline)


@pytest.mark.usefixtures("opened_with_relu")
def test_changes_that_let_a_state_grow_without_end_are_left_out_and_named() -> None:
    screen = screen_of(Setting(edits=parse_edits(f"{LARGE}~{GROWING}").edits))
    assert screen.edits == ()
    assert screen.situation is screen.base
    [said] = [one for one in screen.problems if one.startswith("All changes were left out: gru.")]
    assert "relu has no limit" in said


@pytest.mark.usefixtures("opened_with_relu")
def test_a_drag_through_such_values_says_so_and_goes_on() -> None:
    """At −9 the state falls back to 0; a drag may go as far as 10."""
    edits = parse_edits(f"{LARGE}~gru.w_h.candidate.0.0_-9.0").edits
    screen = screen_of(Setting(edits=edits))
    assert screen.edits == edits
    found = sweep_message(screen, Grab(Target.parse("gru.w_h.candidate.0.0"), 0, 0, held=True))
    assert found is not None
    assert (found["note"], found["tracks"]) == (say("messages.sweeping.grows"), {})
    assert found["values"][found["base"]] == -9


@pytest.mark.usefixtures("opened_with_relu")
def test_a_state_that_only_what_is_held_keeps_down_is_shown_without_the_original() -> None:
    held = parse_interventions("gru.hidden.0.all_0.5").interventions
    edits = parse_edits(f"{LARGE}~{GROWING}").edits
    screen = screen_of(Setting(view="holding", edits=edits, interventions=held))
    assert screen.situation.interventions == held
    [said] = looked(screen).words
    assert said.startswith("With nothing held there is no run. gru.")
