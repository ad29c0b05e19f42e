"""How each new state is made of the old one and of something new: state = keep · old + write · new.

The state is the GRU's hidden state, or the LSTM's cell state. Numbers are float64, whatever the
precision of the run, and on the step axis of the trace, also for a backward one. Where an
intervention holds the state itself, nothing is kept and the held value is all that is written.
"""

from typing import NamedTuple

import numpy as np

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.conventions import KEEP_GATE, MAX_MAGNITUDE, STATES
from gru_core.errors import RangeError, UnknownNameError, unknown_name
from gru_core.trace import Trace


class Blend(NamedTuple):
    """The two factors of every blend, the new content, and where the first blend starts."""

    keep: Array  # (step, unit): GRU update, LSTM forget
    write: Array  # (step, unit): GRU 1 - update, LSTM input
    new: Array  # (step, unit): the candidate
    first: Array  # (unit,): the state before any step


class Split(NamedTuple):
    """The two parts of every new state; they add up to it."""

    kept: Array  # (step, unit)
    written: Array  # (step, unit)


def blend(trace: Trace, unit: int | None = None) -> Blend:
    """The blends of a GRU's hidden state or of an LSTM's cell state; unit: of this one alone.

    Errors: UnknownNameError for a plain RNN, which keeps nothing apart; RangeError for the unit;
    NotFiniteError for a trace that holds NaN or infinity.
    """
    if trace.cell not in KEEP_GATE:
        raise UnknownNameError(
            "the {cell} has no gate that keeps: each step replaces its whole state, so nothing "
            "tells what is kept from what is written; use a trace of the {keep_gate}.",
            cell=trace.cell.upper(),
            keep_gate=" or the ".join(cell.upper() for cell in KEEP_GATE),
        )
    check_place(trace, unit=unit)
    units = slice(None) if unit is None else slice(unit, unit + 1)

    def track(name: str) -> Array:
        return _float64(f"{trace.cell}.{name}", trace[name][:, units])

    keep, new, state = track(KEEP_GATE[trace.cell]), track("candidate"), blended_state(trace)
    write = track("input") if trace.cell == "lstm" else 1 - keep
    if trace.interventions:
        held = trace.held(state)[:, units]
        keep, write = np.where(held, 0, keep), np.where(held, 1, write)
        new = np.where(held, track(state), new)
    first = trace.initial[STATES[trace.cell].index(state)][units]
    parts = (keep, write, new, _float64(f"the initial {state}", first))
    return Blend(*(read_only(part) for part in parts))


def kept_and_written(trace: Trace) -> Split:
    """What of each new state was there before, and what came new; their sum is the state.

    The GRU's hidden state: z · h and (1 - z) · n. The LSTM's cell state: f · c and i · g.
    Errors: those of blend.
    """
    keep, written = keep_and_written(blend(trace))
    return Split(read_only(keep * trace.previous(blended_state(trace))), read_only(written))


def keep_and_written(made: Blend) -> tuple[Array, Array]:
    """keep and write · new, both (step, unit): all that unrolling a blend needs of every step."""
    return made.keep, made.write * made.new


def blended_state(trace: Trace) -> str:
    """The state that is blended: the LSTM's cell state, the GRU's hidden state."""
    return "cell" if trace.cell == "lstm" else "hidden"


def state_before(trace: Trace, step: int, state: str = "hidden") -> Array:
    """The state one step started from, (unit,): that row of trace.previous(state), and no other.

    Errors: RangeError for the step, UnknownNameError for the state.
    """
    check_place(trace, step=step)
    states = STATES[trace.cell]
    if state not in states:
        raise unknown_name(f"state of the {trace.cell.upper()}", state, states)
    at = step + 1 if trace.backward else step - 1
    return trace[state][at] if 0 <= at < trace.steps else trace.initial[states.index(state)]


def check_place(
    trace: Trace, *, step: int | None = None, unit: int | None = None, track: str = ""
) -> None:
    """Raise RangeError unless the trace has this step and this unit; None is not looked at.

    track: whose unit it is, where that matters: a projected hidden state has fewer.
    """
    units = trace[track].shape[1] if track else trace.units
    for axis, place, size in (("step", step, trace.steps), ("unit", unit, units)):
        if place is not None and not 0 <= place < size:
            raise RangeError(
                "{axis} is {place}; the trace has {size}, counted from 0: use 0 to {last}.",
                axis=axis,
                place=place,
                size=size,
                last=size - 1,
            )


def _float64(name: str, array: Array) -> Array:
    """The array itself where it is one of sound numbers in float64: a large run is not copied."""
    exact = np.dtype(np.float64)
    if array.dtype == exact and max(array.max(), -array.min()) <= MAX_MAGNITUDE:  # false for NaN
        return array
    return checks.floats(name, array, exact)
