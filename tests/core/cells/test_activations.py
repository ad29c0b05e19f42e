"""What gates and states may end in: the functions, their slopes, and how weights name them."""

import copy
import math
import pickle
from dataclasses import replace

import numpy as np
import pytest

from gru_core import GRUWeights, LSTMWeights, RNNWeights
from gru_core.cells.activations import ACTIVATIONS, function_of, slope_at
from gru_core.conventions import (
    GATE_ACTIVATIONS,
    HARD_SLOPES,
    RANGES,
    STATE_ACTIVATIONS,
    track_kind,
    track_range,
    vector_kind,
)
from gru_core.ends import end_of, limits_of, named
from gru_core.errors import UnknownNameError
from gru_core.weights import merge_biases

A = np.linspace(-7.31, 7.13, 97)  # no corner is among them


PARAMETERS = (
    *("elu(0.5)", "leaky_relu(0.2)", "thresholded_relu(0.5)", "scaled_tanh(1.7159,0.6667)"),
    *("affine(-0.5,0.25)", "hard_sigmoid(0.25)"),
)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [*ACTIVATIONS, *PARAMETERS])
def test_the_slope_is_that_of_the_function_and_the_precision_is_kept(name, dtype) -> None:
    value = function_of(name)(A.astype(dtype))
    slope = slope_at(name, value)
    assert value.dtype == slope.dtype == dtype
    exact = function_of(name)
    measured = (exact(A + 1e-6) - exact(A - 1e-6)) / 2e-6
    tolerance = 1e-9 if dtype == np.float64 else 1e-6
    np.testing.assert_allclose(slope, measured, rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "at", "value"),
    [
        # keras.activations.hard_sigmoid of Keras 2, and HardSigmoid of ONNX: 0.2 a + 0.5.
        *(("hard_sigmoid", a, v) for a, v in ((-3, 0), (-2.5, 0), (-1, 0.3), (0, 0.5), (2, 0.9))),
        *(("hard_sigmoid", a, 1) for a in (2.5, 3, 1e9)),
        # torch.nn.Hardsigmoid, and keras.activations.hard_sigmoid of Keras 3: a / 6 + 0.5.
        *(("hard_sigmoid_sixth", a, v) for a, v in ((-3, 0), (-1.5, 0.25), (0, 0.5), (3, 1))),
        *(("hard_sigmoid(0.25)", a, v) for a, v in ((-2, 0), (-1, 0.25), (0, 0.5), (9, 1))),
        *(("relu", a, v) for a, v in ((-2, 0), (0, 0), (2.5, 2.5))),
        *(("relu6", a, v) for a, v in ((-2, 0), (0, 0), (2.5, 2.5), (6, 6), (9, 6))),
        # torch.nn.ELU, SELU and LeakyReLU; the rest as ONNX documents them.
        *(("elu", a, v) for a, v in ((-1, math.exp(-1) - 1), (0, 0), (2.5, 2.5), (-99, -1))),
        *(("elu(0.5)", a, v) for a, v in ((-1, (math.exp(-1) - 1) / 2), (-99, -0.5))),
        *(("selu", a, v) for a, v in ((-99, -1.7580993408473766), (0, 0), (2, 2.101401974710961))),
        *(("linear", a, a) for a in (-3.5, 0, 1e9)),
        *(("softsign", a, v) for a, v in ((-1, -0.5), (0, 0), (3, 0.75))),
        *(("softplus", a, v) for a, v in ((0, math.log(2)), (-50, math.exp(-50)), (800, 800))),
        *(("leaky_relu", a, v) for a, v in ((-2, -0.02), (0, 0), (2.5, 2.5))),
        *(("leaky_relu(0.2)", a, v) for a, v in ((-2, -0.4), (2.5, 2.5))),
        *(("thresholded_relu", a, v) for a, v in ((0.5, 0), (1, 0), (1.5, 1.5), (-3, 0))),
        *(("scaled_tanh(2,0.5)", a, v) for a, v in ((0, 0), (2, 2 * math.tanh(1)), (-99, -2))),
        *(("affine(0.5,-1)", a, v) for a, v in ((0, -1), (4, 1), (-4, -3))),
    ],
)
def test_the_published_values(name, at, value) -> None:
    assert function_of(name)(np.array(float(at))) == pytest.approx(value, abs=1e-15)


