"""What a question is: as it is written, and as one seed asks it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from app.setting.claims import Sight


@dataclass(frozen=True)
class Choices:
    """Answers to choose from."""

    texts: tuple[str, ...]
    right: int  # counted from 0
    because: tuple[str, ...]  # one for each


@dataclass(frozen=True)
class Numeric:
    """A number to be worked out, of numbers that a seed draws."""

    maker: str  # one of makers.MAKERS
    because: str  # a template as the question is, with {answer} besides
    near: float  # how far off an answer counts; 0 for a whole number
    shows: str  # where the linked screen has the answer: gru_core/scenes/quoted.py; or empty


@dataclass(frozen=True)
class Question:
    """One question as a file has it; that of a Numeric is a template with its maker's fields."""

    name: str  # the same for good: stored progress knows it by this
    theme: str
    text: str
    answers: Choices | Numeric
    sight: Sight  # the screen that proves the answer
    claims: tuple[int, ...]  # of docs/claims.md
    belief: str = ""  # what is often believed instead


@dataclass(frozen=True)
class Choice:
    """One answer to choose, and why it is right or is not."""

    text: str
    right: bool
    because: str


@dataclass(frozen=True)
class Number:
    """The answer that is a number."""

    value: float
    said: str  # the same as people read it
    near: float
    because: str


Answers: TypeAlias = tuple[Choice, ...] | Number


@dataclass(frozen=True)
class Drawn:
    """A question as one seed asks it."""

    name: str
    theme: str
    text: str
    answers: Answers
    sight: Sight
    belief: str


@dataclass(frozen=True)
class Made:
    """What a maker makes of chance: numbers for the texts, the answer, and a screen with them."""

    fields: Mapping[str, str]  # as people read them
    answer: float
    query: Mapping[str, str]  # added to the question's link
