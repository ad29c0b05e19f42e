"""Which weights of a Keras file belong to which layer of its config; each to exactly one."""

import re
from collections.abc import Mapping, Sequence

from gru_core.errors import FormatError, shown
from gru_core.formats.keras.arrays import Paths
from gru_core.formats.keras.cells import FileCell
from gru_core.formats.keras.model import LayerConfig, Reading

_OTHER = "the weights are damaged, or of another model than the config."


class ByPlace:
    """Finds cells by the group that the classes of a model say; unclaimed ones are refused."""

    def __init__(self, cells: Mapping[str, FileCell]) -> None:
        self._left = dict(cells)

    def __call__(self, layer: LayerConfig, reading: Reading, at: int) -> Paths:
        """The parts of a cell. Errors: FormatError if the file has none for it."""
        place = reading.places[at]
        cell = self._left.pop(place, None)
        if cell is None:
            raise _without_weights(layer, f"under {shown(place)}")
        return cell.paths

    def check_all_claimed(self) -> None:
        """Raise FormatError if a recurrent cell of the file is of no layer."""
        _check_none_left(list(self._left.values()))

    def unclaimed(self) -> int:
        """How many cells are of no layer yet."""
        return len(self._left)


class ByName:
    """Finds cells in a legacy file by the names of layers; unclaimed ones are refused."""

    def __init__(self, root: str, cells: Sequence[FileCell]) -> None:
        self._root = root
        self._cells: dict[str, list[FileCell]] = {}
        for cell in cells:
            self._cells.setdefault(cell.layer, []).append(cell)
        self._left = {cell.path: cell for cell in cells}

    def __call__(self, layer: LayerConfig, reading: Reading, at: int) -> Paths:
        """The parts of a cell. Errors: FormatError unless the file has one for it."""
        outermost = f"{self._root}/{layer.names[0]}".lstrip("/")
        fitting = self._cells.get(outermost, [])
        for name in layer.names[1:]:
            fitting = _narrowed(fitting, name)
        if len(layer.readings) > 1:
            way = "backward" if reading.backward else "forward"
            fitting = _narrowed(fitting, f"{way}_{reading.name}", reading.name)
        if len(reading.cells) > 1:
            fitting = _narrowed(fitting, reading.cells[at].name)
        if not fitting:
            raise _without_weights(layer, f"in the group {shown(outermost)}")
        if len(fitting) > 1 or self._left.pop(fitting[0].path, None) is None:
            raise FormatError(
                "Which weights are those of {path} is not clear from the names in the file "
                "({fitting}): save it as .keras.",
                path=layer.path,
                fitting=shown(", ".join(cell.path for cell in fitting)),
            )
        return fitting[0].paths

    def check_all_claimed(self) -> None:
        """Raise FormatError if a recurrent cell of the file is of no layer."""
        _check_none_left(list(self._left.values()))

    def unclaimed(self) -> int:
        """How many cells are of no layer yet."""
        return len(self._left)


def _narrowed(cells: list[FileCell], *names: str) -> list[FileCell]:
    """Those with the first of the names on their path that any has; all of them if none has.

    A model in a model does not always leave its name there, and TensorFlow may number a name.
    """
    numbered = [f"{name}_[0-9]+" for name in map(re.escape, names)]
    for pattern in (*map(re.escape, names), *numbered):
        found = [cell for cell in cells if any(re.fullmatch(pattern, p) for p in cell.inside)]
        if found:
            return found
    return cells


def _check_none_left(cells: list[FileCell]) -> None:
    if cells:
        raise FormatError(
            "The weights hold a recurrent layer at {path} that the config does not describe; "
            "{other}",
            path=shown(cells[0].path),
            other=_OTHER,
        )


def _without_weights(layer: LayerConfig, where: str) -> FormatError:
    return FormatError(
        "The config has the layer {path}; the file has no weights of it {where}: {other}",
        path=layer.path,
        where=where,
        other=_OTHER,
    )
