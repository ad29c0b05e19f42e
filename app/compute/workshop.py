"""The workshop: a process beside this one in which large screens and large files are made.

Whoever computes holds the interpreter and the processors from all who wait for something small.
The workshop steps back for them, by its priority, and its memory goes with it: it is started when
something large is asked for, and ended when those who asked have left, or ask for nothing more.
What is made there is told to it as values and comes back as values (app/workshop.py). Of the files
of visitors it has those that it was asked about, as long as they are held here.
"""

import copyreg
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from multiprocessing import Pipe
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from app.compute import memory, uploads
from app.compute.store import STORE
from app.words.say import say
from gru_core.errors import GatescopeError

LOOK: Final = 0.5  # seconds from one look whether anybody waits to the next
LEFT: Final = 3.0  # seconds after all who asked have left: a reload comes back
REST: Final = 120.0  # seconds in which nobody asks for anything
_ROOT: Final = Path(__file__).parents[2]
# -I: neither the environment nor the folder adds to the path.
_PROGRAM: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from app.workshop import main; main(int(sys.argv[2]))"
)
LARGE: Final = "large"  # owns what this process keeps of large screens
Gone: TypeAlias = Callable[[], bool]  # whether a page has been left; equal for the same page

# What an answer is: bytes as they are, which may be many; a value; a sentence; a fault of ours.
BYTES, VALUE, REFUSED, FAILED = "bytes", "value", "refused", "failed"
FILES: Final = 0  # in place of the number of what is asked: files to be held, or let go of


def _unchanging(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


# Mappings that nobody may change are told as what they hold.
copyreg.pickle(MappingProxyType, lambda one: (_unchanging, (dict(one),)))


class NotMadeError(GatescopeError):
    """What was asked for has not been made, and can be asked for again."""


class LeftError(NotMadeError):
    """Nobody waits any more for what is being made."""

    def __init__(self) -> None:
        super().__init__(say("compute.workshop.left"))


class EndedError(NotMadeError):
    """The workshop has ended before it was done."""

    def __init__(self) -> None:
        super().__init__(say("compute.workshop.ended"))


def nobody_leaves() -> bool:
    """Of what is not made for a page."""
    return False


class Process:
    """One process, from its start to its end."""

    def __init__(self) -> None:
        self._line, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _PROGRAM, str(_ROOT), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
            )
        self._waiting: dict[int, Future[Any]] = {}
        self._asked = 0
        self._files: set[str] = set()  # of visitors, that it holds
        self._lock = threading.Lock()
        self.ended = False
        self.told = time.monotonic()  # when it was last asked or has last answered
        threading.Thread(target=self._listen, name="workshop", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def idle(self) -> bool:
        """Whether it has nothing to do."""
        return not self._waiting

    def ask(
        self, what: str, given: tuple[Any, ...], files: Collection[str] = ()
    ) -> tuple[int, "Future[Any]"]:
        """A number, and what will be the answer. files: of a visitor. Errors: EndedError."""
        files = [key for key in files if uploads.find(key)]
        packed = pickle.dumps((what, given, files), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if self.ended:
                raise EndedError
            self._asked += 1
            number, future = self._asked, Future[Any]()
            self._waiting[number] = future
            self.told = time.monotonic()
            try:
                self._bring(files)
                self._line.send(number)
                self._line.send_bytes(packed)
            except OSError:
                del self._waiting[number]
                raise EndedError from None
        return number, future

    def _bring(self, files: Collection[str]) -> None:
        """Have it hold those of these files that it does not hold yet, and no others than we do."""
        brought = [one for key in files if key not in self._files and (one := uploads.find(key))]
        gone = [key for key in self._files if uploads.find(key) is None]
        if brought or gone:
            self._files |= {one.key for one in brought}
            self._files -= set(gone)
            self._line.send(FILES)
            self._line.send_bytes(pickle.dumps((brought, gone), pickle.HIGHEST_PROTOCOL))

    def let_go(self) -> None:
        """Have it drop the files that are held no longer."""
        with self._lock, suppress(OSError):
            self._bring(())

    def leave(self, number: int) -> None:
        """Nobody waits for that any more."""
        with self._lock, suppress(OSError):
            self._line.send(-number)

    def end(self) -> None:
        """At once. What it was asked for ends in EndedError."""
        self._process.kill()
        self._process.wait()

    def _listen(self) -> None:
        try:
            while True:
                number, kind = self._line.recv()
                answer = self._line.recv_bytes()
                with self._lock:
                    future = self._waiting.pop(number)
                self.told = time.monotonic()
                if kind == REFUSED:
                    future.set_exception(GatescopeError(answer.decode()))
                elif kind == FAILED:
                    future.set_exception(RuntimeError(answer.decode()))
                else:
                    future.set_result(answer if kind == BYTES else pickle.loads(answer))
        except (EOFError, OSError):
            pass
        with self._lock:
            self.ended = True
            lost, self._waiting = list(self._waiting.values()), {}
        self._line.close()
        self._process.wait()
        for future in lost:
            future.set_exception(EndedError())


class Workshop:
    """At most one such process, and who has asked it for something."""

    def __init__(self) -> None:
        self.open = False  # until a server says so, everything is made where it is asked for
        self._process: Process | None = None
        self._pages: set[Gone] = set()
        self._lock = threading.Lock()

    def begin(self) -> None:
        """From now on it takes what is large; where processes have no priorities it never does."""
        self.open = hasattr(os, "nice")

    @property
    def pid(self) -> int | None:
        """The number of its process, if there is one."""
        process = self._process
        return process.pid if process and not process.ended else None

    def make(
        self, what: str, *given: Any, gone: Gone = nobody_leaves, files: Collection[str] = ()
    ) -> Any:
        """What the workshop makes of these values: `what` is one of app.workshop.MAKES.

        files: of a visitor, by their keys, which it is made of. Errors: LeftError, EndedError;
        those of whatever makes it, by their sentences.
        """
        if gone():  # it may have waited for its turn
            raise LeftError
        process = self._running(gone)
        number, future = process.ask(what, given, files)
        while True:
            try:
                return future.result(LOOK)
            except TimeoutError:
                if gone():
                    process.leave(number)
                    raise LeftError from None

    def close(self) -> None:
        """End what there is."""
        with self._lock:
            process, self._process = self._process, None
            self._pages.clear()
        if process:
            process.end()
        _forget()

    def _running(self, gone: Gone) -> Process:
        with self._lock:
            self._pages.add(gone)
            if self._process is None or self._process.ended:
                self._process = Process()
                watch = threading.Thread(target=self._watch, args=(self._process,), name="watching")
                watch.daemon = True
                watch.start()
            return self._process

    def _watch(self, process: Process) -> None:
        """Until it has ended: end it when it is not needed."""
        seen = time.monotonic()  # when there was last somebody
        while not process.ended:
            time.sleep(LOOK)
            now = time.monotonic()
            process.let_go()
            with self._lock:
                self._pages = {gone for gone in self._pages if not gone()}
                seen = now if self._pages else seen
                unused = now - process.told > REST and process.idle
                if now - seen > LEFT or unused:
                    self._process = None if self._process is process else self._process
                    break
        process.end()
        _forget()


def _forget() -> None:
    """Drop what is kept here of large screens: whoever is still there has it made again."""
    STORE.release([LARGE])
    memory.give_back()


WORKSHOP: Final = Workshop()
