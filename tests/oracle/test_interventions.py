"""Interventions once more, number by number in plain Python: lists, floats and the math module.

Each number of each cell is computed and then held, unit by unit, in the order of the equations.
"""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gru_core import Intervention, run
from gru_core.conventions import GATES, SIGMOID_TRACKS, STATES, TRACKS
from gru_core.engines.held import held_of
from gru_core.engines.torch_engine import run_tensors, to_tensors
from gru_core.weights import WEIGHTS

UNITS, INPUTS, STEPS = 4, 3, 8
KINDS = ["gru", "gru before", "lstm", "rnn"]


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


def dot(row, column):
    return math.fsum(a * b for a, b in zip(row, column, strict=True))


class Clamps:
    """Which value holds a number, if any: the last clamp that covers it."""

    def __init__(self, clamps):
        self.clamps = clamps  # (track, unit or None, first, last or None, value)

    def __call__(self, track, t, computed):
        return [self.one(track, j, t, number) for j, number in enumerate(computed)]

    def one(self, track, j, t, number):
        for name, unit, first, last, value in self.clamps:
            if name != track or unit not in (None, j) or t < first:
                continue
            if last is None or t <= last:
                number = value
        return number


class Plain:
    """Weights as lists."""

    def __init__(self, weights):
        self.w, self.u = weights.w_x.tolist(), weights.w_h.tolist()
        self.b, self.d = weights.b_x.tolist(), weights.b_h.tolist()

    def sum(self, g, j, x, h):
        return dot(self.w[g][j], x) + self.b[g][j] + dot(self.u[g][j], h) + self.d[g][j]


def gru_before(p, xs, start, clamp):
    (h,), units = start, range(UNITS)
    for t, x in enumerate(xs):
        r = clamp("reset", t, [sigmoid(p.sum(0, j, x, h)) for j in units])
        z = clamp("update", t, [sigmoid(p.sum(1, j, x, h)) for j in units])
        let_through = [r[j] * h[j] for j in units]
        n = clamp("candidate", t, [math.tanh(p.sum(2, j, x, let_through)) for j in units])
        h = clamp("hidden", t, [z[j] * h[j] + (1 - z[j]) * n[j] for j in units])
        yield {"reset": r, "update": z, "candidate": n, "hidden": h}


def gru_after(p, xs, start, clamp):
    (h,), units = start, range(UNITS)
    for t, x in enumerate(xs):
        r = clamp("reset", t, [sigmoid(p.sum(0, j, x, h)) for j in units])
        z = clamp("update", t, [sigmoid(p.sum(1, j, x, h)) for j in units])
        n = []
        for j in units:
            own = dot(p.u[2][j], h) + p.d[2][j]
            n.append(math.tanh(dot(p.w[2][j], x) + p.b[2][j] + r[j] * own))
        n = clamp("candidate", t, n)
        h = clamp("hidden", t, [z[j] * h[j] + (1 - z[j]) * n[j] for j in units])
        yield {"reset": r, "update": z, "candidate": n, "hidden": h}


def lstm(p, xs, start, clamp):
    (h, c), units = start, range(UNITS)
    for t, x in enumerate(xs):
        i = clamp("input", t, [sigmoid(p.sum(0, j, x, h)) for j in units])
        f = clamp("forget", t, [sigmoid(p.sum(1, j, x, h)) for j in units])
        g = clamp("candidate", t, [math.tanh(p.sum(2, j, x, h)) for j in units])
        o = clamp("output", t, [sigmoid(p.sum(3, j, x, h)) for j in units])
        c = clamp("cell", t, [f[j] * c[j] + i[j] * g[j] for j in units])
        h = clamp("hidden", t, [o[j] * math.tanh(c[j]) for j in units])
        yield {"input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": h}


def rnn(p, xs, start, clamp):
    (h,) = start
    for t, x in enumerate(xs):
        h = clamp("hidden", t, [math.tanh(p.sum(0, j, x, h)) for j in range(UNITS)])
        yield {"hidden": h}


REFERENCES = {"gru": gru_after, "gru before": gru_before, "lstm": lstm, "rnn": rnn}


def made(kind):
    """Distinct weights of every gate, biases too; an input; initial states."""
    cell, _, before = kind.partition(" ")
    rng, gates = np.random.default_rng(0), len(GATES[cell])
    shapes = ((gates, UNITS, INPUTS), (gates, UNITS, UNITS), (gates, UNITS), (gates, UNITS))
    parts = [0.6 * rng.normal(size=shape) for shape in shapes]
    weights = WEIGHTS[cell](*parts, **({"reset_after": False} if before else {}))
    starts = tuple(rng.normal(size=UNITS) for _ in STATES[cell])
    return weights, rng.normal(size=(STEPS, INPUTS)), starts


def value_of(track):
    if track in SIGMOID_TRACKS:
        return st.floats(0, 1)
    return st.floats(-1, 1) if track == "candidate" else st.floats(-4, 4)


@st.composite
def clamps(draw, cell):
    """Up to five, often on the same numbers."""
    found = []
    for _ in range(draw(st.integers(1, 5))):
        track = draw(st.sampled_from(TRACKS[cell]))
        first = draw(st.integers(0, STEPS - 1))
        last = draw(st.none() | st.integers(first, STEPS - 1))
        unit = draw(st.none() | st.integers(0, UNITS - 1))
        found.append((track, unit, first, last, draw(value_of(track))))
    return found


def interventions(cell, clamps):
    return [
        Intervention(cell, track, value, unit=unit, first=first, last=last)
        for track, unit, first, last, value in clamps
    ]


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_number_of_a_held_run_equals_the_scalar_equations(kind, data) -> None:
    weights, x, start = made(kind)
    held = data.draw(clamps(weights.cell))
    trace = run(weights, x, start, interventions=interventions(weights.cell, held))
    states = tuple(state.tolist() for state in start)
    reference = REFERENCES[kind](Plain(weights), x.tolist(), states, Clamps(held))
    for t, expected in enumerate(reference):
        for name, numbers in expected.items():
            np.testing.assert_allclose(trace[name][t], numbers, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_the_torch_engine_holds_what_the_numpy_engine_holds(kind, data) -> None:
    weights, x, start = made(kind)
    held = interventions(weights.cell, data.draw(clamps(weights.cell)))
    ours, theirs = (
        run(weights, x, start, engine=engine, interventions=held) for engine in ("numpy", "torch")
    )
    for name, track in ours.items():
        np.testing.assert_allclose(theirs[name], track, rtol=0, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("kind", KINDS)
def test_each_track_moves_the_last_state_enough_for_the_oracle_to_see(kind) -> None:
    """Otherwise a track that is never held would pass above."""
    weights, x, start = made(kind)
    free = run(weights, x, start)["hidden"][-1]
    for track in TRACKS[weights.cell]:
        held = Intervention(weights.cell, track, 0.9, unit=2, first=STEPS - 2)
        last = run(weights, x, start, interventions=[held])["hidden"][-1]
        assert np.abs(last - free).max() > 1e-3, track


def test_no_gradient_passes_a_number_that_is_held() -> None:
    weights, x, (start,) = made("gru")
    held = [Intervention("gru", "hidden", 0.5, first=3, last=3)]
    laid_out = held_of(weights, held, STEPS)
    inputs = torch.tensor(x, requires_grad=True)
    hidden = run_tensors(to_tensors(weights), inputs, (torch.tensor(start),), laid_out)["hidden"]
    hidden[-1].sum().backward()
    assert not inputs.grad[:4].any()
    assert inputs.grad[4:].any(dim=1).all()
