"""Files that hold no weights, or hold them in a way that is not read: what each is, and what to do.

A file is known by how it begins. Its name decides only where that says nothing.
"""

import codecs
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from gru_core.errors import FormatError, shown


class Foreign(NamedTuple):
    """What a file is and what to do about it: a whole template, {name} being the file's.

    fields: others than that and {taken}, the formats that are read.
    """

    template: str
    fields: Mapping[str, object] = MappingProxyType({})

    def error(self, name: str) -> FormatError:
        """What is said of the file of this name."""
        return FormatError(self.template, **{"name": shown(name), "taken": TAKEN, **self.fields})


TAKEN: Final = (
    "PyTorch (.pt, .pth), safetensors, Keras (.keras, .weights.h5, .h5), ONNX and the .npz that "
    "Gatescope writes"
)
CHECKPOINT: Final = Foreign(
    "{name} is part of a TensorFlow checkpoint: save the model from Keras: "
    "model.save('model.keras')."
)
GRAPH: Final = Foreign(
    "{name} is a TensorFlow graph: save the model from Keras: model.save('model.keras')."
)
FLAX: Final = Foreign(
    "{name} is a file of Flax (msgpack): write the weights as safetensors, "
    "with the names of PyTorch."
)
CORE_ML: Final = Foreign("{name} is a Core ML model: give the model that it was made from.")
MATLAB: Final = Foreign(
    "{name} is a MATLAB file: write the weights as safetensors, with the names of PyTorch."
)
WEB_PAGE: Final = Foreign(
    "{name} is a web page (HTML) in place of the file: download the file itself, not the page "
    "about it."
)
ZEROS: Final = Foreign(
    "{name} is nothing but zeros, as a download that failed leaves: download it again."
)
UNKNOWN: Final = Foreign(
    "{name} is of no format that is known here: choose the model's own file; {taken} are read."
)

