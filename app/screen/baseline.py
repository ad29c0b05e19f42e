"""A scene before any edit: its numbers, its runs, and what they fix on the screen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias, cast

import numpy as np

from app.compute.runs import largest, placed, runs
from app.compute.store import Shelf
from app.figures import theme
from app.screen.ordering import Sorted, sort_of, sorted_units
from app.setting.model import scene_of, upload_of
from app.setting.setting import Setting
from gru_core.arrays import Array
from gru_core.conventions import CHO, PYTORCH, Cell, Notation, Placement
from gru_core.errors import GatescopeError
from gru_core.scenes.files import Scene, load_scenes, situation
from gru_core.scenes.loaded import NAME as MODEL_NAME
from gru_core.scenes.loaded import TITLE as MODEL_TITLE
from gru_core.scenes.own import NAME, TITLE, Own, own_scene
from gru_core.scenes.reader import Reader, load_reader
from gru_core.scenes.series import Series, load_series
from gru_core.scenes.stories import Story
from gru_core.situation import Situation
from gru_core.weights import PARTS, Match

ASSETS = Path(__file__).parents[2] / "assets"
OWN = NAME  # the scene of the visitor's own making, beside those of files
MODEL = MODEL_NAME  # that of the visitor's own model


@dataclass(frozen=True)
class Opening:
    """A scene before any edit, and what is fixed by it, so that no edit makes it move."""

    scene: Scene  # with its sequence: a scene with a model has been opened
    base: Situation
    drawn: frozenset[Cell]  # cells whose weights are not the scene's own
    sorting: Mapping[Cell, Sorted]  # units from top to bottom
    x_bound: float  # the largest input that the colours can tell
    weight_bounds: Mapping[Cell, float]  # the largest weight that they can tell
    largest_cell: float  # of the LSTM before any edit; 0 where there is none
    problems: tuple[str, ...]


_openings: Shelf[Opening] = Shelf("openings")


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
    own = {OWN: TITLE, MODEL: MODEL_TITLE}
    return {name: scene.title for name, scene in scenes().items()} | own


def open_setting(setting: Setting) -> Opening:
    """The opening of a setting: the same one as long as nothing but edits and the view change."""
    if setting.scene == MODEL:
        return _open_model(setting)
    key = (
        *(setting.scene, setting.word, setting.alongside, setting.match, setting.seed),
        *(setting.sort, setting.notation.placement if setting.notation else None),
        setting.own if setting.scene == OWN else None,
    )
    found = _openings.find(key)
    if found is not None:
        return found
    made = _open(*key)
    return _openings.get(key, _size(made), lambda: made)


def own_notation(scene: Scene) -> Notation:
    """The notation that a scene's weights are meant for."""
    return PYTORCH if scene.reset_after else CHO


# alongside, match, seed, sort, placement, as a setting has them
_Asked: TypeAlias = tuple[str, Match, int | None, str | None, Placement | None]
_NO_MODEL = (
    "No model is open yet. Open a file of PyTorch, Keras, ONNX or safetensors weights above; until "
    "then a sine wave runs through layers with drawn weights."
)
_NOT_SHOWN = (
    "Your model cannot be shown with this input, for the reason given; until it can, a sine wave "
    "runs through layers with drawn weights, which are not those of your file."
)


def _size(opening: Opening) -> int:
    """Bytes of its numbers, about; its runs are kept by themselves."""
    base = opening.base
    parts: Iterator[Array] = (getattr(w, p) for w in base.weights.values() for p in PARTS)
    return int(base.x.nbytes + sum(part.nbytes for part in parts))


def _open(
    name: str,
    word: str,
    alongside: str,
    match: Match,
    seed: int | None,
    sort: str | None,
    placement: Placement | None,
    own_input: Own | None,
) -> Opening:
    scene, problems = _opened(name, word, own_input, seed)
    return _built(scene, problems, (alongside, match, seed, sort, placement))


def _open_model(setting: Setting) -> Opening:
    """The visitor's own model. What is made of it is kept with its file, and goes with it."""
    placement = setting.notation.placement if setting.notation else None
    asked = (setting.alongside, setting.match, setting.seed, setting.sort, placement)
    upload = upload_of(setting.model)
    if upload is None:
        gone = "The model of this link is not here any more: open its file again."
        return _without_model(asked, gone if setting.model.file else "")
    opening: Opening = upload.kept((setting.model, *asked), lambda: _of_model(setting, asked))
    return opening


def _of_model(setting: Setting, asked: _Asked) -> Opening:
    try:
        scene, problems = scene_of(setting.model, setting.seed or 0)
        (cell,) = scene.weights
        if cell != "gru":  # it is beside a GRU, as it is in its file
            asked = (cell, "units", *asked[2:])
        found = _built(scene, problems, asked)
        runs(found.base)  # a layer with relu may grow without end
    except GatescopeError as error:
        return _without_model(asked, str(error), _NOT_SHOWN)
    return found


def _without_model(asked: _Asked, problem: str, story: str = _NO_MODEL) -> Opening:
    """What is on the stage until a model is."""
    scene = replace(
        own_scene(Own(), 0), name=MODEL, title=MODEL_TITLE, story=Story.plain(story, "")
    )
    return _built(scene, [problem] if problem else [], asked)


def _built(scene: Scene, problems: list[str], asked: _Asked) -> Opening:
    alongside, match, seed, sort, placement = asked
    beside = () if alongside == "none" else (cast("Cell", alongside),)
    own = situation(scene, ("gru", *beside), match, seed)
    base = placed(own, placement)
    return Opening(
        scene=scene,
        base=base,
        drawn=frozenset(c for c, w in own.weights.items() if w is not scene.weights.get(c)),
        # The order is that of the scene's own run: a notation moves no row.
        sorting={cell: sorted_units(own, cell, sort_of(sort, scene)) for cell in base.weights},
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
