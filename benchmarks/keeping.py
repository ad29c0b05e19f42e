"""How much of what a class asks for is still kept: `python -m benchmarks.keeping --users 300`.

A classroom (benchmarks/crowd.py) is played in this process, with a clock of its own: each of its
visitors changes a number every 10 s to one that nobody has had, opens a view every 20 s and another
scene every 60 s; at rest the page asks for its view and compares its numbers. With
`--own 128 500` each has a layer of that size of their own and stays there. What was asked of the
store of computed values is written down, and played again on stores of several sizes: hits of 100,
and the seconds to make again what was made before and had gone, for a minute of the class. With
`--within 4` the store has so many megabytes, and what is printed is the memory of the process by
minutes of the class: what still grows is no value that is kept.
"""

import argparse
import heapq
import json
import random
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from app import answers
from app.compute import memory
from app.compute.store import STORE, Key, Store
from app.messages import asked
from app.messages.stage import told_of
from app.session import state
from app.session.state import Session
from app.setting.setting import Setting
from app.setting.source import OWN, Own
from benchmarks.crowd import CHECKED, EDITS, LENSES, NAMES, RESTED, SCENES, VIEWS
from benchmarks.resident import own_memory
from benchmarks.visitor import Known, unpacked

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)  # megabytes
EVERY = {"edit": EDITS, "view": LENSES, "scene": SCENES}
MILLION = 1_000_000
LOOK = 5.0  # minutes of the class from one look at the memory to the next


class Access(NamedTuple):
    """Somebody wanted a value. size: bytes; seconds: to make it, 0 where it was there."""

    key: Key
    size: int
    seconds: float


class Replayed(NamedTuple):
    """What a store of some size would have had. again: seconds for what had gone."""

    hits: float  # of 1
    again: float


@contextmanager
def written_down(store: Store) -> Iterator[list[Access]]:
    """Gives a list that grows while one is inside: what is asked of a store that has room."""
    accesses: list[Access] = []
    find, get = store.find, store.get

    def found(key: Key) -> Any:
        value = find(key)
        if value is not None:  # whoever does not find it makes it, and that is written down
            accesses.append(Access(key, store._entries[key].size, 0.0))
        return value

    def got(key: Key, size: int, make: Callable[[], Any]) -> Any:
        spent = 0.0

        def made() -> Any:
            nonlocal spent
            begun = time.process_time()
            value = make()
            spent = time.process_time() - begun
            return value

        value = get(key, size, made)
        accesses.append(Access(key, size, spent))
        return value

    store.find, store.get = found, got  # type: ignore[method-assign]
    try:
        yield accesses
    finally:
        store.find, store.get = find, get  # type: ignore[method-assign]


def replayed(accesses: Sequence[Access], most: int) -> Replayed:
    """The same on a store of so many bytes, where those not asked for longest go."""
    kept: OrderedDict[Key, int] = OrderedDict()
    costs: dict[Key, float] = {}
    held = hits = 0
    again = 0.0
    for key, size, seconds in accesses:
        if key in kept:
            kept.move_to_end(key)
            hits += 1
            continue
        again += costs.get(key, 0.0)
        costs.setdefault(key, seconds)
        kept[key] = size
        held += size
        while held > most and len(kept) > 1:
            held -= kept.popitem(last=False)[1]
    return Replayed(hits / len(accesses), again)


class Pupil:
    """A page in this process, as benchmarks/visitor.py is one at a server."""

    def __init__(self, setting: Setting, chance: random.Random) -> None:
        self.here, self.chance, self.known = Session(), chance, Known()
        state._open[self.here.name] = self.here
        self.here.history = self.here.history.push(setting)
        self._whole()

    def do(self, kind: str, scenes: Sequence[str]) -> None:
        """An act of the class, or what the page does by itself."""
        if kind == "edit":
            value = self.chance.uniform(-6, 6)
            self._post(kind="commit", target="gru.b_x.update.2", value=value)
        elif kind == "view":
            self._post(kind="view", view=self.chance.choice(VIEWS))
        elif kind == "ask":
            self._post(kind="ask")
        elif kind == "check":
            asked.answer(self.known.told["numbers"], {"check": ""})
        else:
            self._post(kind="choose", name="scene", value=self.chance.choice(scenes))
            if self.known.told["above"] == "seen":
                self._whole()

    def _whole(self) -> None:
        page = self.here.page()
        packed, sent = told_of(self.here.history.present, page)
        state.told(self.here, sent, page)
        self.known.take(unpacked(packed))

    def _post(self, **event: Any) -> None:
        given = (self.here.name, json.dumps(self.known.event(**event)).encode())
        self.known.take(unpacked(answers.at_once(*given) or answers.answer(*given)))


def starts(users: int, scene: str, own: Sequence[int] | None) -> Iterator[Setting]:
    """Where each begins. own: units and steps of a layer of each, with weights of its own."""
    for seed in range(users):
        if own is None:
            yield Setting(scene=scene)
        else:
            units, steps = own
            yield Setting(scene=OWN, own=Own(source="noise", units=units, steps=steps), seed=seed)


def play(settings: Iterator[Setting], minutes: float, scenes: Sequence[str]) -> Iterator[float]:
    """The class, act by act, on a clock that nobody waits for; gives the minutes of it so far."""
    chance = random.Random(0)
    pupils = [Pupil(setting, chance) for setting in settings]
    due = [
        (chance.uniform(0, pause), number, kind)
        for number in range(len(pupils))
        for kind, pause in EVERY.items()
    ]
    heapq.heapify(due)
    while due[0][0] < 60 * minutes:
        now, number, kind = heapq.heappop(due)
        yield now / 60
        pupil = pupils[number]
        pupil.do(kind, scenes)
        if kind in EVERY:
            heapq.heappush(due, (now + EVERY[kind], number, kind))
        if kind == "edit":
            heapq.heappush(due, (now + CHECKED, number, "check"))
            if pupil.known.told.get("rests"):
                heapq.heappush(due, (now + RESTED, number, "ask"))


def watched(played: Iterator[float]) -> None:
    """Print the memory of this process as the class goes on."""
    memory.settle()
    next_look = 0.0
    print(f"{'minutes':>10}{'process, MB':>14}{'kept, MB':>12}")
    for minutes in played:
        if minutes >= next_look:
            print(f"{minutes:10.0f}{own_memory():14.1f}{STORE.size / MILLION:12.1f}", flush=True)
            next_look += LOOK


def main() -> None:
    """Print what stores of several sizes would have had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--scenes", nargs="+", default=NAMES)
    parser.add_argument("--own", type=int, nargs=2, metavar=("UNITS", "STEPS"))
    parser.add_argument("--within", type=int, metavar="MEGABYTES")
    given = parser.parse_args()
    scenes = [OWN] if given.own else given.scenes
    played = play(starts(given.users, scenes[0], given.own), given.minutes, scenes)
    if given.within:
        STORE.most = given.within * MILLION
        watched(played)
        return
    STORE.most = 1000 * STORE.most  # nothing goes while it is written down
    before = own_memory()
    with written_down(STORE) as accesses:
        deque(played, maxlen=0)
    grown, counted = own_memory() - before, STORE.size / MILLION
    print(f"{len(accesses)} asked for; all of it {counted:.0f} MB, the process grew by {grown:.0f}")
    print(f"{'megabytes':>10}{'hits, %':>10}{'made again, s a minute':>25}")
    for size in SIZES:
        found = replayed(accesses, size * MILLION)
        print(f"{size:10}{100 * found.hits:10.1f}{found.again / given.minutes:25.2f}")


if __name__ == "__main__":
    main()
