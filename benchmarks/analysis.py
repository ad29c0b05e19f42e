"""How fast a run is analysed, and in how much memory: `python -m benchmarks.analysis`.

What a page asks of one run at 32 units and 100 steps, together under one limit; the terms of one
number of the Reader; then time and memory where the layer and the sequence are large. Medians of
works that take turns in one process, one thread.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is first imported

import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from gru_core import Trace, run
from gru_core.analysis import (
    content_row,
    contributions,
    evenly,
    half_life,
    kept_and_written,
    layer_map,
    layer_row,
    memory_age,
    memory_map,
    memory_row,
    ranked,
    saturation,
)
from gru_core.conventions import CELLS
from gru_core.gradients import gradient_by_distance
from gru_core.initialize import initialize
from gru_core.scenes.reader import load_reader

INPUTS = 8
TOGETHER = 60  # milliseconds for all that one page asks of one run
TERMS = 1  # millisecond
MOST = 200  # megabytes
READER = Path(__file__).parents[1] / "assets" / "models" / "reader.npz"

Work = Callable[[], object]


def main() -> None:
    """Print the three tables."""
    print(f"numpy {np.__version__}, 1 thread, {INPUTS} inputs, GRU")
    _one_page()
    _one_number()
    for units, steps in ((256, 1000), (512, 10_000)):
        _large(units, steps)


def _one_page() -> None:
    trace = _trace(32, 100)
    works: dict[str, Work] = {
        "memory map of a unit": lambda: memory_map(trace, 3),
        "memory map of the layer": lambda: layer_map(trace),
    }
    for cell in CELLS:
        layer = initialize(cell, INPUTS, 32, np.random.default_rng(1), "xavier")
        ran = run(layer, trace.x)
        works[f"gradient curves of the {cell.upper()}"] = partial(gradient_by_distance, layer, ran)
    print("\none page, 32 units × 100 steps, ms")
    times = _medians(works)
    for name, spent in times.items():
        print(f"{name:28}{spent:9.3f}")
    print(f"{'together':28}{sum(times.values()):9.3f}   limit {TOGETHER}")


def _one_number() -> None:
    reader = load_reader(READER)
    trace = run(reader.weights, reader.encode("gatescope").x)
    works: dict[str, Work] = {
        track: lambda track=track: ranked(  # type: ignore[misc]
            contributions(reader.weights, trace, track, 7, 4).terms, 8
        )
        for track in trace
    }
    print(f"\nterms of one number of the Reader, {trace.units} units, ms")
    for name, spent in _medians(works).items():
        print(f"{name:28}{spent:9.3f}   limit {TERMS}")


def _large(units: int, steps: int) -> None:
    trace, last = _trace(units, steps), steps - 1
    window = evenly(steps, 500, 500)
    works: dict[str, Work] = {
        "kept and written": lambda: kept_and_written(trace),
        "row of all units": lambda: memory_row(trace, last),
        "contents of all units": lambda: content_row(trace, last),
        "row of the layer": lambda: layer_row(trace, last),
        "map of a unit, 500 × 500": lambda: memory_map(trace, 3, window),
        "map of the layer, 500 × 500": lambda: layer_map(trace, window),
        "age": lambda: memory_age(trace),
        "half-life": lambda: half_life(trace["update"]),
        "saturation": lambda: saturation(trace),
    }
    if steps <= 1000:
        works["map of a unit"] = lambda: memory_map(trace, 3)
        works["map of the layer"] = lambda: layer_map(trace)
    print(f"\n{units} units × {steps:,} steps, a track is {trace['hidden'].nbytes / 1e6:.0f} MB")
    print(f"{'':28}{'ms':>9}{'MB':>9}")
    for name, spent in _medians(works).items():
        limit = f"   limit {MOST}" if steps <= 1000 else ""
        print(f"{name:28}{spent:9.2f}{_megabytes(works[name]):9.1f}{limit}")


def _trace(units: int, steps: int) -> Trace:
    """A run that remembers over spans from 1 to 100 steps."""
    rng = np.random.default_rng(0)
    weights = initialize("gru", INPUTS, units, rng, "chrono")
    return run(weights, rng.normal(size=(steps, INPUTS)))


def _megabytes(work: Work) -> float:
    """The most that a work had allocated at any time."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def _medians(works: Mapping[str, Work], seconds: float = 2.0) -> dict[str, float]:
    """Milliseconds of each work, the works taking turns for about this long."""
    times: dict[str, list[float]] = {name: [] for name in works}
    end = perf_counter() + seconds
    while perf_counter() < end or min(map(len, times.values())) < 5:
        for name, work in works.items():
            start = perf_counter()
            work()
            times[name].append(perf_counter() - start)
    return {name: 1000 * median(spent) for name, spent in times.items()}


if __name__ == "__main__":
    main()
