"""What puts several values of a model together, number by number or side by side."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from gru_core.errors import ShapeError, shown
from gru_core.formats.whole.pieces import Kind, Piece

Values = npt.NDArray[Any]


def joined(piece: Piece, read: list[Values]) -> Values:
    """The features side by side. Errors: ShapeError."""
    _check_alike(piece, [one[..., 0] for one in read])
    return np.concatenate(read, axis=-1)


def merged(piece: Piece, read: list[Values]) -> Values:
    """One value of several of one shape; one number of a step goes with each of its others.

    Errors: ShapeError.
    """
    wide = [one for one in read if one.shape[-1:] != (1,)]
    _check_alike(piece, wide)
    if wide and len(wide) < len(read):
        _check_alike(piece, [one[..., 0] for one in read])
    return MERGED[piece.kind](np.stack(np.broadcast_arrays(*read)))


def _check_alike(piece: Piece, read: list[Values]) -> None:
    shapes = {one.shape for one in read}
    if len(shapes) > 1:
        raise ShapeError(
            "{name} puts together values of the shapes {shapes}, which differ.",
            name=shown(piece.name),
            shapes=shown(sorted(shapes)),
        )


def _over(all_: Values) -> Values:
    with np.errstate(divide="ignore", invalid="ignore"):  # what is not finite is refused by name
        made: Values = all_[0] / np.prod(all_[1:], axis=0)
    return made


# Of values one on another, along the first axis.
MERGED: Final[Mapping[Kind, Callable[[Values], Values]]] = MappingProxyType(
    {
        "add": lambda all_: np.sum(all_, axis=0),
        "multiply": lambda all_: np.prod(all_, axis=0),
        "average": lambda all_: np.mean(all_, axis=0),
        "largest": lambda all_: np.max(all_, axis=0),
        "least": lambda all_: np.min(all_, axis=0),
        "over": _over,
        "minus": lambda all_: all_[0] - np.sum(all_[1:], axis=0),
    }
)
