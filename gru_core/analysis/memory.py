"""The GRU read as attention over its own past: what each step wrote, and what is left of it.

Unrolled, a state is a weighted sum of the initial state and of every candidate up to its step:

    h_t = M[t, initial] · h_0 + Σ_k M[t, k] · n_k     M[t, k] = write_k · Π_{s = k+1..t} keep_s

These are two readings. The *weight* M[t, k] is how the state is blended; what step k *left* is its
weight times its candidate, M[t, k] · n_k: signed, and the columns of a row add up to the state. A
step with candidate 0 may have much of the weight and has left nothing.

For the GRU the weights of a row are not negative and sum to 1. For the LSTM the same is said of the
cell state; its two gates are separate, and a row need not sum to 1. A state that is held is all
written there: weight 1, and the held value for a candidate.

In every array column 0 is of the initial state, and column k + 1 of step k, under a window of block
k. What was not read yet has 0: later steps, in a backward trace the earlier ones. Numbers are
float64. Every function raises the errors of blend.blend.
"""

from typing import Final

import numpy as np

from gru_core.analysis.blend import Blend, blend, check_place, keep_and_written
from gru_core.analysis.window import Indices, Window, checked, turned
from gru_core.arrays import Array, read_only
from gru_core.trace import Trace

# Steps that one product of matrices serves; from 32 to 128 the time is about the same.
BLOCK: Final = 64


def memory_row(trace: Trace, step: int, unit: int | None = None) -> Array:
    """The weights of one step for all units, (column, unit), or for one, (column,).

    Errors: RangeError for the step or the unit.
    """
    row = _row(trace, step, blend(trace, unit))
    return read_only(row if unit is None else row[:, 0])


def content_row(trace: Trace, step: int, unit: int | None = None) -> Array:
    """What each column left in the state after one step, weight · content, (column, unit).

    Signed; the columns of a unit add up to its state. Of one unit, (column,). Errors: RangeError
    for the step or the unit.
    """
    made = blend(trace, unit)
    row = _row(trace, step, made)
    row[0] *= made.first
    row[1:] *= made.new
    return read_only(row if unit is None else row[:, 0])


def layer_row(trace: Trace, step: int) -> Array:
    """The shares of one step in a whole layer, (column,): that row of layer_map."""
    made = blend(trace)
    check_place(trace, step=step)
    read = slice(step, None) if trace.backward else slice(step + 1)  # then turned the right way
    order = slice(None, None, -1 if trace.backward else 1)
    keep, write, new = (part[read][order] for part in (made.keep, made.write, made.new))
    found, sums = np.zeros(trace.steps + 1), _layer_sums(keep, write, new, made.first)
    found[0], found[1:][read] = sums[0], sums[1:][order]
    return read_only(_shares(found))


def memory_map(trace: Trace, unit: int, window: Window | None = None) -> Array:
    """The weights of one unit, (step, step + 1), under a window (row, block + 1).

    Errors: RangeError for the unit, the window, or a map of more than MAX_MAP numbers.
    """
    made = blend(trace, unit)
    return read_only(_map(trace, made.keep, made.write, np.ones(1), window))


def content_map(trace: Trace, unit: int, window: Window | None = None) -> Array:
    """What each column left in the states of one unit, signed, shaped as memory_map.

    Each row adds up to the state after its step. Errors: those of memory_map.
    """
    made = blend(trace, unit)
    return read_only(_map(trace, *keep_and_written(made), made.first, window))


def layer_map(trace: Trace, window: Window | None = None) -> Array:
    """Which steps a whole layer remembers, (step, step + 1), under a window (row, block + 1).

    |weight · content| averaged over units, then each row as shares of 1. A row whose contents are
    all 0 has nothing to share and stays 0. Time grows as steps² · units, memory as steps² + steps ·
    units. Errors: RangeError for the window, or a map of more than MAX_MAP numbers.
    """
    keep, written, first = _magnitudes(blend(trace))
    return read_only(_shares(_map(trace, keep, written, first, window)))


