"""How much of a state was written when: weights that sum to 1, contents that sum to the state."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gru_core import Intervention, Trace, run
from gru_core.analysis.age import memory_age
from gru_core.analysis.blend import blend, kept_and_written
from gru_core.analysis.inside import vectors
from gru_core.analysis.memory import (
    BLOCK,
    content_map,
    content_row,
    layer_map,
    layer_row,
    memory_map,
    memory_row,
)
from gru_core.analysis.window import Window, evenly
from gru_core.conventions import TOLERANCE
from gru_core.errors import NotFiniteError, RangeError, UnknownNameError
from gru_core.run import run_backward

DIRECTIONS = [run, run_backward]
GATED = ["gru", "gru before", "lstm"]
# Longer than two blocks and no multiple of one.
LONG = 2 * BLOCK + 9


def state_of(trace):
    return "cell" if trace.cell == "lstm" else "hidden"


def started(weights):
    rng = np.random.default_rng(2)
    return tuple(rng.normal(size=weights.units) for _ in range(1 + (weights.cell == "lstm")))


def a_run(make_layer, kind, go=run, steps=LONG, dtype=np.float64, **sizes):
    weights = make_layer(kind, **sizes).astype(dtype)
    x = np.random.default_rng(1).normal(size=(steps, weights.input_size))
    return go(weights, x, started(weights))


def a_gru(update, candidate=None, first=None) -> Trace:
    """A trace of these gates; update: (step, unit). Its hidden states are not looked at."""
    keep = np.asarray(update, float)
    new = np.full_like(keep, 0.5) if candidate is None else np.asarray(candidate, float)
    h0 = np.zeros(keep.shape[1]) if first is None else np.asarray(first, float)
    tracks = {"reset": keep, "update": keep, "candidate": new, "hidden": keep}
    return Trace("gru", np.zeros((len(keep), 1)), (h0,), tracks)


def scalar_weights(trace, unit):
    """M in plain Python: write_k times every keep factor read after k, (step, step + 1)."""
    steps = range(trace.steps)
    order = list(steps)[:: -1 if trace.backward else 1]
    keep = trace["forget" if trace.cell == "lstm" else "update"][:, unit].tolist()
    write = trace["input"][:, unit].tolist() if trace.cell == "lstm" else [1 - z for z in keep]
    rows = [[0.0] * (trace.steps + 1) for _ in steps]
    for at, t in enumerate(order):
        rows[t][0] = math.prod(keep[s] for s in order[: at + 1])
        for k_at, k in enumerate(order[: at + 1]):
            rows[t][k + 1] = write[k] * math.prod(keep[s] for s in order[k_at + 1 : at + 1])
    return np.array(rows)


def contents_of(trace, unit):
    """What each column's weight multiplies, (step + 1,)."""
    first = trace.initial[1 if trace.cell == "lstm" else 0][unit]
    return np.concatenate(([first], trace["candidate"][:, unit]))


# Kept and written -----------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
def test_what_is_kept_and_what_is_written_add_up_to_the_state(make_layer, kind, go, dtype) -> None:
    trace = a_run(make_layer, kind, go, dtype=dtype)
    kept, written = kept_and_written(trace)
    state = state_of(trace)
    tolerance = TOLERANCE[np.dtype(dtype)]
    np.testing.assert_allclose(kept + written, trace[state], rtol=0, atol=tolerance)
    keep = trace["update"] if trace.cell == "gru" else trace["forget"]
    np.testing.assert_array_equal(kept, keep.astype(float) * trace.previous(state))
    assert kept.dtype == written.dtype == np.float64


@pytest.mark.parametrize("kind", GATED)
def test_the_wiring_shows_the_same_two_parts(make_layer, x, kind) -> None:
    weights = make_layer(kind)
    trace = run(weights, x, started(weights))
    found = vectors(weights, trace)
    for name, part in kept_and_written(trace)._asdict().items():
        np.testing.assert_array_equal(part, found[name])


