"""The fast loops: the timesteps of gru_core/cells, without a temporary array.

What does not depend on the state is done for all steps before the loop and comes as `pre`.
Inside, one product serves all gates, and every result has its place. A last axis may follow every
shape: of values, which all have the same `pre`, or of sequences, which have `pre` of their own.
One call then runs a whole batch, in any order of memory.

Where a track is held at a value (gru_core/changes/interventions.py), the operation that computes it
gives way to one that then puts the value in, so that a run without interventions is as fast as
ever.

A sigmoid gate is kept as the exponential e of its negated pre-activation, so gate · a is
a / (1 + e). exp may overflow to infinity: the quotient is then exactly 0, as it should be.
Call the loops under np.errstate(over="ignore") for that reason.
"""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count, repeat
from typing import NamedTuple, TypeAlias

import numpy as np

from gru_core.arrays import Array

# Adds in place what each batch member has of its own: patch(step, state, rows).
Patch: TypeAlias = Callable[[int, Array, Array], None]


class Patches(NamedTuple):
    """Where a sweep enters a loop; a run of one sequence has none."""

    product: Patch | None = None  # into the product of the state and the gates' weights
    candidate: Patch | None = None  # into the pre-activation of the GRU's candidate
    projected: Patch | None = None  # into the product of a projection and what the units let out


# Puts in the values that a track is held at: hold(step, rows), in place.
Hold: TypeAlias = Callable[[int, Array], None]
Product: TypeAlias = Callable[[Array, Array], Array]  # of a vector, into its place


class Holds(NamedTuple):
    """Where interventions enter a loop; None where they leave it alone."""

    gates: Hold | None = None  # into the exponentials of the sigmoid gates
    candidate: Hold | None = None
    cell: Hold | None = None
    hidden: Hold | None = None


class Room(NamedTuple):
    """Where a loop writes. Row 0 of a state is given, row t + 1 is the state after step t."""

    # (step + 1, unit), or (step + 1, number) if it is projected; for the reset-after GRU one column
    # more, of ones
    hidden: Array
    cell: Array  # (step + 1, unit); no columns but for the LSTM
    # (step, row): the exponentials of the sigmoid gates, in the order of BLOCKS; in the loops of
    # gru_core.engines.plain the gates themselves
    exps: Array
    candidate: Array  # (step, unit)


def gru_after(from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds) -> None:
    """Run a GRU whose reset acts after the product. from_h: (row, unit + 1), pre: (step, row).

    The state's 1 brings the last column into the product: the candidate's bias, and what the
    inputs add to the gates at each step.
    """
    hidden, units, sigmoids = room.hidden, room.candidate.shape[1], room.exps.shape[1]
    weights, shared = from_h.copy(order="F"), pre.ndim == 2
    from_input, multiply = weights[:sigmoids, -1], _product(weights, hidden)
    product, below = _work(hidden, len(weights)), _work(hidden, sigmoids)
    gates, inner, below_reset, below_write = *cut(product, sigmoids), *cut(below, units)
    add, divide, subtract, end = np.add, np.divide, np.subtract, _then(np.add, holds.hidden)
    exp, tanh = _then(np.exp, holds.gates), _then(np.tanh, holds.candidate)
    one, (patch, patch_candidate, _) = _one(below), patches
    old, *news = hidden[:, :units]
    pre_gates, pre_candidate = pre[:, :sigmoids], spread(pre[:, sigmoids:], hidden)
    rows = zip(hidden, news, pre_gates, pre_candidate, room.exps, room.candidate, strict=False)
    for t, (state, new, a, b, e, n) in enumerate(rows):
        if shared:
            from_input[:] = a
        multiply(state, product)
        if not shared:
            add(gates, a, gates)
        if patch:
            patch(t, state, product)
        add(exp(gates, e), one, below)
        add(divide(inner, below_reset, n), b, n)
        if patch_candidate:
            patch_candidate(t, state, n)
        tanh(n, n)
        divide(subtract(n, old, new), below_write, new)
        old = end(new, old, new)


def gru_before(from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds) -> None:
    """Run a GRU whose reset acts before the product. from_h: (row, unit), pre: (step, row)."""
    hidden, units, sigmoids = room.hidden, room.candidate.shape[1], room.exps.shape[1]
    gates, below, kept = (_work(hidden, rows) for rows in (sigmoids, sigmoids, units))
    below_reset, below_write = cut(below, units)
    add, divide, subtract, end = np.add, np.divide, np.subtract, _then(np.add, holds.hidden)
    exp, tanh = _then(np.exp, holds.gates), _then(np.tanh, holds.candidate)
    # Two matrices of their own: of rows of a larger one, dot would make a copy at every step.
    matrices = (np.asfortranarray(part) for part in cut(from_h, sigmoids))
    multiply, multiply_inner = (_product(matrix, hidden) for matrix in matrices)
    one, (patch, patch_candidate, _) = _one(below), patches
    inputs = spread(pre[:, :sigmoids], hidden), spread(pre[:, sigmoids:], hidden)
    rows = zip(hidden, hidden[1:], *inputs, room.exps, room.candidate, strict=False)
    for t, (old, new, a, b, e, n) in enumerate(rows):
        multiply(old, gates)
        if patch:
            patch(t, old, gates)
        add(exp(add(gates, a, e), e), one, below)
        multiply_inner(divide(old, below_reset, kept), n)
        add(n, b, n)
        if patch_candidate:
            patch_candidate(t, kept, n)
        tanh(n, n)
        divide(subtract(n, old, new), below_write, new)
        end(new, old, new)


