"""safetensors files with the names of PyTorch: what they hold, and our layers as such a file."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
import safetensors
from safetensors import numpy as writer

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.misplaced import misplaced
from gru_core.formats.model import ModelFile
from gru_core.formats.safetensors.header import begins, check_length, header
from gru_core.formats.state_dict.around import around
from gru_core.formats.state_dict.entries import entries_and_notes
from gru_core.formats.state_dict.names import state_dict
from gru_core.formats.state_dict.stored import Stored, Tensors, raw_dtype
from gru_core.run import Layer
from gru_core.weights import Weights
from gru_core.words import Said

FORMAT: Final = "safetensors"
# The kinds of numbers that are read, as the format calls them and as PyTorch does.
FLOATS_THERE: Final[Mapping[str, str]] = MappingProxyType(
    {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}
)
_NOTED: Final = 10  # fields of the metadata
_LONGEST: Final = 200  # characters of an error of the library


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of a file. name: what errors call the file.

    Errors: FormatError; NotFiniteError and RangeError naming the tensor and the index.
    """
    found, metadata = tensors(data, name)
    notes = tuple(
        Said("The file says of itself: {key} is {value}.", key=shown(key), value=shown(value))
        for key, value in list(metadata.items())[:_NOTED]
        if key != "format"  # the framework that wrote it
    )
    made, left = entries_and_notes(found)
    return ModelFile(FORMAT, made, (*notes, *left), loose=around(found, made))


def tensors(data: bytes, name: str) -> tuple[Tensors, Mapping[str, str]]:
    """The tensors of a file by name, and its metadata. Errors: FormatError."""
    limits.check_size(len(data))
    if not begins(data):
        raise misplaced(
            data,
            name,
            "{name} is of another format: it needs a header in braces behind 8 bytes, as "
            "safetensors has it; save it again.",
        )
    check_length(data)
    try:
        found = dict(safetensors.deserialize(data))  # type: ignore[no-untyped-call]
    except safetensors.SafetensorError as error:
        raise _unread(str(error)) from None
    said = header(data)
    return {key: _stored(**found[key]) for key in said.names}, said.metadata


def write(layers: Sequence[Layer]) -> bytes:
    """A file whose tensors load_state_dict of torch.nn.GRU, LSTM or RNN takes as they are.

    layers: as run_layers takes them. Errors: FormatError naming what PyTorch cannot do.
    """
    made = state_dict(layers)
    first = layers[0] if isinstance(layers[0], Weights) else layers[0][0]
    # The tensors of an RNN do not say which it is; whoever opens the file can read it here.
    said = {"nonlinearity": first.state_activation} if first.cell == "rnn" else {}
    return writer.save(made, {"format": "pt", **said})


def _stored(dtype: str, shape: list[int], data: bytearray) -> Stored:
    """A tensor as the library gives it."""
    kind = FLOATS_THERE.get(dtype, dtype)
    return Stored(tuple(shape), kind, lambda: np.frombuffer(data, raw_dtype(kind)).reshape(shape))


def _unread(error: str) -> FormatError:
    """What is said of a file that the library refuses; its sentence may quote the file."""
    said = error.removeprefix("Error while deserializing: ")[:_LONGEST]
    reason = "".join(sign if sign.isprintable() else " " for sign in said)
    return FormatError(
        "The safetensors library does not read the file ({reason}): it is damaged, or was cut "
        "off: download or save it again.",
        reason=reason,
    )
