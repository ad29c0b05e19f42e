"""The cells once more, number by number in plain Python, straight from the papers.

Written without NumPy's products or our gate axis: an error in orientation or placement that we
and PyTorch might share cannot be shared with this.
"""

import math

import numpy as np
import pytest

from gru_core import GRUWeights, run


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def dot(row, column) -> float:
    return math.fsum(a * b for a, b in zip(row, column, strict=True))


def cho_2014(w, inputs, h):
    """h_j' = z_j h_j + (1 - z_j) tanh((W x)_j + (U (r * h))_j): reset before the product."""
    units, states = range(len(h)), []
    for x in inputs:
        r, z = (
            [
                sigmoid(dot(w.w_x[g][j], x) + dot(w.w_h[g][j], h) + w.b_x[g][j] + w.b_h[g][j])
                for j in units
            ]
            for g in (0, 1)
        )
        kept = [r[j] * h[j] for j in units]
        n = [
            math.tanh(dot(w.w_x[2][j], x) + dot(w.w_h[2][j], kept) + w.b_x[2][j] + w.b_h[2][j])
            for j in units
        ]
        h = [z[j] * h[j] + (1 - z[j]) * n[j] for j in units]
        states.append((r, z, n, h))
    return states


def cudnn(w, inputs, h):
    """n_j = tanh((W x)_j + b_j + r_j ((U h)_j + d_j)): reset after the product."""
    units, states = range(len(h)), []
    for x in inputs:
        own, now = [], []
        for j in units:
            a, b, c = (dot(w.w_x[g][j], x) + w.b_x[g][j] for g in range(3))
            d, e, f = (dot(w.w_h[g][j], h) + w.b_h[g][j] for g in range(3))
            r, z = sigmoid(a + d), sigmoid(b + e)
            n = math.tanh(c + r * f)
            own.append((r, z, n))
            now.append(z * h[j] + (1 - z) * n)
        h = now
        states.append((*map(list, zip(*own, strict=True)), h))
    return states


@pytest.mark.parametrize(("reset_after", "reference"), [(False, cho_2014), (True, cudnn)])
@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_every_gate_of_the_gru_equals_the_scalar_equations(reset_after, reference, engine) -> None:
    weights, x, h = a_gru(reset_after)
    trace = run(weights, x, h, engine=engine)
    for t, expected in enumerate(reference(weights, x.tolist(), h.tolist())):
        for name, values in zip(trace, expected, strict=True):
            np.testing.assert_allclose(trace[name][t], values, rtol=0, atol=1e-12)


def test_the_two_placements_differ_enough_to_be_told_apart() -> None:
    hidden = [run(*a_gru(reset_after))["hidden"] for reset_after in (True, False)]
    assert np.abs(hidden[0] - hidden[1]).max() > 0.05


def a_gru(reset_after: bool):
    rng = np.random.default_rng(0)
    shapes = ((3, 4, 2), (3, 4, 4), (3, 4), (3, 4))
    parts = [0.6 * rng.normal(size=shape) for shape in shapes]
    return GRUWeights(*parts, reset_after), rng.normal(size=(30, 2)), rng.normal(size=4)
