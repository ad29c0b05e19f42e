"""What a run leaves behind: named, read-only arrays that know their axes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, Dtype, read_only
from gru_core.changes.interventions import Intervention, held_by
from gru_core.conventions import STATES, TRACKS, Cell
from gru_core.errors import ShapeError, unknown_name


class Tracks(Mapping[str, Array]):
    """Arrays by track name; a name that is not there is answered with those that are.

    Compared by identity.
    """

    cell: Cell
    tracks: Mapping[str, Array]
    interventions: tuple[Intervention, ...]  # of this cell, the last one winning

    def _freeze_tracks(self) -> None:
        """Make the arrays read-only. Errors: ShapeError if a track is missing or too many."""
        if tuple(self.tracks) != TRACKS[self.cell]:
            raise ShapeError(
                "a trace of the {cell} got the tracks {tracks}; it needs {known}, in this order.",
                cell=self.cell.upper(),
                tracks=", ".join(self.tracks),
                known=", ".join(TRACKS[self.cell]),
            )
        tracks = {name: read_only(array) for name, array in self.tracks.items()}
        object.__setattr__(self, "tracks", MappingProxyType(tracks))

    def held(self, track: str) -> npt.NDArray[np.bool_]:
        """Where an intervention replaced a track, (step, unit). Errors: UnknownNameError."""
        steps, units = self[track].shape[-2:]
        return held_by(self.interventions, track, steps, units) >= 0

    def __getitem__(self, track: str) -> Array:
        try:
            return self.tracks[track]
        except KeyError:
            raise unknown_name(f"{self.cell.upper()} track", track, self.tracks) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self.tracks)

    def __len__(self) -> int:
        return len(self.tracks)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


@dataclass(frozen=True, eq=False)
class Trace(Tracks):
    """Every gate and state of one layer at every step: `trace["update"]` is (step, unit).

    Tracks are named by conventions.TRACKS[cell]; states are the values after each step.
    A backward trace is on the same step axis as its input, and was read from the last step
    to the first.
    """

    cell: Cell
    x: Array  # (step, input)
    initial: tuple[Array, ...]  # each (unit,), in the order of conventions.STATES[cell]
    tracks: Mapping[str, Array]  # each (step, unit); a projected hidden state (step, number)
    backward: bool = False
    interventions: tuple[Intervention, ...] = ()  # those of the run, on the step axis of x

    def __post_init__(self) -> None:
        self._freeze_tracks()
        object.__setattr__(self, "x", read_only(self.x))
        object.__setattr__(self, "initial", tuple(read_only(state) for state in self.initial))

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilding through __init__ keeps the arrays read-only after copy and pickle.
        tracks = dict(self.tracks)
        return Trace, (
            *(self.cell, self.x, self.initial, tracks),
            *(self.backward, self.interventions),
        )

    @property
    def steps(self) -> int:
        """How many timesteps were run."""
        return len(self.x)

    @property
    def units(self) -> int:
        """How many units the layer has: numbers of each track but a projected hidden state."""
        return len(self.initial[-1])

    @property
    def is_projected(self) -> bool:
        """Whether the hidden state is a product of what the units let out."""
        return len(self.initial[0]) != self.units

    @property
    def dtype(self) -> Dtype:
        """The precision of the run."""
        return self.tracks["hidden"].dtype

    def previous(self, state: str = "hidden") -> Array:
        """The state before each step, (step, unit): `previous()[t]` is what step t started from.

        state: "hidden", or for the LSTM also "cell". A backward trace starts step t from t + 1.
        """
        states = STATES[self.cell]
        if state not in states:
            raise unknown_name(f"state of the {self.cell.upper()}", state, states)
        first, after = self.initial[states.index(state)][np.newaxis], self.tracks[state]
        parts = (after[1:], first) if self.backward else (first, after[:-1])
        return read_only(np.concatenate(parts))
