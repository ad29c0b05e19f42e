"""What a screen can do without for a moment: made by a thread of its own, and then kept."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextvars import copy_context
from typing import Generic

from app.compute.store import Key, Shelf, Value
from app.compute.workshop import LeftError

# Seconds that a screen waits for it. What takes longer comes when the stage asks again.
PATIENCE = 0.25
MOST_WANTED = 16  # what was wanted before those is not made; whoever still wants it asks again

log = logging.getLogger(__name__)


class Later(Generic[Value]):
    """Values by what they are made of; what was asked for last is made first."""

    def __init__(self, kept: Shelf[Value], name: str) -> None:
        self._kept, self._name = kept, name  # of the thread
        self._wanted: OrderedDict[Key, tuple[Future[Value], Callable[[], Value]]] = OrderedDict()
        self._making: tuple[Key, Future[Value]] | None = None
        self._failed: OrderedDict[Key, Exception] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, key: Key, size: int, make: Callable[[], Value]) -> Value | None:
        """The value, if it is there within PATIENCE; else None, and whoever asks again gets it.

        Errors: those of `make`, said to whoever asks first; it is made anew for the next one.
        """
        found = self._kept.find(key)
        if found is not None:
            return found
        # Made by a thread of its own, of the files of whoever asks.
        context = copy_context()
        future = self._begin(key, lambda: context.run(self._kept.get, key, size, make))
        try:
            return future.result(PATIENCE)
        except (TimeoutError, CancelledError):
            return None
        except Exception:
            with self._lock:
                self._failed.pop(key, None)
            raise

    def _begin(self, key: Key, make: Callable[[], Value]) -> "Future[Value]":
        with self._lock:
            if key in self._failed:
                raise self._failed.pop(key)
            if self._making and self._making[0] == key:
                return self._making[1]
            idle = not self._wanted and not self._making
            future, _ = self._wanted.setdefault(key, (Future(), make))
            self._wanted.move_to_end(key)
            if len(self._wanted) > MOST_WANTED:
                _, (oldest, _) = self._wanted.popitem(last=False)
                oldest.cancel()
            if idle:
                threading.Thread(target=self._work, name=self._name, daemon=True).start()
        return future

    def _work(self) -> None:
        """Until nothing is wanted any more."""
        while True:
            with self._lock:
                self._making = None
                if not self._wanted:
                    return
                key, (future, make) = self._wanted.popitem()
                self._making = key, future
            try:
                future.set_result(make())
            except Exception as error:
                if not isinstance(error, LeftError):  # nobody waits for it any more
                    log.exception("%s has failed.", self._name.capitalize())
                with self._lock:
                    self._failed[key] = error
                    if len(self._failed) > MOST_WANTED:
                        self._failed.popitem(last=False)
                future.set_exception(error)


class Soon:
    """Something done once, so many seconds after somebody first asks for it."""

    def __init__(self, do: Callable[[], object], seconds: float) -> None:
        self._timer = threading.Timer(seconds, do)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._asked = False

    def ask(self) -> None:
        """Returns at once."""
        with self._lock:
            if not self._asked:
                self._asked = True
                self._timer.start()
