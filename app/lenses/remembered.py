"""What a state is made of, in sentences: what each step left in it, and where the weight lies."""

from collections.abc import Sequence

import numpy as np

from app.lenses.naming import sentence, step_name
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, letter_of
from app.words.numbers import joined, number, percent
from app.words.say import Fields, say
from gru_core.arrays import Array
from gru_core.conventions import STATES, Cell

MOST_NAMED = 3
LEAST = 0.005  # of all sizes together, to be named
UNSEEN = 0.0005  # of them, which three figures of the whole do not show


def unit_words(screen: Screen, cell: Cell, unit: int, left: Array, weights: Array) -> str:
    """One unit's state at the cursor. left, weights: (column,), its row of both maps."""
    where: Fields = {
        "cell": CELL_NAMES[cell],
        "letter": letter_of(cell, STATES[cell][-1]),
        "unit": unit + 1,
        "step": step_name(screen, screen.step),
    }
    sizes = np.abs(left)
    if not sizes.any():
        return sentence(say("lenses.remembered.nothing", **where))
    named = _largest(sizes)
    parts = [
        say("lenses.remembered.part", step=_column(screen, at), value=number(float(left[at])))
        for at in named
    ]
    others = float(np.delete(left, named).sum())
    if abs(others) >= UNSEEN * sizes.sum():
        parts.append(say("lenses.remembered.others", value=number(others)))
    value = number(float(left.sum()))
    made = say("lenses.remembered.made", value=value, parts=joined(parts), **where)
    return f"{sentence(made)} {_weight(screen, cell, left, weights)}"


def _weight(screen: Screen, cell: Cell, left: Array, weights: Array) -> str:
    """Which column has most weight, and that it left nothing where its content is 0."""
    most = int(weights.argmax())
    share = float(weights[most])
    weight = percent(share) if cell == "gru" else number(share)
    step = _column(screen, most)
    if most == int(np.abs(left).argmax()):
        return sentence(say("lenses.remembered.largest_too", step=step, weight=weight))
    if left[most] == 0:
        which = "start" if most == 0 else "step"
        return say(f"lenses.remembered.largest_{which}_empty", weight=weight, step=step)
    value = number(float(left[most]))
    return say("lenses.remembered.largest", weight=weight, step=step, value=value)


def layer_words(screen: Screen, cell: Cell, shares: Array) -> str:
    """A layer's state at the cursor. shares: (column,), of 1."""
    where: Fields = {
        "cell": CELL_NAMES[cell],
        "letter": letter_of(cell, STATES[cell][-1]),
        "step": step_name(screen, screen.step),
    }
    if not shares.any():
        return sentence(say("lenses.remembered.layer_nothing", **where))
    said = [
        say(
            f"lenses.remembered.layer_{'other' if place else 'first'}",
            share=percent(float(shares[at])),
            step=_column(screen, at),
        )
        for place, at in enumerate(_largest(shares))
    ]
    return sentence(say("lenses.remembered.layer_made", parts=joined(said), **where))


def _largest(sizes: Array) -> Sequence[int]:
    order = np.argsort(-sizes, kind="stable")[:MOST_NAMED]
    return [int(at) for at in order if sizes[at] >= LEAST * sizes.sum()]


def _column(screen: Screen, column: int) -> str:
    return say("lenses.memory.start") if column == 0 else step_name(screen, column - 1)
