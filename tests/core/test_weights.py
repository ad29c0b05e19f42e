"""Weights are checked once, named in errors, and never change."""

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from gru_core import GRUWeights, LSTMWeights, RNNWeights, run
from gru_core.errors import (
    DtypeError,
    GatescopeError,
    NotFiniteError,
    RangeError,
    ShapeError,
    UnknownNameError,
)
from gru_core.weights import match_units, merge_biases, parameter_count


def test_two_layers_of_600_units_have_the_published_parameter_counts() -> None:
    """Distill, memorization in RNNs: each unit sees 1200 numbers, 600 of them its own layer's."""
    counts = [2 * parameter_count(cell, 600, 600, biases=1) for cell in ("gru", "lstm")]
    assert counts == [4_323_600, 5_764_800]


def test_the_count_is_that_of_the_arrays(layer) -> None:
    arrays = (layer.w_x, layer.w_h, layer.b_x, layer.b_h)
    assert layer.parameter_count() == sum(array.size for array in arrays)
    assert layer.parameter_count(biases=1) == layer.parameter_count() - layer.b_h.size


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("target", [1, 50, 999, 20_000, 1_000_000])
def test_match_units_finds_the_nearest_count_of_all(cell, target) -> None:
    def miss(units):
        return abs(parameter_count(cell, 8, units) - target)

    assert miss(match_units(cell, 8, target)) == min(map(miss, range(1, 1100)))


def test_a_gru_matched_to_its_own_count_keeps_its_units() -> None:
    assert match_units("gru", 5, parameter_count("gru", 5, 46)) == 46


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"w_x": np.ones((4, 4, 3))}, ShapeError, r"gru.w_x has shape \(4, 4, 3\)"),
        ({"w_h": np.ones((3, 4, 5))}, ShapeError, r"gru.w_h .* with 4 units and 3 inputs"),
        ({"b_x": np.ones((3, 5))}, ShapeError, r"needs \(3, 4\)"),
        ({"b_h": [[1, 2], [3]]}, ShapeError, "gru.b_h has rows of different lengths"),
        ({"w_x": np.ones((3, 0, 3))}, ShapeError, "at least one of each"),
        ({"b_x": np.full((3, 4), np.nan)}, NotFiniteError, r"gru.b_x\[0, 0\] is nan"),
        ({"b_x": np.full((3, 4), 1e16)}, RangeError, "magnitudes up to 1e\\+15"),
        ({"w_h": np.ones((3, 4, 4), np.float32)}, DtypeError, "gru weights mix .* w_h float32"),
        ({"w_h": np.ones((3, 4, 4), np.float16)}, DtypeError, "float16; it needs .* float64"),
        ({"b_h": np.full((3, 4), "a")}, DtypeError, "gru.b_h holds <U1"),
        ({"b_h": np.ones((3, 4), complex)}, DtypeError, "complex"),
    ],
)
def test_wrong_weights_are_refused_by_name(gru, change, error, says) -> None:
    with pytest.raises(error, match=says) as caught:
        replace(gru, **change)
    assert isinstance(caught.value, GatescopeError | ValueError)


def test_an_infinity_is_found_where_it_is(gru) -> None:
    w_h = gru.w_h.copy()
    w_h[2, 1, 3] = -np.inf
    with pytest.raises(NotFiniteError) as caught:
        replace(gru, w_h=w_h)
    assert str(caught.value) == "gru.w_h[2, 1, 3] is -inf; it needs a finite number: replace it."


def test_the_caller_keeps_no_hold_on_the_weights() -> None:
    mine = np.zeros((1, 2, 2))
    weights = RNNWeights(mine, np.eye(2)[np.newaxis], [[0, 0]], [[0, 0]])
    mine[:] = 9
    assert weights.w_x.max() == 0


@pytest.mark.parametrize(
    "remake", [copy.copy, copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))]
)
def test_weights_stay_read_only_however_they_travel(layer, remake) -> None:
    weights = remake(layer)
    np.testing.assert_array_equal(weights.w_h, layer.w_h)
    assert getattr(weights, "reset_after", None) == getattr(layer, "reset_after", None)
    with pytest.raises(ValueError, match="read-only"):
        weights.w_h[0, 0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        weights.w_h = layer.w_h


def test_whole_numbers_become_float64() -> None:
    weights = LSTMWeights(np.ones((4, 1, 1), int), np.ones((4, 1, 1), bool), [[0]] * 4, [[1]] * 4)
    assert weights.dtype == np.float64
    assert (weights.units, weights.input_size) == (1, 1)


def test_with_value_changes_one_number_and_leaves_the_old_weights(gru) -> None:
    new = gru.with_value("w_x", (1, 2, 0), 7.5)
    assert new.w_x[1, 2, 0] == 7.5
    assert gru.w_x[1, 2, 0] != 7.5
    assert (new.w_x != gru.w_x).sum() == 1


@pytest.mark.parametrize(
    ("part", "index", "says"),
    [
        ("w_x", (1, 2, 3), "gru.w_x has no input 3; it has 3, counted from 0: use 0 to 2"),
        ("b_h", (3, 0), "gru.b_h has no gate 3"),
        ("w_h", (0, -1, 0), "gru.w_h has no unit -1"),
        ("w_h", (0, 1), r"the axes \(gate, unit, unit\) and needs 3 numbers"),
    ],
)
def test_an_index_outside_is_refused_with_the_size(gru, part, index, says) -> None:
    with pytest.raises(RangeError, match=says):
        gru.with_value(part, index, 0)


def test_an_unknown_part_is_answered_with_the_known(gru) -> None:
    with pytest.raises(UnknownNameError, match=r"part 'w' does not exist; choose one of: w_x, w_h"):
        gru.with_value("w", (0,), 0)


def test_a_new_value_must_be_finite(gru) -> None:
    with pytest.raises(NotFiniteError, match=r"the new value of gru.b_x is nan"):
        gru.with_value("b_x", (0, 0), float("nan"))


def test_astype_rounds_and_refuses_what_we_do_not_compute_with(gru) -> None:
    assert gru.astype(np.float32).dtype == np.float32
    with pytest.raises(DtypeError, match="float16; weights are float64 or float32"):
        gru.astype(np.float16)


def test_one_bias_computes_the_same_as_two(layer, x) -> None:
    merged = merge_biases(layer)
    for name, track in run(layer, x).items():
        np.testing.assert_allclose(run(merged, x)[name], track, atol=1e-14)


def test_only_the_candidate_of_a_reset_after_gru_keeps_its_second_bias(layer) -> None:
    left = merge_biases(layer).b_h
    if getattr(layer, "reset_after", False):
        np.testing.assert_array_equal(left[2], layer.b_h[2])
        left = left[:2]
    assert not left.any()


def test_merging_that_bias_too_would_change_the_outputs(gru, x) -> None:
    wrong = GRUWeights(gru.w_x, gru.w_h, gru.b_x + gru.b_h, np.zeros_like(gru.b_h))
    assert np.abs(run(wrong, x)["hidden"] - run(gru, x)["hidden"]).max() > 0.01


def test_bias_counts_other_than_one_and_two_are_refused() -> None:
    with pytest.raises(RangeError, match="biases is 3"):
        parameter_count("gru", 1, 1, 3)
