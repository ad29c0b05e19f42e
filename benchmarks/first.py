"""When the first picture is there, in a real browser: `python -m benchmarks.first`.

From the request of the page to the first painted heatmap, beside the least that Streamlit can do:
a page of one line of text, and one that draws four heatmaps with st.plotly_chart. Cold is a new
browser, again is the same page opened once more in it; both at once on this machine and over a line
of 150 ms there and back. The pages take turns, medians of some rounds: trust the ratios. Our
picture comes before the stage can be used: when that is so has a column of its own, "at hand". With
them the server's CPU for one visit, and for a first run of the page alone: a session without a
browser. Needs Chromium and Linux.
"""

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TypeAlias

from playwright.sync_api import Browser, BrowserContext
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.delaying import delayed
from benchmarks.stage import SIZE
from tests.serving import Server, browsing, executable, serving

ROUNDS = 3
RUNS = 20  # sessions without a browser
LINE = 0.150  # seconds there and back
PATIENCE = 60_000  # milliseconds
QUIET = 2500  # milliseconds in which whatever belongs to a visit still comes
TICK = os.sysconf("SC_CLK_TCK")
OURS, ONE, FOUR = "ours", "one line", "four charts"
AT_HAND = "at hand"  # ours, once it can be used
SCRIPTS = {
    ONE: "benchmarks/line_page.py",
    FOUR: "benchmarks/baseline_page.py",
    OURS: "app/server.py",
}
FIRST = {
    ONE: "[data-testid=stMarkdown] p",
    FOUR: ".js-plotly-plot .heatmaplayer image, .js-plotly-plot canvas",
    OURS: ".gs-painted",
    AT_HAND: ".stApp .gs-stage[data-ack]",
}
LIMITS = {"cold": 1.25, "again": 1.2, "150 ms, cold": 1.3, "150 ms, again": 1.3}
CPU_LIMIT = 40  # milliseconds of the first run, for the pulse

# Notes when the first element has a place of its own on the page, looked for once a frame.
WATCH = """
((name, selector) => {
  const look = () => {
    const { width = 0, height = 0 } =
      document.querySelector(selector)?.getBoundingClientRect() ?? {};
    if (width * height > 0) window[name] = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})
"""

Times: TypeAlias = dict[str, list[float]]  # milliseconds, by the page


@dataclass
class Found:
    """What was measured: times by case and page, and CPU by page."""

    times: dict[str, Times] = field(default_factory=dict)
    visits: Times = field(default_factory=dict)
    runs: Times = field(default_factory=dict)
    earliest: Times = field(default_factory=dict)

    def note(self, case: str, page: str, value: float) -> None:
        """One visit of a page."""
        self.times.setdefault(case, {}).setdefault(page, []).append(value)

    def ratio(self, case: str, page: str) -> float:
        """A page against the one line of text."""
        return median(self.times[case][page]) / median(self.times[case][ONE])

    def told(self) -> dict[str, object]:
        """Everything, to be read by a program."""
        return {
            "ms": {
                case: {page: median(times) for page, times in pages.items()}
                for case, pages in self.times.items()
            },
            "ratios": {case: self.ratio(case, OURS) for case in self.times},
            "cpu_of_a_visit_ms": {page: median(one) for page, one in self.visits.items()},
            "cpu_of_the_very_first_run_ms": {page: one[0] for page, one in self.earliest.items()},
            "cpu_of_a_first_run_ms": {page: median(one) for page, one in self.runs.items()},
        }


