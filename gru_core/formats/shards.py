"""Weights in several files: what their index says, and one of them without it."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from gru_core.errors import FormatError, GatescopeError, shown
from gru_core.formats.model import ModelFile
from gru_core.formats.state_dict.groups import is_recurrent
from gru_core.words import Said, listed

INDICES: Final = (".index.json", ".weights.json")  # of safetensors and PyTorch; of Keras
MAX_INDEX: Final = 1_000_000  # bytes
_KERAS: Final = "/cell/vars"  # ends the name of what a recurrent layer of Keras has
# As save_pretrained numbers its files, and Keras its own.
_NUMBER: Final = re.compile(r"-\d{5}-of-(?!00001)\d{5}(?=\.)|_\d{5}(?=\.weights\.h5$)")
_LISTED: Final = 6


def is_index(name: str) -> bool:
    """Whether a file of this name says which of several files has which tensors."""
    return name.endswith(INDICES)


def file_of(index: str, content: bytes, names: Collection[str]) -> str:
    """The file with the recurrent layers, by its name. index: what its content is called.

    names: of the files that there are. Errors: FormatError where several have them, or it is not
    there.
    """
    table = _weight_map(index, content)
    recurrent = (files for name, files in table.items() if _is_of_layer(name))
    found = sorted({file for files in recurrent for file in files})
    if not found:
        raise FormatError(
            "{index} names no recurrent layer in any of its files: choose another model.",
            index=shown(index),
        )
    if len(found) == 1 and found[0] in names:
        return found[0]
    if len(found) == 1:
        raise FormatError(
            "The recurrent layers stand in {name}, as {index} says, which is not there: give that "
            "file.",
            name=shown(found[0]),
            index=shown(index),
        )
    raise FormatError(
        "The recurrent layers stand in several files, {names}, as {index} says: save the model in "
        "one, by save_pretrained(…, max_shard_size='5GB') or model.save('model.keras').",
        names=listed([shown(name) for name in found], _LISTED),
        index=shown(index),
    )


def without_number(name: str) -> str:
    """What a file would be called that is whole."""
    return _NUMBER.sub("", name)


def told(file: ModelFile, name: str) -> ModelFile:
    """What was read of a file, with a note where by its name others belong to it.

    Errors: FormatError for layers without biases, which may stand in another.
    """
    if not _NUMBER.search(name):
        return file
    without = next((entry.name for entry in file.entries if not entry.biases), None)
    if without is not None:
        raise FormatError(
            "{layer} has no biases in {name}, which is one of several files of a model: they may "
            "stand in another. Give all of them together, with their index.",
            layer=shown(without),
            name=shown(name),
        )
    note = Said(
        "{name} is one of several files of a model: what stands in the others is not seen here.",
        name=shown(name),
    )
    return replace(file, notes=(*file.notes, note))


def refused(error: GatescopeError, name: str) -> GatescopeError:
    """What is said of a file that is not read: also that others belong to it, where they do."""
    if not _NUMBER.search(name):
        return error
    return FormatError(
        "{name} is one of several files of a model, and this one is not read alone: {reason} Give "
        "that with the recurrent layers, or all of them together with their index.",
        name=shown(name),
        reason=str(error),
    )


def _is_of_layer(name: str) -> bool:
    return is_recurrent(name) or name.endswith(_KERAS)


def _weight_map(name: str, content: bytes) -> Mapping[str, Sequence[str]]:
    """By the name of a tensor the files that it is in. Errors: FormatError."""
    said: Any = None
    if len(content) <= MAX_INDEX:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
    table = said.get("weight_map") if isinstance(said, dict) else None
    if isinstance(table, dict):
        table = {key: [one] if isinstance(one, str) else one for key, one in table.items()}
    if not isinstance(table, dict) or not all(map(_are_names, table.values())):
        raise FormatError(
            "{name} is no index of weights, which needs a weight_map from tensors to files: give "
            "one of the files.",
            name=shown(name),
        )
    return table


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
