"""What server and browser say to each other: the message to the stage, and its events.

This is the only place where their shapes are written. `python -m scripts.contract` writes them as
types for the browser (assets/stage/contract.d.ts); a test fails when the two drift, and another
when a message is not what stands here. Nothing that comes from a browser is trusted for it: every
event is checked where it is read (app/session/events.py).
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

import numpy as np

from gru_core.conventions import Cell
from gru_core.weights import Part

# What an array is in the browser, by its rows (app/messages/wire.py).
Row: TypeAlias = Annotated[np.ndarray, "Numbers"]
Rows: TypeAlias = Annotated[np.ndarray, "Numbers[]"]
Bytes: TypeAlias = Annotated[np.ndarray, "Uint8Array[]"]
ByteRows: TypeAlias = Annotated[np.ndarray, "Uint8Array[][]"]
# Numbers, rows of them, vectors of them.
Tensor: TypeAlias = Annotated[np.ndarray, "any"]
# A figure as plotly.js takes it, under Plotly's own names.
Plotly: TypeAlias = Annotated[Any, "any"]
Dash: TypeAlias = str  # of a line, or a mark, as Plotly names it

# From the server -------------------------------------------------------------------------------


class Ack(TypedDict):
    """The last event that was handled, of which page."""

    client: str
    seq: int


class At(TypedDict):
    """A place of the cursor, counted from 0."""

    step: int
    unit: int


class Limits(TypedDict):
    """Sizes that both ends keep to."""

    block: int  # numbers of one answer of the route of numbers
    rows: int  # of a vector in the wiring


class Way(TypedDict):
    """To another scene."""

    name: str
    title: str


class Handle(TypedDict):
    """What to drag first, and its value before any edit."""

    target: str
    value: float


class Reading(TypedDict):
    """What the Reader reads and says."""

    word: str | None
    phonemes: Sequence[str]


Scene = TypedDict(
    "Scene",
    {
        "name": str,
        "title": str,
        "story": str,
        "next": Way,
        "try": str,
        "again": str | None,
        "reading": Reading | None,
        "handle": Handle | None,
        "first": bool,
    },
)
Scene.__doc__ = "The scene and its story. first: whether there is a first view of it."


class Input(TypedDict):
    """The input, and how it is drawn. lines: whether it has few enough channels for lines."""

    channels: Sequence[str]
    bound: str
    color: str
    dash: Dash
    lines: bool
    note: str


class Segment(TypedDict):
    """The columns of a joined matrix that are of one part."""

    part: Part
    start: int
    size: int


class Gate(TypedDict):
    """A gate or another quantity: what it is called, and how it is drawn."""

    gate: str
    name: str
    symbol: str
    says: str
    color: str
    dash: Dash


class Track(Gate):
    """One heatmap. scale: whose colours it has."""

    track: str
    scale: str


class Initial(TypedDict):
    """A state before the first step. of: the track that goes on from it."""

    of: str
    part: str
    symbol: str


class Panel(TypedDict):
    """One cell of the screen. order: its units from top to bottom. shown: gates with weights."""

    cell: Cell
    name: str
    unlike: str
    units: int
    note: str
    order: Sequence[int]
    tracks: list[Track]
    initials: list[Initial]
    gates: list[Gate]
    shown: Sequence[str]
    segments: list[Segment]
    bound: str


class EquationNode(TypedDict, total=False):
    """A piece of an equation; app/figures/nodes.py says what the letters mean."""

    o: str
    c: str
    v: str
    s: str
    f: str
    a: "list[EquationNode]"
    p: "list[EquationNode]"
    k: str
    n: str
    d: str
    w: str
    x: str
    q: str
    r: bool


class EquationLine(TypedDict):
    """left = symbols = numbers = …, each a row of nodes."""

    left: list[EquationNode]
    symbols: list[EquationNode]
    numbers: Sequence[list[EquationNode]]


class Substep(TypedDict):
    """One of the things that happen within a timestep, in order. quantity: what it computes."""

    quantity: str
    name: str
    lines: Sequence[EquationLine]


class End(TypedDict):
    """A function that gates or states end in."""

    symbol: str
    says: str


class Ends(TypedDict):
    """What a cell's gates and its states end in."""

    gate: End
    state: End


class Quantity(TypedDict):
    """A letter of the wiring."""

    symbol: str
    name: str
    color: str


class Wiring(TypedDict):
    """A cell's wiring in the notation on screen."""

    cell: Cell
    polarity: str
    placement: str
    ends: Ends
    quantities: dict[str, Quantity]


class CellName(TypedDict):
    """A cell on screen."""

    cell: Cell
    name: str


class Term(TypedDict):
    """A letter or a word, and what it means. quantity: the track that it stands for."""

    symbol: str
    says: str
    quantity: str


class Inner(Wiring):
    """The opened cell."""

    cells: list[CellName]
    form: Literal["split", "joined"]
    substeps: list[Substep]
    notes: list[str]
    terms: list[Term]


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


class HeldAt(TypedDict):
    """Where a track is held: a unit, or None for all; the first step, and the last one."""

    cell: Cell
    track: str
    unit: int | None
    first: int
    last: int


class HeldOne(HeldAt):
    """The same in words, with its value. place: its name. open: to the end, however long."""

    place: str
    open: bool
    value: float
    text: str


