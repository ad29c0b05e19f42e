"""How fast the stage is, in a real browser: `python -m benchmarks.stage`.

At 32 units and 100 steps, with the LSTM alongside: from the key that commits an edit to the
repaint, against a page that draws the four GRU heatmaps with st.plotly_chart; frames a second and
messages while scrubbing and dragging; bytes for one edit; and that the server never loaded torch.
Medians of one run, the two pages taking turns: trust the ratios. Needs Chromium and Linux.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import TypeAlias

from playwright.sync_api import Browser, Locator, Page, Response, WebSocket

from benchmarks.delaying import delayed
from tests.serving import browsing, executable, serving

SIZE = {"width": 1280, "height": 800}
EDITS = 15
SECONDS = 2.0
LINE = 0.15  # seconds there and back
PIXELS = 180.0  # of a drag over all values of its sweep, as in assets/stage/core/drag.js
SCENE = "?scene=crowd"
INPUT = ".gs-input .gs-area"
SHOWN = {
    "cursor": "frames with the cursor moved",
    "canvas": "frames with new colours",
    "lines": "frames with new lines",
    "equations": "frames with new equations",
    "wiring": "frames with new wiring",
    "frames": "frames of any kind",
}
WEIGHTS = "[data-cell=gru] .gs-weights .gs-area"

# Counts, frame by frame, how often the page drew something new: colours are put on a canvas, lines
# are strokes on one, the cursor is a mark with a place; equations are text, the wiring has fills.
COUNTER = """
(() => {
  const drawn = { canvas: false, lines: false };
  const watch = (method, what) => {
    const plain = CanvasRenderingContext2D.prototype[method];
    CanvasRenderingContext2D.prototype[method] = function (...args) {
      drawn[what] = true;
      const told = painted;
      painted = null;
      if (told) requestAnimationFrame(told);
      return plain.apply(this, args);
    };
  };
  watch("putImageData", "canvas");
  watch("stroke", "lines");
  let counts = null;
  let mark = null;
  let painted = null;
  let place = "";
  let seen = {};
  let equations = null;
  let cells = [];
  const inside = () => ({
    equations: equations?.textContent,
    wiring: cells.map((one) => one.getAttribute("fill")).join(),
  });
  const frame = () => {
    if (!counts) return;
    counts.frames += 1;
    for (const what of ["canvas", "lines"]) {
      counts[what] += drawn[what];
      drawn[what] = false;
    }
    const now = inside();
    for (const what of ["equations", "wiring"]) counts[what] += now[what] !== seen[what];
    seen = now;
    counts.cursor += mark.style.left !== place;
    place = mark.style.left;
    requestAnimationFrame(frame);
  };
  window.counter = {
    paint(told) {
      painted = told;
    },
    start(part) {
      mark = document.querySelector(`[data-part="${part}"] .gs-plot:not(.gs-strip) .gs-time-mark`);
      place = mark.style.left;
      counts = { frames: -1, canvas: 0, lines: 0, cursor: 0, equations: 0, wiring: 0 };
      equations = document.querySelector(".gs-equations");
      cells = [...document.querySelectorAll(".gs-cell")];
      seen = inside();
      this.from = performance.now();
      requestAnimationFrame(frame);
    },
    stop() {
      const found = { ...counts, seconds: (performance.now() - this.from) / 1000 };
      counts = null;
      return found;
    },
  };
})();
"""

# Moves the pressed pointer once a frame: of a real mouse's moves the browser keeps one a frame.
POINTER = """
(x, y) => document.querySelector(".gs-stage").dispatchEvent(
  new PointerEvent("pointermove", { clientX: x, clientY: y, pointerId: 1, buttons: 1 }))
