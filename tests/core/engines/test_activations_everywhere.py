"""Layers that end in other activations: what is true of every layer is true of these as well.

The truths are those of other files, asked here of the layers below.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gru_core import Intervention, RNNWeights, run
from gru_core.analysis import contributions
from gru_core.analysis.inside import inside, vectors
from gru_core.cells.activations import function_of
from gru_core.changes.ablations import ablation
from gru_core.changes.interventions import limits
from gru_core.conventions import SIGMOID_TRACKS
from gru_core.errors import RangeError
from gru_core.scenes.companions import ROLES, companion
from gru_core.sweep import sweep
from gru_core.weights import PARTS, Weights
from tests.core import test_run, test_sweep
from tests.core.analysis import test_contributions
from tests.core.changes import (
    test_interventions_inside,
    test_interventions_run,
    test_interventions_sweep,
)
from tests.core.gradients import test_gradients
from tests.core.opened_scenes import BY_NAME
from tests.core.phase import test_phase

pytestmark = pytest.mark.sampled(4)

# A kind of layer, what its gates end in, and what its states end in.
ENDS = [
    ("gru", "hard_sigmoid", "tanh"),
    ("gru", "hard_sigmoid_sixth", "relu"),
    ("gru", "sigmoid", "relu"),
    ("gru before", "hard_sigmoid_sixth", "tanh"),
    ("gru before", "hard_sigmoid", "relu"),
    ("lstm", "hard_sigmoid", "tanh"),
    ("lstm", "hard_sigmoid_sixth", "relu"),
    ("rnn", "sigmoid", "relu"),
    ("gru", "sigmoid", "elu"),
    ("gru", "hard_sigmoid", "softplus"),
    ("gru before", "hard_sigmoid_sixth", "selu"),
    ("gru before", "sigmoid", "scaled_tanh(1.7159,0.6667)"),
    ("lstm", "sigmoid", "softsign"),
    ("lstm", "hard_sigmoid", "leaky_relu(0.2)"),
    ("lstm", "sigmoid", "sigmoid"),
    ("gru", "sigmoid", "linear"),
    ("lstm", "sigmoid", "affine(0.5,-0.1)"),
    ("gru", "hard_sigmoid(0.25)", "tanh"),
    ("gru before", "hard_sigmoid(0.15)", "softsign"),
    ("lstm", "hard_sigmoid(0.25)", "elu(0.5)"),
    ("rnn", "sigmoid", "softsign"),
    ("gru", "sigmoid", "relu6"),
    ("lstm", "sigmoid", "relu6"),
]


@pytest.fixture(params=ENDS, ids=" ".join)
def layer(request: pytest.FixtureRequest, make_layer: Callable[..., Weights]) -> Weights:
    """Three inputs, four units; weights large enough to reach the corners."""
    kind, gate, state = request.param
    # Weights with which no state is 0 exactly, where differences of runs are those of a corner.
    seed = 8 if kind == "lstm" and state.startswith("relu") else 9
    return make_layer(kind, scale=0.9, seed=seed, gate_activation=gate, state_activation=state)


def test_a_run_of_these_layers_reaches_both_sides_of_the_corners(layer, x, start) -> None:
    """Otherwise what follows would be true of straight lines only."""
    trace = run(layer, x, start)
    for gate in layer.gates:
        ends = layer.activation(gate)
        numbers = trace[gate]
        if ends.startswith("hard"):
            assert ((numbers == 0) | (numbers == 1)).any()
            assert ((numbers > 0) & (numbers < 1)).any()
        elif ends in ("relu", "relu6"):
            assert (numbers == 0).any()
            assert (numbers > 0).any()


def test_gates_stay_between_zero_and_one_and_relu_states_are_not_below_zero(layer, x) -> None:
    trace = run(layer, x)
    for name, track in trace.items():
        if name in SIGMOID_TRACKS:
            assert ((track >= 0) & (track <= 1)).all()
        elif layer.state_activation in ("relu", "relu6"):
            assert (track >= 0).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_two_engines_agree_on_every_number(layer, x, start, dtype) -> None:
    layer = layer.astype(dtype)
    ours, theirs = (run(layer, x, start, engine=engine) for engine in ("numpy", "torch"))
    for name, track in ours.items():
        assert track.dtype == theirs[name].dtype == dtype
        tolerance = 1e-12 if dtype == np.float64 else 1e-5
        np.testing.assert_allclose(track, theirs[name], rtol=tolerance, atol=tolerance)


def test_the_slope_of_a_number_is_how_much_it_moves_when_a_term_does(layer, x, start) -> None:
    trace, small, seen = run(layer, x, start), 1e-6, set()
    for gate in layer.gates:
        function = function_of(layer.activation(gate))
        for unit in range(trace.units):
            for step in range(trace.steps):
                found = contributions(layer, trace, gate, unit, step)
                assert found.activation == layer.activation(gate)
                ends = np.array([found.pre_activation + small, found.pre_activation - small])
                high, low = function(ends)
                assert found.slope == pytest.approx((high - low) / (2 * small), abs=1e-8)
                assert function(np.array(found.pre_activation)) == pytest.approx(found.value)
                seen.add(round(found.slope, 3))
    assert len(seen) > 1


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_a_number_held_at_what_relu_could_have_given_is_held(layer, x, start, engine) -> None:
    free = run(layer, x, start, engine=engine)
    for track in free:
        value = 3.5 if track not in SIGMOID_TRACKS and layer.state_activation == "relu" else 0.75
        held = Intervention(layer.cell, track, value, unit=1, first=2, last=4)
        trace = run(layer, x, start, engine=engine, interventions=[held])
        assert (trace[track][2:5, 1] == value).all()
        for name, numbers in trace.items():
            np.testing.assert_array_equal(numbers[:2], free[name][:2])
        assert np.abs(trace["hidden"][4:] - free["hidden"][4:]).max() > 1e-6, track


def test_what_the_candidate_of_this_layer_cannot_be_is_refused(make_layer, x) -> None:
    relu, tanh = (make_layer("gru", state_activation=name) for name in ("relu", "tanh"))
    high, low = (Intervention("gru", "candidate", value) for value in (1.5, -0.5))
    with pytest.raises(RangeError, match=r"1\.5; what the tanh of a candidate gives"):
        run(tanh, x, interventions=[high])
    with pytest.raises(RangeError, match=r"-0\.5; what the relu of a candidate gives"):
        run(relu, x, interventions=[low])
    with pytest.raises(RangeError, match="what the tanh of a candidate gives"):
        sweep(tanh, x, replace(high, value=0.5), [0.5, 1.5])
    assert limits("gru", "candidate", "relu")[0] == 0


def test_what_the_output_gate_lets_out_is_the_activation_of_the_cell_state(make_layer, x) -> None:
    layer = make_layer("lstm", gate_activation="hard_sigmoid", state_activation="relu")
    trace, cell = run(layer, x, (np.zeros(4), np.array([-1.0, 0.5, 1.5, 2.0]))), "cell"
    assert (trace[cell] < 0).any()
    squashed = np.maximum(trace[cell], 0)
    np.testing.assert_array_equal(vectors(layer, trace)["squashed"], squashed)
    for unit in range(4):
        np.testing.assert_array_equal(inside(layer, trace, unit)["squashed"], squashed[:, unit])
        [exposed] = contributions(layer, trace, "hidden", unit, 3).terms
        assert exposed.value == squashed[3, unit]


def test_a_leaky_gru_that_keeps_nothing_is_the_rnn_of_its_candidate(make_layer, x) -> None:
    gru = make_layer("gru", gate_activation="hard_sigmoid", state_activation="relu")
    parts = (getattr(gru, part)[2:] for part in PARTS)
    alone = run(RNNWeights(*parts, state_activation="relu"), x)["hidden"]
    leaky = run(gru, x, interventions=ablation("leaky", 0.0))["hidden"]
    np.testing.assert_allclose(leaky, alone, rtol=0, atol=1e-14)


@pytest.mark.parametrize("role", ROLES)
def test_a_layer_drawn_beside_one_of_these_is_of_sigmoid_and_tanh(make_layer, role) -> None:
    scene = BY_NAME["cue"]
    layer = make_layer("gru before", gate_activation="hard_sigmoid", state_activation="relu")
    drawn = companion(scene, layer, role, 20)
    assert (drawn.gate_activation, drawn.state_activation) == ("sigmoid", "tanh")
    assert not drawn.reset_after


# The truths of other files ---------------------------------------------------------------------

EVERYWHERE: tuple[Any, ...] = (
    test_run.test_the_fast_loop_equals_the_written_timestep,
    test_run.test_a_float32_run_stays_float32_and_near,
    test_run.test_the_same_run_twice_is_the_same_to_the_bit,
    test_sweep.test_each_slice_equals_the_run_with_the_value_set,
    test_sweep.test_tracks_are_value_by_step_by_unit_and_read_only,
    test_interventions_run.test_every_track_held_everywhere_at_what_it_is_anyway_changes_nothing,
    test_interventions_run.test_after_a_held_state_the_run_goes_on_as_if_started_there,
    test_interventions_run.test_where_two_overlap_the_later_of_the_list_wins,
    test_interventions_run.test_a_backward_run_holds_the_steps_of_its_input,
    test_interventions_sweep.test_each_slice_equals_the_run_with_the_same_interventions,
    test_interventions_sweep.test_a_swept_value_gives_the_run_held_at_each_value,
    test_interventions_inside.test_the_vectors_are_every_unit_s_own_numbers,
    test_interventions_inside.test_a_sweep_has_the_numbers_of_the_run_at_each_value,
    test_contributions.test_the_sum_is_the_one_in_the_equations_of_the_unit,
    test_gradients.test_every_step_s_jacobian_is_the_slope_of_a_run_of_one_step,
    test_gradients.test_sizes_over_any_distance_are_those_of_differences_of_runs,
    test_gradients.test_a_backward_run_is_counted_in_the_order_it_was_read,
    test_gradients.test_a_jacobian_anywhere_is_that_of_a_run_from_there,
    test_phase.test_each_arrow_is_a_run_of_one_step_from_its_place,
    test_phase.test_a_trajectory_is_the_run_dropped_onto_the_plane,
)
globals().update({truth.__name__: truth for truth in EVERYWHERE})
