"""From a setting to everything on screen that has a number: situation, traces, unit orders."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np

from app import theme
from app.setting import Setting
from app.url import shortened
from gru_core import Trace, run
from gru_core.arrays import Array
from gru_core.behaviour import order_by_keep
from gru_core.conventions import Cell
from gru_core.edits import Edit, Situation, apply_edits, value_at
from gru_core.errors import GatescopeError
from gru_core.reader import Reader, load_reader
from gru_core.scenes import Match, Scene, load_scenes, situation
from gru_core.weights import PARTS

ASSETS = Path(__file__).parent.parent / "assets"


@dataclass(frozen=True)
class Opening:
    """A scene before any edit, and what is fixed by it, so that no edit makes it move."""

    scene: Scene  # with its sequence: a scene with a model has been opened
    base: Situation
    orders: Mapping[Cell, tuple[int, ...]]  # units from top to bottom
    x_bound: float  # the largest input that the colours can tell
    weight_bounds: Mapping[Cell, float]  # the largest weight that they can tell
    traces: Mapping[Cell, Trace]  # the runs before any edit
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One screen: what was asked for, and what the core made of it."""

    setting: Setting
    opening: Opening
    situation: Situation  # after the edits
    traces: Mapping[Cell, Trace]
    edits: tuple[Edit, ...]  # those that were applied
    phonemes: tuple[str, ...] | None  # what the Reader says, in its scene
    problems: tuple[str, ...]

    @property
    def scene(self) -> Scene:
        """The scene, opened."""
        return self.opening.scene

    @property
    def base(self) -> Situation:
        """The situation before the edits."""
        return self.opening.base

    @property
    def orders(self) -> Mapping[Cell, tuple[int, ...]]:
        """The units of each cell from top to bottom."""
        return self.opening.orders

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
        """The cursor's unit, counted from 0, inside the largest layer."""
        chosen = self.setting.unit if self.setting.unit is not None else self.scene.cursor.unit
        return min(chosen, max(trace.units for trace in self.traces.values()) - 1)


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
    opening = _opening(
        setting.scene, setting.word, setting.alongside, setting.match, setting.seed, setting.sort
    )
    edited, applied, refused = _edited(opening.base, setting.edits)
    traces = {
        cell: run(weights, edited.x, edited.initials[cell])
        for cell, weights in edited.weights.items()
    }
    return Shown(
        setting=setting,
        opening=opening,
        situation=edited,
        traces=traces,
        edits=applied,
        phonemes=reader().decode(traces["gru"]["hidden"][-1]) if opening.scene.model else None,
        problems=(*opening.problems, *refused, *_cursor_problems(setting, opening)),
    )


def _cursor_problems(setting: Setting, opening: Opening) -> list[str]:
    units = max(weights.units for weights in opening.base.weights.values())
    sizes = {"step": len(opening.base.x), "unit": units}
    return [
        f"The link's {name} {at + 1} is not in this scene, which has {size} {name}s."
        for name, at, size in zip(sizes, (setting.step, setting.unit), sizes.values(), strict=True)
        if at is not None and at >= size
    ]


# Sixteen openings hold at most about 50 MB (the Reader beside a drawn LSTM of 256 units is 3 MB).
@lru_cache(maxsize=16)
def _opening(
    name: str, word: str, alongside: str, match: Match, seed: int | None, sort: str
) -> Opening:
    scene, problems = _opened(scenes()[name], word)
    beside = () if alongside == "none" else (cast("Cell", alongside),)
    base = situation(scene, ("gru", *beside), match, seed)
    traces = {cell: run(w, base.x, base.initials[cell]) for cell, w in base.weights.items()}
    return Opening(
        scene=scene,
        base=base,
        traces=traces,
        orders={cell: _order(scene, traces[cell], sort) for cell in base.weights},
        x_bound=theme.nice_bound(_largest(base.x)),
        weight_bounds={
            cell: theme.nice_bound(max(_largest(getattr(w, part)) for part in PARTS), floor=0.1)
            for cell, w in base.weights.items()
        },
        problems=tuple(problems),
    )


def _largest(array: Array) -> float:
    return float(np.abs(array).max())


def plain(setting: Setting) -> Setting:
    """The setting without edits that set a number to what it is in the scene."""
    base = show(replace(setting, edits=())).base
    idle = []
    for edit in setting.edits:
        try:
            idle += [edit.target] if value_at(base, edit.target) == edit.value else []
        except GatescopeError:
            continue  # a number that is not on screen
    for target in idle:
        setting = setting.without_edit(target)
    return setting


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


def _order(scene: Scene, trace: Trace, sort: str) -> tuple[int, ...]:
    """Units from top to bottom; sorted by the unedited run, so that no row moves while editing."""
    if scene.model is None or sort == "number" or trace.cell != "gru":
        return tuple(range(trace.units))
    return tuple(int(unit) for unit in order_by_keep(trace))
