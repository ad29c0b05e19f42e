"""Steps of an input that the model of a file passes over: its state goes past them unchanged.

Keras knows them by a mask, ONNX by a length in the file, PyTorch by the lengths of a packed batch.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.errors import DtypeError, ShapeError, TextError, shown

Mask = npt.NDArray[np.bool_]
_SPAN: Final = re.compile(r"(\d{1,9})(?:[-–](\d{1,9}))?", re.ASCII)


@dataclass(frozen=True)
class Reads:
    """Which steps those are, and what the layer gives there."""

    # Whose every input is this number, as a Masking right before the layer has it; None for none.
    padding: float | None = None
    steps: int | None = None  # those after so many; None where all are read
    # Whether the output is zero there, as PyTorch, ONNX and Bidirectional of Keras have it; else it
    # is that of the step read before, or zero where there is none.
    zeros: bool = True
    without: tuple[int, ...] = ()  # passed over besides, counted from 0, as somebody says

    def mask(self, x: Array) -> Mask:
        """Which steps of (step, input) are read, (step,); of (step, sequence, input) too."""
        read = ~self._is_padding(x)
        if self.steps is not None:
            read[self.steps :] = False
        read[[step for step in self.without if step < len(x)]] = False
        return read

    def padded(self, x: Array) -> npt.NDArray[np.intp]:
        """The steps of (step, input) that are padding, counted from 0."""
        return np.flatnonzero(self._is_padding(x))

    def _is_padding(self, x: Array) -> Mask:
        if self.padding is None:
            return np.zeros(x.shape[:-1], np.bool_)
        found: Mask = (x == x.dtype.type(self.padding)).all(axis=-1)
        return found


ALL = Reads()


def check_mask(mask: npt.ArrayLike, steps: int, batch: int | None = None) -> Mask:
    """A mask that somebody gives, (step,) or (step, batch): true for a step that is read.

    batch: how many sequences there are; None for one without the axis. Numbers 0 and 1 are taken
    too. Errors: DtypeError, ShapeError.
    """
    found = np.asarray(mask)
    if found.dtype.kind not in "bif" or not np.isin(found, (0, 1)).all():
        raise DtypeError(
            "the mask holds {dtype}; it needs true for each step that is read and false for each "
            "that is padding, or 1 and 0.",
            dtype=found.dtype,
        )
    needed = (steps,) if batch is None else (steps, batch)
    if found.shape != needed:
        raise ShapeError(
            "the mask has shape {shape}; x needs {needed}, a value for each step.",
            shape=found.shape,
            needed=needed,
        )
    return found.astype(np.bool_)


def steps_of(text: str, most: int) -> tuple[int, ...]:
    """The steps that a text names, counted from 1 there and from 0 here: 2, 5-7.

    most: the last that may be named. Errors: TextError.
    """
    found: set[int] = set()
    for piece in filter(None, re.split(r"[,;\s]+", text.strip())):
        whole = _SPAN.fullmatch(piece)
        first, last = (int(one or whole[1]) for one in whole.groups()) if whole else (0, 0)
        if not 1 <= first <= last <= most:
            raise TextError(
                "{piece} names no steps; whole numbers from 1 to {most:,} are needed, as in "
                "2, 5-7.",
                piece=shown(piece),
                most=most,
            )
        found.update(range(first - 1, last))
    return tuple(sorted(found))


def mask_of_lengths(lengths: npt.ArrayLike, steps: int, batch: int | None = None) -> Mask:
    """The mask of sequences that end early: (step,), or (step, batch).

    lengths: how many steps each sequence has. Errors: ShapeError.
    """
    counts = np.atleast_1d(np.asarray(lengths, np.int64))
    if counts.shape != (1 if batch is None else batch,):
        raise ShapeError(
            "there are {count} lengths; x needs one for each of its {batch} sequences.",
            count=counts.size,
            batch=1 if batch is None else batch,
        )
    if counts.min() < 0 or counts.max() > steps:
        raise ShapeError(
            "the lengths are {least} to {most}; x has {steps} steps, so each needs to be 0 to "
            "{steps}.",
            least=counts.min(),
            most=counts.max(),
            steps=steps,
        )
    mask: Mask = np.arange(steps)[:, np.newaxis] < counts
    return mask[:, 0] if batch is None else mask
