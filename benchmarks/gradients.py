"""How fast gradients and phase portraits are: `python -m benchmarks.gradients`.

Gradient by distance of the whole state and of one unit, with those by the input, for each cell and
for the three together as one picture shows them; then planes, fields and fixed points. Medians and
peak allocation (measured apart, since measuring slows), one thread, float64, 8 inputs.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is first imported

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter

import numpy as np

from gru_core import GRUWeights, Trace, run
from gru_core.gradients import gradient_by_distance
from gru_core.initialize import initialize
from gru_core.phase import components, drawn_starts, field, fixed_points
from gru_core.weights import Weights

INPUTS = 8
# Units and steps: what a page shows at first, and the largest that is measured.
SIZES = ((32, 100), (256, 1000))
TOGETHER = ("gru", "lstm", "rnn")
TOGETHER_LIMIT = 30  # milliseconds, at the first size
PEAK_LIMIT = 200  # megabytes, at every size
GRID = 25
STARTS = 16  # states of the run, and as many drawn


def main() -> None:
    """Print every figure, with its limit where it has one."""
    print(f"numpy {np.__version__}, 1 thread, float64, {INPUTS} inputs")
    print(f"\ngradient by distance, peak limit {PEAK_LIMIT} MB")
    print(
        f"{'units':>6}{'steps':>6} {'cell':12}{'of':>6}{'run ms':>9}{'ms':>9}{'ratio':>8}{'MB':>7}"
    )
    for units, steps in SIZES:
        runs = {kind: _a_run(kind, units, steps) for kind in ("gru", "gru before", "lstm", "rnn")}
        for kind, (weights, trace) in runs.items():
            for unit in (None, 0):
                _gradient(kind, weights, trace, unit)
        for unit in (None, 0):
            _together(runs, unit)
    print(f"\nphase: the run above, a field of {GRID} × {GRID}, {2 * STARTS} starts")
    titles = f"{'components ms':>15}{'field ms':>10}{'fixed points ms':>17}{'MB':>7}"
    print(f"{'units':>6} {'cell':12}{titles}")
    for units in (8, 32, 128):
        for kind in ("gru", "gru before", "lstm", "rnn"):
            _phase(kind, *_a_run(kind, units, 100))


def _a_run(kind: str, units: int, steps: int) -> tuple[Weights, Trace]:
    """Weights as they are drawn for training, and noise."""
    rng = np.random.default_rng(0)
    weights = initialize(kind.split()[0], INPUTS, units, rng)  # type: ignore[arg-type]
    if isinstance(weights, GRUWeights):
        weights = replace(weights, reset_after=kind == "gru")
    return weights, run(weights, rng.normal(size=(steps, INPUTS)))


def _gradient(kind: str, weights: Weights, trace: Trace, unit: int | None) -> None:
    def ours() -> object:
        return gradient_by_distance(weights, trace, unit=unit)

    one, all_steps = _medians(lambda: run(weights, trace.x), ours)
    of, peak = "whole" if unit is None else "unit", _peak(ours)
    row = f"{trace.units:6}{trace.steps:6} {kind:12}{of:>6}{one:9.2f}{all_steps:9.1f}"
    print(f"{row}{all_steps / one:8.1f}{peak:7.1f}")


def _together(runs: dict[str, tuple[Weights, Trace]], unit: int | None) -> None:
    def every() -> None:
        for kind in TOGETHER:
            gradient_by_distance(*runs[kind], unit=unit)

    [spent] = _medians(every)
    trace = runs["gru"][1]
    of, limit = "whole" if unit is None else "unit", f"≤ {TOGETHER_LIMIT} ms"
    row = f"{trace.units:6}{trace.steps:6} {'all three':12}{of:>6}{'':9}{spent:9.1f}"
    print(row + (f"   {limit}" if (trace.units, trace.steps) == SIZES[0] else ""))


def _phase(kind: str, weights: Weights, trace: Trace) -> None:
    plane, side = components(trace).plane, np.linspace(-1, 1, GRID)
    rest = np.zeros(INPUTS)
    starts = drawn_starts(trace, STARTS, STARTS, np.random.default_rng(1))

    def search() -> object:
        return fixed_points(weights, rest, starts)

    search()  # imports SciPy
    times = _medians(
        lambda: components(trace), lambda: field(weights, rest, plane, side, side), search
    )
    row = f"{trace.units:6} {kind:12}{times[0]:15.2f}{times[1]:10.2f}{times[2]:17.0f}"
    print(f"{row}{_peak(search):7.1f}")


def _medians(*works: Callable[[], object], seconds: float = 1.0) -> list[float]:
    """Milliseconds of each work, the works taking turns for about this long."""
    times: list[list[float]] = [[] for _ in works]
    end = perf_counter() + seconds
    while perf_counter() < end or len(times[0]) < 3:
        for work, spent in zip(works, times, strict=True):
            start = perf_counter()
            work()
            spent.append(perf_counter() - start)
    return [1000 * median(spent) for spent in times]


def _peak(work: Callable[[], object]) -> float:
    """Megabytes that are allocated at once at most."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


if __name__ == "__main__":
    main()
