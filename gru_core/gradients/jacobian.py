"""Jacobians of single steps: how the state after a step follows the state before and the input.

    GRU   ∂h'/∂h = diag(z) + diag((h − n) z (1 − z)) U_z
                   + diag((1 − z)(1 − n²)) [diag(r) U_n + diag(c r (1 − r)) U_r]    reset after
                   + diag((1 − z)(1 − n²)) U_n [diag(r) + diag(h r (1 − r)) U_r]    reset before

and ∂h'/∂x likewise with W; z (1 − z) and 1 − n² are the slopes of sigmoid and tanh. The state of an
LSTM is (h, c): its Jacobian has four blocks.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from gru_core.analysis.inside import Given
from gru_core.arrays import Array, Dtype
from gru_core.changes.interventions import Intervention
from gru_core.conventions import STATES
from gru_core.gradients.one_step import check_run, given_rows, joined
from gru_core.gradients.slopes import Slopes, Through, slopes_of
from gru_core.trace import Trace
from gru_core.weights import Weights, check_index

# Bytes of Jacobians that are made at once: many small ones together, a large one alone.
AT_ONCE: Final = 4_000_000


class Jacobian(NamedTuple):
    """The derivatives of one step; rows follow the state after it."""

    step: int
    state: Array  # (entry, entry): ∂s_t/∂s_{t-1}
    input: Array  # (entry, input): ∂s_t/∂x_t


class Moved(NamedTuple):
    """Where states come to in one step, and how that follows them."""

    state: Array  # (point, entry)
    jacobian: Array  # (point, entry, entry)


def jacobians(
    weights: Weights, trace: Trace, steps: Iterable[int] | None = None
) -> Iterator[Jacobian]:
    """The Jacobians of the steps of a run, one after the other, in the dtype of the weights.

    steps: which, in the order wanted, on the step axis of the trace; None for all. For a backward
    trace s_{t-1} is what step t started from, the state after step t + 1. About AT_ONCE bytes are
    held at a time, or one step. What an intervention holds follows nothing. Errors: ShapeError and
    RangeError if the trace is not a run of the weights, RangeError for a step.
    """
    check_run(weights, trace)
    wanted = list(range(trace.steps) if steps is None else steps)
    for step in wanted:
        check_index("the trace", (step,), (trace.steps,), ("step",))
    return _jacobians(weights, trace, wanted)


def jacobian_at(
    weights: Weights, x: Array, state: Array, held: Sequence[Intervention] = ()
) -> Moved:
    """Any states one step on under one held input, each with its Jacobian.

    x: (input,), state: (point, entry), both in the dtype of the weights. held: what is held in a
    sequence of that one step; it follows nothing.
    """
    given = given_rows(weights, x[np.newaxis], state, held)
    matrix = state_matrices(weights, slopes_of(weights, given))
    return Moved(joined(weights, given.tracks), matrix)


def _jacobians(weights: Weights, trace: Trace, steps: list[int]) -> Iterator[Jacobian]:
    numbers = weights.entries * (weights.entries + weights.input_size)
    for some, given in stretches(trace, steps, numbers, weights.dtype):
        slopes = slopes_of(weights, given)
        states, inputs = state_matrices(weights, slopes), input_matrices(weights, slopes)
        yield from map(Jacobian, some, states, inputs)


def stretches(
    trace: Trace, steps: list[int], numbers: int, dtype: Dtype
) -> Iterator[tuple[list[int], Given]]:
    """The steps in this order, a few at a time, with what each started from and came to.

    numbers: how many a step needs room for; as many steps as fit AT_ONCE bytes go together.
    """
    before = [trace.previous(name) for name in STATES[trace.cell]]
    held = {name: trace.held(name) for name in trace} if trace.interventions else {}
    some = max(1, AT_ONCE // (numbers * dtype.itemsize))
    for start in range(0, len(steps), some):
        now = steps[start : start + some]
        x, tracks = _rows(trace.x, now, dtype), {n: _rows(trace[n], now, dtype) for n in trace}
        states = [_rows(state, now, dtype) for state in before]
        cell = states[1] if len(states) > 1 else None
        yield now, Given(x, states[0], cell, tracks, {name: held[name][now] for name in held})


def _rows(track: Array, steps: list[int], dtype: Dtype) -> Array:
    return track[steps].astype(dtype, copy=False)


def state_matrices(weights: Weights, slopes: Slopes) -> Array:
    """∂s'/∂s of every row, (row, entry, entry)."""
    by_hidden, numbers = gate_matrices(weights, slopes), weights.hidden_size
    rows, states, units, _ = by_hidden.shape
    whole = np.zeros((rows, states, units, weights.entries), slopes.gates.dtype)
    whole[..., :numbers] = by_hidden
    unit = np.arange(units)
    # A projected hidden state reaches the next step by way of the gates alone.
    for at in range(slopes.projection is not None, states):
        whole[:, :, unit, numbers + (at - 1) * units + unit] += slopes.direct[:, :, at]
    return _joined(slopes, whole)


