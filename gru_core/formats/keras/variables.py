"""The variables of a Keras layer that is not recurrent, wherever a file keeps them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from gru_core.arrays import Array
from gru_core.errors import GatescopeError
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras.cells import natural, place_of

# In the order in which each kind of layer makes them.
_ORDER: Final[Mapping[str, Sequence[str]]] = {
    "Dense": ("kernel", "bias"),
    "Embedding": ("embeddings",),
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "LayerNormalization": ("gamma", "beta"),
    "Normalization": ("mean", "variance", "count"),
    **dict.fromkeys(("Conv1D", "DepthwiseConv1D", "Conv1DTranspose"), ("kernel", "bias")),
    "SeparableConv1D": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "PReLU": ("alpha",),
}
_COUNTED: Final = "count"  # of what a Normalization has seen, which it does not compute with
_OLD: Final = {
    "W": "kernel",
    "kernel": "kernel",
    "b": "bias",
    "running_mean": "moving_mean",
    "running_std": "",
}


class Variables(Protocol):
    """Finds the variables of a layer."""

    def __call__(
        self, name: str, place: str, kind: str, has: Mapping[str, bool]
    ) -> Mapping[str, Array] | None:
        """By their names; None where the file has others than those that the layer has.

        name: of the layer; place: its group in Keras 3; has: which of a kind it has.
        """


class Numbered:
    """Of a file in which the variables of each object are numbered."""

    def __init__(self, file: Hdf5) -> None:
        self._file = file
        place = place_of(file)
        self._groups = {place(group): group for group in file.groups}

    def __call__(
        self, name: str, place: str, kind: str, has: Mapping[str, bool]
    ) -> Mapping[str, Array] | None:
        """As Variables has it."""
        group = self._groups.get(f"{place}/vars") if place else None
        paths = [] if group is None else sorted(self._file.inside(group), key=natural)
        wanted = [one for one in _ORDER[kind] if has.get(one, True)]
        if len(paths) != len(wanted):
            return None
        return _read(self._file, dict(zip(wanted, paths, strict=True)))


class Named:
    """Of a legacy file, where they have names below the group of their layer."""

    def __init__(self, file: Hdf5, root: str) -> None:
        self._file, self._root = file, root

    def __call__(
        self, name: str, place: str, kind: str, has: Mapping[str, bool]
    ) -> Mapping[str, Array] | None:
        """As Variables has it."""
        found: dict[str, str] = {}
        for path in self._paths(name):
            leaf = re.sub(r"(_\d+)?(:\d+)?$", "", path.rpartition("/")[2])
            part = next((one for one in _ORDER[kind] if leaf == one), None)
            part = part or next(
                (new for old, new in _OLD.items() if leaf.endswith(f"_{old}")), None
            )
            if part is None or part in found or part not in _ORDER[kind]:
                return None
            found[part] = path
        wanted = {one for one in _ORDER[kind] if has.get(one, True)}
        return _read(self._file, found) if found.keys() == wanted else None

    def _paths(self, name: str) -> list[str]:
        """What stands below the names of a layer and of the models that it is in.

        A model in a model does not always leave its name there; the layer does.
        """
        outermost, *inner = name.split("/")
        group = f"{self._root}/{outermost}/".lstrip("/")
        found = [path for path in self._file.datasets if path.startswith(group)]
        for at, one in enumerate(inner, start=1):
            held = [path for path in found if one in path[len(group) :].split("/")[:-1]]
            found = held if held or at == len(inner) else found
        return found


def _read(file: Hdf5, paths: Mapping[str, str]) -> Mapping[str, Array] | None:
    try:
        read = {part: path for part, path in paths.items() if part != _COUNTED}
        return {part: file.tensor(path).numbers for part, path in read.items()}
    except GatescopeError:
        return None  # half a model is shown without it
