"""What is drawn of a run too large to send: blocks of a heatmap, points of a line, some steps.

A plot is a few hundred pixels wide; what does not fit into them would only be thrown away by the
browser. Nothing here is shown as a number: numbers come from the run itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gru_core import Trace
from gru_core.arrays import Array
from gru_core.conventions import STATES

# Numbers of one track, and steps, up to which every number is sent. The longest word in the Reader
# has 256 × 41.
MOST_EXACT = 20_000
MOST_STEPS = 1000
# Numbers of one gate's weights, likewise: the Reader's have 131,584.
MOST_WEIGHTS = 140_000
# About as many cells as the plots have pixels on a large screen.
MOST_ROWS, MOST_COLUMNS = 128, 400
MOST_INPUT_ROWS, MOST_INPUT_COLUMNS = 512, 1000  # it has the whole width of the page
# Steps around the cursor whose numbers are sent: arrow keys seldom lead out of them.
WINDOW = 200
# How near to 1, and to 0, a number of 32 bits still has two figures, as in
# assets/stage/core/format.js.
NEAREST, TINY = 1e-5, 1.2e-38


@dataclass(frozen=True)
class Grid:
    """A heatmap whose cells stand for several rows (units) and columns (steps) of numbers each.

    Every block has the same size, except that the last row and column may have less left.
    """

    rows: int  # of numbers, not of blocks
    columns: int
    tall: int = 1  # rows in a block
    wide: int = 1  # columns in a block

    @property
    def pools(self) -> bool:
        """Whether any block holds more than one number."""
        return self.tall * self.wide > 1

    def mean(self, numbers: Array, order: Sequence[int]) -> Array:
        """The mean of every block: area averaging, as an image is scaled down.

        numbers: (row, column); order: its rows from top to bottom. The answer has a row and a
        column for each block.
        """
        # Columns first: they are the steps of a run, and sorting its units is then a small matter.
        return _means(_means(numbers.T, self.wide).T[list(order)], self.tall)

    def strongest(self, numbers: Array) -> Array:
        """The number of every block that is furthest from zero, so that no pulse is lost."""
        rows, columns = np.arange(0, self.rows, self.tall), np.arange(0, self.columns, self.wide)
        most, least = (
            pick.reduceat(pick.reduceat(numbers, columns, axis=1), rows, axis=0)
            for pick in (np.maximum, np.minimum)
        )
        found: Array = np.where(most >= -least, most, least)
        return found


def _means(numbers: Array, block: int) -> Array:
    """The means of every so many rows: (row, column) to (block, column)."""
    if block == 1:
        return numbers
    whole = len(numbers) // block * block
    means: Array = numbers[:whole].reshape(-1, block, numbers.shape[1]).mean(axis=1)
    if whole == len(numbers):
        return means
    return np.concatenate((means, numbers[whole:].mean(axis=0, keepdims=True)))


def grid_of(
    rows: int, columns: int, most_rows: int = MOST_ROWS, most_columns: int = MOST_COLUMNS
) -> Grid:
    """The finest grid with no more blocks than that."""
    return Grid(rows, columns, -(-rows // most_rows), -(-columns // most_columns))


def peaks(values: Array, wide: int) -> Array:
    """The least and the greatest number of every `wide` steps, in the order in which they come.

    Min-max decimation, as waveforms are drawn: no peak is lost, and a line through these looks at
    one pixel a block as the whole one does. values: (..., step); few steps stay as they are.
    """
    if wide <= 2:
        return values
    missing = -values.shape[-1] % wide
    # The last block repeats the last number, which is in it anyway.
    padded = np.concatenate((values, np.repeat(values[..., -1:], missing, axis=-1)), axis=-1)
    blocks = padded.reshape(*values.shape[:-1], -1, wide)
    at = np.sort(np.stack((blocks.argmin(axis=-1), blocks.argmax(axis=-1)), axis=-1), axis=-1)
    found: Array = np.take_along_axis(blocks, at, axis=-1)
    return found.reshape(*values.shape[:-1], -1)


def too_large(rows: int, steps: int) -> bool:
    """Whether the numbers of a heatmap over the steps are too many to be sent."""
    return rows * steps > MOST_EXACT or steps > MOST_STEPS


def as_float32(numbers: Array) -> Array:
    """The nearest 32-bit floats, but never 0, 1 or −1 for what is not. Any shape.

    A gate of 1 − 2e-8 is the float below 1, then: what reads it must not say that it keeps all.
    """
    found = np.ascontiguousarray(numbers, dtype=np.float32)
    if numbers.dtype == np.float32:
        return found
    size = np.abs(found)
    other = ((size == 0) | (size == 1)) & (found != numbers)
    if not other.any():
        return found
    away = np.where(numbers > found, np.float32(np.inf), np.float32(-np.inf))
    result: Array = np.where(other, np.nextafter(found, away), found)
    return result


def wide_where_needed(numbers: Array) -> Array:
    """Numbers that are read to the last figure: 64-bit floats where 32 do not do.

    That is, where a number is nearer to 1, −1 or 0 than 32 bits can tell to two figures.
    """
    found = np.ascontiguousarray(numbers, dtype=np.float32)
    size = np.abs(numbers)
    near = ((size < 1) & (1 - size < NEAREST)) | ((size > 0) & (size < TINY))
    return np.ascontiguousarray(numbers, dtype=np.float64) if near.any() else found


def as_bytes(numbers: Array, limits: tuple[float, float], levels: int = 256) -> Array:
    """Numbers as bytes between limits, as one of so many evenly spaced levels."""
    low, high = limits
    share = (np.asarray(numbers, np.float32) - low) * np.float32((levels - 1) / (high - low))
    level = np.clip(np.rint(share), 0, levels - 1)
    found: Array = np.rint(level * np.float32(255 / (levels - 1))).astype(np.uint8)
    return found


def window(step: int, steps: int) -> tuple[int, int]:
    """The steps around a step whose numbers are sent: the first, and the one after the last.

    Windows overlap by half, so that a step near the end of one is well inside the next.
    """
    half = WINDOW // 2
    first = max(0, step // half * half - half // 2)
    return first, min(first + WINDOW, steps)


def cut(trace: Trace, first: int, end: int) -> Trace:
    """The part of a forward run from one step to before another, as a run of its own."""
    if (first, end) == (0, trace.steps):
        return trace
    initial = tuple(trace[state][first - 1] for state in STATES[trace.cell])
    tracks = {name: track[first:end] for name, track in trace.items()}
    within = (one.within(first, end) for one in trace.interventions)
    held = tuple(one for one in within if one is not None)
    states = initial if first else trace.initial
    return Trace(trace.cell, trace.x[first:end], states, tracks, interventions=held)
