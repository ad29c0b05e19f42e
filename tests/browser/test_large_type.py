"""Large type: every letter is larger, nothing is cut, and hands find their places."""

from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, colours, traces_of
from tests.browser.laid_out import FAULTS, SCREENS
from tests.browser.lensing import VIEWS, go, settled, views
from tests.browser.test_pictures import SVG, save

Core = Callable[..., Situation]
PROJECTOR = {"width": 1920, "height": 1080}
LEAST = 1.6  # of the normal size
DRAWN = ("scene=elnino", "scene=own&source=adding")  # by Plotly, which takes longest
# Every kind of text with the size of its smallest letters on the screen, in pixels of the window.
LETTERS = """
() => {
  const found = {};
  const walk = document.createTreeWalker(
    document.querySelector(".stMainBlockContainer"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement: one } = walk.currentNode;
    const box = one.getBoundingClientRect();
    if (!data.trim() || box.width < 0.5) continue;
    if (one.closest(".gs-hidden, option, title, style")) continue;
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    const size = one instanceof SVGElement ? box.height
      : parseFloat(getComputedStyle(one).fontSize) * one.currentCSSZoom;
    const parts = [".gs-diagram", "svg", "math", ".gs-bar", ".st-key-top"];
    const part = parts.find((name) => one.closest(name));
    const kind = [part, one.tagName, one.closest("[class]").getAttribute("class")].join(" ");
    found[kind] = Math.min(found[kind] ?? Infinity, size);
  }
  return found;
}
"""


def assert_large(stage: Stage, normal: dict[str, float]) -> None:
    large = stage.page.evaluate(LETTERS)
    shared = set(normal) & set(large)
    assert len(shared) > 0.9 * len(normal)
    assert {
        kind: large[kind] / normal[kind] for kind in shared if large[kind] < LEAST * normal[kind]
    } == {}
    assert stage.page.evaluate(FAULTS) == []


@pytest.mark.parametrize("screen", [one for one in SCREENS if one not in DRAWN])
def test_every_letter_is_larger_and_none_is_cut(seen: Callable[..., Stage], screen: str) -> None:
    stage = seen(viewport=PROJECTOR).open(screen)
    normal = stage.page.evaluate(LETTERS)
    with stage.answered():
        stage.press("t")
    assert_large(stage, normal)


@pytest.mark.parametrize("screen", DRAWN)
def test_every_letter_of_plotly_is_larger_too_and_all_become_normal_again(
    seen: Callable[..., Stage], screen: str
) -> None:
    stage = seen(viewport=PROJECTOR).open(screen)
    stage.drawn()
    normal = stage.page.evaluate(LETTERS)
    assert any(kind.startswith("svg") for kind in normal)  # axes and weights among them
    with stage.answered():
        stage.press("t")
    stage.drawn()
    assert stage.link["type"] == "large"
    assert_large(stage, normal)
    with stage.answered():
        stage.press("t")
    stage.drawn()
    assert stage.page.evaluate(LETTERS) == normal
    assert "type" not in stage.link


def test_nor_is_any_of_a_lens(seen: Callable[..., Stage]) -> None:
    stage = seen(viewport=PROJECTOR).open("scene=slate&do=gru.reset.all.2-9_0.0&t=8&u=2")

    def turned_to(view: str) -> None:
        go(stage, view)
        settled(stage)
        stage.drawn(".gs-charts")

    normal = {}
    for view in VIEWS:
        turned_to(view)
        normal[view] = stage.page.evaluate(LETTERS)
        assert stage.page.evaluate(FAULTS) == [], view
    with stage.answered():
        stage.page.get_by_role("button", name="Large type").click()
    for view in VIEWS:
        turned_to(view)
        assert_large(stage, normal[view])


@pytest.mark.parametrize("size", [(390, 844), (768, 1024), (1280, 800)])
def test_a_smaller_window_has_letters_as_large_as_fit(
    another: Callable[..., Stage], size: tuple[int, int]
) -> None:
    width, height = size
    touch = {"has_touch": True, "is_mobile": True} if width == 390 else {}
    stage = another(viewport={"width": width, "height": height}, **touch)
    stage.open("scene=slate&type=large")
    zoom = stage.page.locator(".gs-stage").evaluate("(one) => one.currentCSSZoom")
    assert zoom == pytest.approx(min(1.75, width / 320), abs=1e-3)
    assert stage.page.evaluate(FAULTS) == []
    stage.open("scene=own&source=adding&type=large")
    assert stage.page.evaluate(FAULTS) == []


