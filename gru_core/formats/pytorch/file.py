"""Files of torch.save, .pt and .pth. Nothing in them is run, and PyTorch loads no hostile one.

PyTorch takes a second and 220 MB to import, so a file is examined first, without it: what can be
refused is refused there. Then PyTorch's own safe loader has to find the same numbers.
"""

import io
import warnings
from collections.abc import Collection
from dataclasses import replace
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import FormatError, shown
from gru_core.formats import foreign, limits
from gru_core.formats.misplaced import misplaced
from gru_core.formats.model import Entry, ModelFile
from gru_core.formats.notshown import NotShown
from gru_core.formats.pytorch import archive as torch_archive
from gru_core.formats.pytorch.collect import Collected, Path, collected
from gru_core.formats.state_dict.around import around, said_of_members, tensors_of
from gru_core.formats.state_dict.computed import computed
from gru_core.formats.state_dict.entries import entries_and_notes
from gru_core.formats.state_dict.groups import Group, grouped
from gru_core.formats.state_dict.stored import Stored

if TYPE_CHECKING:
    from torch import Tensor

FORMAT: Final = "PyTorch state dict"
FORMAT_PLAIN: Final = "pickle"
_ALONE: Final = (
    "PyTorch reads no such file without running what is in it, so its own loader has not confirmed "
    "the numbers."
)
_CHECKED: Final = (
    "PyTorch was given the numbers that are read here, as it does not read the file without "
    "running what is in it.",
    "Both start from zeros.",
)
# What the first file in an archive of the oldest PyTorch is called.
_OLDEST: Final = (b"sys_info", b"pickle", b"storages", b"tensors")
# What torch.load raises, which is whatever its parts raise.
REFUSALS: Final = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, MemoryError),
    *(OSError, RuntimeError, TypeError, ValueError, UnpicklingError),
)


def read(data: bytes, name: str) -> ModelFile:
    """Every recurrent layer of a file. name: what errors call the file.

    Errors: FormatError; NotFiniteError and RangeError naming the tensor and the index.
    """
    found = examined(data, name)
    read_, left = entries_and_notes(found.tensors)
    ours = computed(found.tensors)
    groups = grouped(ours.tensors, NotShown())
    made = tuple(_told(entry, found, groups[entry.name]) for entry in read_)
    notes = (*found.notes, *left)
    loose = around(found.tensors, made, found.modules, found.vocabularies)
    if found.foreign:
        kind = FORMAT_PLAIN if found.plain else FORMAT
        return ModelFile(kind, made, (*notes, _ALONE), loose=loose)
    whole = [name for entry in made for name in groups[entry.name].names]
    names = [source for name in whole for source in ours.sources(name)]
    _confirm(data, found, (*names, *tensors_of(loose, found.tensors)))
    return ModelFile(FORMAT, made, notes, loose=loose)


def _told(entry: Entry, found: Collected, group: Group) -> Entry:
    """A layer with what the object says that it was, and what a check of it has from here."""
    said = found.activations.get(entry.name)
    if said is not None and entry.cell == "rnn":
        says = {**entry.says, "state_activation": said}
        entry = replace(entry, says=says, assumes={})
    said_of = said_of_members(group.prefix.rstrip("."), found.modules)
    entry = replace(entry, notes=(*entry.notes, *said_of))
    return replace(entry, checked=_CHECKED) if found.foreign else entry


def examined(data: bytes, name: str) -> Collected:
    """The tensors of a file, found without PyTorch. Errors: FormatError."""
    limits.check_size(len(data))
    if not data.startswith((torch_archive.ZIP, torch_archive.PICKLE)):
        raise _other(data, name)
    found = collected(torch_archive.opened(data))
    if found.plain and not found.tensors:
        raise foreign.PICKLE.error(name)
    return found


def loaded(data: bytes) -> Any:
    """What torch.load makes of a file that has been examined. Errors: FormatError."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # on old ways of writing a file
            return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except REFUSALS as error:
        said = str(error).partition("\n")[0]
        raise FormatError(
            "PyTorch does not load the file ({name}: {said}): save model.state_dict() again.",
            name=type(error).__name__,
            said=shown(said),
        ) from None


def tensor_at(root: Any, path: Path) -> "Tensor":
    """One tensor of what PyTorch has loaded, by the path that examined has found."""
    for key in path:
        root = root[key]
    tensor: Tensor = root.detach()
    return tensor


def tensor_of(stored: Stored) -> "Tensor":
    """One tensor of FLOATS from the bytes of a file whose objects PyTorch does not read."""
    import torch

    raw = np.array(stored.raw())
    native = raw.astype(raw.dtype.newbyteorder("="))
    if stored.kind == "bfloat16":
        return torch.from_numpy(native.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(native)


def _other(data: bytes, name: str) -> FormatError:
    if data[257:262] == b"ustar" and data.startswith(_OLDEST):
        return FormatError(
            "{name} is a tar archive, as PyTorch wrote before 0.1.10: load it with a PyTorch "
            "of that time, and save model.state_dict() with one of today.",
            name=shown(name),
        )
    return misplaced(
        data,
        name,
        "{name} is of another format: it needs a zip archive or a pickle, as torch.save writes; "
        "save it again.",
    )


def _confirm(data: bytes, found: Collected, read_: Collection[str]) -> None:
    """Raise FormatError unless PyTorch finds the same numbers in the tensors of these names."""
    root = loaded(data)
    for name in read_:
        theirs = _raw(tensor_at(root, found.paths[name]))
        if not np.array_equal(theirs, found.tensors[name].raw()):
            raise FormatError(
                "PyTorch reads other numbers in {name} than stand in the file: it is "
                "damaged, save model.state_dict() again.",
                name=name,
            )


def _raw(tensor: "Tensor") -> npt.NDArray[Any]:
    """The numbers as they stand in a file; NumPy has no bfloat16, only its bits."""
    import torch

    bits = tensor.view(torch.uint16) if tensor.dtype == torch.bfloat16 else tensor
    array: npt.NDArray[Any] = bits.numpy()
    return array
