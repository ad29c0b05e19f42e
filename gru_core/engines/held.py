"""Interventions laid out for the engines: for each track touched, which value holds which number.

A place is an index along the interventions, -1 where a track is free.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, Dtype
from gru_core.changes.interventions import Intervention, held_by
from gru_core.conventions import SIGMOID_TRACKS, TRACKS, Cell
from gru_core.engines.layout import BLOCKS
from gru_core.engines.loops import Hold, Holds
from gru_core.weights import Weights

Places = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Held:
    """What is held in one run, or in one sequence under many values."""

    places: Mapping[str, Places]  # by track, (step, unit); tracks that nothing holds are left out
    values: Array  # (intervention,), or in a sweep (intervention, value) or (intervention, 1)

    def stretch(self, steps: slice, dtype: Dtype) -> "Held":
        """What is held in a part of the run."""
        places = {track: every[steps] for track, every in self.places.items()}
        return Held(MappingProxyType(places), self.values.astype(dtype))


def held_of(weights: Weights, interventions: Sequence[Intervention], steps: int) -> Held | None:
    """The layout of these interventions, checked before; None for none."""
    if not interventions:
        return None
    touched = [t for t in TRACKS[weights.cell] if any(held.track == t for held in interventions)]
    sizes = {track: weights.size(track) for track in touched}
    places = {track: held_by(interventions, track, steps, sizes[track]) for track in touched}
    values = np.array([held.value for held in interventions], weights.dtype)
    return Held(MappingProxyType(places), values)


def holds_of(cell: Cell, held: Held | None, *, fast: bool) -> Holds:
    """What the loops call to put the values in: for the gates of the fast ones as exponentials."""
    if held is None:
        return Holds()

    def hold_gate(gate: str) -> Hold:
        places = held.places[gate]
        return _hold_gate(places, held.values, gate) if fast else _hold(places, held.values)

    gates = [
        (at, hold_gate(gate))
        for at, gate in enumerate(BLOCKS[cell])
        if gate in SIGMOID_TRACKS and gate in held.places
    ]
    others = {
        track: _hold(places, held.values)
        for track, places in held.places.items()
        if track not in SIGMOID_TRACKS
    }
    return Holds(gates=_together(gates, held) if gates else None, **others)


def write_values(held: Held, tracks: Mapping[str, Array]) -> None:
    """Write the values themselves into finished tracks, each (step, unit) or (step, unit, value).

    A gate that went through its exponential comes back with another last digit.
    """
    for track, places in held.places.items():
        where = places >= 0
        tracks[track][where] = held.values[places[where]]


def _together(gates: list[tuple[int, Hold]], held: Held) -> Hold:
    """One call for all gates. gates: where each stands among the blocks, and what holds it."""
    units = next(iter(held.places.values())).shape[1]  # a gate's, as gates come first

    def hold(t: int, rows: Array) -> None:
        for at, hold_gate in gates:
            hold_gate(t, rows[at * units : (at + 1) * units])

    return hold


def _hold(places: Places, values: Array) -> Hold:
    """Replace the numbers of one track at one step. rows: (unit,) or (unit, value)."""
    by_step = _by_step(places)

    def hold(t: int, rows: Array) -> None:
        units, place = by_step[t]
        rows[units] = values[place]

    return hold


def _hold_gate(places: Places, values: Array, gate: str) -> Hold:
    """Replace the numbers of one sigmoid gate at one step, in a fast loop.

    Its rows, (unit,) or (unit, value), are exponentials e: the gate is 1 / (1 + e), and the update
    gate 1 minus that. A gate that has the value already keeps its e: another with the same gate
    would end every later number in another digit.
    """
    writes = gate == "update"
    share = 1 - values if writes else values
    with np.errstate(divide="ignore", over="ignore"):  # a shut gate's e is infinite
        exps = 1 / share - 1
    by_step = _by_step(places)

    def hold(t: int, rows: Array) -> None:
        units, place = by_step[t]
        e = rows[units]
        free = np.reciprocal(e + 1)
        rows[units] = np.where((1 - free if writes else free) == values[place], e, exps[place])

    return hold


def _by_step(places: Places) -> list[tuple[npt.NDArray[np.intp], Places]]:
    """For each step the units that are held, and their places: worked out where they change."""
    found = []
    for same in np.split(places, np.flatnonzero((places[1:] != places[:-1]).any(axis=1)) + 1):
        units = np.flatnonzero(same[0] >= 0)
        found += [(units, same[0, units])] * len(same)
    return found
