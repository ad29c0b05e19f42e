"""How fast the core is: `python -m benchmarks.core`.

Every gate of a GRU from our NumPy run against torch.nn.GRU giving h alone, batch 1, float32,
one thread each; a batch of a file's layer against torch; then a sweep of 41 values against one
run. Medians, interleaved in one process, so that what else the machine does falls on both: trust
the ratios.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # read when NumPy is first imported

from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import perf_counter

import numpy as np
import torch
from torch.nn.utils import rnn

from gru_core import GRUWeights, run
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.reads import mask_of_lengths
from gru_core.formats.tracing import Arrays, trace_arrays
from gru_core.situation import Target
from gru_core.sweep import sweep

INPUTS = 8
# Units and the ratio to stay under.
AGAINST_TORCH = ((8, 0.55), (16, 0.55), (64, 0.55), (256, 0.75))
# Units, steps and dtype.
SWEEPS = (
    (8, 20, "float64"),
    (32, 100, "float64"),
    (128, 500, "float64"),
    (256, 10, "float32"),
)
VALUES = 41
# Sequences, steps, inputs, units of two layers of LSTM in two directions; the ratio to stay under.
BATCH = (64, 100, 64, 256, 3.0)
SHORTEST = 20  # steps of the shortest of a batch whose sequences have lengths of their own
EXACTLY = ((32, 100), (256, 1000), (512, 5000))  # units and steps


def main() -> None:
    """Print every table."""
    torch.set_num_threads(1)
    print(f"numpy {np.__version__}, torch {torch.__version__}, 1 thread each, {INPUTS} inputs")
    print("\nevery gate (ours) against h alone (torch.nn.GRU), batch 1, float32")
    print(f"{'steps':>6}{'units':>6}{'ours ms':>10}{'torch ms':>10}{'ratio':>8}{'limit':>8}")
    for steps in (100, 1000):
        for units, limit in AGAINST_TORCH:
            ours, theirs = _against_torch(units, steps)
            print(f"{steps:6}{units:6}{ours:10.3f}{theirs:10.3f}{ours / theirs:8.2f}{limit:8.2f}")
    print("\na float32 run computed exactly, as the page does, against one in float32 sums")
    print(f"{'steps':>6}{'units':>6}{'sums ms':>10}{'exact ms':>10}{'ratio':>8}")
    for units, steps in EXACTLY:
        sums, exact = _exactly(units, steps)
        print(f"{steps:6}{units:6}{sums:10.3f}{exact:10.3f}{exact / sums:8.2f}")
    count, steps, inputs, units, limit = BATCH
    ours, theirs = _batch(count, steps, inputs, units)
    print(f"\nevery gate of {count} sequences × {steps} steps (ours, in float64, rounded once)")
    print(f"against the output alone (torch.nn.LSTM), 2 layers of {units}, 2 directions, {inputs}")
    print(f"inputs, all processors: {ours:.0f} ms, {theirs:.0f} ms, ", end="")
    print(f"ratio {ours / theirs:.2f} (limit {limit:g})")
    ours, theirs = _batch(count, steps, inputs, units, SHORTEST)
    print(f"the same with {SHORTEST} to {steps} steps each, against a packed sequence of torch:")
    print(f"{ours:.0f} ms, {theirs:.0f} ms, ratio {ours / theirs:.2f}")
    print(f"\na sweep of {VALUES} values against one run")
    print(f"{'steps':>6}{'units':>6}{'dtype':>9}{'run ms':>9}{'sweep ms':>10}{'ratio':>8}")
    for units, steps, dtype in SWEEPS:
        one, all_values = _sweep_against_run(units, steps, dtype)
        row = f"{steps:6}{units:6}{dtype:>9}{one:9.3f}{all_values:10.3f}"
        print(f"{row}{all_values / one:8.1f}")


def _against_torch(units: int, steps: int) -> tuple[float, float]:
    layer, weights = _the_same_gru(units)
    x = np.random.default_rng(1).normal(size=(steps, INPUTS)).astype(np.float32)
    tensor = torch.from_numpy(x)[:, np.newaxis]

    def theirs() -> torch.Tensor:
        with torch.inference_mode():
            hidden: torch.Tensor = layer(tensor)[0]
        return hidden

    if np.abs(run(weights, x)["hidden"] - theirs()[:, 0].numpy()).max() > 1e-5:
        raise SystemExit(f"{units} units, {steps} steps: the two disagree; nothing to compare.")
    ours_ms, theirs_ms = _medians(lambda: run(weights, x), theirs)
    return ours_ms, theirs_ms


def _the_same_gru(units: int) -> tuple[torch.nn.GRU, GRUWeights]:
    torch.manual_seed(0)
    layer = torch.nn.GRU(INPUTS, units)
    parts = (layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0, layer.bias_hh_l0)
    w_x, w_h, b_x, b_h = (part.detach().numpy() for part in parts)
    return layer, GRUWeights(
        w_x.reshape(-1, units, INPUTS),
        w_h.reshape(-1, units, units),
        b_x.reshape(-1, units),
        b_h.reshape(-1, units),
    )


def _exactly(units: int, steps: int) -> tuple[float, float]:
    weights = _the_same_gru(units)[1]
    x = np.random.default_rng(1).normal(size=(steps, INPUTS)).astype(np.float32)
    sums, exact = _medians(lambda: run(weights, x), lambda: run(weights, x, exactly=True))
    return sums, exact


def _batch(
    count: int, steps: int, inputs: int, units: int, shortest: int | None = None
) -> tuple[float, float]:
    torch.manual_seed(0)
    layer = torch.nn.LSTM(inputs, units, 2, bidirectional=True)
    file = BytesIO()
    torch.save(layer.state_dict(), file)
    ready = answered(read(file.getvalue(), "model.pt").entries[0], {})
    x = np.random.default_rng(1).normal(size=(steps, count, inputs)).astype(np.float32)
    lengths = np.linspace(shortest or steps, steps, count).astype(int)
    mask = None if shortest is None else mask_of_lengths(lengths, steps, count)

    def theirs() -> torch.Tensor:
        with torch.inference_mode():
            if mask is None:
                output: torch.Tensor = layer(torch.from_numpy(x))[0]
                return output
            packed = rnn.pack_padded_sequence(
                torch.from_numpy(x), torch.from_numpy(lengths), enforce_sorted=False
            )
            return rnn.pad_packed_sequence(layer(packed)[0])[0]

    def ours() -> Arrays:
        return trace_arrays(ready, x, None, mask)

    threads = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    try:
        if np.abs(ours()["output"] - theirs().numpy()).max() > 1e-5:
            raise SystemExit("The batch disagrees with torch; nothing to compare.")
        ours_ms, theirs_ms = _medians(ours, theirs, seconds=5.0)
    finally:
        torch.set_num_threads(threads)
    return ours_ms, theirs_ms


def _sweep_against_run(units: int, steps: int, dtype: str) -> tuple[float, float]:
    weights = _the_same_gru(units)[1].astype(dtype)
    x = np.random.default_rng(1).normal(size=(steps, INPUTS)).astype(dtype)
    values = np.linspace(-3, 3, VALUES)
    target = Target.parse("gru.w_h.update.1.2")
    one, all_values = _medians(lambda: run(weights, x), lambda: sweep(weights, x, target, values))
    return one, all_values


def _medians(*works: Callable[[], object], seconds: float = 1.0) -> list[float]:
    """Milliseconds of each work, the works taking turns for about this long."""
    times: list[list[float]] = [[] for _ in works]
    end = perf_counter() + seconds
    while perf_counter() < end or len(times[0]) < 7:
        for work, spent in zip(works, times, strict=True):
            start = perf_counter()
            work()
            spent.append(perf_counter() - start)
    return [1000 * median(spent) for spent in times]


if __name__ == "__main__":
    main()