def main() -> None:
    """Print the table with its limits, or everything as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    asked = parser.parse_args()
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser, ExitStack() as stack:
        servers = {page: stack.enter_context(serving(script)) for page, script in SCRIPTS.items()}
        far = {
            page: stack.enter_context(delayed(server.port, LINE / 2))
            for page, server in servers.items()
        }
        found = measured(browser, servers, far, asked.rounds)
        version = browser.version
    if asked.json:
        print(json.dumps(found.told(), indent=2))
    else:
        print(f"chromium {version}, {SIZE['width']} × {SIZE['height']}, {asked.rounds} rounds")
        _table(found)


def measured(
    browser: Browser, servers: dict[str, Server], far: dict[str, int], rounds: int
) -> Found:
    """Each page, cold and again, near and far, in turns; a visit before that counts for nothing."""
    found = Found()
    for page, server in servers.items():
        began = cpu(server)
        first_run(server)
        found.earliest[page] = [cpu(server) - began]
        with visitor(browser) as context:
            opened(context, page, server.url)
    for _ in range(rounds):
        for page, server in servers.items():
            began = cpu(server)
            twice(browser, found, page, server.url, "")
            found.visits.setdefault(page, []).append((cpu(server) - began) / 2)
        for page, port in far.items():
            twice(browser, found, page, f"http://127.0.0.1:{port}", f"{LINE * 1000:.0f} ms, ")
    for page, server in servers.items():
        began = cpu(server)
        for _ in range(RUNS):
            first_run(server)
        found.runs[page] = [(cpu(server) - began) / RUNS]
    return found


def twice(browser: Browser, found: Found, page: str, url: str, case: str) -> None:
    """A page in a new browser, and once more in the same."""
    with visitor(browser) as context:
        for visit in ("cold", "again"):
            for seen, moment in opened(context, page, url).items():
                found.note(f"{case}{visit}", seen, moment)


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has been nowhere."""
    context = browser.new_context(viewport=SIZE)
    yield context
    context.close()


def opened(context: BrowserContext, page: str, url: str) -> dict[str, float]:
    """Milliseconds from the request of a page to what is first seen of it, and of ours until it
    can be used; then it is left alone until it is quiet, and closed."""
    tab = context.new_page()
    wanted = (page, AT_HAND) if page == OURS else (page,)
    for name in wanted:
        tab.add_init_script(f"{WATCH}({json.dumps(name)}, {json.dumps(FIRST[name])})")
    tab.goto(url, wait_until="commit")
    for name in wanted:
        tab.wait_for_function(f"() => window[{json.dumps(name)}]", timeout=PATIENCE)
    tab.wait_for_timeout(QUIET)
    seen = {name: tab.evaluate(f"window[{json.dumps(name)}]") for name in wanted}
    tab.close()
    return seen


def cpu(server: Server) -> float:
    """Milliseconds that the server has computed so far, in all of its threads."""
    text = Path(f"/proc/{server.process.pid}/stat").read_text(encoding="utf-8")
    of_user, of_system = text.rpartition(")")[2].split()[11:13]
    return (int(of_user) + int(of_system)) * 1000 / TICK


def first_run(server: Server) -> None:
    """A session as the browser opens it, until the first run of the page is over."""
    with connect(f"ws://127.0.0.1:{server.port}/_stcore/stream", max_size=None) as line:
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        line.send(ask.SerializeToString())
        message = ForwardMsg()
        while message.WhichOneof("type") != "script_finished":
            message.ParseFromString(line.recv(timeout=PATIENCE / 1000))


def _table(found: Found) -> None:
    print(f"\n{'ms to the first picture':30}{ONE:>12}{FOUR:>14}{OURS:>10}{'ratio':>8}{AT_HAND:>10}")
    for case, pages in found.times.items():
        row = f"{median(pages[ONE]):12.0f}{median(pages[FOUR]):14.0f}{median(pages[OURS]):10.0f}"
        ratio = f"{found.ratio(case, OURS):8.2f}"
        hand = f"{median(pages[AT_HAND]):10.0f}"
        print(f"{case:30}{row}{ratio}{hand}   limit of the ratio ≤ {LIMITS[case]}")
    for name, times in (
        ("CPU of the server, a visit", found.visits),
        ("CPU of a first run alone", found.runs),
        ("the same, the server's first", found.earliest),
    ):
        row = f"{median(times[ONE]):12.0f}{median(times[FOUR]):14.0f}{median(times[OURS]):10.0f}"
        limit = f"{'':8}   limit ≤ {CPU_LIMIT}" if times is found.runs else ""
        print(f"{name:30}{row}{limit}")


if __name__ == "__main__":
    main()
