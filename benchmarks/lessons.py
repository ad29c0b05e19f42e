"""How fast lessons are, in a real browser, and what they weigh: `python -m benchmarks.lessons`.

From the request of a link to a lesson to its first painted heatmap and to the step that can be
read, for every lesson, opened once before; in turns with the same screen without a lesson. From the
press on “Next” to the next step with its numbers, and two frames, through whole lessons that were
walked through once before; with the moments of the answer, to see where the time goes. And the
bytes of a first visit with a lesson open and without, and of the quiz beside a page of text, and
the files of lessons and quiz that a visit of the stage fetches: none. Names of lessons and --only
measure a part of it; the last row says of how many lessons its median is, and a lesson that does
not come is named and keeps nobody from the next. Needs Chromium.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import TimeoutError as TooLate

from app.learning.lessons import At, lessons, setting_at
from app.screen.baseline import scenes
from benchmarks.first import PATIENCE, QUIET, visitor
from benchmarks.stage import SIZE
from tests.serving import browsing, executable, serving

ROUNDS: Final = 3
WALKED: Final = ("the-reset-gate", "reading-a-trained-network", "speech-or-music")
REST: Final = 700  # milliseconds in which whatever belongs to a step still comes
# Another scene or word is a switch of scenes, whose limit this is.
LIMITS: Final = {"first": 1500, "step": 150, "scene": 500, "kB": 150}
SAME: Final = "the same scene"
MOMENTS: Final = ("asked", "answered", "shown", "painted")
OWN: Final = ("panel", "quiz", "predict")  # what files of lessons, quiz and predictions are called
PARTS: Final = ("first", "steps", "bytes")
PLAIN, QUIZ = "claims", "quiz"  # a page of text, and the quiz

# Notes when the first heatmap is painted and when the step of the lesson is there, once a frame.
OPENING = """
(() => {
  const wanted = { painted: ".gs-painted", told: ".gs-lesson-text" };
  const look = () => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (!window[name] && document.querySelector(selector)) window[name] = performance.now();
    }
    if (!window.painted || !window.told) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""
# Notes the moments of one step: asked, answered, shown by panel and stage, painted.
WALKING = """
(() => {
  let seen = null;
  const now = () => performance.now();
  const key = () => document.querySelector(".gs-lesson h2")?.textContent;
  addEventListener("pointerdown", () => (seen = { pressed: now(), key: key() }), true);
  const load = window.fetch;
  window.fetch = async (...given) => {
    const mine = seen;
    const post = given[1]?.method === "POST";
    if (mine && post) mine.asked ??= now();
    const answer = await load(...given);
    if (mine && post) mine.answered ??= now();
    return answer;
  };
  const look = () => {
    if (seen && !seen.shown && key() !== seen.key) {
      seen.shown = now();
      requestAnimationFrame(() => requestAnimationFrame(() => (seen.painted = now())));
    }
  };
  const all = { subtree: true, childList: true, attributeFilter: ["data-ack"] };
  new MutationObserver(look).observe(document, all);
  window.stepped = () => (seen?.painted ? seen : null);
})();
"""


def main() -> None:
    """Print every figure with its limit."""
    known = list(lessons(scenes()))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=f"of {', '.join(known)}")
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; may be repeated")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    if unknown := [name for name in asked.lessons if name not in known]:
        parser.error(f"no lesson is called {', '.join(unknown)}; there are {', '.join(known)}")
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    parts = asked.only or PARTS
    missing: list[str] = []
    with browsing(path) as browser, serving() as server:
        print(f"chromium {browser.version}, {SIZE['width']} × {SIZE['height']}")
        if "first" in parts:
            missing = _first(browser, server.url, asked.rounds, asked.lessons or known)
        if "steps" in parts:
            _steps(browser, server.url, asked.rounds, asked.lessons or WALKED)
        if "bytes" in parts:
            _bytes(browser, server.url)
    if missing:
        raise SystemExit(f"Not there in {PATIENCE / 1000:.0f} s: {', '.join(missing)}")


def _first(browser: Browser, url: str, rounds: int, names: Sequence[str]) -> list[str]:
    """Returns the lessons that did not come in time."""
    print(f"\n{'ms from a link, warm':34}{'heatmap':>10}{'step':>10}{'without':>10}")
    with visitor(browser) as context:

        def one(name: str) -> dict[str, list[float]]:
            opens = lessons(scenes())[name].steps[0].opens
            return _opening(context, (f"{url}/?lesson={name}", f"{url}/?{opens}"), rounds)

        every, missing = each(names, one)
    if every:
        _row(f"median of {len(every)} of {len(lessons(scenes()))} lessons", _medians(every))
    return missing


def each(
    names: Sequence[str], measured: Callable[[str], dict[str, list[float]]]
) -> tuple[dict[str, dict[str, list[float]]], list[str]]:
    """What is measured of every lesson, and those that are not there in time: the others go on."""
    every: dict[str, dict[str, list[float]]] = {}
    missing: list[str] = []
    for name in names:
        try:
            every[name] = measured(name)
        except TooLate:
            missing.append(name)
            print(f"{name[:33]:34}not there in {PATIENCE / 1000:.0f} s", flush=True)
        else:
            _row(name, every[name])
    return every, missing


def _medians(every: Mapping[str, dict[str, list[float]]]) -> dict[str, list[float]]:
    whats = next(iter(every.values()))
    return {what: [median(found[what]) for found in every.values()] for what in whats}


