"""A gate, a candidate or a state held at a value: what it is, its text for a link, where it fits.

While a step lies in its span, a track is replaced by the value once it has been computed, and
everything after it, in that step and in later ones, sees the value. Of several interventions on
the same number the last of the list wins. An intervention is written cell.track.unit.steps, "_"
and value, everything counted from 0; a list is joined by "~":

    gru.update.3.4-9_1.0~gru.reset.all.all_0.0~lstm.cell.0.7_2.5~rnn.hidden.1.4-end_0.0
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Self, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.changes import pieces
from gru_core.changes.pieces import Rejected
from gru_core.conventions import (
    MAX_MAGNITUDE,
    RANGES,
    SIGMOID_TRACKS,
    STATES,
    TRACKS,
    Cell,
    Polarity,
    shown_update,
)
from gru_core.ends import limits_of
from gru_core.errors import RangeError, ShapeError, TextError, shown, unknown_name
from gru_core.weights import Weights
from gru_core.words import Said

ALL, END = "all", "end"
_FORM = "cell.track.unit.steps_number, as in gru.update.3.4-9_1.0"
_UNIT = re.compile(r"0|[1-9][0-9]{0,8}")
_STEPS = re.compile(rf"({_UNIT.pattern})(?:-({_UNIT.pattern}|{END}))?")


@dataclass(frozen=True)
class Intervention:
    """One track of a cell, held at a value: for one unit or all, over some steps or all.

    The update gate's value is that of the core, whose update gate keeps; see shown_value.
    Errors: UnknownNameError, RangeError, NotFiniteError, ShapeError, DtypeError.
    """

    cell: Cell
    track: str  # one of conventions.TRACKS[cell]
    value: float  # within limits(cell, track), of whatever its layer ends in
    unit: int | None = None  # counted from 0; None for all
    first: int = 0  # the first step, counted from 0
    last: int | None = None  # the last step, itself included; None for the end of the sequence

    def __post_init__(self) -> None:
        limits(self.cell, self.track)  # a wrong name is named before a wrong number
        value = checks.floats(f"the value of {self.name}", self.value)
        if value.ndim:
            raise ShapeError(
                "the value of {name} has shape {shape}; it needs one number: make an "
                "intervention for each.",
                name=self.name,
                shape=value.shape,
            )
        # Zero has no sign here, so that equal interventions have equal texts.
        object.__setattr__(self, "value", float(value) + 0.0)
        check_value(self, "linear")  # no layer is known here: the one that reaches farthest
        for name in ("unit", "first", "last"):
            index = getattr(self, name)
            if name == "first" or index is not None:
                whole = checks.whole(f"{_LABELS[name]} of {self.name}", index, low=0)
                object.__setattr__(self, name, whole)
        if self.last is not None and self.last < self.first:
            raise RangeError(
                "{name} is held from step {first} to {last}, counted from 1; the first step "
                "cannot come after the last: swap them.",
                name=self.name,
                first=self.first + 1,
                last=self.last + 1,
            )

    def __str__(self) -> str:
        return f"{self.place}_{self.value!r}"

    @property
    def name(self) -> str:
        """How an error calls the track, such as `gru.update`."""
        return f"{self.cell}.{self.track}"

    @property
    def place(self) -> str:
        """Its text without the value: which numbers are held, such as `gru.update.3.4-9`."""
        steps = str(self.first)
        if self.last is None:
            steps = f"{self.first}-{END}" if self.first else ALL
        elif self.last > self.first:
            steps = f"{self.first}-{self.last}"
        return f"{self.name}.{ALL if self.unit is None else self.unit}.{steps}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an intervention from its text. Errors: TextError, and those of the class."""
        place, value = pieces.name_and_value(text, _FORM)
        words = place.split(".")
        if len(words) != 4:
            raise TextError(
                "{text} has {count} words before its value; it needs 4: write {form}.",
                text=shown(text),
                count=len(words),
                form=_FORM,
            )
        cell, track, unit, steps = words
        limits(cell, track)  # a wrong name is named before a wrong number
        return cls(cast("Cell", cell), track, value, _unit(text, unit), *_span(text, steps))

    def within(self, first: int, end: int) -> Self | None:
        """What is left of the intervention in a part of its sequence; None if nothing is.

        The part goes from step `first` to before step `end`; its own steps are counted from 0.
        """
        last = end - 1 if self.last is None else min(self.last, end - 1)
        begin = max(self.first, first)
        if last < begin:
            return None
        return replace(self, first=begin - first, last=None if self.last is None else last - first)

    def mirrored(self, steps: int) -> Self:
        """The intervention with its steps counted from the end of a sequence of so many steps."""
        last = steps - 1 if self.last is None else self.last
        return replace(self, first=steps - 1 - last, last=steps - 1 - self.first)


_LABELS = {"unit": "unit", "first": "first step", "last": "last step"}


class ParsedInterventions(NamedTuple):
    """What was understood, in order, and what was not."""

    interventions: tuple[Intervention, ...]
    rejected: list[Rejected]


def format_interventions(interventions: Iterable[Intervention]) -> str:
    """The text of a list of interventions; the empty text for none."""
    return pieces.join(interventions)


