"""axe-core finds nothing to complain of in what we draw: each scene, each lens, both themes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize

from gru_core.scenes.files import load_scenes
from tests.browser.conftest import ASSETS
from tests.browser.driver import Stage
from tests.browser.lensing import VIEWS
from tests.serving import Server

Scheme: TypeAlias = Literal["light", "dark"]
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 390, "height": 844}
# Everything axe knows of WCAG 2.2 A and AA, and what it calls best practice.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Its rules of colours, which is all that another theme can break, and what the width leaves alone.
COLOURS = ["color-contrast", "link-in-text-block"]
OTHERS = {"runOnly": TAGS, "rules": {rule: {"enabled": False} for rule in COLOURS}}
Look: TypeAlias = tuple[Scheme, ViewportSize, Mapping[str, Any]]
AT_A_GLANCE: Look = ("light", WIDE, {"runOnly": TAGS})
# Each look costs seconds, most of them for the colours of every word.
EXAMINED: list[Look] = [
    AT_A_GLANCE,
    ("dark", WIDE, {"runOnly": COLOURS}),
    ("dark", NARROW, OTHERS),
]
# Of a lens: the colours of its words on dark paper are those of tests/browser/test_lenses.py.
OF_A_LENS: list[Look] = [AT_A_GLANCE, ("light", NARROW, OTHERS)]
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
    tab: Stage, scheme: Scheme, size: ViewportSize, rules: Mapping[str, Any], where: Sequence[str]
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


def looked(tab: Stage, looks: Sequence[Look], where: Sequence[str] = OURS) -> list[str]:
    """What axe finds in several looks, from that on which the window has had last.

    Another window or theme takes as long as another link.
    """
    if not tab.page.evaluate("'axe' in window"):
        tab.page.add_style_tag(content=STILL)
        tab.page.evaluate(Axe().axe_script)
    ordered = looks[::-1] if tab.page.viewport_size == NARROW else looks
    return [found for look in ordered for found in complaints(tab, *look, where)]


def test_axe_finds_what_is_wrong(tab: Stage) -> None:
    tab.open()
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('aria-label')")
    tab.page.evaluate("document.querySelector('.gs-scrub').removeAttribute('title')")
    tab.page.evaluate("document.querySelector('.gs-story p').style.color = '#777'")
    found = " ".join(looked(tab, EXAMINED))
    for wrong in ("light 1280 label", "dark 390 label", "light 1280 color", "dark 1280 color"):
        assert wrong in found
    tab.page.goto("about:blank")  # what was spoiled is gone


@pytest.mark.parametrize("scene", OF_THEIR_KIND)
def test_axe_finds_nothing_wrong_with_a_kind_of_scene(tab: Stage, scene: str) -> None:
    tab.open(f"scene={scene}")
    assert looked(tab, EXAMINED) == []


@pytest.mark.parametrize("scene", [name for name in SCENES if name not in OF_THEIR_KIND])
def test_axe_finds_nothing_wrong_with_another_scene(tab: Stage, scene: str) -> None:
    tab.open(f"scene={scene}")
    assert looked(tab, [AT_A_GLANCE]) == []


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_wrong_with_a_lens(tab: Stage, view: str) -> None:
    tab.open(f"view={view}")
    assert looked(tab, OF_A_LENS, [".gs-inside"]) == []  # the rest is as in the scene


def test_axe_finds_nothing_wrong_with_an_edited_screen_of_another_notation(tab: Stage) -> None:
    tab.page.set_viewport_size(WIDE)
    tab.open(
        "scene=slate&notation=chung&form=joined&e=gru.b_x.update.0_0.5~&do=gru.update.1.all_0~"
    )
    tab.page.get_by_label("What to change").select_option(index=1)
    tab.page.keyboard.press("Shift+ArrowRight")
    tab.wait()
    tab.drawn()
    assert looked(tab, EXAMINED) == []


def test_axe_finds_nothing_wrong_with_the_page_of_claims(tab: Stage) -> None:
    tab.page.goto(f"{tab.url}/claims")
    tab.page.locator(".gs-claims").wait_for()
    assert looked(tab, EXAMINED) == []
