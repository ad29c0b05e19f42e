"""The core's own equations as programs: short lists of operations that a page can execute.

Nothing here says how a cell computes. `cells.*.step` and what gru_core.analysis.inside makes of a
step are called once with arrays that write down what is done with them (gru_core/recording.py), so
that a program is the equation itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from gru_core.analysis.inside import Given, Rows, numbers_of, recurrent_of, vectors_of
from gru_core.cells.steps import STEPS
from gru_core.conventions import STATES, TRACKS, Polarity, shown_update
from gru_core.recording import UNIT, Operation, Record, Recorded, Shape
from gru_core.weights import PARTS, PROJECTION, Weights

# What a state is called before the step.
BEFORE: Final[Mapping[str, str]] = {"hidden": "previous", "cell": "previous_cell"}
_DEFAULTS: Final = {"at": 0, "value": 0.0, "track": ""}


@dataclass(frozen=True)
class Program:
    """Operations one after the other. Slots: the given arrays in their order, then the results."""

    given: Mapping[str, Shape]
    operations: tuple[Operation, ...]
    made: Mapping[str, int]  # the slot of everything that is asked for, by name

    def told(self) -> dict[str, Any]:
        """The program as JSON has it: no more than is said in gru_core.recording.Operation."""
        return {
            "given": [[name, list(shape)] for name, shape in self.given.items()],
            "operations": [_told(one) for one in self.operations],
            "made": dict(self.made),
        }


def step_program(weights: Weights, polarity: Polarity = "keep") -> Program:
    """One timestep of a layer of these sizes and functions; no number of the weights is in it.

    Given: the arrays of the weights, x and the states before the step (BEFORE). Made: every track,
    and where the notation shows the update gate otherwise, that as `shown.update`. Each track goes
    through a `hold`, where an intervention of that track replaces it.
    """
    record = Record()
    w, x, *states = _given(record, weights)

    def replace(track: str, computed: Recorded) -> Recorded:
        return record.note("hold", computed, shape=computed.shape, track=track)

    step = STEPS[weights.cell](w, x, *states, replace)
    made = {name: getattr(step, name) for name in TRACKS[weights.cell]}
    if "update" in made and polarity == "write":
        made["shown.update"] = shown_update(made["update"], polarity)
    return _finished(record, made)


def numbers_program(weights: Weights, polarity: Polarity = "keep") -> Program:
    """Every number that the equations of one unit name at one step, as inside() has them.

    Given: the unit's rows of the weights, x, the states before, the tracks after, and for each
    track `<track>.held`, 1 where it is held and 0 where not, as long as there are units. The unit
    is chosen when it is run. Where a projected state has no number of the unit its row is nan.
    """
    record, (units, dtype) = Record(), (weights.units, weights.dtype)
    gates, names = len(weights.gates), TRACKS[weights.cell]
    x = record.array("x", (1, weights.input_size), dtype)
    before = _before(record, weights)
    widths = {"w_x": (weights.input_size,), "w_h": (weights.hidden_size,), "b_x": (), "b_h": ()}
    rows = Rows(*(record.array(part, (gates, *widths[part]), dtype) for part in PARTS))
    if weights.is_projected:
        rows = rows._replace(w_p=record.array(PROJECTION, (units,), dtype))
    tracks = {name: record.array(name, (1, weights.size(name)), dtype) for name in names}
    held = {name: record.array(f"{name}.held", (1, units), dtype) for name in names}
    given = Given(x, before[0], before[1] if len(before) > 1 else None, tracks, held)
    return _finished(record, numbers_of(weights, rows, given, UNIT, polarity))


def vectors_program(weights: Weights) -> Program:
    """What the wiring shows of all units at one step, as vectors() has it.

    Given: w_h, b_h, the states before and the tracks after.
    """
    record, dtype = Record(), weights.dtype
    w_h = record.array("w_h", weights.w_h.shape, dtype)
    b_h = record.array("b_h", weights.b_h.shape, dtype)
    before = _before(record, weights)
    tracks = {
        name: record.array(name, (1, weights.size(name)), dtype) for name in TRACKS[weights.cell]
    }
    cell = before[1] if len(before) > 1 else None
    given = Given(np.empty(0), before[0], cell, tracks)
    recurrent = recurrent_of(weights, w_h, b_h, before[0])
    return _finished(record, vectors_of(weights, given, recurrent))


def _before(record: Record, weights: Weights) -> list[Any]:
    """The states before a step as rows of one."""
    return [
        record.array(BEFORE[name], (1, weights.size(name)), weights.dtype)
        for name in STATES[weights.cell]
    ]


def _given(record: Record, weights: Weights) -> tuple[Any, ...]:
    """What a step is called with: weights that duck-type, x, the states before."""
    arrays: dict[str, Any] = {
        n: record.array(n, one.shape, weights.dtype) for n, one in weights.arrays.items()
    }
    x = record.array("x", (weights.input_size,), weights.dtype)
    states = [
        record.array(BEFORE[name], (weights.size(name),), weights.dtype)
        for name in STATES[weights.cell]
    ]
    reset_after = getattr(weights, "reset_after", None)
    given: dict[str, Any] = {PROJECTION: None, "reset_after": reset_after, **arrays}
    w = SimpleNamespace(**given, gate=weights.gate, squash=weights.squash)
    return w, x, *states


def _finished(record: Record, made: Mapping[str, Any]) -> Program:
    """The program, without what nothing that is asked for is made of."""
    slots = {name: one.slot for name, one in made.items()}
    first = len(record.given)
    needed = set(slots.values())
    for slot in range(first + len(record.operations) - 1, first - 1, -1):
        if slot in needed:
            needed.update(record.operations[slot - first].of)
    kept = [slot for slot in range(first, first + len(record.operations)) if slot in needed]
    at = {slot: slot for slot in range(first)} | {s: first + i for i, s in enumerate(kept)}
    operations = [record.operations[slot - first] for slot in kept]
    return Program(
        dict(record.given),
        tuple(_moved(one, at) for one in operations),
        {name: at[slot] for name, slot in slots.items()},
    )


def _moved(one: Operation, at: Mapping[int, int]) -> Operation:
    return Operation(
        one.kind, tuple(at[slot] for slot in one.of), one.shape, one.at, one.value, one.track
    )


def _told(one: Operation) -> dict[str, Any]:
    said = ((key, getattr(one, key)) for key in _DEFAULTS)
    more = {key: value for key, value in said if value != _DEFAULTS[key]}
    return {"kind": one.kind, "of": list(one.of), "shape": list(one.shape), **more}
