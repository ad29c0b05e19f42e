"""The file of weights in a folder, and the files that go with an ONNX model, found by name."""

import json
from pathlib import Path
from typing import Any, Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.onnx import outside
from gru_core.formats.state_dict.groups import is_recurrent
from gru_core.words import listed

# What a folder's only file of weights ends in; of the first that are there, one has to be alone.
ENDINGS: Final = (
    (".safetensors",),
    (".keras", ".h5", ".hdf5"),
    (".onnx",),
    (".pt", ".pth", ".bin"),
    (".npz",),
)
# What save_pretrained writes, where a folder has more of the kind.
USUAL: Final = ("model.safetensors", "pytorch_model.bin", "model.keras", "model.onnx", "policy.pth")
INDEX: Final = ".index.json"
MOST: Final = 10_000  # files of a folder that are looked at
_LISTED: Final = 6


def file_in(folder: Path) -> Path:
    """The file of weights in a folder. Errors: FormatError naming those that there are; OSError."""
    names = _names(folder)
    shard = _shard(folder, names)
    if shard is not None:
        return folder / shard
    usual = next((name for name in USUAL if name in names), None)
    if usual is not None:
        return folder / usual
    for endings in ENDINGS:
        found = [name for name in names if name.lower().endswith(endings)]
        if len(found) == 1:
            return folder / found[0]
        if found:
            raise FormatError(
                "{path} is a folder with {names}: give one of them.",
                path=folder,
                names=listed([shown(name) for name in found], _LISTED),
            )
    raise FormatError(
        "{path} is a folder; a single file is read, and no file of weights stands in it: from "
        "Keras, model.save('model.keras').",
        path=folder,
    )


def with_neighbours(path: Path, data: bytes) -> bytes:
    """An ONNX model with the files of its own folder that it names, as one piece of bytes.

    data: of the file; any other is left as it is. Errors: FormatError for too much; OSError.
    """
    if b"location" not in data:
        return data
    files: dict[str, bytes] = {}
    home = path.resolve().parent
    for name in _names(path.parent):
        one = path.parent / name
        if not _is_named(name, data) or one.resolve().parent != home:
            continue
        if len(files) == outside.MAX_FILES:
            break
        limits.check_size(len(data) + one.stat().st_size)
        files[name] = one.read_bytes()
    return outside.together(data, files) if files else data


def _is_named(name: str, data: bytes) -> bool:
    """Whether a model says that a tensor stands in the file of this name, as protobuf has it."""
    value = name.encode()
    size = len(value)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return b"location\x12" + length + value in data


def _names(folder: Path) -> list[str]:
    """The regular files of a folder, in the order of their names."""
    found = []
    for at, one in enumerate(folder.iterdir()):
        if at >= MOST:
            break
        if one.is_file() and one.name.isprintable():
            found.append(one.name)
    return sorted(found)


def _shard(folder: Path, names: list[str]) -> str | None:
    """Of weights in several files the one with the recurrent layers, as their index says.

    None without an index. Errors: FormatError where several have them.
    """
    index = next((name for name in names if name.endswith(INDEX)), None)
    if index is None:
        return None
    table = _weight_map(folder / index)
    found = sorted({file for name, file in table.items() if is_recurrent(name)} & set(names))
    if len(found) == 1:
        return found[0]
    raise FormatError(
        "{path} is a folder of several files of weights, and its recurrent layers stand in "
        "{names}: give one of them, or save the model in one file "
        "(save_pretrained(…, max_shard_size='30MB')).",
        path=folder,
        names=listed([shown(name) for name in found], _LISTED) or "none that is there",
    )


def _weight_map(path: Path) -> dict[str, str]:
    """By the name of a tensor the file that it is in. Errors: FormatError, OSError."""
    said: Any = None
    if path.stat().st_size <= limits.MAX_JSON:
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            said = None
    table = said.get("weight_map") if isinstance(said, dict) else None
    if not isinstance(table, dict) or not all(isinstance(one, str) for one in table.values()):
        raise FormatError(
            "{path} is no index of weights, which needs a weight_map from tensors to files: give "
            "one of the files.",
            path=path,
        )
    return table
