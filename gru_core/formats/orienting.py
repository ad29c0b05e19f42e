"""Whether an array of several sequences is (step, batch, input) or (batch, step, input)."""

from collections.abc import Collection, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.words import Said, counted

Values: TypeAlias = npt.NDArray[Any]

# What is said of an order, by whether the batch is first and whether that was only assumed.
SAID: Final = {
    True: "note: x is read as (batch, step, input): {sequences} of {steps}. Every array written "
    "has steps first.",
    False: "assumed: x is (step, batch, input): {sequences} of {steps}; if it is (batch, step, "
    "input), say --batch-first.",
}


def oriented(
    x: Values,
    batch_first: bool | None,
    lengths: Sequence[int] | None = None,
    initial: Collection[Values] = (),
) -> tuple[Values, str]:
    """x with its steps first, and what to say of it, empty where there is nothing.

    batch_first: what somebody has said; None leaves it to the sizes. lengths: of the sequences;
    initial: states, those of three axes (layer·direction, batch, unit).
    """
    if x.ndim != 3:
        return x, ""
    found = batch_first if batch_first is not None else _told(x.shape[:2], lengths, initial)
    turned = x.swapaxes(0, 1) if found else x
    steps, batch = turned.shape[:2]
    said = {"sequences": counted(batch, "sequence", "d"), "steps": counted(steps, "step", "d")}
    if batch_first is None and found is not False:
        return turned, Said(SAID[bool(found)], **said)
    return turned, ""


def _told(
    sizes: tuple[int, ...], lengths: Sequence[int] | None, initial: Collection[Values]
) -> bool | None:
    """Whether the sizes leave only the batch, or only the steps, to be first; None for neither."""
    steps_first = _fits(sizes[1], sizes[0], lengths, initial)
    batch_first = _fits(sizes[0], sizes[1], lengths, initial)
    if steps_first != batch_first:
        return batch_first
    if sizes[0] != sizes[1] and 1 in sizes:  # one sequence of many steps, not many of one step
        return sizes[0] == 1
    return None


def _fits(
    batch: int, steps: int, lengths: Sequence[int] | None, initial: Collection[Values]
) -> bool:
    if lengths is not None and (len(lengths) != batch or max(lengths, default=0) > steps):
        return False
    return all(np.shape(one)[1] == batch for one in initial if np.ndim(one) == 3)
