"""What a run with interventions computes: what is held, what follows, and what must not change."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gru_core import GRUWeights, Intervention, run
from gru_core.cells import steps
from gru_core.conventions import SIGMOID_TRACKS, TRACKS
from gru_core.errors import RangeError, UnknownNameError
from gru_core.run import run_backward

STEPS, UNITS = 7, 4
ENGINES = ("numpy", "torch")
# The fixtures are never written to, so that every example may have the same.
many = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def value_of(track):
    if track in SIGMOID_TRACKS:
        return st.floats(0, 1)
    return st.floats(-1, 1) if track == "candidate" else st.floats(-3, 3)


@st.composite
def one_held(draw, cell):
    track = draw(st.sampled_from(TRACKS[cell]))
    first = draw(st.integers(0, STEPS - 1))
    last = draw(st.none() | st.integers(first, STEPS - 1))
    unit = draw(st.none() | st.integers(0, UNITS - 1))
    return Intervention(cell, track, draw(value_of(track)), unit, first, last)


def covered(held):
    """The steps and units of one intervention, for an index."""
    end = None if held.last is None else held.last + 1
    return slice(held.first, end), slice(None) if held.unit is None else held.unit


@many
@given(st.data())
def test_the_fast_loop_equals_the_written_timestep_with_its_numbers_replaced(
    layer, x, start, data
) -> None:
    held = data.draw(st.lists(one_held(layer.cell), min_size=1, max_size=4))
    trace, states = run(layer, x, start, interventions=held), start

    for t, now in enumerate(x):

        def replace(track, computed, t=t):
            numbers = computed.copy()
            for one in held:
                if one.track == track and one.first <= t <= (
                    STEPS if one.last is None else one.last
                ):
                    numbers[covered(one)[1]] = one.value
            return numbers

        computed = steps.STEPS[layer.cell](layer, now, *states, replace)._asdict()
        for name, value in computed.items():
            np.testing.assert_allclose(trace[name][t], value, rtol=0, atol=1e-13)
        states = [computed[name] for name in ("hidden", "cell") if name in computed]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@many
@given(st.data())
def test_the_trace_has_the_value_itself_where_it_is_held_and_not_beside(
    layer, x, engine, dtype, data
) -> None:
    layer = layer.astype(dtype)
    held = data.draw(one_held(layer.cell))
    trace, free = run(layer, x, engine=engine, interventions=[held]), run(layer, x, engine=engine)
    where = np.zeros((STEPS, UNITS), bool)
    where[covered(held)] = True
    assert (trace[held.track][where] == dtype(held.value)).all()
    np.testing.assert_array_equal(trace.held(held.track), where)
    # In the first step nothing has followed yet, so that units that are free are as they were.
    others = ~where[held.first]
    same = (held.first, others)
    np.testing.assert_array_equal(trace[held.track][same], free[held.track][same])
    assert all(track.dtype == dtype for track in trace.values())


@pytest.mark.parametrize("engine", ENGINES)
@many
@given(st.data())
def test_nothing_before_an_intervention_changes_by_a_bit(layer, x, start, engine, data) -> None:
    held = data.draw(one_held(layer.cell))
    trace = run(layer, x, start, engine=engine, interventions=[held])
    free = run(layer, x, start, engine=engine)
    earlier_in_step = TRACKS[layer.cell].index(held.track)
    for index, name in enumerate(TRACKS[layer.cell]):
        steps = held.first + (index < earlier_in_step)
        np.testing.assert_array_equal(trace[name][:steps], free[name][:steps], err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
@many
@given(st.data())
def test_holding_a_number_at_what_it_is_anyway_changes_nothing_by_a_bit(
    layer, x, start, engine, data
) -> None:
    free = run(layer, x, start, engine=engine)
    places = st.tuples(
        st.sampled_from(TRACKS[layer.cell]), st.integers(0, STEPS - 1), st.integers(0, UNITS - 1)
    )
    held = [
        Intervention(layer.cell, track, float(free[track][t, unit]), unit, t, t)
        for track, t, unit in data.draw(st.lists(places, min_size=1, max_size=6))
    ]
    trace = run(layer, x, start, engine=engine, interventions=held)
    for name in free:
        np.testing.assert_array_equal(trace[name], free[name], err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_track_held_everywhere_at_what_it_is_anyway_changes_nothing(layer, x, engine) -> None:
    free = run(layer.astype(np.float32), x, engine=engine)
    held = [
        Intervention(layer.cell, track, float(free[track][t, unit]), unit, t, t)
        for track in free
        for t in range(STEPS)
        for unit in range(UNITS)
    ]
    trace = run(layer.astype(np.float32), x, engine=engine, interventions=held)
    for name in free:
        np.testing.assert_array_equal(trace[name], free[name], err_msg=name)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_without_interventions_is_the_run_it_always_was(layer, x, start, engine) -> None:
    plain, none = (
        run(layer, x, start, engine=engine, **more) for more in ({}, {"interventions": ()})
    )
    assert none.interventions == ()
    for name in plain:
        np.testing.assert_array_equal(none[name], plain[name])
        assert not none.held(name).any()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_update_held_at_one_copies_the_hidden_state_exactly(make_layer, x, kind, engine) -> None:
    start = np.array([0.3, -0.7, 0.1, 0.9])
    held = [Intervention("gru", "update", 1, unit=2, first=1, last=4)]
    trace = run(make_layer(kind), x, start, engine=engine, interventions=held)
    assert (trace["hidden"][1:5, 2] == trace["hidden"][0, 2]).all()
    assert trace["hidden"][0, 2] != 0.1
    assert trace["hidden"][5, 2] != trace["hidden"][4, 2]
    assert (np.diff(trace["hidden"][:, [0, 1, 3]], axis=0) != 0).all()
    everywhere = [Intervention("gru", "update", 1)]
    trace = run(make_layer(kind), x, start, engine=engine, interventions=everywhere)
    np.testing.assert_array_equal(trace["hidden"], np.tile(start, (7, 1)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_update_held_at_zero_makes_the_candidate_the_state(make_layer, x, kind, engine) -> None:
    held = [Intervention("gru", "update", 0)]
    trace = run(make_layer(kind), x, engine=engine, interventions=held)
    np.testing.assert_allclose(trace["hidden"], trace["candidate"], rtol=0, atol=1e-15)


def test_reset_held_at_one_makes_both_placements_the_same(make_layer, x) -> None:
    after, before = make_layer("gru"), make_layer("gru before")
    apart = run(after, x)["hidden"] - run(before, x)["hidden"]
    assert np.abs(apart).max() > 0.01
    held = [Intervention("gru", "reset", 1)]
    same = [run(layer, x, interventions=held) for layer in (after, before)]
    for name in same[0]:
        np.testing.assert_allclose(same[0][name], same[1][name], rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_reset_held_at_zero_makes_the_candidate_ignore_the_past(
    make_layer, x, kind, engine
) -> None:
    """Claim 4 of most course notes; after the product the reset gate takes the bias d too."""
    layer, held = make_layer(kind), [Intervention("gru", "reset", 0)]
    own = 0 if kind == "gru" else layer.b_h[2]
    expected = np.tanh(x @ layer.w_x[2].T + layer.b_x[2] + own)
    for start in (np.zeros(4), np.array([0.9, -0.9, 0.5, 0.1])):
        trace = run(layer, x, start, engine=engine, interventions=held)
        np.testing.assert_allclose(trace["candidate"], expected, rtol=0, atol=1e-15)


def test_a_held_candidate_is_what_is_written(gru, x) -> None:
    held = [Intervention("gru", "candidate", 0.25, unit=1, first=2, last=2)]
    trace = run(gru, x, interventions=held)
    keep, old = trace["update"][2, 1], trace["hidden"][1, 1]
    assert trace["hidden"][2, 1] == pytest.approx(keep * old + (1 - keep) * 0.25, abs=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_after_a_held_state_the_run_goes_on_as_if_started_there(layer, x, start, engine) -> None:
    states = ("hidden", "cell")[: len(start)]
    held = [Intervention(layer.cell, name, 1.75, unit=3, first=2, last=2) for name in states]
    trace = run(layer, x, start, engine=engine, interventions=held)
    assert all(trace[name][2, 3] == 1.75 for name in states)
    rest = run(layer, x[3:], tuple(trace[name][2] for name in states), engine=engine)
    for name in trace:
        np.testing.assert_allclose(trace[name][3:], rest[name], rtol=0, atol=1e-14)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_hidden_state_is_made_of_the_held_cell_state(make_layer, x, engine) -> None:
    held = [Intervention("lstm", "cell", -2.5, unit=1, first=3, last=4)]
    trace = run(make_layer("lstm"), x, engine=engine, interventions=held)
    expected = trace["output"] * np.tanh(trace["cell"])
    np.testing.assert_allclose(trace["hidden"], expected, rtol=0, atol=1e-15)
    assert (trace["cell"][3:5, 1] == -2.5).all()


def test_a_held_hidden_state_leaves_the_cell_state_of_its_step_alone(make_layer, x) -> None:
    layer = make_layer("lstm")
    trace = run(layer, x, interventions=[Intervention("lstm", "hidden", 0.5, first=3, last=3)])
    free = run(layer, x)
    np.testing.assert_array_equal(trace["cell"][:4], free["cell"][:4])
    assert (trace["cell"][4] != free["cell"][4]).all()


@pytest.mark.parametrize("engine", ENGINES)
def test_forget_held_at_one_and_input_at_zero_carry_the_cell_unchanged(
    make_layer, x, engine
) -> None:
    cell = np.array([2.5, -0.7, 0.1, -4.0])
    held = [Intervention("lstm", "forget", 1), Intervention("lstm", "input", 0)]
    trace = run(make_layer("lstm"), x, (np.zeros(4), cell), engine=engine, interventions=held)
    np.testing.assert_array_equal(trace["cell"], np.tile(cell, (7, 1)))


@pytest.mark.parametrize("engine", ENGINES)
def test_where_two_overlap_the_later_of_the_list_wins(layer, x, engine) -> None:
    track = TRACKS[layer.cell][0]
    wide = Intervention(layer.cell, track, 0.25, first=1, last=5)
    narrow = Intervention(layer.cell, track, 0.75, unit=1, first=3, last=3)
    last_narrow = run(layer, x, engine=engine, interventions=[wide, narrow])[track]
    assert last_narrow[1:6, 1].tolist() == [0.25, 0.25, 0.75, 0.25, 0.25]
    assert (last_narrow[1:6, [0, 2, 3]] == 0.25).all()
    last_wide = run(layer, x, engine=engine, interventions=[narrow, wide])
    alone = run(layer, x, engine=engine, interventions=[wide])
    for name in alone:
        np.testing.assert_array_equal(last_wide[name], alone[name])


@pytest.mark.parametrize("value", [5e-324, 1e-300, 1e-17, 1 - 1e-16, 0.1, 1 / 3])
def test_a_gate_at_any_value_between_zero_and_one_is_held_without_a_warning(
    make_layer, x, value
) -> None:
    for kind in ("gru", "gru before", "lstm"):
        layer = make_layer(kind)
        for track in SIGMOID_TRACKS.intersection(TRACKS[layer.cell]):
            held = [Intervention(layer.cell, track, value)]
            ours, theirs = (run(layer, x, engine=e, interventions=held) for e in ENGINES)
            for name in ours:
                np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-14)


def test_the_largest_state_that_may_be_held_saturates_without_a_warning(layer, x) -> None:
    for value in (1e15, -1e15):
        held = [Intervention(layer.cell, "hidden", value, unit=1, first=2, last=3)]
        for track in run(layer.astype(np.float32), x, interventions=held).values():
            assert np.isfinite(track).all()


def test_a_trace_knows_its_interventions_and_keeps_them_when_copied(layer, x) -> None:
    held = [Intervention(layer.cell, "hidden", 0.5, unit=1, first=2, last=4)]
    trace = run(layer, x, interventions=held)
    for same in (trace, copy.deepcopy(trace), pickle.loads(pickle.dumps(trace))):
        assert same.interventions == tuple(held)
        assert np.argwhere(same.held("hidden")).tolist() == [[2, 1], [3, 1], [4, 1]]
    with pytest.raises(UnknownNameError, match="track 'up' does not exist"):
        trace.held("up")


def test_a_backward_run_holds_the_steps_of_its_input(layer, x, start) -> None:
    held = [
        Intervention(layer.cell, "hidden", 0.5, unit=1, first=2, last=4),
        Intervention(layer.cell, "hidden", -0.5, unit=3, first=5),
        Intervention(layer.cell, "hidden", -0.25, unit=0, last=1),
    ]
    trace = run_backward(layer, x, start, interventions=held)
    assert (trace["hidden"][2:5, 1] == 0.5).all()
    assert (trace["hidden"][5:, 3] == -0.5).all()
    assert (trace["hidden"][:2, 0] == -0.25).all()
    assert trace.held("hidden").sum() == 3 + 2 + 2
    assert trace.interventions == tuple(held)
    same = [one.mirrored(STEPS) for one in held]
    for name, track in run(layer, x[::-1], start, interventions=same).items():
        np.testing.assert_array_equal(trace[name], track[::-1])


@pytest.mark.parametrize("runs", [run, run_backward])
@pytest.mark.parametrize(
    ("held", "error", "says"),
    [
        (Intervention("lstm", "cell", 1), UnknownNameError, "'lstm' does not .* one of: gru"),
        (Intervention("gru", "reset", 1, unit=4), RangeError, "unit 5, .* use 1 to 4"),
        (Intervention("gru", "reset", 1, first=6, last=7), RangeError, "steps 7 to 8, .* 1 to 7"),
    ],
)
def test_what_does_not_fit_the_run_is_refused_with_the_reason(
    gru, x, runs, held, error, says
) -> None:
    with pytest.raises(error, match=says):
        runs(gru, x, interventions=[Intervention("gru", "reset", 1), held])


def test_weights_with_held_gates_are_read_from_the_same_layout(make_layer, x) -> None:
    """The layout is kept for the weights: an intervention must leave nothing behind in it."""
    layer = make_layer("gru")
    assert isinstance(layer, GRUWeights)
    before = run(layer, x)["hidden"]
    run(layer, x, interventions=[Intervention("gru", track, 0.5) for track in TRACKS["gru"]])
    np.testing.assert_array_equal(run(layer, x)["hidden"], before)
