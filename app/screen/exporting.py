"""What can be exported of a screen: the files of each cell, their sizes, and why one is refused."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from app.compute.store import GATE, made_of
from app.compute.workshop import WORKSHOP, Gone, LeftError, nobody_leaves
from app.screen.baseline import baseline_of, is_long
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.say import say
from gru_core.conventions import Cell
from gru_core.errors import UnknownNameError
from gru_core.export import kinds
from gru_core.export.cell_run import CellRun, stem_of
from gru_core.export.kinds import KINDS
from gru_core.export.script_numbers import read_endings
from gru_core.scenes.scene import Scene
from gru_core.situation import Situation

# Bytes of one file. It is made in memory, and while it is sent there are three of it. Enough for a
# trace of an LSTM of 512 units over 5,000 steps as NPZ; as CSV that would be 200 MB.
MOST_BYTES = {".npz": 64_000_000, ".csv": 64_000_000, ".html": 64_000_000}
SMALL = 2_000_000  # bytes: half a second of a CSV
LOOKING = 100_000  # bytes from one look whether anybody waits to the next
MEGABYTE = 1_000_000


def cells(setting: Setting) -> tuple[Cell, ...]:
    """The cells on the stage."""
    return tuple(baseline_of(setting).base.weights)


def stem(setting: Setting, cell: Cell) -> str:
    """What the files of a cell are called, less the ending."""
    return _stem(baseline_of(setting).scene, cell)


def refusal(setting: Setting, cell: Cell, ending: str) -> str:
    """Why there is no such file of a cell; empty where there is one. Runs nothing."""
    base = baseline_of(setting).base
    own = KINDS[ending].refusal(base.weights[cell]) or _too_large(base, cell, ending)
    if own or ending != ".py":
        return own
    reasons = (_too_large(base, cell, read) for read in _read(setting, cell))
    return " ".join(say("screen.exporting.script", reason=reason) for reason in reasons if reason)


def beside(setting: Setting, cell: Cell) -> tuple[str, ...]:
    """The files that the script of a cell reads, by name."""
    return tuple(f"{stem(setting, cell)}{ending}" for ending in _read(setting, cell))


def content(setting: Setting, cell: Cell, ending: str, gone: Gone = nobody_leaves) -> bytes:
    """The file, edits and what is held included. gone: whether nobody waits for it any more.

    Errors: as `written`; NotMadeError.
    """
    files = setting.files
    if WORKSHOP.open and (is_large(setting, cell, ending) or is_long(setting)):
        made: bytes = WORKSHOP.make("file", setting, cell, ending, gone=gone, files=files)
        return made
    with made_of(files):
        return written(setting, cell, ending, gone)


def written(setting: Setting, cell: Cell, ending: str, gone: Gone) -> bytes:
    """The same, made here.

    Errors: UnknownNameError for a cell that has left the stage; LeftError; those of
    gru_core.export.kinds.
    """
    stream = _Watched(gone)
    stream.watch()  # it may have waited for its turn
    with GATE if is_large(setting, cell, ending) else nullcontext():
        kinds.write(stream, cell_run(screen_of(setting), cell), ending)
        return stream.getvalue()


def is_large(setting: Setting, cell: Cell, ending: str) -> bool:
    """Whether a file takes so long that small ones must not wait for it."""
    base = baseline_of(setting).base
    if cell not in base.weights:
        return False
    return KINDS[ending].size(base.weights[cell], len(base.x)) > SMALL


class _Watched(BytesIO):
    """A file in memory that ends when nobody waits for it any more."""

    def __init__(self, gone: Gone) -> None:
        super().__init__()
        self.gone = gone
        self.looked = 0  # bytes when that was asked last

    def write(self, content: Any, /) -> int:
        """As a file. Errors: LeftError."""
        if self.tell() - self.looked > LOOKING:
            self.watch()
        return super().write(content)

    def watch(self) -> None:
        """Go on only where somebody waits. Errors: LeftError."""
        self.looked = self.tell()
        if self.gone():
            raise LeftError


@dataclass(frozen=True)
class Export:
    """Makes a file when it is asked for, of the setting that is present then."""

    present: Callable[[], Setting]
    cell: Cell
    ending: str
    gone: Gone = nobody_leaves

    def is_large(self) -> bool:
        """Whether it takes so long that small ones must not wait for it."""
        return is_large(self.present(), self.cell, self.ending)

    def __call__(self) -> bytes:
        """The file; errors as `content`."""
        return content(self.present(), self.cell, self.ending, self.gone)


def cell_run(screen: Screen, cell: Cell) -> CellRun:
    """One cell of a screen as it ran. Errors: UnknownNameError."""
    if cell not in screen.traces:
        raise UnknownNameError(say("screen.exporting.no_cell", cell=cell.upper()))
    return CellRun(
        stem=_stem(screen.scene, cell),
        scene=screen.scene.name,
        title=screen.scene.title,
        weights=screen.situation.weights[cell],
        trace=screen.traces[cell],
        labels=screen.labels,
        channels=screen.channels,
        polarity=screen.notation.polarity,
        notes=screen.scene.notes if cell in screen.scene.weights else (),
    )


def _stem(scene: Scene, cell: Cell) -> str:
    return stem_of(scene.name, cell, scene.word)


def _read(setting: Setting, cell: Cell) -> tuple[str, ...]:
    baseline = baseline_of(setting)
    assert baseline.scene.sequence is not None
    words = (*baseline.scene.sequence.labels, *baseline.scene.sequence.channels)
    return read_endings(baseline.base.weights[cell], len(baseline.base.x), words)


def _too_large(base: Situation, cell: Cell, ending: str) -> str:
    size, most = KINDS[ending].size(base.weights[cell], len(base.x)), MOST_BYTES.get(ending, 0)
    if size <= most:
        return ""
    return say(
        "screen.exporting.too_large",
        what=ending[1:].upper(),
        size=round(size / MEGABYTE),
        most=round(most / MEGABYTE),
    )
