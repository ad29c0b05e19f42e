"""What a changed input has moved in two layers, and what it cannot have: in one sentence."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.lenses.naming import step_name
from app.screen.screen import Screen
from app.screen.two_layers import TwoLayers
from app.words.numbers import number
from gru_core.arrays import Array

LEAST = 0.001  # how far back states have moved by as much is said
LATE = 0.9  # of the steps lie before the one that is proposed


class Named(NamedTuple):
    """What the states of one layer are called, and many of them."""

    one: str
    many: str


DIRECTIONS = Named("forward state", "forward states"), Named("backward state", "backward states")
LAYERS = (
    Named("state of layer 1", "states of layer 1"),
    Named("state of layer 2", "states of layer 2"),
)


def changed_steps(screen: Screen) -> Sequence[int]:
    """The steps at which the input is not what the scene has, counted from 0."""
    found: list[int] = np.flatnonzero((screen.situation.x != screen.base.x).any(axis=1)).tolist()
    return found


def what_to_try(screen: Screen) -> str:
    """What to do where no input is changed."""
    if len(screen.labels) == 1:
        return "There is only one step, so that nothing comes before or after it."
    late = step_name(screen, int(LATE * (len(screen.labels) - 1)))
    return f"Change a late input: drag a cell of x at {late}, say, and see which early states move."


def words(
    screen: Screen,
    changed: Sequence[int],
    before: TwoLayers,
    now: TwoLayers,
    names: Sequence[Named],
) -> str:
    """What has moved before the first changed step, in either layer."""
    first = changed[0]
    where = f"step {first + 1}"
    at = step_name(screen, first)
    if len(changed) > 1:
        at = f"{len(changed)} steps, the first of them {at}"
    if first == 0:
        return f"You changed the input at {at}: no step comes before it. Change only a later one."
    lower, upper = (
        np.abs(after["hidden"][:first] - earlier["hidden"][:first])
        for earlier, after in ((before.first, now.first), (before.second, now.second))
    )
    one = (
        f"no {names[0].one} before {where} has moved",
        f"{names[0].many} before {where} have moved",
    )
    two = f"no {names[1].one} has either", f"{names[1].many} have"
    return f"You changed the input at {at}: {_told(lower, *one)}; {_told(upper, *two)}."


def _told(differences: Array, none: str, some: str) -> str:
    """How far back and by how much. differences: (step, unit), sizes."""
    most = float(differences.max())
    if most == 0:
        return none
    reached = np.flatnonzero(differences.max(axis=1) >= LEAST)
    if not len(reached):
        return f"{some}, by less than {LEAST}"
    return f"{some}, by up to {number(most)}, and by {LEAST} or more back to step {reached[0] + 1}"
