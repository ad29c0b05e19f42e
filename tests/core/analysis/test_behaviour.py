"""Units are ordered by what they did, and gates measured by how open they were."""

import time

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.analysis import half_life
from gru_core.analysis.behaviour import (
    half_lives,
    measured_gate,
    order_by_half_life,
    order_by_keep,
    order_by_peak,
    order_by_similarity,
    similar,
)
from gru_core.conventions import KEEP_GATE, TRACKS
from gru_core.errors import UnknownNameError


def a_trace(cell, **tracks):
    given = {name: np.array(values) for name, values in tracks.items()}
    steps, units = next(iter(given.values())).shape if given else (3, 4)
    filled = {name: given.get(name, np.zeros((steps, units))) for name in TRACKS[cell]}
    states = (np.zeros(units),) * (2 if cell == "lstm" else 1)
    return Trace(cell, np.zeros((steps, 1)), states, filled)


@pytest.mark.parametrize(("cell", "gate"), [("gru", "update"), ("lstm", "forget")])
def test_the_most_keeping_unit_comes_first_and_equals_stay_in_order(cell, gate) -> None:
    trace = a_trace(cell, **{gate: [[0.2, 0.9, 0.2, 0.5]] * 3})
    assert order_by_keep(trace).tolist() == [1, 3, 0, 2]


def test_the_earliest_peak_comes_first_whatever_its_sign() -> None:
    hidden = [[0.1, 0.0, 0.3, 0.0], [0.2, -0.9, 0.2, 0.0], [0.9, 0.1, -0.1, 0.1]]
    assert order_by_peak(a_trace("rnn", hidden=hidden)).tolist() == [2, 1, 0, 3]


@pytest.mark.parametrize("order", [order_by_keep, order_by_half_life, half_lives])
def test_a_plain_rnn_has_no_gate_to_order_by(make_layer, x, order) -> None:
    with pytest.raises(UnknownNameError, match="choose one of: gru, lstm"):
        order(run(make_layer("rnn"), x))


# By half-life ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "gate"), [("gru", "update"), ("lstm", "forget")])
def test_after_its_half_life_a_unit_has_kept_half(cell, gate) -> None:
    rng = np.random.default_rng(0)
    keep = rng.uniform(0.3, 1, (40, 6))
    lives = half_lives(a_trace(cell, **{gate: keep}))
    kept = keep.prod(axis=0)  # of what was there before the first step, after all of them
    np.testing.assert_allclose(kept, 0.5 ** (40 / lives), rtol=1e-12)
    assert order_by_half_life(a_trace(cell, **{gate: keep})).tolist() == np.argsort(-kept).tolist()


def test_a_gate_that_never_moves_has_the_half_life_of_its_value() -> None:
    keep = np.repeat([[0.5, 0.9, 1.0, 0.0]], 7, axis=0)
    np.testing.assert_allclose(half_lives(a_trace("gru", update=keep)), half_life(keep[0]))
    assert half_lives(a_trace("gru", update=keep))[2:].tolist() == [np.inf, 0]
    assert order_by_half_life(a_trace("gru", update=keep)).tolist() == [2, 1, 0, 3]


def test_a_unit_wiped_once_keeps_most_on_average_and_has_the_shorter_half_life() -> None:
    trace = a_trace("gru", update=[[0.999, 0.5]] * 9 + [[1e-9, 0.5]])
    assert order_by_keep(trace).tolist() == [0, 1]
    assert order_by_half_life(trace).tolist() == [1, 0]


def test_units_of_equal_half_life_stay_in_order() -> None:
    update = np.array([[1.0, 0.5, 1.0, 0.5]] * 3)
    assert order_by_half_life(a_trace("gru", update=update)).tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize("cell", list(KEEP_GATE))
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_run_has_half_lives_above_zero(make_layer, x, cell, dtype) -> None:
    lives = half_lives(run(make_layer(cell, scale=4.0).astype(dtype), x))
    assert lives.dtype == np.float64
    assert (lives > 0).all()


# By similarity --------------------------------------------------------------------------------


