"""A run in float64 whose numbers are rounded to the dtype of the weights once, at the end."""

from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import STATES, TRACKS
from gru_core.engines import Engine
from gru_core.engines.held import Held
from gru_core.weights import Weights

STEPS: Final = 256  # computed at a time: only so many are there in float64
WIDE: Final = np.dtype(np.float64)


def in_stretches(compute: Engine) -> Engine:
    """An engine that runs `compute` in float64, STEPS at a time, and rounds what it finds.

    It takes and returns what `compute` does, in the dtype of the weights.
    """

    def run(
        weights: Weights, x: Array, initial: tuple[Array, ...], held: Held | None
    ) -> dict[str, Array]:
        if weights.dtype == WIDE:
            return compute(weights, x, initial, held)
        wide = weights.astype(WIDE)
        states = tuple(state.astype(WIDE) for state in initial)
        tracks = {
            name: np.empty((len(x), weights.size(name)), weights.dtype)
            for name in TRACKS[weights.cell]
        }
        for first in range(0, len(x), STEPS):
            now = slice(first, first + STEPS)
            found = compute(wide, x[now].astype(WIDE), states, held and held.stretch(now, WIDE))
            states = tuple(found[name][-1] for name in STATES[weights.cell])
            with np.errstate(over="ignore"):  # what float32 cannot hold is named when it is over
                for name, track in tracks.items():
                    track[now] = found[name]
        return tracks

    return run
