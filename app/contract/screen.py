"""What the stage is told of a screen: its scene, its cells, the opened cell and its equations."""

from collections.abc import Sequence
from typing import Literal, TypedDict

from app.contract.base import Dash, Key, Way
from gru_core.conventions import Cell
from gru_core.weights import Part


class Handle(TypedDict):
    """What to drag first, and its value before any edit."""

    target: str
    value: float


class Masked(TypedDict):
    """Steps of the input that a loaded model passes over, and which have no numbers.

    before: the step that comes next, counted from 0; after all, how many there are.
    """

    before: int
    labels: Sequence[str]


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
    """The columns of a joined matrix that are of one part; of a projection it has but one."""

    part: Part | Literal["w_p"]
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
    """One heatmap. scale: whose colours it has. units: its rows, fewer of a projected state."""

    track: str
    scale: str
    units: int


class Initial(TypedDict):
    """A state before the first step. of: the track that goes on from it."""

    of: str
    part: str
    symbol: str
    units: int


class Panel(TypedDict):
    """One cell of the screen. order: its units from top to bottom.

    projection: what makes the hidden state of all that the units let out, if anything does. shown:
    gates with weights, and that. bound: of the weights' colours. bias: how far a bias is dragged.
    """

    cell: Cell
    name: str
    unlike: str
    units: int
    note: str
    order: Sequence[int]
    tracks: list[Track]
    initials: list[Initial]
    gates: list[Gate]
    projection: Gate | None
    shown: Sequence[str]
    segments: list[Segment]
    bound: str
    bias: float


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
    """A cell's wiring in the notation on screen. projected: whether its hidden state is."""

    cell: Cell
    projected: bool
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
    """The opened cell. biases: of a gate, as the notation has them."""

    cells: list[CellName]
    biases: int
    form: Literal["split", "joined"]
    substeps: list[Substep]
    notes: list[str]
    terms: list[Term]


class HeldAt(TypedDict):
    """Where a track is held: a unit, or None for all; the first step, and the last one.

    value: as the core has it, in any notation. place: how it is named to be free again.
    """

    cell: Cell
    track: str
    unit: int | None
    first: int
    last: int
    value: float
    place: str


class PredictionLine(Key):
    """A line of a prediction, with its error."""

    error: str


class Prediction(TypedDict):
    """What cells say at each step, beside what is so."""

    part: str
    name: str
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
