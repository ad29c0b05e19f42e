"""What a visitor has set: one frozen value, and the history of such values for undo and redo."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from app.setting.model import Model
from app.setting.source import MODEL, OWN, Own, Prepared, Source
from gru_core.changes.interventions import Intervention
from gru_core.conventions import PYTORCH, Cell, Notation, Polarity
from gru_core.engines import EngineName
from gru_core.situation import Edit, Target
from gru_core.weights import Match

Alongside: TypeAlias = Literal["lstm", "rnn", "none"]

ALONGSIDE = ("lstm", "rnn", "none")
MATCH = ("units", "parameters")
SORT = ("behaviour", "number", "half-life", "similarity")
FORMS = ("split", "joined")  # W x + U h, or W [h, x]
CELL_VIEW = "cell"  # inside the cell: its wiring and equations
# One of them for each lens, in the order of the list on the page (app/lenses/__init__.py).
VIEWS = (
    *(CELL_VIEW, "why", "wirings", "unrolled", "kept", "memory", "gradients"),
    *("saturation", "many", "find", "phase", "holding", "pinned", "directions", "cost"),
)
MANY_VIEW = "many"  # of many texts, which controls above the stage take
TYPES = ("normal", "large")
LOOKING = ("cell", "form", "view", "of", "type", "lesson")  # how one looks, not what is seen there
LONGEST_HISTORY = 200


MOST_AWAY = 8  # of the visitor's own scenes and layers whose changes are kept
# A place, the edits of it, and what is held there.
Away: TypeAlias = tuple[str, tuple[Edit, ...], tuple[Intervention, ...]]


@dataclass(frozen=True)
class Setting:
    """Everything a link must hold to open the same screen again."""

    scene: str = "pulse"  # the name of its source in links; what is decided by it asks `source`
    word: str = ""  # only for scenes that read a word; empty means the scene's own
    alongside: Alongside = "lstm"
    match: Match = "units"
    seed: int | None = None  # None means the scene's own
    sort: str | None = None  # one of SORT; None means the scene's own
    notation: Notation | None = None  # None means the scene's own
    engine: EngineName = "numpy"
    cell: Cell = "gru"  # the one that is opened: wiring and equations
    form: str = "split"  # of its equations
    view: str = CELL_VIEW  # what is beside the heatmaps: one of VIEWS
    of: str = ""  # what is asked of that view; empty for its first choice
    own: Own = field(default_factory=Own)  # what the visitor's own scene is made of
    model: Model = field(default_factory=Model)  # the visitor's own, which files of weights hold
    own_seed: int | None = None  # of that scene, while another one is open; not in a link
    edits: tuple[Edit, ...] = ()
    interventions: tuple[Intervention, ...] = ()  # what is held while the cells run
    away: tuple[Away, ...] = ()  # what was changed elsewhere of the visitor's own; not in a link
    pinned: "Setting | None" = None  # A, which this one is compared with
    type: str = "normal"  # of the letters: one of TYPES
    lesson: str = ""  # the step of a lesson that is beside the stage: app/learning
    step: int | None = None  # cursor, counted from 0; None means the scene's own
    unit: int | None = None

    @property
    def choices(self) -> tuple[object, ...]:
        """What Streamlit draws above the stage depends on: the title, the arrays to paste."""
        beside = (self.alongside, self.match)
        many = self.view == MANY_VIEW
        return (self.scene, self.word, *beside, self.own, self.model, self.seed, many)

    @property
    def source(self) -> Source:
        """Where the scene comes from."""
        made_here: dict[str, Source] = {OWN: self.own, MODEL: self.model}
        return made_here.get(self.scene) or Prepared(self.scene, self.word)

    @property
    def is_as_prepared(self) -> bool:
        """Whether this is a scene of everybody's, with nothing changed, held or pinned."""
        changed = self.edits or self.interventions or self.pinned
        return isinstance(self.source, Prepared) and not changed

    @property
    def files(self) -> tuple[str, ...]:
        """The keys of all files of a visitor that are needed, for what is pinned too."""
        there = self.pinned.files if self.pinned else ()
        return tuple(dict.fromkeys((*self.model.keys, *there)))

    @property
    def place(self) -> str:
        """Which of the visitor's own weights are on the stage; empty for a prepared scene."""
        match self.source:
            case Prepared():
                return ""
            case Own():
                return OWN
            case Model() as model:
                return f"{MODEL}/{model.file}/{model.at}/{model.backward}/{model.layer}"

    @property
    def polarity(self) -> Polarity:
        """What the update gate means on screen. A scene's own notation keeps, as PyTorch does."""
        return (self.notation or PYTORCH).polarity

    def with_edit(self, target: Target, value: float) -> "Setting":
        """This setting with one number changed; an earlier edit of the same cell is replaced."""
        edit = Edit(target, value)
        if edit in self.edits:
            return self
        kept = tuple(other for other in self.edits if other.target != target)
        return replace(self, edits=(*kept, edit))

    def with_edits(self, edits: Sequence[Edit]) -> "Setting":
        """This setting with several numbers changed; earlier edits of the same are replaced."""
        targets = {edit.target for edit in edits}
        kept = tuple(other for other in self.edits if other.target not in targets)
        return replace(self, edits=(*kept, *edits))

    def with_intervention(self, held: Intervention) -> "Setting":
        """This setting with one more number held; an earlier one at the same place is replaced."""
        others = tuple(one for one in self.interventions if one.place != held.place)
        return replace(self, interventions=(*others, held))

    def without_intervention(self, place: str) -> "Setting":
        """This setting without what is held there."""
        kept = tuple(one for one in self.interventions if one.place != place)
        return replace(self, interventions=kept)

    def with_pin(self) -> "Setting":
        """This setting, compared with itself as it is now."""
        return replace(self, pinned=replace(self, pinned=None))

    def without_edit(self, target: Target) -> "Setting":
        """This setting with one number back at the scene's own value."""
        return self.without([target])

    def without(self, targets: Iterable[Target]) -> "Setting":
        """This setting with several numbers back at the scene's own values."""
        back = set(targets)
        if not back:
            return self
        return replace(self, edits=tuple(e for e in self.edits if e.target not in back))

    def with_only(self, edits: Sequence[Edit]) -> "Setting":
        """This setting with these edits and no others."""
        return replace(self, edits=tuple(edits))

    def without_edits(self) -> "Setting":
        """This setting with every number back at the scene's own value."""
        return replace(self, edits=(), interventions=())

    def with_choice(self, name: str, value: object) -> "Setting":
        """This setting with one choice changed, less the edits that it makes meaningless."""
        edits = self.edits
        if name == "edits":
            return self.with_edits(value)  # type: ignore[arg-type]
        if name in ("own", "model"):
            made: Any = {name: value}
            changed = replace(self, **made, step=None, unit=None)
            return changed if changed.place == self.place else self._moved_to(changed)
        if name == "scene":
            return self._of_scene(str(value))
        if name == "word":
            edits = tuple(edit for edit in edits if edit.target.owner != "x")
        changed = replace(self, edits=edits, **{name: value})  # type: ignore[arg-type]
        return replace(changed, step=None, unit=None) if name == "word" else changed

    def _of_scene(self, scene: str) -> "Setting":
        """Another scene as it is, seen as this one was. The visitor's own has its seed again."""
        kept = ("alongside", "match", "notation", "engine", "own", "model", *LOOKING)
        if scene == self.scene:
            return self
        own_seed = self.seed if isinstance(self.source, Own) else self.own_seed
        looked = {name: getattr(self, name) for name in kept}
        other = Setting(scene=scene, own_seed=own_seed, **looked)
        if isinstance(other.source, Own):
            other = replace(other, seed=own_seed)
        return self._moved_to(other)

    def _moved_to(self, other: "Setting") -> "Setting":
        """Another scene or layer: of the visitor's own with what was changed there before."""
        kept = {one[0]: one for one in self.away if one[0] != self.place}
        if self.place and (self.edits or self.interventions):
            kept[self.place] = (self.place, self.edits, self.interventions)
        nothing: Away = (other.place, (), ())
        _, edits, held = kept.pop(other.place, nothing)
        away = tuple(kept.values())[-MOST_AWAY:]
        return replace(other, edits=edits, interventions=held, away=away)


