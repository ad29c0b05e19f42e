"""From a setting to everything on screen that has a number: situation, traces, unit orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.setting import Setting
from app.url import shortened
from gru_core import Trace, run
from gru_core.behaviour import order_by_keep
from gru_core.edits import Edit, Situation, apply_edits, value_at
from gru_core.errors import GatescopeError
from gru_core.reader import Reader, load_reader
from gru_core.scenes import Scene, load_scenes, situation
from gru_core.weights import Weights

ASSETS = Path(__file__).parent.parent / "assets"


@dataclass(frozen=True)
class Shown:
    """One screen: what was asked for, and what the core made of it."""

    scene: Scene  # with its sequence: a scene with a model has been opened
    setting: Setting
    base: Situation  # before the edits
    situation: Situation  # after them
    traces: Mapping[str, Trace]
    orders: Mapping[str, tuple[int, ...]]  # units from top to bottom
    edits: tuple[Edit, ...]  # those that were applied
    phonemes: tuple[str, ...] | None  # what the Reader says, in its scene
    problems: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The name of the input at each step."""
        assert self.scene.sequence is not None
        return self.scene.sequence.labels

    @property
    def channels(self) -> tuple[str, ...]:
        """The name of each number of the input."""
        assert self.scene.sequence is not None
        return self.scene.sequence.channels

    @property
    def step(self) -> int:
        """The cursor's step, counted from 0, inside the sequence."""
        chosen = self.setting.step if self.setting.step is not None else self.scene.cursor.step
        return min(chosen, len(self.labels) - 1)

    @property
    def unit(self) -> int:
        """The cursor's unit, counted from 0, inside the GRU's layer."""
        chosen = self.setting.unit if self.setting.unit is not None else self.scene.cursor.unit
        return min(chosen, self.traces["gru"].units - 1)


@lru_cache(maxsize=1)
def scenes() -> Mapping[str, Scene]:
    """Every scene by name, in display order."""
    return {scene.name: scene for scene in load_scenes(ASSETS / "scenes")}


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The trained model of the Reader, read once."""
    return load_reader(ASSETS / "models" / "reader.npz")


def show(setting: Setting) -> Shown:
    """Run the cells of a setting. What does not fit is left out and named in `problems`."""
    scene, problems = _opened(scenes()[setting.scene], setting.word)
    cells = ("gru",) if setting.alongside == "none" else ("gru", setting.alongside)
    base = situation(scene, cells, setting.match, setting.seed)
    edited, applied, refused = _edited(base, setting.edits)
    traces = {
        cell: run(weights, edited.x, edited.initials[cell])
        for cell, weights in edited.weights.items()
    }
    return Shown(
        scene=scene,
        setting=setting,
        base=base,
        situation=edited,
        traces=traces,
        orders={cell: _order(scene, base, cell, setting.sort) for cell in cells},
        edits=applied,
        phonemes=reader().decode(traces["gru"]["hidden"][-1]) if scene.model else None,
        problems=(*problems, *refused),
    )


def was(shown: Shown, edit: Edit) -> float:
    """The scene's own value of an edited cell."""
    return value_at(shown.base, edit.target)


def _opened(scene: Scene, word: str) -> tuple[Scene, list[str]]:
    if scene.model is None:
        return scene, []
    try:
        return scene.opened(reader(), word or None), []
    except GatescopeError as error:
        return scene.opened(reader()), [str(error)]


def _edited(
    base: Situation, edits: tuple[Edit, ...]
) -> tuple[Situation, tuple[Edit, ...], list[str]]:
    """The situation after the edits that fit, those edits, and a sentence for each other one.

    An edit of a cell that is not on screen waits until it is.
    """
    here = tuple(edit for edit in edits if edit.target.owner in ("x", *base.weights))
    try:
        return apply_edits(base, here), here, []
    except GatescopeError:
        return _edited_one_by_one(base, here)


def _edited_one_by_one(
    base: Situation, edits: tuple[Edit, ...]
) -> tuple[Situation, tuple[Edit, ...], list[str]]:
    edited, applied, refused = base, [], []
    for edit in edits:
        try:
            edited = apply_edits(edited, [edit])
            applied.append(edit)
        except GatescopeError as error:
            refused.append(f"The edit of {shortened(str(edit.target))} was left out: {error}")
    return edited, tuple(applied), refused


def _order(scene: Scene, base: Situation, cell: str, sort: str) -> tuple[int, ...]:
    """Units from top to bottom; sorted by the unedited run, so that no row moves while editing."""
    weights: Weights = base.weights[cell]
    if scene.model is None or sort == "number" or cell != "gru":
        return tuple(range(weights.units))
    trace = run(weights, base.x, base.initials[cell])
    return tuple(int(unit) for unit in order_by_keep(trace))
