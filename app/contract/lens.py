"""What the stage is told of the lens that is open: its charts, and what can be asked of it."""

from typing import Literal, TypedDict

from app.contract.base import Key
from app.contract.screen import HeldAt, Wiring
from gru_core.conventions import Cell


class ViewName(TypedDict):
    """A view, and a line on what it shows."""

    view: str
    label: str
    help: str


class Question(TypedDict):
    """Views under the question that they answer."""

    question: str
    views: list[ViewName]


class Choice(TypedDict):
    """What can be asked of a lens."""

    value: str
    label: str


class HeldOne(HeldAt):
    """The same in words, with its value. place: its name. open: to the end, however long."""

    place: str
    open: bool
    value: float
    text: str


class HoldTrack(TypedDict):
    """A track that can be held, the ends of its slider, and how many units it has."""

    track: str
    name: str
    symbol: str
    low: float
    high: float
    units: int


class Ablation(TypedDict):
    """A gate taken away. keep: whether its value can be chosen.

    holds: the tracks that are held for it, at values as the core has them.
    """

    name: str
    hint: str
    keep: bool
    holds: dict[str, float]


class Holdable(TypedDict):
    """What can be held in the opened cell, and what is. keep: the value of an ablated gate."""

    cell: Cell
    units: int
    tracks: list[HoldTrack]
    held: list[HeldOne]
    ablations: list[Ablation]
    keep: float


class Pin(TypedDict):
    """Whether a setting is pinned."""

    pinned: bool


class Asked(TypedDict):
    """A question of the lens that finds units; steps are counted from 0."""

    track: str
    first: int
    last: int
    threshold: float
    begins: bool
    ends: bool


class FoundPlace(TypedDict):
    """Steps where units are on again: how many of them, and how many others; and what is read."""

    first: int
    last: int
    on: int
    others: int
    before: str
    read: str
    after: str


class Sought(Asked):
    """A question and its answer. count: units that are on through the span."""

    count: int
    places: list[FoundPlace]


class Reaching(TypedDict):
    """What decides how far gradients reach: a bias to drag, or "", and its value at first."""

    target: str
    value: float


class SiftWords(TypedDict):
    """What the controls of the view of many texts are called; only that view needs them."""

    unit: str
    track: str
    end: str
    above: str
    below: str
    threshold: str
    no_threshold: str
    no_unit: str
    found: str


class Sifted(TypedDict):
    """A question about the means over many texts, and the units found, counted from 0.

    asked: how they are sorted, as the question in a link begins.
    """

    asked: str
    tracks: list[Choice]
    track: str
    above: bool
    threshold: float
    units: int
    found: list[int]
    words: SiftWords


class Controls(TypedDict, total=False):
    """What the stage has controls of its own for, with what they show."""

    reaching: Reaching
    holding: Holdable
    pin: Pin
    seeking: Sought
    sifting: Sifted


class Chart(TypedDict):
    """A plot of a lens. says: of a place in it, with {row}, {column}, {value} and others."""

    part: str
    title: str
    symbol: str
    reads: Literal["grid", "across", "down", "points"]
    height: int
    width: int
    says: str
    ends: list[str]
    key: list[Key]


class HoldValue(TypedDict):
    """What to hold: of which unit, None for all, to which step, None for the end.

    value: as the notation has it.
    """

    cell: Cell
    track: str
    unit: int | None
    first: int
    last: int | None
    value: float


class Offered(TypedDict):
    """What one press does: another scene or question by its name, a pair to compare, a hold."""

    does: Literal["scene", "of", "pair", "hold"]
    label: str
    name: str
    hold: HoldValue | None


class LensAt(TypedDict, total=False):
    """Where in the sequence a lens was looked at, as far as it follows the cursor."""

    step: int
    unit: int


class ByHand(TypedDict):
    """A text in the words of the hand that is there: clicked by a mouse, tapped by a finger."""

    mouse: str
    finger: str


class Unrolled(TypedDict):
    """A cell over the steps. backward: the chart with h of the other way; "" for none."""

    wiring: Wiring
    backward: str


class Lens(TypedDict):
    """The view that is open, and every view there is.

    inside: the opened cell itself is looked into, in the place of charts. look: what to look for.
    """

    view: str
    questions: list[Question]
    inside: bool
    look: ByHand
    of: str
    asks: str
    choices: list[Choice]
    tracks: bool
    at: LensAt
    controls: Controls
    wirings: list[Wiring]
    unrolled: Unrolled | None
    words: list[str]
    offers: list[Offered]
    waiting: bool
    notes: list[str]
    charts: list[Chart]
