"""The torch engine: the steps of gru_core/cells called with tensors, so that gradients flow.

torch takes most of a second to import, so only the functions that need its name do.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from gru_core.arrays import Array
from gru_core.cells.replacing import as_computed
from gru_core.cells.steps import STEPS
from gru_core.conventions import TRACKS, Cell, hard_slope
from gru_core.ends import SURE, end_of
from gru_core.engines.held import Held
from gru_core.weights import GRUWeights, Weights

if TYPE_CHECKING:
    from torch import Tensor


class TensorWeights(NamedTuple):
    """One layer as tensors; shapes, and what a step takes of it, as in gru_core.weights."""

    cell: Cell
    w_x: "Tensor"  # (gate, unit, input)
    w_h: "Tensor"  # (gate, unit, number)
    b_x: "Tensor"  # (gate, unit)
    b_h: "Tensor"  # (gate, unit)
    reset_after: bool = True  # read by the GRU only
    gate_activation: str = "sigmoid"
    state_activation: str = "tanh"
    w_p: "Tensor | None" = None  # (number, unit), read by the LSTM only

    def gate(self, a: "Tensor") -> "Tensor":
        """What every gate ends in, of pre-activations of any shape."""
        return activated(self.gate_activation, a)

    def squash(self, a: "Tensor") -> "Tensor":
        """What the candidate or the state ends in, of pre-activations of any shape."""
        return activated(self.state_activation, a)


# What one timestep computes, by track name; each (unit,).
Step: TypeAlias = "dict[str, Tensor]"
States: TypeAlias = "tuple[Tensor, ...]"  # each (unit,), in the order of conventions.STATES
# As gru_core.cells.replacing has it, for tensors.
Replace: TypeAlias = "Callable[[str, Tensor], Tensor]"


def to_tensors(weights: Weights, *, requires_grad: bool = False) -> TensorWeights:
    """A copy of the weights as tensors of the same dtype."""
    import torch

    w_x, w_h, b_x, b_h, *projection = (
        torch.tensor(part, requires_grad=requires_grad) for part in weights.arrays.values()
    )
    reset_after = not isinstance(weights, GRUWeights) or weights.reset_after
    names = weights.gate_activation, weights.state_activation
    return TensorWeights(weights.cell, w_x, w_h, b_x, b_h, reset_after, *names, *projection)


def activated(name: str, a: "Tensor") -> "Tensor":
    """What the activation of this name makes of a pre-activation, any shape."""
    from torch.nn import functional

    end = end_of(name)
    assert end is not None, name
    family, parameters = end
    slope = hard_slope(name)
    if slope is not None:
        # Not torch's own, whose slope is 1/6 to the seven digits of float32. In hardtanh, unlike in
        # clamp, corners are flat.
        return functional.hardtanh(slope * a + 0.5, 0, 1)
    if family == "scaled_tanh":
        return parameters[0] * (parameters[1] * a).tanh()
    if family in ("linear", "affine"):
        return a + 0 if family == "linear" else parameters[0] * a + parameters[1]
    if family == "thresholded_relu":
        return functional.threshold(a, parameters[0], 0)
    if family == "softplus":
        return functional.softplus(a, threshold=SURE)
    found: Tensor = getattr(functional, family)(a, *parameters)
    return found


def step(w: TensorWeights, x: "Tensor", states: States, replace: Replace = as_computed) -> Step:
    """Advance any cell one timestep. x: (input,), states: each (unit,)."""
    made: Step = STEPS[w.cell](w, x, *states, replace)._asdict()
    return made


def run_tensors(
    w: TensorWeights, x: "Tensor", initial: States, held: Held | None = None
) -> "dict[str, Tensor]":
    """Every track, (step, unit), with its graph: gradients reach w, x and initial.

    x: (step, input), initial: each (unit,), for the LSTM (hidden, cell). No gradient passes a
    number that is held: it would be the same whatever came before it.
    """
    import torch

    steps: list[Step] = []
    states, replacing = initial, _replacing(held)
    for t, now in enumerate(x):
        steps.append(step(w, now, states, replacing(t)))
        last = steps[-1]
        states = (last["hidden"], last["cell"]) if w.cell == "lstm" else (last["hidden"],)
    return {name: torch.stack([one[name] for one in steps]) for name in TRACKS[w.cell]}


def _replacing(held: Held | None) -> Callable[[int], Replace]:
    """For each step, what replaces its tracks."""
    if held is None:
        return lambda _: as_computed
    import torch

    where = {track: torch.tensor(places >= 0) for track, places in held.places.items()}
    values = {track: torch.tensor(held.values[at]) for track, at in held.places.items()}

    def replacing(t: int) -> Replace:
        def replace(track: str, computed: "Tensor") -> "Tensor":
            if track not in where:
                return computed
            return torch.where(where[track][t], values[track][t], computed)

        return replace

    return replacing


def run(
    weights: Weights, x: Array, initial: tuple[Array, ...], held: Held | None = None
) -> dict[str, Array]:
    """Every track as an array, (step, unit), without a graph; arguments as numpy_engine.run."""
    import torch

    with torch.inference_mode():
        states = tuple(torch.tensor(state) for state in initial)
        tracks = run_tensors(to_tensors(weights), torch.tensor(x), states, held)
    return {name: track.numpy() for name, track in tracks.items()}