"""
# A slider's thumb does not follow made-up moves: it is set, and says so as if it had been moved.
SLIDER = """
(x) => {
  const slider = document.querySelector(".gs-scrub");
  const { left, width } = slider.getBoundingClientRect();
  slider.value = 1 + ((x - left) / width) * (slider.max - 1);
  slider.dispatchEvent(new Event("input"));
}
"""
EVERY_FRAME = """
([places, seconds]) => new Promise((done) => {
  counter.start("gru.hidden");
  const move = MOVE;
  let at = 0;
  const frame = () => {
    if (performance.now() - counter.from > seconds * 1000) return done(counter.stop());
    move(...places[at++ % places.length]);
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})
"""

# From the first move of a pressed pointer to the frame that shows what it leads to.
FIRST_FRAME = """
([x, y]) => new Promise((done) => {
  const begun = performance.now();
  counter.paint(() => done(performance.now() - begun));
  MOVE(x, y);
})
"""

# From the press of Enter, or the end of a click, to the paint after the last change of some
# elements. The stage tells that it shows the new numbers by an attribute: it paints them first and
# lets Plotly draw the same picture when there is time, which tests/browser/test_dragging.py
# compares.
STOPWATCH = """
([selector, attributes]) => {
  let pressed = null;
  let painted = null;
  const start = () => ([pressed, painted] = [performance.now(), null]);
  window.addEventListener("keydown", ({ key }) => key === "Enter" && start(), true);
  window.addEventListener("pointerdown", start, true);
  const ours = (node) => node.matches?.(selector) || node.closest?.(selector)
    || node.querySelector?.(selector);
  new MutationObserver((records) => {
    const changed = records.some(({ target, addedNodes }) =>
      attributes ? target.matches(selector) : ours(target) || [...addedNodes].some(ours));
    if (pressed === null || !changed) return;
    requestAnimationFrame(() => requestAnimationFrame(() => (painted = performance.now())));
  }).observe(document.body, attributes
    ? { subtree: true, attributeFilter: attributes }
    : { subtree: true, childList: true, attributes: true });
  window.stopwatch = () => (painted === null ? null : painted - pressed);
}
"""

Places: TypeAlias = list[tuple[float, float]]
Counts: TypeAlias = dict[str, float]


@dataclass
class Traffic:
    """The websocket and the posts of one page: messages that went out, bytes that came in."""

    sent: int = 0
    received: int = 0
    sockets: list[WebSocket] = field(default_factory=list)

    def follow(self, socket: WebSocket) -> None:
        """Count on this socket too."""
        self.sockets.append(socket)
        socket.on("framesent", lambda _: self._count_sent())
        socket.on("framereceived", lambda content: self._count_received(len(content)))

    def answer(self, response: Response) -> None:
        """Count a post and its answer, if this is one."""
        if response.request.method == "POST":
            self._count_sent()
            self._count_received(int(response.headers.get("content-length", 0)))

    def _count_sent(self) -> None:
        self.sent += 1

    def _count_received(self, size: int) -> None:
        self.received += size

    def taken(self) -> tuple[int, int]:
        """Messages sent and bytes received since the last time."""
        counts = self.sent, self.received
        self.sent = self.received = 0
        return counts


def main() -> None:
    """Print every figure with its limit."""
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser, serving() as server:
        print(f"chromium {browser.version}, {SIZE['width']} × {SIZE['height']}, crowd: 32 × 100")
        with serving("benchmarks/baseline_page.py") as baseline:
            _commits(browser, server.url, baseline.url)
        print("\nframes a second, and messages to the server from press to just before release")
        _frames(browser, server.url)
        with delayed(server.port, LINE / 2) as far:
            print("\nthe same over a line of 150 ms there and back")
            _drags(browser, f"http://127.0.0.1:{far}", first=True)
        _bytes(browser, server.url)
        _torch(server.maps())


def _commits(browser: Browser, ours: str, theirs: str) -> None:
    print("\ncommit of an edit to repaint, ms from the key press")
    with opened(browser, ours) as (stage, _), opened(browser, theirs, "") as (charts, _):
        _choose_cell(stage, "gru.w_h.update", 4, 2)
        field = stage.get_by_label("Exact value")
        stage.evaluate(STOPWATCH, [".gs-stage", ["data-ack"]])
        number = charts.locator("input[type=number]")
        charts.locator(".js-plotly-plot").nth(3).wait_for()
        charts.wait_for_timeout(1500)
        charts.evaluate(STOPWATCH, ["[data-testid=stPlotlyChart]", None])
        times: tuple[list[float], list[float]] = ([], [])
        for edit in range(EDITS):
            for spent, page, box in zip(times, (stage, charts), (field, number), strict=True):
                page.bring_to_front()
                spent.append(typed(page, box, f"{-2 + 0.25 * edit}"))
        ours_ms, theirs_ms = map(median, times)
        print(f"stage {ours_ms:.0f}, st.plotly_chart {theirs_ms:.0f}")
        line("ratio", ours_ms / theirs_ms, "≤ 0.50", "{:.2f}")


def typed(page: Page, box: Locator, text: str) -> float:
    """Type a number and press Enter; milliseconds to the repaint, by the page's stopwatch."""
    box.fill(text)
    page.wait_for_timeout(100)
    box.press("Enter")
    page.wait_for_function("() => stopwatch() !== null")
    page.wait_for_timeout(700)  # whatever still comes belongs to this edit
    spent: float = page.evaluate("stopwatch()")
    return spent


def _frames(browser: Browser, url: str) -> None:
    with opened(browser, url) as (page, traffic):
        moving = Moving(page, traffic)
        hidden = page.locator("[data-part='gru.hidden'] .gs-plot:not(.gs-strip) .gs-area")
        moving.scrub("scrubbing a heatmap", hidden, POINTER)
        moving.scrub("scrubbing the slider", page.get_by_label("Timestep"), SLIDER)
    _drags(browser, url)


def _drags(browser: Browser, url: str, first: bool = False) -> None:
    """first: whether the first frame is timed, too."""
    with opened(browser, url) as (page, traffic):
        page.locator(".gs-stage[data-computes=here]").wait_for()
        moving = Moving(page, traffic)
        weight = page.locator(WEIGHTS).nth(1)
        moving.drag("dragging a weight of the GRU", weight, (0.4, 0.5), first)
        moving.drag("dragging an input", page.locator(INPUT), (0.005, 0.5), first)


@dataclass(frozen=True)
class Moving:
    """Presses, moves to and fro, releases, and says how often the page kept up."""

    page: Page
    traffic: Traffic

    def scrub(self, name: str, area: Locator, move: str) -> None:
        """The cursor should follow, and the server hear nothing."""
        x, y, width = _press(self.page, area, (0.5, 0.5))
        self.traffic.taken()
        places = [(x + width * share, y) for share in _to_and_fro(20)]
        counts = _every_frame(self.page, places, move)
        self._report(name, counts, ("cursor",), 50, 0)

    def drag(self, name: str, area: Locator, at: tuple[float, float], first: bool) -> None:
        """Every heatmap and line should follow, and the server hear nothing."""
        x, y, _ = _press(self.page, area, at)
        self.page.wait_for_timeout(600)
        self.traffic.taken()
        if first:
            script = FIRST_FRAME.replace("MOVE", f"({POINTER.strip()})")
            spent: float = self.page.evaluate(script, [x, y - 12])
            line(f"{name}, first frame, ms", spent, "≤ 50", "{:.0f}")
        values = int(self.page.locator(".gs-value-slider").evaluate("(slider) => slider.max"))
        places = [(x, y - PIXELS * share) for share in _to_and_fro(values // 2)]
        counts = _every_frame(self.page, places, POINTER)
        self._report(name, counts, ("canvas", "lines", "equations", "wiring"), 50, 0)

    def _report(
        self, name: str, counts: Counts, wanted: tuple[str, ...], least: int, most_sent: int
    ) -> None:
        sent = self.traffic.taken()[0]
        self.page.mouse.up()
        self.page.wait_for_timeout(1000)
        print(name)
        for what in (*wanted, "frames"):
            rate = counts[what] / counts["seconds"]
            line(f"  {SHOWN[what]}", rate, f"≥ {least}" if what in wanted else "", "{:.0f}")
        line("  messages", sent, f"≤ {most_sent}")


def _every_frame(page: Page, places: Places, move: str) -> Counts:
    script = EVERY_FRAME.replace("MOVE", move.strip())
    counts: Counts = page.evaluate(script, [places, SECONDS])
    return counts


def _to_and_fro(steps: int) -> list[float]:
    """Shares from -0.5 to 0.5 and back."""
    there = [0.5 * part / steps for part in range(-steps, steps)]
    return [*there, *(-share for share in there)]


def _press(page: Page, area: Locator, at: tuple[float, float]) -> tuple[float, float, float]:
    """Put the mouse down at a share of the area. Returns where, and the area's width."""
    area.scroll_into_view_if_needed()
    # The bar lies over the bottom of the page: bring the area to the middle.
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + at[0] * box["width"], box["y"] + at[1] * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    return x, y, box["width"]


def _bytes(browser: Browser, url: str) -> None:
    print("\nkilobytes to the browser for one edit: sweep of the drag, commit, both (limit ≤ 120)")
    places = {
        "a weight of the GRU": (WEIGHTS, 1, (0.4, 0.5)),
        "a bias of the GRU": (WEIGHTS, 1, (0.97, 0.5)),
        "an input at step 1": (INPUT, 0, (0.005, 0.5)),
    }
    for name, (area, number, at) in places.items():
        with opened(browser, url) as (page, traffic):
            traffic.taken()
            x, y, _ = _press(page, page.locator(area).nth(number), at)
            page.wait_for_timeout(1000)
            sweep = traffic.taken()[1] / 1000
            page.mouse.move(x, y - 30, steps=5)
            page.mouse.up()
            page.wait_for_timeout(1000)
            commit = traffic.taken()[1] / 1000
            print(f"{name:32}{sweep:8.1f}{commit:8.1f}{sweep + commit:8.1f}   limit ≤ 120")


def _torch(maps: str) -> None:
    print()
    line("torch in the server", "loaded" if "libtorch" in maps else "not loaded", "not loaded")


def _choose_cell(page: Page, array: str, *index: int) -> None:
    page.get_by_label("What to change").select_option(array)
    for at, number in enumerate(index):
        box = page.locator(".gs-where input").nth(at)
        box.fill(str(number))
        box.press("Tab")
    page.locator(".gs-value-slider:enabled").wait_for()
    page.wait_for_timeout(500)


@contextmanager
def opened(browser: Browser, url: str, scene: str = SCENE) -> Iterator[tuple[Page, Traffic]]:
    """A page with its plots drawn, and the traffic of its websocket."""
    page, traffic = browser.new_page(viewport=SIZE), Traffic()
    page.on("websocket", traffic.follow)
    page.on("response", traffic.answer)
    page.add_init_script(COUNTER)
    page.goto(f"{url}/{scene}")
    page.locator(".gs-stage[data-ack], .js-plotly-plot").first.wait_for()
    page.wait_for_timeout(1500)
    yield page, traffic
    page.close()


def line(name: str, value: object, limit: str, form: str = "{}") -> None:
    """Print one figure with its limit."""
    print(f"{name:32}{form.format(value):>10}" + (f"   limit {limit}" if limit else ""))


if __name__ == "__main__":
    main()
