"""How fast the stage is, in a real browser: `python -m benchmarks.stage`.

At 32 units and 100 steps, with the LSTM alongside: from the key that commits an edit to the repaint,
against a page that draws the four GRU heatmaps with st.plotly_chart; frames a second and messages
while scrubbing and dragging; bytes for one edit; and that the server never loaded torch. Medians
of one run, the two pages taking turns: trust the ratios. Needs Chromium and, for the last, Linux.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

from playwright.sync_api import Browser, Locator, Page, WebSocket

from benchmarks.browser import browsing, executable, serving

SIZE = {"width": 1280, "height": 800}
EDITS = 15
SECONDS = 2.0
PIXELS = 180.0  # of a drag over all values of its sweep, as in assets/stage/drag.js
SCENE = "?scene=crowd"
INPUT = ".gs-input .gs-area"
WEIGHTS = "[data-cell=gru] .gs-weights .gs-area"

# Counts, frame by frame, how often the page drew something new.
COUNTER = """
(() => {
  const drawn = { canvas: false, lines: false };
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    drawn.canvas = true;
    return put.apply(this, args);
  };
  let counts = null;
  let mark = null;
  let lines = [];
  let before = "";
  const look = () => lines.map((path) => path.getAttribute("d")).join("");
  const frame = () => {
    if (!counts) return;
    counts.frames += 1;
    counts.canvas += drawn.canvas;
    drawn.canvas = false;
    const place = mark?.style.cssText;
    counts.cursor += place !== counts.place;
    counts.place = place;
    requestAnimationFrame(frame);
  };
  window.counter = {
    start(part) {
      const host = document.querySelector(`[data-part="${part}"]`);
      mark = host.querySelector(".gs-plot:not(.gs-strip) .gs-time-mark");
      const panel = host.closest(".gs-panel");
      counts = { frames: -1, canvas: 0, cursor: 0, lines: 0, place: mark.style.cssText };
      this.watch = new MutationObserver(() => (drawn.lines = true));
      this.watch.observe(panel.querySelector(".gs-lines .gs-plot"), {
        subtree: true, childList: true, attributes: true, attributeFilter: ["d"],
      });
      this.lines = () => {
        if (!counts) return;
        counts.lines += drawn.lines;
        drawn.lines = false;
        requestAnimationFrame(this.lines);
      };
      this.from = performance.now();
      requestAnimationFrame(frame);
      requestAnimationFrame(this.lines);
    },
    stop() {
      const seconds = (performance.now() - this.from) / 1000;
      const { frames, canvas, cursor, lines } = counts;
      counts = null;
      this.watch.disconnect();
      return { frames, canvas, cursor, lines, seconds };
    },
  };
})();
"""

# Moves the pressed pointer once a frame: a real mouse reports faster, the browser keeps one a frame.
MOVES = """
([moves, seconds]) => new Promise((done) => {
  counter.start("gru.hidden");
  const element = document.querySelector(".gs-stage");
  let at = 0;
  const move = () => {
    if (performance.now() - counter.from > seconds * 1000) {
      window.counts = counter.stop();
      return done();
    }
    const [clientX, clientY] = moves[at++ % moves.length];
    element.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerId: 1, buttons: 1 }));
    requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
})
"""

# From the press of Enter to the last paint that changed one of the plots.
STOPWATCH = """
(selector) => {
  let pressed = null;
  let painted = null;
  window.addEventListener("keydown", ({ key }) => {
    if (key !== "Enter") return;
    [pressed, painted] = [performance.now(), null];
  }, true);
  const plots = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(selector)
    || node.querySelector?.(selector);
  new MutationObserver((records) => {
    const ours = ({ target, addedNodes }) => plots(target) || [...addedNodes].some(plots);
    if (pressed === null || !records.some(ours)) return;
    requestAnimationFrame(() => requestAnimationFrame(() => (painted = performance.now())));
  }).observe(document.body, { subtree: true, childList: true, attributes: true });
  window.stopwatch = () => (painted === null ? null : painted - pressed);
}
"""


@dataclass
class Traffic:
    """The websocket of one page: how many messages went out, how many bytes came in."""

    sent: int = 0
    received: int = 0
    sockets: list[WebSocket] = field(default_factory=list)

    def follow(self, socket: WebSocket) -> None:
        """Count on this socket too."""
        self.sockets.append(socket)
        socket.on("framesent", lambda _: self._count_sent())
        socket.on("framereceived", lambda content: self._count_received(len(content)))

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
        _frames(browser, server.url)
        _bytes(browser, server.url)
        _torch(server.maps())


def _commits(browser: Browser, ours: str, theirs: str) -> None:
    print("\ncommit of an edit to repaint, ms from the key press")
    with _page(browser, ours) as (stage, _), _page(browser, theirs, "") as (charts, _):
        _choose_cell(stage, "gru.w_h.update", 4, 2)
        field = stage.get_by_label("Exact value")
        stage.evaluate(STOPWATCH, ".gs-drawing")
        number = charts.locator("input[type=number]")
        charts.locator(".js-plotly-plot").nth(3).wait_for()
        charts.wait_for_timeout(1500)
        charts.evaluate(STOPWATCH, "[data-testid=stPlotlyChart]")
        times: tuple[list[float], list[float]] = ([], [])
        for edit in range(EDITS):
            for spent, page, box in zip(times, (stage, charts), (field, number), strict=True):
                page.bring_to_front()
                spent.append(_typed(page, box, f"{-2 + 0.25 * edit}"))
        ours_ms, theirs_ms = map(median, times)
        print(f"stage {ours_ms:.0f}, st.plotly_chart {theirs_ms:.0f}")
        print([round(t) for t in times[0]], [round(t) for t in times[1]])
        _line("ratio", ours_ms / theirs_ms, "≤ 0.50", "{:.2f}")


def _typed(page: Page, box: Locator, text: str) -> float:
    box.fill(text)
    page.wait_for_timeout(100)
    box.press("Enter")
    page.wait_for_function("stopwatch() !== null")
    page.wait_for_timeout(700)  # whatever still comes belongs to this edit
    spent: float = page.evaluate("stopwatch()")
    return spent


def _frames(browser: Browser, url: str) -> None:
    print("\nframes a second, and messages to the server meanwhile")
    with _page(browser, url) as (page, traffic):
        heatmap = page.locator("[data-part='gru.hidden'] .gs-plot:not(.gs-strip) .gs-area")
        with _counting(page, traffic, "scrubbing a heatmap", "cursor", 50, 0):
            _sway(page, heatmap, along="x")
        with _counting(page, traffic, "scrubbing the slider", "cursor", 50, 0):
            _slide(page, page.get_by_label("Timestep"))
        # One message asks for the sweep, one more commits on release.
        with _counting(page, traffic, "dragging a weight of the GRU", "canvas", 30, 2):
            _sway(page, page.locator(WEIGHTS).nth(1), along="y", at=(0.4, 0.5))
        with _counting(page, traffic, "dragging an input", "canvas", 30, 2):
            _sway(page, page.locator(INPUT), along="y", at=(0.005, 0.5))


@contextmanager
def _counting(
    page: Page, traffic: Traffic, name: str, what: str, least: int, most_sent: int
) -> Iterator[None]:
    page.wait_for_timeout(800)
    traffic.taken()
    yield
    counts = page.evaluate("window.counts")
    page.wait_for_timeout(800)
    per_second = {key: counts[key] / counts["seconds"] for key in ("frames", what, "lines")}
    _line(name, per_second[what], f"≥ {least}", "{:.0f}")
    if what == "canvas":
        _line("  of them with new lines", per_second["lines"], f"≥ {least}", "{:.0f}")
    _line("  frames of any kind", per_second["frames"], "", "{:.0f}")
    _line("  messages", traffic.taken()[0], f"≤ {most_sent}", "{}")


def _sway(page: Page, area: Locator, along: str, at: tuple[float, float] = (0.5, 0.5)) -> None:
    """Press in the area, move to and fro for SECONDS, once a frame, and release."""
    x, y, width = _press(page, area, at)
    page.wait_for_timeout(600)  # the sweep comes
    moves = [
        [x + (offset if along == "x" else 0), y + (offset if along == "y" else 0)]
        for offset in _offsets(page, along, width)
    ]
    page.evaluate(MOVES, [moves, SECONDS])
    page.mouse.up()


def _slide(page: Page, slider: Locator) -> None:
    """Drag a slider to and fro. Its thumb follows real moves only, which wait for each other."""
    x, y, width = _press(page, slider, (0.5, 0.5))
    page.evaluate("counter.start('gru.hidden')")
    while page.evaluate("performance.now() - counter.from") < SECONDS * 1000:
        for offset in _offsets(page, "x", width):
            page.mouse.move(x + offset, y)
    page.evaluate("window.counts = counter.stop()")
    page.mouse.up()


def _offsets(page: Page, along: str, width: float) -> list[float]:
    """To and fro: across most of a width, or over the values of a sweep, one at a time."""
    if along == "x":
        reach, steps = 0.45 * width, 20
    else:
        values = int(page.locator(".gs-value-slider").evaluate("(slider) => slider.max"))
        reach, steps = PIXELS / 2, values // 2
    there = [reach * part / steps for part in range(-steps, steps)]
    return [*there, *(-offset for offset in there)]


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
    print("\nkilobytes to the browser for one edit: the sweep, the commit, both")
    places = {
        "a weight of the GRU": (WEIGHTS, 1, (0.4, 0.5)),
        "a bias of the GRU": (WEIGHTS, 1, (0.97, 0.5)),
        "an input at step 1": (INPUT, 0, (0.005, 0.5)),
    }
    for name, (area, number, at) in places.items():
        with _page(browser, url) as (page, traffic):
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
    _line("torch in the server", "loaded" if "libtorch" in maps else "not loaded", "not loaded")


def _choose_cell(page: Page, array: str, *index: int) -> None:
    page.get_by_label("What to change").select_option(array)
    for at, number in enumerate(index):
        box = page.locator(".gs-where input").nth(at)
        box.fill(str(number))
        box.press("Tab")
    page.locator(".gs-value-slider:enabled").wait_for()
    page.wait_for_timeout(500)


@contextmanager
def _page(browser: Browser, url: str, scene: str = SCENE) -> Iterator[tuple[Page, Traffic]]:
    page, traffic = browser.new_page(viewport=SIZE), Traffic()
    page.on("websocket", traffic.follow)
    page.add_init_script(COUNTER)
    page.goto(f"{url}/{scene}")
    page.locator(".gs-stage[data-ack], .js-plotly-plot").first.wait_for()
    page.wait_for_timeout(1500)
    yield page, traffic
    page.close()


def _line(name: str, value: object, limit: str, form: str = "{}") -> None:
    print(f"{name:32}{form.format(value):>10}" + (f"   limit {limit}" if limit else ""))


if __name__ == "__main__":
    import sys
    if len(sys.argv) > 1:
        with browsing(executable()) as browser, serving() as server:
            if sys.argv[1] == "a":
                with serving("benchmarks/baseline_page.py") as baseline: _commits(browser, server.url, baseline.url)
            if sys.argv[1] == "b": _frames(browser, server.url)
            if sys.argv[1] == "d": _bytes(browser, server.url)
    else:
        main()
