"""The workshop: a process beside this one in which large screens and large files are made.

Whoever computes holds the interpreter and the processors from all who wait for something small.
The workshop steps back for them, by its priority, and its memory goes with it: it is started when
something large is asked for, and ended when those who asked have left, or ask for nothing more.
What is made there is told to it as values and comes back as values (app/workshop.py).
"""

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
from typing import Any, Final, TypeAlias

from app.compute import memory
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

    def ask(self, what: str, given: tuple[Any, ...]) -> tuple[int, "Future[Any]"]:
        """A number, and what will be the answer. Errors: EndedError."""
        packed = pickle.dumps((what, given), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if self.ended:
                raise EndedError
            self._asked += 1
            number, future = self._asked, Future[Any]()
            self._waiting[number] = future
            self.told = time.monotonic()
            try:
                self._line.send(number)
                self._line.send_bytes(packed)
            except OSError:
                del self._waiting[number]
                raise EndedError from None
        return number, future

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

    def takes(self, files: Collection[str]) -> bool:
        """Whether what is large is made there. files: of a visitor's own, which stay here."""
        return self.open and not files

    def begin(self) -> None:
        """From now on it takes what is large; where processes have no priorities it never does."""
        self.open = hasattr(os, "nice")

    @property
    def pid(self) -> int | None:
        """The number of its process, if there is one."""
        process = self._process
        return process.pid if process and not process.ended else None

    def make(self, what: str, *given: Any, gone: Gone = nobody_leaves) -> Any:
        """What the workshop makes of these values: `what` is one of app.workshop.MAKES.

        Errors: LeftError, EndedError; those of whatever makes it, by their sentences.
        """
        if gone():  # it may have waited for its turn
            raise LeftError
        process = self._running(gone)
        number, future = process.ask(what, given)
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
