"""How long one step of each cell takes on this server: measured once, beside its visitors.

The work is done by a daemon thread of its own, begun when somebody first asks. A second or two of
one core altogether, with a rest after each size: who edits a scene meanwhile hardly waits longer.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from app.words.say import say
from gru_core.analysis.cost import SIZES, Clock, Timing, measure

INPUTS: Final = 8  # numbers a step
STEPS: Final = 50  # of one sequence
REPEATS: Final = 15  # of which the median counts
REST: Final = 0.1  # seconds after each size
AGAIN: Final = 60.0  # seconds after a failure before it is tried anew
# Of this thread alone: what visitors make the server do meanwhile does not count. The processor
# time of a thread is too coarse on Windows.
PROCESSOR: Final = time.perf_counter if sys.platform == "win32" else time.thread_time

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Measured:
    """What is known so far, the smallest size first."""

    sizes: Sequence[int]  # that were asked for
    same_units: tuple[Timing, ...] = ()
    same_parameters: tuple[Timing, ...] = ()  # as a GRU of each size
    day: date | None = None  # once all is done
    problem: str = ""  # a sentence, if it went wrong

    @property
    def waiting(self) -> bool:
        """Whether more is to come."""
        return self.day is None and not self.problem


class Measuring:
    """One measurement. It begins when it is first asked for, and is made once.

    If it fails, whoever asks later than AGAIN seconds after that has it go on where it ended.
    """

    def __init__(
        self,
        sizes: Sequence[int] = SIZES,
        clock: Clock = PROCESSOR,
        rest: Callable[[float], object] = time.sleep,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._rest, self._today, self._now = clock, rest, today, now
        self._found = Measured(tuple(sizes))
        self._thread: threading.Thread | None = None
        self._failed = 0.0  # when
        self._lock = threading.Lock()

    def ask(self) -> Measured:
        """What is known so far; the first one to ask begins the work. Returns at once."""
        with self._lock:
            again = bool(self._found.problem) and self._now() >= self._failed + AGAIN
            if again:
                self._found = replace(self._found, problem="")
            if self._thread is None or again:
                self._thread = threading.Thread(
                    target=self._work, name="measuring the cells", daemon=True
                )
                self._thread.start()
        return self._found

    def _work(self) -> None:
        try:
            for size in self._found.sizes[len(self._found.same_units) :]:
                self._measure(size)
                self._rest(REST)
            self._found = replace(self._found, day=self._today())
        except Exception as error:
            log.exception("Measuring the cells has failed.")
            said = f"{type(error).__name__}: {error}".removesuffix(".")
            problem = say("compute.timing.failed", error=said)
            self._failed = self._now()
            self._found = replace(self._found, problem=problem)

    def _measure(self, size: int) -> None:
        """One size, of the same units and of the same number of parameters."""
        found, rng = self._found, np.random.default_rng(size)
        units, parameters = (
            next(
                measure([size], self._clock, REPEATS, rng, match=m, input_size=INPUTS, steps=STEPS)
            )
            for m in ("units", "parameters")
        )
        known = [
            second for one in (units, parameters) for second in (*one.seconds.values(), one.twin)
        ]
        if min(known) <= 0:
            raise RuntimeError(say("compute.timing.coarse"))
        self._found = replace(
            found,
            same_units=(*found.same_units, units),
            same_parameters=(*found.same_parameters, parameters),
        )


THIS_SERVER: Final = Measuring()
