"""Keras files that are HDF5: `.weights.h5`, and legacy `.h5` with a config or without."""

from gru_core.formats.hdf5 import file as hdf5
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras import bare as keras_bare
from gru_core.formats.keras import config as keras_json
from gru_core.formats.keras.cells import named
from gru_core.formats.keras.entry import model_file
from gru_core.formats.keras.finders import ByName
from gru_core.formats.keras.variables import Named
from gru_core.formats.model import ModelFile

CONFIG = "model_config"
WEIGHTS = "model_weights"
LEGACY_MARK = "layer_names"


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of an HDF5 file of Keras. name: what errors call the file.

    Errors: FormatError for what is damaged or not understood; TextError for a field of the config;
    ShapeError, NotFiniteError and RangeError naming the tensor.
    """
    with hdf5.opened(data) as file:
        if file.has("", CONFIG):
            return _whole(file)
        if file.has("", LEGACY_MARK):
            return keras_bare.read_named(file, "")
        if file.has(WEIGHTS, LEGACY_MARK):
            return keras_bare.read_named(file, WEIGHTS)
        return keras_bare.read_numbered(file, name)


def _whole(file: Hdf5) -> ModelFile:
    """A legacy file with its config."""
    model = keras_json.parsed(CONFIG, file.text("", CONFIG) or "")
    # Keras 1 did not say so, or not at this place.
    version = file.text("", "keras_version") or file.text(WEIGHTS, "keras_version") or "1"
    find = ByName(WEIGHTS, named(file, WEIGHTS))
    return model_file(file, model, version, find, Named(file, WEIGHTS), " HDF5")