def two_waves(steps: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Two that have nothing to do with each other, each (step, 1)."""
    rng = np.random.default_rng(1)
    return tuple(rng.normal(size=(2, steps, 1)))


def ordered(*columns: np.ndarray) -> tuple[list[int], int]:
    order, groups = similar(a_trace("rnn", hidden=np.concatenate(columns, axis=1)))
    return order.tolist(), groups


def test_units_that_move_alike_are_next_to_each_other_in_order_of_number() -> None:
    a, b = two_waves()
    order, groups = ordered(a, b, 0.5 * a, b - 0.1, a + 0.2, 2 * b)
    assert order in ([0, 2, 4, 1, 3, 5], [0, 2, 4, 5, 3, 1], [4, 2, 0, 1, 3, 5])
    assert groups == 2


def test_opposite_units_are_groups_of_their_own() -> None:
    a, b = two_waves()
    order, groups = ordered(a, -a, a, b, -a)
    where = {unit: place for place, unit in enumerate(order)}
    assert abs(where[0] - where[2]) == abs(where[1] - where[4]) == 1
    assert groups == 3
    assert order[2] == 3  # nearer to each of the others than they are


def test_of_a_chain_each_link_is_beside_the_next() -> None:
    steps = np.arange(200)[:, None]
    wanted = np.random.default_rng(2).permutation(30)
    phase = np.empty(30)
    phase[wanted] = np.linspace(0, 2, 30)
    order = order_by_similarity(a_trace("gru", hidden=np.sin(0.2 * steps + phase)))
    assert order.tolist() in (wanted.tolist(), wanted[::-1].tolist())
    assert order[0] < order[-1]


def test_units_that_never_move_are_one_group_apart_from_all_others() -> None:
    a, b = two_waves()
    still = np.full_like(a, 0.3)
    order, groups = ordered(a, still, b, 0 * a, a, still)
    places = [order.index(unit) for unit in (1, 3, 5)]
    assert max(places) - min(places) == 2
    assert groups == 3


@pytest.mark.parametrize(("steps", "units"), [(1, 1), (1, 5), (4, 1), (4, 2), (3, 40)])
def test_where_nothing_tells_units_apart_they_stay_in_order(steps: int, units: int) -> None:
    order, groups = similar(a_trace("gru", hidden=np.zeros((steps, units))))
    assert order.tolist() == list(range(units))
    assert groups == 1


@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_unit_of_a_run_has_one_place(make_layer, x, cell, dtype) -> None:
    trace = run(make_layer(cell).astype(dtype), x)
    assert sorted(order_by_similarity(trace).tolist()) == list(range(trace.units))
    assert order_by_similarity(trace).tolist() == similar(trace).order.tolist()


def test_a_shift_or_a_scale_of_a_unit_moves_nothing() -> None:
    hidden = np.random.default_rng(3).normal(size=(50, 12))
    moved = hidden * np.linspace(0.5, 2, 12) + np.linspace(-1, 1, 12)
    one, other = (order_by_similarity(a_trace("gru", hidden=each)) for each in (hidden, moved))
    assert one.tolist() == other.tolist()


@pytest.mark.parametrize("kind", ["noise", "chain"])
def test_a_wide_layer_over_a_long_sequence_is_ordered_in_bounded_time(kind: str) -> None:
    """512 units over 10,000 steps: at most 0.6 s; the limit leaves room for a busy machine."""
    rng, steps = np.random.default_rng(4), np.arange(10_000)[:, None]
    waves = np.sin(0.1 * steps + np.linspace(0, 1, 512))
    hidden = waves if kind == "chain" else rng.normal(size=(10_000, 512))
    trace = a_trace("rnn", hidden=hidden.astype(np.float32))
    similar(a_trace("rnn", hidden=hidden[:10, :3]))  # imports SciPy
    began = time.process_time()
    order = order_by_similarity(trace)
    assert time.process_time() - began < 2
    if kind == "chain":
        assert order.tolist() == list(range(512))


# How open gates were --------------------------------------------------------------------------


def test_a_gate_is_measured_over_all_steps_and_units() -> None:
    update = [[0.0, 0.2, 0.4, 0.6], [0.8, 1.0, 0.8, 0.6], [0.4, 0.2, 0.0, 1.0]]
    means = measured_gate(a_trace("gru", update=update, reset=np.ones((3, 4)), candidate=update))
    assert means == {"reset": 1.0, "update": pytest.approx(0.5)}


def test_only_sigmoid_gates_are_measured_and_a_plain_rnn_has_none() -> None:
    assert list(measured_gate(a_trace("lstm"))) == ["input", "forget", "output"]
    assert measured_gate(a_trace("rnn")) == {}
