"""Sequences to feed a layer, each drawn from a generator: the classic tests of memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.errors import RangeError


@dataclass(frozen=True, eq=False)
class Sequence:
    """An input, with words for its steps and channels, and what a perfect network would say."""

    x: Array  # (step, input)
    labels: tuple[str, ...]  # (step,)
    channels: tuple[str, ...]  # (input,)
    target: Array | None = None  # (step,), None where nothing is asked

    def __post_init__(self) -> None:
        object.__setattr__(self, "x", read_only(self.x))
        if self.target is not None:
            object.__setattr__(self, "target", read_only(self.target))


def pulse(
    rng: np.random.Generator, *, steps: int = 24, at: int | None = None, height: float = 1.0
) -> Sequence:
    """Silence but for one step: at the given one, else at a random one of the first third."""
    steps = checks.whole("steps", steps, 1)
    where = int(rng.integers((steps + 2) // 3)) if at is None else checks.whole("at", at, 0)
    if where >= steps:
        raise RangeError(
            "at is {where}; the sequence has steps 0 to {steps}: use one of them.",
            where=where,
            steps=steps - 1,
        )
    x = np.zeros((steps, 1))
    x[where] = height
    return Sequence(x, tuple("pulse" if t == where else "·" for t in range(steps)), ("x",))


def copy(
    rng: np.random.Generator, *, length: int = 4, delay: int = 8, symbols: int = 3
) -> Sequence:
    """A few symbols, a pause, a signal to go, then room to say them again in order.

    x: one channel for each symbol and one for go. target: the symbol's number, counted from 1,
    at the steps after go; 0 everywhere else.
    """
    length, delay = checks.whole("length", length, 1), checks.whole("delay", delay, 0)
    if checks.whole("symbols", symbols, 2) > 26:
        raise RangeError(
            "symbols is {symbols}; there are letters for 2 to 26.",
            symbols=symbols,
        )
    pattern = rng.integers(symbols, size=length)
    steps, go = 2 * length + delay + 1, length + delay
    x, target = np.zeros((steps, symbols + 1)), np.zeros(steps)
    x[np.arange(length), pattern] = 1
    x[go, symbols] = 1
    target[go + 1 :] = pattern + 1
    letters = tuple(chr(ord("A") + s) for s in range(symbols))
    labels = ["·"] * steps
    labels[:length] = [letters[s] for s in pattern]
    labels[go] = "go"
    return Sequence(x, tuple(labels), (*letters, "go"), target)


def adding(rng: np.random.Generator, *, steps: int = 30) -> Sequence:
    """Numbers between 0 and 1, two of them marked: one in each half (Hochreiter 1997).

    target: the sum of the marked numbers so far; the last is the answer.
    """
    steps = checks.whole("steps", steps, 2)
    half = steps // 2
    marks = np.zeros(steps)
    marks[[rng.integers(half), half + rng.integers(steps - half)]] = 1
    numbers = rng.uniform(size=steps)
    labels = tuple(f"{n:.2f}{'+' if m else ''}" for n, m in zip(numbers, marks, strict=True))
    x = np.column_stack((numbers, marks))
    return Sequence(x, labels, ("number", "mark"), np.cumsum(numbers * marks))


def parity(rng: np.random.Generator, *, steps: int = 16) -> Sequence:
    """Random bits. target: 1 while an odd number of ones has been seen."""
    bits = rng.integers(2, size=checks.whole("steps", steps, 1))
    x = bits[:, np.newaxis].astype(np.float64)
    return Sequence(x, tuple(map(str, bits)), ("bit",), np.cumsum(bits) % 2.0)


def sine(
    rng: np.random.Generator, *, steps: int = 48, period: float = 12.0, height: float = 1.0
) -> Sequence:
    """A sine wave whose phase is drawn. target: the wave one step later."""
    steps = checks.whole("steps", steps, 1)
    if not period > 0:
        raise RangeError(
            "period is {period}; it needs a number of steps above 0.",
            period=period,
        )
    phase = rng.uniform(0, 2 * np.pi)
    wave = height * np.sin(phase + 2 * np.pi * np.arange(steps + 1) / period)
    return Sequence(wave[:-1, np.newaxis], _numbered(steps), ("x",), wave[1:])


def noise(rng: np.random.Generator, *, steps: int = 48, channels: int = 1) -> Sequence:
    """Independent standard normal numbers."""
    steps, channels = checks.whole("steps", steps, 1), checks.whole("channels", channels, 1)
    names = ("x",) if channels == 1 else tuple(f"x{i + 1}" for i in range(channels))
    return Sequence(rng.normal(size=(steps, channels)), _numbered(steps), names)


def _numbered(steps: int) -> tuple[str, ...]:
    """Labels are for people: they count from 1."""
    return tuple(str(step + 1) for step in range(steps))


SEQUENCES: Mapping[str, Callable[..., Sequence]] = MappingProxyType(
    {
        "pulse": pulse,
        "copy": copy,
        "adding": adding,
        "parity": parity,
        "sine": sine,
        "noise": noise,
    }
)
