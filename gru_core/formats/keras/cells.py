"""The cells whose weights an HDF5 file of Keras holds, found by the names of its datasets.

Keras 3, and Keras 2 from 2.12 on, number the variables of each object: layers/gru/cell/vars/0 is
the kernel. Before, and in legacy files still, they have names below the group of their layer:
gru/gru_cell/kernel:0, in Keras 2.0 gru/kernel:0, in Keras 1 gru_W_z.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras.arrays import BIAS, KERNEL, PARTS_1, RECURRENT, Paths

VARIABLES: Final = (KERNEL, RECURRENT, BIAS)  # in the order in which every cell makes them
LAYER_MARK: Final = "weight_names"  # the attribute that every layer of a legacy file has
_CELL: Final = re.compile(
    r"cell|(gru|lstm|simple_rnn)_cell(_\d+)?"
)  # or anything in a list `cells`
_KIND: Final = re.compile(r"_[0-9]+$")  # taken away, it leaves the kind of a layer
OLD_LAYERS: Final = "_layer_checkpoint_dependencies"
_NAMED: Final = re.compile(rf"({RECURRENT}|{KERNEL}|{BIAS})((?:_\d+)?)(?::\d+)?")
_NAMED_1: Final = re.compile(r"(.+)_([WUb](?:_[a-z])?)(?::\d+)?")


@dataclass(frozen=True)
class FileCell:
    """The weights of one cell in a file."""

    layer: str  # the group of its layer in a legacy file, elsewhere its own
    inside: tuple[str, ...]  # the names between that and the weights
    paths: Paths

    @property
    def path(self) -> str:
        """Where it is, for errors."""
        return "/".join((self.layer, *self.inside))


def numbered(file: Hdf5) -> dict[str, FileCell]:
    """The recurrent cells with numbered variables, by the group where Keras 3 would have them.

    Errors: FormatError for a cell with other variables than a kernel, a recurrent one and a bias.
    """
    places = place_of(file)
    found = {}
    for group in file.groups:
        place, _, last = group.rpartition("/")
        *_, around, own = ("", *place.split("/"))
        if last == "vars" and (_CELL.fullmatch(own) or around == "cells"):
            shapes = [file.shape(path) for path in file.inside(group)]
            if shapes and max(map(len, shapes)) <= 2:  # a convolution has more axes
                found[places(place)] = _numbered_cell(file, place)
    return found


def _numbered_cell(file: Hdf5, place: str) -> FileCell:
    names = file.inside(f"{place}/vars")
    known = [f"{place}/vars/{at}" for at in range(len(names))]
    if not 2 <= len(names) <= len(VARIABLES) or set(names) != set(known):
        raise FormatError(
            "{place} has {count} variables in the weights; the cell of a GRU, LSTM or "
            "SimpleRNN has a {kernel}, a {recurrent} and perhaps a {bias}: the weights are "
            "damaged, or of another model than the config.",
            place=shown(place),
            count=len(names),
            kernel=KERNEL,
            recurrent=RECURRENT,
            bias=BIAS,
        )
    return FileCell(place, (), dict(zip(VARIABLES, known, strict=False)))


def place_of(file: Hdf5) -> Callable[[str], str]:
    """What Keras 3 would call a group.

    Keras 2.13 keeps the layers of a model in another group and counts each twice that has weights:
    gru, gru_2, gru_4. All of them are there, so the second of a kind is the second in order.
    """
    of_a_kind: dict[tuple[str, str], list[str]] = {}
    for group in file.groups:
        parent, _, own = group.rpartition("/")
        if parent.rpartition("/")[2] == OLD_LAYERS:
            of_a_kind.setdefault((parent, _KIND.sub("", own)), []).append(own)
    renamed = {
        f"{parent}/{own}": f"{kind}_{at}" if at else kind
        for (parent, kind), names in of_a_kind.items()
        for at, own in enumerate(sorted(names, key=natural))
    }

    def place(group: str) -> str:
        parts = group.split("/")
        paths = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        news = (renamed.get(path, part) for path, part in zip(paths, parts, strict=True))
        return "/".join("layers" if part == OLD_LAYERS else part for part in news)

    return place


def named(file: Hdf5, root: str) -> list[FileCell]:
    """The recurrent cells of a legacy file, in the natural order of their names.

    root: the group that holds the groups of the layers, "" for the file.
    Errors: FormatError for two weights of one name.
    """
    layers = {group for group in file.groups if file.has(group, LAYER_MARK)}
    cells: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
    for dataset in file.datasets:
        layer = _layer_of(dataset, layers)
        if layer is None or not layer.startswith(root):
            continue
        *inside, leaf = dataset.removeprefix(f"{layer}/").split("/")
        owner, part = _part_of(leaf)
        if part:
            cell = cells.setdefault((layer, (*inside, owner) if owner else tuple(inside)), {})
            if part in cell:
                raise FormatError(
                    "{dataset} is the second {part} of one cell; the file is damaged.",
                    dataset=shown(dataset),
                    part=part,
                )
            cell[part] = dataset
    found = [FileCell(layer, inside, parts) for (layer, inside), parts in cells.items()]
    return sorted(
        (cell for cell in found if _is_recurrent(file, cell)), key=lambda c: natural(c.path)
    )


def natural(path: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts gru_2 before gru_10."""
    pieces = re.findall(r"[0-9]{1,9}|[^0-9]+", path)
    return tuple(
        (1, 0, piece) if piece[0] not in "0123456789" else (0, int(piece), "") for piece in pieces
    )


def _layer_of(dataset: str, layers: Collection[str]) -> str | None:
    """The group of the layer that a dataset is below."""
    group = dataset.rpartition("/")[0]
    while group not in layers:
        if not group:
            return None
        group = group.rpartition("/")[0]
    return group


def _part_of(leaf: str) -> tuple[str, str]:
    """Which weight the name of a dataset tells, and what tells apart those of several cells."""
    if match := _NAMED.fullmatch(leaf):
        return match[2], match[1]
    if match := _NAMED_1.fullmatch(leaf):
        return match[1], match[2]
    return "", ""


def _is_recurrent(file: Hdf5, cell: FileCell) -> bool:
    """Whether a cell has a matrix from its state to its state; that of a convolution has 4 axes."""
    found = [
        cell.paths[part]
        for part in cell.paths
        if part == RECURRENT or part[0] == PARTS_1[RECURRENT]
    ]
    return any(len(file.shape(path)) == 2 for path in found)
