"""Our own file of weights: a zip of `.npy` arrays with a header in JSON, as numpy.load opens it.

    gatescope                               the header, bytes of text
    entry0.layer1.direction0.w_x            each part of each direction of each layer
    entry0.layer1.direction0.w_p            its projection, where it has one
    entry0.layer1.direction0.h0 and .c0     its initial states, where it has them

It is also what a reader in a process of its own hands back, so nothing in it is believed.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO, Final, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks, fields
from gru_core.arrays import Array
from gru_core.conventions import CELLS, STATES, Cell
from gru_core.errors import DtypeError, FormatError, TextError, shown
from gru_core.formats import limits, npy, zips
from gru_core.formats.fitting import check_entry
from gru_core.formats.model import ANSWERS, ASKED, Direction, Entry, ModelFile, is_answer
from gru_core.formats.reads import Reads
from gru_core.formats.running import INITIAL_NAMES
from gru_core.formats.state_dict.around import around
from gru_core.formats.state_dict.entries import entries_and_notes
from gru_core.formats.state_dict.groups import is_recurrent
from gru_core.formats.state_dict.stored import Stored, unreadable
from gru_core.formats.whole import packed
from gru_core.run import MERGES, Merge
from gru_core.weights import PARTS, PROJECTION
from gru_core.words import Said, listed

FORMAT: Final = "Gatescope NPZ"
OF_PYTORCH: Final = "NumPy, with the names of PyTorch"
HEADER: Final = "gatescope"
VERSION: Final = 1
MAX_TEXT: Final = 10_000  # characters of a name or a note
MAX_NOTES: Final = 1000
MAX_COUNT: Final = 2**31  # of steps
MAX_REASON: Final = 500  # characters of what is wrong with a header, which it quotes
_ENTRY: Final = (
    *("name", "cell", "directions", "biases", "merge", "reading_order"),
    *("says", "assumes", "stored", "notes"),
)
_LATER: Final = (
    "asks",
    "reads",
    "checked",
)  # fields that files from before there were any have not


def write(file: ModelFile, *, compressed: bool = True) -> bytes:
    """The file as bytes, the same ones each time; read gives every entry back exactly."""
    memory = io.BytesIO()
    write_to(memory, file, compressed=compressed)
    return memory.getvalue()


def write_to(stream: BinaryIO, file: ModelFile, *, compressed: bool = True) -> None:
    """Write the file to a stream, which may be a pipe: the bytes of write.

    Errors: FormatError for more arrays than are read again.
    """
    count = sum(1 for _ in _arrays(file))
    if count > limits.MAX_TENSORS:
        raise FormatError(
            "The file comes to {count:,} arrays; up to {max_tensors:,} are taken: save fewer "
            "layers.",
            count=count,
            max_tensors=limits.MAX_TENSORS,
        )
    packing = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, array in _arrays(file):
            # Without a time of its own, each member is of 1980 and a file depends on its content.
            member = zipfile.ZipInfo(f"{name}.npy")
            member.compress_type = packing
            with archive.open(member, "w") as opened:
                np.lib.format.write_array(opened, array, (1, 0), allow_pickle=False)


def read(data: bytes, name: str) -> ModelFile:
    """The layers in a file that write has made. name: what errors call the file.

    Errors: FormatError; ShapeError, DtypeError, NotFiniteError and RangeError naming the array.
    """
    limits.check_size(len(data))
    plain = _of_pytorch(data, name)
    if plain is not None:
        return plain
    file = parse(data, name)
    origin = Said("Written from a file of the format {format}.", format=file.format)
    notes = file.notes if file.format == FORMAT else (*file.notes, origin)
    return replace(file, format=FORMAT, notes=notes)


def _of_pytorch(data: bytes, name: str) -> ModelFile | None:
    """The layers in arrays of numpy.savez that have PyTorch's names; None for another file."""
    with zips.opened(data) as archive:
        held = dict(zips.members(archive))
        names = [one.removesuffix(".npy") for one in held]
        if f"{HEADER}.npy" in held or not any(map(is_recurrent, names)):
            return None
        found, over = dict[str, Stored](), list[str]()
        for one in (one for one in names if f"{one}.npy" in held):
            try:
                found[one] = _stored(npy.array(one, zips.content(archive, held[f"{one}.npy"])))
            except DtypeError:  # beside a layer, such as the words of a model
                if is_recurrent(one):
                    raise
                over.append(shown(one))
                found[one] = unreadable("no numbers")
    read_, left = entries_and_notes(found)
    notes = (Said("Stepped over, as no numbers: {names}.", names=listed(over, 4)),) if over else ()
    return ModelFile(OF_PYTORCH, read_, (*left, *notes), loose=around(found, read_))


def _stored(array: npt.NDArray[Any]) -> Stored:
    return Stored(array.shape, array.dtype.name, lambda: array)


