"""The numbers in the equations: each against a scalar reference, and adding up to the trace."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gru_core import GRUWeights, Trace, run
from gru_core.analysis.inside import inside, inside_sweep, vectors, vectors_sweep
from gru_core.conventions import CELLS, GATES, STATES, Cell
from gru_core.errors import RangeError
from gru_core.situation import Edit, Situation, Target, apply_edits
from gru_core.sweep import sweep
from gru_core.weights import WEIGHTS, Weights
from tests.core.comparing import assert_near, slices

UNITS, INPUTS, STEPS = 3, 2, 5
LAYERS = [("gru", True), ("gru", False), ("lstm", True), ("rnn", True)]


def layer(cell: Cell, after: bool = True, seed: int = 0) -> Weights:
    """Distinct random weights, biases too."""
    rng = np.random.default_rng(seed)
    gates = len(GATES[cell])
    shapes = [(gates, UNITS, INPUTS), (gates, UNITS, UNITS), (gates, UNITS), (gates, UNITS)]
    arrays = [rng.normal(size=shape) for shape in shapes]
    more: dict[str, Any] = {"reset_after": after} if cell == "gru" else {}
    return WEIGHTS[cell](*arrays, **more)


def made(cell: Cell, after: bool = True) -> tuple[Weights, np.ndarray, tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(1)
    initial = tuple(rng.uniform(-0.9, 0.9, UNITS) for _ in STATES[cell])
    return layer(cell, after), rng.normal(size=(STEPS, INPUTS)), initial


def traced(cell: Cell, after: bool = True) -> tuple[Weights, Trace]:
    weights, x, initial = made(cell, after)
    return weights, run(weights, x, initial if len(initial) > 1 else initial[0])


def sigma(a: float) -> float:
    return 1 / (1 + math.exp(-a))


@pytest.mark.parametrize(("cell", "after"), LAYERS)
@pytest.mark.parametrize("unit", range(UNITS))
def test_the_terms_of_a_gate_are_those_of_its_equation(cell: Cell, after: bool, unit: int) -> None:
    weights, trace = traced(cell, after)
    found = inside(weights, trace, unit)
    h = trace.previous()
    for t in range(STEPS):
        for g, gate in enumerate(weights.gates):
            state = [float(h[t, m]) for m in range(UNITS)]
            if gate == "candidate" and cell == "gru" and not after:
                state = [float(trace["reset"][t, m]) * state[m] for m in range(UNITS)]
            from_x = math.fsum(weights.w_x[g, unit, i] * trace.x[t, i] for i in range(INPUTS))
            from_h = math.fsum(weights.w_h[g, unit, m] * state[m] for m in range(UNITS))
            b, d = weights.b_x[g, unit], weights.b_h[g, unit]
            total = from_x + b + from_h + d
            if gate == "candidate" and cell == "gru" and after:
                r = float(trace["reset"][t, unit])
                assert found["candidate.recurrent"][t] == pytest.approx(from_h + d, abs=1e-14)
                assert found["reset_hidden"][t] == pytest.approx(r * (from_h + d), abs=1e-14)
                total = from_x + b + r * (from_h + d)
            expected = {
                "from_x": from_x, "from_h": from_h, "joined": from_x + from_h,
                "b_x": b, "b_h": d, "b": b + d, "sum": total,
            }  # fmt: skip
            for name, value in expected.items():
                assert found[f"{gate}.{name}"][t] == pytest.approx(value, abs=1e-13), (gate, name)
            squash = math.tanh if gate in ("candidate", "hidden") else sigma
            assert squash(total) == pytest.approx(float(trace[gate][t, unit]), abs=1e-12)
            np.testing.assert_array_equal(found[f"{gate}.w_x"][t], weights.w_x[g, unit])
            np.testing.assert_array_equal(found[f"{gate}.w_h"][t], weights.w_h[g, unit])


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("polarity", ["keep", "write"])
def test_kept_and_written_add_up_to_the_hidden_state(after: bool, polarity: Any) -> None:
    weights, trace = traced("gru", after)
    for unit in range(UNITS):
        found = inside(weights, trace, unit, polarity)
        np.testing.assert_allclose(found["kept"] + found["written"], trace["hidden"][:, unit])
        z, other = found["update"], found["update.complement"]
        np.testing.assert_allclose(z + other, 1)
        on_old, on_new = (z, other) if polarity == "keep" else (other, z)
        np.testing.assert_allclose(found["kept"], on_old * found["previous"])
        np.testing.assert_allclose(found["written"], on_new * found["candidate"])
        np.testing.assert_allclose(1 / (1 + np.exp(-found["update.sum"])), z, atol=1e-13)


def test_the_write_polarity_negates_the_row_of_the_update_gate_and_nothing_else() -> None:
    weights, trace = traced("gru")
    keep, write = (inside(weights, trace, 1, polarity) for polarity in ("keep", "write"))  # type: ignore[arg-type]
    assert keep.keys() == write.keys()
    for name, array in keep.items():
        if name.startswith("update") and name not in ("update", "update.complement"):
            np.testing.assert_array_equal(write[name], -array)
        elif not name.startswith("update"):
            np.testing.assert_array_equal(write[name], array)
    np.testing.assert_array_equal(write["update"], 1 - keep["update"])
    np.testing.assert_array_equal(write["update.complement"], keep["update"])


def test_the_lstm_keeps_writes_and_squashes() -> None:
    weights, trace = traced("lstm")
    found, before = inside(weights, trace, 2), trace.previous("cell")[:, 2]
    np.testing.assert_array_equal(found["previous_cell"], before)
    np.testing.assert_allclose(found["kept"], trace["forget"][:, 2] * before)
    np.testing.assert_allclose(found["kept"] + found["written"], trace["cell"][:, 2])
    np.testing.assert_allclose(trace["output"][:, 2] * found["squashed"], trace["hidden"][:, 2])


@pytest.mark.parametrize(("cell", "after"), LAYERS)
def test_the_vectors_are_every_units_own_numbers(cell: Cell, after: bool) -> None:
    weights, trace = traced(cell, after)
    found = vectors(weights, trace)
    assert (
        set(found)
        == {
            "gru": {"reset_hidden", "kept", "written"},
            "lstm": {"kept", "written", "squashed"},
            "rnn": set(),
        }[cell]
    )
    for name, array in found.items():
        for unit in range(UNITS):
            own = inside(weights, trace, unit)[name]
            np.testing.assert_allclose(array[:, unit], own, atol=1e-14)


TARGETS = {
    cell: [
        "x.2.1", "x.3.0", f"{cell}.h0.1", f"{cell}.h0.2", *([f"{cell}.c0.1"] * (cell == "lstm")),
        *(f"{cell}.{part}.{gate}.1{'.0' if part[0] == 'w' else ''}"
          for gate in GATES[cell] for part in ("w_x", "w_h", "b_x", "b_h")),
    ]
    for cell in CELLS
}  # fmt: skip


@pytest.mark.parametrize(("cell", "after"), LAYERS)
@pytest.mark.parametrize("polarity", ["keep", "write"])
def test_a_sweep_has_the_numbers_of_the_run_at_each_value(
    cell: Cell, after: bool, polarity: Any
) -> None:
    weights, x, initial = made(cell, after)
    situation = Situation(x, {cell: weights}, {cell: initial})
    values, places = [-1.5, 0.0, 0.7], list(itertools.product((0, 2, 3), (0, 1)))
    for text in TARGETS[cell]:
        target = Target.parse(text)
        swept = sweep(weights, x, target, values, initial if len(initial) > 1 else initial[0])
        found = [inside_sweep(weights, x, swept, *place, polarity, initial) for place in places]
        columns = [vectors_sweep(weights, swept, step, initial) for step, _ in places]
        for at, value in enumerate(values):
            there = apply_edits(situation, [Edit(target, value)])
            trace = run(there.weights[cell], there.x, there.initials[cell])
            whole = vectors(there.weights[cell], trace)
            truths = [inside(there.weights[cell], trace, unit, polarity) for unit in (0, 1)]
            for (step, unit), numbers, column in zip(places, found, columns, strict=True):
                assert_near(slices(numbers, at), slices(truths[unit], step), text)
                assert_near(slices(column, at), slices(whole, step), text)


@given(st.integers(-5, 10).filter(lambda unit: not 0 <= unit < UNITS))
def test_a_unit_that_is_not_there_is_named(unit: int) -> None:
    weights, trace = traced("gru")
    with pytest.raises(RangeError, match=f"unit is {unit}; the GRU has 3, counted from 0"):
        inside(weights, trace, unit)


def test_the_book_s_reset_gate_scales_the_old_state_element_by_element() -> None:
    """0.6·0.2 = 0.12, 0.5·0.4 = 0.20, 0.3·0.8 = 0.24: claim 3 of most course notes."""
    gates = np.zeros((3, 3))
    gates[0] = [math.log(0.2 / 0.8), math.log(0.4 / 0.6), math.log(0.8 / 0.2)]
    zeros = np.zeros((3, 3, 3))
    weights = GRUWeights(np.zeros((3, 3, 1)), zeros, gates, np.zeros((3, 3)), reset_after=False)
    trace = run(weights, np.zeros((1, 1)), np.array([0.6, 0.5, 0.3]))
    np.testing.assert_allclose(trace["reset"][0], [0.2, 0.4, 0.8])
    np.testing.assert_allclose(vectors(weights, trace)["reset_hidden"][0], [0.12, 0.20, 0.24])
