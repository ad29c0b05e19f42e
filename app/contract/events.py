"""What the stage says: one event for everything that a visitor can do on it."""

from typing import Literal, NotRequired, TypeAlias, TypedDict

from app.contract.lens import Asked
from app.contract.screen import Edit, HeldAt


class Plain(TypedDict):
    """An event that says all by its kind. ask, need: the view of now, and every part again."""

    kind: Literal["reset", "again", "pin", "pair", "unpin", "ask", "need"]


class Changes(TypedDict):
    """All that is changed and held: numbers as the notation has them, what is held as the core."""

    edits: list[Edit]
    held: list[HeldAt]


class Back(TypedDict):
    """A step back, or forward again. to: what that leads to, for a server that has forgotten it."""

    kind: Literal["undo", "redo"]
    to: NotRequired[Changes]


class OfTarget(TypedDict):
    """A number is taken hold of, or goes back to what it was."""

    kind: Literal["grab", "revert"]
    target: str


class Commit(TypedDict):
    """A number has a new value."""

    kind: Literal["commit"]
    target: str
    value: float


class Typed(TypedDict):
    """A number as it was typed, or several as they were pasted from this cell on."""

    kind: Literal["type", "paste"]
    target: str
    text: str


class Drawn(TypedDict):
    """A stretch of one channel of the input, drawn with the hand."""

    kind: Literal["draw"]
    channel: int
    first: int
    values: list[float]


class Fill(TypedDict):
    """The weights of a gate, filled. text: the value; seed: of random ones."""

    kind: Literal["fill"]
    place: str
    way: Literal["value", "identity", "random"]
    text: NotRequired[str]
    seed: NotRequired[int]


class OpenScene(TypedDict):
    """Another scene; or a step of a lesson by its key, empty to leave the lesson."""

    kind: Literal["scene", "lesson"]
    name: str


class Choose(TypedDict):
    """What is chosen in one of the stage's own lists (app/screen/choosing.py)."""

    kind: Literal["choose"]
    name: str
    value: str


class Show(TypedDict):
    """The gate whose weights are wanted."""

    kind: Literal["show"]
    cell: str
    gate: str


class Look(TypedDict):
    """Numbers that are wanted: of a target, or of a unit (`of`), at a step (`at`)."""

    kind: Literal["look"]
    target: NotRequired[str | None]
    of: NotRequired[int]
    at: NotRequired[int]


class Whole(TypedDict):
    """A part of which every number is wanted."""

    kind: Literal["whole"]
    part: str


class SeeView(TypedDict):
    """Another way to look; what is left out stays. of, or asked: what is asked of the view."""

    kind: Literal["view"]
    cell: NotRequired[str]
    form: NotRequired[str]
    view: NotRequired[str]
    type: NotRequired[str]
    of: NotRequired[str]
    asked: NotRequired[Asked]


class HoldAt(TypedDict):
    """Where to hold. unit: None for all; last: None for the end of the sequence."""

    cell: str
    track: str
    unit: int | None
    first: int
    last: int | None


class Hold(TypedDict):
    """A track held at a value. live: the hand is still moving."""

    kind: Literal["hold"]
    at: HoldAt
    value: float
    live: bool


class Free(TypedDict):
    """What is held at a place is free again; without one, everything."""

    kind: Literal["free"]
    place: NotRequired[str]


class Ablate(TypedDict):
    """A gate taken away. value: what it is instead, where that is chosen."""

    kind: Literal["ablate"]
    name: str
    value: NotRequired[float]


class Differ(TypedDict):
    """What the page has computed is not what the server has: by how much, in which track."""

    kind: Literal["differ"]
    cell: str
    track: str
    most: float


Event: TypeAlias = (
    Plain
    | Back
    | OfTarget
    | Commit
    | Typed
    | Drawn
    | Fill
    | OpenScene
    | Choose
    | Show
    | Look
    | Whole
    | SeeView
    | Hold
    | Free
    | Ablate
    | Differ
)