def _joined(slopes: Slopes, whole: Array) -> Array:
    """(row, state, unit, column) to (row, entry, column)."""
    rows, states, units, columns = whole.shape
    if slopes.projection is None:
        return whole.reshape(rows, states * units, columns)
    return np.concatenate((slopes.projection @ whole[:, 0], whole[:, 1]), axis=1)


def gate_matrices(weights: Weights, slopes: Slopes) -> Array:
    """What of ∂s'/∂h passes a gate or the candidate: (row, state, unit, number), the last of h."""
    # Every unit has gates of its own: for each unit one product serves all rows and states.
    scaled = slopes.gates * slopes.product[:, np.newaxis]
    by_unit = scaled.transpose(3, 0, 1, 2).reshape(weights.units, -1, len(weights.gates))
    found = by_unit @ weights.w_h.transpose(1, 0, 2)  # (unit, row · state, number)
    shape = (weights.units, *slopes.gates.shape[:2], weights.hidden_size)
    whole: Array = found.reshape(shape).transpose(1, 2, 0, 3)
    if slopes.through is not None:
        inner = _after_reset(weights, slopes.through, weights.w_h[weights.gates.index("reset")])
        own = weights.w_h[weights.gates.index("candidate")]
        inner += own * slopes.through.hidden[:, np.newaxis]
        whole[:, 0] += _candidate_slope(weights, slopes) * inner
    return whole


def input_matrices(weights: Weights, slopes: Slopes) -> Array:
    """∂s'/∂x of every row, (row, entry, input)."""
    whole: Array = np.einsum("rsgu,gui->rsui", slopes.gates, weights.w_x)
    if slopes.through is not None:
        inner = _after_reset(weights, slopes.through, weights.w_x[weights.gates.index("reset")])
        whole[:, 0] += _candidate_slope(weights, slopes) * inner
    return _joined(slopes, whole)


def _after_reset(weights: Weights, through: Through, to_reset: Array) -> Array:
    """U_n diag(h r (1 − r)) V, (row, unit, entry), for V (unit, entry): what passes the reset gate.

    One product for all rows.
    """
    own = weights.w_h[weights.gates.index("candidate")]
    scaled = own * through.reset[:, np.newaxis]  # (row, unit, unit)
    passed: Array = scaled.reshape(-1, len(own)) @ to_reset
    return passed.reshape(*scaled.shape[:2], -1)


def _candidate_slope(weights: Weights, slopes: Slopes) -> Array:
    """What the candidate does to the hidden state, as a column: (row, unit, 1)."""
    slope: Array = slopes.gates[:, 0, weights.gates.index("candidate"), :, np.newaxis]
    return slope


def pull(weights: Weights, slopes: Slopes, row: int, after: Array) -> tuple[Array, Array]:
    """One row of derivatives through one step: after @ Jacobian, without the Jacobian.

    after: (entry,), by the state after the step. Returns the same by the state before, and
    (gate, unit), by what the input adds to each gate.
    """
    (by_unit,) = by_units(slopes, row, after[np.newaxis])
    gates = np.einsum("su,sgu->gu", by_unit, slopes.gates[row])
    before = np.einsum("su,stu->tu", by_unit, slopes.direct[row])
    if slopes.through is not None:
        reset, candidate = (weights.gates.index(gate) for gate in ("reset", "candidate"))
        kept = gates[candidate] @ weights.w_h[candidate]  # by r ⊙ h
        gates[reset] += kept * slopes.through.reset[row]
        before[0] += kept * slopes.through.hidden[row]
    flat = weights.w_h.reshape(-1, weights.hidden_size)  # (gate · unit, number)
    by_hidden = (gates * slopes.product[row]).reshape(-1) @ flat
    return by_entries(slopes, before[np.newaxis], by_hidden[np.newaxis])[0], gates


def by_units(slopes: Slopes, row: int, after: Array) -> Array:
    """Derivatives by the state after a step, (…, entry), unit by unit: (…, state, unit).

    Of a projected hidden state by what each unit lets out.
    """
    if slopes.projection is None:
        return after.reshape(len(after), -1, slopes.gates.shape[-1])
    hidden, cell = np.split(after, [slopes.projection.shape[1]], axis=1)
    return np.stack((hidden @ slopes.projection[row], cell), axis=1)


def by_entries(slopes: Slopes, before: Array, by_hidden: Array) -> Array:
    """Derivatives by the state before a step, (…, entry).

    before: (…, state, unit), with every gate held; by_hidden: (…, number), what passes the gates.
    """
    if slopes.projection is not None:
        return np.concatenate((by_hidden, before[:, 1]), axis=1)
    before[:, 0] += by_hidden
    return before.reshape(len(before), -1)