def test_nothing_scrolls_sideways_where_a_choice_leads_to_ones_own(
    another: Callable[..., Stage],
) -> None:
    stage = another(viewport={"width": 1280, "height": 800}).open("scene=slate&type=large")
    stage.page.get_by_text("your numbers").first.click()
    stage.page.wait_for_function("() => location.search.includes('scene=own')")
    stage.wait()
    expect(stage.page.get_by_role("button", name="undo", exact=True)).to_be_enabled()
    stage.frame()
    assert stage.page.evaluate(FAULTS) == []


def test_a_first_visit_in_large_type_is_still_a_first_visit(another: Callable[..., Stage]) -> None:
    stage = another(viewport=PROJECTOR, look="").open("type=large")
    expect(stage.page.locator(".gs-view-first")).to_be_visible()
    assert stage.page.evaluate(FAULTS) == []


def test_choices_above_the_stage_are_as_large(seen: Callable[..., Stage]) -> None:
    stage = seen(viewport=PROJECTOR).open("type=large")
    stage.page.get_by_role("button", name="settings").click()
    notation = stage.page.get_by_role("combobox", name="Notation")
    notation.click()
    for words in (notation, stage.page.get_by_role("listbox").get_by_role("option").first):
        seen = "(one) => parseFloat(getComputedStyle(one).fontSize) * one.currentCSSZoom"
        assert words.evaluate(seen) >= LEAST * 14


def test_hands_find_what_they_point_at(seen: Callable[..., Stage], core: Core) -> None:
    stage = seen(viewport=PROJECTOR).open("scene=pulse&type=large&t=12&u=4")
    stage.drawn()
    situation = core("pulse")
    trace = traces_of(situation)["gru"]
    area = stage.track("gru.hidden").locator(".gs-area")
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 5.5 / 20, box["y"] + box["height"] * 1.5 / 4
    stage.page.mouse.move(x - 1, y)
    stage.page.mouse.move(x, y)
    assert stage.text(".gs-whisper").startswith("h of unit 2 at step 6: ")
    whisper = stage.page.locator(".gs-whisper").bounding_box()
    assert whisper is not None
    assert 0 < whisper["x"] - x < 60
    assert -80 < whisper["y"] - y < 0
    stage.page.mouse.click(x, y)
    assert stage.cursor == (5, 1)
    stage.page.mouse.move(2, 2)
    seen = stage.painted("gru.hidden", trace.units, trace.steps)
    wanted = colours(trace["hidden"].T, "hidden")
    assert np.abs(np.delete(seen - wanted, 5, axis=1)).max() <= 4


def test_menus_stand_at_their_buttons(seen: Callable[..., Stage]) -> None:
    stage = seen(viewport=PROJECTOR).open("scene=pulse&type=large")
    more = stage.page.locator("[data-part='gru.hidden'] .gs-more").first
    for button, menu in ((more, ".gs-menu:popover-open"), (views(stage), ".gs-views")):
        button.click()
        at, there = button.bounding_box(), stage.page.locator(menu).bounding_box()
        assert at is not None
        assert there is not None
        assert there["x"] >= 0
        assert there["x"] + there["width"] <= 1920
        assert there["y"] + there["height"] <= 1080
        assert there["x"] <= at["x"] + at["width"]
        assert there["x"] + there["width"] >= at["x"]
        stage.press("Escape")


def test_a_picture_of_the_stage_is_laid_out_as_on_screen(seen: Callable[..., Stage]) -> None:
    stage = seen(viewport=PROJECTOR).open("scene=pulse&type=large&t=4&u=4")
    stage.drawn()
    picture = ElementTree.fromstring(save(stage, "Whole stage", "SVG").decode())
    wide = stage.page.locator(".gs-view").evaluate(
        "(view) => view.getBoundingClientRect().width / 1.75"
    )
    assert float(picture.attrib["width"]) == pytest.approx(wide + 48, abs=1)
    words = [text for text in picture.iter(f"{SVG}text") if (text.text or "").startswith("update")]
    sizes = [text.attrib["font-size"] for text in words]
    assert {"12px", "13px"} & set(sizes)  # of a heading, of a caption
    # An arrow of the wiring has its own scale; nothing is magnified.
    assert all(12 <= float(size.removesuffix("px")) < 16 for size in sizes)
    for text in words:
        assert 0 < float(text.attrib["x"]) < wide + 48
