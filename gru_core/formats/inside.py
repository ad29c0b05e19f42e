"""A zip archive with one model in it, as of stable-baselines3: that model is read."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits, sniff, zips
from gru_core.formats.model import ModelFile
from gru_core.words import Said

MODELS: Final = (".pt", ".pth", ".safetensors", ".keras", ".h5", ".onnx", ".npz")
POLICY: Final = "policy.pth"  # of stable-baselines3; beside it stand its optimizer and variables


def model_in(names: Collection[str]) -> str | None:
    """The only model among the members of an archive; None for none or several."""
    if POLICY in names:
        return POLICY
    found = [name for name in names if name.lower().endswith(MODELS)]
    return found[0] if len(found) == 1 else None


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of the model in an archive. Errors: those of its reader."""
    with zips.opened(data) as archive:
        members = zips.members(archive)
        inner = model_in(members)
        if inner is None:
            raise FormatError(
                "{name} has no model in it, or several: unpack it and give one.", name=shown(name)
            )
        content = zips.content(archive, members[inner])
    limits.check_size(len(content))
    kind = sniff.kind_of(content, inner)
    if kind == "zip":
        raise FormatError(
            "{name} has an archive in it that holds another: unpack it and give the model inside.",
            name=shown(name),
        )
    file = sniff.reader_of(kind)(content, inner)
    note = Said("Read from {inner} in the archive.", inner=shown(inner))
    return replace(file, notes=(*file.notes, note))
