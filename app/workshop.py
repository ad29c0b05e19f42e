"""What runs in the workshop (app/compute/workshop.py): the makers of large things, told by name.

It has the whole program and none of its visitors: no session, no ticket, and of their files those
that it was asked about. It ends with the server that has started it.
"""

import logging
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from app import settings
from app.compute import memory, uploads
from app.compute.store import STORE, made_of
from app.compute.workshop import BYTES, FAILED, FILES, REFUSED, VALUE, Gone
from app.messages.asked import answered
from app.messages.stage import made
from app.messages.updates import Sent
from app.screen import exporting, tickets
from app.screen.at_hand import find
from app.screen.baseline import Baseline, baseline_of, told
from app.screen.loaded import Check, check_here, effect_here
from app.screen.many import OverTexts, over_texts_here
from app.screen.page import Page
from app.screen.tickets import Ticket, setting_of
from app.setting.model import Model
from app.setting.setting import Setting
from app.watching import logs
from app.words.refusal import refusal
from app.words.say import say
from gru_core.conventions import Cell
from gru_core.errors import GatescopeError

try:
    import resource
except ModuleNotFoundError:  # systems without have no workshop
    resource = None  # type: ignore[assignment]

BACK: Final = 10  # how far it steps back behind the server
AT_ONCE: Final = 8  # more than ask at the same time: whose turn it is the server says
# Bytes besides what is kept. The largest scenes took 1.3 GB while twelve of them were made.
MEMORY: Final = 2_000_000_000
KEPT: Final = settings.LARGE_CACHE_MB * 1_000_000  # bytes
MOST_TICKETS: Final = 100  # screens whose numbers are asked for by name
FIRST_TO_GO: Final = "500"  # of 1,000, where a system runs out of memory

log: Final = logging.getLogger(__name__)


def main(handle: int) -> None:
    """Make what is asked for over the line that has this handle, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal tells all: the server decides
    os.nice(BACK)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    if resource is not None:
        most = MEMORY + KEPT
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    STORE.most = KEPT
    memory.settle()
    if settings.LOG == "json":
        logs.settle()
    Server(Connection(handle)).serve()
    os._exit(0)  # whatever is still made, nobody waits for it


class Server:
    """One line: numbers of what is asked, and answers in whatever order they are made."""

    def __init__(self, line: "Connection[Any, Any]") -> None:
        self.line = line
        self.left: dict[int, threading.Event] = {}  # by number, while it is made
        self.lock = threading.Lock()

    def serve(self) -> None:
        """Until whoever asks hangs up."""
        threads = ThreadPoolExecutor(AT_ONCE)
        with suppress(EOFError, OSError):
            while True:
                number = self.line.recv()
                if number == FILES:
                    self._hold(self.line.recv_bytes())
                elif number > 0:
                    self.left[number] = threading.Event()
                    threads.submit(self._answer, number, self.line.recv_bytes())
                elif event := self.left.get(-number):
                    event.set()

    def _hold(self, told: bytes) -> None:
        try:
            brought, gone = pickle.loads(told)
        except MemoryError:  # whatever is asked about them is refused
            log.warning("%s has needed too much memory.", "a file")
            return
        for one in brought:
            uploads.take_over(one)
        if gone:
            uploads.let_go(gone)
            memory.give_back()

    def _answer(self, number: int, asked: bytes) -> None:
        what, given, files = pickle.loads(asked)
        try:
            if any(uploads.find(key) is None for key in files):  # it has found no room
                raise MemoryError
            with made_of(files):
                made = MAKES[what](self.left[number].is_set, *given)
            kind = BYTES if isinstance(made, bytes) else VALUE
            answer = made if kind == BYTES else pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
        except GatescopeError as error:
            kind, answer = REFUSED, refusal(error).encode()
        except MemoryError:
            log.warning("%s has needed too much memory.", what)
            kind, answer = REFUSED, say("compute.workshop.memory").encode()
        except Exception as error:
            log.exception("%s has failed.", what)
            kind, answer = FAILED, type(error).__name__.encode()
        del self.left[number]
        with self.lock, suppress(OSError):
            self.line.send((number, kind))
            self.line.send_bytes(answer)


def _screen(_: Gone, setting: Setting, page: Page) -> tuple[bytes, dict[str, Sent]]:
    return made(setting, page)


def _model(_: Gone, setting: Setting) -> Baseline:
    return told(baseline_of(setting))


def _effect(_: Gone, model: Model, setting: str, seed: int) -> dict[str, float | None]:
    found = find(model)
    return effect_here(found, setting, seed) if found else {}


def _check(_: Gone, model: Model, seed: int) -> Check:
    found = find(model)
    if found is None:
        raise GatescopeError(say("screen.loaded.gone"))
    return check_here(found, seed)


def _many(_: Gone, model: Model) -> OverTexts:
    found = find(model)
    if found is None:
        raise GatescopeError(say("screen.loaded.gone"))
    return over_texts_here(found)


def _numbers(_: Gone, ticket: str, setting: Setting, query: Mapping[str, str]) -> bytes:
    if setting_of(ticket) is None:
        _HELD.append(tickets.taken_over(ticket, setting))
    return answered(ticket, query)


def _file(gone: Gone, setting: Setting, cell: Cell, ending: str) -> bytes:
    return exporting.written(setting, cell, ending, gone)


_HELD: Final[deque[Ticket]] = deque(maxlen=MOST_TICKETS)
# Each is first told whether it is still waited for.
MAKES: Final[Mapping[str, Callable[..., Any]]] = {
    "model": _model,
    "effect": _effect,
    "check": _check,
    "many": _many,
    "screen": _screen,
    "numbers": _numbers,
    "file": _file,
}
