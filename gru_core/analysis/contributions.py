"""Why one number: the terms that it is the sum of, and what the activation makes of that sum.

Unit j of a gate is the activation of Σ_i W[j, i] x_i + Σ_m U[j, m] h_m + b_j + d_j. In the GRU's
candidate the reset gate multiplies U's part: where it acts after the product by its own unit, each
r_j U[j, m] h_m and r_j d_j; before it by the unit of the old state, each U[j, m] r_m h_m. A blended
state is what was kept and what was written. Float64, whatever the precision of the run.

Where an intervention holds the number, the terms make what it would have been.
"""

import math
from dataclasses import dataclass

import numpy as np

from gru_core.analysis.blend import check_place, state_before
from gru_core.analysis.terms import Terms, multiplied
from gru_core.arrays import Array
from gru_core.cells.activations import function_of, slope_at
from gru_core.conventions import (
    POLARITIES,
    TOLERANCE,
    Polarity,
    shown_sign,
    shown_update,
)
from gru_core.errors import RangeError, ShapeError, unknown_name
from gru_core.trace import Trace
from gru_core.weights import PARTS, PROJECTION, GRUWeights, Weights
from gru_core.words import Said

# The activation of a blended state, which has none.
NONE = "none"


@dataclass(frozen=True, eq=False)
class Contributions:
    """One number of a trace: activation(sum of the terms) = value, unless it is held."""

    terms: Terms
    pre_activation: float  # the sum of the terms
    activation: str  # its name in gru_core.conventions; "none" for a blended state
    value: float  # as the trace has it and the polarity shows it
    slope: float  # of the activation at the pre-activation; 1 where there is none
    held: bool  # an intervention replaced it
    free: float  # what the terms make; but for rounding the value, unless that is held


def contributions(
    weights: Weights, trace: Trace, track: str, unit: int, step: int, polarity: Polarity = "keep"
) -> Contributions:
    """The terms of one number in a run of these weights, in either direction.

    track: any of the trace's. Under the write polarity the weights of the GRU's update gate are
    negated and its value is 1 - z. Errors: UnknownNameError for the track or the polarity;
    RangeError for the step or the unit, or if these weights do not make what the trace has;
    ShapeError if they are of another cell or size.
    """
    _check_pair(weights, trace)
    if polarity not in POLARITIES:
        raise unknown_name("polarity", polarity, POLARITIES)
    check_place(trace, step=step, unit=unit, track=track)
    value = trace[track][step, unit]
    activation = weights.activation(track) if track in weights.gates else NONE
    if track in weights.gates:
        terms = _of_gate(weights, trace, track, unit, step, polarity)
    else:
        terms = _of_state(weights, trace, track, unit, step)
    if track == "update":
        value = shown_update(value, polarity)
    total, held = terms.total, bool(trace.interventions and trace.held(track)[step, unit])
    free, slope = _activated(activation, total), _slope(activation, total)
    found = Contributions(terms, total, activation, float(value), slope, held, free)
    if not held:
        _check_value(found, trace, track, unit, step)
    return found


def _of_gate(
    weights: Weights, trace: Trace, gate: str, unit: int, step: int, polarity: Polarity
) -> Terms:
    """W x, U h and the two biases of one unit, with the reset gate where it acts."""
    at, sign = weights.gates.index(gate), shown_sign(weights.cell, gate, polarity)
    x, h = trace.x[step], state_before(trace, step)
    rows = [np.atleast_1d(getattr(weights, part)[at, unit]) for part in PARTS]
    weight = sign * np.concatenate(rows).astype(np.float64)
    value = np.concatenate((x, h, (1, 1))).astype(np.float64)
    reset = np.full(len(weight), np.nan)
    if isinstance(weights, GRUWeights) and gate == "candidate":
        of_units, factors = slice(len(x), -2), trace["reset"][step]
        reset[of_units] = factors[unit] if weights.reset_after else factors
        if weights.reset_after:
            reset[-1] = factors[unit]
    kind = np.repeat(["input", "unit", "bias_x", "bias_h"], [len(x), len(h), 1, 1])
    index = np.concatenate((np.arange(len(x)), np.arange(len(h)), (-1, -1)))
    return multiplied(kind, index, weight, value, reset)


