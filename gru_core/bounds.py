"""How far a run may come: with relu and others a state may grow past all numbers."""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from gru_core.arrays import Array
from gru_core.conventions import MAX_MAGNITUDE
from gru_core.ends import limits_of
from gru_core.errors import NotFiniteError, RangeError
from gru_core.trace import Tracks
from gru_core.weights import Weights
from gru_core.words import Said


def check_bounded(weights: Weights, tracks: Tracks, *, backward: bool = False) -> None:
    """Raise unless every number of a run, or a sweep, of these weights can be computed with.

    Only weights are looked at that are not limited. backward: steps were read from the last to the
    first.
    Errors: NotFiniteError where a number is infinite or NaN, RangeError above MAX_MAGNITUDE; both
    name the track, the unit and the step where that began.
    """
    if is_limited(weights) or all(map(_bounded, tracks.values())):
        return
    end = weights.state_activation
    where = _began(tracks, lambda numbers: ~np.isfinite(numbers), backward)
    if where:
        raise NotFiniteError(
            "{where}, which is no number to go on with: {end} has no limit, and the state "
            "grew past all numbers; use smaller weights, smaller inputs or fewer steps.",
            where=where,
            end=end,
        )
    where = _began(tracks, lambda numbers: np.abs(numbers) > MAX_MAGNITUDE, backward)
    raise RangeError(
        "{where}; states up to {max_magnitude:g} are computed with, and {end} has no "
        "limit: use smaller weights, smaller inputs or fewer steps.",
        where=where,
        end=end,
        max_magnitude=MAX_MAGNITUDE,
    )


def is_limited(weights: Weights) -> bool:
    """Whether no run of these weights can leave every bound: they end in a function with a limit.

    Nothing limits a projection.
    """
    limits = limits_of(weights.state_activation)
    return all(map(math.isfinite, limits)) and not weights.is_projected


def _bounded(numbers: Array) -> bool:
    return bool(np.abs(numbers).max() <= MAX_MAGNITUDE)  # also false for NaN


def _began(tracks: Tracks, wrong: Callable[[Array], npt.NDArray[np.bool_]], backward: bool) -> str:
    """The first number that is wrong, in words; empty if none is."""
    found = []
    for order, (name, track) in enumerate(tracks.items()):
        # Of a sweep all values together: (step, unit).
        places = np.asarray(wrong(track).reshape(-1, *track.shape[-2:]).any(axis=0))
        steps = np.flatnonzero(places.any(axis=1))
        if len(steps):
            step = int(steps[-1 if backward else 0])
            unit = int(places[step].argmax())
            found.append((-step if backward else step, order, step, unit, name))
    if not found:
        return ""
    *_, step, unit, name = min(found)
    numbers = tracks[name][..., step, unit]
    value = numbers[wrong(numbers)].flat[0]
    return Said(
        "{track} of unit {unit} at step {step}, both counted from 1, is {value:g}",
        track=f"{tracks.cell}.{name}",
        unit=unit + 1,
        step=step + 1,
        value=value,
    )
