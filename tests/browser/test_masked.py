"""Steps that a model passes over are drawn as masked, between those it reads."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core.formats.answers import answered
from gru_core.formats.reads import Reads
from gru_core.formats.running import run_ready
from tests.app.modelling import packed
from tests.browser.driver import Stage, figures
from tests.browser.menu import saved
from tests.browser.test_model import feed, open_file
from tests.formats.entries import make_entry

MASKED = (0, 3, 4, 8)  # of nine steps: before all, between, and after all
X = np.random.default_rng(4).normal(size=(9, 3)).astype(np.float32)
X[list(MASKED)] = -2
HATCHED = "[data-part='{part}'] .gs-plot:not(.gs-strip) .gs-masked"


@pytest.fixture
def masked(stage: Stage, tmp_path: Path) -> tuple[Stage, np.ndarray]:
    """The stage with such a model, and h of unit 1 at every step of the input."""
    entry = make_entry(reads=Reads(padding=-2.0))
    (tmp_path / "model.npz").write_bytes(packed(entry))
    np.save(tmp_path / "x.npy", X)
    stage.open("scene=model")
    open_file(stage, tmp_path / "model.npz")
    feed(stage, tmp_path / "x.npy")
    return stage, run_ready(answered(entry, {}), X).layers[0]["forward"]["hidden"][:, 0]


def test_masked_steps_are_columns_of_their_own(masked: tuple[Stage, np.ndarray]) -> None:
    stage, truth = masked
    for part in ("gru.hidden", "gru.update", "gru.reset", "gru.candidate", "lstm.hidden"):
        spans = stage.page.locator(HATCHED.format(part=part))
        assert spans.evaluate_all(
            "all => all.map(one => [one.style.left, one.style.width].map(parseFloat))"
        ) == pytest.approx(np.array([[0, 1], [3, 2], [8, 1]]) * 100 / 9, rel=1e-3)
    page, label = stage.page, stage.page.locator(".gs-step-label")
    page.keyboard.press("Home")
    for column, h in enumerate(truth):
        is_masked = column in MASKED
        expected = re.compile(rf"^input {column + 1} is masked$" if is_masked else r"^step \d of 5")
        expect(label).to_have_text(expected)
        assert stage.shown("gru.hidden") == pytest.approx(figures(h, 3), rel=2e-3, abs=1e-9)
        gate = page.locator("[data-value='gru.update']")
        expect(gate).to_have_text("masked" if is_masked else re.compile(r"^[−\d.]+$"))
        kept = page.locator(".gs-cell-kept")
        expect(kept).to_have_text(re.compile("the state is kept" if is_masked else "^$"))
        expect(page.locator(".gs-equations")).to_be_visible(visible=not is_masked)
        page.keyboard.press("ArrowRight")


def test_a_click_on_a_masked_column_goes_there_and_takes_hold_of_nothing(
    masked: tuple[Stage, np.ndarray],
) -> None:
    stage, _ = masked
    label = stage.page.locator(".gs-step-label")
    area = stage.page.locator("[data-part='gru.update'] .gs-plot:not(.gs-strip) .gs-area").first
    box = area.bounding_box()
    assert box is not None
    stage.page.mouse.move(box["x"] + box["width"] * 3.5 / 9, box["y"] + box["height"] / 2)
    expect(stage.page.locator(".gs-whisper")).to_have_text("4 is masked: the state stays as it is")
    stage.page.mouse.click(box["x"] + box["width"] * 4.5 / 9, box["y"] + box["height"] / 2)
    expect(label).to_have_text("input 5 is masked")
    stage.page.mouse.click(box["x"] + box["width"] * 5.5 / 9, box["y"] + box["height"] / 2)
    expect(label).to_have_text(re.compile(r"^step 3 of 5"))
    x = stage.page.locator("[data-part='x'] .gs-area").bounding_box()
    assert x is not None
    stage.page.mouse.click(x["x"] + x["width"] * 3.5 / 9, x["y"] + x["height"] / 2)
    expect(stage.page.locator(".gs-choice")).to_have_count(0)


LIVE = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 1);
  return canvas.hidden ? [] : Array.from({ length: canvas.width }, (_, i) => data[4 * i + 3] > 0);
}"""


def test_a_drag_paints_what_it_changes_and_leaves_masked_steps_blank(
    masked: tuple[Stage, np.ndarray],
) -> None:
    """Of a state it paints them too, from the first step on."""
    stage, _ = masked
    area = stage.page.locator("[data-cell='gru'] .gs-weights .gs-area").nth(1)
    area.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1
    stage.page.mouse.move(x, y)
    stage.page.mouse.down()
    stage.page.mouse.move(x, y - 60, steps=6)
    stage.page.locator(".gs-stage:not([data-behind])").wait_for()
    for part, blank in {"gru.update": {*MASKED}, "gru.hidden": {0}}.items():
        canvas = stage.page.locator(f"[data-part='{part}'] .gs-plot:not(.gs-strip) canvas.gs-live")
        expect(canvas).to_be_visible()
        painted = canvas.evaluate(LIVE)
        assert painted == [column not in blank for column in range(9)]
    before = stage.shown("gru.hidden")
    stage.page.mouse.up()
    stage.rest()
    assert stage.edits
    stage.page.keyboard.press("End")
    expect(stage.page.locator(".gs-step-label")).to_have_text("input 9 is masked")
    assert np.isfinite(before)
    stage.drawn()
    assert stage.page.locator("[data-part='gru.update'] .heatmaplayer image").count() == 1


def test_a_saved_picture_has_masked_steps_in_grey(masked: tuple[Stage, np.ndarray]) -> None:
    stage, _ = masked
    stage.drawn()
    _, content = saved(stage, "GRU update gate", "SVG")
    drawn = ElementTree.fromstring(content.decode()).iter()
    assert sum("fill-opacity: 0.5" in str(one.get("style")) for one in drawn) == 3
