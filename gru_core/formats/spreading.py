"""A run over the steps that a model reads, spread out over all steps of its input.

At a step that is passed over every state is that of the step read before it, and no gate is
computed: nan stands there.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, read_only
from gru_core.conventions import STATES
from gru_core.formats.reads import Mask
from gru_core.trace import Trace


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
    place = places(read, backward=trace.backward)
    silent = ~read if zeros else place < 0
    return read_only(np.where(silent[:, np.newaxis], trace.dtype.type(0), trace["hidden"]))


def inputs_above(directions: Mapping[str, Trace], read: Mask, below: Array) -> Array:
    """What a layer above the lowest has read, with zeros where it reads nothing.

    below: (step read, input).
    """
    dtype = next(iter(directions.values())).dtype
    made = np.zeros((len(read), below.shape[1]), dtype)
    made[read] = below[: read.sum()]
    return read_only(made)


def places(read: Mask, *, backward: bool) -> npt.NDArray[np.intp]:
    """For each step which of those read has left the state there is; -1 for none."""
    order = read[::-1] if backward else read
    place: npt.NDArray[np.intp] = np.cumsum(order) - 1
    if backward:
        counted = read.sum() - 1 - place[::-1]
        return np.where(place[::-1] < 0, -1, counted)
    return place
