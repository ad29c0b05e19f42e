"""What a page says of itself beside its setting: what it has already, and what it asks for now.

Nothing of it is in a link, and no number depends on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.contract import Above, Ack
from gru_core.situation import Target


@dataclass(frozen=True)
class Grab:
    """A cell taken hold of: its sweep is wanted. The cursor says whose numbers to send in full.

    Or one that is only pointed at: its value is wanted, or without a target those of the tracks.
    """

    target: Target | None
    step: int
    unit: int
    held: bool = True


@dataclass(frozen=True)
class Page:
    """The page that a message is for."""

    ack: Ack = field(default_factory=lambda: Ack(client="", seq=0))
    arrived: int = 0  # how often the address has led to its screen
    above: Above = ""  # what is drawn above the stage and is of another choice
    sent: Mapping[str, Any] = field(default_factory=dict)  # the parts that it has, by their names
    gates: Mapping[str, str] = field(default_factory=dict)  # cell to the gate on show
    grab: Grab | None = None
    looked: int | None = None  # a unit whose numbers are wanted
    wholes: frozenset[str] = frozenset()  # parts of which every number is wanted
    own: bool = False  # whether it has computed the numbers of its screen itself
    undo: bool = False  # whether there is something to undo
    redo: bool = False
    problems: tuple[str, ...] = ()  # to be told before those of the screen
    answer: str = ""  # to the last event, if it went wrong
    said: str = ""  # of what the last event has done
    ticket: str = ""  # by which the numbers of its screen are fetched
    name: str = ""  # by which it reports what is done on it
    order: int = 0  # of the message among all that were made for it
