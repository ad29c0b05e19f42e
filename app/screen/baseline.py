"""A scene before any edit: its numbers, its runs, and what they fix on the screen."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np

from app.compute.lazy import lazy
from app.compute.runs import is_large, largest, placed, runs
from app.compute.store import Key, Shelf, made_of
from app.compute.turns import CrowdedError, turn
from app.compute.workshop import LARGE, WORKSHOP, NotMadeError
from app.figures import theme
from app.screen import loaded
from app.screen.at_hand import Loaded, find
from app.screen.ordering import Sorted, sort_of, sorted_units
from app.setting.setting import Setting
from app.setting.source import MODEL, OWN, Model, Own, Prepared
from app.words.refusal import refusal
from app.words.say import say
from gru_core.arrays import Array
from gru_core.conventions import CHO, PYTORCH, Cell, Notation, Placement
from gru_core.errors import GatescopeError
from gru_core.formats.whole.continuing import Place
from gru_core.scenes.files import load_scenes
from gru_core.scenes.listener import Listener, load_listener
from gru_core.scenes.loaded import TITLE as MODEL_TITLE
from gru_core.scenes.own import TITLE, own_scene
from gru_core.scenes.reader import Reader, load_reader
from gru_core.scenes.scene import Scene, situation
from gru_core.scenes.series import Series, load_series
from gru_core.scenes.stories import Story
from gru_core.situation import Situation
from gru_core.weights import Match

ASSETS = Path(__file__).parents[2] / "assets"


@dataclass(frozen=True)
class Baseline:
    """A scene before any edit, and what is fixed by it, so that no edit makes it move."""

    scene: Scene  # with its sequence: a scene with a model has been opened
    base: Situation
    drawn: frozenset[Cell]  # cells whose weights are not the scene's own
    x_bound: float  # the largest input that the colours can tell
    weight_bounds: Mapping[Cell, float]  # the largest weight that they can tell
    problems: tuple[str, ...]
    own: Situation  # the base with the reset gate where the scene has it: a notation moves no row
    sort: str
    loaded: Loaded | None = None  # the visitor's own model, found once for all who ask
    place: Place | None = None  # where its layer stands in the whole model; None where it is long
    long: bool = False  # whether more is run than what is on the stage, and takes long

    # What takes a run is made when first asked for: the workshop alone runs a large scene.

    @property
    def large(self) -> bool:
        """Whether it takes long to run."""
        return self.long or is_large(self.base)

    @lazy
    def sorting(self) -> Mapping[Cell, Sorted]:
        """The units from top to bottom."""
        return {cell: sorted_units(self.own, cell, self.sort) for cell in self.base.weights}

    @lazy
    def largest_cell(self) -> float:
        """Of the LSTM before any edit; 0 where there is none."""
        return largest(self.base, "lstm", "cell") if "lstm" in self.base.weights else 0.0


OBJECTS = 12_000  # bytes of a baseline besides its numbers
_baselines: Shelf[Baseline] = Shelf("baselines", each=OBJECTS)


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


@lru_cache(maxsize=1)
def listener() -> Listener:
    """The detector of music in Opus and what it hears, read once."""
    return load_listener(ASSETS / "models" / "listener.npz")


def titles() -> dict[str, str]:
    """The title of every scene by name, the visitor's own last."""
    own = {OWN: TITLE, MODEL: MODEL_TITLE}
    return {name: scene.title for name, scene in scenes().items()} | own


def baseline_of(setting: Setting) -> Baseline:
    """The baseline of a setting: the same one as long as nothing but edits and the view change."""
    placement = setting.notation.placement if setting.notation else None
    asked = _Asked(setting.alongside, setting.match, setting.seed, setting.sort, placement)
    source = setting.source
    if not isinstance(source, Model):
        made = partial(_built_of, source, setting.seed, asked)
        return _kept((source, asked), made, WORKSHOP.open)
    found = find(source)
    if found is None:
        problem = say("screen.loaded.gone") if source.file else ""
        return _without_model(asked, problem, say("screen.baseline.no_model"))
    try:
        with made_of(source.keys):  # it goes with its file
            return _kept((source, asked), lambda: _read(setting, found, asked))
    except (NotMadeError, CrowdedError) as error:  # whoever asks again may have it
        return _without_model(asked, refusal(error), say("screen.baseline.not_shown"))


def is_long(setting: Setting) -> bool:
    """Whether a screen takes long to run, or what is pinned beside it."""
    large = baseline_of(setting).large
    return large or (setting.pinned is not None and baseline_of(setting.pinned).large)


