"""The gated recurrent unit (Cho et al. 2014), with reset after or before the product."""

from typing import NamedTuple

from gru_core.arrays import Array
from gru_core.cells.replacing import Replace, as_computed
from gru_core.weights import GRUWeights


class GRUStep(NamedTuple):
    """What one timestep computes; each field is (unit,)."""

    reset: Array
    update: Array
    candidate: Array
    hidden: Array


def step(w: GRUWeights, x: Array, h: Array, replace: Replace = as_computed) -> GRUStep:
    """Advance one timestep. x: (input,), h: (unit,). Nothing is mutated."""
    from_x = w.w_x @ x + w.b_x  # (gate, unit)
    from_h = w.w_h @ h + w.b_h  # (gate, unit)
    gates = w.gate(from_x[:2] + from_h[:2])
    reset = replace("reset", gates[0])
    update = replace("update", gates[1])
    if w.reset_after:
        inner = from_x[2] + reset * from_h[2]  # reset acts after the product
    else:
        inner = from_x[2] + w.w_h[2] @ (reset * h) + w.b_h[2]  # reset acts before the product
    candidate = replace("candidate", w.squash(inner))
    hidden = replace("hidden", update * h + (1 - update) * candidate)  # update near 1 keeps
    return GRUStep(reset, update, candidate, hidden)
