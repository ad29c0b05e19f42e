"""A layer of a file run by its own framework, whichever that is: the check that ours is right."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gru_core.arrays import Array
from gru_core.errors import FormatError, shown
from gru_core.formats.onnx.runtime import check_against_onnxruntime
from gru_core.formats.pytorch.proof import check_against_torch
from gru_core.formats.sniff import Kind, kind_of

# Who can run a file as it is.
FRAMEWORKS: Final[Mapping[Kind, str]] = MappingProxyType(
    {"pytorch": "PyTorch", "safetensors": "PyTorch", "onnx": "onnxruntime"}
)


def framework_of(data: bytes, name: str) -> str | None:
    """Who can run this file as it is; None where nobody here can. Errors: FormatError."""
    return FRAMEWORKS.get(kind_of(data, name))


def check(data: bytes, name: str, entry: str, x: Array, state_activation: str) -> Array:
    """What the framework gives for the whole sequence of a layer, (step, units · directions).

    Errors: FormatError for a file that no framework here runs; those of the framework's check.
    """
    who = framework_of(data, name)
    if who == "onnxruntime":
        return check_against_onnxruntime(data, entry, x)
    if who == "PyTorch":
        return check_against_torch(data, name, entry, x, state_activation=state_activation)
    raise FormatError(
        f"{shown(name)} is a file that only its own framework runs; PyTorch, safetensors and ONNX "
        "files can be checked here."
    )
