"""Where an intervention enters a timestep: each track passes through here once it is computed."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

from gru_core.arrays import Array

# (track, what was computed) to what is used from there on; both (unit,).
Replace: TypeAlias = Callable[[str, Array], Array]
Computed = TypeVar("Computed")


def as_computed(_track: str, computed: Computed) -> Computed:
    """The replacement of a run without interventions: none."""
    return computed
