"""Every word on the main pages can be read, on light paper and on dark, on a desk and a phone."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import POCKET, SIZE
from tests.browser.driver import Stage
from tests.browser.inked import too_pale

Scheme = Literal["light", "dark"]
PAGES = {"learn": ".gs-lessons", "glossary": ".gs-glossary", "claims": ".gs-claims"}
# A step of each kind: a question, something to do, a number to guess, a notation, a view.
STEPS = ("what-a-state-is.1", "the-reset-gate.2", "the-reset-gate.1", "two-conventions.2")
SCREENS = ("", "scene=model", "scene=own&source=noise", *(f"lesson={step}" for step in STEPS))


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Scheme:
    found: Scheme = request.param
    return found


def visitor(another: Callable[..., Stage], scheme: Scheme, size: ViewportSize) -> Stage:
    finger = size == POCKET
    options: dict[str, Any] = {"has_touch": finger, "is_mobile": finger}
    return another(viewport=size, color_scheme=scheme, reduced_motion="reduce", **options)


@pytest.mark.parametrize("size", [SIZE, POCKET], ids=["desk", "phone"])
def test_the_pages_of_text_and_the_quiz(
    another: Callable[..., Stage], scheme: Scheme, size: ViewportSize
) -> None:
    stage = visitor(another, scheme, size)
    page = stage.page
    for name, there in PAGES.items():
        page.goto(f"{stage.url}/{name}")
        page.locator(there).first.wait_for()
        assert too_pale(page) == [], name
    page.goto(f"{stage.url}/quiz?seed=3")
    page.locator(".gs-quiz input").first.wait_for()
    assert too_pale(page) == []
    page.locator(".gs-quiz label").first.click()
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".gs-quiz-verdict")).to_be_visible()
    assert too_pale(page) == []


@pytest.mark.parametrize("size", [SIZE, POCKET], ids=["desk", "phone"])
def test_the_stage_and_each_kind_of_step(
    another: Callable[..., Stage], scheme: Scheme, size: ViewportSize
) -> None:
    stage = visitor(another, scheme, size)
    for screen in SCREENS:
        stage.open(screen)
        if screen.startswith("lesson"):
            stage.page.locator(".gs-lesson-text").wait_for()
        assert too_pale(stage.page) == [], screen
    stage.page.locator(".gs-lesson-text").evaluate("(one) => (one.style.color = '#777b80')")
    assert len(too_pale(stage.page)) >= 1  # it is seen
