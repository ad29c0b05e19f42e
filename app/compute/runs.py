"""Runs of a situation, kept for a while, and how far another engine or placement leads."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import replace

import numpy as np

from app.compute.digest import SHARED, digest, weights_digest
from app.compute.store import GATE, Key, Shelf
from gru_core import GRUWeights, Trace, run
from gru_core.arrays import Array, without_rounding
from gru_core.conventions import TRACKS, Cell, Placement
from gru_core.engines import EngineName
from gru_core.situation import Situation

LARGE = 20_000_000  # bytes of a run: only one at a time is computed
TOGETHER = 250_000  # steps × units from which the cells of a screen run at the same time
DISTANCE = 400  # bytes of a kept number with its key
OBJECTS = 2_700  # bytes of a kept trace besides its numbers: its arrays, its key
# Numbers of a run above which it is not run again only to be compared.
MOST_COMPARED = 20_000_000

_traces: Shelf[Trace] = Shelf("runs", each=OBJECTS)
_distances: Shelf[float] = Shelf("distances", each=0)


def runs(situation: Situation, engine: EngineName = "numpy") -> dict[Cell, Trace]:
    """The trace of every cell. Long runs are made side by side: NumPy's products leave Python."""
    cells = list(situation.weights)
    missing = [cell for cell in cells if _run_key(situation, cell, engine) not in _traces]
    long = any(len(situation.x) * situation.weights[c].units >= TOGETHER for c in missing)
    if len(missing) < 2 or not long or engine != "numpy":
        return {cell: run_of(situation, cell, engine) for cell in cells}
    large = any(_size(situation, cell) >= LARGE for cell in missing)
    with GATE if large else nullcontext(), ThreadPoolExecutor(len(cells)) as threads:
        _traces.store.make_room(sum(_size(situation, cell) for cell in missing))
        # A thread knows whose files a run is made of by the context it is begun in.
        contexts = [copy_context() for _ in cells]
        made = [
            threads.submit(context.run, _kept_run, situation, cell, engine)
            for context, cell in zip(contexts, cells, strict=True)
        ]
        traces = [one.result() for one in made]
        return dict(zip(cells, traces, strict=True))


def is_large(situation: Situation) -> bool:
    """Whether a run of every cell takes long beside what else a screen is made of."""
    return any(len(situation.x) * one.units >= TOGETHER for one in situation.weights.values())


def run_of(situation: Situation, cell: Cell, engine: EngineName = "numpy") -> Trace:
    """The trace of one cell: the same one as long as it is kept."""
    if _size(situation, cell) < LARGE or _run_key(situation, cell, engine) in _traces:
        return _kept_run(situation, cell, engine)
    with GATE:
        return _kept_run(situation, cell, engine)


def _kept_run(situation: Situation, cell: Cell, engine: EngineName) -> Trace:
    key, size = _run_key(situation, cell, engine), _size(situation, cell)
    return _traces.get(key, size, lambda: _run(situation, cell, engine))


def _run_key(situation: Situation, cell: Cell, engine: EngineName) -> Key:
    return engine, run_key(situation, cell)


def _run(situation: Situation, cell: Cell, engine: EngineName = "numpy") -> Trace:
    weights, initial = situation.weights[cell], situation.initials[cell]
    held = situation.held(cell)
    x = situation.x
    return run(weights, x, initial, engine=engine, interventions=held, exactly=True)


def largest(situation: Situation, cell: Cell, track: str) -> float:
    """The largest magnitude of one track of a run; the others of its screen are made with it."""
    key = ("largest", track, run_key(situation, cell))
    return _distances.get(key, DISTANCE, lambda: _distance(runs(situation)[cell][track]))


def placed(situation: Situation, placement: Placement | None) -> Situation:
    """The situation with the GRU's reset gate where a notation puts it; None leaves it."""
    gru = situation.weights["gru"]
    if placement is None or not isinstance(gru, GRUWeights):
        return situation
    there = replace(gru, reset_after=placement == "after")
    return replace(situation, weights={**situation.weights, "gru": there})


def difference_to_numpy(situation: Situation, traces: Mapping[Cell, Trace]) -> float | None:
    """The largest difference of any number of these traces to what NumPy makes of the same.

    None where the run is too large to be made twice.
    """
    if sum(_numbers(situation, cell) for cell in traces) > MOST_COMPARED:
        return None
    key = ("to numpy", *(run_key(situation, cell) for cell in traces))
    return _distances.get(key, DISTANCE, lambda: _largest_difference(traces, runs(situation)))


def difference_of_placement(
    situation: Situation, traces: Mapping[Cell, Trace], own: Placement
) -> float | None:
    """The largest difference in the GRU's hidden state to the reset gate's own placement.

    None where it acts there anyway.
    """
    weights = situation.weights["gru"]
    if not isinstance(weights, GRUWeights) or weights.reset_after == (own == "after"):
        return None
    there = placed(situation, own)

    def compare() -> float:
        # Not kept: it is not on screen, and a large one would push out what is.
        other = _run(there, "gru")
        now, then = traces["gru"]["hidden"], other["hidden"]
        return _distance(without_rounding(then - now, np.abs(now).max(), np.abs(then).max()))

    return _distances.get(("placement", own, run_key(situation, "gru")), DISTANCE, compare)


def _largest_difference(traces: Mapping[Cell, Trace], others: Mapping[Cell, Trace]) -> float:
    return max(
        _distance(trace[name] - others[cell][name])
        for cell, trace in traces.items()
        for name in trace
    )


def _distance(numbers: Array) -> float:
    return float(np.abs(numbers).max())


def _numbers(situation: Situation, cell: Cell) -> int:
    return len(situation.x) * situation.weights[cell].units * len(TRACKS[cell])


def _size(situation: Situation, cell: Cell) -> int:
    """Bytes of the numbers in a trace, which has its input too."""
    numbers = _numbers(situation, cell) + situation.x.size
    return numbers * situation.weights[cell].dtype.itemsize


def run_key(situation: Situation, cell: Cell) -> str:
    """What a run depends on. Equal numbers have equal keys, whoever made them."""
    held = map(str, situation.held(cell))
    layer = weights_digest(situation.weights[cell])
    return digest(layer, situation.x, *situation.initials[cell], *held, size=SHARED)