def parse(data: bytes, name: str, most: int = limits.MAX_EXPANDED) -> ModelFile:
    """The file that was written, its format included. most: bytes that it may unpack to."""
    with zips.opened(data) as archive:
        arrays = _Arrays(archive, name, most)
        try:
            file = _file(_header(arrays), arrays)
        except TextError as error:
            reason = str(error)[:MAX_REASON]
            raise FormatError(
                "{name} is no file of weights that Gatescope wrote: {reason}",
                name=name,
                reason=reason,
            ) from None
    if arrays.left:
        raise FormatError(
            "{name} also holds {next}, which its header does not name; it is damaged or "
            "another's: write it again.",
            name=name,
            next=shown(next(iter(arrays.left))),
        )
    return file


def _arrays(file: ModelFile) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    """The name and the content of everything that is written."""
    header = {
        "version": VERSION,
        "format": file.format,
        "notes": list(file.notes),
        "entries": [_described(entry) for entry in file.entries],
        **packed.described(file),
    }
    yield HEADER, np.frombuffer(json.dumps(header).encode("ascii"), np.uint8)
    for entry_at, entry in enumerate(file.entries):
        for at, layer in enumerate(entry.layers):
            for direction_at, direction in enumerate(layer):
                where = _where(entry_at, at, direction_at)
                yield from ((f"{where}.{part}", getattr(direction, part)) for part in PARTS)
                if direction.w_p is not None:
                    yield f"{where}.{PROJECTION}", direction.w_p
                states = zip(INITIAL_NAMES, direction.initial, strict=False)
                yield from ((f"{where}.{initial}", state) for initial, state in states)
    yield from packed.arrays(file)


def _described(entry: Entry) -> dict[str, Any]:
    """What is not an array, by the names of _ENTRY."""
    plain = {field: getattr(entry, field) for field in _ENTRY if field != "directions"}
    reads: dict[str, object] = {"padding": entry.reads.padding, "steps": entry.reads.steps}
    # What is as in files from before there were these is left out, and so are their bytes.
    later: dict[str, object] = {} if entry.reads.zeros else {"zeros": False}
    checked = {"checked": list(entry.checked)} if entry.checked else {}
    return plain | {
        "asks": list(entry.asks),
        "reads": reads | later,
        "directions": [len(layer) for layer in entry.layers],
        "says": dict(entry.says),
        "assumes": dict(entry.assumes),
        "notes": list(entry.notes),
        **checked,
    }


class _Arrays:
    """The arrays of an archive by name, without `.npy`; each is unpacked when it is taken."""

    def __init__(self, archive: zipfile.ZipFile, name: str, most: int) -> None:
        self.archive = archive
        self.left = dict(zips.members(archive, most))
        other = next((member for member in self.left if not member.endswith(".npy")), None)
        if other is not None:
            raise FormatError(
                "{name} holds {other}, which is no array: write it again.",
                name=name,
                other=shown(other),
            )
        if f"{HEADER}.npy" not in self.left:
            raise FormatError(
                "{name} holds {count} arrays of NumPy and no header; NPZ files that Gatescope "
                "wrote are read, and those with the names of PyTorch, such as weight_ih_l0: save "
                "these weights under such names.",
                name=name,
                count=len(self.left),
            )

    def __contains__(self, name: str) -> bool:
        return f"{name}.npy" in self.left

    def take(self, name: str) -> npt.NDArray[Any]:
        """One array, which is then no longer there. Errors: FormatError, DtypeError."""
        if name not in self:
            raise FormatError(
                "{name} is missing; the file is damaged: write it again.",
                name=name,
            )
        return npy.array(name, zips.content(self.archive, self.left.pop(f"{name}.npy")))


def _header(arrays: _Arrays) -> Mapping[str, Any]:
    array = arrays.take(HEADER)
    if array.dtype != np.uint8 or array.ndim != 1 or array.size > limits.MAX_JSON:
        raise TextError(
            "the header is {dtype} of shape {shape}; it needs up to {max_json:,} bytes.",
            dtype=array.dtype,
            shape=array.shape,
            max_json=limits.MAX_JSON,
        )
    try:
        header = json.loads(array.tobytes().decode("utf-8"), object_pairs_hook=_distinct)
    except RecursionError:
        raise TextError("the header is nested too deep.") from None
    except ValueError as error:
        raise TextError(
            "the header is not JSON ({error}).",
            error=error,
        ) from None
    known = ("version", "format", "notes", "entries")
    said = fields.record("the header", header, known, packed.FIELDS)
    fields.whole("the header's version", said["version"], VERSION, VERSION)
    return said


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise TextError(
            "the header gives a field twice, among {pairs}.",
            pairs=shown([key for key, _ in pairs]),
        )
    return found


