"""Of files that stand or are given together the one of weights, and what goes with it, by name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits, shards
from gru_core.formats.foreign import TAKEN
from gru_core.formats.onnx import outside
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
MOST: Final = 10_000  # files of a folder that are looked at
_LISTED: Final = 6


def located(path: Path) -> tuple[Path, str]:
    """The file of weights that a path leads to, and what it is called: itself, one of a folder, or
    in place of an index of shards the one with the recurrent layers beside it.

    Errors: FormatError naming those that there are; OSError.
    """
    if shards.is_index(path.name) and path.is_file():
        name = shards.file_of(path.name, _beginning(path), _names(path.parent))
        return path.parent / name, shards.without_number(name)
    if not path.is_dir():
        return path, path.name
    names = _names(path)
    found = chosen(names, lambda name: _beginning(path / name))
    if found is None:
        raise FormatError(
            "{path} is a folder; a single file is read, and no file of weights stands in it: from "
            "Keras, model.save('model.keras').",
            path=path,
        )
    indexed = any(map(shards.is_index, names))
    return path / found, shards.without_number(found) if indexed else found


def gathered(files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """Of files that are given together the one of weights with what goes with it, and its name.

    A single one is that, whatever it is called. Errors: FormatError naming what to give.
    """
    name = next(iter(files))
    indexed = any(map(shards.is_index, files))
    if len(files) > 1 or indexed:
        found = chosen(list(files), lambda one: files[one][: shards.MAX_INDEX + 1])
        if found is None:
            raise FormatError(
                "{names}: none of these is called as a file of weights is; give the model's own "
                "file: {taken} are read.",
                names=listed([shown(one) for one in files], _LISTED),
                taken=TAKEN,
            )
        name = found
    data = files[name]
    if indexed:
        return data, shards.without_number(name)
    beside = {
        one: files[one]
        for one in files
        if one != name and "/" not in one and "\\" not in one and _is_named(one, data)
    }
    if not beside:
        return data, name
    return outside.together(data, dict([*beside.items()][: outside.MAX_FILES])), name


def chosen(names: Sequence[str], begins: Callable[[str], bytes]) -> str | None:
    """The name of the file of weights among several; None without one.

    begins: what a file of a name begins with: MAX_INDEX bytes of it, one more if there are more.
    Errors: FormatError that lists those there are.
    """
    index = next(filter(shards.is_index, names), None)
    if index is not None:
        return shards.file_of(index, begins(index), names)
    usual = next((name for name in USUAL if name in names), None)
    if usual is not None:
        return usual
    for endings in ENDINGS:
        found = [name for name in names if name.lower().endswith(endings)]
        if len(found) == 1:
            return found[0]
        if found:
            raise FormatError(
                "{names} stand together: give one of them.",
                names=listed([shown(name) for name in found], _LISTED),
            )
    return None


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


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(shards.MAX_INDEX + 1)