def lstm(
    from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds,
    projection: Array | None = None,
) -> None:  # fmt: skip
    """Run an LSTM. from_h: (row, number), pre: (step, row), projection: (number, unit)."""
    hidden, cell, units, sigmoids = room.hidden, room.cell, len(room.cell[0]), room.exps.shape[1]
    product, below, write = (_work(hidden, rows) for rows in (len(from_h), sigmoids, units))
    gates, inner = cut(product, sigmoids)
    below_input, (below_forget, below_output) = below[:units], cut(below[units:], units)
    add, divide, tanh, multiply = np.add, np.divide, np.tanh, _product(from_h, hidden)
    exp, squash = _then(np.exp, holds.gates), _then(np.tanh, holds.candidate)
    blend, end = _then(np.add, holds.cell), _then(np.divide, holds.hidden)
    lets_out: Iterable[Array] = hidden[1:]
    project: Callable[..., Array] | None = None
    if projection is not None:
        lets_out, end = repeat(_work(hidden, units)), np.divide
        multiply_out = _projecting(_product(projection, hidden), patches.projected)
        project = _then(multiply_out, holds.hidden)
    one, patch, inputs = _one(below), patches.product, spread(pre, hidden)
    states = zip(hidden, hidden[1:], cell, cell[1:], lets_out, strict=False)
    rows = zip(states, inputs, room.exps, room.candidate, strict=False)
    for t, ((old, new, old_cell, new_cell, out), a, e, g) in enumerate(rows):
        multiply(old, product)
        if patch:
            patch(t, old, product)
        add(product, a, product)
        add(exp(gates, e), one, below)
        divide(squash(inner, g), below_input, write)
        blend(divide(old_cell, below_forget, new_cell), write, new_cell)
        end(tanh(new_cell, out), below_output, out)
        if project:
            project(out, new)


def rnn(from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds) -> None:
    """Run a plain RNN. from_h: (unit, unit), pre: (step, unit)."""
    add, multiply, patch = np.add, _product(from_h, room.hidden), patches.product
    end = _then(np.tanh, holds.hidden)
    rows = zip(room.hidden, room.hidden[1:], spread(pre, room.hidden), strict=False)
    for t, (old, new, a) in enumerate(rows):
        multiply(old, new)
        if patch:
            patch(t, old, new)
        end(add(new, a, new), new)


def _then(operation: Callable[..., Array], hold: Hold | None) -> Callable[..., Array]:
    """An operation that is done once each step, and what puts in the values afterwards, if any."""
    if hold is None:
        return operation
    steps = count()

    def operation_and_hold(*operands: Array) -> Array:
        out: Array = operation(*operands)
        hold(next(steps), out)
        return out

    return operation_and_hold


def _product(matrix: Array, hidden: Array) -> Product:
    """What multiplies the matrix with a state, into a given place."""
    if hidden.ndim == 2:
        return matrix.dot  # faster than matmul for one sequence
    return partial(np.matmul, matrix)  # writes in any order of memory, which dot does not


def _projecting(multiply: Product, patch: Patch | None) -> Product:
    """From what the units let out to a hidden state, with what a sweep adds to it, if any."""
    if patch is None:
        return multiply
    steps = count()

    def multiply_and_add(let_out: Array, new: Array) -> Array:
        made = multiply(let_out, new)
        patch(next(steps), let_out, made)
        return made

    return multiply_and_add


def _work(hidden: Array, rows: int) -> Array:
    """Room for one step: (row,), and the batch axis if hidden has one, in its order of memory."""
    return np.empty_like(hidden[0], shape=(rows, *hidden.shape[2:]))


def cut(rows: Array, at: int) -> tuple[Array, Array]:
    """The rows before one, and the others."""
    return rows[:at], rows[at:]


def spread(pre: Array, hidden: Array) -> Array:
    """What comes from the inputs; (step, row) as (step, row, 1) if hidden has a batch axis."""
    return pre.reshape(pre.shape + (1,) * (hidden.ndim - pre.ndim))


def _one(rows: Array) -> Array:
    """What adds 1 fastest: a whole row for one sequence, a single number for a batch."""
    return np.ones(rows.shape if rows.ndim == 1 else (), rows.dtype)
