"""A sweep under interventions is many runs under the same, and a held value can itself be swept."""

from dataclasses import replace

import numpy as np
import pytest

from gru_core import Intervention, Trace, run
from gru_core.changes.targets import Target
from gru_core.conventions import SIGMOID_TRACKS, TRACKS
from gru_core.errors import RangeError, UnknownNameError
from gru_core.situation import Edit, Situation, apply_edits
from gru_core.sweep import sweep
from tests.core.sweeping import VALUES, check_slices, every_target

POINTS = np.array([0.0, 0.125, 0.7, 1.0])


def some_held(cell):
    """Overlapping ones on every track, one of them on all units, some with open ends."""
    found = []
    for index, track in enumerate(TRACKS[cell]):
        found.append(Intervention(cell, track, 0.35, unit=index % 4, first=1, last=2))
        found.append(Intervention(cell, track, 0.85, unit=3 - index % 4, first=2 + index % 3))
    return (*found, Intervention(cell, TRACKS[cell][0], 0.5, first=2, last=2))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_slice_equals_the_run_with_the_same_interventions(layer, x, start, dtype) -> None:
    layer = layer.astype(dtype)
    situation = Situation(x, {layer.cell: layer}, {layer.cell: start})
    held, moved = some_held(layer.cell), 0
    for target in every_target(layer):

        def run_at(value: float, target: Target = target) -> Trace:
            edited = apply_edits(situation, [Edit(target, value)])
            weights, first = edited.weights[layer.cell], edited.initials[layer.cell]
            return run(weights, edited.x, first, interventions=held)

        swept = sweep(layer, x, target, VALUES, start, interventions=held)
        assert swept.interventions == held
        check_slices(swept, run_at)
        moved += np.ptp(swept["hidden"], axis=0).max() > 1e-6
    assert moved > 3  # the targets still count for something


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("unit", [None, 2])
def test_a_swept_value_gives_the_run_held_at_each_value(layer, x, start, dtype, unit) -> None:
    layer = layer.astype(dtype)
    for track in TRACKS[layer.cell]:
        target = Intervention(layer.cell, track, 0.5, unit=unit, first=1, last=4)

        def run_at(value: float, target: Intervention = target) -> Trace:
            return run(layer, x, start, interventions=[replace(target, value=value)])

        swept = sweep(layer, x, target, POINTS, start)
        assert (swept.target, swept.interventions) == (target, (target,))
        check_slices(swept, run_at)
        assert np.ptp(swept["hidden"][:, 4], axis=0).max() > 1e-3, track


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_swept_value_keeps_its_place_in_the_list(layer, x, place) -> None:
    track = TRACKS[layer.cell][0]
    held = [
        Intervention(layer.cell, track, 0.2, first=0, last=3),
        Intervention(layer.cell, track, 0.4, unit=1, first=2, last=5),
        Intervention(layer.cell, track, 0.6, first=5),
    ]
    swept = sweep(layer, x, held[place], POINTS, interventions=held)
    assert swept.interventions == tuple(held)

    def run_at(value: float) -> Trace:
        now = [*held[:place], replace(held[place], value=value), *held[place + 1 :]]
        return run(layer, x, interventions=now)

    check_slices(swept, run_at)


def test_an_intervention_not_in_the_list_is_swept_as_its_last(gru, x) -> None:
    wide, new = Intervention("gru", "update", 0.2), Intervention("gru", "update", 0.9, unit=1)
    swept = sweep(gru, x, new, POINTS, interventions=[wide])
    assert swept.interventions == (wide, new)
    assert (swept["update"][:, :, 1] == POINTS[:, np.newaxis]).all()
    assert (swept["update"][:, :, [0, 2, 3]] == 0.2).all()


def test_of_two_equal_ones_the_last_is_swept_since_it_is_the_one_in_force(gru, x) -> None:
    one, other = Intervention("gru", "update", 0.2), Intervention("gru", "reset", 0.9)
    swept = sweep(gru, x, one, POINTS, interventions=[one, other, one])
    assert (swept["update"] == POINTS[:, np.newaxis, np.newaxis]).all()


def test_a_sweep_says_where_its_tracks_are_held(gru, x) -> None:
    held = Intervention("gru", "update", 0.2, unit=1, first=2, last=3)
    swept = sweep(gru, x, Target("x", "x", (0, 0)), VALUES, interventions=[held])
    np.testing.assert_array_equal(
        swept.held("update"), run(gru, x, interventions=[held]).held("update")
    )
    assert swept.held("update").sum() == 2
    assert not swept.held("reset").any()


def test_a_value_already_there_is_met_to_the_bit_under_every_value(layer, x) -> None:
    """The sweep's own loop, not the run's: it may end in other digits."""
    target = Target("x", "x", (0, 0))
    free = sweep(layer, x, target, [0.25])
    held = [
        Intervention(layer.cell, track, float(free[track][0, 3, 2]), 2, 3, 3)
        for track in SIGMOID_TRACKS.intersection(free) or {"hidden"}
    ]
    again = sweep(layer, x, target, [0.25], interventions=held)
    for name in free:
        np.testing.assert_array_equal(again[name], free[name])


@pytest.mark.parametrize(
    ("target", "held", "values", "error", "says"),
    [
        ("gru.update.1.all_0", (), [0.5, 1.5], RangeError, "gru.update is 1.5; .* 0 and 1"),
        ("gru.candidate.1.all_0", (), [-2.0], RangeError, "gru.candidate is -2"),
        ("gru.update.4.all_0", (), [0.5], RangeError, "unit 5, counted from 1; the GRU has 4"),
        ("gru.update.1.7_0", (), [0.5], RangeError, "step 8, counted from 1; the sequence has 7"),
        ("lstm.forget.1.all_0", (), [0.5], UnknownNameError, "'lstm' .* one of: gru"),
        ("gru.update.1.all_0", ("gru.reset.9.all_1",), [0.5], RangeError, "holds unit 10"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_the_reason(
    gru, x, target, held, values, error, says
) -> None:
    active = [Intervention.parse(text) for text in held]
    with pytest.raises(error, match=says):
        sweep(gru, x, Intervention.parse(target), values, interventions=active)


def test_the_interventions_of_a_sweep_are_checked_also_where_a_number_is_swept(gru, x) -> None:
    with pytest.raises(RangeError, match="holds unit 10, counted from 1; the GRU has 4"):
        sweep(gru, x, Target("x", "x", (0, 0)), VALUES,
              interventions=[Intervention("gru", "reset", 1, unit=9)])  # fmt: skip
