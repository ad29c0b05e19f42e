"""The message to the stage: a whole screen."""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from app.contract.base import Ack, At, Limits
from app.contract.lens import Lens
from app.contract.parts import Included, Pointed, Sweep
from app.contract.screen import Edit, HeldAt, Inner, Input, Panel, Possible, Prediction, Scene


class Elsewhere(TypedDict):
    """In place of a message: a choice above the stage was undone, so the page is to run."""

    ack: Ack
    rerun: bool


class Message(TypedDict):
    """A whole screen, less the parts that the page has already.

    page: its name, for its events. order: how many messages came before, this one included.
    arrived: how often the address has led here. link: every parameter but the cursor's, None for
    one that is left out. numbers: the ticket to fetch numbers by, and the core (core.Core), which
    is called `core`; None where the page cannot compute the screen. parts: every part's digest.
    words: what the stage says, for a page that has nothing yet.
    """

    ack: Ack
    opened: str
    arrived: int
    scene: Scene
    atFirst: bool
    labels: Sequence[str] | int
    cursor: At
    link: Mapping[str, str | None]
    x: Input
    inner: Inner
    lens: Lens
    prediction: Prediction | None
    help: Mapping[str, str]
    dark: dict[str, str]
    limits: Limits
    panels: list[Panel]
    names: Sequence[str]
    held: list[HeldAt]
    edits: list[Edit]
    can: Possible
    answer: str
    said: str
    problems: list[str]
    sweep: Sweep | None
    pointed: Pointed | None
    page: str
    order: int
    numbers: str
    core: str | None
    parts: dict[str, str]
    included: dict[str, Included]
    words: NotRequired[Mapping[str, str | Mapping[str, str]]]
