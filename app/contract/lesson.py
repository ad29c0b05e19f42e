"""A step of a lesson, as the panel beside the stage shows it."""

from collections.abc import Mapping, Sequence
from typing import TypedDict


class NumberAt(TypedDict):
    """One number of a trace; step and unit are counted from 0."""

    cell: str
    track: str
    step: int
    unit: int


class Goal(TypedDict):
    """What must be so on the stage, all of it. low, high: None where there is no end.

    step, unit: of the cursor, counted from 0. What is empty or None is not asked for.
    """

    number: NumberAt | None
    low: float | None
    high: float | None
    edited: str
    held: str
    step: int | None
    unit: int | None
    view: str
    notation: str


class Ask(TypedDict):
    """A question. right: the place of the right choice, from 0; because: a sentence on each."""

    question: str
    choices: Sequence[str]
    right: int
    because: Sequence[str]


class GuessAt(TypedDict):
    """A place of the cursor, counted from 0."""

    step: int
    unit: int


class Guess(TypedDict):
    """A number to guess. value: what it is; at: the step and unit that it is of, if it is of
    one; low, high: where it lies in any case, if that is known.
    """

    question: str
    value: float
    at: GuessAt | None
    near: float
    low: float | None
    high: float | None


class WayOn(TypedDict):
    """The step of another lesson."""

    key: str
    title: str


class Lesson(TypedDict):
    """A step. key: as links and events name it; step: from 1. place: where it is done or seen: a
    target, "holding", "views", "notation", "lens", "cell"; empty where that goes without saying.
    look: "first" where the first view is enough. scene, notation: of the screen that it is about,
    by their names; own: the notation where no other one is chosen. given: numbers that the step
    itself has changed. words: what the panel says.
    """

    key: str
    name: str
    title: str
    step: int
    steps: int
    text: str
    do: str
    check: Goal | None
    ask: Ask | None
    guess: Guess | None
    reveal: str
    place: str
    look: str
    scene: str
    notation: str
    own: str
    given: Mapping[str, float]
    following: WayOn | None
    words: Mapping[str, str | Mapping[str, str]]