class HoldTrack(TypedDict):
    """A track that can be held, and the ends of its slider."""

    track: str
    name: str
    symbol: str
    low: float
    high: float


class Ablation(TypedDict):
    """A gate taken away. keep: whether its value can be chosen."""

    name: str
    hint: str
    keep: bool


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


class Controls(TypedDict, total=False):
    """What the stage has controls of its own for, with what they show."""

    holding: Holdable
    pin: Pin
    seeking: Sought


class Key(TypedDict):
    """A line or a mark of a chart, and its name."""

    color: str
    dash: Dash
    name: str


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


class ScenePlace(TypedDict):
    """A scene that shows what this one cannot."""

    scene: str
    label: str


class LensAt(TypedDict, total=False):
    """Where in the sequence a lens was looked at, as far as it follows the cursor."""

    step: int
    unit: int


class Lens(TypedDict):
    """The view that is open, and every view there is.

    inside: the opened cell itself is looked into, in the place of charts. look: what to look for.
    """

    view: str
    questions: list[Question]
    inside: bool
    look: str
    of: str
    asks: str
    choices: list[Choice]
    tracks: bool
    at: LensAt
    controls: Controls
    wirings: list[Wiring]
    words: list[str]
    offers: list[ScenePlace]
    waiting: bool
    notes: list[str]
    charts: list[Chart]


class PredictionLine(Key):
    """A line of a prediction, with its error."""

    error: str


class Prediction(TypedDict):
    """What cells say comes next, beside what came."""

    part: str
    lines: list[PredictionLine]
    guess: str
    spread: str
    label: str


class Edit(TypedDict):
    """A changed number, and what it was."""

    target: str
    value: float
    was: float


class Possible(TypedDict):
    """Whether there is something to undo, to redo, to reset."""

    undo: bool
    redo: bool
    reset: bool


class Sweep(TypedDict):
    """The whole sequence for some values of one number.

    tracks: colours by value and row; lines: those of a unit; exact, inside, vectors: what is at the
    cursor. base: the value of now. note: why there is nothing but the values. top: the first row of
    the vectors.
    """

    target: str
    step: int
    unit: int
    values: Row
    base: int
    tracks: dict[str, ByteRows]
    lines: dict[str, Bytes]
    exact: dict[str, Row]
    inside: NotRequired[dict[str, Tensor]]
    vectors: NotRequired[dict[str, Bytes]]
    top: NotRequired[int]
    note: NotRequired[str]


class Pointed(TypedDict):
    """A number that somebody has pointed at, or those of all tracks at a place."""

    target: NotRequired[str]
    value: NotRequired[float]
    step: NotRequired[int]
    unit: NotRequired[int]
    numbers: NotRequired[dict[str, float]]


class Grid(TypedDict):
    """How many numbers a heatmap stands for, and how many of them one of its cells does."""

    rows: int
    columns: int
    tall: int
    wide: int


class AxisTold(TypedDict):
    """The rows or the columns of a table; steps and units the page names itself.

    first: steps, 0 where the state before the first step comes first. order: the unit of each.
    """

    kind: Literal["steps", "units", "names"]
    first: NotRequired[int]
    order: NotRequired[list[int]]
    names: NotRequired[list[str]]
    plural: NotRequired[str]


class SheetTold(TypedDict):
    """The numbers of a chart as a table."""

    title: str
    corner: str
    rows: AxisTold
    columns: AxisTold
    values: Rows


class LensFigure(TypedDict):
    """A chart of a lens, with its numbers."""

    data: Plotly
    layout: Plotly
    sheet: SheetTold


class Content(TypedDict):
    """Numbers without a figure: of equations, of the wiring, of single lines."""

    content: dict[str, Any]


class Figure(TypedDict):
    """A whole figure. grid: of one that is condensed."""

    data: Plotly
    layout: Plotly
    grid: NotRequired[Grid]


class Change(TypedDict):
    """Changed bits of the numbers with the digest `over`."""

    over: str
    change: Tensor


class ExactRows(TypedDict):
    """The numbers of some rows in full."""

    rows: list[int]
    numbers: Rows


class Colours(ExactRows):
    """Colours of all numbers, (step, row), and some rows in full."""

    colours: Bytes


Included: TypeAlias = Content | Figure | LensFigure | Change | ExactRows | Colours


class Message(TypedDict):
    """A whole screen, less the parts that the page has already.

    arrived: how often the address has led here. link: every parameter but the cursor's, None for
    one that is left out. numbers: the ticket to fetch numbers by. parts: every part's digest.
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
    numbers: str
    parts: dict[str, str]
    included: dict[str, Included]


# From the browser ------------------------------------------------------------------------------


class Plain(TypedDict):
    """An event that says all by its kind. ask, need: the view of now, and every part again."""

    kind: Literal["reset", "undo", "redo", "again", "pin", "unpin", "ask", "need"]


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
    """Another scene."""

    kind: Literal["scene"]
    name: str


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


Event: TypeAlias = (
    Plain
    | OfTarget
    | Commit
    | Typed
    | Drawn
    | Fill
    | OpenScene
    | Show
    | Look
    | Whole
    | SeeView
    | Hold
    | Free
    | Ablate
)
