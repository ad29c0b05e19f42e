"""A recurrent layer of a Keras file, from its config and wherever the file keeps its weights."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Protocol

from gru_core.errors import FormatError, shown
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras import masks as keras_masks
from gru_core.formats.keras import model as keras_model
from gru_core.formats.keras import notes as keras_notes
from gru_core.formats.keras import sources
from gru_core.formats.keras import whole as keras_whole
from gru_core.formats.keras.arrays import CellWeights, Paths, cell_weights
from gru_core.formats.keras.masks import Masks
from gru_core.formats.keras.model import LayerConfig, Reading
from gru_core.formats.keras.variables import Variables
from gru_core.formats.keras.words import NO_WORDS, Assets
from gru_core.formats.model import ASKED, Entry, ModelFile
from gru_core.formats.notshown import NotShown
from gru_core.formats.reads import Reads
from gru_core.formats.whole.pieces import Whole

VERSIONS: Final = (1, 2, 3)  # of Keras
# What Keras calls a setting, where that is not its name here.
_THERE: Final = {"gate_activation": "recurrent_activation", "state_activation": "activation"}


class Finder(Protocol):
    """Finds the weights of a layer in a file."""

    def __call__(self, layer: LayerConfig, reading: Reading, at: int) -> Paths:
        """Where the parts of a cell are. at: its place in the stack of the reading's cells."""

    def check_all_claimed(self) -> None:
        """Raise FormatError if the file has a recurrent cell that no layer has asked for."""

    def unclaimed(self) -> int:
        """How many such cells there are."""


def model_file(
    file: Hdf5,
    model: Mapping[str, Any],
    version: object,
    find: Finder,
    variables: Variables,
    kind: str = "",
    words: Assets = NO_WORDS,
) -> ModelFile:
    """Every recurrent layer of a model with its config.

    version: of Keras, as the file has it; variables: of its other layers; kind: how the format is
    called besides; words: the vocabularies beside the weights. Errors: FormatError, TextError,
    ShapeError; those of limits.numbers.
    """
    major = major_version(version)
    left = NotShown()
    layers = keras_model.layers_of(model, major, left)
    alone = [entry_of(file, layer, find) for layer in layers]
    if find.unclaimed() < len(left.errors):  # the weights of another model
        left.check_any(())
    if not left.errors:
        find.check_all_claimed()
    notes = (*keras_notes.of_model(model), *left.notes)
    whole = keras_whole.whole_or_none(model, major, alone, variables, words)
    masks = keras_masks.of_model(model, major)
    entries = [
        _in_model(model, masks, layer, entry, whole)
        for layer, entry in zip(layers, alone, strict=True)
    ]
    return ModelFile(f"Keras {major}{kind}", tuple(entries), notes, whole)


def _in_model(
    model: Mapping[str, Any], masks: Masks, layer: LayerConfig, entry: Entry, whole: Whole | None
) -> Entry:
    """A layer with what its model does to it: masks, a state to start from, what it reads."""
    piece = None if whole is None else whole.of_layer(entry.name)
    done = piece is not None and bool(piece.starts)
    starts, computed = keras_notes.of_states(layer.starts, model, done=done)
    padding = masks.values.get(layer.path)
    masked = bool(masks.made_by) and layer.path not in masks.unmasked
    asks = {"padding": masked and padding is None, "start": computed}
    below = () if piece is not None else sources.notes_of(model, layer.names)
    return replace(
        entry,
        asks=tuple(setting for setting in ASKED if asks[setting]),
        reads=Reads(padding=padding, zeros=layer.zeros),
        notes=(*entry.notes, *below, *starts, *masks.notes(layer.path)),
    )


def major_version(version: object) -> int:
    """The first number of a version of Keras, such as 3 of 3.15.1. Errors: FormatError."""
    match = re.match(r"(\d{1,3})(\.|$)", version) if isinstance(version, str) else None
    if match is None or int(match[1]) not in VERSIONS:
        raise FormatError(
            "The file is of Keras {version}; files of {versions} are read, which differ in "
            "what hard_sigmoid is: save it with one of them.",
            version=shown(version),
            versions=", ".join(map(str, VERSIONS)),
        )
    return int(match[1])


def entry_of(file: Hdf5, layer: LayerConfig, find: Finder) -> Entry:
    """A layer with its weights. Errors: FormatError, ShapeError; those of limits.numbers."""
    readings = [
        [
            cell_weights(file, cell, find(layer, reading, at))
            for at, cell in enumerate(reading.cells)
        ]
        for reading in layer.readings
    ]
    first = _alike(layer, [cell for reading in readings for cell in reading])
    one_way, backward = len(readings) == 1, layer.readings[0].backward
    says = dict(first.says)
    if one_way and backward is not None:
        says["backward"] = "true" if backward else "false"
    return Entry(
        name=layer.path,
        cell=layer.readings[0].cells[0].cell,
        layers=tuple(zip(*([one.direction for one in cells] for cells in readings), strict=True)),
        biases=max(cell.biases for cells in readings for cell in cells),
        merge=layer.merge,
        reading_order=one_way and backward is not False,
        says=says,
        stored=first.stored,
        notes=(*layer.notes, *keras_notes.of_gates(says.get("gate_activation"))),
    )


def _alike(layer: LayerConfig, cells: list[CellWeights]) -> CellWeights:
    """The first of the cells. Errors: FormatError unless all compute in the same way."""
    if len(layer.readings) == 2 and len(cells) > 2:
        raise FormatError(
            "{path} joins the directions of a stack of cells once, at its top; that is not "
            "computed: use one cell in each direction, or a Bidirectional around each.",
            path=layer.path,
        )
    configs = [cell for reading in layer.readings for cell in reading.cells]
    said = dict.fromkeys(setting for cell in cells for setting in cell.says)
    found: tuple[tuple[str, list[str]], ...] = (
        ("cells", [config.cell for config in configs]),
        *((_THERE.get(one, one), [cell.says.get(one, "") for cell in cells]) for one in said),
        ("precisions", [cell.stored for cell in cells]),
    )
    for what, values in found:
        if len(set(values)) > 1:
            raise FormatError(
                "{path} has different {what} inside, {values}; they are read only if they are "
                "the same: make a layer of each.",
                path=layer.path,
                what=what,
                values=shown(sorted(set(values))),
            )
    return cells[0]