def _of_state(weights: Weights, trace: Trace, track: str, unit: int, step: int) -> Terms:
    """What a state is made of where no weight enters it directly."""
    if track == "hidden" and weights.is_projected:
        return _of_projection(weights, trace, unit, step)
    now = {name: float(trace[name][step, unit]) for name in trace if trace[name].shape[1] > unit}
    old = float(state_before(trace, step, track)[unit])
    if trace.cell == "gru":
        rows = [("kept", now["update"], old), ("written", 1 - now["update"], now["candidate"])]
    elif track == "cell":
        rows = [("kept", now["forget"], old), ("written", now["input"], now["candidate"])]
    else:
        rows = [("exposed", now["output"], _activated(weights.state_activation, now["cell"]))]
    kind, weight, value = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return multiplied(kind, np.full(count, -1), weight, value, np.full(count, np.nan))


def exposed(weights: Weights, trace: Trace, step: int) -> Array:
    """What the output gates of an LSTM let out at a step, (unit,): what a projection is made of."""
    cell, output = (trace[name][step].astype(np.float64) for name in ("cell", "output"))
    return np.asarray(output * function_of(weights.state_activation)(cell))


def _of_projection(weights: Weights, trace: Trace, number: int, step: int) -> Terms:
    """What each unit lets out, times its weight in one number of the hidden state."""
    units, let_out = np.arange(weights.units), exposed(weights, trace, step)
    row = weights.arrays[PROJECTION][number].astype(np.float64)
    kind = np.repeat(np.array(["exposed"]), len(units))
    return multiplied(kind, units, row, let_out, np.full(len(units), np.nan))


def _activated(activation: str, total: float) -> float:
    return total if activation == NONE else float(function_of(activation)(np.asarray(total)))


def _slope(activation: str, total: float) -> float:
    """σ'(a) = e / (1 + e)² with e = exp(-|a|), which does not cancel; tanh'(a) = 4 σ'(2a)."""
    if activation == NONE:
        return 1.0
    if activation not in ("sigmoid", "tanh"):
        return float(slope_at(activation, function_of(activation)(np.asarray(total))))
    scale = 1 if activation == "sigmoid" else 2
    e = math.exp(-abs(scale * total))
    return scale * scale * e / (1 + e) ** 2


def _check_pair(weights: Weights, trace: Trace) -> None:
    owners: tuple[tuple[Trace | Weights, int], ...] = (
        *((trace, trace.x.shape[1]), (weights, weights.input_size)),
    )
    run, given = (
        Said(
            "the projected {cell} with {units} units and {inputs} inputs"
            if owner.is_projected
            else "the {cell} with {units} units and {inputs} inputs",
            cell=owner.cell.upper(),
            units=owner.units,
            inputs=inputs,
        )
        for owner, inputs in owners
    )
    if run != given:
        raise ShapeError(
            "the trace is of {run}, and the weights are of {given}: pass those that were run.",
            run=run,
            given=given,
        )


def _check_value(found: Contributions, trace: Trace, track: str, unit: int, step: int) -> None:
    """Raise RangeError if the terms make another value: a wrong reason is worse than none."""
    size = 1 + float(np.abs(found.terms.product).sum())  # rounding grows with what is summed
    if not abs(found.value - found.free) <= TOLERANCE[trace.dtype] * size:
        raise RangeError(
            "the trace has {value:.6g} for {cell}.{track} of unit {unit} at step {step}, and "
            "these weights make {free:.6g}: pass those that were run.",
            value=found.value,
            cell=trace.cell,
            track=track,
            unit=unit,
            step=step,
            free=found.free,
        )
