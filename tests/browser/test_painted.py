"""The first picture is painted from numbers: plotly.js is loaded after it, and may fail to come."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from app.words.stage import stage_words
from tests.browser.driver import Stage

PLOTLY = "**/plotly-cartesian.min.js"
PAINTED = ".gs-sketch.gs-painted"
NO_PLOTLY = stage_words()["stage.no_plotly"]


@pytest.fixture
def held(stage: Stage) -> Iterator[Callable[[], None]]:
    """A page that waits for plotly.js until this is called."""
    waiting: list[Route] | None = []

    def asked(route: Route) -> None:
        if waiting is None:
            route.continue_()
        else:
            waiting.append(route)

    def given() -> None:
        nonlocal waiting
        late, waiting = waiting, None
        for route in late or ():
            route.continue_()

    stage.page.route(PLOTLY, asked)

    yield given
    given()


def test_the_first_picture_is_there_and_steps_before_plotly_is(
    stage: Stage, held: Callable[[], None]
) -> None:
    stage.open("scene=pulse")
    count = stage.page.locator(".gs-plot").count()
    expect(stage.page.locator(PAINTED)).to_have_count(count)
    assert stage.page.evaluate("window.Plotly === undefined")
    label = stage.page.locator(".gs-step-label")
    before = label.text_content()
    stage.page.keyboard.press("ArrowRight")
    expect(label).not_to_have_text(before or "")
    expect(stage.page.locator(".gs-notices p")).to_have_count(0)
    held()
    stage.drawn()
    expect(stage.page.locator(".gs-drawing.gs-painted")).to_have_count(count)


def test_a_chart_that_only_plotly_draws_comes_with_it(
    stage: Stage, held: Callable[[], None]
) -> None:
    stage.open("scene=pulse&view=phase")
    stage.page.locator(".gs-lens .gs-plot").first.wait_for()
    expect(stage.page.locator(".gs-lens .gs-drawing.gs-painted")).to_have_count(0)
    held()
    stage.drawn()
    stage.page.locator(".gs-lens .gs-painted").first.wait_for()


def test_where_plotly_does_not_come_a_sentence_says_so_and_the_numbers_stay(
    another: Callable[..., Stage],
) -> None:
    stage = another()
    stage.page.route(PLOTLY, lambda route: route.abort())
    stage.open("scene=pulse")
    expect(stage.page.locator(".gs-notices p")).to_have_text([NO_PLOTLY])
    count = stage.page.locator(".gs-plot").count()
    expect(stage.page.locator(PAINTED)).to_have_count(count)
    stage.page.locator(".gs-extras button", has_text="picture").click()
    menu = stage.page.locator(".gs-extras .gs-pictures")
    menu.locator("button", has_text="Whole stage").filter(has_text="PNG").click()
    expect(menu.locator("p")).to_have_text(NO_PLOTLY)
    stage.page.unroute(PLOTLY)
    with stage.page.expect_download():
        menu.locator("button", has_text="Whole stage").filter(has_text="SVG").click()
    # What the browser itself notes of the file that did not come; the page says nothing there.
    assert all("ERR_FAILED" in trouble for trouble in stage.troubles)
    stage.troubles.clear()
