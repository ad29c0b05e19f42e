"""Keras weights without a config: only what names and shapes prove is said of a layer.

The shape of the recurrent kernel, (units, gates·units), tells the kind of cell; nothing is divided
to guess it. What else a layer was told in Python is not in such a file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gru_core.conventions import CELLS, GATES, Cell
from gru_core.errors import FormatError, shown
from gru_core.formats.answers import EITHER, settings_of
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras.arrays import BIAS, PARTS_1, RECURRENT, Paths
from gru_core.formats.keras.bare_names import Place, named_places, numbered_places
from gru_core.formats.keras.cell import CellConfig, cudnn_says
from gru_core.formats.keras.cells import OLD_LAYERS, named, numbered
from gru_core.formats.keras.entry import entry_of
from gru_core.formats.keras.model import LayerConfig, Reading
from gru_core.formats.limits import MAX_UNITS
from gru_core.formats.model import Answers, Entry, ModelFile
from gru_core.words import Said

WAYS: Final = ("forward", "backward")
_VARIABLES, _OBJECT = "vars", "name"  # of each object in a file of Keras 3, and its name there
# What every version of Keras does if not told otherwise.
ASSUMED: Final[Answers] = {"state_activation": "tanh", "backward": "false"}
_KIND: Final = re.compile(
    r"(?:forward_|backward_)?(?:cu_dnn)?_?(gru|lstm|simple_?rnn)(?:_cell)?(?:_[0-9]+)?"
)
_SHAPE_ONLY: Final = "The file does not name the kind of this layer; by its shapes it is: {kind}."


@dataclass(frozen=True)
class _ByPlace:
    """Finds the weights that a layer was made from."""

    paths: Mapping[tuple[tuple[str, ...], str, int], Paths]

    def __call__(self, layer: LayerConfig, reading: Reading, at: int) -> Paths:
        return self.paths[layer.names, reading.name, at]

    def check_all_claimed(self) -> None:
        """Every layer was made from the weights, so none is left."""

    def unclaimed(self) -> int:
        """None."""
        return 0


def read_numbered(file: Hdf5, name: str) -> ModelFile:
    """A `.weights.h5` of Keras 3, or of Keras 2 from 2.12 on. Errors: as keras_h5.read."""
    cells = numbered(file)
    if not cells:
        raise FormatError(
            "{name} is an HDF5 file without a recurrent layer of Keras; it needs the weights "
            "of a GRU, LSTM or SimpleRNN: choose another file.",
            name=shown(name),
        )
    # Gates end in a sigmoid if not told otherwise: all of these versions agree.
    assumes = {"gate_activation": "sigmoid", **ASSUMED}
    places = numbered_places(file, list(cells.values()))
    return ModelFile(_made_by(file), tuple(_entries(file, places, assumes)))


def _made_by(file: Hdf5) -> str:
    """Which Keras wrote numbered variables, as the format is called.

    Some of Keras 2 call the group of layers otherwise, and Keras 3 names the objects from some
    version on; between them nothing tells.
    """
    if any(OLD_LAYERS in group.split("/") for group in file.groups):
        return "Keras 2 weights"
    named = any(file.has(group, _OBJECT) for group in file.groups if group.endswith(_VARIABLES))
    return "Keras 3 weights" if named else f"{EITHER} weights"


def read_named(file: Hdf5, root: str) -> ModelFile:
    """A legacy file of weights alone, of Keras 1 or 2. Errors: as keras_h5.read.

    root: the group of the layers. Before 2.3 gates ended in a hard sigmoid, later in a sigmoid, and
    models travel between versions: what they end in is left open.
    """
    cells = named(file, root)
    if not cells:
        raise FormatError(
            "The Keras weights have no GRU, LSTM or SimpleRNN in them: choose another file."
        )
    places = named_places(root, cells)
    return ModelFile("Keras HDF5 weights", tuple(_entries(file, places, ASSUMED)))


def _entries(file: Hdf5, places: Sequence[Place], assumes: Answers) -> list[Entry]:
    layers: dict[tuple[str, ...], dict[str, list[Place]]] = {}
    for place in places:
        layers.setdefault(place.names, {}).setdefault(place.way, []).append(place)
    entries = []
    for names, ways in layers.items():
        path = "/".join(names)
        if set(ways) not in ({""}, set(WAYS)):
            raise FormatError(
                "The weights of {path} are of {ways}; a layer has one direction or two: the "
                "file is damaged.",
                path=shown(path),
                ways=", ".join(sorted(ways)) or "one way",
            )
        order = WAYS if "" not in ways else ("",)
        readings = [_reading(file, path, way, ways[way]) for way in order]
        layer = LayerConfig(names, tuple(readings), notes=_notes(readings, ways))
        paths = {
            (names, way, at): place.cell.paths
            for way in order
            for at, place in enumerate(ways[way])
        }
        entry = entry_of(file, layer, _ByPlace(paths))
        open_ones = set(settings_of(entry)) - set(entry.says)
        taken = {setting: assumes[setting] for setting in assumes if setting in open_ones}
        if len(entry.layers[0]) == 2:
            taken["merge"] = "concat"  # as Keras does if not told otherwise
        entries.append(replace(entry, assumes=taken))
    return entries


def _reading(file: Hdf5, path: str, way: str, places: Sequence[Place]) -> Reading:
    cells = tuple(_config(file, path, place) for place in places)
    return Reading(way, (), cells, None)


def _notes(readings: Sequence[Reading], places: Mapping[str, Sequence[Place]]) -> tuple[str, ...]:
    named_kind = any(_hinted(place) for some in places.values() for place in some)
    kind = readings[0].cells[0].cell.upper()
    return () if named_kind else (Said(_SHAPE_ONLY, kind=kind),)


def _config(file: Hdf5, path: str, place: Place) -> CellConfig:
    """What the names and the shapes of its weights say of a cell. Errors: FormatError."""
    paths = place.cell.paths
    recurrent = [paths[p] for p in paths if p == RECURRENT or p.startswith(PARTS_1[RECURRENT])]
    cell, units = _kind(file, recurrent)
    hints = _hinted(place)
    if hints - {cell}:
        raise FormatError(
            "{path} is named as {hints}, but by the shape of {recurrent} it is: {cell}. The "
            "file is damaged, or the name misleads.",
            path=shown(path),
            hints=" and ".join(sorted(hints)).upper(),
            recurrent=recurrent[0],
            cell=cell.upper(),
        )
    columns = 2 * len(GATES[cell]) * units
    cudnn = BIAS in paths and cell != "rnn" and file.shape(paths[BIAS]) == (columns,)
    biases = any(part == BIAS or part.startswith(PARTS_1[BIAS]) for part in paths)
    says = cudnn_says(cell) if cudnn else {}
    return CellConfig(path, place.cell.path, cell, units, biases, cudnn, says)


def _kind(file: Hdf5, recurrent: Sequence[str]) -> tuple[Cell, int]:
    """The kind of a cell and its units, by its recurrent kernel, in Keras 1 one for each gate."""
    shapes = [file.shape(path) for path in recurrent]
    if all(len(shape) == 2 for shape in shapes):
        units, columns = shapes[0][0], sum(shape[1] for shape in shapes)
        for cell in CELLS:
            if columns == len(GATES[cell]) * units and 1 <= units <= MAX_UNITS:
                return cell, units
    counts = ", ".join(str(len(GATES[cell])) for cell in CELLS)
    raise FormatError(
        "{recurrent} has shape {shapes}; a recurrent kernel of Keras has 1 to {max_units} "
        "rows, the units, and a column for each unit and gate, of which there are {counts}.",
        recurrent=recurrent[0],
        shapes=shapes[0],
        max_units=MAX_UNITS,
        counts=counts,
    )


def _hinted(place: Place) -> set[str]:
    """The kinds of cell that the names given by Keras speak of."""
    found = (_KIND.fullmatch(hint) for hint in place.hints)
    return {"rnn" if m[1].startswith("simple") else m[1] for m in found if m}
