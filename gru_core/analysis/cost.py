"""What a cell costs: its parameters, its multiply-adds, and the time of a step as measured."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

from gru_core import checks
from gru_core.arrays import Array
from gru_core.conventions import CELLS, GATES, Cell
from gru_core.errors import RangeError, unknown_name
from gru_core.initialize import initialize
from gru_core.run import run
from gru_core.weights import MATCHES, Match, Weights, match_units, parameter_count

# Biases of each gate and unit: none (PyTorch's bias=False), one (textbooks), two (PyTorch).
Biases: TypeAlias = Literal[0, 1, 2]
# What tells the time in seconds, from whatever start: time.perf_counter.
Clock: TypeAlias = Callable[[], float]
# What a step of the GRU is, measured against one of the LSTM.
Outcome: TypeAlias = Literal["faster", "no different", "slower"]

SIZES: Final = (8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True)
class Timing:
    """How long one step of each cell took at one size; cells took turns."""

    size: int  # the units of the GRU
    units: Mapping[Cell, int]  # of each cell; other than size where parameters were matched
    seconds: Mapping[Cell, float]  # of one step, the median over the repeats
    twin: float  # of a second GRU of the same size: it differs from the first by chance alone


def parameters(
    cell: Cell,
    input_size: int,
    units: int,
    *,
    layers: int = 1,
    directions: int = 1,
    biases: Biases = 2,
) -> int:
    """How many numbers training would set: gates · (units · inputs + units² + biases · units).

    Summed over a stack, each layer of which reads all directions of the one below. With one bias,
    as published: the GRU whose reset acts after the product still needs its candidate's second.
    Errors: UnknownNameError, RangeError.
    """
    if biases not in (0, 1, 2):
        raise RangeError(
            "biases is {biases!r}; a gate has 0, 1 (textbooks) or 2 (PyTorch).",
            biases=biases,
        )
    reads = _reads(cell, input_size, units, layers, directions)
    with_one = sum(parameter_count(cell, size, units, biases=1) for size in reads)
    return with_one + (biases - 1) * len(reads) * len(GATES[cell]) * units


def multiply_adds(
    cell: Cell, input_size: int, units: int, *, layers: int = 1, directions: int = 1
) -> int:
    """How many products one step adds up: one for each number of W and U.

    Activations and the blend, a few operations a unit, are not counted. Errors: as parameters.
    """
    return parameters(cell, input_size, units, layers=layers, directions=directions, biases=0)


def multiply_adds_of(weights: Weights) -> int:
    """How many products one step of this layer adds up: one for each number of W, U and P.

    P is the projection of an LSTM, if it has one. Activations and the blend are not counted.
    """
    every = (array for part, array in weights.arrays.items() if part not in ("b_x", "b_h"))
    return sum(array.size for array in every)


def matched_units(input_size: int, units: int) -> Mapping[Cell, int]:
    """The units at which each cell has about as many parameters as a GRU of these units.

    Two biases, as scenes.situation matches them. Errors: RangeError.
    """
    target = parameters("gru", input_size, units)
    others = {cell: match_units(cell, input_size, target) for cell in CELLS}
    return MappingProxyType(others | {"gru": units})


def measure(
    sizes: Sequence[int],
    clock: Clock,
    repeats: int,
    generator: np.random.Generator,
    *,
    match: Match = "units",
    input_size: int = 8,
    steps: int = 100,
) -> Iterator[Timing]:
    """Time our own run of each cell at each size, and give each size as soon as it is known.

    The cells of a size take turns, so that what else the machine does falls on all of them, and a
    second GRU takes turns with them, to tell what differs by chance. Weights
    and inputs are drawn from the generator, in float64. A caller that stops asking stops the work.
    match: what the cells of a size have the same number of. Errors, before the first size:
    UnknownNameError, RangeError.
    """
    if match not in MATCHES:
        raise unknown_name("match", match, MATCHES)
    checks.whole("repeats", repeats, 1)
    checks.whole("steps", steps, 1)
    checks.whole("input_size", input_size, 1)
    wanted = [checks.whole("size", size, 1) for size in sizes]
    x = generator.normal(size=(steps, input_size))
    return (_timing(size, x, clock, repeats, generator, match) for size in wanted)


def chance_factor(timings: Iterable[Timing]) -> float:
    """By what factor, at least 1, two equal layers came to differ: the most at any size.

    A ratio no further from 1 than this says nothing.
    """
    pairs = [(one.seconds["gru"], one.twin) for one in timings]
    return max((max(pair) / min(pair) for pair in pairs), default=1.0)


def outcome(timing: Timing, by_chance: float) -> Outcome:
    """What a step of the GRU is against one of the LSTM. by_chance: what `chance_factor` gives."""
    ratio = timing.seconds["lstm"] / timing.seconds["gru"]
    if ratio > by_chance:
        return "faster"
    return "slower" if ratio < 1 / by_chance else "no different"


def _timing(
    size: int, x: Array, clock: Clock, repeats: int, generator: np.random.Generator, match: Match
) -> Timing:
    inputs = x.shape[1]
    same: Mapping[Cell, int] = dict.fromkeys(CELLS, size)
    units = matched_units(inputs, size) if match == "parameters" else same
    layers = [initialize(cell, inputs, units[cell], generator) for cell in (*CELLS, "gru")]
    spent: list[list[float]] = [[] for _ in layers]
    for weights in layers:
        run(weights, x)  # the first run of a layer also lays out its weights
    for _ in range(repeats):
        for weights, times in zip(layers, spent, strict=True):
            start = clock()
            run(weights, x)
            times.append(clock() - start)
    *seconds, twin = (median(times) / len(x) for times in spent)
    by_cell = MappingProxyType(dict(zip(CELLS, seconds, strict=True)))
    return Timing(size, MappingProxyType(dict(units)), by_cell, twin)


def _reads(cell: Cell, input_size: int, units: int, layers: int, directions: int) -> list[int]:
    """How many numbers each direction of each layer reads besides its own state."""
    if cell not in GATES:
        raise unknown_name("cell", cell, GATES)
    if directions not in (1, 2):
        raise RangeError(
            "directions is {directions!r}; a layer reads in 1 or in 2 directions.",
            directions=directions,
        )
    size, inputs = checks.whole("units", units, 1), checks.whole("input_size", input_size, 1)
    above = [directions * size] * (checks.whole("layers", layers, 1) - 1)
    return [reads for reads in (inputs, *above) for _ in range(directions)]
