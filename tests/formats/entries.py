"""Entries and files to test with: every gate of every layer has numbers of its own."""

import io
import warnings
import zipfile

import numpy as np

from gru_core.conventions import GATES, STATES
from gru_core.formats.model import Direction, Entry, ModelFile
from gru_core.formats.whole.loose import Loose
from gru_core.formats.whole.pieces import Piece, Whole

# All that can be said of an entry, for every cell and number of directions.
SAID = {
    "gate_activation": "sigmoid",
    "state_activation": "tanh",
    "reset_after": "true",
    "backward": "false",
}


def make_direction(cell="gru", inputs=3, units=4, seed=0, dtype=np.float32, initial=False):
    """One direction with normal numbers of scale 0.5."""
    rng, gates = np.random.default_rng(seed), len(GATES[cell])
    shapes = ((gates, units, inputs), (gates, units, units), (gates, units), (gates, units))
    arrays = [0.5 * rng.normal(size=shape).astype(dtype) for shape in shapes]
    states = [rng.normal(size=units).astype(dtype) for _ in STATES[cell]] if initial else []
    return Direction(*arrays, initial=tuple(states))


def make_entry(cell="gru", layers=1, directions=1, inputs=3, units=4, says=SAID, **more):
    """A stack whose layers fit each other when they are concatenated."""
    made = {key: more.pop(key) for key in ("dtype", "initial") if key in more}
    stack = tuple(
        tuple(
            make_direction(
                cell, inputs if at == 0 else units * directions, units, 10 * at + direction, **made
            )
            for direction in range(directions)
        )
        for at in range(layers)
    )
    return Entry(more.pop("name", "encoder"), cell, stack, says=says, **more)


def make_file(*entries, **more):
    """A file of these entries, one GRU if none are given."""
    return ModelFile(more.pop("format", "PyTorch"), entries or (make_entry(),), **more)


def make_whole() -> ModelFile:
    """A file that says how its model is put together, and one more head."""
    rng = np.random.default_rng(3)
    entry = make_entry()
    table = Piece("emb", "table", arrays={"w": rng.normal(size=(5, 3)).astype(np.float32)})
    w, b = rng.normal(size=(2, 4)).astype(np.float32), np.ones(2, np.float32)
    layer = Piece("encoder", "layer", ("emb",), does="encoder")
    dense = Piece("head, sum", "dense", ("encoder",), {"w": w, "b": b})
    said = Piece("head", "function", ("head, sum",), does="softmax")
    whole = Whole((table, layer, dense, said), "head", ("a", "b", "c", "d", "e"))
    loose = Loose((table,), ((dense,),), (dense,))
    return ModelFile("PyTorch", (entry,), whole=whole, loose=loose)


def zipped(members, packing=zipfile.ZIP_STORED) -> bytes:
    """A zip archive. members: pairs of name and content; a name may come twice."""
    memory = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(memory, "w", packing) as archive:
        warnings.simplefilter("ignore")  # of a name that comes twice
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return memory.getvalue()


def unzipped(data) -> dict[str, bytes]:
    """The members of a zip archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def npy_saying(header, numbers=bytes(12), version=1, length=None) -> bytes:
    """A .npy file whose header says anything. length: what it says of the header's own length."""
    text = header.encode() + b"\n"
    size = len(text) if length is None else length
    return b"\x93NUMPY" + bytes([version, 0]) + size.to_bytes(2, "little") + text + numbers


def npy(array) -> bytes:
    """An array as numpy.save writes it."""
    memory = io.BytesIO()
    np.save(memory, array, allow_pickle=True)
    return memory.getvalue()
