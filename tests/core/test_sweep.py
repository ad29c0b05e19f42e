"""A sweep is many runs at once: each slice is the run with the value set."""

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.changes.targets import Target
from gru_core.errors import EmptySequenceError, RangeError, ShapeError, UnknownNameError
from gru_core.situation import Edit, Situation, apply_edits
from gru_core.sweep import sweep
from tests.core.sweeping import VALUES, check_slices, every_target


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_slice_equals_the_run_with_the_value_set(layer, x, start, dtype) -> None:
    layer = layer.astype(dtype)
    situation = Situation(x, {layer.cell: layer}, {layer.cell: start})
    for target in every_target(layer):

        def run_at(value: float, target: Target = target) -> Trace:
            edited = apply_edits(situation, [Edit(target, value)])
            return run(edited.weights[layer.cell], edited.x, edited.initials[layer.cell])

        check_slices(sweep(layer, x, target, VALUES, start), run_at)


def test_every_target_of_a_layer_changes_what_follows(layer, x, start) -> None:
    """Otherwise the test above could pass by ignoring the target."""
    for target in every_target(layer):
        hidden = sweep(layer, x, target, VALUES, start)["hidden"]
        assert np.ptp(hidden[:, -1], axis=0).max() > 1e-6, str(target)


def test_steps_before_an_edited_input_do_not_change(gru, x) -> None:
    hidden = sweep(gru, x, Target("x", "x", (4, 0)), VALUES)["hidden"]
    assert (hidden[:, :4] == hidden[0, :4]).all()
    assert (hidden[0, 4:] != hidden[-1, 4:]).all()


def test_a_sweep_leaves_the_weights_as_they_were(layer, x) -> None:
    before = run(layer, x)["hidden"]
    for target in every_target(layer):
        sweep(layer, x, target, VALUES)
    np.testing.assert_array_equal(run(layer, x)["hidden"], before)


def test_tracks_are_value_by_step_by_unit_and_read_only(layer, x) -> None:
    swept = sweep(layer, x, Target("x", "x", (0, 0)), VALUES)
    assert list(swept) == list(run(layer, x))
    for track in (*swept.values(), swept.points):
        assert track.shape in ((4, 7, 4), (4,))
        with pytest.raises(ValueError, match="read-only"):
            track[0] = 0
    np.testing.assert_array_equal(swept.points, VALUES)


@pytest.mark.parametrize(
    ("target", "values", "error", "says"),
    [
        ("x.7.0", VALUES, RangeError, "x has no step 7; it has 7"),
        ("gru.h0.4", VALUES, RangeError, "gru.h0 has no unit 4"),
        ("gru.w_x.update.0.3", VALUES, RangeError, "gru.w_x has no input 3"),
        ("lstm.c0.0", VALUES, UnknownNameError, "target to sweep 'lstm' .* one of: x, gru"),
        ("x.0.0", [], EmptySequenceError, "values is empty"),
        ("x.0.0", [[1.0]], ShapeError, r"values has shape \(1, 1\)"),
        ("x.0.0", [np.nan], RangeError, r"values\[0\] is nan"),
    ],
)
def test_what_cannot_be_swept_is_refused_with_the_reason(
    gru, x, target, values, error, says
) -> None:
    with pytest.raises(error, match=says):
        sweep(gru, x, Target.parse(target), values)