@dataclass(frozen=True)
class History:
    """Settings before, now and undone; moving along it changes nothing else."""

    present: Setting = field(default_factory=Setting)
    past: tuple[Setting, ...] = ()
    future: tuple[Setting, ...] = ()

    def push(self, setting: Setting) -> "History":
        """A new present; what had been undone is dropped. Equal settings push nothing."""
        if setting == self.present:
            return self
        return History(setting, (*self.past, self.present)[-LONGEST_HISTORY:])

    def seen(self, **looking: str) -> "History":
        """Another view, or another cell or form of equations in it: nothing to undo either."""
        return replace(self, present=replace(self.present, **looking))  # type: ignore[arg-type]

    def amended(self, setting: Setting) -> "History":
        """Another present in the place of this one, as while a hand is still moving."""
        return replace(self, present=setting, future=())

    def moved(self, step: int | None, unit: int | None) -> "History":
        """The cursor elsewhere: not a change that undo should take back."""
        return replace(self, present=replace(self.present, step=step, unit=unit))

    def undo(self) -> "History":
        """One setting back, or the same history when there is none."""
        if not self.past:
            return self
        return History(self._seen(self.past[-1]), self.past[:-1], (self.present, *self.future))

    def redo(self) -> "History":
        """One setting forward again, or the same history when there is none."""
        if not self.future:
            return self
        return History(self._seen(self.future[0]), (*self.past, self.present), self.future[1:])

    def _seen(self, setting: Setting) -> Setting:
        """Another setting from where one looks now, if it is of the same sequence."""
        present = self.present
        if (setting.scene, setting.word) != (present.scene, present.word):
            return replace(setting, type=present.type)
        return replace(
            setting,
            **{name: getattr(present, name) for name in ("step", "unit", *LOOKING)},
        )