# Where a mark stands, the mark, and what has it.
_MARKS: Final[tuple[tuple[int, bytes, Foreign], ...]] = (
    (
        *(0, b"version https://git-lfs"),
        Foreign(
            "{name} is a pointer of Git LFS, which stands in for the real file: run "
            "`git lfs pull` in the clone that it is from, or download the file "
            "itself."
        ),
    ),
    (
        0,
        b"\x89PNG\r\n\x1a\n",
        Foreign("{name} is a picture (PNG): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"\xff\xd8\xff",
        Foreign("{name} is a picture (JPEG): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"GIF8",
        Foreign("{name} is a picture (GIF): choose the model's own file; {taken} are read."),
    ),
    (
        8,
        b"WEBP",
        Foreign("{name} is a picture (WebP): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"II*\0",
        Foreign("{name} is a picture (TIFF): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"MM\0*",
        Foreign("{name} is a picture (TIFF): choose the model's own file; {taken} are read."),
    ),
    (
        8,
        b"WAVE",
        Foreign("{name} is a sound (WAV): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"%PDF",
        Foreign("{name} is a PDF document: choose the model's own file; {taken} are read."),
    ),
    (0, b"\x1f\x8b", Foreign("{name} is compressed (gzip): unpack it and give the model inside.")),
    (0, b"BZh", Foreign("{name} is compressed (bzip2): unpack it and give the model inside.")),
    (0, b"\xfd7zXZ\0", Foreign("{name} is compressed (xz): unpack it and give the model inside.")),
    (
        0,
        b"\x28\xb5\x2f\xfd",
        Foreign("{name} is compressed (Zstandard): unpack it and give the model inside."),
    ),
    (
        0,
        b"\x04\x22\x4d\x18",
        Foreign("{name} is compressed (LZ4): unpack it and give the model inside."),
    ),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        Foreign("{name} is an archive (7z): unpack it and give the model inside."),
    ),
    (0, b"Rar!", Foreign("{name} is an archive (RAR): unpack it and give the model inside.")),
    (257, b"ustar", Foreign("{name} is an archive (tar): unpack it and give the model inside.")),
    (
        4,
        b"TFL3",
        Foreign("{name} is a TensorFlow Lite model: give the model that it was made from."),
    ),
    (
        4,
        b"ORTM",
        Foreign("{name} is a model of ONNX Runtime (.ort): give the model that it was made from."),
    ),
    (
        0,
        b"GGUF",
        Foreign(
            "{name} is a language model (GGUF), which has no recurrent layer: choose "
            "the model's own file; {taken} are read."
        ),
    ),
    (0, b"MATLAB 5.0 MAT", MATLAB),
    (0, b"MATLAB 7.3 MAT", MATLAB),
    (
        0,
        b"\x93NUMPY",
        Foreign(
            "{name} is one array of NumPy, as an input may be: choose the model's own"
            " file; {taken} are read."
        ),
    ),
    (
        0,
        b"PAR1",
        Foreign("{name} is a table (Parquet): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"ARROW1",
        Foreign("{name} is a table (Arrow): choose the model's own file; {taken} are read."),
    ),
    (
        0,
        b"SQLite format 3",
        Foreign("{name} is a database (SQLite): choose the model's own file; {taken} are read."),
    ),
    (0, b"\x7fELF", Foreign("{name} is a program: choose the model's own file; {taken} are read.")),
)
_TABLE_END: Final = b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"  # of LevelDB, as a checkpoint's .index is

_NAMES: Final[tuple[tuple[str, Foreign], ...]] = (
    (r"\.(ckpt|index|meta|data-\d+-of-\d+)$", CHECKPOINT),
    (r"\.pb$", GRAPH),
    (r"\.mlmodel$", CORE_ML),
    (r"\.(msgpack|flax)$", FLAX),
    (
        r"\.onnx[._]?data$",
        Foreign(
            "{name} is a file of numbers that an ONNX model has beside it: give both at once, on "
            "the command line the model, with this file in its folder."
        ),
    ),
    (
        r"\.(pkl|pickle|joblib)$",
        Foreign(
            "{name} is a pickle: save the weights alone: "
            "torch.save(model.state_dict(), 'model.pt')."
        ),
    ),
)

# For zip archives: what a member is called.
_MEMBERS: Final[tuple[tuple[str, Foreign], ...]] = (
    (
        r"(^|/)archive_format$",
        Foreign(
            "{name} is a program of torch.export (.pt2): save the weights alone: "
            "torch.save(model.state_dict(), 'model.pt')."
        ),
    ),
    (
        r"(^|/)saved_model\.pb$",
        Foreign(
            "{name} is a TensorFlow SavedModel: save the model from Keras: "
            "model.save('model.keras')."
        ),
    ),
    (r"\.mlmodel$", CORE_ML),
    (
        r"^schema\.json$",
        Foreign(
            "{name} is a file of skops: save the weights alone: "
            "torch.save(model.state_dict(), 'model.pt')."
        ),
    ),
    (
        r"^\[Content_Types\]\.xml$",
        Foreign("{name} is an office document: choose the model's own file; {taken} are read."),
    ),
)
_MODELS: Final = (".pt", ".pth", ".safetensors", ".keras", ".h5", ".onnx", ".npz")
PACKED: Final = "{name} is a zip archive with a model in it: unpack it and give {model}."
PICKLE: Final = Foreign(
    "{name} is a pickle without tensors or arrays of NumPy, which may run code when it is opened: "
    "save the weights alone: torch.save(model.state_dict(), 'model.pt')."
)

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
        return WEB_PAGE
    try:
        read = _UTF8("strict").decode(data[:_LOOKED_AT])  # the last character may be cut off
    except UnicodeDecodeError:
        return None
    if not read.strip() or not all(sign.isprintable() or sign.isspace() for sign in read):
        return None
    if begins.startswith(b"model_checkpoint_path:"):
        return CHECKPOINT
    return _kind_of_text(read.strip())


def pickled_by(data: bytes) -> Foreign | None:
    """What a pickle is that another library writes in its own way."""
    by = next((name for mark, name in _PICKLERS if mark in data[:10_000]), None)
    if by is None:
        return None
    return Foreign(
        "{name} is a pickle of {by}, which may run code when it is opened: save the weights "
        "alone: torch.save(model.state_dict(), 'model.pt').",
        {"by": by},
    )


def zipped(names: Collection[str]) -> Foreign:
    """What a zip archive is that no reader takes, by the names in it."""
    for pattern, foreign in _MEMBERS:
        if any(re.search(pattern, name) for name in names):
            return foreign
    model = next((name for name in names if name.lower().endswith(_MODELS)), None)
    if model is not None:
        return Foreign(PACKED, {"model": shown(model)})
    return Foreign(
        "{name} is a zip archive of {count} other files: choose the model's own file; {taken} "
        "are read.",
        {"count": len(names)},
    )


def unmarked(data: bytes, name: str) -> Foreign:
    """What a file is of which nothing else is known: by its name, or that it is not known."""
    for pattern, foreign in _NAMES:
        if re.search(pattern, name.lower()):
            return foreign
    if not data.strip(b"\0"):
        return ZEROS
    return FLAX if _is_msgpack(data) else UNKNOWN


def _kind_of_text(read: str) -> Foreign:
    if read.startswith(("{", "[")):
        return Foreign(
            "{name} is a text (JSON), as the config beside a model is: choose the file of its "
            "weights; {taken} are read."
        )
    if read.startswith("<"):
        return Foreign("{name} is a text (XML): choose the model's own file; {taken} are read.")
    if re.match(r"[^\n]*[,;\t]", read):
        return Foreign("{name} is a text (CSV): choose the model's own file; {taken} are read.")
    return Foreign("{name} is a text: choose the model's own file; {taken} are read.")


def _is_msgpack(data: bytes) -> bool:
    """A map whose first key is a text, as Flax writes it."""
    key = {0xDE: 3, 0xDF: 5}.get(data[0], 1)
    begins_map = key > 1 or 0x81 <= data[0] <= 0x8F
    return begins_map and len(data) > key and 0xA1 <= data[key] <= 0xBF
