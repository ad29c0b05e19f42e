"""The long short-term memory cell (Hochreiter & Schmidhuber 1997, with a forget gate)."""

from typing import NamedTuple

from gru_core.arrays import Array
from gru_core.cells.activations import function_of
from gru_core.cells.replacing import Replace, as_computed
from gru_core.weights import LSTMWeights


class LSTMStep(NamedTuple):
    """What one timestep computes; each field is (unit,)."""

    input: Array
    forget: Array
    candidate: Array
    output: Array
    cell: Array
    hidden: Array


def step(w: LSTMWeights, x: Array, h: Array, c: Array, replace: Replace = as_computed) -> LSTMStep:
    """Advance one timestep. x: (input,), h and c: (unit,). Nothing is mutated."""
    gate, squash = function_of(w.gate_activation), function_of(w.state_activation)
    total = w.w_x @ x + w.b_x + w.w_h @ h + w.b_h  # (gate, unit)
    input_gate, forget, output = gate(total[[0, 1, 3]])
    input_gate, forget = replace("input", input_gate), replace("forget", forget)
    candidate, output = replace("candidate", squash(total[2])), replace("output", output)
    cell = replace("cell", forget * c + input_gate * candidate)
    hidden = replace("hidden", output * squash(cell))
    return LSTMStep(input_gate, forget, candidate, output, cell, hidden)
