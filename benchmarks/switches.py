"""How fast another choice is on screen, in a real browser: `python -m benchmarks.switches`.

Another notation, scene or cell, and every lens for the first time: from the press on the option in
the open list to the stage painted with its numbers, and where that time goes. "asked" is when the
page has sent what was chosen, "answered" when the last message before the paint is there, "shown"
when the stage has taken it in; then two frames. Medians of several runs, and the least. With them
the work: messages sent and kilobytes received, with those of the run of the page that may follow;
plots drawn by Plotly until the paint and after it. Measure with nothing else running. Needs
Chromium.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TypeAlias

from playwright.sync_api import Browser, Page

from app.lenses import LENSES
from app.screen.baseline import titles
from app.setting.setting import CELL_VIEW
from app.words.say import say
from benchmarks.stage import SIZE
from gru_core.conventions import NOTATIONS
from tests.serving import browsing, executable, serving

ROUNDS = 5
FURTHER = {view: lens for view, lens in LENSES.items() if view != CELL_VIEW}  # open at first
LIMITS = {"notation": 150, "scene": 500}
WAY = ("pulse", "cue", "crowd", "reader", "pulse")
REST = 1500  # milliseconds in which whatever belongs to a choice still comes

# Notes the moments of one choice, and the work that it makes.
WATCH = """
(() => {
  let seen = null;
  const now = () => performance.now();
  const note = (name) => seen && (seen[name] = now());
  window.addEventListener("pointerdown", () => {
    seen = { pressed: now(), sent: 0, bytes: 0, before: 0, after: 0 };
  }, true);

  const load = window.fetch;
  window.fetch = async (address, options) => {
    const counted = seen && options?.method === "POST" ? seen : null;
    if (counted) {
      counted.asked ??= now();
      counted.sent += 1;
    }
    const answer = await load(address, options);
    if (counted) {
      counted.bytes += Number(answer.headers.get("content-length"));
      counted.heard = now();
    }
    return answer;
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (bytes) {
    if (seen) {
      seen.asked ??= now();
      seen.sent += 1;
    }
    return send.call(this, bytes);
  };
  window.WebSocket = new Proxy(WebSocket, {
    construct(target, given) {
      const socket = new target(...given);
      socket.addEventListener("message", ({ data }) => {
        if (!seen) return;
        seen.bytes += data.byteLength ?? data.size ?? data.length;
        seen.heard = now();
      });
      return socket;
    },
  });

  let plotly;
  Object.defineProperty(window, "Plotly", {
    get: () => plotly,
    set(library) {
      plotly = library;
      const react = library.react;
      library.react = (...given) => {
        if (seen) seen[seen.painted || !seen.asked ? "after" : "before"] += 1;
        return react(...given);
      };
    },
  });

  const observe = () => new MutationObserver((records) => {
    const taken = records.some(({ target }) => target.matches(".gs-stage"));
    if (!seen?.asked || seen.shown || !taken) return;
    seen.answered = seen.heard;
    note("shown");
    requestAnimationFrame(() => requestAnimationFrame(() => note("painted")));
  }).observe(document, { subtree: true, attributeFilter: ["data-ack"] });
  document.documentElement ? observe() : addEventListener("DOMContentLoaded", observe);
  window.switched = () => (seen?.painted ? seen : null);
})();
"""

Seen: TypeAlias = dict[str, float]
MOMENTS = ("asked", "answered", "shown", "painted")


@dataclass(frozen=True)
class Visitor:
    """Somebody who makes one choice after the other on a page."""

    page: Page

    def scene(self, name: str) -> Seen:
        """Another scene, from the list above the stage."""
        self.page.get_by_role("combobox", name="Scene").click()
        return self._option(titles()[name])

    def setting(self, listed: str, option: str) -> Seen:
        """Another option of a list behind “settings”."""
        self.page.get_by_role("button", name="settings").click()
        self.page.get_by_role("combobox", name=listed).click()
        seen = self._option(option)
        self.page.keyboard.press("Escape")
        self.page.wait_for_timeout(300)
        return seen

    def lens(self, view: str) -> Seen:
        """Another view, from the list of questions."""
        self.page.locator(".gs-views-button").click()
        return self._pressed(lambda: self.page.locator(f".gs-views [data-view={view}]").click())

    def _option(self, name: str) -> Seen:
        option = self.page.get_by_role("listbox").get_by_role("option", name=name, exact=True)
        option.wait_for()
        self.page.wait_for_timeout(300)  # the list has opened
        return self._pressed(option.click)

    def _pressed(self, press: Callable[[], None]) -> Seen:
        press()
        self.page.wait_for_function("() => switched() !== null")
        self.page.wait_for_timeout(REST)
        seen: Seen = self.page.evaluate("switched()")
        return seen


def main() -> None:
    """Print every figure with its limit."""
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser, serving() as server:
        print(f"chromium {browser.version}, {SIZE['width']} × {SIZE['height']}, {ROUNDS} rounds")
        print("medians of ms from the press, the least of them, and the work of the last round")
        _notations(browser, server.url)
        _scenes(browser, server.url)
        _cells(browser, server.url)
        _lenses(browser, server.url)


def _notations(browser: Browser, url: str) -> None:
    names = {key: one.name for key, one in NOTATIONS.items()}
    for scene in ("pulse", "crowd"):
        _head(f"another notation, {scene}")
        with visiting(browser, url, f"?scene={scene}&notation=pytorch") as visitor:
            found: dict[str, list[Seen]] = {}
            for _ in range(ROUNDS):
                for key in ("chung", "cho", "pytorch"):
                    seen = visitor.setting("Notation", names[key])
                    found.setdefault(f"to {names[key]}", []).append(seen)
            _table(found, LIMITS["notation"])


def _scenes(browser: Browser, url: str) -> None:
    _head("another scene, the first time on this page (the first round: of this server)")
    found: dict[str, list[Seen]] = {}
    again: dict[str, list[Seen]] = {}
    for _ in range(ROUNDS):
        with visiting(browser, url, f"?scene={WAY[0]}") as visitor:
            for here, there in pairwise(WAY):
                found.setdefault(f"{here} → {there}", []).append(visitor.scene(there))
            for here, there in pairwise(WAY):
                again.setdefault(f"{here} → {there}, again", []).append(visitor.scene(there))
    _table(found | again, LIMITS["scene"])


def _cells(browser: Browser, url: str) -> None:
    _head("another cell beside the GRU, crowd")
    with visiting(browser, url, "?scene=crowd") as visitor:
        found: dict[str, list[Seen]] = {}
        for _ in range(ROUNDS):
            for cell in ("rnn", "lstm"):
                beside = say(f"controls.notation.options.alongside.{cell}")
                label = say("controls.notation.label.alongside")
                found.setdefault(beside, []).append(visitor.setting(label, beside))
        _table(found)


def _lenses(browser: Browser, url: str) -> None:
    _head("a lens for the first time on this page, crowd")
    found: dict[str, list[Seen]] = {}
    for _ in range(2):
        with visiting(browser, url, "?scene=crowd") as visitor:
            for view, lens in FURTHER.items():
                found.setdefault(lens.label, []).append(visitor.lens(view))
    _table(found)


def _head(title: str) -> None:
    columns = "".join(f"{name:>10}" for name in (*MOMENTS, "least", "sent", "kB", "plots", "later"))
    print(f"\n{title}\n{'':32}{columns}")


def _table(found: dict[str, list[Seen]], limit: int | None = None) -> None:
    for name, rounds in found.items():
        times = [median(_since(rounds, moment)) for moment in MOMENTS]
        last = rounds[-1]
        work = (last["sent"], last["bytes"] / 1000, last["before"], last["after"])
        row = "".join(f"{one:10.0f}" for one in (*times, min(_since(rounds, "painted")), *work))
        print(f"{name[:31]:32}{row}" + (f"   limit ≤ {limit}" if limit else ""))


def _since(rounds: Sequence[Seen], moment: str) -> list[float]:
    return [seen[moment] - seen["pressed"] for seen in rounds]


@contextmanager
def visiting(browser: Browser, url: str, query: str) -> Iterator[Visitor]:
    """A page with its plots drawn. The query must name a scene: then all of it is on show."""
    page = browser.new_page(viewport=SIZE)
    page.add_init_script(WATCH)
    page.goto(f"{url}/{query}")
    page.locator(".gs-stage[data-ack]").wait_for()
    page.wait_for_timeout(2 * REST)
    yield Visitor(page)
    page.close()


if __name__ == "__main__":
    main()
