"""axe-core finds nothing to complain of in what we draw: each scene, each lens, both themes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from gru_core.scenes.files import load_scenes
from tests.browser.conftest import ASSETS
from tests.browser.driver import Stage
from tests.browser.lensing import VIEWS
from tests.serving import Server

Scheme: TypeAlias = Literal["light", "dark"]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
# Everything axe knows of WCAG 2.2 A and AA, and what it calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Its rules of colours, which is all that another theme can break, and what the width leaves alone.
COLOURS = ["color-contrast", "link-in-text-block"]
# Streamlit's own frame is not ours to mend: its header, its lists above the stage, its footer.
OURS = [".gs-stage", ".gs-wordmark", ".gs-claims"]
# The bar lies over the plots until the page is scrolled, which tests/browser/test_focus.py is for.
# To axe what is under it is too small to be hit.
STILL = ".gs-bar { position: static !important; }"
SCENES = [scene.name for scene in load_scenes(ASSETS / "scenes")]
# These have controls of their own; the others have those of pulse, and other numbers.
OF_THEIR_KIND = ["pulse", "elnino", "reader", "own"]


@pytest.fixture(scope="module")
def tab(browser: Browser, server: Server) -> Iterator[Stage]:
    """One page for all screens, without motion: what fades is not to be measured halfway.

    Of what Plotly draws axe decides nothing: its letters are of an SVG.
    """
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    yield Stage(context.new_page(), server.url, stays=True, restless=True)
    context.close()


def complaints(
    tab: Stage, scheme: Scheme, size: Any, rules: Mapping[str, Any], where: Sequence[str]
) -> list[str]:
    """What axe finds there."""
    tab.page.set_viewport_size(size)
    tab.page.emulate_media(color_scheme=scheme)
    tab.frame()
    include = [one for one in where if tab.page.locator(one).count()]
    options = {**rules, "resultTypes": ["violations"]}
    found = tab.page.evaluate(f"axe.run({json.dumps({'include': include})}, {json.dumps(options)})")
    return [
        f"{scheme} {size['width']} {violation['id']} {node['target']}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def at_a_glance(tab: Stage, where: Sequence[str] = OURS) -> list[str]:
    """Every rule at the width of a desk."""
    if not tab.page.evaluate("'axe' in window"):
        tab.page.add_style_tag(content=STILL)
        tab.page.evaluate(Axe().axe_script)
    return complaints(tab, "light", WIDE, {"runOnly": TAGS}, where)


def examined(tab: Stage, where: Sequence[str] = OURS) -> list[str]:
    """The same, colours in the other theme, and the rest on a telephone.

    Each look costs seconds, most of them for the colours of every word.
    """
    other = {"runOnly": TAGS, "rules": {rule: {"enabled": False} for rule in COLOURS}}
    found = [
        *at_a_glance(tab, where),
        *complaints(tab, "dark", WIDE, {"runOnly": COLOURS}, where),
        *complaints(tab, "dark", NARROW, other, where),
    ]
    tab.page.set_viewport_size(WIDE)
    return found


def test_axe_finds_what_is_wrong(tab: Stage) -> None:
    tab.open()
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('aria-label')")
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('title')")
    tab.page.evaluate("document.querySelector('.gs-story p').style.color = '#777'")
    found = " ".join(examined(tab))
    for wrong in ("light 1280 label", "dark 390 label", "light 1280 color", "dark 1280 color"):
        assert wrong in found
    tab.page.goto("about:blank")  # what was spoiled is gone


@pytest.mark.parametrize("scene", OF_THEIR_KIND)
def test_axe_finds_nothing_wrong_with_a_kind_of_scene(tab: Stage, scene: str) -> None:
    tab.open(f"scene={scene}")
    assert examined(tab) == []


@pytest.mark.parametrize("scene", [name for name in SCENES if name not in OF_THEIR_KIND])
def test_axe_finds_nothing_wrong_with_another_scene(tab: Stage, scene: str) -> None:
    tab.open(f"scene={scene}")
    assert at_a_glance(tab) == []


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_wrong_with_a_lens(tab: Stage, view: str) -> None:
    tab.open(f"view={view}")
    assert examined(tab, [".gs-inside"]) == []  # the rest is as in the scene


def test_axe_finds_nothing_wrong_with_an_edited_screen_of_another_notation(tab: Stage) -> None:
    tab.open(
        "scene=slate&notation=chung&form=joined&e=gru.b_x.update.0_0.5~&do=gru.update.1.all_0~"
    )
    tab.page.get_by_label("What to change").select_option(index=1)
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.wait()
    tab.drawn()
    assert examined(tab) == []


def test_axe_finds_nothing_wrong_with_the_page_of_claims(tab: Stage) -> None:
    tab.page.goto(f"{tab.url}/claims")
    tab.page.locator(".gs-claims").wait_for()
    assert examined(tab) == []
