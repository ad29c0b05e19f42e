"""Whether visitors may be led to this process: it has its first screen, works, and is not ending.

Whatever a site depends on adds a check of its own: `ready.add("store", store.check)`.
"""

import logging
import time
from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np
from anyio import move_on_after, to_thread

from app.words.say import say
from gru_core.cells import gru
from gru_core.weights import GRUWeights

log: Final = logging.getLogger(__name__)
Check: TypeAlias = Callable[[], object]  # raises whatever is wrong
State: TypeAlias = Literal["starting", "broken", "open", "leaving"]
PATIENCE: Final = 3.0  # seconds for a check
KEPT: Final = 1.0  # seconds in which the checks are not made again, however many ask


class Readiness:
    """Of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.state: State = "starting"
        self.checks: dict[str, Check] = {}
        self.clock = clock
        self.found: tuple[float, tuple[str, ...]] | None = None  # when, and which checks failed

    def add(self, name: str, check: Check) -> None:
        """Be ready only while this raises nothing. It is called from a thread."""
        self.checks[name] = check

    async def answer(self) -> tuple[int, str]:
        """A status of HTTP and a sentence."""
        if self.state == "starting":
            return 503, say("watching.ready.starting")
        if self.state == "broken":
            return 503, say("watching.ready.broken")
        if self.state == "leaving":
            return 503, say("watching.ready.leaving")
        if self.found is None or self.clock() - self.found[0] > KEPT:
            failed = [name for name, check in self.checks.items() if not await _holds(name, check)]
            self.found = self.clock(), tuple(failed)
        if self.found[1]:
            return 503, say("watching.ready.failed", names=", ".join(self.found[1]))
        return 200, say("watching.ready.open")


async def _holds(name: str, check: Check) -> bool:
    held = False
    with move_on_after(PATIENCE):
        try:
            await to_thread.run_sync(check, abandon_on_cancel=True)
            held = True
        except Exception:
            log.exception(say("watching.ready.failed", names=name))
    return held


def core_steps() -> None:
    """One step of a GRU without weights, which halves its state. Errors: ArithmeticError."""
    w = GRUWeights(
        w_x=np.zeros((3, 2, 1)), w_h=np.zeros((3, 2, 2)), b_x=np.zeros((3, 2)), b_h=np.zeros((3, 2))
    )
    state = np.array([0.5, -1.0])
    if not np.array_equal(gru.step(w, np.ones(1), state).hidden, state / 2):
        raise ArithmeticError


THIS: Final = Readiness()
add: Final = THIS.add
add("core", core_steps)
