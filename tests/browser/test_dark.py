"""Dark paper: zero reads as nothing there too, and a number has one colour wherever it stands."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from app.figures.theme import DIVERGING, DIVERGING_DARK
from gru_core.situation import Situation
from tests.browser.driver import Stage, colours, traces_of
from tests.browser.menu import saved

Core = Callable[..., Situation]
# The share of a screen that is nearly white: letters are, slabs must not be.
BRIGHT = 215
SLAB = 14  # pixels of a side
SVG = "{http://www.w3.org/2000/svg}"
SCENES = json.loads((Path(__file__).parents[2] / "assets/scenes/index.json").read_text())


def luminance(color: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_both_scales_climb_from_the_paper_to_their_ends() -> None:
    for stops, sign in ((DIVERGING, -1), (DIVERGING_DARK, 1)):
        lights = [sign * luminance(stop) for stop in stops]
        middle = len(lights) // 2
        assert lights[middle:] == sorted(lights[middle:])
        assert lights[: middle + 1] == sorted(lights[: middle + 1], reverse=True)
    assert abs(luminance(DIVERGING_DARK[6]) - luminance("#14171a")) < 0.02


@pytest.mark.parametrize("scene", ["slate", "binary"])
def test_dark_heatmaps_have_the_colours_of_the_core_on_dark_paper(
    seen: Callable[..., Stage], core: Core, scene: str
) -> None:
    stage = seen(color_scheme="dark").open(f"scene={scene}&t=1&u=1")
    stage.drawn("[data-part^='gru.']")
    trace = traces_of(core(scene))["gru"]
    for track in trace:
        seen = stage.painted(f"gru.{track}", trace.units, trace.steps)
        wanted = colours(trace[track].T, track, dark=True)
        assert np.abs(seen - wanted)[:, 1:].max() <= 4, track


def assert_no_slab(stage: Stage, name: str, where: str = ".gs-view") -> None:
    """No square of SLAB pixels that is nearly white: letters and lines are thinner."""
    white = stage.picture(stage.page.locator(where)).min(axis=-1) > BRIGHT
    assert white.mean() < 0.03, name
    counts = np.pad(
        white.astype(np.int32).cumsum(0, np.int32).cumsum(1, np.int32), ((1, 0), (1, 0))
    )
    squares = counts[SLAB:, SLAB:] - counts[:-SLAB, SLAB:] - counts[SLAB:, :-SLAB]
    assert (squares + counts[:-SLAB, :-SLAB]).max() < SLAB**2, name


def test_no_scene_on_dark_paper_has_slabs_of_white(seen: Callable[..., Stage]) -> None:
    stage = seen(color_scheme="dark")
    for scene in SCENES:
        assert_no_slab(stage.open(f"scene={scene}"), scene)
        if scene in ("pulse", "reader"):  # and of what Plotly draws, which is of the same colours
            stage.drawn()
            assert_no_slab(stage, scene)


def test_a_picture_saved_on_dark_paper_is_dark_and_its_digits_can_be_read(
    seen: Callable[..., Stage],
) -> None:
    stage = seen(color_scheme="dark").open("scene=slate")
    stage.drawn()
    _, content = saved(stage, "GRU weights of the reset gate", "SVG")
    picture = ElementTree.fromstring(content.decode())
    shapes = [one.get("fill", "") for one in picture.iter(f"{SVG}rect")]
    cells = {tuple(map(int, re.findall(r"[0-9]+", one))) for one in shapes if one[:4] == "rgb("}
    zero = tuple(int(DIVERGING_DARK[6][at : at + 2], 16) for at in (1, 3, 5))
    assert zero in cells  # what is nothing there is nothing here
    assert (239, 238, 234) not in cells  # the nothing of white paper
    inks = {
        style(text, "fill")
        for group in picture.iter(f"{SVG}g")
        if "textpoint" in group.get("class", "")
        for text in group.iter(f"{SVG}text")
        if "".join(text.itertext()) == "0"
    }
    assert inks == {"rgb(255, 255, 255)"}


def style(element: ElementTree.Element, name: str) -> str:
    """What an element's own style says."""
    found = re.search(rf"(?:^|; *){name}: ([^;]+)", element.get("style", ""))
    return found[1] if found else element.get(name, "")


def test_the_cursor_and_the_corner_of_a_changed_number_are_in_the_ink(
    seen: Callable[..., Stage],
) -> None:
    stage = seen(color_scheme="dark").open("e=gru.b_x.update.0_0.5~")
    ink = stage.page.locator(".gs-stage").evaluate("(one) => getComputedStyle(one).color")
    mark = stage.track("gru.hidden").locator(".gs-time-mark")
    assert mark.evaluate("(one) => getComputedStyle(one).backgroundColor") == ink
    corner = stage.page.locator(".gs-edited").first
    assert corner.evaluate("(one) => getComputedStyle(one, '::after').borderTopColor") == ink


def test_another_theme_repaints_what_is_there(another: Callable[..., Stage], core: Core) -> None:
    stage = another().open("scene=pulse&t=12&u=4")
    trace = traces_of(core("pulse"))["gru"]
    stage.page.get_by_test_id("stMainMenu").get_by_role("button").click()
    stage.page.get_by_role("menuitemradio", name="Dark").or_(
        stage.page.get_by_text("Dark", exact=True)
    ).first.click()
    stage.press("Escape")
    expect(stage.page.locator(".gs-stage")).not_to_have_css("color", "rgb(27, 31, 36)")
    stage.rest()
    stage.drawn()
    seen = stage.painted("gru.hidden", trace.units, trace.steps)
    wanted = colours(trace["hidden"].T, "hidden", dark=True)
    assert np.abs(np.delete(seen - wanted, 11, axis=1)).max() <= 4


def test_equations_are_set_in_a_font_made_for_them(page: Stage) -> None:
    page.open("scene=pulse")
    page.page.evaluate("document.fonts.ready")
    assert page.page.evaluate("document.fonts.check('16px \"STIX Two Math\"', 'σ⊙')")
    font = page.page.locator(".gs-equations math").first.evaluate(
        "(math) => getComputedStyle(math).fontFamily"
    )
    assert font.startswith('"STIX Two Math"')
