"""Check against PyTorch: its own layer runs the tensors of a file, and none of our code does."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array
from gru_core.conventions import STATES, Cell
from gru_core.errors import FormatError, ShapeError, UnknownNameError, shown, unknown_name
from gru_core.formats.model import Entry
from gru_core.formats.pytorch import file as pytorch
from gru_core.formats.safetensors import file as safetensors_file
from gru_core.formats.sniff import kind_of
from gru_core.formats.state_dict.computed import computed, tensor_of
from gru_core.formats.state_dict.entries import entries
from gru_core.formats.state_dict.groups import Group, grouped

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

_CLASSES: Final[Mapping[Cell, str]] = MappingProxyType({"gru": "GRU", "lstm": "LSTM", "rnn": "RNN"})
Initial: TypeAlias = npt.ArrayLike | tuple[npt.ArrayLike, ...] | None


@dataclass(frozen=True, eq=False)
class _Layer:
    """One layer as the file has it, by the names that it gives its tensors itself."""

    entry: Entry
    group: Group
    tensors: "Mapping[str, Tensor]"

    @property
    def dtype(self) -> "torch.dtype":
        """The precision of the run: half ones are widened, as they are by us."""
        import torch

        return torch.float64 if self.entry.stored == "float64" else torch.float32


def check_against_torch(
    data: bytes,
    name: str,
    entry_name: str,
    x: npt.ArrayLike,
    initial: Initial = None,
    *,
    state_activation: str = "tanh",
) -> Array:
    """What PyTorch itself gives for a layer of a file: (step, units · directions).

    data, name: of a file of torch.save or of safetensors, read by the framework's own loader.
    x: (step, input). initial: (layers · directions, units), for the LSTM a pair of them, (hidden,
    cell), as PyTorch has it, a projected hidden state with its own size; zeros if None.
    state_activation: tanh or, for an RNN, relu.
    Errors: those of the readers; UnknownNameError, ShapeError, NotFiniteError, RangeError.
    """
    import torch

    layer = _found(data, name, entry_name)
    module = _module(layer, state_activation)
    module.load_state_dict(layer.tensors, strict=True)
    inputs = checks.sequence("x", x, layer.tensors[layer.group.keys[0]].shape[1])
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a projection is run without oneDNN
        states = _states(layer, initial)
        run = _run_cell if layer.group.is_cell else _run_layer
        output: Array = run(module, torch.tensor(inputs, dtype=layer.dtype), states).numpy()
    return output


def _found(data: bytes, name: str, entry_name: str) -> _Layer:
    """The layer of this name. Its tensors come from the framework's loader, not from ours."""
    kind, foreign = kind_of(data, name), False
    if kind == "pytorch":
        found = pytorch.examined(data, name)
        tensors, paths, foreign = found.tensors, found.paths, found.foreign
    elif kind == "safetensors":
        tensors = safetensors_file.tensors(data, name)[0]
        paths = {key: (key,) for key in tensors}
    else:
        raise FormatError(
            "{name} is a file of {kind}; PyTorch runs those of torch.save and of safetensors "
            "alone.",
            name=shown(name),
            kind=kind,
        )
    read = {entry.name: entry for entry in entries(tensors)}  # all that is refused is refused here
    if entry_name not in read:
        raise unknown_name("layer", entry_name, read)
    made = computed(tensors)
    group = grouped(made.tensors)[entry_name]
    root = None if foreign else _loaded(data, kind)

    def taken(stored: str) -> "Tensor":
        if foreign:
            return pytorch.tensor_of(tensors[stored])
        return pytorch.tensor_at(root, paths[stored])

    own = {}
    for key, stored in zip(group.keys, group.names, strict=True):
        of = [taken(one) for one in made.sources(stored)]
        own[key] = tensor_of(made.made[stored], of) if stored in made.made else of[0]
    return _Layer(read[entry_name], group, own)


def _loaded(data: bytes, kind: str) -> Any:
    if kind == "pytorch":
        return pytorch.loaded(data)
    from safetensors.torch import load

    try:
        return load(data)
    except pytorch.REFUSALS as error:
        raise FormatError(
            "safetensors does not load the file for PyTorch ({error}): save the recurrent "
            "layers alone.",
            error=shown(str(error)),
        ) from None


def _module(layer: _Layer, state_activation: str) -> "nn.Module":
    """torch.nn.GRU, LSTM or RNN, or a cell, of the sizes of the layer; its weights are chance."""
    from torch import nn

    entry, group = layer.entry, layer.group
    options: dict[str, Any] = {"bias": "b_x" in group.parts, "dtype": layer.dtype}
    if entry.cell == "rnn" and state_activation not in ("tanh", "relu"):
        raise UnknownNameError(
            "torch.nn.RNN has tanh and relu, and not {state_activation}: it cannot check this "
            "layer.",
            state_activation=shown(state_activation),
        )
    if entry.cell == "rnn":
        options["nonlinearity"] = state_activation
    elif state_activation != "tanh":
        raise UnknownNameError(
            "torch.nn.{classes} has tanh alone, and not {state_activation}: leave it out.",
            classes=_CLASSES[entry.cell],
            state_activation=shown(state_activation),
        )
    if not group.is_cell:
        options |= {"num_layers": group.layers, "bidirectional": group.directions == 2}
    first = entry.layers[0][0]
    if first.w_p is not None:
        options["proj_size"] = len(first.w_p)
    made = getattr(nn, _CLASSES[entry.cell] + "Cell" * group.is_cell)
    inputs, units = layer.tensors[group.keys[0]].shape[1], first.w_h.shape[1]
    module: nn.Module = made(inputs, units, **options)
    return module


def _states(layer: _Layer, initial: Initial) -> "tuple[Tensor, ...]":
    """The states before the first step, each (layers · directions, units)."""
    import torch

    names, group, w_h = STATES[layer.entry.cell], layer.group, layer.entry.layers[0][0].w_h
    sizes = {"hidden": w_h.shape[2], "cell": w_h.shape[1]}
    shapes = [(group.layers * group.directions, sizes[name]) for name in names]
    if initial is None:
        return tuple(torch.zeros(shape, dtype=layer.dtype) for shape in shapes)
    given = initial if isinstance(initial, tuple) else (initial,)
    arrays = [checks.floats("initial", one) for one in given]
    if [array.shape for array in arrays] != shapes:
        raise ShapeError(
            "initial has the shapes {arrays}; it needs {names}, of {shapes}: a row for each "
            "layer and direction.",
            arrays=[array.shape for array in arrays],
            names=", ".join(names),
            shapes=shapes,
        )
    return tuple(torch.tensor(array, dtype=layer.dtype) for array in arrays)


def _run_layer(module: Any, x: "Tensor", states: "tuple[Tensor, ...]") -> "Tensor":
    output: Tensor = module(x, states if len(states) > 1 else states[0])[0]
    return output


def _run_cell(module: Any, x: "Tensor", states: "tuple[Tensor, ...]") -> "Tensor":
    """A cell of PyTorch is one step, and returns its states."""
    import torch

    now, hidden = tuple(state[0] for state in states), []
    for step in x:
        made = module(step, now if len(now) > 1 else now[0])
        now = made if isinstance(made, tuple) else (made,)
        hidden.append(now[0])
    return torch.stack(hidden)
