"""The plane of states while something is held: arrows and fixed points are those of such runs."""

import numpy as np
import pytest

from gru_core import Intervention, run
from gru_core.changes.interventions import at_step
from gru_core.conventions import CELLS, STATES, TRACKS
from gru_core.errors import RangeError
from gru_core.gradients import jacobian_at
from gru_core.gradients.one_step import one_step
from gru_core.phase import drawn_starts, field, fixed_points, unit_plane
from gru_core.phase.one_state import stepper
from gru_core.weights import Weights

UNITS = 4
GRID = np.array([-0.8, 0.1, 0.6]), np.array([-0.5, 0.0, 0.4, 0.9])


def value_of(track: str) -> float:
    return 0.3 if track in ("hidden", "candidate", "cell") else 0.7


def ways_to_hold(weights: Weights) -> list[tuple[Intervention, ...]]:
    """Every track, for one unit and for all; and several at once, the last of which wins."""
    tracks = TRACKS[weights.cell]
    ways = [
        (Intervention(weights.cell, track, value_of(track), unit),)
        for track in tracks
        for unit in (None, 2)
    ]
    both = [Intervention(weights.cell, tracks[0], value) for value in (0.1, 0.9)]
    return [*ways, (*both, Intervention(weights.cell, tracks[-1], -0.2, 1))]


def stepped(weights: Weights, x: np.ndarray, state: np.ndarray, held: tuple[Intervention, ...]):
    names = STATES[weights.cell]
    before = tuple(np.split(state, len(names)))
    trace = run(weights, x[np.newaxis], before, interventions=held)
    return np.concatenate([trace[name][0] for name in names])


def test_what_is_held_at_a_step_is_what_holds_in_a_sequence_of_it_alone() -> None:
    span = Intervention("gru", "reset", 0.0, first=3, last=5)
    always = Intervention("gru", "update", 1.0, unit=2)
    late = Intervention("gru", "hidden", 0.5, first=5)
    here = [at_step((span, always, late), step) for step in (2, 3, 5, 6)]
    assert [[one.track for one in found] for found in here] == [
        ["update"], ["reset", "update"], ["reset", "update", "hidden"], ["update", "hidden"],
    ]  # fmt: skip
    assert all(one.first == 0 and one.last in (0, None) for found in here for one in found)


