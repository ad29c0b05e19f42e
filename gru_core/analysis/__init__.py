"""What a run says about itself: why one number, what is remembered, and what it costs."""

from gru_core.analysis.age import half_life, memory_age, time_constant
from gru_core.analysis.blend import Blend, Split, blend, kept_and_written
from gru_core.analysis.contributions import Contributions, contributions
from gru_core.analysis.cost import (
    Timing,
    chance_factor,
    matched_units,
    measure,
    multiply_adds,
    outcome,
    parameters,
)
from gru_core.analysis.memory import (
    content_map,
    content_row,
    layer_map,
    layer_row,
    memory_map,
    memory_row,
)
from gru_core.analysis.saturation import Saturation, saturation
from gru_core.analysis.terms import Term, Terms, ranked
from gru_core.analysis.window import Window, evenly

__all__ = [
    "Blend",
    "Contributions",
    "Saturation",
    "Split",
    "Term",
    "Terms",
    "Timing",
    "Window",
    "blend",
    "chance_factor",
    "content_map",
    "content_row",
    "contributions",
    "evenly",
    "half_life",
    "kept_and_written",
    "layer_map",
    "layer_row",
    "matched_units",
    "measure",
    "memory_age",
    "memory_map",
    "memory_row",
    "multiply_adds",
    "outcome",
    "parameters",
    "ranked",
    "saturation",
    "time_constant",
]
