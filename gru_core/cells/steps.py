"""The timestep of each cell by its name."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from gru_core.cells import gru, lstm, rnn
from gru_core.conventions import Cell

# (weights, x, each state, replace) to a tuple that names its tracks, as conventions.TRACKS.
STEPS: Final[Mapping[Cell, Callable[..., Any]]] = MappingProxyType(
    {"gru": gru.step, "lstm": lstm.step, "rnn": rnn.step}
)
