"""How fast a lens answers, in a real browser: `python -m benchmarks.lenses`.

At 32 units and 100 steps: from a click on a number to its waterfall on screen, against a page that
draws the same charts with st.plotly_chart when another step is typed; and for every lens, from the
click on its name to its charts, with the bytes for it. Medians of one run, both pages taking
turns: trust the ratio. Needs Chromium.
"""

from statistics import median

from playwright.sync_api import Browser, Locator, Page

from benchmarks.stage import SIZE, STOPWATCH, line, opened, typed
from benchmarks.switches import FURTHER
from tests.serving import browsing, executable, serving

CLICKS = 15
STEPS, UNITS = 100, 32


def main() -> None:
    """Print every figure with its limit."""
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with browsing(path) as browser, serving() as server:
        print(f"chromium {browser.version}, {SIZE['width']} × {SIZE['height']}, crowd: 32 × 100")
        with serving("benchmarks/baseline_terms.py") as baseline:
            _waterfalls(browser, server.url, baseline.url)
        _every_lens(browser, server.url)


def _waterfalls(browser: Browser, ours: str, theirs: str) -> None:
    print("\na click on a number to its waterfall, ms")
    scene = "?scene=crowd&with=none&view=why&u=4"
    with opened(browser, ours, scene) as (stage, _), opened(browser, theirs, "") as (charts, _):
        stage.evaluate(STOPWATCH, [".gs-stage", ["data-ack", "data-looked"]])
        heatmap = stage.locator("[data-part='gru.update'] .gs-plot:not(.gs-strip) .gs-area")
        heatmap.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
        number = charts.locator("input[type=number]")
        charts.locator(".js-plotly-plot").nth(5).wait_for()
        charts.wait_for_timeout(1500)
        charts.evaluate(STOPWATCH, ["[data-testid=stPlotlyChart]", None])
        times: tuple[list[float], list[float]] = ([], [])
        for click in range(CLICKS):
            step = 3 + 6 * click
            stage.bring_to_front()
            times[0].append(_clicked(stage, heatmap, step, 3))
            charts.bring_to_front()
            times[1].append(typed(charts, number, str(step + 1)))
        ours_ms, theirs_ms = map(median, times)
        print(f"stage {ours_ms:.0f}, st.plotly_chart {theirs_ms:.0f}")
        line("ratio", ours_ms / theirs_ms, "≤ 0.50", "{:.2f}")


def _clicked(page: Page, heatmap: Locator, step: int, unit: int) -> float:
    box = heatmap.bounding_box()
    assert box is not None
    x = box["x"] + box["width"] * (step + 0.5) / STEPS
    y = box["y"] + box["height"] * (unit + 0.5) / UNITS
    page.mouse.click(x, y)
    page.wait_for_function("() => stopwatch() !== null")
    page.wait_for_timeout(700)  # whatever still comes belongs to this click
    spent: float = page.evaluate("stopwatch()")
    return spent


def _every_lens(browser: Browser, url: str) -> None:
    print("\na click on a lens to its charts, and the bytes for them: ms, kB")
    with opened(browser, url, "?scene=crowd") as (page, traffic):
        page.evaluate(STOPWATCH, [".gs-stage", ["data-ack"]])
        for view, lens in FURTHER.items():
            traffic.taken()
            page.locator(".gs-views-button").click()
            page.locator(f".gs-views [data-view={view}]").click()
            page.wait_for_function("() => stopwatch() !== null")
            page.wait_for_timeout(700)
            received = traffic.taken()[1] / 1000
            print(f"{lens.label:32}{page.evaluate('stopwatch()'):10.0f}{received:10.1f}")


if __name__ == "__main__":
    main()