def _opening(
    context: BrowserContext, links: tuple[str, str], rounds: int
) -> dict[str, list[float]]:
    """A lesson, opened once before, in turns with its screen without one."""
    _opened(context, links[0], ("painted", "told"))
    found: dict[str, list[float]] = {}
    for _ in range(rounds):
        seen = _opened(context, links[0], ("painted", "told"))
        seen["without"] = _opened(context, links[1], ("painted",))["painted"]
        for what, moment in seen.items():
            found.setdefault(what, []).append(moment)
    return found


def _row(name: str, found: dict[str, list[float]]) -> None:
    row = "".join(f"{median(found[what]):10.0f}" for what in ("painted", "told", "without"))
    print(f"{name[:33]:34}{row}   limit of the heatmap ≤ {LIMITS['first']}", flush=True)


def _opened(context: BrowserContext, link: str, wanted: tuple[str, ...]) -> dict[str, float]:
    """Milliseconds until each of what is wanted is there, by its name in OPENING."""
    page = context.new_page()
    page.add_init_script(OPENING)
    try:
        page.goto(link, wait_until="commit")
        seen = {}
        for name in wanted:
            page.wait_for_function(f"() => window.{name}", timeout=PATIENCE)
            seen[name] = float(page.evaluate(name))
        page.wait_for_timeout(REST)
    finally:
        page.close()
    return seen


def _steps(browser: Browser, url: str, rounds: int, names: Sequence[str]) -> None:
    columns = "".join(f"{name:>10}" for name in MOMENTS)
    print(f"\n{'ms from the press on Next':44}{columns}")
    known = lessons(scenes())
    for name in names:
        found: dict[str, list[dict[str, float]]] = {}
        list(_walked(browser, url, name))
        for _ in range(rounds):
            for at, seen in enumerate(_walked(browser, url, name), start=1):
                there = [setting_at(At(known[name], i), scenes()) for i in (at - 1, at)]
                same = there[0].choices == there[1].choices
                kind = SAME if same else "another scene or word"
                found.setdefault(kind, []).append(seen)
        for kind, rows in found.items():
            columns = [
                median(one.get(moment, one["painted"]) - one["pressed"] for one in rows)
                for moment in MOMENTS
            ]
            row = "".join(f"{one:10.0f}" for one in columns)
            limit = LIMITS["step" if kind == SAME else "scene"]
            print(f"{f'{name}: {kind}'[:43]:44}{row}   limit ≤ {limit}")


def _walked(browser: Browser, url: str, name: str) -> Iterator[dict[str, float]]:
    """From the first step of a lesson to its last, by pressing “Next”."""
    page = browser.new_page(viewport=SIZE)
    page.add_init_script(WALKING)
    page.goto(f"{url}/?lesson={name}")
    page.locator(".gs-stage[data-ack]").wait_for()
    page.locator(".gs-lesson-text").wait_for()
    page.wait_for_timeout(2 * REST)
    page.wait_for_function("() => stepped() === null")  # brings what waiting itself needs
    for _ in range(len(lessons(scenes())[name].steps) - 1):
        _press(page)
        page.wait_for_function("() => stepped() !== null")
        page.wait_for_timeout(REST)
        yield page.evaluate("stepped()")
    page.close()


def _press(page: Page) -> None:
    """Press “Next” as a hand does: `click` scrolls the page first, and the step scrolls back."""
    box = page.locator(".gs-lesson-next").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _bytes(browser: Browser, url: str) -> None:
    print(f"\n{'kB of a first visit':34}{'all':>10}{'more':>10}")
    plain = _weighed(browser, f"{url}/?scene=book&with=none&t=1&u=1&view=kept")
    lesson = _weighed(browser, f"{url}/?lesson=the-reset-gate")
    text, quiz = (_weighed(browser, f"{url}/{page}") for page in (PLAIN, QUIZ))
    rows = {
        "the stage": (plain, None),
        "the same with a lesson": (lesson, plain),
        "a page of text": (text, None),
        "the quiz": (quiz, text),
    }
    for name, (found, than) in rows.items():
        more, limit = "", ""
        if than is not None:
            # What the other one has beside it, and this one has not, makes up for nothing.
            sizes = (max(size - than.get(name, 0), 0) for name, size in found.items())
            more = f"{sum(sizes) / 1000:10.0f}"
            limit = f"   limit ≤ {LIMITS['kB']}"
        print(f"{name:34}{sum(found.values()) / 1000:10.0f}{more}{limit}")
    learning = [one for one in plain if any(name in one.rpartition("/")[2] for name in OWN)]
    print(f"files of lessons, quiz and predictions on the stage: {len(learning)}   limit 0")


def _weighed(browser: Browser, link: str) -> dict[str, int]:
    """Bytes as they came over the line, by address, of a browser that has been nowhere."""
    with _listening(browser) as (page, found):
        page.goto(link)
        page.wait_for_timeout(2 * QUIET)
        return dict(found)


@contextmanager
def _listening(browser: Browser) -> Iterator[tuple[Page, dict[str, int]]]:
    found: dict[str, int] = {}
    names: dict[str, str] = {}

    def heard(frame: dict[str, Any]) -> None:
        name = "the socket"
        found[name] = found.get(name, 0) + len(frame["response"]["payloadData"]) * 3 // 4

    def loaded(end: dict[str, Any]) -> None:
        name = names.get(end["requestId"], "?")
        found[name] = found.get(name, 0) + int(end["encodedDataLength"])

    with visitor(browser) as context:
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.on(
            "Network.responseReceived",
            lambda one: names.update({one["requestId"]: one["response"]["url"].partition("?")[0]}),
        )
        line.on("Network.loadingFinished", loaded)
        line.on("Network.webSocketFrameReceived", heard)
        line.send("Network.enable")
        yield page, found


if __name__ == "__main__":
    main()