def _layer_sums(keep: Array, write: Array, new: Array, first: Array) -> Array:
    """|weight · content| summed over units for the last of these steps, (column,), from the end.

    keep, write, new: (step, unit) in reading order. Blocks stay near the processor, and the rest
    need not be looked at once nothing is left of it.
    """
    sums, left = np.zeros(len(keep) + 1), np.ones(keep.shape[1])  # what the later steps keep
    for end in range(len(keep), 0, -BLOCK):
        block = slice(max(end - BLOCK, 0), end)
        kept = np.empty_like(keep[block])  # of each step's own, by all steps after it
        kept[-1] = left
        np.multiply.accumulate(keep[block][:0:-1], axis=0, out=kept[-2::-1])
        kept[:-1] *= left
        left = kept[0] * keep[block][0]
        kept *= write[block]
        kept *= new[block]
        sums[1:][block] = np.abs(kept, out=kept).sum(axis=1)
        if not left.any():
            break
    sums[0] = np.abs(left * first).sum()
    return sums


def _magnitudes(made: Blend) -> tuple[Array, Array, Array]:
    keep, written = keep_and_written(made)
    return keep, np.abs(written, out=written), np.abs(made.first)


def _shares(sums: Array) -> Array:
    """Rows divided by their sums in place, where these are not 0. sums: (..., column)."""
    total = sums.sum(axis=-1, keepdims=True)
    np.divide(sums, total, out=sums, where=total > 0)
    return sums


def _row(trace: Trace, step: int, made: Blend) -> Array:
    """The weights of one step as the product over the steps since, (column, unit)."""
    check_place(trace, step=step)
    keep, write, at = made.keep, made.write, step
    if trace.backward:
        keep, write, at = keep[::-1], write[::-1], trace.steps - 1 - step
    weights = np.zeros((trace.steps + 1, made.keep.shape[1]))
    weights[at + 1] = 1  # what was written last has lost nothing
    np.cumprod(keep[at::-1], axis=0, out=weights[at::-1])
    weights[1 : at + 2] *= write[: at + 1]
    if trace.backward:
        weights[1:] = weights[:0:-1].copy()
    return weights


def _map(trace: Trace, keep: Array, written: Array, first: Array, window: Window | None) -> Array:
    """Row t follows from row t - 1 by one multiplication: times keep, and a new column.

    keep, written: (step, unit), on the step axis of the trace; first: (unit,). What is in the
    columns is summed over units. Returns (row, block + 1).
    """
    wanted = checked(window, trace.steps)
    if not trace.backward:
        return _unrolled(keep, written, first, wanted)
    found = _unrolled(keep[::-1], written[::-1], first, turned(wanted, trace.steps))[::-1]
    found[:, 1:] = found[:, :0:-1].copy()
    return found


def _unrolled(keep: Array, written: Array, first: Array, window: Window) -> Array:
    """The map in reading order, in blocks of steps.

    A row is that of the step before its block, times the keep factors since: for all units a
    product of matrices. Only what is written within the block goes step by step. What one column
    has of several steps decays alike, so it is one number a unit. All factors are from 0 to 1, so
    nothing overflows, as dividing by products of them would.
    """
    steps, units = keep.shape
    contents = np.zeros(
        (len(window.edges), units)
    )  # of each column, at the end of the block before
    contents[0] = first
    found = np.zeros((len(window.rows), len(window.edges)))
    for start in range(0, steps, BLOCK):
        end = min(start + BLOCK, steps)
        left = np.cumprod(keep[start:end], axis=0)  # (step of the block, unit)
        low, high = np.searchsorted(window.rows, (start, end))
        rows = window.rows[low:high] - start
        # The columns of the steps in the block, of which the first may hold some before it, too.
        begun, last = np.searchsorted(window.edges, (start, end - 1), side="right")
        columns, cuts = slice(begun, last + 1), window.edges[begun - 1 : last] - start
        cuts[0] = 0
        old = contents[: begun + 1]
        np.matmul(left[rows], old.T, out=found[low:high, : begun + 1])
        sums, recent = _within(keep[start:end], written[start:end], rows)
        found[low:high, columns] += np.add.reduceat(sums, cuts, axis=1)
        old *= left[-1]
        contents[columns] += np.add.reduceat(recent, cuts, axis=0)
    return found


def _within(keep: Array, written: Array, rows: Indices) -> tuple[Array, Array]:
    """What a block's own steps wrote: summed over units at some of its steps, (row, column).

    And what is left of it at the end, (step of the block, unit), as keep and written are.
    """
    sums, chosen = np.zeros((len(rows), len(keep))), {int(row): at for at, row in enumerate(rows)}
    recent = np.empty_like(keep)
    for t, factor in enumerate(keep):
        recent[:t] *= factor
        recent[t] = written[t]
        if t in chosen:
            sums[chosen[t], : t + 1] = recent[: t + 1].sum(axis=1)
    return sums, recent
