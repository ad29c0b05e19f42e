"""What torch.nn.GRU, LSTM and RNN call their tensors, and our layers under those names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from gru_core.arrays import Array
from gru_core.conventions import gates_together
from gru_core.errors import FormatError
from gru_core.run import Layer
from gru_core.weights import PROJECTION as OUR_PROJECTION
from gru_core.weights import GRUWeights, Part, Weights
from gru_core.words import Said, counted

# Each of our parts under its name there, in the order of a state dict.
PARTS: Final[Mapping[Part, str]] = MappingProxyType(
    {"w_x": "weight_ih", "w_h": "weight_hh", "b_x": "bias_ih", "b_h": "bias_hh"}
)
PROJECTION: Final = "weight_hr"  # of an LSTM with proj_size
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {str(part): name for part, name in PARTS.items()} | {OUR_PROJECTION: PROJECTION}
)
CELL: Final = ""  # the suffix of GRUCell, LSTMCell and RNNCell, which have one layer

TENSOR: Final = re.compile(
    rf"(?P<part>{'|'.join(PARTS.values())}|{PROJECTION})"
    r"(?P<suffix>|_l(?P<layer>0|[1-9][0-9]{0,3})(?P<reverse>_reverse)?)"
)


def suffix(layer: int, direction: int) -> str:
    """What the names of one layer in one direction end in: _l0, _l0_reverse, _l1, …"""
    return f"_l{layer}{'_reverse' * direction}"


def state_dict(layers: Sequence[Layer]) -> dict[str, Array]:
    """The tensors that load_state_dict of torch.nn.GRU, LSTM or RNN takes as they are.

    layers: as run_layers takes them, the lowest first. Two biases for each gate, in the precision
    of the layers. Errors: FormatError naming what the layers of PyTorch cannot do.
    """
    stack = [(layer,) if isinstance(layer, Weights) else tuple(layer) for layer in layers]
    _check_stack(stack)
    return {
        f"{NAMES[part]}{suffix(at, direction)}": in_file_order(weights, part)
        for at, pair in enumerate(stack)
        for direction, weights in enumerate(pair)
        for part in weights.arrays
    }


def in_file_order(weights: Weights, part: str) -> Array:
    """(gate · unit, …), the gates as PyTorch stacks them; the projection has none."""
    array = weights.arrays[part]
    if part == OUR_PROJECTION:
        return array
    return gates_together("pytorch", weights.cell, array)


def _check_stack(stack: Sequence[tuple[Weights, ...]]) -> None:
    if not stack or not all(len(pair) in (1, 2) for pair in stack):
        raise FormatError(
            "There are {count} layers; PyTorch needs at least one, each of one direction or of "
            "two: give them.",
            count=len(stack),
        )
    for at, pair in enumerate(stack):
        for weights in pair:
            problem = next(problems(weights, Said("Layer {at}", at=at)), None)
            if problem is not None:
                raise FormatError(
                    "{problem}: export it as ONNX or NPZ, which have a place for it.",
                    problem=problem,
                )
    _check_alike(stack)


def problems(weights: Weights, who: str) -> Iterator[Said]:
    """What torch.nn cannot do of one layer, without a stop. who: what the layer is called."""
    if isinstance(weights, GRUWeights) and not weights.reset_after:
        yield Said(
            "{who} resets before the product U h; torch.nn.GRU resets after it, and neither "
            "converts",
            who=who,
        )
    if weights.gate_activation != "sigmoid":
        yield Said(
            "{who} ends its gates in {activation}; PyTorch has sigmoid alone",
            who=who,
            activation=weights.gate_activation,
        )
    rnn = weights.cell == "rnn"
    if weights.state_activation not in ("tanh", *(["relu"] if rnn else [])):
        yield Said(
            "{who} has the activation {activation}; torch.nn.RNN has tanh and relu alone"
            if rnn
            else "{who} has the activation {activation}; torch.nn.{name} has tanh alone",
            who=who,
            activation=weights.state_activation,
            name=weights.cell.upper(),
        )
    if weights.hidden_size >= weights.units and weights.is_projected:
        yield Said(
            "{who} projects {units} units to {numbers} numbers; PyTorch projects to fewer alone",
            who=who,
            units=weights.units,
            numbers=weights.hidden_size,
        )


def _check_alike(stack: Sequence[tuple[Weights, ...]]) -> None:
    """Raise FormatError unless every layer is of one kind and reads the one below."""
    first = stack[0][0]
    kind = _kind(first, len(stack[0]))
    for at, pair in enumerate(stack):
        inputs = first.input_size if at == 0 else first.hidden_size * len(stack[0])
        for weights in pair:
            found = _kind(weights, len(pair))
            if found != kind:
                raise FormatError(
                    "Layer {at} is {found}, and layer 0 {kind}; the layers of PyTorch are all "
                    "alike: export each by itself.",
                    at=at,
                    found=found,
                    kind=kind,
                )
            if weights.input_size != inputs:
                raise FormatError(
                    "Layer {at} takes {input_size} inputs; it needs {inputs}, as many as the "
                    "layer below gives, both directions side by side.",
                    at=at,
                    input_size=weights.input_size,
                    inputs=inputs,
                )


def _kind(weights: Weights, directions: int) -> str:
    return Said(
        "{cell} of {units} units projected to {numbers} in {ways}, {dtype}, {activation}"
        if weights.is_projected
        else "{cell} of {units} units in {ways}, {dtype}, {activation}",
        cell=weights.cell.upper(),
        units=weights.units,
        numbers=weights.hidden_size,
        ways=counted(directions, "direction"),
        dtype=weights.dtype,
        activation=weights.state_activation,
    )
