"""One timestep of many states at once, through the engine; and whether a trace is such steps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.analysis.inside import Given, Where
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, check_intervention, held_by
from gru_core.conventions import SIGMOID_TRACKS, STATES, TRACKS
from gru_core.engines.held import Held, held_of
from gru_core.engines.layout import layout_of
from gru_core.engines.loops import Patch, Patches
from gru_core.engines.numpy_engine import run_layout
from gru_core.errors import RangeError, ShapeError
from gru_core.trace import Trace
from gru_core.weights import Weights
from gru_core.words import Said

# How far a trace may be from the steps of its weights: far above the rounding of either precision,
# far below what an edited weight or a gate set by hand brings.
APART: Final = {np.dtype(np.float64): 1e-6, np.dtype(np.float32): 1e-3}
# Steps that are compared at once, so that a long run needs no copy of itself.
BLOCK: Final = 256


def one_step(
    weights: Weights, x: Array, state: Array, held: Sequence[Intervention] = ()
) -> dict[str, Array]:
    """Advance every row one timestep: each track is (row, unit), a projected state (row, number).

    x: (row, input), or (1, input) for all rows; state: (row, entry); in the dtype of the weights.
    held: what is held in a sequence of one step, checked before; the same in all rows.
    """
    layout = layout_of(weights)
    projected = layout.project(x).T  # (row of the layout, row)
    patches = Patches(product=_adding(projected))
    if layout.cell == "gru":  # whose candidate is summed apart from the gates
        gates, candidate = np.split(projected, [layout.candidate_row])
        patches = Patches(product=_adding(gates), candidate=_adding(candidate))
    nothing = np.zeros((1, len(projected)), state.dtype)
    before = tuple(weights.parts_of(state.T, 0))
    tracks = run_layout(layout, nothing, before, patches, held_rows(weights, held, 1))
    return {name: track[0].T for name, track in tracks.items()}


def held_rows(weights: Weights, held: Sequence[Intervention], steps: int) -> Held | None:
    """What is held, laid out for a run of many rows at once. Arguments as of one_step."""
    placed = held_of(weights, held, steps)
    return placed and replace(placed, values=placed.values[:, np.newaxis])


def _adding(added: Array) -> Patch:
    """Add to the first rows. added: (row, value)."""

    def patch(_step: int, _state: Array, rows: Array) -> None:
        rows[: len(added)] += added

    return patch


def joined(weights: Weights, tracks: Mapping[str, Array]) -> Array:
    """The states among tracks as one, (row, entry)."""
    return np.concatenate([tracks[name] for name in STATES[weights.cell]], axis=-1)


def given_rows(
    weights: Weights, x: Array, state: Array, held: Sequence[Intervention] = ()
) -> Given:
    """What every row starts from and comes to. Arguments as of one_step."""
    parts = weights.parts_of(state)
    cell = parts[1] if len(parts) > 1 else None
    tracks = one_step(weights, x, state, held)
    return Given(x, parts[0], cell, tracks, held_where(weights, held))


def held_where(weights: Weights, held: Sequence[Intervention]) -> dict[str, Where]:
    """Where each track is held in a step of any state, (1, unit); empty if nothing is.

    Of a projected hidden state (1, number).
    """
    if not held:
        return {}
    names = TRACKS[weights.cell]
    return {track: held_by(held, track, 1, weights.size(track)) >= 0 for track in names}


def check_held(weights: Weights, held: Sequence[Intervention]) -> None:
    """Raise unless all this can be held in one step. Errors: UnknownNameError, RangeError."""
    for one in held:
        check_intervention(one, {weights.cell: weights}, 1)


def held_input(weights: Weights, x: npt.ArrayLike) -> Array:
    """The input of one step, (input,), in the dtype of the weights. Errors: those of checks."""
    held = checks.floats("x", x, weights.dtype)
    if held.shape != (weights.input_size,):
        raise ShapeError(
            "x has shape {shape}; a held input of these weights needs ({input_size},): give "
            "the numbers of one step.",
            shape=held.shape,
            input_size=weights.input_size,
        )
    return held


def check_run(weights: Weights, trace: Trace) -> None:
    """Raise unless the trace is a run of these weights. Errors: ShapeError, RangeError.

    Of a run with interventions the sigmoid gates are compared (of an RNN its state), where they
    are free: those follow from the state before alone.
    """
    ours = (weights.cell, weights.units, weights.input_size, weights.hidden_size)
    theirs = (trace.cell, trace.units, trace.x.shape[1], trace["hidden"].shape[1])
    if ours != theirs:
        raise ShapeError(
            "the trace is of the {layer} and the weights are of the {ours}; a gradient "
            "needs both of one run: pass the weights that made the trace.",
            layer=_layer(*theirs),
            ours=_layer(*ours),
        )
    before = np.concatenate([trace.previous(name) for name in STATES[trace.cell]], axis=1)
    apart, held = APART[trace.dtype], bool(trace.interventions)
    every = not held or trace.cell == "rnn"
    compared = [name for name in trace if every or name in SIGMOID_TRACKS]
    free = {name: ~trace.held(name) for name in compared if held}
    for start in range(0, trace.steps, BLOCK):
        rows = slice(start, start + BLOCK)
        x, state = (array[rows].astype(weights.dtype) for array in (trace.x, before))
        made = one_step(weights, x, state)
        for name in compared:
            track = trace[name]
            wrong = ~np.isclose(track[rows], made[name], rtol=apart, atol=apart)
            if held:
                wrong &= free[name][rows]
            if wrong.any():
                at, unit = (int(index) for index in np.argwhere(wrong)[0])
                raise RangeError(
                    "{cell}.{name} of step {start}, unit {unit} is {track:.6g} in the trace, "
                    "and these weights make it {made:.6g}; a gradient needs the weights of the "
                    "run: pass those.",
                    cell=trace.cell,
                    name=name,
                    start=start + at,
                    unit=unit,
                    track=track[start + at, unit],
                    made=made[name][at, unit],
                )


def _layer(cell: str, units: int, inputs: int, numbers: int) -> str:
    return Said(
        "{cell} with {units} units and {inputs} inputs"
        if numbers == units
        else "{cell} with {units} units, projected to {numbers} numbers, and {inputs} inputs",
        cell=cell.upper(),
        units=units,
        inputs=inputs,
        numbers=numbers,
    )
