"""Files that hold no weights, or hold them in a way that is not read: what each is, and what to do.

A file is known by how it begins. Its name decides only where that says nothing.
"""

import codecs
import re
from collections.abc import Collection
from typing import Final, NamedTuple

from gru_core.errors import shown
from gru_core.words import Said


class Foreign(NamedTuple):
    """What a file is, and what to do about it, to be put behind its name and `is`."""

    kind: str
    advice: str


TAKEN: Final = (
    "PyTorch (.pt, .pth), safetensors, Keras (.keras, .weights.h5, .h5), ONNX and the .npz that "
    "Gatescope writes"
)
_OTHER: Final = Said("choose the model's own file; {taken} are read", taken=TAKEN)
_INSIDE: Final = "unpack it and give the model inside"
_ORIGIN: Final = "give the model that it was made from"
_SAFETENSORS: Final = "write the weights as safetensors, with the names of PyTorch"
_STATE_DICT: Final = "save the weights alone: torch.save(model.state_dict(), 'model.pt')"
_KERAS: Final = "save the model from Keras: model.save('model.keras')"

CHECKPOINT: Final = Foreign("part of a TensorFlow checkpoint", _KERAS)
GRAPH: Final = Foreign("a TensorFlow graph", _KERAS)
FLAX: Final = Foreign("a file of Flax (msgpack)", _SAFETENSORS)
CORE_ML: Final = Foreign("a Core ML model", _ORIGIN)
MATLAB: Final = Foreign("a MATLAB file", _SAFETENSORS)
ZEROS: Final = Foreign("nothing but zeros, as a download that failed leaves", "download it again")
UNKNOWN: Final = Foreign("of no format that is known here", _OTHER)

# Where a mark stands, the mark, and what has it.
_MARKS: Final[tuple[tuple[int, bytes, Foreign], ...]] = (
    (
        *(0, b"version https://git-lfs"),
        Foreign(
            "a pointer of Git LFS, which stands in for the real file",
            "run `git lfs pull` in the clone that it is from, or download the file itself",
        ),
    ),
    (0, b"\x89PNG\r\n\x1a\n", Foreign("a picture (PNG)", _OTHER)),
    (0, b"\xff\xd8\xff", Foreign("a picture (JPEG)", _OTHER)),
    (0, b"GIF8", Foreign("a picture (GIF)", _OTHER)),
    (8, b"WEBP", Foreign("a picture (WebP)", _OTHER)),
    (0, b"II*\0", Foreign("a picture (TIFF)", _OTHER)),
    (0, b"MM\0*", Foreign("a picture (TIFF)", _OTHER)),
    (8, b"WAVE", Foreign("a sound (WAV)", _OTHER)),
    (0, b"%PDF", Foreign("a PDF document", _OTHER)),
    (0, b"\x1f\x8b", Foreign("compressed (gzip)", _INSIDE)),
    (0, b"BZh", Foreign("compressed (bzip2)", _INSIDE)),
    (0, b"\xfd7zXZ\0", Foreign("compressed (xz)", _INSIDE)),
    (0, b"\x28\xb5\x2f\xfd", Foreign("compressed (Zstandard)", _INSIDE)),
    (0, b"\x04\x22\x4d\x18", Foreign("compressed (LZ4)", _INSIDE)),
    (0, b"7z\xbc\xaf\x27\x1c", Foreign("an archive (7z)", _INSIDE)),
    (0, b"Rar!", Foreign("an archive (RAR)", _INSIDE)),
    (257, b"ustar", Foreign("an archive (tar)", _INSIDE)),
    (4, b"TFL3", Foreign("a TensorFlow Lite model", _ORIGIN)),
    (4, b"ORTM", Foreign("a model of ONNX Runtime (.ort)", _ORIGIN)),
    (0, b"GGUF", Foreign("a language model (GGUF), which has no recurrent layer", _OTHER)),
    (0, b"MATLAB 5.0 MAT", MATLAB),
    (0, b"MATLAB 7.3 MAT", MATLAB),
    (0, b"\x93NUMPY", Foreign("one array of NumPy, as an input may be", _OTHER)),
    (0, b"PAR1", Foreign("a table (Parquet)", _OTHER)),
    (0, b"ARROW1", Foreign("a table (Arrow)", _OTHER)),
    (0, b"SQLite format 3", Foreign("a database (SQLite)", _OTHER)),
    (0, b"\x7fELF", Foreign("a program", _OTHER)),
)
_TABLE_END: Final = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # of LevelDB, as a checkpoint's .index is

