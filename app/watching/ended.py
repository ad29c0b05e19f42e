"""Answers that have ended, told of a moment later: in the figures, and in a line of the log each.

Told one by one as they end, each takes several times as long, in which nobody is answered. They are
told before anybody reads the figures, before anything else is written into the log, and before the
process ends.
"""

import asyncio
import atexit
import json
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache, lru_cache
from typing import Final, TypeAlias

from prometheus_client import Counter, Histogram

from app.watching import counts, logs
from app.watching.routes import LINE

PAUSE: Final = 1.0  # seconds, at most, from the end of an answer until it is told of
# Bytes that reach a pipe in one piece, though several processes write into it: PIPE_BUF of Linux.
PIECE: Final = 4096


# An answer: when it ended, in seconds since 1970; the id of its request; its route, method and
# status; the seconds that it took; whether it is logged. A plain tuple is made by no call.
Ended: TypeAlias = tuple[float, str, str, str, int, float, bool]


class Waiting:
    """Those of which nothing was told yet. Loops add them; any thread may tell of them."""

    def __init__(self) -> None:
        self._of: deque[Ended] = deque()
        self._due: asyncio.AbstractEventLoop | None = None  # where it is to be told of them
        self._lock = threading.RLock()  # what is collected meanwhile may log that it was

    def add(self, one: Ended) -> None:
        """Tell of this one soon. To be called in an event loop."""
        self._of.append(one)
        loop = asyncio.get_running_loop()
        if self._due is not loop:
            self._due = loop
            loop.call_later(PAUSE, self.tell)

    def tell(self) -> None:
        """Tell of all of them now."""
        with self._lock:
            self._due = None
            counts.tell_taken()
            told: list[Ended] = []
            while self._of:  # whatever is told of meanwhile is gone from it
                told.append(self._of.popleft())
            answers: dict[tuple[str, int], int] = defaultdict(int)
            for _, _, route, _, status, seconds, _ in told:
                answers[route, status] += 1
                if route != LINE:
                    _seconds(route).observe(seconds)
            for (route, status), number in answers.items():
                _answers(route, status).inc(number)
            for piece in _pieces(line(one) for one in told if one[-1]):
                with suppress(OSError, ValueError):  # nobody reads the log any more
                    sys.stderr.write(piece)


def line(one: Ended) -> str:
    """Of the log: the object of JSON that json.dumps would make. A name needs no quoting."""
    when, name, route, method, status, seconds, _ = one
    fields = (
        f'"time": "{logs.moment(when)}"',
        '"level": "info"',
        f'"request": "{name}"',
        _about(route, method, status),
        f'"milliseconds": {1000 * seconds:.1f}',
    )
    return "{" + ", ".join(fields) + "}\n"


@lru_cache(maxsize=256)
def _about(route: str, method: str, status: int) -> str:
    return json.dumps({"route": route, "method": method, "status": status})[1:-1]


@cache
def _answers(route: str, status: int) -> Counter:
    return counts.ANSWERS.labels(route, status)


@cache
def _seconds(route: str) -> Histogram:
    return counts.SECONDS.labels(route)


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Whole lines, so many that they are written at once."""
    piece: list[str] = []
    size = 0
    for one in lines:
        if piece and size + len(one) > PIECE:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(one)
        size += len(one)
    if piece:
        yield "".join(piece)


THIS: Final = Waiting()
add: Final = THIS.add
tell: Final = THIS.tell
counts.BEFORE.append(tell)
logs.BEFORE.append(tell)
atexit.register(tell)
