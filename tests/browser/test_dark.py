"""Dark paper: zero reads as nothing there too, and a number has one colour wherever it stands."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from app.theme import DIVERGING, DIVERGING_DARK
from gru_core.edits import Situation
from tests.browser.driver import Stage, colours, traces_of
from tests.browser.lensing import go, settled

Core = Callable[..., Situation]
# The share of a screen that is nearly white: letters are, slabs must not be.
BRIGHT = 215


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
    another: Callable[..., Stage], core: Core, scene: str
) -> None:
    stage = another(color_scheme="dark").open(f"scene={scene}&t=1&u=1")
    stage.drawn()
    trace = traces_of(core(scene))["gru"]
    for track in trace:
        seen = stage.painted(f"gru.{track}", trace.units, trace.steps)
        wanted = colours(trace[track].T, track, dark=True)
        assert np.abs(seen - wanted)[:, 1:].max() <= 4, track


def test_no_screen_of_dark_paper_has_slabs_of_white(another: Callable[..., Stage]) -> None:
    stage = another(color_scheme="dark").open("scene=pulse")
    for view in ("cell", "kept", "memory", "gradients", "saturation", "pinned"):
        if view != "cell":
            go(stage, view)
            settled(stage)
        stage.drawn()
        image = stage.picture(stage.page.locator(".gs-view"))
        assert (image.min(axis=-1) > BRIGHT).mean() < 0.03, view


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


def test_equations_are_set_in_a_font_made_for_them(stage: Stage) -> None:
    stage.open("scene=pulse")
    stage.page.evaluate("document.fonts.ready")
    assert stage.page.evaluate("document.fonts.check('16px \"STIX Two Math\"', 'σ⊙')")
    font = stage.page.locator(".gs-equations math").first.evaluate(
        "(math) => getComputedStyle(math).fontFamily"
    )
    assert font.startswith('"STIX Two Math"')
