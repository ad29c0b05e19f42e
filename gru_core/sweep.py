"""One number of a scene over many values, as a single batch: what a drag shows.

The product with the input is shared by all values; what each value changes is one row of
pre-activations, added inside the loop, or the value of an intervention, put in there. So a sweep
of 41 values costs a few runs, not 41.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.bounds import check_bounded
from gru_core.changes.interventions import Intervention, check_intervention, check_value
from gru_core.changes.targets import AXES, INITIALS, Target
from gru_core.conventions import Cell
from gru_core.engines.held import Held, held_of
from gru_core.engines.layout import Layout, layout_of
from gru_core.engines.loops import Patch, Patches
from gru_core.engines.numpy_engine import run_layout
from gru_core.errors import EmptySequenceError, ShapeError, unknown_name
from gru_core.run import Initial, initial_states
from gru_core.trace import Tracks
from gru_core.weights import PROJECTION, Weights, check_index


@dataclass(frozen=True, eq=False)
class Sweep(Tracks):
    """Every track under every value: `sweep["update"]` is (value, step, unit), read-only."""

    cell: Cell
    target: Target | Intervention
    points: Array  # (value,): what the target was set to, in the dtype of the weights
    tracks: Mapping[str, Array]  # each (value, step, unit)
    interventions: tuple[Intervention, ...] = ()  # a swept one included

    def __post_init__(self) -> None:
        self._freeze_tracks()
        object.__setattr__(self, "points", read_only(self.points))


def sweep(
    weights: Weights,
    x: npt.ArrayLike,
    target: Target | Intervention,
    values: npt.ArrayLike,
    initial: Initial = None,
    *,
    interventions: Sequence[Intervention] = (),
) -> Sweep:
    """Run one sequence under each value of one number.

    x: (step, input), target: an input, a part of these weights' cell, or an intervention, which
    is swept where it stands among the interventions, or as their last; values: (value,).
    Each slice equals run() with the value set. Errors: those of run, RangeError for an index
    outside, UnknownNameError for another cell's target.
    """
    inputs = checks.sequence("x", x, weights.input_size, weights.dtype)
    states = initial_states(weights, initial)
    points = _points(values, weights)
    active = _active(target, interventions)
    for one in active:
        check_intervention(one, {weights.cell: weights}, len(inputs))
    held = held_of(weights, active, len(inputs))
    if held is not None:
        held = _swept_values(held, active, target, points, weights)
    layout, patches = layout_of(weights), Patches()
    batch = tuple(np.repeat(state[:, np.newaxis], len(points), axis=1) for state in states)
    if isinstance(target, Target):
        _check_target(weights, inputs, states, target)
        if target.part == "x":
            inputs, patches = _sweep_input(layout, inputs, target, points)
        elif target.part in INITIALS:
            batch[INITIALS[target.part]][target.index[0]] = points
        else:
            patches = _sweep_weight(layout, inputs, target, points)
            layout = layout.without(weights, target.part, target.index)
    tracks = run_layout(layout, layout.project(inputs), batch, patches, held)
    by_value = {name: track.transpose(2, 0, 1) for name, track in tracks.items()}
    swept = Sweep(weights.cell, target, points, by_value, active)
    check_bounded(weights, swept)
    return swept


def _active(
    target: Target | Intervention, interventions: Sequence[Intervention]
) -> tuple[Intervention, ...]:
    """The interventions in force: those given, and the target if it is another."""
    if isinstance(target, Target) or target in interventions:
        return tuple(interventions)
    return (*interventions, target)


def _swept_values(
    held: Held,
    active: tuple[Intervention, ...],
    target: Target | Intervention,
    points: Array,
    weights: Weights,
) -> Held:
    """What is held, with an axis of values: the target takes the points on it, the rest stays.

    held: its values (intervention,); of those returned (intervention, value). points: (value,).
    Errors: RangeError for a point that the target's track cannot have.
    """
    values = np.repeat(held.values[:, np.newaxis], len(points), axis=1)
    if isinstance(target, Intervention):
        for point in points.tolist():
            check_value(replace(target, value=point), weights.state_activation)
        last = len(active) - 1 - active[::-1].index(target)
        values[last] = points
    return replace(held, values=values)


def _points(values: npt.ArrayLike, weights: Weights) -> Array:
    points = checks.floats("values", values, weights.dtype)
    if points.ndim != 1:
        raise ShapeError(
            "values has shape {shape}; a sweep needs one axis, (value,): flatten it.",
            shape=points.shape,
        )
    if not points.size:
        raise EmptySequenceError("values is empty; a sweep needs at least one value: add one.")
    return points


def _check_target(weights: Weights, x: Array, states: tuple[Array, ...], target: Target) -> None:
    if target.owner not in ("x", weights.cell):
        raise unknown_name("owner of a target to sweep", target.owner, ("x", weights.cell))
    if target.part == "x":
        shape: tuple[int, ...] = x.shape
    elif target.part in INITIALS:
        shape = states[INITIALS[target.part]].shape
    elif target.part in weights.arrays:
        shape = weights.arrays[target.part].shape
    else:
        raise unknown_name(f"part of this {target.owner}", target.part, weights.arrays)
    check_index(target.array_name, target.index, shape, AXES[target.part])


def _sweep_input(layout: Layout, x: Array, target: Target, points: Array) -> tuple[Array, Patches]:
    """The inputs with a zero at the target, and what each value adds at its step."""
    step, column = target.index
    without = x.copy()
    without[step, column] = 0
    added = layout.from_x[:, column, np.newaxis] * points  # (row, value)
    if layout.cell != "gru":
        return without, Patches(product=_at_step(step, added))
    gates, candidate = np.split(added, [layout.candidate_row])
    return without, Patches(product=_at_step(step, gates), candidate=_at_step(step, candidate))


def _at_step(step: int, added: Array) -> Patch:
    """Add to the first rows at one step only. added: (row, value)."""

    def patch(t: int, _state: Array, rows: Array) -> None:
        if t == step:
            rows[: len(added)] += added

    return patch


def _sweep_weight(layout: Layout, x: Array, target: Target, points: Array) -> Patches:
    """What each value of a weight or bias adds, at every step, to one row."""
    if target.part == PROJECTION:
        return Patches(projected=_at_row(target.index[0], target, points, x))
    row = layout.row(target.index[0], target.index[1])
    signed = layout.sign[row] * points
    # The GRU's candidate is summed in two places: inside the product that the reset gate
    # multiplies, if it acts after it, and outside.
    inside = layout.carries_one and target.part in ("w_h", "b_h")
    if layout.cell != "gru" or row < layout.candidate_row or inside:
        return Patches(product=_at_row(row, target, signed, x))
    return Patches(candidate=_at_row(row - layout.candidate_row, target, signed, x))


def _at_row(row: int, target: Target, signed: Array, x: Array) -> Patch:
    """Add value · state, value · input or the value to one row, for w_h, w_x or a bias.

    Of a projection, w_p, the state is what the units let out.
    """
    column, added = target.index[-1], signed.copy()  # (value,)

    def from_state(_t: int, state: Array, rows: Array) -> None:
        one = rows[row]
        np.add(one, np.multiply(signed, state[column], added), one)

    def from_input(t: int, _state: Array, rows: Array) -> None:
        one = rows[row]
        np.add(one, np.multiply(signed, x[t, column], added), one)

    def from_bias(_t: int, _state: Array, rows: Array) -> None:
        one = rows[row]
        np.add(one, signed, one)

    return {"w_h": from_state, PROJECTION: from_state, "w_x": from_input}.get(
        target.part, from_bias
    )
