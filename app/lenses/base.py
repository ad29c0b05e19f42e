"""What a lens shows: a question asked of the screen, answered by plots beside the heatmaps.

A lens is one module of this package: a function from a screen to a View. Its figures are pure
functions in app/figures, its numbers come from gru_core. The stage draws any View the same way,
with a table, a CSV file, pictures and a text alternative of each chart (assets/stage/lens/lens.js).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from app.contract import AxisTold, ByHand, Controls, HoldValue, Noun
from app.figures.figure import Figure
from app.screen.screen import Screen
from app.words.say import catalogue, say
from gru_core.arrays import Array
from gru_core.conventions import Cell


class Axis(NamedTuple):
    """What the rows or the columns of a chart are.

    steps and units are those of the screen: the cursor is marked on them, and a click moves it.
    """

    kind: Literal["steps", "units", "names"]
    names: Sequence[str] = ()  # where they are only names
    first: int = 1  # steps: 0 where the state before the first step comes first
    order: Sequence[int] = ()  # the unit of each, counted from 0; of names where each is of one
    noun: Noun | Literal[""] = ""  # of names: what they are of


STEPS = Axis("steps")
WITH_START = Axis("steps", first=0)

# How a place on a chart is read as a row (and column) of its numbers: a cell of a heatmap, a step
# of lines, a bar from top to bottom, or the nearest point.
Reading: TypeAlias = Literal["grid", "across", "down", "points"]


@dataclass(frozen=True, eq=False)
class Chart:
    """One plot and the same numbers as a table."""

    name: str  # of its part, behind "lens."
    title: str
    figure: Figure
    reads: Reading
    corner: str  # what the rows are, as one word
    rows: Axis
    columns: Axis
    values: Array  # (row, column), what the table, the CSV and the whisper show
    height: int = 190  # pixels
    width: int = 0  # pixels at most, the axes' room included; 0: all there is
    says: str = ""  # of a cell, with {row}, {column}, {value}, {percent}, {steps}
    symbol: str = ""
    # Colour, look and name of each line or mark; a look is a dash of a line, or a mark as Plotly
    # names it (assets/stage/plots/key.js).
    key: Sequence[tuple[str, str, str]] = ()
    # What both ends of a heatmap's colours stand for, where that is not the numbers that are drawn.
    ends: tuple[str, str] | tuple[()] = ()


class Choice(NamedTuple):
    """What can be asked of a lens."""

    value: str
    label: str


class Offer(NamedTuple):
    """One press away: a scene in which this lens shows more, a question, a pair, a hold."""

    does: Literal["scene", "of", "pair", "hold"]
    label: str
    name: str = ""  # of the scene, or the question as a link has it
    hold: HoldValue | None = None


@dataclass(frozen=True, eq=False)
class View:
    """A lens on one screen."""

    charts: Sequence[Chart]
    choices: Sequence[Choice] = ()
    chosen: str = ""
    asks: str = ""  # what the choices are about
    notes: Sequence[str] = ()
    words: Sequence[str] = ()  # the answer in sentences, above the charts
    waiting: bool = False  # more of it is being computed: the stage asks again
    of_server: bool = False  # it is of this server, too, not of the screen alone
    # What the stage has controls of its own for, by their names in holding.js and seeking.js.
    controls: Controls = field(default_factory=Controls)
    wirings: Sequence[Cell] = ()  # cells whose wiring is drawn, one below the other
    unrolled: bool = False  # the opened cell is drawn at the steps around the cursor
    backward: str = ""  # the chart with h of a layer that reads from the end, drawn there too
    follows: Sequence[str] = ()  # as that of the lens, which always follows; here for what is asked
    offers: Sequence[Offer] = ()  # below the words

    @property
    def lasts(self) -> bool:
        """Whether the same screen shows the same whenever it is looked at."""
        return not (self.waiting or self.of_server)


class Lens(NamedTuple):
    """One lens: what links call it, and what it shows."""

    name: str
    view: Callable[[Screen], View]
    follows: Sequence[str] = ()  # "step", "unit": the view is of one place of the cursor
    tracks: bool = False  # a click on a heatmap asks about its quantity
    inside: bool = False  # the opened cell itself is looked into, in the place of charts
    equations: bool = False  # the numbers of the equations are needed

    @property
    def label(self) -> str:
        """What people call it."""
        return say(f"lenses.{self.name}.label")

    @property
    def help(self) -> str:
        """What it is for, in a line."""
        return say(f"lenses.{self.name}.help")

    @property
    def look(self) -> ByHand:
        """In two sentences, what to look for; the cell itself says that as it is."""
        if self.inside:
            return {"mouse": "", "finger": ""}
        look = say(f"lenses.{self.name}.look")
        if f"lenses.{self.name}.look_finger" not in catalogue():
            return {"mouse": look, "finger": look}
        return {"mouse": look, "finger": say(f"lenses.{self.name}.look_finger")}


def chosen_of(asked: str, choices: Sequence[Choice]) -> str:
    """What was asked for, or the first choice where there is no such thing."""
    return asked if asked in [choice.value for choice in choices] else choices[0].value


def axis_message(axis: Axis) -> AxisTold:
    """An axis as the stage takes it; steps and units it names itself."""
    if axis.kind == "steps":
        return {"kind": "steps", "first": axis.first}
    if axis.kind == "units":
        return {"kind": "units", "order": list(axis.order)}
    told: AxisTold = {"kind": "names", "names": list(axis.names), "order": list(axis.order)}
    return {**told, "noun": axis.noun} if axis.noun else told
