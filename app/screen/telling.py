"""The story beside a scene: in the words of the notation, and whether it is of what is shown.

Its numbers are those of the scene before any edit, with the reset gate where the notation has it.
"""

from functools import lru_cache

from app.compute.runs import placed, run_key
from app.screen.baseline import Baseline, listener, own_notation, reader, scenes, series
from app.screen.screen import Screen
from app.setting.setting import Setting
from app.setting.source import Prepared
from app.words.ties import tied
from gru_core.conventions import Placement, Polarity
from gru_core.scenes.listener import Listener
from gru_core.scenes.reader import Reader
from gru_core.scenes.scene import Scene, situation
from gru_core.scenes.series import Series
from gru_core.scenes.stories import Told
from gru_core.situation import Situation


def told(screen: Screen) -> Told:
    """The texts of the scene that is shown."""
    notation = screen.notation
    if not _is_prepared(screen):  # what a visitor brings has a story without numbers
        return screen.scene.story.told(screen.base, notation.polarity)
    return _told(screen.scene.name, notation.placement, notation.polarity)


def asks_the_same(screen: Screen) -> bool:
    """Whether the story asks to try here what it asks for where the reset gate is its own."""
    scene, notation = screen.scene, screen.notation
    if not _is_prepared(screen):
        return True
    own = _told(scene.name, own_notation(scene).placement, notation.polarity)
    return own.attempt == told(screen).attempt


def as_at_first(screen: Screen) -> bool:
    """Whether the GRU runs as it does in the story: on its input, with nothing changed or held."""
    return _as_at_first(screen.setting, screen.baseline, screen.situation)


def begins_as_at_first(setting: Setting, baseline: Baseline) -> bool:
    """Whether it does so before anything is changed: on the story's own input and weights."""
    return _as_at_first(setting, baseline, baseline.base)


def _as_at_first(setting: Setting, baseline: Baseline, now: Situation) -> bool:
    scene, first = baseline.scene, baseline.base
    if isinstance(setting.source, Prepared):
        first = _first(scene.name, (setting.notation or own_notation(scene)).placement)
    return run_key(now, "gru") == run_key(first, "gru")


def _is_prepared(screen: Screen) -> bool:
    return isinstance(screen.setting.source, Prepared)


@lru_cache(maxsize=64)
def _told(name: str, placement: Placement, polarity: Polarity) -> Told:
    scene, first = scenes()[name], _first(name, placement)
    moved = placement != own_notation(scene).placement
    said = scene.story.told(first, polarity, moved, series_of(scene), listener_of(scene))
    return Told(tied(said.story), tied(said.attempt), tied(said.again))


@lru_cache(maxsize=32)
def _first(name: str, placement: Placement) -> Situation:
    """The GRU and its input before anything is chosen: the scene's own word and its own seed."""
    scene = scenes()[name]
    own = situation(
        scene,
        (),
        reader=_reader_of(scene),
        series=series_of(scene),
        listener=listener_of(scene),
    )
    return placed(own, placement)


def _reader_of(scene: Scene) -> Reader | None:
    return reader() if scene.reads_words else None


def series_of(scene: Scene) -> Series | None:
    """The Series, for a scene whose numbers are quoted from it."""
    return series() if scene.predicts else None


def listener_of(scene: Scene) -> Listener | None:
    """The Listener, for a scene whose numbers are quoted from it."""
    return listener() if scene.listens else None
