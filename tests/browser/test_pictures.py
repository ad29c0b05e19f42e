"""The whole stage and the cell alone as pictures: what is on screen, in words that are words."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tests.browser.driver import Stage, colours, traces_of

SVG = "{http://www.w3.org/2000/svg}"


def save(stage: Stage, what: str, kind: str) -> bytes:
    """Press an item of the menu; returns the file."""
    stage.page.locator(".gs-extras button", has_text="picture").click()
    items = stage.page.locator(".gs-extras .gs-pictures button", has_text=what)
    with stage.page.expect_download() as download:
        items.filter(has_text=kind).click()
    return Path(download.value.path()).read_bytes()


def words(picture: ElementTree.Element) -> str:
    return " ".join("".join(text.itertext()) for text in picture.iter(f"{SVG}text"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_whole_stage_is_one_svg_with_real_words_and_nothing_from_elsewhere(
    seen: Any, core: Any, scheme: str
) -> None:
    stage = seen(color_scheme=scheme).open("scene=pulse&t=4&u=4")
    text = save(stage, "Whole stage", "SVG").decode()
    picture = ElementTree.fromstring(text)
    said = words(picture)
    story = stage.page.locator(".gs-story > p").first.inner_text()
    for word in (
        *story.split()[:8],
        "update gate",
        "hidden state",
        "weights",
        "step 4 of 20 · unit 4",
    ):
        assert word in said
    trace = traces_of(core("pulse"))["gru"]
    assert f"{trace['update'][3, 3]:.5f}" in said  # 0.00247, in a caption and in the equations
    assert "foreignObject" not in text
    assert not re.search(r"(href|src)=[\"']?https?:|url\([\"']?https?:|var\(--|color\(srgb", text)
    assert "data:font/" in text or "data:application/" in text  # the page's own typeface
    ground = stage.page.locator(".gs-bar").evaluate(
        "(bar) => getComputedStyle(bar).backgroundColor"
    )
    assert picture.find(f"{SVG}rect").attrib["fill"] == ground  # type: ignore[union-attr]


def test_the_png_has_every_cell_of_a_heatmap_in_its_colour(seen: Any, core: Any) -> None:
    stage = seen(color_scheme="light").open("scene=pulse&t=20&u=4")
    stage.drawn()
    image = np.array(
        Image.open(BytesIO(save(stage, "Whole stage", "PNG"))).convert("RGB"), dtype=int
    )
    boxes: Any = stage.page.evaluate(
        """() => [".gs-view", "[data-part='gru.update'] .gs-plot:not(.gs-strip) .gs-area"]
          .map((one) => document.querySelector(one).getBoundingClientRect().toJSON())"""
    )
    view, area = boxes
    assert image.shape[1] == 2 * (round(view["width"]) + 48)
    left, top = area["left"] - view["left"] + 24, area["top"] - view["top"] + 58
    across = ((left + area["width"] * (np.arange(20) + 0.25) / 20) * 2).astype(int)
    down = ((top + area["height"] * (np.arange(4) + 0.5) / 4) * 2).astype(int)
    expected = colours(traces_of(core("pulse"))["gru"]["update"].T, "update")
    assert np.abs(image[np.ix_(down, across)] - expected).max() <= 3


def test_the_cell_alone_has_its_wiring_and_its_equations_with_numbers(page: Stage) -> None:
    page.open("scene=pulse&t=4&u=4")
    picture = ElementTree.fromstring(save(page, "This cell", "SVG").decode())
    said = words(picture)
    assert "GRU at step 4, unit 4" in said
    assert "kept" in said  # of the wiring
    assert said.count("tanh") >= 2  # of the equations
    assert "weights" not in said
    assert float(picture.attrib["width"]) < 800
    image = Image.open(BytesIO(save(page, "This cell", "PNG")))
    assert image.width == 2 * float(picture.attrib["width"])


def test_without_a_cell_on_show_a_sentence_says_how_to_have_one(page: Stage) -> None:
    page.open("scene=pulse&view=memory")
    page.page.locator(".gs-extras button", has_text="picture").click()
    page.page.locator(".gs-extras .gs-pictures button", has_text="This cell").first.click()
    assert page.text(".gs-extras .gs-pictures p") == (
        "The cell is not on show. Look inside the cell first."
    )
    page.press("Escape")


def test_where_the_browser_makes_no_png_a_sentence_offers_the_svg(stage: Stage) -> None:
    stage.open("scene=pulse")
    stage.page.evaluate(
        "void (HTMLCanvasElement.prototype.toBlob = () => { throw new Error('tainted'); })"
    )
    stage.page.locator(".gs-extras button", has_text="picture").click()
    stage.page.locator(".gs-extras .gs-pictures button", has_text="Whole stage").first.click()
    stage.page.locator(".gs-extras").get_by_text("Save it as SVG.").wait_for()


@pytest.mark.parametrize("scene", ["cue", "crowd", "reader", "elnino"])
def test_every_kind_of_scene_is_a_picture(page: Stage, scene: str) -> None:
    page.open(f"scene={scene}")
    picture = ElementTree.fromstring(save(page, "Whole stage", "SVG").decode())
    assert "hidden state" in words(picture)
    rows = sum(1 for _ in picture.iter(f"{SVG}rect"))
    assert rows > 200 or any(True for _ in picture.iter(f"{SVG}image"))
