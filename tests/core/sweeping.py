"""What tests of sweeps sweep, and how a sweep is held against runs of its own."""

from collections.abc import Callable, Iterator

import numpy as np

from gru_core import Trace
from gru_core.changes.targets import Target, parts_of
from gru_core.conventions import TOLERANCE
from gru_core.sweep import Sweep
from gru_core.weights import PROJECTION, Weights

VALUES = np.array([-2.5, 0.0, 0.3, 4.0])


def every_target(layer: Weights) -> Iterator[Target]:
    """One target of each kind, at every gate, none at index 0 of a unit axis."""
    yield from (Target("x", "x", (0, 1)), Target("x", "x", (4, 2)))
    for part in parts_of(layer.cell):
        if part in ("h0", "c0"):
            yield Target(layer.cell, part, (2,))
            continue
        if part == PROJECTION:
            yield from [Target(layer.cell, part, (1, 2))] if layer.is_projected else []
            continue
        for gate in range(len(layer.gates)):
            yield Target(layer.cell, part, (gate, 3, 1)[: getattr(layer, part).ndim])


def check_slices(swept: Sweep, run_at: Callable[[float], Trace]) -> None:
    """Every slice of a sweep is the run with that value set, and exactly so where it is held."""
    for index, value in enumerate(swept.points):
        alone = run_at(float(value))
        assert list(swept) == list(alone)
        for name, track in alone.items():
            found, tolerance = swept[name][index], TOLERANCE[track.dtype]
            apart = np.abs(found - track).max()
            assert apart <= tolerance, (str(swept.target), value, name, apart)
            held = alone.held(name)
            np.testing.assert_array_equal(found[held], track[held])
