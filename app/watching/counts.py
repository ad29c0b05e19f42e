"""What happens in this process, in figures that Prometheus reads: how often, how long, how many.

None of them names a visitor, an input or an address; each label has few values, all written here or
known when the server starts. docs/running.md has the same names with the same meanings.
"""

from collections import Counter as Tally
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    disable_created_metrics,
)

from app.words.say import say

BEFORE: Final[list[Callable[[], object]]] = []  # what is done before the figures are told


class Figures(CollectorRegistry):
    """All of them."""

    def collect(self) -> Iterable[Metric]:
        """Give each, as it is now."""
        for do in BEFORE:
            do()
        yield from super().collect()


REGISTRY: Final = Figures()
# Seconds: from what nobody notices to what nobody waits for.
BOUNDS: Final = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

# When a counter began would be as many series again.
disable_created_metrics()  # type: ignore[no-untyped-call]
ProcessCollector(registry=REGISTRY)  # memory, processor time, file handles
PAGES: Final = Gauge("gatescope_pages", say("watching.counts.pages"), registry=REGISTRY)
SECONDS: Final = Histogram(
    "gatescope_answer_seconds",
    say("watching.counts.seconds"),
    ["route"],
    buckets=BOUNDS,
    registry=REGISTRY,
)
ANSWERS: Final = Counter(
    "gatescope_answers", say("watching.counts.answers"), ["route", "status"], registry=REGISTRY
)
EVENTS: Final = Counter(
    "gatescope_events", say("watching.counts.events"), ["kind"], registry=REGISTRY
)
LENSES: Final = Counter(
    "gatescope_lenses", say("watching.counts.lenses"), ["lens"], registry=REGISTRY
)
REFUSALS: Final = Counter(
    "gatescope_refusals", say("watching.counts.refusals"), ["kind"], registry=REGISTRY
)
ERRORS: Final = Counter(
    "gatescope_errors", say("watching.counts.errors"), ["where"], registry=REGISTRY
)
WAITING: Final = Gauge(
    "gatescope_waiting", say("watching.counts.waiting"), ["queue"], registry=REGISTRY
)
RUNNING: Final = Gauge(
    "gatescope_running", say("watching.counts.running"), ["queue"], registry=REGISTRY
)
CACHE: Final = Gauge("gatescope_cache_bytes", say("watching.counts.cache"), registry=REGISTRY)
UPLOADS: Final = Gauge("gatescope_upload_bytes", say("watching.counts.uploads"), registry=REGISTRY)

_taken: Final[deque[tuple[Sequence[str], str]]] = deque()  # events that were not counted yet


def refused(kind: str) -> None:
    """Somebody was turned away."""
    REFUSALS.labels(kind).inc()


def failed(where: str) -> None:
    """Something went wrong that is our fault."""
    ERRORS.labels(where).inc()


def took(kinds: Sequence[str], lens: str) -> None:
    """Events of these known kinds were taken in. lens: the one beside the stage after them.

    Counted when answers are told of (app/watching/ended.py), as an answer follows.
    """
    _taken.append((kinds, lens))


def tell_taken() -> None:
    """Count what was taken in."""
    events: Tally[str] = Tally()
    while _taken:
        kinds, lens = _taken.popleft()
        events.update(kinds)
        if "view" in kinds:
            LENSES.labels(lens).inc(kinds.count("view"))
    for kind, number in events.items():
        _event(kind).inc(number)


@cache
def _event(kind: str) -> Counter:
    return EVENTS.labels(kind)


def queue(name: str, waiting: Callable[[], int], running: Callable[[], int]) -> None:
    """Look at a queue whenever somebody wants to know."""
    WAITING.labels(name).set_function(waiting)
    RUNNING.labels(name).set_function(running)
