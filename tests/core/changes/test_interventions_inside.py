"""The numbers in the equations where something is held: what it is, what it would have been."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gru_core import Intervention, run
from gru_core.analysis.inside import inside, inside_sweep, vectors, vectors_sweep
from gru_core.changes.targets import Target
from gru_core.conventions import SIGMOID_TRACKS, TRACKS
from gru_core.run import run_backward
from gru_core.situation import Edit, Situation, apply_edits
from gru_core.sweep import sweep
from tests.core.comparing import assert_near, slices

STEPS, UNITS = 7, 4
POLARITIES = ("keep", "write")


def sigma(a):
    return 1 / (1 + math.exp(-a))


def held_all_over(cell):
    """Every track, at a value of its own, for some units and steps; one on all units."""
    found = [
        Intervention(
            cell, track, 0.15 + 0.1 * index, unit=index % UNITS, first=1 + index % 3, last=4
        )
        for index, track in enumerate(TRACKS[cell])
    ]
    return (*found, Intervention(cell, TRACKS[cell][0], 0.95, first=5, last=5))


def scalars(layer, trace, unit, t):
    """What each track would be at one step if it alone were not held, number by number."""
    cell, before = layer.cell, not getattr(layer, "reset_after", True)
    h, now = trace.previous()[t], {name: trace[name][t] for name in trace}
    found = {}
    for g, gate in enumerate(layer.gates):
        from_x = math.fsum(layer.w_x[g, unit] * trace.x[t]) + layer.b_x[g, unit]
        state = now["reset"] * h if before and gate == "candidate" else h
        from_h = math.fsum(layer.w_h[g, unit] * state) + layer.b_h[g, unit]
        if cell == "gru" and gate == "candidate" and not before:
            from_h *= now["reset"][unit]
        squash = sigma if gate in SIGMOID_TRACKS else math.tanh
        found[gate] = squash(from_x + from_h)
    one = {name: float(track[unit]) for name, track in now.items()}
    if cell == "gru":
        found["hidden"] = one["update"] * h[unit] + (1 - one["update"]) * one["candidate"]
    if cell == "lstm":
        kept = one["forget"] * trace.previous("cell")[t, unit]
        found["cell"] = kept + one["input"] * one["candidate"]
        found["hidden"] = one["output"] * math.tanh(one["cell"])
    return found


@pytest.mark.parametrize("runs", [run, run_backward])
@pytest.mark.parametrize("unit", range(UNITS))
def test_free_is_what_the_equation_gives_and_held_says_where_it_is_not_used(
    layer, x, start, unit, runs
) -> None:
    held = held_all_over(layer.cell)
    trace = runs(layer, x, start, interventions=held)
    found = inside(layer, trace, unit)
    for t in range(STEPS):
        expected = scalars(layer, trace, unit, t)
        assert set(expected) == set(TRACKS[layer.cell])
        for name, value in expected.items():
            covering = [
                one.value
                for one in held
                if one.track == name and one.unit in (None, unit) and one.first <= t <= one.last
            ]
            assert found[f"{name}.held"].dtype == bool
            assert found[f"{name}.held"][t] == bool(covering), (name, t)
            assert found[f"{name}.free"][t] == pytest.approx(value, abs=1e-13), (name, t)
            now = covering[-1] if covering else value
            assert found[name][t] == pytest.approx(now, abs=1e-13), (name, t)


def test_what_is_held_is_far_enough_from_what_it_would_be_for_the_test_above(
    layer, x, start
) -> None:
    held = held_all_over(layer.cell)
    trace = run(layer, x, start, interventions=held)
    for name in trace:
        found = [inside(layer, trace, unit) for unit in range(UNITS)]
        apart = [np.abs(one[name] - one[f"{name}.free"]).max() for one in found]
        assert max(apart) > 0.02, name


@pytest.mark.parametrize("kind", ["gru", "gru before"])
@pytest.mark.parametrize("polarity", POLARITIES)
def test_the_update_gate_and_what_it_would_be_are_shown_in_the_notation(
    make_layer, x, kind, polarity
) -> None:
    held = [Intervention("gru", "update", 0.9, unit=1, first=2, last=3)]
    layer = make_layer(kind)
    found = inside(layer, run(layer, x, interventions=held), 1, polarity)
    expected = 0.9 if polarity == "keep" else 1 - 0.9
    assert found["update"][2:4] == pytest.approx([expected, expected], abs=1e-15)
    sums = found["update.sum"]
    np.testing.assert_allclose(found["update.free"], [sigma(a) for a in sums], atol=1e-15)
    np.testing.assert_allclose(found["update"] + found["update.complement"], 1)
    assert found["update.held"].tolist() == [False, False, True, True, False, False, False]
    at_other = inside(layer, run(layer, x, interventions=held), 0, polarity)
    assert not at_other["update.held"].any()
    np.testing.assert_array_equal(at_other["update.free"], at_other["update"])


@pytest.mark.parametrize("kind", ["gru", "gru before"])
@pytest.mark.parametrize("polarity", POLARITIES)
def test_kept_and_written_add_up_to_what_the_hidden_state_would_be(
    make_layer, x, kind, polarity
) -> None:
    layer, held = make_layer(kind), held_all_over("gru")
    trace = run(layer, x, interventions=held)
    for unit in range(UNITS):
        found = inside(layer, trace, unit, polarity)
        np.testing.assert_allclose(
            found["kept"] + found["written"], found["hidden.free"], rtol=0, atol=1e-15
        )
        free = ~found["hidden.held"]
        np.testing.assert_allclose(
            found["hidden.free"][free], trace["hidden"][free, unit], rtol=0, atol=1e-15
        )
    assert found["hidden.held"].sum() == 4  # unit 3, steps 1 to 4


def test_what_the_reset_gate_lets_through_is_of_the_held_gate(make_layer, x) -> None:
    held = [Intervention("gru", "reset", 0.3, unit=2, first=4, last=4)]
    for kind in ("gru", "gru before"):
        layer = make_layer(kind)
        trace = run(layer, x, interventions=held)
        found = inside(layer, trace, 2)
        own = found["candidate.recurrent"] if kind == "gru" else found["previous"]
        assert found["reset_hidden"][4] == pytest.approx(0.3 * own[4], abs=1e-15)
        np.testing.assert_allclose(np.tanh(found["candidate.sum"]), found["candidate"], atol=1e-13)


def test_the_vectors_are_every_unit_s_own_numbers(layer, x, start) -> None:
    trace = run(layer, x, start, interventions=held_all_over(layer.cell))
    for name, array in vectors(layer, trace).items():
        for unit in range(UNITS):
            own = inside(layer, trace, unit)[name]
            np.testing.assert_allclose(array[:, unit], own, atol=1e-14)


def test_without_interventions_there_is_nothing_to_say_of_them(layer, x) -> None:
    found = inside(layer, run(layer, x), 0)
    assert not [name for name in found if name.endswith((".held", ".free"))]


def test_with_interventions_every_unit_has_the_same_names(layer, x) -> None:
    held = [Intervention(layer.cell, "hidden", 0.5, unit=1)]
    trace = run(layer, x, interventions=held)
    names = [set(inside(layer, trace, unit)) for unit in range(UNITS)]
    assert all(one == names[0] for one in names)
    assert {f"{track}.held" for track in TRACKS[layer.cell]} <= names[0]


def targets(layer):
    """A number of each kind, and a held value of each track."""
    cell = layer.cell
    gate = layer.gates[-1]
    yield from map(Target.parse, ("x.2.1", f"{cell}.h0.1", f"{cell}.w_h.{gate}.1.0"))
    yield from map(Target.parse, (f"{cell}.w_x.{gate}.0.1", f"{cell}.b_h.{gate}.1"))
    yield from (one for one in held_all_over(cell))
    yield Intervention(cell, "hidden", 0.5, unit=1, first=2)


PLACES = ((0, 0), (2, 1), (3, 2), (5, 1))  # steps and units


@pytest.mark.parametrize("polarity", POLARITIES)
def test_a_sweep_has_the_numbers_of_the_run_at_each_value(layer, x, start, polarity) -> None:
    held, values = held_all_over(layer.cell), [0.0, 0.25, 0.75]
    situation = Situation(x, {layer.cell: layer}, {layer.cell: start})
    for target in targets(layer):
        swept = sweep(layer, x, target, values, start, interventions=held)
        found = [inside_sweep(layer, x, swept, *place, polarity, start) for place in PLACES]
        columns = [vectors_sweep(layer, swept, step, start) for step, _ in PLACES]
        for at, value in enumerate(values):
            there, now = situation, held
            if isinstance(target, Target):
                there = apply_edits(situation, [Edit(target, value)])
            else:
                place = target.unit, target.first, target.last
                other = Intervention(layer.cell, target.track, value, *place)
                now = tuple(other if one == target else one for one in held)
                now = now if target in held else (*held, other)
            weights, initial = there.weights[layer.cell], there.initials[layer.cell]
            trace = run(weights, there.x, initial, interventions=now)
            whole = vectors(weights, trace)
            for (step, unit), numbers, column in zip(PLACES, found, columns, strict=True):
                truth = inside(weights, trace, unit, polarity)
                assert_near(slices(numbers, at), slices(truth, step), target)
                assert_near(slices(column, at), slices(whole, step), target)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, STEPS - 1), st.integers(0, UNITS - 1))
def test_a_track_held_at_what_it_is_anyway_would_be_just_that(layer, x, t, unit) -> None:
    free = run(layer, x)
    held = [
        Intervention(layer.cell, track, float(free[track][t, unit]), unit, t, t) for track in free
    ]
    found = inside(layer, run(layer, x, interventions=held), unit)
    for track in free:
        assert found[f"{track}.held"][t]
        np.testing.assert_allclose(found[f"{track}.free"], found[track], rtol=0, atol=1e-13)