def _file(header: Mapping[str, Any], arrays: _Arrays) -> ModelFile:
    entries = header["entries"]
    if not isinstance(entries, list) or not 1 <= len(entries) <= limits.MAX_TENSORS:
        raise TextError(
            "the header's entries is {kind}; it needs a list.",
            kind=fields.kind(entries),
        )
    read_ = tuple(_entry(at, value, arrays) for at, value in enumerate(entries))
    names = tuple(one.name for one in read_)
    whole = packed.whole_of(header["whole"], arrays.take, names) if "whole" in header else None
    first = 0 if whole is None else len(whole.pieces)
    loose = packed.loose_of(header["loose"], arrays.take, first) if "loose" in header else None
    return ModelFile(
        format=_text("the header's format", header["format"]),
        entries=read_,
        notes=_notes("the header's notes", header["notes"]),
        whole=whole,
        loose=loose,
    )


def _entry(at: int, value: object, arrays: _Arrays) -> Entry:
    """One entry; its arrays are taken out of `arrays`."""
    where = f"entry {at}"
    said = fields.record(where, value, _ENTRY, _LATER)
    cell = cast("Cell", fields.choice(f"{where}, cell", said["cell"], CELLS))
    counts = said["directions"]
    if not isinstance(counts, list) or not 1 <= len(counts) <= limits.MAX_LAYERS:
        raise TextError(
            "{where}, directions is {kind}; it needs a list.",
            where=where,
            kind=fields.kind(counts),
        )
    layers = tuple(
        tuple(
            _direction(_where(at, layer, direction), cell, arrays)
            for direction in range(fields.whole(f"{where}, directions", count, 1, 2))
        )
        for layer, count in enumerate(counts)
    )
    entry = Entry(
        name=_text(f"{where}, name", said["name"]),
        cell=cell,
        layers=layers,
        biases=fields.whole(f"{where}, biases", said["biases"], 0, 2),
        merge=cast("Merge", fields.choice(f"{where}, merge", said["merge"], MERGES)),
        reading_order=fields.flag(f"{where}, reading_order", said["reading_order"]),
        says=_settings(f"{where}, says", said["says"]),
        assumes=_settings(f"{where}, assumes", said["assumes"]),
        asks=_asks(f"{where}, asks", said.get("asks", [])),
        reads=_reads(f"{where}, reads", said.get("reads", {})),
        stored=_text(f"{where}, stored", said["stored"]),
        notes=_notes(f"{where}, notes", said["notes"]),
        checked=_notes(f"{where}, checked", said.get("checked", [])),
    )
    check_entry(entry)
    return entry


def _direction(where: str, cell: Cell, arrays: _Arrays) -> Direction:
    def taken(part: str) -> Array:
        array = arrays.take(f"{where}.{part}")
        if array.dtype not in checks.FLOATS:
            raise DtypeError(
                "{where}.{part} holds {dtype}; it needs float32 or float64: write it again.",
                where=where,
                part=part,
                dtype=array.dtype,
            )
        return checks.floats(f"{where}.{part}", array)

    w_x, w_h, b_x, b_h = (taken(part) for part in PARTS)
    w_p = taken(PROJECTION) if f"{where}.{PROJECTION}" in arrays else None
    names = INITIAL_NAMES[: len(STATES[cell])]
    has_initial = any(f"{where}.{name}" in arrays for name in names)
    initial = tuple(taken(name) for name in names if has_initial)
    return Direction(w_x, w_h, b_x, b_h, initial, w_p=w_p)


def _settings(where: str, value: object) -> Mapping[str, str]:
    settings = fields.record(where, value, optional=tuple(ANSWERS))
    return {
        key: value
        if is_answer(key, value)
        else fields.choice(f"{where}, {key}", value, ANSWERS[key])
        for key, value in settings.items()
    }


def _asks(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > len(ASKED):
        raise TextError(
            "{where} is {kind}; it needs a list of settings.",
            where=where,
            kind=fields.kind(value),
        )
    return tuple(fields.choice(where, one, ASKED) for one in value)


def _reads(where: str, value: object) -> Reads:
    said = fields.record(where, value, optional=("padding", "steps", "zeros"))
    padding, steps = said.get("padding"), said.get("steps")
    if padding is not None and (isinstance(padding, bool) or not isinstance(padding, int | float)):
        raise TextError(
            "{where}, padding is {kind}; it needs a number.",
            where=where,
            kind=fields.kind(padding),
        )
    if steps is not None:
        steps = fields.whole(f"{where}, steps", steps, 0, MAX_COUNT)
    zeros = fields.flag(f"{where}, zeros", said.get("zeros", True))
    return Reads(None if padding is None else float(padding), steps, zeros)


def _notes(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_NOTES:
        raise TextError(
            "{where} is {kind}; it needs a list of texts.",
            where=where,
            kind=fields.kind(value),
        )
    return tuple(_text(where, note) for note in value)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise TextError(
            "{where} is {kind}; it needs a text, not too long.",
            where=where,
            kind=fields.kind(value),
        )
    return value


def _where(entry: int, layer: int, direction: int) -> str:
    return f"entry{entry}.layer{layer}.direction{direction}"
