"""The lenses in a visitor's hands: their tabs, their charts, and the numbers behind these."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from csv import reader
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from playwright.sync_api import Locator, expect

from app.lenses import LENSES, View
from app.screen.screen import Screen, screen_of
from app.setting.setting import CELL_VIEW, Setting
from gru_core import Trace, run
from gru_core.analysis import Contributions, kept_and_written, ranked
from gru_core.changes.interventions import parse_interventions
from gru_core.situation import Situation
from tests.browser.driver import Stage, figures
from tests.browser.menu import rows_of

VIEWS = [view for view in LENSES if view != CELL_VIEW]  # all but the first, the opened cell itself
DIGITS = 5e-9  # a file has nine significant figures of a number in 64 bits

# Where the marks of the cursor stand on a chart, as shares of its plot area; null for those hidden.
MARKS = """
(figure) => {
  const at = (name, way) => {
    const mark = figure.querySelector(name);
    return !mark || mark.hidden ? null : parseFloat(mark.style[way]) / 100;
  };
  const spot = [at(".gs-spot", "left"), at(".gs-spot", "top")];
  return {
    step: at(".gs-time-mark", "left"),
    unit: at(".gs-unit-mark", "top"),
    spot: spot[0] === null ? null : spot,
  };
}
"""

# What of the inside reaches over an edge of the window.
TOO_WIDE = """
() => {
  const over = (one) => {
    const { left, right, width } = one.getBoundingClientRect();
    return width > 0 && (left < -0.5 || right > innerWidth + 0.5);
  };
  const found = [...document.querySelectorAll(".gs-inside, .gs-inside *:not(svg *, .gs-hidden *)")]
    .filter((one) => one.checkVisibility() && over(one))
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`);
  return document.documentElement.scrollWidth > innerWidth ? ["the page", ...found] : found;
}
"""
# Every text of the inside with its colour, that of what it stands on, and the least contrast that
# it needs: less in pictures.
WRITTEN = """
() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const ground = (one) => {
    const colours = [];
    for (let up = one; up; up = up.parentElement) {
      colours.unshift(getComputedStyle(up).backgroundColor);
    }
    for (const colour of colours) {
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 1, 1);
    }
    return `rgb(${[...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(", ")})`;
  };
  return [...document.querySelectorAll(".gs-inside *")]
    .filter((one) => one.checkVisibility() && [...one.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
    .filter((one) => !one.closest("option, math, .gs-diagram"))
    .map((one) => {
      const drawn = one.closest("svg");
      const colour = getComputedStyle(one)[drawn ? "fill" : "color"];
      return [one.textContent.slice(0, 40), colour, ground(one), drawn ? 3 : 4.5];
    });
}
"""
# How much of the inside changes over time by itself.
MOVING = """
() => [...document.querySelectorAll(".gs-inside *")].filter((one) => {
  const { transitionDuration, animationName } = getComputedStyle(one);
  return transitionDuration !== "0s" || animationName !== "none";
}).length
"""


class Sheet(NamedTuple):
    """The numbers of a chart with the names of their rows and columns."""

    rows: list[str]
    columns: list[str]
    values: np.ndarray  # (row, column)


def screen(**setting: Any) -> Screen:
    """What the server shows for a setting."""
    return screen_of(Setting(**setting))


def view_of(shown: Screen) -> View:
    """What a screen's lens has to show."""
    return LENSES[shown.setting.view].view(shown)


# Going there ----------------------------------------------------------------------------------


def views(stage: Stage) -> Locator:
    """The button that says which view is open, and leads to all of them."""
    return stage.page.locator(".gs-views-button")


def tab(stage: Stage, view: str) -> Locator:
    """A view in the list of all."""
    return stage.page.locator(f".gs-views [data-view={view}]")


def go(stage: Stage, view: str) -> None:
    """Open the list, click a view and wait until it is there; one that is open stays."""
    views(stage).click()
    if tab(stage, view).get_attribute("aria-checked") == "true":
        stage.page.keyboard.press("Escape")
        return
    with stage.answered():
        tab(stage, view).click()
    expect(tab(stage, view)).to_have_attribute("aria-checked", "true")


def choice(stage: Stage, label: str) -> Locator:
    """One of the buttons of what a lens can be asked."""
    return stage.page.locator(".gs-lens > .gs-steps").get_by_role("button", name=label, exact=True)


def ask(stage: Stage, label: str) -> None:
    """Click one of these and wait until its answer is there."""
    with stage.answered():
        choice(stage, label).click()
    expect(choice(stage, label)).to_have_attribute("aria-pressed", "true")


def settled(stage: Stage) -> None:
    """Wait until the lens is of where the cursor is and everything that was sent is answered.

    Fixed points may come after all else: for them, too.
    """
    stage.page.wait_for_function(
        "() => Number(document.querySelector('.gs-stage').dataset.ack) >= window.lastSent"
    )
    stage.page.locator(".gs-lens:not(.gs-stale)").wait_for()
    stage.page.wait_for_function(
        "() => !document.querySelector('.gs-words')?.textContent.includes('being looked for')"
    )
    stage.wait()


@contextmanager
def held_back(stage: Stage) -> Iterator[None]:
    """What the page sends within the block reaches the server only after it."""
    stage.page.evaluate("window.holding = true")
    yield
    stage.page.evaluate("window.letThrough()")


# Looking --------------------------------------------------------------------------------------


def words(stage: Stage) -> list[str]:
    """The sentences above the charts."""
    return [text for text in stage.page.locator(".gs-words p").all_inner_texts() if text]


def split_of(trace: Trace, unit: int, state: str = "hidden") -> np.ndarray:
    """What the view of what is kept has of a unit: kept, written, state, old state, candidate."""
    split = kept_and_written(trace)
    made = (split.kept, split.written, trace[state], trace.previous(state), trace["candidate"])
    return np.stack([one[:, unit].astype(np.float64) for one in made], axis=1)


def notes(stage: Stage) -> list[str]:
    """The sentences below the charts."""
    return stage.page.locator(".gs-lens > .gs-notes p").all_inner_texts()


def chart(stage: Stage, part: str) -> Locator:
    """One chart with its caption and its menu."""
    return stage.page.locator(f".gs-charts figure[data-part='lens.{part}']")


def shapes(stage: Stage) -> dict[str, int]:
    """How many lines, bars and pictures Plotly has drawn in each chart."""
    stage.drawn(".gs-charts")
    found: dict[str, int] = stage.page.evaluate(
        """() => {
          const layers = ".heatmaplayer image, .scatterlayer path, .barlayer path";
          const figures = [...document.querySelectorAll(".gs-charts figure")];
          const count = (one) => one.querySelectorAll(layers).length;
          const name = (one) => one.dataset.part.replace("lens.", "");
          return Object.fromEntries(figures.map((one) => [name(one), count(one)]));
        }"""
    )
    return found


def drawn(stage: Stage, part: str) -> list[dict[str, Any]]:
    """The numbers that Plotly has drawn in a chart, trace by trace: y of lines, z of heatmaps."""
    stage.drawn(".gs-charts")
    host = chart(stage, part).locator(".gs-drawing")
    found: list[dict[str, Any]] = host.evaluate(
        """(host) => {
          const entry = (one) => (one?.length ? list(one) : one);
          const list = (array) => array && Array.from(array, entry);
          return host.data.map(({ y, z }) => ({ y: list(y), z: list(z) }));
        }"""
    )
    return found


def marks(figure: Locator) -> dict[str, Any]:
    """Where the cursor stands on a chart: step, unit and spot, as shares of its area."""
    found: dict[str, Any] = figure.evaluate(MARKS)
    return found


def point(figure: Locator, across: float, down: float) -> tuple[float, float]:
    """A place in the window, from shares of a chart's area."""
    area = figure.locator(".gs-area")
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box is not None
    return box["x"] + box["width"] * across, box["y"] + box["height"] * down


def whisper(stage: Stage, figure: Locator, across: float, down: float) -> str:
    """What the stage whispers there."""
    x, y = point(figure, across, down)
    stage.page.mouse.move(x - 1, y)
    stage.page.mouse.move(x, y)
    return stage.text(".gs-whisper")


# What is held ---------------------------------------------------------------------------------


def held_traces(situation: Situation, text: str = "") -> dict[str, Trace]:
    """What the core makes of a situation with interventions, written as in a link."""
    found, refused = parse_interventions(text)
    assert not refused
    return {
        cell: run(
            weights,
            situation.x,
            situation.initials[cell],
            interventions=[one for one in found if one.cell == cell],
        )
        for cell, weights in situation.weights.items()
    }


def expect_captions(stage: Stage, traces: Mapping[str, Trace]) -> None:
    """Every caption says what these runs have at the cursor."""
    step, unit = stage.cursor
    assert stage.numbers() == {
        f"{cell}.{track}": figures(np.float32(values[step, unit]), 3)
        for cell, trace in traces.items()
        for track, values in trace.items()
    }


def expect_differences(
    stage: Stage, now: Mapping[str, Trace], other: Mapping[str, Trace], cell: str, unit: int
) -> None:
    """The lines and heatmaps of a cell against another run, by their files and as drawn."""
    less = {track: (now[cell][track] - other[cell][track]).T for track in now[cell]}
    less = {track: np.where(np.abs(v) < 1e-12, 0, v) for track, v in less.items()}  # rounding
    assert list(shapes(stage)) == ["both", *(f"less.{track}" for track in less)]
    lines = [one[cell]["hidden"][:, unit] for one in (now, other)]
    expect_csv(stage, "both", np.stack(lines, axis=1))
    assert [line["y"] for line in drawn(stage, "both")] == [
        line.tolist() for line in reversed(lines)
    ]
    for track, values in less.items():
        [heatmap] = drawn(stage, f"less.{track}")
        np.testing.assert_allclose(heatmap["z"], values, rtol=1e-12, atol=1e-12, err_msg=track)
    expect_csv(stage, "less.hidden", less["hidden"])


# Numbers --------------------------------------------------------------------------------------


def _pick(stage: Stage, part: str, item: str) -> None:
    chart(stage, part).locator(".gs-more").click()
    stage.page.locator(".gs-menu:popover-open").get_by_role("menuitem", name=item).click()


def table(stage: Stage, part: str) -> Sheet:
    """The table of a chart, as shown: numbers to three significant figures."""
    _pick(stage, part, "Table")
    dialog = stage.page.get_by_role("dialog")
    expect(dialog).to_have_count(1)
    found = Sheet(*rows_of(dialog))
    stage.press("Escape")
    expect(dialog).to_have_count(0)
    return found


def csv(stage: Stage, part: str) -> Sheet:
    """The CSV of a chart."""
    with stage.page.expect_download() as found:
        _pick(stage, part, "CSV")
    with Path(found.value.path()).open(encoding="utf-8", newline="") as file:
        head, *lines = reader(file)
    columns = [name for name in head[1:] if name != "input"]
    numbers = [[float(text or "nan") for text in line[1 : 1 + len(columns)]] for line in lines]
    return Sheet([line[0] for line in lines], columns, np.array(numbers))


def three(values: Any) -> np.ndarray:
    """Numbers to three significant figures, those that have them."""
    array = np.asarray(values, np.float64)
    found = array.copy()
    for place in zip(*np.nonzero(np.isfinite(array)), strict=True):
        found[place] = figures(array[place], 3)
    return found


def expect_table(stage: Stage, part: str, truth: Any) -> Sheet:
    """The table of a chart shows these numbers; returns it."""
    shown = table(stage, part)
    np.testing.assert_array_equal(shown.values, three(truth), part)
    return shown


def expect_csv(stage: Stage, part: str, truth: Any) -> Sheet:
    """The CSV of a chart has these numbers, in 64 bits or in 32; returns it."""
    found, wanted = csv(stage, part), np.asarray(truth, np.float64)
    assert found.values.shape == wanted.shape, part
    single = found.values.astype(np.float32) == wanted.astype(np.float32)
    close = np.isclose(found.values, wanted, rtol=DIGITS, atol=0, equal_nan=True)
    wrong = np.argwhere(~(single | close))
    assert not len(wrong), (part, wrong[0], found.values[tuple(wrong[0])], wanted[tuple(wrong[0])])
    return found


def term_rows(found: Contributions) -> np.ndarray:
    """The table of the terms of a number: factors that are there and product, and the sum."""
    rows = [
        [np.nan if n is None else n for n in (one.weight, one.value, one.reset, one.product)]
        for one in ranked(found.terms, 10)
    ]
    table = np.array([*rows, [np.nan, np.nan, np.nan, found.pre_activation]])
    return table[:, ~np.isnan(table).all(axis=0)]


# Text that can be read ------------------------------------------------------------------------


def channels(colour: str) -> list[float]:
    """Red, green and blue of a colour as the browser writes it."""
    parts = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
    return [255 * part for part in parts] if colour.startswith("color(") else parts


def contrast(one: Iterable[float], other: Iterable[float]) -> float:
    """The contrast ratio of two colours (WCAG 2), channels from 0 to 255."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Iterable[float]) -> float:
    shares = np.asarray(list(colour), float) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))