# The memory map of a unit ---------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
def test_the_map_is_what_the_products_say_one_by_one(make_layer, kind, go, dtype) -> None:
    trace = a_run(make_layer, kind, go, dtype=dtype)
    for unit in (0, 3):
        expected = scalar_weights(trace, unit)
        found = memory_map(trace, unit)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
        contents = content_map(trace, unit)
        np.testing.assert_allclose(
            contents, expected * contents_of(trace, unit), rtol=0, atol=1e-14
        )


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
def test_the_contents_of_a_row_add_up_to_the_state(make_layer, kind, go, dtype) -> None:
    trace = a_run(make_layer, kind, go, dtype=dtype)
    for unit in range(trace.units):
        total = content_map(trace, unit).sum(axis=1)
        np.testing.assert_allclose(
            total, trace[state_of(trace)][:, unit], rtol=0, atol=TOLERANCE[np.dtype(dtype)]
        )


@given(
    arrays.arrays(
        float,
        st.tuples(st.integers(1, LONG), st.integers(1, 3)),
        elements=st.one_of(st.sampled_from([0.0, 1.0, 1e-300, 1 - 2**-53]), st.floats(0, 1)),
    ),
    st.booleans(),
)
def test_the_rows_of_a_gru_are_shares_of_one(keep, backward) -> None:
    trace = a_gru(keep)
    trace = Trace(trace.cell, trace.x, trace.initial, trace.tracks, backward)
    for unit in range(trace.units):
        rows = memory_map(trace, unit)
        assert (rows >= 0).all()
        np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=0, atol=1e-12)


def test_the_rows_of_a_gru_in_float32_sum_to_one_as_exactly(make_layer) -> None:
    trace = a_run(make_layer, "gru", steps=500, dtype=np.float32)
    np.testing.assert_allclose(memory_map(trace, 1).sum(axis=1), 1, rtol=0, atol=1e-12)


def test_the_rows_of_an_lstm_need_not_sum_to_one(make_layer) -> None:
    trace = a_run(make_layer, "lstm")
    total = memory_map(trace, 0).sum(axis=1)
    assert (total > 1.05).any()
    assert (total < 0.95).any()


def test_a_row_is_the_one_before_times_keep_and_one_new_column(make_layer) -> None:
    trace = a_run(make_layer, "gru")
    found, z = memory_map(trace, 2), trace["update"][:, 2]
    for t in range(1, trace.steps):
        np.testing.assert_allclose(found[t, : t + 1], z[t] * found[t - 1, : t + 1], rtol=1e-12)
        assert found[t, t + 1] == 1 - z[t]
        assert not found[t, t + 2 :].any()


def test_numbers_small_enough_to_check_by_hand() -> None:
    """z = 0.5, 0.75, 0.2 from h = 1: 0.5 | 0.5; 0.375 | 0.375, 0.25; 0.075 | 0.075, 0.05, 0.8."""
    trace = a_gru([[0.5], [0.75], [0.2]], [[0.4], [-0.8], [0.1]], [1.0])
    expected = [[0.5, 0.5, 0, 0], [0.375, 0.375, 0.25, 0], [0.075, 0.075, 0.05, 0.8]]
    np.testing.assert_allclose(memory_map(trace, 0), expected, atol=1e-16)
    contents = [[0.5, 0.2, 0, 0], [0.375, 0.15, -0.2, 0], [0.075, 0.03, -0.04, 0.08]]
    np.testing.assert_allclose(content_map(trace, 0), contents, atol=1e-16)
    shares = np.array([0.075, 0.03, 0.04, 0.08]) / 0.225
    np.testing.assert_allclose(layer_map(trace)[2], shares, atol=1e-15)


def test_a_gate_at_one_remembers_only_the_start_and_one_at_zero_only_the_last_step() -> None:
    trace = a_gru([[1.0, 0.0]] * LONG)
    np.testing.assert_array_equal(memory_map(trace, 0)[:, 0], 1)
    np.testing.assert_array_equal(memory_map(trace, 1)[:, 1:], np.eye(LONG))


