"""The cell as a map of its states, under one held input: planes to draw in, and fixed points.

A state is all that a step carries on: the hidden state, for the LSTM (hidden, cell) joined in the
order of conventions.STATES. Its numbers are called entries; for GRU and RNN they are the units.
"""

from gru_core.phase.components import Components, components
from gru_core.phase.fixed_points import FixedPoint, FixedPoints, Kind, drawn_starts, fixed_points
from gru_core.phase.plane import Plane, unit_plane, visited
from gru_core.phase.portrait import Field, field, trajectory
from gru_core.phase.search import prepare

__all__ = [
    "Components",
    "Field",
    "FixedPoint",
    "FixedPoints",
    "Kind",
    "Plane",
    "components",
    "drawn_starts",
    "field",
    "fixed_points",
    "prepare",
    "trajectory",
    "unit_plane",
    "visited",
]
