"""axe-core finds nothing to complain of in what we draw: each scene, each lens, both themes."""

import json
from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from app.lenses import LENSES
from gru_core.scenes.files import load_scenes
from tests.browser.conftest import ASSETS
from tests.browser.driver import Stage
from tests.serving import Server

Scheme: TypeAlias = Literal["light", "dark"]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Everything axe knows of WCAG 2.2 A and AA, and what it calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Streamlit's own frame is not ours to mend: its header, its lists above the stage, its footer.
OURS = [".gs-stage", ".gs-wordmark", ".gs-claims"]
# The bar lies over the plots until the page is scrolled, which tests/browser/test_focus.py is for.
# To axe what is under it is too small to be hit.
STILL = ".gs-bar { position: static !important; }"
SCENES = [scene.name for scene in load_scenes(ASSETS / "scenes")] + ["own"]


@pytest.fixture(scope="module")
def tab(browser: Browser, server: Server) -> Iterator[Stage]:
    """One page for all screens, without motion: what fades is not to be measured halfway."""
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    yield Stage(context.new_page(), server.url, stays=True)
    context.close()


def complaints(tab: Stage, scheme: Scheme, size: Any) -> list[str]:
    """What axe finds in what we draw."""
    tab.page.set_viewport_size(size)
    tab.page.emulate_media(color_scheme=scheme)
    tab.frame()
    include = [one for one in OURS if tab.page.locator(one).count()]
    options = {"runOnly": TAGS, "resultTypes": ["violations"]}
    found = tab.page.evaluate(f"axe.run({json.dumps({'include': include})}, {json.dumps(options)})")
    return [
        f"{scheme} {size['width']} {violation['id']} {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def examined(tab: Stage) -> list[str]:
    """Both themes at both widths."""
    if not tab.page.evaluate("'axe' in window"):
        tab.page.add_style_tag(content=STILL)
        tab.page.evaluate(Axe().axe_script)
    screens: tuple[tuple[Any, tuple[Scheme, Scheme]], ...]
    screens = ((WIDE, ("light", "dark")), (NARROW, ("dark", "light")))
    found = [
        one
        for size, schemes in screens
        for scheme in schemes
        for one in complaints(tab, scheme, size)
    ]
    tab.page.set_viewport_size(WIDE)
    return found


def test_axe_finds_what_is_wrong(tab: Stage) -> None:
    tab.open()
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('aria-label')")
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('title')")
    tab.page.evaluate("document.querySelector('.gs-story p').style.color = '#999'")
    found = " ".join(examined(tab))
    assert "label" in found
    assert "light 1280 color-contrast" in found
    tab.page.goto("about:blank")  # what was spoiled is gone


@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing_wrong_with_a_scene(tab: Stage, scene: str) -> None:
    tab.open(f"scene={scene}")
    assert examined(tab) == []


@pytest.mark.parametrize("view", list(LENSES))
def test_axe_finds_nothing_wrong_with_a_lens(tab: Stage, view: str) -> None:
    tab.open(f"view={view}")
    assert examined(tab) == []


def test_axe_finds_nothing_wrong_with_an_edited_screen_of_another_notation(tab: Stage) -> None:
    tab.open(
        "scene=slate&notation=chung&form=joined&e=gru.b_x.update.0_0.5~&do=gru.update.1.all_0~"
    )
    tab.page.get_by_label("What to change").select_option(index=1)
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.wait()
    assert examined(tab) == []


def test_axe_finds_nothing_wrong_with_the_page_of_claims(tab: Stage) -> None:
    tab.page.goto(f"{tab.url}/claims")
    tab.page.locator(".gs-claims").wait_for()
    assert examined(tab) == []
