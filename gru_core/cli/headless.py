"""A scene without a screen: found, given its model, edited, run, and written to one file."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, Final

import numpy as np

from gru_core.conventions import CELLS, Cell
from gru_core.engines import EngineName
from gru_core.errors import TextError, shown, unknown_name
from gru_core.export.tracks import Arrays, trace_arrays
from gru_core.run import run
from gru_core.scenes.files import load_scene, load_scenes
from gru_core.scenes.listener import load_listener
from gru_core.scenes.reader import load_reader
from gru_core.scenes.scene import Model, Scene, situation
from gru_core.scenes.series import load_series
from gru_core.situation import Situation, apply_edits, parse_edits
from gru_core.weights import Match
from gru_core.words import Said, counted

ASSETS: Final = Path(__file__).parents[2] / "assets"


@dataclass(frozen=True)
class Run:
    """What is asked for, besides the scene."""

    cells: tuple[Cell, ...] = ("gru", "lstm")
    match: Match = "units"
    seed: int | None = None  # None for the scene's own
    word: str | None = None  # None for the scene's own
    engine: EngineName = "numpy"
    edits: str = ""  # as in a link


def find_scene(wanted: str) -> Scene:
    """A scene by its name, or by the path of its file, which ends in .json.

    Errors: UnknownNameError, TextError.
    """
    if Path(wanted).suffix == ".json":
        return load_scene(Path(wanted))
    scenes = {scene.name: scene for scene in shipped_scenes()}
    if wanted not in scenes:
        raise unknown_name("scene", wanted, scenes)
    return scenes[wanted]


@cache
def shipped_scenes() -> tuple[Scene, ...]:
    """The scenes that come with Gatescope, in display order."""
    return load_scenes(ASSETS / "scenes")


def run_scene(scene: Scene, wanted: Run) -> Arrays:
    """Run a scene; every array by its name in the file, as trace_arrays has them.

    Errors: those of situated and run.
    """
    scene, edited = situated(scene, wanted)
    traces = [
        run(weights, edited.x, edited.initials[cell], engine=wanted.engine, exactly=True)
        for cell, weights in edited.weights.items()
    ]
    assert scene.sequence is not None  # situated has refused a scene without
    return trace_arrays(traces, scene.sequence.labels, scene.sequence.channels)


def situated(scene: Scene, wanted: Run) -> tuple[Scene, Situation]:
    """The scene with its model at work, and what is run of it, edits included.

    Errors: those of situation and apply_edits; TextError for edits not understood.
    """
    scene = open_model(scene, wanted.word)
    base = situation(scene, wanted.cells, wanted.match, wanted.seed)
    return scene, apply_edits(_only(base, wanted.cells), _edits(wanted.edits))


def open_model(scene: Scene, word: str | None = None) -> Scene:
    """The scene with its model at work; one without a model as it is.

    Errors: TextError for a word where none is read.
    """
    if word is not None and not scene.reads_words:
        raise TextError(
            "The scene {name} reads no word; only the Reader does: give none.",
            name=scene.name,
        )
    return scene if scene.model is None else _MODELS[scene.model](scene, word)


def _open_reader(scene: Scene, word: str | None) -> Scene:
    return scene.opened(load_reader(ASSETS / "models" / "reader.npz"), word)


def _open_series(scene: Scene, _word: None) -> Scene:
    return scene.with_series(
        load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")
    )


def _open_listener(scene: Scene, _word: None) -> Scene:
    return scene.with_listener(load_listener(ASSETS / "models" / "listener.npz"))


# One for each model of gru_core.scenes.scene.MODELS.
_MODELS: Final[Mapping[Model, Callable[[Scene, Any], Scene]]] = MappingProxyType(
    {"reader": _open_reader, "series": _open_series, "listener": _open_listener}
)


def _only(base: Situation, cells: tuple[Cell, ...]) -> Situation:
    """The situation without the GRU if it was not asked for; an edit of it is then refused."""
    kept = [cell for cell in CELLS if cell in cells]
    return Situation(
        base.x, {c: base.weights[c] for c in kept}, {c: base.initials[c] for c in kept}
    )


def _edits(text: str) -> tuple[Any, ...]:
    edits, rejected = parse_edits(text)
    for piece, reason in rejected:
        raise TextError(
            "The edit {piece} is not understood: {reason}",
            piece=shown(piece),
            reason=reason,
        )
    return edits


def check_writable(path: Path) -> None:
    """Raise TextError unless a file can take this place: before a long run rather than after."""
    if not path.parent.is_dir():
        raise TextError(
            "There is no folder {parent}; create it, or choose another place.",
            parent=path.parent,
        )
    if path.exists() and not path.is_file():
        raise TextError(
            "{path} is not a file; only a file is written over: choose another name.",
            path=path,
        )


def cell_of_units(cell: Cell, units: int) -> Said:
    """How an answer calls a layer: GRU of 4 units."""
    return Said("{cell} of {units}", cell=cell.upper(), units=counted(units, "unit", "d"))


def save(path: Path, arrays: Arrays) -> None:
    """Write an NPZ file that is there whole or not at all; nothing in it is pickled.

    Errors: OSError.
    """
    with written_whole(path) as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A stream to a file that is there whole or not at all. Errors: OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with partial.open("xb") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        if error.filename is None:  # what fails while writing names no file
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise
    finally:
        partial.unlink(missing_ok=True)
