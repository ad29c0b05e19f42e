"""What happens inside one unit: every number that its equations name, from a run or a sweep.

For a gate g of unit j at step t, with W, U, b, d its row of w_x, w_h, b_x, b_h:
`g.from_x` is W·x, `g.from_h` is U·h, `g.sum` the pre-activation. The leading axis of every array is
`step` for a run and `value` for a sweep.

With interventions there are two more for every track g: `g.held` says where it was replaced, and
`g.free` is what it would have been there, computed from what came before it, that being replaced
or not. What came before it adds up to `g.free`, then, and what comes after it is made of g.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array, without_rounding
from gru_core.cells.activations import function_of
from gru_core.changes.interventions import Intervention
from gru_core.conventions import Polarity, shown_sign, shown_update
from gru_core.errors import RangeError
from gru_core.sweep import Sweep
from gru_core.trace import Trace, Tracks
from gru_core.weights import PARTS, PROJECTION, GRUWeights, Weights

Numbers = dict[str, npt.NDArray[Any]]  # name -> (row,), or (row, entry) for a vector
Where = npt.NDArray[np.bool_]


class Rows(NamedTuple):
    """The weights of one unit, (gate, ...), or (value, gate, ...) where a sweep changes one."""

    w_x: Array  # (..., gate, input)
    w_h: Array  # (..., gate, number)
    b_x: Array  # (..., gate)
    b_h: Array  # (..., gate)
    # (unit,), or (value, unit): the row of a projection that makes the number of its place; nan
    # where the state has fewer numbers. None without a projection.
    w_p: Array | None = None


class Given(NamedTuple):
    """What a step starts from and what it came to, for a number of rows (steps or values)."""

    x: Array  # (row, input)
    hidden: Array  # (row, number): the hidden state before
    cell: Array | None  # (row, unit): the LSTM's cell state before
    tracks: Mapping[str, Array]  # each (row, unit), a projected hidden state (row, number): after
    held: Mapping[str, Where] = MappingProxyType({})  # each (row, unit); empty without any


def inside(weights: Weights, trace: Trace, unit: int, polarity: Polarity = "keep") -> Numbers:
    """Every number in the equations of one unit, at every step of a run of these weights.

    Each is (step,); the vectors `x`, `previous_vector` and, where the reset gate acts before the
    product, `reset_vector`, and the rows `g.w_x` and `g.w_h` are (step, entry). Under the write
    polarity everything of the update gate is as that notation has it: its row negated, the gate
    1 - z. Of a projected hidden state `let_out` is what the unit lets out, `hidden` the number of
    the state that stands where the unit does, nan where it has fewer, and `hidden.w_p` (step, unit)
    its row of the projection, of `let_out_vector`. Errors: RangeError for the unit.
    """
    _check_unit(weights, unit)
    cell = trace.previous("cell") if trace.cell == "lstm" else None
    given = Given(trace.x, trace.previous(), cell, trace, _held(trace))
    return numbers_of(weights, _rows(weights, unit), given, unit, polarity)


def inside_sweep(
    weights: Weights, x: Array, swept: Sweep, step: int, unit: int, polarity: Polarity = "keep",
    initial: tuple[Array, ...] = (),
) -> Numbers:  # fmt: skip
    """Every number in the equations of one unit at one step, under every value of a sweep.

    The names are those of `inside`; each is (value,), the vectors and rows are (value, entry).
    weights, x, initial: those that were swept, before the target was set.
    """
    _check_unit(weights, unit)
    inputs = np.repeat(x[step][np.newaxis], len(swept.points), axis=0)
    index = _swept_index(swept, "x", "x")
    if index and index[0] == step:
        inputs[:, index[1]] = swept.points
    rows = _rows(weights, unit)
    for part in PARTS:
        index = _swept_index(swept, weights.cell, part)
        if index and index[1] == unit:
            rows = _swept_rows(rows, part, index, swept.points)
    index = _swept_index(swept, weights.cell, PROJECTION)
    if index and index[0] == unit:
        rows = _swept_rows(rows, PROJECTION, index, swept.points)
    before = [_before(swept, name, i, step, initial) for i, name in enumerate(_states(weights))]
    tracks = {name: swept[name][:, step] for name in swept}
    held = {
        name: np.broadcast_to(where[step], tracks[name].shape)
        for name, where in _held(swept).items()
    }
    given = Given(inputs, before[0], before[1] if len(before) > 1 else None, tracks, held)
    return numbers_of(weights, rows, given, unit, polarity)


def vectors(weights: Weights, trace: Trace) -> Numbers:
    """What the wiring shows of all units between the gates and the new state, each (step, unit).

    `kept` and `written` add up to the new state (LSTM: the new cell state, and `squashed` what the
    activation makes of it) unless that is held. GRU: `reset_hidden` is what the reset gate lets
    through: of the old state, or where it acts after the product, of U h + d. Of a projected hidden
    state `let_out` is what all units let out.
    """
    cell = trace.previous("cell") if trace.cell == "lstm" else None
    recurrent = recurrent_of(weights, weights.w_h, weights.b_h, trace.previous())
    return vectors_of(weights, Given(trace.x, trace.previous(), cell, trace), recurrent)


def recurrent_of(weights: Weights, w_h: Array, b_h: Array, hidden: Array) -> Array | None:
    """U h + d of the candidate where the reset gate acts on it, (row, unit); else None.

    weights: what the layer is; w_h, b_h: as theirs, and hidden: (row, unit), the states before.
    """
    if not isinstance(weights, GRUWeights) or not weights.reset_after:
        return None
    at = weights.gates.index("candidate")
    product: Array = hidden @ np.transpose(w_h[at]) + b_h[at]
    return product


def vectors_sweep(
    weights: Weights, swept: Sweep, step: int, initial: tuple[Array, ...] = ()
) -> Numbers:
    """What the wiring shows of all units at one step, under every value of a sweep.

    The names are those of `vectors`, each (value, unit).
    """
    before = [_before(swept, name, i, step, initial) for i, name in enumerate(_states(weights))]
    tracks = {name: swept[name][:, step] for name in swept}
    recurrent = None
    if isinstance(weights, GRUWeights) and weights.reset_after:
        recurrent = _swept_recurrent(weights, swept, before[0])
    cell = before[1] if len(before) > 1 else None
    return vectors_of(weights, Given(np.empty(0), before[0], cell, tracks), recurrent)


def _check_unit(weights: Weights, unit: int) -> None:
    if not 0 <= unit < weights.units:
        raise RangeError(
            "unit is {unit}; the {cell} has {units}, counted from 0: use 0 to {last}.",
            unit=unit,
            cell=weights.cell.upper(),
            units=weights.units,
            last=weights.units - 1,
        )


def _states(weights: Weights) -> tuple[str, ...]:
    return ("hidden", "cell") if weights.cell == "lstm" else ("hidden",)


def _rows(weights: Weights, unit: int) -> Rows:
    rows = Rows(*(getattr(weights, part)[:, unit] for part in PARTS))
    if not weights.is_projected:
        return rows
    w_p = weights.arrays[PROJECTION]
    nothing = np.full(weights.units, np.nan, weights.dtype)
    return rows._replace(w_p=w_p[unit] if unit < len(w_p) else nothing)


def _swept_index(swept: Sweep, owner: str, part: str) -> tuple[int, ...]:
    """Where in this part of this owner a sweep sets its values; empty for nowhere."""
    target = swept.target
    if isinstance(target, Intervention) or (target.owner, target.part) != (owner, part):
        return ()
    return target.index


def _swept_rows(rows: Rows, part: str, index: tuple[int, ...], points: Array) -> Rows:
    """The rows once for each value, with the target set.

    index: along (gate, unit, ...), of a projection (number, unit).
    """
    row: Array = getattr(rows, part)
    array = np.repeat(row[np.newaxis], len(points), axis=0)
    within: tuple[int, ...] = index[1:] if part == PROJECTION else (index[0], *index[2:])
    at: tuple[int | slice, ...] = (slice(None), *within)
    array[at] = points
    return rows._replace(**{part: array})


def _held(tracks: Tracks) -> dict[str, Where]:
    """Where each track is held, (step, unit); nothing of a run without interventions."""
    return {name: tracks.held(name) for name in tracks} if tracks.interventions else {}


def _before(swept: Sweep, state: str, index: int, step: int, initial: tuple[Array, ...]) -> Array:
    """A state before a step under every value, (value, unit)."""
    if step > 0:
        return swept[state][:, step - 1]
    values, units = len(swept.points), swept[state].shape[2]
    first: Array = initial[index] if initial else np.zeros(units, swept[state].dtype)
    before: Array = np.repeat(first[np.newaxis], values, axis=0)
    swept_unit = _swept_index(swept, swept.cell, ("h0", "c0")[index])
    if swept_unit:
        before[:, swept_unit[0]] = swept.points
    return before


def _swept_recurrent(weights: GRUWeights, swept: Sweep, hidden: Array) -> Array:
    """U h + d of the candidate under every value, (value, unit)."""
    product = recurrent_of(weights, weights.w_h, weights.b_h, hidden)
    assert product is not None
    at = weights.gates.index("candidate")
    for part in ("w_h", "b_h"):
        index = _swept_index(swept, "gru", part)
        if index and index[0] == at:
            _, unit, *column = index
            change = swept.points - getattr(weights, part)[index]
            product[:, unit] += change * hidden[:, column[0]] if column else change
    return product


def numbers_of(
    weights: Weights, rows: Rows, given: Given, unit: int, polarity: Polarity
) -> Numbers:
    """Every number in the equations of one unit, for a number of rows.

    weights: what the layer is; its numbers come with rows, given. The names are those of inside().
    """
    before = isinstance(weights, GRUWeights) and not weights.reset_after
    reset_hidden = given.tracks["reset"] * given.hidden if before else None
    found: Numbers = {"x": given.x, "previous_vector": given.hidden}
    if not weights.is_projected:
        found["previous"] = given.hidden[:, unit]
    for index, gate in enumerate(weights.gates):
        candidate = gate == "candidate"
        state = reset_hidden if candidate and reset_hidden is not None else given.hidden
        sign = shown_sign(weights.cell, gate, polarity)
        found |= {
            f"{gate}.{name}": array
            for name, array in _gate(rows, index, sign, given.x, state).items()
        }
    one_each = (n for n in given.tracks if not (n == "hidden" and weights.is_projected))
    found |= {name: given.tracks[name][:, unit] for name in one_each}
    if isinstance(weights, GRUWeights):
        _add_gru(found, weights, given, reset_hidden, unit)
        _add_blend(found, given, unit, polarity)
    elif given.cell is not None:
        found["previous_cell"] = given.cell[:, unit]
        found["kept"] = found["forget"] * found["previous_cell"]
        found["written"] = found["input"] * found["candidate"]
        _settle(found, "cell", found["previous_cell"], given, unit)
        found["squashed"] = function_of(weights.state_activation)(found["cell"])
    if rows.w_p is not None:
        _add_projection(found, weights, rows.w_p, given, unit)
    if given.held:
        _add_free(found, weights, given.held, unit)
    return found


def _add_projection(found: Numbers, weights: Weights, row: Array, given: Given, unit: int) -> None:
    """What the unit lets out, and one number of the state that is made of what all let out."""
    let_out = _let_out(weights, given.tracks)
    found["let_out"] = let_out[:, unit]
    found["hidden"] = _at(given.tracks["hidden"], unit, np.nan)
    found["hidden.sum"] = _dot(row, let_out)
    found["hidden.w_p"] = np.broadcast_to(row, let_out.shape)
    found["let_out_vector"] = let_out


def _let_out(weights: Weights, tracks: Mapping[str, Array]) -> Array:
    """What the output gates let out of the cell state, (row, unit)."""
    let_out: Array = tracks["output"] * function_of(weights.state_activation)(tracks["cell"])
    return let_out


def _at(track: npt.NDArray[Any], unit: int, nothing: float) -> npt.NDArray[Any]:
    """A number of each row, (row,); nothing where a projected state has none there."""
    if isinstance(unit, int) and unit >= track.shape[1]:  # a program has its unit when it is run
        return np.full(len(track), nothing, track.dtype)
    number: npt.NDArray[Any] = track[:, unit]
    return number


def _gate(rows: Rows, index: int, sign: int, x: Array, state: Array) -> Numbers:
    """One gate's row and what it makes of the input and of a state."""
    w_x, w_h, b_x, b_h = (sign * part for part in (
        rows.w_x[..., index, :], rows.w_h[..., index, :], rows.b_x[..., index], rows.b_h[..., index]
    ))  # fmt: skip
    from_x, from_h = _dot(w_x, x), _dot(w_h, state)
    n = (len(x),)
    return {
        "w_x": np.broadcast_to(w_x, (*n, w_x.shape[-1])),
        "w_h": np.broadcast_to(w_h, (*n, w_h.shape[-1])),
        "b_x": np.broadcast_to(b_x, n),
        "b_h": np.broadcast_to(b_h, n),
        "b": np.broadcast_to(b_x + b_h, n),
        "from_x": from_x,
        "from_h": from_h,
        "joined": without_rounding(from_x + from_h, from_x, from_h),
        "sum": without_rounding(from_x + b_x + from_h + b_h, from_x, b_x, from_h, b_h),
    }


