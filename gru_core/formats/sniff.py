"""Which reader a file is for, by its content; for what no reader takes, a sentence that says so."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

from gru_core.errors import FormatError, GatescopeError, shown
from gru_core.formats import foreign, inside, limits, protobuf, shards, zips
from gru_core.formats.foreign import Foreign
from gru_core.formats.model import ModelFile
from gru_core.formats.onnx import outside

Kind: TypeAlias = Literal["pytorch", "safetensors", "keras", "hdf5", "onnx", "npz", "zip"]
Reader: TypeAlias = Callable[[bytes, str], ModelFile]

# Each imports what it needs when it is asked for.
READERS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "pytorch": "gru_core.formats.pytorch.file",
        "safetensors": "gru_core.formats.safetensors.file",
        "keras": "gru_core.formats.keras.archive",
        "hdf5": "gru_core.formats.keras.h5",
        "onnx": "gru_core.formats.onnx.file",
        "npz": "gru_core.formats.npz",
        "zip": "gru_core.formats.inside",
    }
)
# Where the content has no mark of its own, what the end of the name says.
_ENDINGS: Final[tuple[tuple[str, Kind], ...]] = ((".onnx", "onnx"), (".safetensors", "safetensors"))

_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_FIRST_USER_BLOCK: Final = 512  # bytes; then twice as many, and so on
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_PICKLE: Final = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of a file. name: what errors call it; its ending is not trusted.

    Errors: FormatError for what is damaged, not a file of weights or not understood;
    NotFiniteError, RangeError, ShapeError and DtypeError naming the tensor.
    """
    limits.check_size(len(data))
    try:
        file = reader_of(kind_of(data, name))(data, name)
        if not file.entries:
            raise FormatError(
                "{name} has no GRU, LSTM or plain RNN layer: choose another.",
                name=shown(name),
            )
    except GatescopeError as error:
        raise shards.refused(error, name) from None
    return shards.told(file, name)


def kind_of(data: bytes, name: str) -> Kind:
    """Which reader a file is for. Errors: FormatError saying what it is instead."""
    if data.startswith(outside.MAGIC):
        return "onnx"
    if _is_safetensors(data):
        return "safetensors"
    if data.startswith(_ZIP):
        return _kind_of_zip(data, name)
    if data.startswith(_HDF5):
        return "hdf5"
    if data.startswith(_PICKLE):
        by = foreign.pickled_by(data)
        if by is not None:
            raise by.error(name)
        return "pytorch"
    return _kind_of_rest(data, name)


def reader_of(kind: Kind) -> Reader:
    """The function that reads files of a kind. Errors: ModuleNotFoundError."""
    return cast("Reader", import_module(READERS[kind]).read)


def _kind_of_zip(data: bytes, name: str) -> Kind:
    with zips.opened(data) as archive:
        names = archive.namelist()
    if any(member.rpartition("/")[2] == "data.pkl" for member in names):
        return "pytorch"
    if "model.weights.h5" in names or {"config.json", "metadata.json"} <= set(names):
        return "keras"
    if names and all(member.endswith(".npy") for member in names):
        return "npz"
    found = foreign.zipped(names)
    if found.template == foreign.PACKED and inside.model_in(names) is not None:
        return "zip"
    raise found.error(name)


def _kind_of_rest(data: bytes, name: str) -> Kind:
    """What has no mark of ours at its beginning."""
    known = foreign.marked(data)
    if known is not None:
        raise known.error(name)
    for offset in _user_blocks(len(data)):
        if data.startswith(_HDF5, offset):
            said = "{name} is an HDF5 file behind {offset} other bytes: save it without them."
            raise Foreign(said, {"offset": offset}).error(name)
    text = foreign.text(data)
    if text is not None:
        raise text.error(name)
    if protobuf.is_onnx(data):
        return "onnx"
    if protobuf.is_saved_model(data):
        raise foreign.GRAPH.error(name)
    for ending, kind in _ENDINGS:
        if name.lower().endswith(ending):
            return kind
    raise foreign.unmarked(data, name).error(name)


def _is_safetensors(data: bytes) -> bool:
    """The length of the header, which is far below 2^32, and then the header, a JSON object."""
    return data[4:9] == b"\0\0\0\0{"


def _user_blocks(size: int) -> Iterator[int]:
    """Where an HDF5 file may begin, other than at 0."""
    offset = _FIRST_USER_BLOCK
    while offset < size:
        yield offset
        offset *= 2
