"""What all that guards and watches a site costs a crowd: `python -m benchmarks.pair --users 60`.

Two servers stand at once: one with limits, headers, allowed hosts, figures, lines of JSON and a
store, as a site has it, and one with nothing around the app (benchmarks/bare_server.py). A crowd at
each acts by turns for a few seconds, the other one waiting, so that what else the machine does
meets both alike. Ratios are of medians over the turns; the limit is 1.1. Needs Linux.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

from benchmarks.crowd import EDITS, LENSES, SCENES, Crowd, Seen, share
from benchmarks.resident import telling
from tests.serving import ROOT, Server, serving

LIMIT = 1.1
BARE = "benchmarks/bare_server.py"
CLASSROOM = {"edit": EDITS, "lens": LENSES, "scene": SCENES}


@dataclass
class Side:
    """One of the two, and what its crowd met. cpu: milliseconds an answer, by turn."""

    name: str
    crowd: Crowd
    cpu: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)  # p95 of each turn, milliseconds

    def note(self, seen: Seen) -> None:
        """One turn."""
        self.cpu.append(1000 * seen.spent / max(1, len(seen.answers)))
        self.late.append(share(seen.answers, 0.95) or 0.0)


@contextmanager
def setting(values: Mapping[str, str]) -> Iterator[None]:
    """These are in the environment meanwhile."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def both() -> Iterator[tuple[Server, Server]]:
    """A server with all of it, and one without."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        # All visitors come from one address here.
        common = {"GATESCOPE_ADDRESS_PAGES": "600"}
        site = {
            "GATESCOPE_STORE": f"sqlite:///{folder}/store.db",
            "GATESCOPE_HOSTS": "127.0.0.1",
            "GATESCOPE_LOG": "json",
        }
        with setting(common | site):
            subprocess.run([sys.executable, "-m", "app.store", "upgrade"], cwd=ROOT, check=True)
            guarded = stack.enter_context(telling())
        with setting(common | {"PYTHONPATH": str(ROOT)}):
            yield guarded, stack.enter_context(serving(BARE))


async def measured(sides: Sequence[Side], users: int, turns: int, seconds: float, mix: str) -> None:
    """Both crowds come, and act by turns; who is first takes turns, too."""
    for side in sides:
        await side.crowd.warm()
        await side.crowd.arrive(users)
    every = {"edit": 2.0} if mix == "edits" else CLASSROOM
    for turn in range(turns + 1):
        for side in sides if turn % 2 else reversed(sides):
            seen = await side.crowd.act(seconds, every)
            if turn:  # the first one warms
                side.note(seen)
    for side in sides:
        await side.crowd.leave()


def told(sides: Sequence[Side]) -> dict[str, float | int]:
    """Medians, ratios, and how often anybody met an error."""
    guarded, bare = sides
    found: dict[str, float | int] = {}
    for side in sides:
        found[f"cpu_ms_{side.name}"] = round(median(side.cpu), 2)
        found[f"p95_ms_{side.name}"] = round(median(side.late), 1)
        found[f"errors_{side.name}"] = side.crowd.errors
    found["cpu_ratio"] = round(median(guarded.cpu) / median(bare.cpu), 3)
    found["p95_ratio"] = round(median(guarded.late) / median(bare.late), 3)
    return found


def main() -> None:
    """Print both and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=60)
    parser.add_argument("--turns", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each turn of each")
    parser.add_argument("--mix", choices=("edits", "classroom"), default="edits")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with both() as servers:
        crowds = [Crowd([server], [server.port]) for server in servers]
        sides = [Side(*one) for one in zip(("with", "without"), crowds, strict=True)]
        asyncio.run(measured(sides, asked.users, asked.turns, asked.seconds, asked.mix))
    found = told(sides)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:20}{value:>10}")
    print(f"limit of both ratios: {LIMIT}")


if __name__ == "__main__":
    main()
