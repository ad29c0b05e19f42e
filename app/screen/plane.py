"""What the plane of states needs and takes long to find, kept: components, and fixed points."""

from functools import partial
from typing import Final, NamedTuple

import numpy as np

from app.compute.background import Later, Soon
from app.compute.digest import SHARED, digest
from app.compute.runs import run_key
from app.compute.store import Shelf
from app.screen.screen import Screen
from app.words.refusal import refusal
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, at_step
from gru_core.errors import GatescopeError
from gru_core.phase import (
    FixedPoints,
    Plane,
    components,
    drawn_starts,
    fixed_points,
    prepare,
    trajectory,
)
from gru_core.weights import Weights

FROM_RUN, DRAWN = 6, 8  # starts of a search: states of the run, and drawn ones
BYTES_OF_POINT = 24  # a real and a complex number for each entry


class Principal(NamedTuple):
    """The plane in which a run is widest."""

    plane: Plane
    shares: Array  # (2,): of the variance
    way: Array  # (step + 1, 2): of the run


class Found(NamedTuple):
    """What a search came to; or why there was none."""

    points: FixedPoints | None
    problem: str = ""


_principal: Shelf[Principal] = Shelf("planes")
_points: Shelf[Found] = Shelf("fixed points")
_searches: Later[Found] = Later(_points, "looking for fixed points")

# The first search would wait a third of a second for SciPy: it is there when somebody comes.
LIBRARY: Final = Soon(prepare, seconds=3)


def principal(screen: Screen) -> Principal:
    """The principal components of the opened cell's run, and its way through them."""
    trace = screen.traces[screen.opened]

    def make() -> Principal:
        plane, shares = components(trace)
        return Principal(plane, shares, trajectory(plane, trace))

    key = (screen.setting.engine, run_key(screen.situation, screen.opened))
    return _principal.get(key, 16 * (trace.steps + 1), make)


def held_now(screen: Screen) -> tuple[Intervention, ...]:
    """What is held in the opened cell at the cursor's step, as in a sequence of one step."""
    return at_step(screen.situation.held(screen.opened), screen.step)


def fixed(screen: Screen) -> Found | None:
    """The fixed points of the opened cell as it is at the cursor's step; None: not yet.

    They depend on that step's input and on what is held there: equal steps are searched once.
    """
    weights, x = screen.situation.weights[screen.opened], screen.situation.x[screen.step]
    held = held_now(screen)
    step = digest(x, *map(str, held), size=SHARED)
    key = (screen.setting.engine, run_key(screen.situation, screen.opened), step)
    found = _points.find(key)
    if found is not None:
        return found
    rng = np.random.default_rng(0)
    trace, ends = screen.traces[screen.opened], weights.state_activation
    starts = drawn_starts(trace, FROM_RUN, DRAWN, rng, ends)
    size = 2 * len(starts) * weights.entries * BYTES_OF_POINT
    return _searches.ask(key, size, partial(_search, weights, x, starts, held))


def _search(weights: Weights, x: Array, starts: Array, held: tuple[Intervention, ...]) -> Found:
    try:
        return Found(fixed_points(weights, x, starts, held=held))
    except GatescopeError as error:
        return Found(None, refusal(error))
