"""What a state is made of, in sentences: what each step left in it, and where the weight lies."""

from collections.abc import Sequence

import numpy as np

from app.lenses.naming import sentence, step_name
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import joined, number, percent
from gru_core.arrays import Array
from gru_core.conventions import STATES, Cell

MOST_NAMED = 3
LEAST = 0.005  # of all sizes together, to be named
UNSEEN = 0.0005  # of them, which three figures of the whole do not show


def unit_words(screen: Screen, cell: Cell, unit: int, left: Array, weights: Array) -> str:
    """One unit's state at the cursor. left, weights: (column,), its row of both maps."""
    letter, who = letter_of(cell, STATES[cell][-1]), f"unit {unit + 1}"
    start = f"{CELL_NAMES[cell]}: {letter} of {who} at {step_name(screen, screen.step)}"
    sizes = np.abs(left)
    if not sizes.any():
        return sentence(f"{start} is 0: no step has left anything in it.")
    named = _largest(sizes)
    parts = [f"{_column(screen, at)} left {number(float(left[at]))}" for at in named]
    others = float(np.delete(left, named).sum())
    if abs(others) >= UNSEEN * sizes.sum():
        parts.append(f"all others {number(others)}")
    made = f"{start} is {number(float(left.sum()))}: {joined(parts)}."
    return f"{sentence(made)} {_weight(screen, cell, left, weights)}"


def _weight(screen: Screen, cell: Cell, left: Array, weights: Array) -> str:
    """Which column has most weight, and that it left nothing where its content is 0."""
    most = int(weights.argmax())
    share = float(weights[most])
    said = percent(share) if cell == "gru" else number(share)
    if most == int(np.abs(left).argmax()):
        return sentence(f"{_column(screen, most)} has the largest weight too, {said}.")
    what = f"which left {number(float(left[most]))}"
    if left[most] == 0:
        content = "which is 0" if most == 0 else "whose candidate is 0"
        what = f"{content}, so it left nothing"
    return f"The largest weight there, {said}, is that of {_column(screen, most)}, {what}."


def layer_words(screen: Screen, cell: Cell, shares: Array) -> str:
    """A layer's state at the cursor. shares: (column,), of 1."""
    letter, where = letter_of(cell, STATES[cell][-1]), step_name(screen, screen.step)
    name = CELL_NAMES[cell]
    if not shares.any():
        return sentence(f"{name}: nothing is left in {letter} of the layer at {where}.")
    first, *others = [(percent(float(shares[at])), _column(screen, at)) for at in _largest(shares)]
    said = [f"{first[0]} was left by {first[1]}", *(f"{share} by {at}" for share, at in others)]
    return sentence(f"{name}: of what {letter} of the layer holds at {where}, {joined(said)}.")


def _largest(sizes: Array) -> Sequence[int]:
    order = np.argsort(-sizes, kind="stable")[:MOST_NAMED]
    return [int(at) for at in order if sizes[at] >= LEAST * sizes.sum()]


def _column(screen: Screen, column: int) -> str:
    return "the initial state" if column == 0 else step_name(screen, column - 1)