def _kept(key: Key, make: Callable[[], Baseline], passing: bool = False) -> Baseline:
    """passing: whether a large one goes with the workshop."""
    found = _baselines.find(key)
    if found is not None:
        return found
    made = make()
    with made_of({LARGE}) if passing and is_large(made.base) else nullcontext():
        return _baselines.get(key, _size(made), lambda: made)


def own_notation(scene: Scene) -> Notation:
    """The notation that a scene's weights are meant for."""
    return PYTORCH if scene.reset_after else CHO


class _Asked(NamedTuple):
    """What a setting says of its scene, wherever that comes from."""

    alongside: str
    match: Match
    seed: int | None
    sort: str | None
    placement: Placement | None


def _size(baseline: Baseline) -> int:
    """Bytes of its numbers, about: weights, and laid out to be run. Runs are kept by themselves."""
    base = baseline.base
    parts: Iterator[Array] = (part for w in base.weights.values() for part in w.arrays.values())
    return int(base.x.nbytes + 2 * sum(part.nbytes for part in parts))


def _read(setting: Setting, found: Loaded, asked: _Asked) -> Baseline:
    """The baseline of a model. A large one is run in the workshop. Errors: those of Workshop."""
    if not (WORKSHOP.open and loaded.is_long(found)):
        return _of_model(found, asked)
    alone, keys = replace(setting, pinned=None), found.model.keys
    with turn(large=True):
        made: Baseline = WORKSHOP.make("model", alone, gone=loaded.Unwanted(keys), files=keys)
    return replace(made, loaded=found, long=True)


def told(baseline: Baseline) -> Baseline:
    """A baseline as another process needs it, which has the model itself and runs nothing of it."""
    return replace(baseline, loaded=None, place=None)


def _of_model(found: Loaded, asked: _Asked) -> Baseline:
    try:
        scene, problems, place = loaded.scene_of(found, asked.seed or 0)
        (cell,) = scene.weights
        if cell != "gru":  # it is beside a GRU, as it is in its file
            asked = asked._replace(alongside=cell, match="units")
        made = replace(_built(scene, problems, asked), place=place)
        runs(made.base)  # a layer with relu may grow without end
    except GatescopeError as error:
        made = _without_model(asked, refusal(error), say("screen.baseline.not_shown"))
    return replace(made, loaded=found)


def _without_model(asked: _Asked, problem: str, story: str) -> Baseline:
    """What is on the stage until a model is."""
    scene = replace(
        own_scene(Own(), 0), name=MODEL, title=MODEL_TITLE, story=Story.plain(story, "")
    )
    return _built(scene, [problem] if problem else [], asked)


def _built_of(source: Prepared | Own, seed: int | None, asked: _Asked) -> Baseline:
    return _built(*_opened(source, seed), asked)


def _built(scene: Scene, problems: list[str], asked: _Asked) -> Baseline:
    beside = () if asked.alongside == "none" else (cast("Cell", asked.alongside),)
    own = situation(scene, ("gru", *beside), asked.match, asked.seed)
    base = placed(own, asked.placement)
    return Baseline(
        scene=scene,
        base=base,
        drawn=frozenset(c for c, w in own.weights.items() if w is not scene.weights.get(c)),
        x_bound=theme.nice_bound(_largest(base.x)),
        weight_bounds={
            cell: theme.nice_bound(max(map(_largest, w.arrays.values())), floor=0.1)
            for cell, w in base.weights.items()
        },
        problems=tuple(problems),
        own=own,
        sort=sort_of(asked.sort, scene),
    )


def _largest(array: Array) -> float:
    return float(np.abs(array).max())


def _opened(source: Prepared | Own, seed: int | None) -> tuple[Scene, list[str]]:
    """The scene with its sequence, and what was wrong with what was asked for."""
    if isinstance(source, Own):
        try:
            return own_scene(source, seed or 0), []
        except GatescopeError as error:
            said = say("screen.baseline.sine_instead", error=refusal(error))
            return own_scene(Own(), seed or 0), [said]
    scene = scenes()[source.name]
    if scene.predicts:
        return scene.with_series(series()), []
    if scene.listens:
        return scene.with_listener(listener()), []
    if not scene.reads_words:
        return scene, []
    try:
        return scene.opened(reader(), source.word or None), []
    except GatescopeError as error:
        return scene.opened(reader()), [refusal(error)]
