"""What a changed input has moved in two layers, and what it cannot have: in one sentence."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from app.lenses.naming import step_name
from app.screen.screen import Screen
from app.screen.two_layers import TwoLayers
from app.words.numbers import number
from app.words.say import say
from gru_core.arrays import Array

LEAST = 0.001  # how far back states have moved by as much is said
LATE = 0.9  # of the steps lie before the one that is proposed

Pair: TypeAlias = Literal["directions", "layers"]  # what both layers are to each other


def changed_steps(screen: Screen) -> Sequence[int]:
    """The steps at which the input is not what the scene has, counted from 0."""
    found: list[int] = np.flatnonzero((screen.situation.x != screen.base.x).any(axis=1)).tolist()
    return found


def what_to_try(screen: Screen) -> str:
    """What to do where no input is changed."""
    if len(screen.labels) == 1:
        return say("lenses.moved.one_step")
    late = step_name(screen, int(LATE * (len(screen.labels) - 1)))
    return say("lenses.moved.try", step=late)


def words(
    screen: Screen,
    changed: Sequence[int],
    before: TwoLayers,
    now: TwoLayers,
    pair: Pair,
) -> str:
    """What has moved before the first changed step, in either layer."""
    first = changed[0]
    at = step_name(screen, first)
    if len(changed) > 1:
        at = say("lenses.moved.several", steps=len(changed), step=at)
    if first == 0:
        return say("lenses.moved.nothing_before", where=at)
    lower, upper = (
        np.abs(after["hidden"][:first] - earlier["hidden"][:first])
        for earlier, after in ((before.first, now.first), (before.second, now.second))
    )
    return say(
        "lenses.moved.told",
        where=at,
        first=_told(lower, f"{pair}.first", step=first + 1),
        second=_told(upper, f"{pair}.second"),
    )


def _told(differences: Array, layer: str, **before: int) -> str:
    """How far back and by how much. differences: (step, unit), sizes."""
    most, least = float(differences.max()), number(LEAST)
    if most == 0:
        return say(f"lenses.moved.{layer}.none", **before)
    reached = np.flatnonzero(differences.max(axis=1) >= LEAST)
    if not len(reached):
        return say(f"lenses.moved.{layer}.little", least=least, **before)
    back = int(reached[0]) + 1
    return say(f"lenses.moved.{layer}.far", most=number(most), least=least, back=back, **before)
