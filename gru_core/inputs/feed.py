"""What a loaded layer is fed with: a generator, a text with its vocabulary, or numbers.

Unlike a scene of one's own, where the layer is drawn to fit the input, here the layer is given and
the input has to fit it.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core import checks
from gru_core.arrays import Array
from gru_core.errors import RangeError, ShapeError, TextError, unknown_name
from gru_core.inputs.sequences import Sequence
from gru_core.inputs.vocabulary import Vocabulary

MAX_STEPS: Final = 10_000
MOST_NUMBERS: Final = 10_000_000  # of an input: steps × inputs
PERIOD: Final = 12.0  # steps of the slowest wave


def _noise(rng: np.random.Generator, steps: int, inputs: int) -> Array:
    """Independent standard normal numbers."""
    return rng.normal(size=(steps, inputs))


def _pulse(_rng: np.random.Generator, steps: int, inputs: int) -> Array:
    """A one in every channel at the first step, then silence."""
    x = np.zeros((steps, inputs))
    x[0] = 1
    return x


def _sine(_rng: np.random.Generator, steps: int, inputs: int) -> Array:
    """A wave in every channel, each a little later than the one before."""
    phase = 2 * np.pi * np.arange(inputs) / inputs
    return np.sin(2 * np.pi * np.arange(steps)[:, np.newaxis] / PERIOD - phase)


def _silence(_rng: np.random.Generator, steps: int, inputs: int) -> Array:
    """Zeros: what the layer does by itself."""
    return np.zeros((steps, inputs))


GENERATORS: Final[Mapping[str, Callable[[np.random.Generator, int, int], Array]]] = (
    MappingProxyType({"noise": _noise, "pulse": _pulse, "sine": _sine, "silence": _silence})
)
FEEDS: Final[tuple[str, ...]] = (*GENERATORS, "text", "numbers")


@dataclass(frozen=True)
class Feed:
    """What to feed a layer with. Compared by value, numbers included.

    What the source does not use is ignored. Errors: UnknownNameError, RangeError, ShapeError.
    """

    source: str = "noise"  # one of FEEDS
    steps: int = 48  # of a generator; a text and numbers have their own length
    text: str = ""
    vocabulary: Vocabulary | None = None
    numbers: Array | None = field(default=None, compare=False)  # (step, input)
    channels: tuple[str, ...] = ()  # names for the channels of numbers, or none
    _content: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        if self.source not in FEEDS:
            raise unknown_name("source", self.source, FEEDS)
        if checks.whole("steps", self.steps, 1) > MAX_STEPS:
            raise _too_long(self.steps)
        if self.numbers is not None:
            numbers = checks.sequence("the input", self.numbers)
            if len(numbers) > MAX_STEPS:
                raise _too_long(len(numbers))
            content = hashlib.sha256(np.array(numbers.shape).tobytes() + numbers.tobytes())
            object.__setattr__(self, "numbers", numbers)
            object.__setattr__(self, "_content", content.hexdigest())

    def __reduce__(self) -> tuple[Any, ...]:
        return Feed, tuple(getattr(self, one.name) for one in fields(self) if one.init)


def fed(feed: Feed, inputs: int, seed: int) -> Sequence:
    """The sequence for a layer of so many inputs. seed: of what is drawn.

    Errors: TextError where there is no text, vocabulary or number yet; those of
    Vocabulary.encode; ShapeError for numbers of another width; RangeError for too many numbers.
    """
    if feed.source == "text":
        return _text(feed, inputs)
    if feed.source == "numbers":
        return _numbers(feed, inputs)
    _check_size(feed.steps, inputs)
    x = GENERATORS[feed.source](np.random.default_rng(seed), feed.steps, inputs)
    return Sequence(x, _counted(feed.steps), _names(inputs))


def _text(feed: Feed, inputs: int) -> Sequence:
    if feed.vocabulary is None:
        raise TextError(
            "A text needs the vocabulary of the model: a file with one token a line, in the order "
            "of training, or with a vector for each token."
        )
    _check_size(len(feed.vocabulary.taken_apart(feed.text)), inputs)
    return feed.vocabulary.encode(feed.text, inputs)


def _numbers(feed: Feed, inputs: int) -> Sequence:
    if feed.numbers is None:
        raise TextError("There are no numbers yet; upload a CSV or NPY file.")
    steps, width = feed.numbers.shape
    if width != inputs:
        raise ShapeError(
            "The numbers have {width} columns; the layer takes {inputs} inputs, so a row of "
            "{inputs} is needed for each step.",
            width=width,
            inputs=inputs,
        )
    return Sequence(feed.numbers, _counted(steps), feed.channels or _names(inputs))


def _check_size(steps: int, inputs: int) -> None:
    if steps * inputs > MOST_NUMBERS:
        raise RangeError(
            "{steps:,} steps of {inputs:,} inputs are too many numbers; up to {most_numbers:,} "
            "steps fit a layer of so many inputs: feed it fewer.",
            steps=steps,
            inputs=inputs,
            most_numbers=MOST_NUMBERS // inputs,
        )


def _names(inputs: int) -> tuple[str, ...]:
    return ("x",) if inputs == 1 else tuple(f"x{at + 1}" for at in range(inputs))


def _counted(steps: int) -> tuple[str, ...]:
    return tuple(str(step + 1) for step in range(steps))


def _too_long(steps: int) -> RangeError:
    return RangeError(
        "There are {steps:,} steps; up to {max_steps:,} are run: take a part of them.",
        steps=steps,
        max_steps=MAX_STEPS,
    )
