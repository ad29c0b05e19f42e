"""Check against Keras: its own layer runs the arrays of a file, as the file stacks them.

The model in the file is not loaded by Keras, which would build what its config names: a layer is
made of the settings alone, and gets the kernels and biases whose gates nobody has taken apart.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks, environment
from gru_core.arrays import Array, read_only
from gru_core.conventions import HARD_SLOPES, Cell, hard_slope
from gru_core.ends import end_of
from gru_core.errors import FormatError, unknown_name
from gru_core.formats.answers import answered
from gru_core.formats.keras.model import MERGE_MODES
from gru_core.formats.model import Answers, Direction, Entry, ModelFile
from gru_core.formats.running import Ready

CLASSES: Final[Mapping[Cell, str]] = MappingProxyType(
    {"gru": "GRU", "lstm": "LSTM", "rnn": "SimpleRNN"}
)
# What Keras 3 calls the functions that it has; the hard sigmoid of Keras 1 and 2 it has not.
ACTIVATIONS: Final[Mapping[str, str]] = MappingProxyType(
    {"sigmoid": "sigmoid", "hard_sigmoid_sixth": "hard_sigmoid", "tanh": "tanh", "relu": "relu"}
    | {name: name for name in ("relu6", "elu", "selu", "linear", "softsign", "softplus")}
)
# Those that Keras has as layers, with the name of their parameter.
PARAMETRIC: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"leaky_relu": ("LeakyReLU", "negative_slope"), "elu": ("ELU", "alpha")}
)
MODES: Final = MappingProxyType({merge: mode for mode, merge in MERGE_MODES.items()})


def check_against_keras(file: ModelFile, entry: str, x: npt.ArrayLike, answers: Answers) -> Array:
    """What Keras 3 gives for one layer of a file: (step, units · directions).

    file: as a reader of this package has just read it; entry: the name of the layer; x: (step,
    input); answers: to what the file leaves open. Errors: FormatError, also if Keras is
    not installed or has no such layer; UnknownNameError for an entry; those of a sequence.
    """
    entries = {one.name: one for one in file.entries}
    if entry not in entries:
        raise unknown_name("layer", entry, entries)
    found = entries[entry]
    ready = answered(found, answers)
    _check_known(found, ready)
    dtype = ready.first.dtype  # half ones are widened, as they are by us
    inputs = checks.sequence("x", x, ready.first.input_size, dtype)
    keras = _keras()
    layer = _layer(keras, found, ready, dtype.name)
    layer.build((None, None, ready.first.input_size))
    layer.set_weights([array for one in _in_order(found) for array in one.stacked])
    given = keras.ops.convert_to_tensor(np.asarray(inputs)[np.newaxis])
    if ready.reads.padding is not None:  # which is the mask itself
        given = keras.layers.Masking(ready.reads.padding, dtype=dtype.name)(given)
    output = keras.ops.convert_to_numpy(layer(given))
    return read_only(cast("Array", output[0]))


def _keras() -> ModuleType:
    """Keras on PyTorch, which is here anyway. Both are kept from files and folders of their own."""
    settings = {"KERAS_BACKEND": "torch", "KERAS_HOME": os.devnull}
    environment.put(settings | {"TORCHINDUCTOR_CACHE_DIR": os.sep})
    try:
        import keras
    except ModuleNotFoundError as error:
        raise FormatError(
            "Keras is not installed; it is needed for this check alone: pip install keras."
        ) from error
    return cast("ModuleType", keras)


def _check_known(entry: Entry, ready: Ready) -> None:
    """Raise FormatError for what the Keras of today does not compute."""
    ends = (ready.first.gate_activation, ready.first.state_activation)
    if any(hard_slope(one) not in (None, HARD_SLOPES["hard_sigmoid_sixth"]) for one in ends):
        raise FormatError(
            "Keras 3 has another hard sigmoid than the Keras that this file is of: it cannot check "
            "this layer."
        )
    if not all(one.stacked for one in _in_order(entry)):
        raise FormatError(
            "Keras 3 has no layer with weights laid out for cuDNN: it cannot check this one."
        )


def _in_order(entry: Entry) -> list[Direction]:
    """Every cell as Keras lists their weights: all of the forward reading first."""
    return [one for reading in zip(*entry.layers, strict=True) for one in reading]


def _layer(keras: ModuleType, entry: Entry, ready: Ready, dtype: str) -> Any:
    """A layer of these settings, its weights still chance."""
    ways = [_reading(keras, entry, ready, way, dtype) for way in range(len(ready.directions[0]))]
    if len(ways) == 1:
        return ways[0]
    mode = MODES[ready.merge]
    return keras.layers.Bidirectional(ways[0], merge_mode=mode, backward_layer=ways[1], dtype=dtype)


def _reading(keras: ModuleType, entry: Entry, ready: Ready, way: int, dtype: str) -> Any:
    """One direction: a layer, or a stack of cells that is run as one."""
    cell, layers = CLASSES[entry.cell], keras.layers
    made = [layer[way] for layer in ready.directions]
    options = {
        "return_sequences": True,
        "go_backwards": ready.backward or way == 1,
        "zero_output_for_mask": ready.reads.zeros,
        "dtype": dtype,
    }
    if len(made) == 1:
        return getattr(layers, cell)(**_settings(keras, entry, made[0], dtype), **options)
    cells = [getattr(layers, f"{cell}Cell")(**_settings(keras, entry, one, dtype)) for one in made]
    return layers.RNN(layers.StackedRNNCells(cells, dtype=dtype), **options)


def _activation(keras: ModuleType, name: str) -> Any:
    """A function of a state as Keras takes it. Errors: FormatError where Keras has none."""
    if name in ACTIVATIONS:
        return ACTIVATIONS[name]
    end = end_of(name)
    if end is None or end.family not in PARAMETRIC:
        raise FormatError("Keras 3 has no {name}: it cannot check this layer.", name=name)
    layer, parameter = PARAMETRIC[end.family]
    return getattr(keras.layers, layer)(**{parameter: end.parameters[0]})


def _settings(keras: ModuleType, entry: Entry, weights: Any, dtype: str) -> dict[str, Any]:
    says: dict[str, Any] = {
        "units": weights.units,
        "activation": _activation(keras, weights.state_activation),
        "use_bias": entry.biases > 0,
    }
    if entry.cell != "rnn":
        says["recurrent_activation"] = ACTIVATIONS[weights.gate_activation]
    if entry.cell == "gru":
        says["reset_after"] = weights.reset_after
    return says
