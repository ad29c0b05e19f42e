"""One step of one state under a held input: the cells as they are written.

The engine serves many states at once, and takes five times as long for a single one.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gru_core.arrays import Array
from gru_core.cells.steps import STEPS
from gru_core.changes.interventions import Intervention, held_by
from gru_core.conventions import TRACKS
from gru_core.weights import Weights


def stepper(
    weights: Weights, x: Array, held: Sequence[Intervention] = (), *, writes: bool = False
) -> Callable[[Array], dict[str, Array]]:
    """From a state, (entry,), to every track one step on, each (unit,).

    x: (input,); held: what is held in a sequence of that one step, checked before.
    writes: with the update gate of a GRU at 0, so that its new state is its candidate.
    """
    step, names = STEPS[weights.cell], TRACKS[weights.cell]
    replaced: dict[str, tuple[Any, Any]] = {}  # where, and by what
    for track in {one.track for one in held}:
        places = held_by(held, track, 1, weights.size(track))[0]
        replaced[track] = places >= 0, np.array([held[at].value for at in places])
    if writes and "update" in names:
        replaced["update"] = True, 0.0

    def replace(track: str, computed: Array) -> Array:
        return np.where(*replaced[track], computed) if track in replaced else computed

    def stepped(state: Array) -> dict[str, Array]:
        parts = weights.parts_of(state)
        return dict(zip(names, step(weights, x, *parts, replace), strict=True))

    return stepped
