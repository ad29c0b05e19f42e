"""A scene before any edit: its numbers, its runs, and what they fix on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np

from app import theme
from app.running import largest, placed, run_of
from app.setting import Setting
from gru_core.arrays import Array
from gru_core.behaviour import order_by_keep
from gru_core.conventions import CHO, PYTORCH, Cell, Notation, Placement
from gru_core.edits import Situation
from gru_core.errors import GatescopeError
from gru_core.own import NAME, TITLE, Own, own_scene
from gru_core.reader import Reader, load_reader
from gru_core.scenes import Match, Scene, load_scenes, situation
from gru_core.series import Series, load_series
from gru_core.weights import PARTS

ASSETS = Path(__file__).parent.parent / "assets"
OWN = NAME  # the scene of the visitor's own making, beside those of files


@dataclass(frozen=True)
class Opening:
    """A scene before any edit, and what is fixed by it, so that no edit makes it move."""

    scene: Scene  # with its sequence: a scene with a model has been opened
    base: Situation
    drawn: frozenset[Cell]  # cells whose weights are not the scene's own
    orders: Mapping[Cell, tuple[int, ...]]  # units from top to bottom
    x_bound: float  # the largest input that the colours can tell
    weight_bounds: Mapping[Cell, float]  # the largest weight that they can tell
    largest_cell: float  # of the LSTM before any edit; 0 where there is none
    problems: tuple[str, ...]


@lru_cache(maxsize=1)
def scenes() -> Mapping[str, Scene]:
    """Every scene by name, in display order."""
    return {scene.name: scene for scene in load_scenes(ASSETS / "scenes")}


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The trained model of the Reader, read once."""
    return load_reader(ASSETS / "models" / "reader.npz")


@lru_cache(maxsize=1)
def series() -> Series:
    """The held-out months and the networks trained to predict them, read once."""
    return load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")


def titles() -> dict[str, str]:
    """The title of every scene by name, the visitor's own last."""
    return {name: scene.title for name, scene in scenes().items()} | {OWN: TITLE}


def open_setting(setting: Setting) -> Opening:
    """The opening of a setting: the same one as long as nothing but edits and the view change."""
    return _open(
        *(setting.scene, setting.word, setting.alongside, setting.match, setting.seed),
        *(setting.sort, setting.notation.placement if setting.notation else None),
        setting.own if setting.scene == OWN else None,
    )


def own_notation(scene: Scene) -> Notation:
    """The notation that a scene's weights are meant for."""
    return PYTORCH if scene.reset_after else CHO


# Sixteen openings hold at most about 120 MB (512 units beside an LSTM are 7.4 MB); no runs.
@lru_cache(maxsize=16)
def _open(
    name: str,
    word: str,
    alongside: str,
    match: Match,
    seed: int | None,
    sort: str,
    placement: Placement | None,
    own_input: Own | None,
) -> Opening:
    scene, problems = _opened(name, word, own_input, seed)
    beside = () if alongside == "none" else (cast("Cell", alongside),)
    own = situation(scene, ("gru", *beside), match, seed)
    base = placed(own, placement)
    return Opening(
        scene=scene,
        base=base,
        drawn=frozenset(c for c, w in own.weights.items() if w is not scene.weights.get(c)),
        # The order is that of the scene's own run: a notation moves no row.
        orders={cell: _order(scene, own, cell, sort) for cell in base.weights},
        x_bound=theme.nice_bound(_largest(base.x)),
        weight_bounds={
            cell: theme.nice_bound(max(_largest(getattr(w, part)) for part in PARTS), floor=0.1)
            for cell, w in base.weights.items()
        },
        largest_cell=largest(base, "lstm", "cell") if "lstm" in base.weights else 0.0,
        problems=tuple(problems),
    )


def _largest(array: Array) -> float:
    return float(np.abs(array).max())


def _opened(name: str, word: str, own: Own | None, seed: int | None) -> tuple[Scene, list[str]]:
    """The scene with its sequence, and what was wrong with what was asked for."""
    if own is not None:
        try:
            return own_scene(own, seed or 0), []
        except GatescopeError as error:
            return own_scene(Own(), seed or 0), [f"{error} Until then a sine wave stands here."]
    scene = scenes()[name]
    if scene.model is None:
        return scene, []
    if scene.model == "series":
        return scene.with_series(series()), []
    try:
        return scene.opened(reader(), word or None), []
    except GatescopeError as error:
        return scene.opened(reader()), [str(error)]


def _order(scene: Scene, own: Situation, cell: Cell, sort: str) -> tuple[int, ...]:
    """Units from top to bottom; sorted by the unedited run, so that no row moves while editing."""
    if scene.model != "reader" or sort == "number" or cell != "gru":
        return tuple(range(own.weights[cell].units))
    return tuple(int(unit) for unit in order_by_keep(run_of(own, cell)))
