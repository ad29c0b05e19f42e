"""Files by their path: weights, read in a process of their own, and arrays to run them on."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, RangeError, shown, unknown_name
from gru_core.formats import child, folders, limits, npy
from gru_core.formats.model import Entry, ModelFile
from gru_core.words import Said

MAX_ARRAY: Final = 1_000_000_000  # bytes of an input


def open_model(path: Path) -> ModelFile:
    """The recurrent layers of a file, or of the one in a folder, with what goes with it.

    Errors: those of child.read_safely and of folders; OSError.
    """
    data, name, note = data_of(path)
    file = child.read_safely(data, name)
    return file if note is None else replace(file, notes=(*file.notes, note))


def data_of(path: Path) -> tuple[bytes, str, Said | None]:
    """The bytes of a file of weights, with what goes with it, its name, and where it lay.

    Errors: as above.
    """
    found, name = folders.located(path)
    limits.check_size(_size(found))
    data = folders.with_neighbours(found, found.read_bytes())
    if found == path:
        return data, name, None
    return data, name, Said("Read from {inner} in the folder.", inner=shown(found.name))


def open_array(path: Path, name: str) -> npt.NDArray[Any]:
    """The array of a `.npy` file. name: what errors call it.

    Errors: those of npy.array; RangeError for a file too large; OSError.
    """
    size = _size(path)
    if size > MAX_ARRAY:
        raise RangeError(
            "{name} is a file of {size:,.0f} MB; up to {max_array:,.0f} MB are read: run a "
            "part of it.",
            name=name,
            size=size / 1e6,
            max_array=MAX_ARRAY / 1e6,
        )
    array = npy.array(name, path.read_bytes())
    return array.astype(np.float32) if array.dtype == np.float16 else array


def entry_named(file: ModelFile, layer: str | None) -> Entry:
    """The layer of this name; without a name the only one there is.

    Errors: UnknownNameError; FormatError that lists the names if there are several.
    """
    names = [entry.name for entry in file.entries]
    if layer is None and len(names) == 1:
        return file.entries[0]
    if layer is None:
        raise FormatError(
            "The file has {count} recurrent layers: {names}. Choose one: --layer NAME.",
            count=len(names),
            names=", ".join(map(shown, names)),
        )
    if layer not in names:
        raise unknown_name("layer", layer, names)
    return file.entries[names.index(layer)]


def _size(path: Path) -> int:
    """Of a regular file: a pipe or a device may never end. Errors: FormatError, OSError."""
    size = path.stat().st_size
    if path.is_dir():
        raise FormatError(
            "{path} is a folder; a single file is read: from Keras, model.save('model.keras').",
            path=path,
        )
    if not path.is_file():
        raise FormatError(
            "{path} is no regular file: copy it to one.",
            path=path,
        )
    return size
