"""The loops for other activations than sigmoid and tanh: the timesteps of gru_core/cells again.

Arguments, and what is written where, are those of the fast loops beside, but for this: a layout
without negated rows, and gates in place of their exponentials. They take temporary arrays, and so
longer.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from gru_core.arrays import Array
from gru_core.engines.loops import Holds, Patches, Room, cut, spread

# What a gate ends in, or a state.
Function: TypeAlias = Callable[[Array], Array]
# With relu a state may grow past all numbers; that is refused when the run is over.
MAY_OVERFLOW = np.errstate(over="ignore", invalid="ignore")


@MAY_OVERFLOW
def gru_after(
    gate: Function, squash: Function,
    from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds,
) -> None:  # fmt: skip
    """Run a GRU whose reset acts after the product. from_h: (row, unit + 1), pre: (step, row)."""
    hidden, units, sigmoids = room.hidden, room.candidate.shape[1], room.exps.shape[1]
    patch, patch_candidate, hold_gates, hold_candidate, hold_hidden = _changes(patches, holds)
    rows = zip(hidden, hidden[1:], spread(pre, hidden), room.exps, room.candidate, strict=False)
    for t, (state, after, a, gates, candidate) in enumerate(rows):
        product = from_h @ state
        patch(t, state, product)
        from_gates, inner = cut(product, sigmoids)
        gates[:] = gate(a[:sigmoids] + from_gates)
        hold_gates(t, gates)
        reset, update = cut(gates, units)
        candidate[:] = a[sigmoids:] + reset * inner
        patch_candidate(t, state, candidate)
        candidate[:] = squash(candidate)
        hold_candidate(t, candidate)
        new = after[:units]
        new[:] = update * state[:units] + (1 - update) * candidate
        hold_hidden(t, new)


@MAY_OVERFLOW
def gru_before(
    gate: Function, squash: Function,
    from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds,
) -> None:  # fmt: skip
    """Run a GRU whose reset acts before the product. from_h: (row, unit), pre: (step, row)."""
    hidden, units, sigmoids = room.hidden, room.candidate.shape[1], room.exps.shape[1]
    patch, patch_candidate, hold_gates, hold_candidate, hold_hidden = _changes(patches, holds)
    to_gates, to_candidate = cut(from_h, sigmoids)
    rows = zip(hidden, hidden[1:], spread(pre, hidden), room.exps, room.candidate, strict=False)
    for t, (old, new, a, gates, candidate) in enumerate(rows):
        product = to_gates @ old
        patch(t, old, product)
        gates[:] = gate(a[:sigmoids] + product)
        hold_gates(t, gates)
        reset, update = cut(gates, units)
        kept = reset * old
        candidate[:] = a[sigmoids:] + to_candidate @ kept
        patch_candidate(t, kept, candidate)
        candidate[:] = squash(candidate)
        hold_candidate(t, candidate)
        new[:] = update * old + (1 - update) * candidate
        hold_hidden(t, new)


@MAY_OVERFLOW
def lstm(
    gate: Function, squash: Function,
    from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds,
    projection: Array | None = None,
) -> None:  # fmt: skip
    """Run an LSTM. from_h: (row, number), pre: (step, row), projection: (number, unit)."""
    units, sigmoids = room.candidate.shape[1], room.exps.shape[1]
    patch, add_projected = patches.product or _leave, patches.projected or _leave
    hold_gates, hold_candidate, hold_cell, hold_hidden = (hold or _leave for hold in holds)
    states, inputs = zip(room.hidden, room.cell, strict=True), spread(pre, room.hidden)
    after = zip(room.hidden[1:], room.cell[1:], strict=True)
    rows = zip(states, after, inputs, room.exps, room.candidate, strict=False)
    for t, ((old, old_cell), (new, new_cell), a, gates, candidate) in enumerate(rows):
        product = from_h @ old
        patch(t, old, product)
        product += a
        gates[:], candidate[:] = gate(product[:sigmoids]), squash(product[sigmoids:])
        hold_gates(t, gates)
        hold_candidate(t, candidate)
        input_gate, (forget, output) = gates[:units], cut(gates[units:], units)
        new_cell[:] = forget * old_cell + input_gate * candidate
        hold_cell(t, new_cell)
        let_out = output * squash(new_cell)
        new[:] = let_out if projection is None else projection @ let_out
        add_projected(t, let_out, new)
        hold_hidden(t, new)


@MAY_OVERFLOW
def rnn(
    squash: Function, from_h: Array, pre: Array, room: Room, patches: Patches, holds: Holds
) -> None:
    """Run a plain RNN. from_h: (unit, unit), pre: (step, unit)."""
    patch, hold_hidden = patches.product or _leave, holds.hidden or _leave
    rows = zip(room.hidden, room.hidden[1:], spread(pre, room.hidden), strict=False)
    for t, (old, new, a) in enumerate(rows):
        product = from_h @ old
        patch(t, old, product)
        new[:] = squash(product + a)
        hold_hidden(t, new)


def _changes(patches: Patches, holds: Holds) -> tuple[Callable[..., None], ...]:
    """What changes the products, the candidate's too, and the values of a GRU as it runs."""
    changes = (patches.product, patches.candidate, holds.gates, holds.candidate, holds.hidden)
    return tuple(change or _leave for change in changes)


def _leave(*_: Any) -> None:
    """In the place of a patch or a hold that is not there."""
