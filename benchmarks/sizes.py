"""How the stage keeps up with large layers and long sequences: `python -m benchmarks.sizes`.

The visitor's own scene at several sizes, up to the largest: noise, a drawn GRU beside an LSTM. From
the key that commits a typed number to the repaint, and from a click to the exact numbers there;
kilobytes to the browser; frames a second while scrubbing; memory of the server. Medians of one run.
Needs Chromium and Linux.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Locator, Page

from benchmarks.stage import COUNTER, EVERY_FRAME, POINTER, SIZE, SLIDER, STOPWATCH, Traffic
from tests.serving import Server, browsing, executable, serving

SIZES = ((32, 100), (128, 500), (512, 1000), (512, 10_000))
LARGEST = SIZES[-1]
EDITS = 7
SECONDS = 2.0
# A weight moves one cell, an input moves every number of both: first and last are the two ends.
NUMBERS = {
    "a weight of the GRU": "gru.w_h.update.4.2",
    "a weight of the LSTM": "lstm.w_h.forget.4.2",
    "an input at step 1": "x.0.0",
}
PATIENCE = 60_000  # milliseconds
WORDS = """
window.words = () => document.querySelector(".gs-words")?.textContent;
"""


def main() -> None:
    """Print every figure, with its limit where it has one."""
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser:
        print(f"chromium {browser.version}, {SIZE['width']} × {SIZE['height']}")
        for size in SIZES:
            with serving() as server:
                _size(browser, server, size)


def _size(browser: Browser, server: Server, size: tuple[int, int]) -> None:
    units, steps = size
    largest = size == LARGEST
    print(f"\n{units} × {steps:,}")
    before = _memory(server)
    with _page(browser, server.url, size) as (page, traffic, seconds):
        _line("first opening, s", f"{seconds:.2f}")
        _line("first opening, kB", f"{traffic.taken()[1] / 1000:.0f}")
        for name, target in NUMBERS.items():
            _edits(page, traffic, name, target, largest)
        _looks(page, traffic)
        hidden = page.locator("[data-part='gru.hidden'] .gs-plot:not(.gs-strip) .gs-area")
        _scrub(page, traffic, "scrubbing a heatmap", hidden, POINTER)
        _scrub(page, traffic, "scrubbing the slider", page.get_by_label("Timestep"), SLIDER)
        if largest:
            _remembered(page)
    now, most = _memory(server)
    _line("server at rest, before and after, MB", f"{before[0]:.0f}, {now:.0f}")
    _line("server at most, MB", f"{most:.0f}")


def _edits(page: Page, traffic: Traffic, name: str, target: str, largest: bool) -> None:
    """Type new values for one number; each is timed to its repaint and weighed."""
    _choose(page, target)
    box = page.get_by_label("Exact value")
    page.evaluate(STOPWATCH, [".gs-stage", ["data-ack"]])
    times, sizes = [], []
    for edit in range(EDITS):
        box.fill(f"{-2 + 0.5 * edit}")
        page.wait_for_timeout(300)
        traffic.taken()
        box.press("Enter")
        page.wait_for_function("() => stopwatch() !== null")
        page.wait_for_timeout(1000)  # whatever still comes belongs to this edit
        times.append(page.evaluate("stopwatch()"))
        sizes.append(traffic.taken()[1])
    _line(f"{name}: Enter to repaint, ms", f"{median(times):.0f}", "≤ 3000" if largest else "")
    _line("  of these at most", f"{max(times):.0f}")
    _line("  kB to the browser", f"{max(sizes) / 1000:.0f}", "≤ 600" if largest else "")


def _looks(page: Page, traffic: Traffic) -> None:
    """Click far apart, and wait for the exact number in a caption."""
    times, area = [], page.locator("[data-part='gru.update'] .gs-plot:not(.gs-strip) .gs-area")
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(1000)
    box = area.bounding_box()
    assert box is not None
    traffic.taken()
    for at in range(EDITS):
        share = (at + 0.5) / EDITS
        page.mouse.move(box["x"] + share * box["width"], box["y"] + share * box["height"])
        page.evaluate("window.clicked = performance.now()")
        page.mouse.down()
        page.mouse.up()
        told = "document.querySelector('[data-value=\"gru.update\"]').textContent"
        spent = f"() => {told} && performance.now() - window.clicked"
        times.append(page.wait_for_function(spent, polling="raf").json_value())
        page.wait_for_timeout(500)
    _line("a click to its exact numbers, ms", f"{median(times):.0f}")
    _line("  kB to the browser", f"{traffic.taken()[1] / 1000 / EDITS:.0f}")


def _remembered(page: Page) -> None:
    """What a layer remembers: opened, and again wherever the cursor comes to rest."""
    page.locator(".gs-views-button").click()
    page.locator(".gs-views [data-view=memory]").click()
    page.locator(".gs-words p").first.wait_for()
    page.wait_for_timeout(2000)
    area = page.locator("[data-part='gru.update'] .gs-plot:not(.gs-strip) .gs-area")
    layer = page.get_by_role("button", name="the whole layer", exact=True)
    layer.evaluate("(button) => { window.before = words(); window.clicked = performance.now(); }")
    layer.click()
    _line("memory of the layer, the first, ms", f"{_said(page):.0f}", "≤ 2000")
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    times = []
    for at in range(EDITS):
        page.wait_for_timeout(1000)
        box = area.bounding_box()
        assert box is not None
        x = box["x"] + (at + 0.5) / EDITS * box["width"]
        page.evaluate("() => { window.before = words(); window.clicked = performance.now(); }")
        page.mouse.click(x, box["y"] + box["height"] / 2)
        times.append(_said(page))
    _line("  after a click, ms", f"{median(times):.0f}", "≤ 500")
    _line("  of these at most", f"{max(times):.0f}")


def _said(page: Page) -> float:
    """Milliseconds from the click until the lens says something else."""
    other = "() => words() !== window.before && performance.now() - window.clicked"
    spent: float = page.wait_for_function(other, polling="raf").json_value()
    return spent


def _scrub(page: Page, traffic: Traffic, name: str, area: Locator, move: str) -> None:
    """Press, move to and fro once a frame, and count the frames in which the cursor moved."""
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.wait_for_timeout(1000)  # the numbers of that place come
    traffic.taken()
    shares = [at / 40 for at in (*range(-20, 20), *range(20, -20, -1))]
    places = [(x + box["width"] * share, y) for share in shares]
    counts = page.evaluate(EVERY_FRAME.replace("MOVE", move.strip()), [places, SECONDS])
    sent = traffic.taken()[0]
    page.mouse.up()
    page.wait_for_timeout(1000)
    _line(f"{name}, frames a second", f"{counts['cursor'] / counts['seconds']:.0f}", "≥ 50")
    _line("  messages meanwhile", f"{sent}", "0")


def _choose(page: Page, target: str) -> None:
    """Choose a number in the editor."""
    owner, *rest = target.split(".")
    array, index = ("x", rest) if owner == "x" else (".".join((owner, *rest[:2])), rest[2:])
    page.get_by_label("What to change").select_option(array)
    for at, number in enumerate(index):
        box = page.locator(".gs-where input").nth(at)
        box.fill(str(int(number) + 1))
        box.press("Tab")
    page.locator(".gs-value-slider:enabled").wait_for()
    page.wait_for_timeout(1000)


@contextmanager
def _page(
    browser: Browser, url: str, size: tuple[int, int]
) -> Iterator[tuple[Page, Traffic, float]]:
    """A page of the scene, and how many seconds it took until it was drawn."""
    page, traffic = browser.new_page(viewport=SIZE), Traffic()
    page.set_default_timeout(PATIENCE)
    page.on("websocket", traffic.follow)
    page.on("response", traffic.answer)
    page.add_init_script(COUNTER + WORDS)
    units, steps = size
    page.goto(f"{url}/?scene=own&source=noise&units={units}&steps={steps}&seed=1")
    page.locator(".gs-stage[data-ack]").wait_for()
    seconds = page.evaluate("performance.now() / 1000")
    page.wait_for_timeout(3000)
    yield page, traffic, seconds
    page.close()


def _memory(server: Server) -> tuple[float, float]:
    """Megabytes of the server's memory now, and the most it ever had."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    now, most = (re.search(rf"{name}:\s+(\d+) kB", status) for name in ("VmRSS", "VmHWM"))
    assert now is not None
    assert most is not None
    return int(now[1]) / 1000, int(most[1]) / 1000


def _line(name: str, value: str, limit: str = "") -> None:
    print(f"{name:44}{value:>12}" + (f"   limit {limit}" if limit else ""))


if __name__ == "__main__":
    main()
