"""A visitor's hands and eyes on the stage, and what the core says they should see."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, expect

from app.figures.theme import DIVERGING, DIVERGING_DARK, track_scale
from app.figures.weights import segments
from gru_core import Trace, run
from gru_core.conventions import BiasCount, parse_notation
from gru_core.situation import Edit, Situation, Target, apply_edits
from gru_core.weights import Weights
from tests.app.drawing import in_32_bits
from tests.browser.tab import Tab

SHORT = 3  # figures of a caption
LOOKS = 60  # at what a frame may still change, 50 ms apart
# Plots elsewhere have no width, with which Plotly draws nothing; a stage of another size looks for
# those that have a width again.
ALONE = """
(where) => new Promise((done) => {
  const style = document.createElement("style");
  style.id = "gs-alone";
  style.textContent = `
    .gs-plot:not(:is(${where}) .gs-plot) { width: 0 !important; min-width: 0; flex: none; }
    .gs-stage::after { content: ""; display: block; height: 1px; }`;
  document.head.append(style);
  requestAnimationFrame(() => requestAnimationFrame(done));
})
"""
TOGETHER = """
new Promise((done) => {
  document.getElementById("gs-alone").remove();
  requestAnimationFrame(() => requestAnimationFrame(done));
})
"""
# Every plot there is Plotly's, and nothing is painted over it or in its place.
DRAWN = """
(where) => [...document.querySelectorAll(`:is(${where}) .gs-drawing`)].every((drawing) => {
  const { parentElement: host } = drawing;
  const painted = host.querySelector("canvas.gs-live:not([hidden]), canvas.gs-sketch");
  return !host.clientWidth || (drawing.matches(".js-plotly-plot") && !painted);
})
"""
JUST_UNDER_ONE = np.nextafter(np.float32(1), np.float32(0))


def with_edits(situation: Situation, edits: Mapping[str, float]) -> Situation:
    """A situation with the numbers at some targets, given as text, replaced."""
    return apply_edits(situation, [Edit(Target.parse(name), v) for name, v in edits.items()])


def traces_of(situation: Situation) -> dict[str, Trace]:
    """What the core makes of a situation, by cell."""
    return {
        cell: run(weights, situation.x, situation.initials[cell], exactly=True)
        for cell, weights in situation.weights.items()
    }


def figures(value: float, count: int) -> float:
    """A number rounded to significant figures, halves away from zero."""
    exact = Decimal(float(value))
    if not exact:
        return 0.0
    rest = 1 - abs(exact)
    if count == SHORT and 0 < rest < Decimal("5e-4"):
        return _near_one(exact, rest)
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - count + 1), ROUND_HALF_UP))


def _near_one(exact: Decimal, rest: Decimal) -> float:
    """What three figures would make 1 and is not: four decimals, or the distance in two figures."""
    if rest >= Decimal("1e-4"):
        return float(exact.quantize(Decimal("1e-4"), ROUND_HALF_UP))
    if rest < Decimal("1e-5"):
        return float(JUST_UNDER_ONE if exact > 0 else -JUST_UNDER_ONE)
    away = rest.quantize(Decimal(1).scaleb(rest.adjusted() - 1), ROUND_HALF_UP)
    return float((1 - away).copy_sign(exact))


def colours(values: np.ndarray, track: str, dark: bool = False) -> np.ndarray:
    """The colours of a track's values, (..., channel) from 0 to 255, by the theme's scale."""
    stops, (low, high) = track_scale(track)
    stops = DIVERGING_DARK if dark and stops == DIVERGING else stops
    channels = np.array([[int(stop[i : i + 2], 16) for i in (1, 3, 5)] for stop in stops])
    shares = np.clip((values - low) / (high - low), 0, 1)
    places = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(shares, places, channel) for channel in channels.T], axis=-1)


@dataclass(frozen=True)
class Cell:
    """One cell of a plot: the plot, how many rows and columns it has, and which one is meant."""

    plot: Locator
    rows: int
    columns: int
    row: int
    column: int


class Stage(Tab):
    """A visitor at one open page."""

    # reading

    def shown(self, part: str) -> float:
        """The number in the caption of a track, such as gru.update."""
        return as_number(self.text(f"[data-value='{part}']"))

    def sizes(self, cell: str) -> tuple[int, int]:
        """Units and parameters of a cell, as its note counts them."""
        units, parameters = self.text(f"[data-cell={cell}] .gs-note").split(" · ")[:2]
        return int(units.removesuffix(" units")), int(re.sub(r"\D", "", parameters))

    def numbers(self) -> dict[str, float]:
        """Every caption's number, by part."""
        found: dict[str, str] = self.page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-value]')]"
            ".map((output) => [output.dataset.value, output.textContent]))"
        )
        return {part: as_number(text) for part, text in found.items()}

    @property
    def cursor(self) -> tuple[int, int]:
        """Step and unit, counted from 0, as the GRU's sentence says them."""
        said = re.match(r"Unit (\d+)(?: \([^)]+\))?, step (\d+):", self.text("[data-sentence=gru]"))
        assert said, self.text("[data-sentence=gru]")
        return int(said[2]) - 1, int(said[1]) - 1

    @property
    def value(self) -> float:
        """The chosen number, as exact as the editor shows it."""
        return as_number(self.editor.get_by_label("Exact value").input_value())

    def expect(self, situation: Situation) -> None:
        """Every caption says what the core says at the cursor, at once or after a frame or more."""
        traces = traces_of(situation)
        for _ in range(LOOKS):
            step, unit = self.cursor
            expected = {
                f"{cell}.{track}": figures(in_32_bits(trace[track][step, unit]), 3)
                for cell, trace in traces.items()
                for track in trace
            }
            if self.numbers() == expected:
                return
            self.page.wait_for_timeout(50)
        assert self.numbers() == expected

    # places

    def track(self, part: str) -> Locator:
        """The heatmap of a track."""
        return self.page.locator(f"[data-part='{part}'] .gs-plot:not(.gs-strip)")

    def lines(self, cell: str) -> Locator:
        """The lines of the chosen unit."""
        return self.page.locator(f"[data-cell={cell}] .gs-lines .gs-plot")

    def cell_of(self, target: str, situation: Situation, order: tuple[int, ...] = ()) -> Cell:
        """Where a target is on screen; order: the units from top to bottom, if sorted."""
        goal = Target.parse(target)
        if goal.owner == "x":
            step, channel = goal.index
            steps, channels = situation.x.shape
            plot = self.page.locator(".gs-input .gs-plot")
            return Cell(plot, channels, steps, channel, step)
        weights = situation.weights[goal.owner]
        rows = order or tuple(range(weights.units))
        if goal.gate is None:
            of = {"h0": "hidden", "c0": "cell"}[goal.part]
            plot = self.page.locator(f"[data-part='{goal.owner}.{of}'] .gs-strip")
            return Cell(plot, len(rows), 1, rows.index(goal.index[0]), 0)
        name = {"hidden": "hidden state", "candidate": "candidate"}.get(
            goal.gate, f"{goal.gate} gate"
        )
        title = {"gru": "GRU", "lstm": "LSTM", "rnn": "plain RNN"}[goal.owner]
        plot = self.page.get_by_role("img", name=f"{title} weights of the {name}.")
        column = _column(goal, weights, rows)
        width = segments(weights, self._biases(situation, goal.owner))[-1].start + 1
        return Cell(plot, len(rows), width, rows.index(goal.index[1]), column)

    def _biases(self, situation: Situation, cell: Any) -> BiasCount:
        """How many columns of biases a cell's weights have on this page."""
        gru = situation.weights["gru"]
        own = "pytorch" if getattr(gru, "reset_after", True) else "cho"
        second = any(target.startswith(f"{cell}.b_h") for target in self.edits)
        if second or np.any(situation.weights[cell].b_h):
            return 2
        return parse_notation(self.link.get("notation", own)).biases

    def centre(self, cell: Cell) -> tuple[float, float]:
        """The middle of a cell in the window, scrolled to where nothing lies over it."""
        area = cell.plot.locator(".gs-area")
        area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
        box = area.bounding_box()
        assert box is not None
        return (
            box["x"] + box["width"] * (cell.column + 0.5) / cell.columns,
            box["y"] + box["height"] * (cell.row + 0.5) / cell.rows,
        )

    # doing

    def click(self, cell: Cell) -> None:
        """Click a cell."""
        self.page.mouse.click(*self.centre(cell))

    def hover(self, cell: Cell) -> str:
        """Point at a cell; returns what the stage whispers."""
        x, y = self.centre(cell)
        self.page.mouse.move(x - 1, y)
        self.page.mouse.move(x, y)
        return self.text(".gs-whisper")

    @contextmanager
    def dragging(self, cell: Cell, pixels: float) -> Iterator[None]:
        """Press on a cell, pull up by some pixels, and hold until the block ends."""
        with self.answered(self.asks):
            x, y = self.centre(cell)
            self.page.mouse.move(x, y)
            self.page.mouse.down()
        self.page.mouse.move(x, y - pixels, steps=6)
        self.frame()
        self.followed()
        yield
        self.page.mouse.up()

    def followed(self) -> None:
        """Wait until all of a drag, or of the cursor on its way, is on show."""
        self.page.locator(".gs-stage:not([data-behind])").wait_for()

    def drag(self, cell: Cell, pixels: float) -> None:
        """Drag a cell's number and let go."""
        with self.answered(1 + self.asks), self.dragging(cell, pixels):
            pass

    def choose(self, target: str) -> None:
        """Choose a number with the editor's list and index fields, one after the other."""
        goal = Target.parse(target)
        index = goal.index if goal.gate is None else goal.index[1:]
        array = target.rsplit(".", len(index))[0]
        listed = self.editor.get_by_label("What to change")
        if listed.input_value() != array:
            with self.answered(self.asks):
                listed.select_option(array)
        for at, number in enumerate(index):
            box = self.page.locator(".gs-where input").nth(at)
            if box.input_value() != f"{number + 1}":
                with self.answered(self.asks):
                    box.fill(f"{number + 1}")
                    box.press("Tab")
        self.page.locator(".gs-number:enabled").wait_for()

    def pick(self, choice: str, option: str) -> None:
        """Choose from one of the lists above the stage, or behind “settings”.

        A list closes when the page scrolls, which is told with the next frame: the page is at its
        top, and has been painted, before the list is opened.
        """
        self.page.get_by_test_id("stMain").evaluate("(main) => main.scrollTo(0, 0)")
        self.frame()
        self.wait()
        lists = self.page.locator(".gs-lists")  # every other role on the page is left alone
        listed = lists.get_by_role("combobox", name=choice)
        behind = not listed.is_visible()
        if behind:
            self.settings.click()
        listed.click()
        lists.get_by_role("listbox").get_by_role("option", name=option).click()
        if behind:
            self.wait()
            if listed.first.is_visible():
                self.settings.click()
            expect(listed).to_have_count(0)

    def notice(self, words: str) -> Locator:
        """A sentence that can be seen, and not the same one where it is only spoken."""
        return self.page.locator("p:not(.gs-hidden)").filter(has_text=words)

    @property
    def editor(self) -> Locator:
        """What changes the chosen number. A label is looked for in all elements of a place."""
        return self.page.locator(".gs-editor")

    @property
    def settings(self) -> Locator:
        """The button in front of most choices."""
        return self.page.get_by_test_id("stPopover").get_by_role("button", name="settings")

    def type(self, text: str) -> None:
        """Type into the chosen number's field and press Enter."""
        box = self.editor.get_by_label("Exact value")
        box.fill(text)
        with self.answered():
            box.press("Enter")
        self.wait()

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    # colours

    def live(self, part: str) -> np.ndarray | None:
        """The colours that a drag has painted on a track, (row, column, channel)."""
        found: Any = (
            self.track(part)
            .locator("canvas.gs-live")
            .evaluate(
                """(canvas) => canvas.hidden ? null : {
              shape: [canvas.height, canvas.width, 4],
              bytes: [...canvas.getContext("2d")
                .getImageData(0, 0, canvas.width, canvas.height).data],
            }"""
            )
        )
        if found is None:
            return None
        return np.array(found["bytes"]).reshape(found["shape"])[..., :3]

    def drawn(self, where: str = "") -> None:
        """Wait until Plotly has drawn everything that was painted, or what was painted there.

        All else has no room meanwhile: it is left alone, and is painted anew in its own.
        """
        if where and self.page.evaluate(DRAWN, where):
            return
        if where:
            self.page.evaluate(ALONE, where)
        self.page.evaluate("window.giveRest()")
        self.page.wait_for_function(DRAWN, arg=where or ".gs-stage")
        self.page.evaluate("window.goOn()")
        if where:
            self.page.evaluate(TOGETHER)

    def picture(self, plot: Locator) -> np.ndarray:
        """A plot as it looks, (row, column, channel)."""
        self.frame()
        return np.array(Image.open(BytesIO(plot.screenshot())).convert("RGB"), dtype=int)

    def painted(self, part: str, rows: int, columns: int) -> np.ndarray:
        """The colours on screen at the middle of each cell of a track, (row, column, channel)."""
        area = self.track(part).locator(".gs-area")
        area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
        self.frame()
        for _ in range(8):
            box = area.bounding_box()
            assert box is not None
            across = middles(box["x"], box["width"], columns)
            down = middles(box["y"], box["height"], rows)
            left, top = int(across[0]), int(down[0])
            size = {"width": int(across[-1]) - left + 1, "height": int(down[-1]) - top + 1}
            shot = self.page.screenshot(clip={"x": left, "y": top, **size})
            if box == area.bounding_box():  # a late sentence may have moved all meanwhile
                image = np.array(Image.open(BytesIO(shot)).convert("RGB"), dtype=int)
                return image[np.ix_(down - top, across - left)]
        raise AssertionError(f"{part} does not come to rest")


