"""A run over the steps that a model reads, spread out over all steps of its input.

At a step that is passed over every state is that of the step read before it, and no gate is
computed: nan stands there.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES
from gru_core.formats.reads import Mask
from gru_core.trace import Trace

Places: TypeAlias = npt.NDArray[np.intp]
AT_ONCE: Final = 1_000_000  # numbers that are moved within a track before others are looked at


def spread(trace: Trace, read: Mask, x: Array) -> Trace:
    """A trace of the steps read, on all steps of x, (step, input). read: (step,)."""
    place = places(read, backward=trace.backward)
    names, tracks = STATES[trace.cell], dict[str, Array]()
    for name, track in trace.items():
        made = np.full((len(read), track.shape[1]), np.nan, track.dtype)
        if name in names:
            made[:] = trace.initial[names.index(name)]
            made[place >= 0] = track[place[place >= 0]]
        else:
            made[read] = track[: read.sum()]
        tracks[name] = made
    return Trace(trace.cell, x, trace.initial, tracks, trace.backward)


def output_of(trace: Trace, read: Mask, *, zeros: bool) -> Array:
    """What a spread trace gives the layer above, (step, unit).

    zeros: whether that is zero at every step passed over, and not only before the first one read.
    """
    nothing = silent(read, places(read, backward=trace.backward), zeros=zeros)
    return read_only(np.where(nothing[:, np.newaxis], trace.dtype.type(0), trace["hidden"]))


def inputs_above(directions: Mapping[str, Trace], read: Mask, below: Array) -> Array:
    """What a layer above the lowest has read, with zeros where it reads nothing.

    below: (step read, input).
    """
    dtype = next(iter(directions.values())).dtype
    made = np.zeros((len(read), below.shape[1]), dtype)
    made[read] = below[: read.sum()]
    return read_only(made)


def spread_together(track: Array, read: Mask, place: Places, start: Array | None) -> None:
    """A track of many sequences of the steps that each reads, in place, on all steps.

    track: (step, sequence, unit), the steps read from the first on; read, place: (step, sequence).
    start: (sequence, unit), where the track is that of a state.
    """
    moves = place != np.arange(len(read))[:, np.newaxis]
    moves &= place >= 0 if start is not None else read
    step, sequence = np.nonzero(moves)
    at_once = max(1, AT_ONCE // track.shape[-1])
    # A step comes from itself or from one before: the last ones are written first.
    for end in range(len(step), 0, -at_once):
        part = slice(max(0, end - at_once), end)
        to, at = step[part], sequence[part]
        track[to, at] = track[place[to, at], at]
    if start is None:
        track[~read] = np.nan
    else:
        step, sequence = np.nonzero(place < 0)
        track[step, sequence] = start[sequence]


def silent(read: Mask, place: Places, *, zeros: bool) -> Mask:
    """Where a layer gives zero. zeros: at every step passed over, not only before the first read.

    read: (step,) or (step, sequence), and place, which is that of `places`.
    """
    return ~read if zeros else place < 0


def places(read: Mask, *, backward: bool) -> Places:
    """For each step which of those read has left the state there is; -1 for none.

    read: (step,) or (step, sequence).
    """
    order = read[::-1] if backward else read
    place: Places = np.cumsum(order, axis=0) - 1
    if backward:
        counted = read.sum(axis=0) - 1 - place[::-1]
        return np.where(place[::-1] < 0, -1, counted)
    return place