def test_one_state_alone_comes_to_what_the_engine_makes_of_it(layer, x, start) -> None:
    state = np.concatenate(start)
    for held in ((), *ways_to_hold(layer)):
        truth = one_step(layer, x[:1], state[np.newaxis], held)
        found = stepper(layer, x[0], held)(state)
        assert list(found) == list(TRACKS[layer.cell])
        for name, track in found.items():
            np.testing.assert_allclose(track, truth[name][0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("after", [True, False])
def test_with_the_update_gate_at_zero_the_new_state_is_the_candidate(make_layer, after) -> None:
    gru, state = make_layer("gru" if after else "gru before"), np.linspace(-0.9, 0.9, UNITS)
    x = np.ones(3)
    found = stepper(gru, x, writes=True)(state)
    np.testing.assert_array_equal(found["update"], np.zeros(UNITS))
    np.testing.assert_array_equal(found["hidden"], found["candidate"])
    np.testing.assert_array_equal(found["candidate"], stepper(gru, x)(state)["candidate"])


def test_every_arrow_is_a_step_of_the_cell_as_it_is_held(layer, x) -> None:
    entries = UNITS * len(STATES[layer.cell])
    plane = unit_plane(entries, 0, 2, np.linspace(-0.4, 0.4, entries))
    for held in ways_to_hold(layer):
        found = field(layer, x[0], plane, *GRID, held)
        for i, first in enumerate(GRID[0]):
            for j, second in enumerate(GRID[1]):
                state = plane.states([first, second])
                move = stepped(layer, x[0], state, held) - state
                np.testing.assert_allclose(found.displacement[i, j], move[[0, 2]], atol=1e-12)
                assert found.speed[i, j] == pytest.approx(np.linalg.norm(move))


def test_arrows_of_a_held_state_lead_to_its_value(make_layer) -> None:
    held = Intervention("gru", "hidden", 0.25, unit=2)
    found = field(make_layer(), np.zeros(3), unit_plane(UNITS, 0, 2), *GRID, (held,))
    ends = GRID[1] + found.displacement[:, :, 1]
    np.testing.assert_allclose(ends, 0.25, atol=1e-15)


def test_the_jacobian_is_the_slope_of_the_step_as_it_is_held(layer, x, start) -> None:
    state = np.concatenate(start)
    tiny = 1e-6 * np.eye(len(state))
    for held in ways_to_hold(layer):
        columns = [
            (stepped(layer, x[0], state + d, held) - stepped(layer, x[0], state - d, held)) / 2e-6
            for d in tiny
        ]
        found = jacobian_at(layer, x[0], state[np.newaxis], held).jacobian[0]
        np.testing.assert_allclose(found, np.stack(columns, axis=1), atol=1e-8)


def test_every_fixed_point_stays_while_the_same_is_held(make_layer) -> None:
    x = np.array([0.3, -0.2, 0.5])
    for kind in ("gru", "gru before", "lstm", "rnn"):
        weights = make_layer(kind, scale=1.2)
        starts = drawn_starts(run(weights, x[np.newaxis]), 2, 12, np.random.default_rng(0))
        for held in ways_to_hold(weights):
            found = fixed_points(weights, x, starts, held=held)
            assert found.points, (kind, held)
            for point in found.points:
                after = stepped(weights, x, point.state, held)
                np.testing.assert_allclose(after, point.state, rtol=0, atol=1e-10)
                jacobian = jacobian_at(weights, x, point.state[np.newaxis], held).jacobian[0]
                assert point.radius == pytest.approx(np.abs(np.linalg.eigvals(jacobian)).max())


def test_a_run_with_the_same_held_ends_at_a_stable_point(make_layer) -> None:
    x = np.array([0.3, -0.2, 0.5])
    for cell in CELLS:
        weights = make_layer(cell)
        for held in ways_to_hold(weights):
            settled = run(weights, np.repeat(x[np.newaxis], 3000, axis=0), interventions=held)
            states = [settled[name][-1] for name in STATES[cell]]
            starts = np.zeros((1, UNITS * len(states)))
            [point] = fixed_points(weights, x, starts, held=held).points
            np.testing.assert_allclose(point.state, np.concatenate(states), atol=1e-9)
            assert point.kind == "stable"


@pytest.mark.parametrize(
    ("cell", "held", "who"),
    [
        ("gru", [("update", 1.0, None)], "every unit of the GRU is"),
        ("gru", [("update", 1.0, 2)], "unit 3, counted from 1, of the GRU is"),
        ("lstm", [("forget", 1.0, None), ("input", 0.0, 1)], "unit 2, counted from 1, of the LSTM"),
        ("lstm", [("forget", 1.0, None), ("candidate", 0.0, None)], "every unit of the LSTM is"),
    ],
)
def test_where_a_unit_only_keeps_no_single_state_is_fixed(make_layer, cell, held, who) -> None:
    only_keeps = [Intervention(cell, *one) for one in held]
    weights = make_layer(cell)
    starts = np.zeros((1, UNITS * len(STATES[cell])))
    with pytest.raises(RangeError, match=who):
        fixed_points(weights, np.zeros(3), starts, held=only_keeps)
    state = STATES[cell][-1]
    free_again = [*only_keeps, Intervention(cell, state, 0.5)]
    assert fixed_points(weights, np.zeros(3), starts, held=free_again).points


def test_what_has_no_place_in_the_layer_is_refused(make_layer) -> None:
    gru, plane = make_layer(), unit_plane(UNITS, 0, 1)
    far = Intervention("gru", "update", 0.5, unit=4)
    with pytest.raises(RangeError, match="holds unit 5, counted from 1; the GRU has 4"):
        field(gru, np.zeros(3), plane, *GRID, [far])
    with pytest.raises(RangeError, match="holds unit 5"):
        fixed_points(gru, np.zeros(3), np.zeros((1, UNITS)), held=[far])
    later = Intervention("gru", "update", 0.5, first=1, last=1)
    with pytest.raises(RangeError, match="holds step 2, counted from 1; the sequence has 1"):
        field(gru, np.zeros(3), plane, *GRID, [later])
