"""Two people at work beside a class: `python -m benchmarks.beside --users 300 --minutes 10`.

Two real browsers, the second behind a line of 150 ms there and back, do by turns what somebody does
who plays: step, type a number, drag one, open a view, go to the next scene; meanwhile a classroom
(benchmarks/crowd.py) uses the same two processes behind nginx. Medians and the longest, in
milliseconds from the press to what it leads to on screen, what the browsers complained of, and
whether the memory of the servers grows.
All of it shares the processors. Needs Chromium; measure with nothing else running.
"""

import argparse
import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import Browser, ConsoleMessage, Page

from benchmarks.crowd import EDITS, LENSES, SCENES, Crowd, doors
from benchmarks.delaying import delayed
from benchmarks.resident import memory, slope, telling
from tests.serving import browsing, executable

LINE = 0.075  # seconds each way
THINKING = 1200  # milliseconds between two acts
PATIENCE = 30_000  # milliseconds
BIASES = "gru.b_x.update"
SIZE = {"width": 1280, "height": 800}
VIEWS = ("kept", "memory", "why", "cell")
# Answers once the stage is as wanted, with the time of the frame after that.
UNTIL = """
(wanted) => new Promise((done) => {
  const [kind, before] = wanted;
  const stage = document.querySelector(".gs-stage");
  const now = () => (kind === "update"
    ? document.querySelector("[data-value='gru.update']").textContent : stage.dataset[kind]);
  if (before === null) return done(now());
  const look = () => (now() === before ? requestAnimationFrame(look)
    : requestAnimationFrame(() => done(performance.timeOrigin + performance.now())));
  look();
})
"""


@dataclass
class Person:
    """Somebody at a browser. times: milliseconds by what was done."""

    name: str
    page: Page
    times: dict[str, list[float]] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    turn: int = 0

    def open(self, url: str) -> None:
        """The first page, whole, with the number to be changed chosen."""
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(f"{url}/?scene=pulse")
        self.page.locator(".gs-stage[data-ack]").wait_for(timeout=PATIENCE)
        self.page.wait_for_timeout(3000)

    def act(self) -> None:
        """The next thing that somebody does."""
        acts = (self.step, self.type, self.step, self.drag, self.view, self.step, self.type)
        if self.turn % 21 == 20:
            self.scene()
        else:
            acts[self.turn % len(acts)]()
        self.turn += 1

    def step(self) -> None:
        """One step on, by a key."""
        self._timed("step", "update", lambda: self.page.keyboard.press("ArrowRight"), ended=True)

    def type(self) -> None:
        """Another number, typed."""
        self._choose()
        field = self.page.get_by_label("Exact value")
        field.fill(f"{(self.turn % 13) / 3 - 2:.3f}")
        self._timed("type", "ack", lambda: field.press("Enter"))

    def drag(self) -> None:
        """The chosen number, by its slider."""
        self._choose()
        box = self.page.locator(".gs-value-slider").bounding_box()
        if box is None:
            return
        mouse, middle = self.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] * 0.5, middle)
        mouse.down()
        place = box["x"] + box["width"] * (0.2 + 0.6 * (self.turn % 5) / 4)
        self._timed("drag, first frame", "update", lambda: mouse.move(place, middle), ended=True)
        mouse.up()
        self.page.evaluate("document.activeElement?.blur()")

    def view(self) -> None:
        """Another view of the cell."""
        self.page.locator(".gs-views-button").click()
        name = VIEWS[self.turn % len(VIEWS)]
        option = self.page.locator(f".gs-views [data-view={name}]")
        self._timed("view", "ack", option.click)

    def scene(self) -> None:
        """The scene after this one, and back to the first."""
        self._timed("scene", "opened", self.page.locator(".gs-next").click)
        self.page.wait_for_timeout(THINKING)
        self._timed("back", "opened", self.page.go_back)

    def _choose(self) -> None:
        """The update bias of the first unit, if nothing is chosen."""
        if self.page.locator(".gs-number:enabled").count() == 0:
            self.page.get_by_label("What to change").select_option(BIASES)
            self.page.locator(".gs-number:enabled").wait_for(timeout=PATIENCE)

    def _timed(self, name: str, kind: str, do: Callable[[], object], ended: bool = False) -> None:
        """ended: whether it may be that nothing comes of it, as of a step at the end."""
        before = self.page.evaluate(UNTIL, [kind, None])
        begun = time.time() * 1000
        do()
        try:
            self.page.wait_for_function(
                f"async (wanted) => (window.gsUntil = await ({UNTIL})(wanted))",
                arg=[kind, before],
                timeout=1500 if ended else PATIENCE,
            )
        except Exception:  # noqa: BLE001 - a wait that ends is a figure too
            if not ended:
                self.complaints.append(f"{name}: nothing in {PATIENCE} ms")
            return
        at = self.page.evaluate("window.gsUntil")
        self.times.setdefault(name, []).append(at - begun)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(message.text)


@contextmanager
def crowded(crowd: Crowd, users: int, seconds: float) -> Iterator[list[str]]:
    """A classroom for so long, in a thread of its own; what it met is there at the end."""
    told: list[str] = []

    async def attend() -> None:
        await crowd.arrive(users)
        seen = await crowd.act(seconds, {"edit": EDITS, "lens": LENSES, "scene": SCENES})
        late = sorted(seen.answers)[int(0.95 * len(seen.answers))] * 1000
        told.append(
            f"the class: {len(seen.answers)} answers, p95 {late:.0f}, {crowd.errors} errors"
        )
        whole, late = (slope(seen.samples, after) or 0.0 for after in (0, 0.5))
        before, after = seen.kept
        told.append(
            f"memory of the servers: {memory(crowd.servers):.0f} MB, {whole:+.2f} MB a minute, in "
            f"the second half {late:+.2f}; of it kept {before:.1f} MB, at the end {after:.1f}"
        )
        await crowd.leave()

    thread = threading.Thread(target=lambda: asyncio.run(attend()))
    thread.start()
    yield told
    thread.join()


def main() -> None:
    """Print what both met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with ExitStack() as stack:
        browser: Browser = stack.enter_context(browsing(path))
        servers = [stack.enter_context(telling()) for _ in range(2)]
        [port] = stack.enter_context(doors([server.port for server in servers]))
        far = stack.enter_context(delayed(port, LINE))
        people = [
            Person(name, stack.enter_context(browser.new_context(viewport=SIZE)).new_page())  # type: ignore[arg-type]
            for name in ("here", "behind 150 ms")
        ]
        seconds = 60 * asked.minutes
        told = stack.enter_context(crowded(Crowd(servers, [port]), asked.users, seconds))
        for person, door in zip(people, (port, far), strict=True):
            person.open(f"http://127.0.0.1:{door}")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for person in people:
                person.act()
                person.page.wait_for_timeout(THINKING)
        for person in people:
            _print(person)
    print("\n".join(told))


def _print(person: Person) -> None:
    print(f"\n{person.name:22}{'median':>8}{'longest':>9}{'times':>7}")
    for name, times in person.times.items():
        print(f"  {name:20}{median(times):8.0f}{max(times):9.0f}{len(times):7}")
    print(f"  complaints: {len(person.complaints)}", *person.complaints[:5], sep="\n    ")


if __name__ == "__main__":
    main()
