"""What is drawn can be told from what it stands on, in both themes (WCAG 1.4.3 and 1.4.11)."""

import re
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from tests.app.figures.test_contrast import contrast
from tests.browser.driver import Stage, colours

TEXT, GRAPHIC = 4.5, 3.0
# What is on show of each kind, as sRGB bytes, faded as it is; some styles are written as color().
SHOWN = """
([selector, property]) => [...document.querySelectorAll(selector)]
  .filter((one) => one.checkVisibility())
  .map((one) => {
    const style = getComputedStyle(one);
    const found = property === "box-shadow"
      ? style.boxShadow.match(/^\\S+\\(.*?\\)/)[0] : style[property];
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    let clear = 1;
    for (let at = one; at; at = at.parentElement) clear *= Number(getComputedStyle(at).opacity);
    canvas.fillStyle = getComputedStyle(document.querySelector(".stApp")).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    canvas.globalAlpha = clear;
    canvas.fillStyle = found;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  })
"""
DIGITS = """
[...document.querySelectorAll(".gs-gates .textpoint text")]
  .map((one) => [one.textContent, getComputedStyle(one).fill])
"""
KINDS = {
    "the menus of plots": (".gs-more", "color", TEXT),
    "tabs": (".gs-tab", "color", TEXT),
    "wires": (".gs-wire .gs-line", "stroke", GRAPHIC),
    "arrows": (".gs-wire .gs-arrow", "fill", GRAPHIC),
    "frames of vectors": (".gs-frame", "stroke", GRAPHIC),
    "letters of the wiring": (".gs-letter", "fill", TEXT),
    "lines in keys": (".gs-sample", "color", GRAPHIC),
    "swatches": (".gs-swatch", "background-color", GRAPHIC),
    "edges of fields": (".gs-bar :is(select, input:not([type=range]))", "box-shadow", GRAPHIC),
}


@pytest.fixture(params=["light", "dark"])
def themed(seen: Callable[..., Stage], request: pytest.FixtureRequest) -> tuple[Stage, str]:
    """The pulse with a number chosen, in one theme, and its paper."""
    scheme: Literal["light", "dark"] = request.param
    stage = seen(color_scheme=scheme, reduced_motion="reduce").open()
    stage.open("e=gru.b_x.update.0_0.5~")  # of a scene as it was before nothing is known
    stage.choose("gru.b_x.update.1")
    paper = {"light": "#ffffff", "dark": "#14171a"}[scheme]
    return stage, paper


def as_hex(channels: list[float]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)


def test_what_is_drawn_stands_out_from_the_paper(themed: tuple[Stage, str]) -> None:
    stage, paper = themed
    for kind, (selector, style, least) in KINDS.items():
        found = stage.page.evaluate(SHOWN, [selector, style])
        assert found, kind
        for colour in {as_hex(one) for one in found}:
            assert contrast(colour, paper) >= least, (kind, colour)


def test_every_digit_can_be_read_on_the_colour_of_its_cell(themed: tuple[Stage, str]) -> None:
    stage, paper = themed
    stage.drawn()
    bound = float(stage.text("[data-cell=gru] .gs-weights .gs-range").split("…")[1])
    written = stage.page.evaluate(DIGITS)
    assert len(written) > 50
    for text, fill in written:
        share = (float(text.replace("−", "-")) / bound + 1) / 2
        cell = as_hex(colours_at(share, paper == "#14171a"))
        ink = as_hex([int(channel) for channel in re.findall(r"\d+", fill)[:3]])
        assert contrast(ink, cell) >= TEXT, (text, ink, cell)


def colours_at(share: float, dark: bool) -> list[float]:
    """A colour of the diverging scale, share of the way from its low end."""
    found: list[float] = colours(np.array(2 * share - 1), "hidden", dark).tolist()
    return found


def test_what_is_still_to_come_in_the_cell_can_be_read(themed: tuple[Stage, str]) -> None:
    stage, paper = themed
    stage.press("Escape", "Shift+ArrowRight")
    for selector in (".gs-later h3", ".gs-later mi", ".gs-later mn", ".gs-later .gs-result"):
        for colour in stage.page.evaluate(SHOWN, [selector, "color"]):
            assert contrast(as_hex(colour), paper) >= TEXT, selector
    for colour in stage.page.evaluate(SHOWN, [".gs-ahead .gs-line", "stroke"]):
        assert contrast(as_hex(colour), paper) >= 2  # seen, and behind what is present
