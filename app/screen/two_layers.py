"""Two layers where the screen has one: both directions, or one on top of the other.

The first layer is the one on screen, with its edits; the second is drawn, by
gru_core.scenes.companions. Only hidden states and the gate that keeps are held for a while: whole
runs of large layers would push those on screen out of app.compute.runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from app.compute.digest import SHARED, digest, weights_digest
from app.compute.runs import LARGE
from app.compute.store import GATE, Shelf
from app.screen.screen import Screen
from gru_core import Trace, run
from gru_core.arrays import Array
from gru_core.conventions import KEEP_GATE
from gru_core.run import MERGES, Merge, run_backward
from gru_core.scenes.companions import Role, companion
from gru_core.weights import Weights

Tracks: TypeAlias = Mapping[str, Array]  # hidden, and the gate that keeps if any: (step, unit)

_kept: Shelf[Tracks] = Shelf("two layers")


@dataclass(frozen=True, eq=False)
class TwoLayers:
    """The tracks of the layer on screen and of the other, both on the step axis of the input."""

    first: Tracks
    second: Tracks

    def joined(self, merge: Merge) -> Array:
        """What a layer above both directions reads, (step, feature)."""
        return MERGES[merge](self.first["hidden"], self.second["hidden"])


def both_ways(screen: Screen, x: Array) -> TwoLayers:
    """The opened cell over x, and a layer of the same size that reads x from the end."""
    return TwoLayers(_first(screen, x), _drawn(screen, "backward", x))


def stacked(screen: Screen, x: Array) -> TwoLayers:
    """The opened cell over x, and a layer of the same size that reads its hidden states."""
    first = _first(screen, x)
    return TwoLayers(first, _drawn(screen, "second", first["hidden"]))


def other(screen: Screen, role: Role) -> Weights:
    """The layer beside the opened cell, drawn with the seed on screen."""
    weights = screen.situation.weights[screen.opened]
    return companion(screen.scene, weights, role, len(screen.labels), screen.setting.seed)


def _first(screen: Screen, x: Array) -> Tracks:
    if x is screen.situation.x:
        return _of_interest(screen.traces[screen.opened])
    cell, numbers = screen.opened, screen.situation
    weights, initial, held = numbers.weights[cell], numbers.initials[cell], numbers.held(cell)
    key = (screen.setting.engine, "first", _key(weights, x, *initial, *map(str, held)))
    read = _runner(run, screen, weights, x, initial, interventions=held)
    return _kept_tracks(key, weights, len(x), read)


def _drawn(screen: Screen, role: Role, x: Array) -> Tracks:
    """The other layer, which begins at zero and in which nothing is held."""
    weights = other(screen, role)
    key = (screen.setting.engine, role, _key(weights, x))
    read = run_backward if role == "backward" else run
    return _kept_tracks(key, weights, len(x), _runner(read, screen, weights, x))


def _runner(
    read: Callable[..., Trace], screen: Screen, *numbers: object, **held: object
) -> Callable[[], Trace]:
    """A run as all of the page are made."""
    return partial(read, *numbers, engine=screen.setting.engine, exactly=True, **held)


def _kept_tracks(
    key: tuple[object, ...], weights: Weights, steps: int, read: Callable[[], Trace]
) -> Tracks:
    def compute() -> Tracks:
        found = _of_interest(read())
        return {name: track.copy() for name, track in found.items()}  # the rest is let go

    size = 2 * steps * weights.units * weights.dtype.itemsize
    if size < LARGE or key in _kept:
        return _kept.get(key, size, compute)
    with GATE:
        return _kept.get(key, size, compute)


def _of_interest(trace: Trace) -> Tracks:
    wanted = ("hidden", KEEP_GATE.get(trace.cell))
    return {name: track for name, track in trace.items() if name in wanted}


def _key(weights: Weights, *others: Array | str) -> str:
    return digest(weights_digest(weights), *others, size=SHARED)
