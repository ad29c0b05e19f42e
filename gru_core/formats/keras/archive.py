"""Keras models as `.keras`: a zip archive of config and weights, of Keras 3 and of 2.12 on."""

from dataclasses import replace
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats import zips
from gru_core.formats.hdf5 import file as hdf5
from gru_core.formats.keras import bare as keras_bare
from gru_core.formats.keras import config as keras_json
from gru_core.formats.keras import model as keras_model
from gru_core.formats.keras.cells import numbered
from gru_core.formats.keras.entry import model_file
from gru_core.formats.keras.finders import ByPlace
from gru_core.formats.keras.variables import Numbered
from gru_core.formats.keras.words import MAX_FILES, is_vocabulary
from gru_core.formats.model import ModelFile
from gru_core.words import Said, article

_OWN: Final = (
    "The model is {a} {kind} of the author's own, whose config does not list its layers: they are "
    "read by the names and shapes of their weights."
)
MEMBERS: Final = ("metadata.json", "config.json", "model.weights.h5")


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of a `.keras` file. name: what errors call the file.

    Errors: FormatError for what is damaged or not understood; TextError for a field of the config;
    ShapeError, NotFiniteError and RangeError naming the tensor.
    """
    with zips.opened(data) as archive:
        members = zips.members(archive)
        missing = [member for member in MEMBERS if member not in members]
        if missing:
            raise FormatError(
                "{name} has no {missing}; a .keras file has {members}: save it again with "
                "model.save('model.keras').",
                name=shown(name),
                missing=", ".join(missing),
                members=", ".join(MEMBERS),
            )
        metadata, config, weights = (zips.content(archive, members[m]) for m in MEMBERS)
        texts = [one for name, one in members.items() if is_vocabulary(name, one.file_size)]
        words = {one.filename: zips.content(archive, one) for one in texts[:MAX_FILES]}
    version = keras_json.parsed(MEMBERS[0], metadata).get("keras_version")
    model = keras_json.parsed(MEMBERS[1], config)
    with hdf5.opened(weights) as file:
        if not keras_model.is_own_class(model):
            find, variables = ByPlace(numbered(file)), Numbered(file)
            return model_file(file, model, version, find, variables, words=words)
        found = keras_bare.read_numbered(file, name)
    kind = str(model.get("class_name"))
    own = Said(_OWN, a=article(kind), kind=shown(model.get("class_name")))
    return replace(found, notes=(*found.notes, own))