def _dot(row: Array, vectors: Array) -> Array:
    """One row, or one for each vector, times vectors (row, entry)."""
    product: Array = vectors @ row if row.ndim == 1 else np.sum(row * vectors, axis=-1)
    return product


def _add_gru(
    found: Numbers, weights: GRUWeights, given: Given, reset_hidden: Array | None, unit: int
) -> None:
    """What is particular to the candidate: where the reset gate acts."""
    if reset_hidden is not None:
        found["reset_vector"] = reset_hidden
        found["reset_hidden"] = reset_hidden[:, unit]
        return
    from_h, b_h = found["candidate.from_h"], found["candidate.b_h"]
    recurrent = without_rounding(from_h + b_h, from_h, b_h)
    found["candidate.recurrent"] = recurrent
    found["reset_hidden"] = found["reset"] * recurrent
    terms = found["candidate.from_x"], found["candidate.b_x"], found["reset_hidden"]
    found["candidate.sum"] = without_rounding(terms[0] + terms[1] + terms[2], *terms)


def _add_blend(found: Numbers, given: Given, unit: int, polarity: Polarity) -> None:
    """Kept and written, and the update gate and its complement as the notation shows them."""
    keep = given.tracks["update"][:, unit]
    found["kept"] = keep * found["previous"]
    found["written"] = (1 - keep) * found["candidate"]
    _settle(found, "hidden", found["previous"], given, unit)
    found["update"] = shown_update(keep, polarity)
    found["update.complement"] = 1 - keep if polarity == "keep" else keep


