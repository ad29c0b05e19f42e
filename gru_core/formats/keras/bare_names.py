"""Which layer each cell in a file without a config belongs to, by the names on the way to it."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from gru_core.errors import FormatError, shown
from gru_core.formats.hdf5.file import Hdf5
from gru_core.formats.keras.cells import OLD_LAYERS, FileCell, natural

# In Keras 3: the layer, perhaps one of its directions, its cell, perhaps one of a stack.
_NUMBERED: Final = re.compile(r"(.*?)(?:/(forward|backward)_layer)?/cell(?:/cells/[^/]+)?")
_WAY: Final = re.compile(r"(forward|backward)_.+")
# In legacy files what is no name of a layer: of a cell, of a stack, of the second weight of a name.
_INNER: Final = re.compile(r"(.+_cell)?(_[0-9]+)?")
_IN_ORDER: Final = re.compile(r"((gru|lstm|simple_rnn)_cell)?(_[0-9]+)?")  # numbered by Keras
_STACK: Final = re.compile(r"stacked_rnn_cells(_[0-9]+)?")
_CONTAINERS: Final = ("layers", OLD_LAYERS)


@dataclass(frozen=True)
class Place:
    """A cell of a file, and the layer that it seems to be of."""

    names: tuple[str, ...]  # of the layer, the outermost first
    way: str  # "forward", "backward", or "" for a layer of one direction
    cell: FileCell
    hints: tuple[str, ...]  # names in which Keras may have put the kind of cell


def numbered_places(file: Hdf5, cells: Sequence[FileCell]) -> list[Place]:
    """The cells of a file of Keras 3, in the natural order of their groups."""
    places, plain = [], []
    for cell in sorted(cells, key=lambda cell: natural(cell.layer)):
        match = _NUMBERED.fullmatch(f"/{cell.layer}")
        group, way = (match[1].lstrip("/"), match[2] or "") if match else (cell.layer, "")
        own = file.text(f"{cell.layer}/vars", "name") or ""
        names = _given_names(file, group)
        hints = (*group.split("/")[-1:], own, *names[-1:])
        places.append(Place(names or (group,), way, cell, hints))
        plain.append(replace(places[-1], names=(group,)))
    layers = {(place.names, group.names) for place, group in zip(places, plain, strict=True)}
    # Two layers of different models may have one name; their groups differ.
    twice = max(Counter(names for names, _ in layers).values(), default=1) > 1
    return plain if twice else places


def named_places(root: str, cells: Sequence[FileCell]) -> list[Place]:
    """The cells of a legacy file. root: the group of the layers.

    Errors: FormatError for a stack of cells in an order that is not known.
    """
    places = []
    for cell in cells:
        layer = cell.layer.removeprefix(root).lstrip("/")
        stack = next((at for at, part in enumerate(cell.inside) if _STACK.fullmatch(part)), None)
        if stack is not None and not _IN_ORDER.fullmatch(cell.inside[-1]):
            raise FormatError(
                "{path} is one of a stack of cells that were given names, and their order is "
                "not in the file: save the whole model, as .keras.",
                path=shown(cell.path),
            )
        ways = [at for at, p in enumerate(cell.inside) if p != layer and _WAY.fullmatch(p)]
        match = _WAY.fullmatch(cell.inside[ways[0]]) if ways else None
        # Below a direction, or a stack, there are names of cells only.
        around = cell.inside[: ways[0] if ways else stack]
        names = [part for part in around if not _INNER.fullmatch(part)]
        if names[:1] == [layer]:
            names = names[1:]
        places.append(
            Place((layer, *names), match[1] if match else "", cell, (layer, *cell.inside))
        )
    return places


def _given_names(file: Hdf5, group: str) -> tuple[str, ...]:
    """The names that layers were given, which are beside their variables; else those of groups."""
    names, parts = [], group.split("/")
    for end, part in enumerate(parts, start=1):
        if part not in _CONTAINERS:
            names.append(file.text(f"{'/'.join(parts[:end])}/vars", "name") or part)
    return tuple(names)
