"""What the page computes with: the core's own programs, and the numbers before any edit."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from app.contract.base import Row


class Operation(TypedDict):
    """One thing that a program does; gru_core/recording.py says what the fields mean."""

    kind: str
    of: Sequence[int]
    shape: Sequence[int]
    at: NotRequired[int]
    value: NotRequired[float]
    track: NotRequired[str]


class Program(TypedDict):
    """Operations one after the other. given: names and shapes; made: slots by name."""

    given: Sequence[tuple[str, Sequence[int]]]
    operations: Sequence[Operation]
    made: dict[str, int]


class CoreCell(TypedDict):
    """One cell. states: what is carried on, and its name before a step; the weights in one row.

    bound, bias: how far a weight and a bias are dragged.
    """

    step: Program
    numbers: Program
    vectors: Program
    units: int
    states: Sequence[tuple[str, str]]
    gates: Sequence[str]
    signs: Sequence[int]
    weights: dict[str, Row]
    initials: list[Row]
    ranges: dict[str, tuple[float, float]]
    bound: float
    bias: float


class Core(TypedDict):
    """A scene before any edit. single: whether its numbers are of 32 bits. x: step by step.

    most: the magnitude above which a state is refused. factors: of a sum, up to which an equation
    writes it out. bounds: how far a number is dragged, by what it is.
    """

    x: Row
    inputs: int
    cells: dict[str, CoreCell]
    single: bool
    most: float
    factors: int
    bounds: dict[str, float]


class Check(TypedDict):
    """What NumPy makes of a screen, to compare with. steps: those that it is of.

    cells: by cell and track, one step after the other.
    """

    steps: list[int]
    cells: dict[str, dict[str, Row]]
