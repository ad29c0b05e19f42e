"""The gated recurrent unit (Cho et al. 2014), with reset after or before the product."""

from typing import NamedTuple

from gru_core.arrays import Array
from gru_core.cells.activations import function_of
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
    gate, squash = function_of(w.gate_activation), function_of(w.state_activation)
    from_x = w.w_x @ x + w.b_x  # (gate, unit)
    from_h = w.w_h @ h + w.b_h  # (gate, unit)
    reset, update = gate(from_x[:2] + from_h[:2])
    reset, update = replace("reset", reset), replace("update", update)
    if w.reset_after:
        candidate = squash(from_x[2] + reset * from_h[2])
    else:
        candidate = squash(from_x[2] + w.w_h[2] @ (reset * h) + w.b_h[2])
    candidate = replace("candidate", candidate)
    hidden = replace("hidden", update * h + (1 - update) * candidate)
    return GRUStep(reset, update, candidate, hidden)
