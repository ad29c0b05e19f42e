"""Why one number: its terms are those of its equation, and add up to what the trace has."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import GRUWeights, Intervention, RNNWeights, run
from gru_core.analysis.blend import state_before
from gru_core.analysis.contributions import contributions
from gru_core.analysis.inside import inside
from gru_core.analysis.terms import Term, multiplied, ranked
from gru_core.conventions import STATES, TOLERANCE
from gru_core.errors import RangeError, ShapeError, UnknownNameError
from gru_core.run import run_backward

TANH = ("candidate", "hidden")
DIRECTIONS = [run, run_backward]


def sigma(a):
    return 1 / (1 + math.exp(-a))


def scalars(weights, trace, gate, j, t):
    """The terms in plain Python, (kind, index, weight, value, reset); no array arithmetic."""
    g, hidden = weights.gates.index(gate), trace["hidden"].tolist()
    before = t + 1 if trace.backward else t - 1
    h = hidden[before] if 0 <= before < len(hidden) else trace.initial[0].tolist()
    own, each = None, [None] * len(h)
    if (weights.cell, gate) == ("gru", "candidate"):
        r = trace["reset"][t].tolist()
        own, each = (r[j], [r[j]] * len(h)) if weights.reset_after else (None, r)
    x, w_x, w_h = (row.tolist() for row in (trace.x[t], weights.w_x[g, j], weights.w_h[g, j]))
    return [
        *(("input", i, w, x[i], None) for i, w in enumerate(w_x)),
        *(("unit", m, w, h[m], each[m]) for m, w in enumerate(w_h)),
        ("bias_x", None, float(weights.b_x[g, j]), 1, None),
        ("bias_h", None, float(weights.b_h[g, j]), 1, own),
    ]


def every_number(trace, tracks):
    return [(g, j, t) for g in tracks for j in range(trace.units) for t in range(trace.steps)]


# The terms of a gate --------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("go", DIRECTIONS)
def test_the_terms_of_a_gate_are_those_of_its_equation(layer, x, start, go, dtype) -> None:
    weights = layer.astype(dtype)
    trace = go(weights, x, start)
    for gate, j, t in every_number(trace, weights.gates):
        found = contributions(weights, trace, gate, j, t)
        expected = scalars(weights, trace, gate, j, t)
        products = [w * v * (1 if r is None else r) for _, _, w, v, r in expected]
        assert [(n.kind, n.index, n.weight, n.value, n.reset) for n in found.terms] == expected
        assert [n.product for n in found.terms] == pytest.approx(products, rel=1e-15, abs=0)
        total = math.fsum(products)
        assert abs(found.pre_activation - total) <= 1e-12
        assert abs(math.fsum(n.product for n in found.terms) - found.pre_activation) <= 1e-12
        squash = math.tanh if gate in TANH else sigma
        assert found.activation == ("tanh" if gate in TANH else "sigmoid")
        assert found.value == trace[gate][t, j]
        assert abs(squash(found.pre_activation) - found.value) <= TOLERANCE[np.dtype(dtype)]


def test_the_sum_is_the_one_in_the_equations_of_the_unit(layer, x, start) -> None:
    trace = run(layer, x, start)
    for polarity in ("keep", "write"):
        for gate, j, t in every_number(trace, layer.gates):
            shown = inside(layer, trace, j, polarity)[f"{gate}.sum"][t]
            found = contributions(layer, trace, gate, j, t, polarity)
            assert abs(found.pre_activation - shown) <= 1e-13


def test_the_slope_is_how_much_the_value_moves_when_a_term_does(layer, x, start) -> None:
    trace, small = run(layer, x, start), 1e-6
    for gate, j, t in every_number(trace, layer.gates):
        found = contributions(layer, trace, gate, j, t)
        squash, a = math.tanh if gate in TANH else sigma, found.pre_activation
        assert found.slope == pytest.approx(
            (squash(a + small) - squash(a - small)) / (2 * small), abs=1e-9
        )


def test_the_slope_of_a_shut_gate_is_small_and_not_zero() -> None:
    """1 - σ would have cancelled to 0 on one side, and e^a overflowed on the other."""
    for a, slope in ((40.0, math.exp(-40)), (-40.0, math.exp(-40)), (2000.0, 0.0)):
        weights = GRUWeights(np.zeros((3, 1, 1)), np.zeros((3, 1, 1)), [[0], [a], [a]], [[0]] * 3)
        trace = run(weights, np.zeros((1, 1)))
        assert contributions(weights, trace, "update", 0, 0).slope == pytest.approx(
            slope, rel=1e-12, abs=0
        )
        tanh = contributions(weights, trace, "candidate", 0, 0).slope
        assert tanh == pytest.approx(4 * slope**2, rel=1e-12, abs=0)


def test_numbers_small_enough_to_check_by_hand() -> None:
    """x = (2, -1), h = (0.5, 0.25); W = (0.3, 0.4), U = (-1, 2), b = 0.1, d = 0.05."""
    w_x, w_h, b_x, b_h = (
        np.zeros((3, 2, 2)),
        np.zeros((3, 2, 2)),
        np.zeros((3, 2)),
        np.zeros((3, 2)),
    )
    w_x[1, 0], w_h[1, 0], b_x[1, 0], b_h[1, 0] = (0.3, 0.4), (-1, 2), 0.1, 0.05
    weights = GRUWeights(w_x, w_h, b_x, b_h)
    found = contributions(weights, run(weights, [[2, -1]], [0.5, 0.25]), "update", 0, 0)
    assert [term.product for term in found.terms] == [0.6, -0.4, -0.5, 0.5, 0.1, 0.05]
    assert found.pre_activation == pytest.approx(0.35, abs=1e-15)
    assert found.value == pytest.approx(0.5866175789173301, abs=1e-15)
    assert found.slope == pytest.approx(0.2424973, abs=1e-7)


# Where the reset gate acts --------------------------------------------------------------------


def test_after_the_product_the_own_reset_gate_multiplies_every_unit_and_d(make_layer, x) -> None:
    weights = make_layer("gru")
    trace = run(weights, x)
    terms = list(contributions(weights, trace, "candidate", 2, 4).terms)
    own = float(trace["reset"][4, 2])
    assert [term.reset for term in terms] == [None] * 3 + [own] * 4 + [None, own]


def test_before_the_product_each_unit_has_its_own_reset_gate_and_d_none(make_layer, x) -> None:
    weights = make_layer("gru before")
    trace = run(weights, x)
    terms = list(contributions(weights, trace, "candidate", 2, 4).terms)
    each = trace["reset"][4].tolist()
    assert [term.reset for term in terms] == [None] * 3 + each + [None, None]
    assert len(set(each)) == 4


# States ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("polarity", ["keep", "write"])
@pytest.mark.parametrize("go", DIRECTIONS)
@pytest.mark.parametrize("kind", ["gru", "gru before"])
def test_the_hidden_state_of_a_gru_is_kept_and_written(make_layer, x, kind, go, polarity) -> None:
    weights = make_layer(kind)
    trace = go(weights, x, [0.5, -0.25, 0.75, 0.1])
    for _, j, t in every_number(trace, ["hidden"]):
        found = contributions(weights, trace, "hidden", j, t, polarity)
        z, n, old = trace["update"][t, j], trace["candidate"][t, j], trace.previous()[t, j]
        kept, written = found.terms
        assert kept == Term("kept", None, z, old, None, z * old)
        assert written == Term("written", None, 1 - z, n, None, (1 - z) * n)
        assert abs(found.pre_activation - trace["hidden"][t, j]) <= 1e-15
        assert (found.activation, found.slope) == ("none", 1.0)


@pytest.mark.parametrize("go", DIRECTIONS)
def test_the_states_of_an_lstm_are_kept_and_written_and_then_exposed(make_layer, x, go) -> None:
    weights = make_layer("lstm")
    trace = go(weights, x, ([0.5, -0.25, 0.75, 0.1], [0.2, -0.9, 0.3, 1.4]))
    for _, j, t in every_number(trace, ["cell"]):
        i, f, g, o, c, h = (trace[name][t, j] for name in trace)
        old = trace.previous("cell")[t, j]
        cell, hidden = (contributions(weights, trace, s, j, t) for s in ("cell", "hidden"))
        assert list(cell.terms) == [
            Term("kept", None, f, old, None, f * old),
            Term("written", None, i, g, None, i * g),
        ]
        assert abs(cell.pre_activation - c) <= 1e-15
        [exposed] = hidden.terms
        assert (exposed.kind, exposed.weight) == ("exposed", o)
        assert exposed.value == pytest.approx(math.tanh(c), rel=1e-15)
        assert abs(hidden.pre_activation - h) <= 1e-15


def test_the_state_before_a_step_is_that_row_of_all_states_before(layer, x, start) -> None:
    for go in DIRECTIONS:
        trace = go(layer, x, start)
        for state in STATES[layer.cell]:
            rows = [state_before(trace, step, state) for step in range(trace.steps)]
            np.testing.assert_array_equal(rows, trace.previous(state))


def test_what_is_not_a_state_has_no_value_before(gru, x) -> None:
    with pytest.raises(UnknownNameError, match=r"state of the GRU 'cell' .* one of: hidden"):
        state_before(run(gru, x), 0, "cell")


# Polarity -------------------------------------------------------------------------------------


def test_the_write_polarity_negates_the_terms_of_the_update_gate_and_no_others(
    layer, x, start
) -> None:
    trace = run(layer, x, start)
    for track, j, t in every_number(trace, trace):
        keep, write = (
            contributions(layer, trace, track, j, t, polarity) for polarity in ("keep", "write")
        )
        turned = (layer.cell, track) == ("gru", "update")
        sign = -1 if turned else 1
        np.testing.assert_array_equal(write.terms.product, sign * keep.terms.product)
        np.testing.assert_array_equal(write.terms.weight, sign * keep.terms.weight)
        np.testing.assert_array_equal(write.terms.value, keep.terms.value)
        assert write.pre_activation == sign * keep.pre_activation
        assert write.value == (1 - keep.value if turned else keep.value)
        assert write.slope == keep.slope
        if turned:
            assert abs(sigma(write.pre_activation) - write.value) <= 1e-12


# Interventions --------------------------------------------------------------------------------


@pytest.mark.parametrize("polarity", ["keep", "write"])
@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("gru", [("update", 0.3, 1, 2, 4), ("reset", 0.0), ("hidden", 0.9, 2, 3, 3)]),
        ("gru before", [("reset", 0.25, 1, 2, 4), ("candidate", 0.5, 0, 1, 1)]),
        ("lstm", [("forget", 1.0, 1, 2, 4), ("cell", 2.0, 2, 3, 3), ("hidden", 0.1, 0, 5, 5)]),
        ("rnn", [("hidden", -0.4, 3, 2, 5)]),
    ],
)
def test_the_terms_of_a_held_number_make_what_it_would_have_been(
    make_layer, x, kind, held, polarity
) -> None:
    weights = make_layer(kind)
    holds = [Intervention(weights.cell, *one) for one in held]
    trace = run(weights, x, interventions=holds)
    for track, j, t in every_number(trace, trace):
        found = contributions(weights, trace, track, j, t, polarity)
        assert found.held == trace.held(track)[t, j]
        numbers = inside(weights, trace, j, polarity)
        if track in weights.gates:
            shown = numbers[f"{track}.sum"][t]
            assert abs(found.pre_activation - shown) <= 1e-13
        assert abs(found.value - numbers[track][t]) <= 1e-15
        assert found.held == (abs(found.value - found.free) > 1e-3)


# Ranking --------------------------------------------------------------------------------------


def some_terms(products):
    count = len(products)
    weight, one = np.array(products, float), np.ones(count)
    kind, index = np.array(["unit"] * count), np.arange(count)
    return multiplied(kind, index, weight, one, np.full(count, np.nan))


def test_the_largest_come_first_and_the_rest_is_summed_and_counted() -> None:
    first, second, rest = ranked(some_terms([0.1, -3.0, 0.2, 2.0, -0.4]), 2)
    assert (first.index, first.product) == (1, -3.0)
    assert (second.index, second.product) == (3, 2.0)
    assert rest == Term("rest", None, None, None, None, pytest.approx(-0.1), 3)


@given(
    st.lists(st.floats(-100, 100), min_size=1, max_size=30),
    st.integers(1, 40),
)
def test_ranking_loses_nothing_and_orders_by_magnitude(products, most) -> None:
    found = ranked(some_terms(products), most)
    assert math.fsum(term.product for term in found) == pytest.approx(
        math.fsum(products), abs=1e-12
    )
    assert sum(term.count for term in found) == len(products)
    named = [abs(term.product) for term in found if term.kind != "rest"]
    assert named == sorted(map(abs, products), reverse=True)[:most]
    assert [term.kind for term in found].count("rest") == (len(products) > most)


def test_equal_terms_stay_in_order() -> None:
    assert [term.index for term in ranked(some_terms([1.0, -1.0, 1.0, 1.0]), 3)] == [0, 1, 2, None]


def test_ranking_needs_at_least_one_term_by_itself() -> None:
    with pytest.raises(RangeError, match="most is 0; it needs a whole number of at least 1"):
        ranked(some_terms([1.0]), 0)


# What is refused ------------------------------------------------------------------------------


def test_no_column_of_the_terms_can_be_written(gru, x) -> None:
    terms = contributions(gru, run(gru, x), "reset", 0, 0).terms
    for name in ("kind", "index", "weight", "value", "reset", "product"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(terms, name)[0] = 0


def test_a_number_that_other_weights_made_is_not_explained(gru, x) -> None:
    trace = run(gru, x)
    other = gru.with_value("b_x", (0, 1), float(gru.b_x[0, 1]) + 0.01)
    with pytest.raises(RangeError, match=r"gru.reset of unit 1 at step 3, and these weights make"):
        contributions(other, trace, "reset", 1, 3)
    assert contributions(other, trace, "update", 1, 3).value == trace["update"][3, 1]


def test_large_terms_that_cancel_are_explained_for_all_their_rounding_in_float32() -> None:
    """In float32 a sum of terms of 10,000 is off by about 0.001, and so is the value."""
    rng = np.random.default_rng(0)
    w_x, x = 1e4 * rng.normal(size=(1, 8, 50)), rng.normal(size=(1, 50))
    x[0, -1] = 1
    w_x[..., -1] -= w_x @ x[0]
    weights = RNNWeights(w_x, np.zeros((1, 8, 8)), np.zeros((1, 8)), np.zeros((1, 8)))
    trace = run(weights.astype(np.float32), x.astype(np.float32))
    found = [contributions(weights.astype(np.float32), trace, "hidden", j, 0) for j in range(8)]
    assert max(abs(one.value - one.free) for one in found) > 1e-4


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("lstm", {}, "trace is of the GRU with 4 units .* weights are of the LSTM with 4 units"),
        ("gru", {"units": 5}, "with 4 units and 3 inputs, and .* with 5 units and 3 inputs"),
        ("gru", {"inputs": 2}, "with 4 units and 2 inputs: pass those that were run"),
    ],
)
def test_weights_that_cannot_have_made_the_trace_are_refused(
    make_layer, gru, x, kind, change, says
) -> None:
    with pytest.raises(ShapeError, match=says):
        contributions(make_layer(kind, **change), run(gru, x), "reset", 0, 0)


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        (("forget", 0, 0), UnknownNameError, "GRU track 'forget' does not exist"),
        (("reset", 4, 0), RangeError, "unit is 4; the trace has 4, counted from 0: use 0 to 3"),
        (("reset", -1, 0), RangeError, "unit is -1"),
        (("reset", 0, 7), RangeError, "step is 7; the trace has 7, counted from 0: use 0 to 6"),
        (("reset", 0, -1), RangeError, "step is -1"),
        (("reset", 0, 0, "hold"), UnknownNameError, "polarity 'hold' .* one of: keep, write"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(gru, x, asked, error, says) -> None:
    with pytest.raises(error, match=says):
        contributions(gru, run(gru, x), *asked)