def test_a_backward_map_is_the_forward_one_of_the_reversed_sequence(make_layer) -> None:
    weights = make_layer("gru")
    x = np.random.default_rng(1).normal(size=(LONG, 3))
    there, back = run(weights, x[::-1]), run_backward(weights, x)
    for analysed in (lambda t: memory_map(t, 1), lambda t: content_map(t, 1), layer_map):
        found, turned = analysed(back), analysed(there)[::-1]
        np.testing.assert_allclose(found[:, 0], turned[:, 0], rtol=0, atol=1e-15)
        np.testing.assert_allclose(found[:, 1:], turned[:, :0:-1], rtol=0, atol=1e-15)


# Rows for all units ---------------------------------------------------------------------------


@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
def test_a_row_for_all_units_has_the_rows_of_their_maps(make_layer, kind, go) -> None:
    trace = a_run(make_layer, kind, go)
    maps = np.stack([memory_map(trace, unit) for unit in range(trace.units)], axis=-1)
    contents = np.stack([content_map(trace, unit) for unit in range(trace.units)], axis=-1)
    for step in (0, 1, BLOCK - 1, BLOCK, LONG - 1):
        assert memory_row(trace, step).shape == (LONG + 1, trace.units)
        np.testing.assert_allclose(memory_row(trace, step), maps[step], rtol=0, atol=1e-15)
        for unit in range(trace.units):
            alone = memory_row(trace, step, unit)
            np.testing.assert_array_equal(alone, memory_row(trace, step)[:, unit])
        np.testing.assert_allclose(content_row(trace, step), contents[step], rtol=0, atol=1e-15)
        for unit in range(trace.units):
            alone = content_row(trace, step, unit)
            np.testing.assert_array_equal(alone, content_row(trace, step)[:, unit])


# The whole layer ------------------------------------------------------------------------------


@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
def test_the_layer_shares_what_its_units_hold_on_average(make_layer, kind, go) -> None:
    trace = a_run(make_layer, kind, go)
    held = np.mean(
        [np.abs(scalar_weights(trace, j) * contents_of(trace, j)) for j in range(trace.units)],
        axis=0,
    )
    found = layer_map(trace)
    np.testing.assert_allclose(found, held / held.sum(axis=1, keepdims=True), rtol=0, atol=1e-14)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=1e-12)
    for step in (0, 5, LONG - 1):
        np.testing.assert_allclose(layer_row(trace, step), found[step], rtol=0, atol=1e-14)


def test_a_layer_that_holds_nothing_has_nothing_to_share() -> None:
    zeros, ones = np.zeros((4, 2)), np.ones((4, 2))
    trace = a_gru(0.5 * ones, np.concatenate((zeros[:2], ones[:2])))
    found = layer_map(trace)
    assert not found[:2].any()
    np.testing.assert_allclose(found[2:].sum(axis=1), 1)
    assert not layer_row(trace, 1).any()


def test_signs_do_not_cancel_between_units() -> None:
    trace = a_gru([[0.5, 0.5]], [[0.6, -0.6]], [0.2, 0.2])
    np.testing.assert_allclose(layer_map(trace), [[0.25, 0.75]])


def test_products_that_vanish_do_so_without_a_warning() -> None:
    """Dividing by them, as the textbook form of this sum would, is dividing by zero."""
    trace = a_gru(np.full((2000, 2), 0.3))
    found = layer_map(trace)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=0, atol=1e-12)
    assert found[-1, 1] == 0
    np.testing.assert_allclose(found[-1, -3:], [0.063, 0.21, 0.7])


# Windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", GATED)
@pytest.mark.parametrize(
    "window",
    [
        evenly(LONG, 7, 5),
        evenly(LONG, LONG, 1),
        evenly(LONG, 1, LONG),
        Window(np.array([3, 4, BLOCK]), np.array([0, 100, 101, 102, LONG])),
        Window([LONG - 1], [0, LONG]),
    ],
    ids=["even", "every row", "every column", "near", "one"],
)
def test_a_window_has_exact_rows_and_sums_its_columns(make_layer, kind, go, window) -> None:
    trace = a_run(make_layer, kind, go)
    for analysed in (lambda *w: memory_map(trace, 1, *w), lambda *w: content_map(trace, 1, *w),
                     lambda *w: layer_map(trace, *w)):  # fmt: skip
        whole, found = analysed(), analysed(window)
        blocks = list(zip(window.edges[:-1], window.edges[1:], strict=True))
        assert found.shape == (len(window.rows), len(blocks) + 1)
        for row, step in zip(found, window.rows, strict=True):
            sums = [whole[step, 0], *(whole[step, 1 + a : 1 + b].sum() for a, b in blocks)]
            np.testing.assert_allclose(row, sums, rtol=0, atol=1e-14)