def _settle(found: Numbers, state: str, previous: Array, given: Given, unit: int) -> None:
    """What is kept and written where nothing but rounding is left of a state that they make.

    The fast loops make it in another order of operations than the equations: where both parts are
    all but 0, theirs may be 1e-22 of a state of 1e-6.
    """
    left = without_rounding(found[state], previous, found["candidate"]) == 0
    if state in given.held:
        left = left & ~given.held[state][:, unit]
    found[state] = np.where(left, found["kept"] + found["written"], found[state])


def _add_free(found: Numbers, weights: Weights, held: Mapping[str, Where], unit: int) -> None:
    """Where each track was replaced, and what it would have been; elsewhere that is what it is."""
    free = {
        gate: function_of(weights.activation(gate))(found[f"{gate}.sum"]) for gate in weights.gates
    }
    if weights.cell == "lstm":
        free["cell"] = found["kept"] + found["written"]
        free["hidden"] = found["output"] * found["squashed"]
        if weights.is_projected:
            free["hidden"] = found["hidden.sum"]
    elif weights.cell == "gru":
        free["hidden"] = found["kept"] + found["written"]
    for name, where in held.items():
        there = _at(where, unit, False)
        found[f"{name}.held"] = there
        found[f"{name}.free"] = np.where(there, free[name], found[name])


def vectors_of(weights: Weights, given: Given, recurrent: Array | None) -> Numbers:
    """What vectors() says of rows; recurrent: what recurrent_of has made of their states."""
    tracks = given.tracks
    if isinstance(weights, GRUWeights):
        reset = tracks["reset"]
        return {
            "reset_hidden": reset * (given.hidden if recurrent is None else recurrent),
            "kept": tracks["update"] * given.hidden,
            "written": (1 - tracks["update"]) * tracks["candidate"],
        }
    if given.cell is not None:
        let_out = {"let_out": _let_out(weights, tracks)} if weights.is_projected else {}
        return {
            "kept": tracks["forget"] * given.cell,
            "written": tracks["input"] * tracks["candidate"],
            "squashed": function_of(weights.state_activation)(tracks["cell"]),
            **let_out,
        }
    return {}
