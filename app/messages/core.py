"""What a page needs to compute a screen by itself: the core's programs, and its numbers.

A page fetches it by the ticket of its screen (app/screen/tickets.py) once the screen is painted,
and executes it (assets/stage/compute/). Edits and what is held come with every message. Screens
with more work than a frame, or a worker, can do in time stay with the server.
"""

from collections.abc import Mapping
from typing import Final, cast

from app import contract
from app.compute.digest import digest, weights_digest
from app.compute.store import Shelf, made_of
from app.messages.cell_numbers import MOST_FACTORS
from app.messages.condensed import input_grid
from app.messages.numbers import GoneError, malformed
from app.messages.wire import QUICK, pack
from app.screen.screen import Screen, screen_of
from app.screen.tickets import setting_of
from gru_core.conventions import MAX_MAGNITUDE, RANGES, STATES, Cell, shown_sign, vector_kind
from gru_core.program import BEFORE, Program, numbers_program, step_program, vectors_program
from gru_core.weights import PROJECTION

# Products of a run of every cell. In a worker a million takes about two milliseconds.
MOST_PRODUCTS: Final = 64_000_000
MATRICES: Final = ("w_x", "w_h", PROJECTION)
# How far a state before the first step is dragged.
BOUNDS: Final[Mapping[str, float]] = {"h0": 1.0, "c0": 4.0}
LEAST_BOUND: Final = 2.0  # of a weight, however small all of them are
LEAST_BIAS: Final = 6.0  # of a bias: σ(6) is 0.998, so that every gate can be dragged open and shut

# One for all who look at the same scene.
_cores: Shelf[bytes] = Shelf("cores")


def core_key(screen: Screen) -> str | None:
    """What the numbers before any edit are called; None where the page cannot compute them.

    Of an input that is condensed itself the page does not have the picture.
    """
    if products(screen) > MOST_PRODUCTS or input_grid(screen) is not None:
        return None
    base, notation = screen.base, screen.notation
    weights = [weights_digest(one) for one in base.weights.values()]
    initials = [state for states in base.initials.values() for state in states]
    return digest(base.x, *weights, *initials, notation.polarity)


def products(screen: Screen) -> int:
    """How many products of two numbers one run of every cell takes."""
    return sum(
        len(screen.base.x) * sum(one.arrays[part].size for part in MATRICES if part in one.arrays)
        for one in screen.base.weights.values()
    )


def answer(ticket: str, _query: Mapping[str, str]) -> bytes:
    """The core of a screen, packed for the stage.

    Errors: GoneError for no such screen,
    GatescopeError for one that the page cannot compute."""
    setting = setting_of(ticket)
    if setting is None:
        raise GoneError
    with made_of(setting.model.keys):
        screen = screen_of(setting)
        name = core_key(screen)
        if name is None:
            raise malformed()
        key = (name,)
        found = _cores.find(key)
        if found is not None:
            return found
        made = pack(core(screen), QUICK)
        return _cores.get(key, len(made), lambda: made)


def core(screen: Screen) -> contract.Core:
    """The programs of every cell of a screen, with the numbers before any edit."""
    base = screen.base
    return {
        "x": base.x.ravel(),
        "inputs": base.x.shape[1],
        "cells": {cell: _cell(screen, cell) for cell in base.weights},
        "single": next(iter(base.weights.values())).dtype.itemsize == 4,
        "most": MAX_MAGNITUDE,
        "factors": MOST_FACTORS,
        "bounds": {"x": 2 * screen.baseline.x_bound, **BOUNDS},
    }


def weight_bound(screen: Screen, cell: Cell) -> float:
    """How far a weight is dragged."""
    return max(LEAST_BOUND, screen.baseline.weight_bounds[cell])


def bias_bound(screen: Screen, cell: Cell) -> float:
    """How far a bias is dragged."""
    return max(LEAST_BIAS, weight_bound(screen, cell))


def _cell(screen: Screen, cell: Cell) -> contract.CoreCell:
    weights, notation = screen.base.weights[cell], screen.notation
    vectors = vectors_program(weights)
    return {
        "step": _told(step_program(weights, notation.polarity)),
        "numbers": _told(numbers_program(weights, notation.polarity)),
        "vectors": _told(vectors),
        "units": weights.units,
        "states": [(state, BEFORE[state]) for state in STATES[cell]],
        "gates": weights.gates,
        "signs": [shown_sign(cell, gate, notation.polarity) for gate in weights.gates],
        "weights": {part: array.ravel() for part, array in weights.arrays.items()},
        "initials": list(screen.base.initials[cell]),
        "ranges": {
            name: RANGES[vector_kind(cell, name, notation.placement, weights.state_activation)]
            for name in vectors.made
        },
        "bound": weight_bound(screen, cell),
        "bias": bias_bound(screen, cell),
    }


def _told(program: Program) -> contract.Program:
    return cast("contract.Program", program.told())
