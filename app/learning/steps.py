"""What a step of a lesson is made of: what is to be done or answered, and when that is so."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

from app.setting.setting import Setting
from gru_core.changes.interventions import Intervention
from gru_core.conventions import Notation
from gru_core.scenes.quoted import Source
from gru_core.situation import Edit


@dataclass(frozen=True)
class Place:
    """One number of a trace. step, unit: counted from 0."""

    cell: str
    track: str
    step: int
    unit: int


@dataclass(frozen=True)
class Check:
    """What must be so on the stage for a step to be done; of several, all of them.

    number must lie between low and high, as the notation shows it. step and unit of the cursor are
    counted from 0. notation: its key.
    """

    number: Place | None = None
    low: float = -inf
    high: float = inf
    edited: str = ""  # a target with another value than the scene's own
    held: str = ""  # a place where something is held
    step: int | None = None
    unit: int | None = None
    view: str = ""
    notation: str = ""


@dataclass(frozen=True)
class Ask:
    """A question with choices, one of them right, and a sentence on each."""

    question: str
    choices: tuple[str, ...]
    right: int  # counted from 0
    because: tuple[str, ...]


@dataclass(frozen=True)
class Guess:
    """A number to be guessed before it is seen. near: how far off is still close."""

    question: str
    number: Source
    near: float


@dataclass(frozen=True)
class Play:
    """One way to do what a step asks for."""

    edits: tuple[Edit, ...] = ()
    held: tuple[Intervention, ...] = ()
    step: int | None = None
    unit: int | None = None
    view: str = ""
    notation: Notation | None = None

    def __call__(self, setting: Setting) -> Setting:
        """The setting after it has been done."""
        for edit in self.edits:
            setting = setting.with_edit(edit.target, edit.value)
        for one in self.held:
            setting = setting.with_intervention(one)
        chosen: dict[str, object] = {
            "step": self.step,
            "unit": self.unit,
            "view": self.view or None,
            "of": "" if self.view else None,
            "notation": self.notation,
        }
        done = {name: value for name, value in chosen.items() if value is not None}
        return replace(setting, **done)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Step:
    """One step. Texts are templates, filled with `numbers` of the screen that the step opens.

    opens: the query of a link; empty where the stage stays as the step before has left it.
    """

    text: str
    opens: str = ""
    do: str = ""
    check: Check | None = None
    ask: Ask | None = None
    guess: Guess | None = None
    play: Play = field(default_factory=Play)
    reveal: str = ""
    numbers: Mapping[str, Source] = field(default_factory=dict)


@dataclass(frozen=True)
class Lesson:
    """A lesson. claims: the rows of docs/claims.md that it uses. look: how much of the stage it
    is about, "first" being what a first visit shows."""

    name: str
    title: str
    question: str
    minutes: int
    claims: tuple[int, ...]
    look: str
    steps: tuple[Step, ...]