def test_at_a_corner_the_slope_is_zero() -> None:
    for name, values in {"hard_sigmoid": [0.0, 1.0], "hard_sigmoid_sixth": [0.0, 1.0]}.items():
        np.testing.assert_array_equal(slope_at(name, np.array(values)), 0)
    assert slope_at("relu", np.array(0.0)) == 0
    np.testing.assert_array_equal(slope_at("relu6", np.array([0.0, 6.0])), 0)


@pytest.mark.parametrize("name", [*GATE_ACTIVATIONS, "hard_sigmoid(0.25)", "hard_sigmoid(3)"])
def test_negating_the_sum_of_a_gate_turns_it_into_one_minus_it(name) -> None:
    """So the write polarity is shown with negated weights, whatever the gate ends in."""
    function = function_of(name)
    np.testing.assert_allclose(function(-A), 1 - function(A), rtol=0, atol=1e-15)


def test_every_name_has_a_function() -> None:
    assert set(ACTIVATIONS) == {*GATE_ACTIVATIONS, *STATE_ACTIVATIONS}
    assert set(HARD_SLOPES) < set(GATE_ACTIVATIONS)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *PARAMETERS])
def test_no_value_is_beyond_its_limits_and_some_come_near(name) -> None:
    low, high = limits_of(name)
    values = function_of(name)(np.linspace(-1e3, 1e3, 20_001))
    assert low <= values.min()
    assert values.max() <= high
    assert values.min() < low + 0.01 if math.isfinite(low) else values.min() < -9
    assert values.max() > high - 0.01 if math.isfinite(high) else values.max() > 400


@pytest.mark.parametrize("name", [*ACTIVATIONS, *PARAMETERS])
def test_a_name_says_its_parameters_and_has_one_form(name) -> None:
    end = end_of(name)
    assert named(*end[:1], *end.parameters) == name
    assert named("leaky_relu", 0.01) == "leaky_relu"
    assert named("affine", 1e-7, 2e10) == "affine(1e-7,20000000000)"
    assert end_of(named("affine", 1e-7, -2e20)) == ("affine", (1e-7, -2e20))
    for wrong in (f"{name} ", f"{name}()", "elu(1.0)", "elu(nan)", "(1)", None, 3, ["elu"]):
        assert end_of(wrong) is None


# Weights --------------------------------------------------------------------------------------


def test_weights_are_sigmoid_and_tanh_unless_told_otherwise(layer) -> None:
    assert (layer.gate_activation, layer.state_activation) == ("sigmoid", "tanh")


def test_reset_after_is_still_the_fifth_argument(gru) -> None:
    made = GRUWeights(gru.w_x, gru.w_h, gru.b_x, gru.b_h, False)
    assert (made.reset_after, made.gate_activation) == (False, "sigmoid")


@pytest.mark.parametrize(
    "remake",
    [
        copy.copy,
        copy.deepcopy,
        lambda w: pickle.loads(pickle.dumps(w)),
        lambda w: w.astype(np.float32),
        lambda w: w.with_value("b_x", (0, 0), 1.0),
        merge_biases,
        lambda w: replace(w, b_x=w.b_h),
    ],
)
@pytest.mark.parametrize("kind", ["gru before", "lstm", "rnn"])
def test_activations_go_with_the_weights(make_layer, kind, remake) -> None:
    gates = {} if kind == "rnn" else {"gate_activation": "hard_sigmoid"}
    weights = make_layer(kind, **gates, state_activation="relu")
    made = remake(weights)
    assert type(made) is type(weights)
    assert made.gate_activation == weights.gate_activation
    assert made.state_activation == "relu"
    assert getattr(made, "reset_after", None) == getattr(weights, "reset_after", None)
    with pytest.raises(ValueError, match="read-only"):
        made.w_x[0, 0, 0] = 1


