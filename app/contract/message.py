"""The message to the stage: a whole screen."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from app.contract.base import Above, Ack, At, Limits
from app.contract.lens import Lens
from app.contract.lesson import Lesson
from app.contract.parts import Included, Pointed, Sweep
from app.contract.screen import (
    Edit,
    HeldAt,
    Inner,
    Input,
    Masked,
    Panel,
    Possible,
    Prediction,
    Scene,
)


class Changed(TypedDict):
    """What a change of numbers leads to besides numbers.

    page: its name, for its events. order: how many messages came before, this one included. link:
    every parameter but the cursor's, None for one that is left out. numbers: the ticket to fetch
    numbers by, and the core.
    """

    ack: Ack
    page: str
    order: int
    link: Mapping[str, str | None]
    atFirst: bool
    names: Sequence[str]
    held: list[HeldAt]
    edits: list[Edit]
    can: Possible
    answer: str
    said: str
    problems: list[str]
    numbers: str


class Brief(Changed):
    """In place of a message, to a page that computes the numbers itself.

    rests: what else is on show is of before the change, and only the server can tell it anew: a
    page asks once nobody changes anything for a moment.
    """

    rests: bool


class Anew(Brief):
    """In place of a message, to a page that computes the numbers itself: the lens, made of them.

    All else of its last whole message is as it was, and nothing rests. parts, included, own: as in
    a message.
    """

    cursor: At
    lens: Lens
    parts: dict[str, str]
    included: dict[str, Included]
    own: list[str]


class Message(Changed):
    """A whole screen, less the parts that the page has already.

    arrived: how often the address has led here. above: what Streamlit has drawn above the stage
    that is of another choice, so that the page is to run: something that is seen, at once; what is
    behind a button, once somebody reaches for it. title: of the page. chosen: in the stage's own
    lists, by their names. core: what the numbers before any edit are called (core.Core); None where
    the page cannot compute the screen. parts: every part's digest. own: those that the page
    computes itself and did not want; their digests are of what it had. short: whether this site
    makes short links. words: what the stage says, None but for a page that has nothing yet.
    """

    opened: str
    arrived: int
    above: Above
    title: str
    chosen: Mapping[str, str]
    scene: Scene
    labels: Sequence[str] | int
    masked: list[Masked]
    cursor: At
    x: Input
    inner: Inner
    lens: Lens
    prediction: Prediction | None
    lesson: Lesson | None
    help: Mapping[str, str]
    dark: dict[str, str]
    limits: Limits
    panels: list[Panel]
    sweep: Sweep | None
    pointed: Pointed | None
    core: str | None
    parts: dict[str, str]
    included: dict[str, Included]
    own: list[str]
    short: bool
    words: Mapping[str, str | Mapping[str, str]] | None