_NAMES: Final[tuple[tuple[str, Foreign], ...]] = (
    (r"\.(ckpt|index|meta|data-\d+-of-\d+)$", CHECKPOINT),
    (r"\.pb$", GRAPH),
    (r"\.mlmodel$", CORE_ML),
    (r"\.(msgpack|flax)$", FLAX),
    (r"\.(pkl|pickle|joblib)$", Foreign("a pickle", _STATE_DICT)),
)

# For zip archives: what a member is called.
_MEMBERS: Final[tuple[tuple[str, Foreign], ...]] = (
    (r"(^|/)archive_format$", Foreign("a program of torch.export (.pt2)", _STATE_DICT)),
    (r"(^|/)saved_model\.pb$", Foreign("a TensorFlow SavedModel", _KERAS)),
    (r"\.mlmodel$", CORE_ML),
    (r"^schema\.json$", Foreign("a file of skops", _STATE_DICT)),
    (r"^\[Content_Types\]\.xml$", Foreign("an office document", _OTHER)),
)
_MODELS: Final = (".pt", ".pth", ".safetensors", ".keras", ".h5", ".onnx", ".npz")

_PICKLERS: Final = ((b"joblib", "joblib"), (b"sklearn", "scikit-learn"))
_LOOKED_AT: Final = 4096  # bytes of a text
_UTF8: Final = codecs.getincrementaldecoder("utf-8-sig")
_HTML: Final = re.compile(rb"(?i)<(!doctype html|html|head|body)\b")


def marked(data: bytes) -> Foreign | None:
    """What a file is that has a mark of its own; None without one."""
    for start, mark, foreign in _MARKS:
        if data[start : start + len(mark)] == mark:
            return foreign
    return CHECKPOINT if data[-len(_TABLE_END) :] == _TABLE_END else None


def text(data: bytes) -> Foreign | None:
    """What a text is; None for what is no text."""
    begins = data[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _HTML.match(begins):
        advice = "download the file itself, not the page about it"
        return Foreign("a web page (HTML) in place of the file", advice)
    try:
        read = _UTF8("strict").decode(data[:_LOOKED_AT])  # the last character may be cut off
    except UnicodeDecodeError:
        return None
    if not read.strip() or not all(sign.isprintable() or sign.isspace() for sign in read):
        return None
    if begins.startswith(b"model_checkpoint_path:"):
        return CHECKPOINT
    return Foreign(_kind_of_text(read.strip()), _OTHER)


def pickled(data: bytes) -> Foreign:
    """What a pickle is that torch has not written."""
    by = next((name for mark, name in _PICKLERS if mark in data[:10_000]), None)
    if by is None:
        return Foreign("a pickle, which may run code when it is opened", _STATE_DICT)
    what = Said("a pickle of {name}, which may run code when it is opened", name=by)
    return Foreign(what, _STATE_DICT)


def zipped(names: Collection[str]) -> Foreign:
    """What a zip archive is that no reader takes, by the names in it."""
    for pattern, foreign in _MEMBERS:
        if any(re.search(pattern, name) for name in names):
            return foreign
    model = next((name for name in names if name.lower().endswith(_MODELS)), None)
    if model is not None:
        advice = Said("unpack it and give {model}", model=shown(model))
        return Foreign("a zip archive with a model in it", advice)
    return Foreign(Said("a zip archive of {count} other files", count=len(names)), _OTHER)


def unmarked(data: bytes, name: str) -> Foreign:
    """What a file is of which nothing else is known: by its name, or that it is not known."""
    for pattern, foreign in _NAMES:
        if re.search(pattern, name.lower()):
            return foreign
    if not data.strip(b"\0"):
        return ZEROS
    return FLAX if _is_msgpack(data) else UNKNOWN


def _kind_of_text(read: str) -> str:
    if read.startswith(("{", "[")):
        return "a text (JSON)"
    if read.startswith("<"):
        return "a text (XML)"
    return "a text (CSV)" if re.match(r"[^\n]*[,;\t]", read) else "a text"


def _is_msgpack(data: bytes) -> bool:
    """A map whose first key is a text, as Flax writes it."""
    key = {0xDE: 3, 0xDF: 5}.get(data[0], 1)
    begins_map = key > 1 or 0x81 <= data[0] <= 0x8F
    return begins_map and len(data) > key and 0xA1 <= data[key] <= 0xBF
