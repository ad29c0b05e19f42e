"""Files that visitors have opened, by keys that cannot be guessed.

A file lives as long as a page that has it open: its numbers are in no setting and in no link, only
its key is. When the last such page has been gone for a while the file is dropped, with everything
that was made of it.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from app.compute import memory
from app.compute.lazy import lazy
from app.compute.store import STORE
from gru_core.arrays import Array
from gru_core.errors import TextError
from gru_core.formats.child import read_safely
from gru_core.formats.limits import MAX_BYTES
from gru_core.formats.model import Entry, ModelFile
from gru_core.formats.whole import packed
from gru_core.inputs.feed import Feed
from gru_core.inputs.tables import read_csv
from gru_core.inputs.tables.text_column import TextFile, text_file
from gru_core.inputs.vocabulary import Vocabulary, read_vocabulary
from gru_core.weights import PARTS, PROJECTION

MOST_HELD = 8  # files of one page, the last ones
MOST_BYTES = 8 * MAX_BYTES  # of the files of one page: more than any model with its input
LINGER = 120.0  # seconds after its pages are gone: a reload or a lost connection comes back
CHARACTER = 4  # bytes of one in memory, at most
EVERY = 10.0  # seconds from one look at which pages are gone to the next


Content: TypeAlias = ModelFile | Vocabulary | Feed | TextFile


@dataclass(eq=False)
class Upload:
    """One file of one page. Compared by identity."""

    key: str
    name: str  # as the visitor's file is called
    content: Content
    data: bytes = b""  # as uploaded, where a framework may be asked to read it too
    pages: set[str] = field(default_factory=set)  # the sessions that have it open
    seen: float = field(default_factory=time.monotonic)  # when one of them was last there

    @lazy
    def size(self) -> int:
        """Bytes in memory, about."""
        content = self.content
        if isinstance(content, ModelFile):
            found = (one for entry in content.entries for layer in entry.layers for one in layer)
            parts = (*PARTS, PROJECTION)
            arrays: list[Array | None] = [getattr(one, part) for one in found for part in parts]
            arrays += [array for _, array in packed.arrays(content)]
        elif isinstance(content, Vocabulary):
            arrays = [content.vectors]
        elif isinstance(content, TextFile):
            return len(content.text) * CHARACTER
        else:
            arrays = [content.numbers]
        return len(self.data) + sum(array.nbytes for array in arrays if array is not None)


_here: "OrderedDict[str, Upload]" = OrderedDict()  # the last one opened last
_lock = threading.Lock()


def find(key: str) -> Upload | None:
    """The file of this key; None if no page has it open."""
    return _here.get(key)


def held() -> int:
    """Bytes of all that are open, about."""
    with _lock:
        return sum(one.size for one in _here.values())


def are_left(keys: Collection[str]) -> bool:
    """Whether every page that has had these files open has been left."""
    with _lock:
        pages = {page for key in keys if key in _here for page in _here[key].pages}
    return bool(pages) and not any(map(_WATCH.is_open, pages))


def take_over(upload: Upload) -> None:
    """Keep a file that another process holds for its pages, until that lets go of it."""
    with _lock:
        _here[upload.key] = upload


def let_go(keys: Collection[str]) -> None:
    """Drop these files, with what was made of them."""
    with _lock:
        for key in keys:
            _here.pop(key, None)
    STORE.release(keys)


def hold(upload: Upload, page: str) -> None:
    """Keep a file for a page, a session's id, as long as that is open; of many the last ones.

    One that a page gives up for a newer one is dropped at once if no other page has it: a visitor
    who tries thirty files must not fill the memory.
    """
    given_up: list[str] = []
    with _lock:
        upload.pages.add(page)
        _here[upload.key] = upload
        _here.move_to_end(upload.key)
        room = MOST_BYTES
        own = [one for one in reversed(_here.values()) if page in one.pages]
        for at, one in enumerate(own):
            room -= one.size
            if at and (at >= MOST_HELD or room < 0):
                one.pages.discard(page)
                if not one.pages:
                    del _here[one.key]
                    given_up.append(one.key)
    STORE.release(given_up)
    _WATCH.begin()


def sweep(is_open: Callable[[str], bool], now: float) -> None:
    """Drop every file whose pages have all been gone for LINGER seconds."""
    gone = _dropped(is_open, now)
    if gone:
        STORE.release(gone)
        memory.give_back()


def _dropped(is_open: Callable[[str], bool], now: float) -> list[str]:
    with _lock:
        for upload in _here.values():
            if any(map(is_open, upload.pages)):
                upload.seen = now
        gone = [one.key for one in _here.values() if now - one.seen > LINGER]
        for key in gone:
            del _here[key]
    return gone


class _Watch:
    """A thread that looks which files' pages are gone, from the first file on."""

    def __init__(self) -> None:
        self.is_open: Callable[[str], bool] = lambda page: True
        self._begun = threading.Event()

    def begin(self) -> None:
        """Start looking, if that has not been done."""
        if not self._begun.is_set():
            self._begun.set()
            threading.Thread(target=self._look, name="uploads", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(EVERY)
            sweep(self.is_open, time.monotonic())


_WATCH = _Watch()


def pages_by(is_open: Callable[[str], bool]) -> None:
    """Say how to tell whether a page, by its session's id, is still open; until then all are."""
    _WATCH.is_open = is_open


def model(data: bytes, name: str) -> Upload:
    """A file of weights, read in a process of its own. Errors: those of read_safely."""
    return _kept(name, read_safely(data, name), data)


def vocabulary(data: bytes, name: str) -> Upload:
    """A vocabulary. Errors: those of read_vocabulary."""
    return _kept(name, read_vocabulary(data))


def numbers(data: bytes, name: str) -> Upload:
    """Rows of numbers, one a step: a CSV file or an NPY array.

    Errors: those of read_csv, of npy.array and of Feed.
    """
    from gru_core.formats import npy

    if data.startswith(npy.MAGIC):
        array = npy.array(name, data)
        half = array.dtype == np.float16
        return _kept(name, Feed("numbers", numbers=array.astype(np.float32) if half else array))
    found = read_csv(data)
    for column in found.columns:
        if column.values is None:
            raise TextError(column.problem)
    table = found.take(range(len(found.columns)))
    return _kept(name, Feed("numbers", numbers=table.values, channels=table.columns))


def texts(data: bytes, name: str) -> Upload:
    """Many texts: a CSV file, or a text of which every line is one, by its ending.

    Errors: those of text_file.
    """
    return _kept(name, text_file(data, lines=not name.casefold().endswith((".csv", ".tsv"))))


def entry_of(upload: Upload, layer: str) -> Entry:
    """The layer of this name; the first one for a name that the file does not have."""
    assert isinstance(upload.content, ModelFile)
    named = (entry for entry in upload.content.entries if entry.name == layer)
    return next(named, upload.content.entries[0])


def _kept(name: str, content: Content, data: bytes = b"") -> Upload:
    return Upload(secrets.token_urlsafe(9), name, content, data)