def test_each_gate_knows_what_it_ends_in(make_layer) -> None:
    lstm = make_layer("lstm", gate_activation="hard_sigmoid", state_activation="relu")
    found = [lstm.activation(gate) for gate in lstm.gates]
    assert found == ["hard_sigmoid", "hard_sigmoid", "relu", "hard_sigmoid"]
    assert make_layer("rnn", state_activation="relu").activation("hidden") == "relu"


@pytest.mark.parametrize(
    ("kind", "activations", "says"),
    [
        (GRUWeights, {"gate_activation": "relu"}, "gru.gate_activation 'relu' does not exist; "
         "choose one of: sigmoid, hard_sigmoid, hard_sigmoid_sixth."),
        (GRUWeights, {"gate_activation": "hard_sigmoid(-1)"}, "gru.gate_activation 'hard_sigmoid("),
        (LSTMWeights, {"gate_activation": "elu(0.5)"}, "lstm.gate_activation 'elu(0.5)' does not"),
        (LSTMWeights, {"state_activation": "gelu"}, "lstm.state_activation 'gelu' does not exist; "
         "choose one of: tanh, relu, elu, selu, linear, softsign, softplus, leaky_relu, relu6, "
         "thresholded_relu, scaled_tanh, affine, sigmoid, hard_sigmoid, hard_sigmoid_sixth."),
        (LSTMWeights, {"state_activation": "elu(0.5,2)"}, "lstm.state_activation 'elu(0.5,2)'"),
        (LSTMWeights, {"state_activation": "elu(-1)"}, "lstm.state_activation 'elu(-1)' does not"),
        (LSTMWeights, {"state_activation": "tanh(2)"}, "lstm.state_activation 'tanh(2)' does not"),
        (LSTMWeights, {"state_activation": "elu(1)"}, "lstm.state_activation 'elu(1)' does not"),
        (GRUWeights, {"gate_activation": None}, "gru.gate_activation None does not exist"),
        (RNNWeights, {"gate_activation": "hard_sigmoid"}, "rnn.gate_activation is 'hard_sigmoid'; "
         "the RNN has no gates, so it stays 'sigmoid': leave it out, and set state_activation "
         "instead."),
    ],
)  # fmt: skip
def test_an_activation_that_cannot_be_is_refused_with_those_that_can(
    kind, activations, says
) -> None:
    gates = {GRUWeights: 3, LSTMWeights: 4, RNNWeights: 1}[kind]
    parts = [np.ones(shape) for shape in ((gates, 2, 1), (gates, 2, 2), (gates, 2), (gates, 2))]
    with pytest.raises(UnknownNameError) as caught:
        kind(*parts, **activations)
    assert says in str(caught.value)


# Ranges ---------------------------------------------------------------------------------------


def test_with_relu_every_state_is_shown_as_what_has_no_bound() -> None:
    for track in ("candidate", "hidden", "cell"):
        assert track_kind(track, "relu") == "cell"
        assert track_range(track, "relu") == RANGES["cell"]
    assert track_kind("update", "relu") == "gate"
    assert vector_kind("gru", "written", "before", "relu") == "cell"
    assert vector_kind("gru", "written", "before") == "state"


def test_what_goes_beyond_one_is_shown_so_and_nothing_else() -> None:
    wide = [
        "relu",
        "relu6",
        "elu",
        "elu(0.5)",
        "selu",
        "linear",
        "softplus",
        "leaky_relu",
        "affine",
    ]
    wide += ["thresholded_relu", "scaled_tanh(1.7159,0.6667)"]
    assert {track_kind("hidden", name) for name in wide} == {"cell"}
    near = ["tanh", "softsign", "sigmoid", "hard_sigmoid", "scaled_tanh", "scaled_tanh(0.5,2)"]
    assert {track_kind("hidden", name) for name in near} == {"state"}