def parse_interventions(text: str) -> ParsedInterventions:
    """Read a list. Nothing is raised and nothing dropped: refusals come with reasons."""
    return ParsedInterventions(*pieces.read(text, Intervention.parse))


def limits(cell: str, track: str, state_activation: str = "tanh") -> tuple[float, float]:
    """The least and the greatest value a track may be held at. Errors: UnknownNameError.

    A gate and a candidate stay where what they end in could have put them. A state may
    be held at whatever an initial state may be: also a hidden state beyond 1, which no tanh gives.
    """
    if cell not in TRACKS:
        raise unknown_name("cell", cell, TRACKS)
    if track not in TRACKS[cell]:
        raise unknown_name(f"{cell.upper()} track", track, TRACKS[cell])
    if track in STATES[cell]:
        return -MAX_MAGNITUDE, MAX_MAGNITUDE
    if track in SIGMOID_TRACKS:
        return RANGES["gate"]
    low, high = limits_of(state_activation)
    return max(low, -MAX_MAGNITUDE), min(high, MAX_MAGNITUDE)


def check_value(held: Intervention, state_activation: str) -> None:
    """Raise RangeError unless a track of a layer with this activation can have the value."""
    low, high = limits(held.cell, held.track, state_activation)
    if not low <= held.value <= high:
        raise RangeError(
            "the value of {name} is {value:g}; what the sigmoid of a gate gives lies between "
            "{low:g} and {high:g}: choose a number from there."
            if held.track in SIGMOID_TRACKS
            else "the value of {name} is {value:g}; what the {activation} of a candidate gives "
            "lies between {low:g} and {high:g}: choose a number from there.",
            name=held.name,
            value=held.value,
            activation=state_activation,
            low=low,
            high=high,
        )


def shown_value(cell: Cell, track: str, value: float, polarity: Polarity) -> float:
    """A track's value as a notation shows it: 1 - value for the update gate under write.

    And back: what is typed in a notation becomes the core's own value the same way.
    """
    if (cell, track) != ("gru", "update"):
        return value
    return float(shown_update(np.asarray(value, np.float64), polarity))


def check_intervention(
    intervention: Intervention, weights: Mapping[Cell, Weights], steps: int
) -> None:
    """Refuse what has no place among these layers and in a sequence of so many steps.

    Errors: UnknownNameError for a cell that is not there, RangeError for a unit, a step or a value.
    """
    held = intervention
    if held.cell not in weights:
        raise unknown_name("cell to intervene in", held.cell, weights)
    units = weights[held.cell].size(held.track)
    if held.unit is not None and held.unit >= units:
        projected = units != weights[held.cell].units
        raise RangeError(
            "{held} holds number {unit}, counted from 1; the {cell} projects its hidden state to "
            "{units}: use 1 to {units}."
            if projected
            else "{held} holds unit {unit}, counted from 1; the {cell} has {units}: use 1 to "
            "{units}.",
            held=held,
            unit=held.unit + 1,
            cell=held.cell.upper(),
            units=units,
        )
    check_value(held, weights[held.cell].state_activation)
    last = held.first if held.last is None else held.last
    if last >= steps:
        span = "steps {first} to {last}"
        if held.last is None:
            span = "steps {first} to the end"
        elif held.last == held.first:
            span = "step {first}"
        raise RangeError(
            "{held} holds {span}, counted from 1; the sequence has {steps}: use 1 to {steps}.",
            held=held,
            span=Said(span, first=held.first + 1, last=last + 1),
            steps=steps,
        )


def held_by(
    interventions: Sequence[Intervention], track: str, steps: int, units: int
) -> npt.NDArray[np.int32]:
    """Which of the interventions holds a track where: (step, unit), -1 where none does."""
    found = np.full((steps, units), -1, np.int32)
    for index, held in enumerate(interventions):
        if held.track == track:
            end = None if held.last is None else held.last + 1
            found[held.first : end, slice(None) if held.unit is None else held.unit] = index
    return found


def at_step(interventions: Iterable[Intervention], step: int) -> tuple[Intervention, ...]:
    """What of these is held during one step, as in a sequence of that step alone."""
    parts = [one.within(step, step + 1) for one in interventions]
    return tuple(part for part in parts if part is not None)


def _unit(text: str, word: str) -> int | None:
    if word == ALL:
        return None
    if not _UNIT.fullmatch(word):
        raise TextError(
            "{text} has {word} as its unit; it needs a whole number from 0, or {all}.",
            text=shown(text),
            word=shown(word),
            all=ALL,
        )
    return int(word)


def _span(text: str, word: str) -> tuple[int, int | None]:
    """The first and the last step."""
    if word == ALL:
        return 0, None
    found = _STEPS.fullmatch(word)
    if not found:
        raise TextError(
            "{text} has {word} as its steps; it needs whole numbers from 0 as in 4-9, 4 or "
            "4-{end}, or {all}.",
            text=shown(text),
            word=shown(word),
            end=END,
            all=ALL,
        )
    first, last = found.groups()
    return int(first), None if last == END else int(first if last is None else last)