# Interventions --------------------------------------------------------------------------------


@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("gru", [("hidden", 0.75, 1, 4, 6), ("update", 0.9, None, 9, 12)]),
        ("gru before", [("candidate", -0.5, 2, 0, None), ("hidden", -0.25, None, 20, 20)]),
        ("lstm", [("cell", 2.5, 1, 4, 6), ("hidden", 0.1, 1, 8, 8), ("forget", 0.0, 0, 3, 9)]),
    ],
)
def test_a_held_state_is_all_written_where_it_is_held(make_layer, kind, go, held) -> None:
    weights = make_layer(kind)
    interventions = [Intervention(weights.cell, *one) for one in held]
    x = np.random.default_rng(1).normal(size=(LONG, 3))
    trace = go(weights, x, started(weights), interventions=interventions)
    state = state_of(trace)
    where = trace.held(state)
    assert where.any()
    kept, written = kept_and_written(trace)
    np.testing.assert_allclose(kept + written, trace[state], rtol=0, atol=1e-12)
    assert not kept[where].any()
    assert not memory_age(trace)[where].any()
    for unit in range(trace.units):
        contents = content_map(trace, unit)
        np.testing.assert_allclose(contents.sum(axis=1), trace[state][:, unit], rtol=0, atol=1e-12)
        rows = memory_map(trace, unit)
        for t in np.flatnonzero(where[:, unit]):
            assert rows[t, t + 1] == 1
            assert np.count_nonzero(rows[t]) == 1
        if trace.cell == "gru":
            np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=0, atol=1e-12)


# What is refused ------------------------------------------------------------------------------


def test_a_plain_rnn_is_refused_with_the_reason(make_layer, x) -> None:
    trace = run(make_layer("rnn"), x)
    for analysed in (blend, kept_and_written, layer_map, lambda t: memory_map(t, 0),
                     lambda t: content_row(t, 0)):  # fmt: skip
        with pytest.raises(UnknownNameError) as caught:
            analysed(trace)
        assert str(caught.value) == (
            "the RNN has no gate that keeps: each step replaces its whole state, so nothing tells "
            "what is kept from what is written; use a trace of the GRU or the LSTM."
        )


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_a_number_is_refused_where_it_is(value) -> None:
    keep = np.full((3, 2), 0.5)
    broken = keep.copy()
    broken[2, 1] = value
    with pytest.raises(NotFiniteError, match=r"gru.update\[2, 1\] is (nan|inf); it needs a finite"):
        layer_map(a_gru(broken))
    with pytest.raises(NotFiniteError, match=r"gru.candidate\[2, 1\]"):
        kept_and_written(a_gru(keep, broken))
    with pytest.raises(NotFiniteError, match=r"the initial hidden\[1\]"):
        memory_row(a_gru(keep, keep, broken[2]), 0)


def test_a_step_or_unit_that_is_not_there_is_refused(make_layer) -> None:
    trace = a_run(make_layer, "gru", steps=5)
    for analysed in (memory_row, content_row, layer_row):
        for step in (-1, 5):
            with pytest.raises(RangeError, match=f"step is {step}; the trace has 5.* use 0 to 4"):
                analysed(trace, step)
    for analysed in (memory_map, content_map):
        for unit in (-1, 4):
            with pytest.raises(RangeError, match=f"unit is {unit}; the trace has 4.* use 0 to 3"):
                analysed(trace, unit)


def test_nothing_that_is_returned_can_be_written(make_layer) -> None:
    trace = a_run(make_layer, "gru", steps=5)
    found = [*blend(trace), *kept_and_written(trace), memory_row(trace, 1), layer_map(trace)]
    found += [memory_map(trace, 0), content_map(trace, 0), content_row(trace, 1)]
    for array in (*found, layer_row(trace, 2)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
