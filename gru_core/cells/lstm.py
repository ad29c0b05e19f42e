"""The long short-term memory cell (Hochreiter & Schmidhuber 1997, with a forget gate).

Its hidden state may be projected to fewer numbers than it has units (Sak et al. 2014).
"""

from typing import NamedTuple

from gru_core.arrays import Array
from gru_core.cells.replacing import Replace, as_computed
from gru_core.weights import LSTMWeights


class LSTMStep(NamedTuple):
    """What one timestep computes; each field is (unit,), a projected h (number,)."""

    input: Array
    forget: Array
    candidate: Array
    output: Array
    cell: Array
    hidden: Array


def step(w: LSTMWeights, x: Array, h: Array, c: Array, replace: Replace = as_computed) -> LSTMStep:
    """Advance one timestep. x: (input,), h and c: (unit,). Nothing is mutated."""
    total = w.w_x @ x + w.b_x + w.w_h @ h + w.b_h  # (gate, unit)
    gates = w.gate(total[:2])
    input_gate = replace("input", gates[0])
    forget = replace("forget", gates[1])
    candidate = replace("candidate", w.squash(total[2]))
    output = replace("output", w.gate(total[3]))
    cell = replace("cell", forget * c + input_gate * candidate)
    if w.w_p is None:
        hidden = replace("hidden", output * w.squash(cell))
    else:
        hidden = replace("hidden", w.w_p @ (output * w.squash(cell)))  # a projection
    return LSTMStep(input_gate, forget, candidate, output, cell, hidden)