def middles(start: float, length: float, count: int) -> np.ndarray:
    """A pixel of the screen well inside each cell: plotly.js gives cells whole pixels."""
    edges = np.round(np.arange(count + 1) * int(length) / count)
    return np.ceil(start - 0.5 + (edges[:-1] + edges[1:]) // 2).astype(int)


def differing(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that look different, edges smoothed in another way left aside."""
    return float((np.abs(one - other).max(axis=-1) > 96).mean())


def as_number(text: str) -> float:
    """A number as the stage writes it; NaN if there is none."""
    if text.startswith("just "):
        return float(JUST_UNDER_ONE if text == "just under 1" else -JUST_UNDER_ONE)
    plain = text.replace("−", "-").replace("\N{NO-BREAK SPACE}", " ")
    if " " in plain:  # 1 - 2.3e-5
        one, sign, rest = plain.split(" ")
        return float(Decimal(one) + (-1 if sign == "-" else 1) * Decimal(rest))
    return float(plain) if text else float("nan")


def _column(goal: Target, weights: Weights, rows: tuple[int, ...]) -> int:
    start = next(s.start for s in segments(weights) if s.part == goal.part)
    if goal.part == "w_x":
        return start + goal.index[2]
    return start + (rows.index(goal.index[2]) if goal.part == "w_h" else 0)
