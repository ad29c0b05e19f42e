"""A layer of a file run by its own framework, whichever that is: the check that ours is right."""

from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final

from gru_core.arrays import Array
from gru_core.errors import FormatError, shown
from gru_core.formats.describing import convention
from gru_core.formats.keras.check import check_against_keras
from gru_core.formats.model import Answers, Entry
from gru_core.formats.onnx.check import check_against_onnxruntime
from gru_core.formats.pytorch.check import check_against_torch
from gru_core.formats.sniff import Kind, kind_of, reader_of
from gru_core.words import Said

# Who can run a file as it is, and what is installed then.
FRAMEWORKS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "pytorch": "PyTorch",
        "safetensors": "PyTorch",
        "keras": "Keras",
        "hdf5": "Keras",
        "onnx": "onnxruntime",
    }
)
PACKAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"PyTorch": "torch", "Keras": "keras", "onnxruntime": "onnxruntime"}
)

_MASKED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": "No step was masked, as you say.",
        "zeros": "Steps that are 0 throughout were masked, as you say.",
    }
)


def framework_of(data: bytes, name: str) -> str | None:
    """Who can run this file as it is; None where nobody here can. Errors: FormatError."""
    who = FRAMEWORKS.get(kind_of(data, name))
    return who if who and find_spec(PACKAGES[who]) else None


def taken_over(who: str, entry: Entry, answers: Answers) -> tuple[str, ...]:
    """Sentences on what a check has from our reading of the file, or from an answer to it.

    who: one of PACKAGES; answers: to its questions. What a framework has from the file itself is
    not named: the weights in the file's own order, of ONNX the node with its settings too.
    """
    said: list[str] = []
    told = replace(entry, says={**entry.assumes, **entry.says, **answers})
    if who == "Keras":
        settings = convention(told)
        said.append(
            Said("Keras was told the settings that are read here: {settings}.", settings=settings)
        )
    elif who == "PyTorch" and entry.cell == "rnn":
        activation = told.says.get("state_activation", "tanh")
        said.append(Said("PyTorch was told {activation}.", activation=activation))
    said += entry.checked or ("Both start from zeros.",)
    if who == "Keras" and entry.reads.padding is not None:
        said.append(
            Said(
                "The mask is that of the file: steps that are {value:g} throughout.",
                value=entry.reads.padding,
            )
        )
    elif "padding" in entry.asks:
        said.append(_MASKED[answers.get("padding", "none")])
    return tuple(said)


def check(data: bytes, name: str, entry: str, x: Array, answers: Answers) -> Array:
    """What the framework gives for the whole sequence of a layer, (step, units · directions).

    answers: to what the file leaves open. Errors: FormatError for a file that no framework
    runs, or none that is installed; those of the framework's check.
    """
    kind = kind_of(data, name)
    who = FRAMEWORKS.get(kind)
    if who == "onnxruntime":
        return check_against_onnxruntime(data, entry, x)
    if who == "PyTorch":
        said = answers.get("state_activation", "tanh")
        return check_against_torch(data, name, entry, x, state_activation=said)
    if who == "Keras":
        return check_against_keras(reader_of(kind)(data, name), entry, x, answers)
    raise FormatError(
        "{name} is a file of no framework; those of PyTorch, safetensors, Keras and ONNX can "
        "be checked here.",
        name=shown(name),
    )
