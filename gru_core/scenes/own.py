"""A scene of the visitor's own making: a generator, a text or numbers, and a layer drawn for it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core import checks
from gru_core.arrays import Array
from gru_core.errors import RangeError, ShapeError, TextError, unknown_name
from gru_core.initialize import SCHEMES, Scheme
from gru_core.inputs.sequences import SEQUENCES, Sequence
from gru_core.inputs.tables import MAX_COLUMNS, MAX_VALUE
from gru_core.inputs.text_input import ENCODINGS, Encoding, encode_text
from gru_core.scenes.files import MAX_SEED, MAX_UNITS
from gru_core.scenes.scene import Scene
from gru_core.scenes.stories import Story

SOURCES: Final[tuple[str, ...]] = (*SEQUENCES, "text", "numbers")
NAME: Final = "own"
TITLE: Final = "Your own numbers"

MAX_STEPS: Final = 10_000
# The fewest steps in which a task can be asked; one for all others.
LEAST_STEPS: Final[Mapping[str, int]] = MappingProxyType({"copy": 3, "adding": 2})
# The copying task of Arjovsky et al. 2016 and others has ten symbols to remember, however long.
MOST_COPIED: Final = 10
# Of a text's own alphabet: as many as Python's string.printable holds, twice over and more.
MAX_ALPHABET: Final = 256
# Steps × units above which a run is in float32: half the memory and bytes for every track, and
# about half the time.
FLOAT32_FROM: Final = 100_000

# For each source, what is shown (two sentences) and what to try (one).
_WORDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "pulse": (
            "One pulse in silence, and layers with drawn weights. What is left of it after each "
            "step is what they remember.",
            "Drag the pulse to another height and see which units follow.",
        ),
        "copy": (
            "Symbols, a pause, and a signal to say them again. Drawn weights have not learned to, "
            "but what they carry through the pause can be seen.",
            "Change a symbol and look for units that still differ at the signal.",
        ),
        "adding": (
            "Numbers, two of which are marked to be added. Drawn weights have not learned to, but "
            "the marks leave their traces.",
            "Move a mark to another step and see what changes.",
        ),
        "parity": (
            "Random bits, to be counted as odd or even. Drawn weights have not learned to, but "
            "each bit moves the state.",
            "Turn one bit around and see for how many steps the state differs.",
        ),
        "sine": (
            "A sine wave, and layers with drawn weights. Units follow it, lag behind it or hardly "
            "move.",
            "Change the bias of an update gate and see how far its unit lags.",
        ),
        "noise": (
            "Independent random numbers, and layers with drawn weights. The more a unit keeps, the "
            "smoother its line.",
            "Compare a unit with a high update gate and one with a low one.",
        ),
        "text": (
            "Your text, one character a step, and layers with drawn weights. Equal characters "
            "enter as equal numbers, and the state tells them apart by what came before.",
            "Find a character that occurs twice and compare the state at both places.",
        ),
        "numbers": (
            "Your numbers, one row a step, and layers with drawn weights. What you see is how such "
            "layers respond before any training.",
            "Change one number and see which units respond, and for how long.",
        ),
    }
)


# Where every weight is zero the sentences above would be wrong, whatever the source.
_ZEROS: Final = (
    "Every weight is zero, so each gate stays at one half and every state at zero. Whatever the "
    "input, nothing gets in.",
    "Set one weight of the candidate and see what comes through.",
)


@dataclass(frozen=True)
class Own:
    """What is asked for in place of a prepared scene. Compared by value, numbers included.

    What the source does not use is ignored. Errors: UnknownNameError, RangeError, ShapeError.
    """

    source: str = "sine"  # one of SOURCES
    steps: int = 48  # of a generator; a text and numbers have their own length
    units: int = 16
    scheme: Scheme = "xavier"
    text: str = ""
    alphabet: str = ""  # characters that a text may have; those that it has if empty
    encoding: Encoding = "one-hot"
    size: int = 8  # numbers a character, when embedded
    numbers: Array | None = field(default=None, compare=False)  # (step, channel)
    channels: tuple[str, ...] = ()  # names for the channels of numbers, or none
    # Arrays have no equality that a dataclass could use.
    _content: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        for what, value, known in (
            ("source", self.source, SOURCES),
            ("initialization", self.scheme, SCHEMES),
            ("encoding", self.encoding, ENCODINGS),
        ):
            if value not in known:
                raise unknown_name(what, value, known)
        if checks.whole("units", self.units, 1) > MAX_UNITS:
            raise RangeError(
                "units is {units}; {max_units} units at most: choose fewer.",
                units=self.units,
                max_units=MAX_UNITS,
            )
        if len(self.alphabet) > MAX_ALPHABET:
            raise RangeError(
                "The alphabet has {count} characters; {max_alphabet} at most: leave out those "
                "that the text does not have.",
                count=len(self.alphabet),
                max_alphabet=MAX_ALPHABET,
            )
        _check_steps(self.steps, LEAST_STEPS.get(self.source, 1))
        if self.numbers is not None:
            numbers = _checked(self.numbers, self.channels)
            content = hashlib.sha256(np.array(numbers.shape).tobytes() + numbers.tobytes())
            object.__setattr__(self, "numbers", numbers)
            object.__setattr__(self, "_content", content.hexdigest())

    def __reduce__(self) -> tuple[Any, ...]:
        # Rebuilding through __init__ keeps the numbers read-only after copy and pickle.
        return Own, tuple(getattr(self, f.name) for f in fields(self) if f.init)


def own_scene(own: Own, seed: int) -> Scene:
    """The scene that was asked for; equal arguments give equal scenes.

    seed: draws the sequence here, and the weights in gru_core.scenes.scene.situation.
    Errors: RangeError for the seed; TextError, EmptySequenceError, RangeError for the source.
    """
    if checks.whole("seed", seed, 0) > MAX_SEED:
        raise RangeError(
            "seed is {seed}; it needs a whole number from 0 to {max_seed}.",
            seed=seed,
            max_seed=MAX_SEED,
        )
    sequence = _sequence(own, np.random.default_rng(seed))
    if own.units * len(sequence.x) > FLOAT32_FROM:
        sequence = replace(sequence, x=sequence.x.astype(np.float32))
    story, attempt = _ZEROS if own.scheme == "zeros" else _WORDS[own.source]
    return Scene(
        *(NAME, TITLE, Story.plain(story, attempt)),
        sequence=sequence,
        units=own.units,
        seed=seed,
        scheme=own.scheme,
    )


def _sequence(own: Own, rng: np.random.Generator) -> Sequence:
    if own.source == "text":
        alphabet = own.alphabet or None
        return encode_text(own.text, alphabet, own.encoding, size=own.size, rng=rng)
    if own.source == "numbers":
        return _numbers(own)
    if own.source == "copy":
        # The task has 2 · length + delay + 1 steps; a quarter is for the symbols.
        length = min(MOST_COPIED, max(1, (own.steps - 1) // 4))
        return SEQUENCES["copy"](rng, length=length, delay=own.steps - 1 - 2 * length)
    return SEQUENCES[own.source](rng, steps=own.steps)


def _numbers(own: Own) -> Sequence:
    if own.numbers is None:
        raise TextError("There are no numbers yet; paste some, or upload a file.")
    count = own.numbers.shape[1]
    names = ("x",) if count == 1 else tuple(f"x{i + 1}" for i in range(count))
    labels = tuple(str(step + 1) for step in range(len(own.numbers)))
    return Sequence(own.numbers, labels, own.channels or names)


def _checked(numbers: Array, channels: tuple[str, ...]) -> Array:
    values = checks.sequence("numbers", numbers, dtype=np.dtype(np.float64))
    _check_steps(len(values), 1)
    count = values.shape[1]
    if count > MAX_COLUMNS:
        raise RangeError(
            "numbers has {count} channels; {max_columns} at most: choose fewer.",
            count=count,
            max_columns=MAX_COLUMNS,
        )
    if np.abs(values).max() > MAX_VALUE:
        raise RangeError(
            "numbers has one beyond {max_value:,.0f} in magnitude: scale them down.",
            max_value=MAX_VALUE,
        )
    if channels and len(channels) != count:
        raise ShapeError(
            "channels has {count} names; numbers has {needed} columns: give one for each.",
            count=len(channels),
            needed=count,
        )
    return values


def _check_steps(steps: int, low: int) -> None:
    if checks.whole("steps", steps, low) > MAX_STEPS:
        raise RangeError(
            "steps is {steps:,}; {max_steps:,} steps at most: more would not fit into the "
            "picture or the time of one visit.",
            steps=steps,
            max_steps=MAX_STEPS,
        )
