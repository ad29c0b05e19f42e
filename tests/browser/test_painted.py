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
    stage.page.evaluate("window.giveRest()")  # the page has time, and asks for it
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


def test_another_scene_is_painted_without_styling_the_page_anew_for_every_plot(page: Stage) -> None:
    """What is measured, or written on a canvas of the page, after a change has it styled anew."""
    page.open("scene=cue")
    devtools = page.page.context.new_cdp_session(page.page)
    devtools.send("Performance.enable")

    def alone() -> float:
        """How often the page has been styled without being laid out, as a frame is."""
        found = {
            one["name"]: one["value"] for one in devtools.send("Performance.getMetrics")["metrics"]
        }
        return float(found["RecalcStyleCount"] - found["LayoutCount"])

    before = alone()
    page.open("scene=slate")
    again = alone() - before
    devtools.detach()
    assert again < page.page.locator(".gs-plot").count()


# Before Streamlit has begun

# The place of the first picture, and whether anything of it can be used.
EARLY = """
(() => {
  const look = () => {
    const stage = document.querySelector(".gs-early .gs-stage");
    if (stage?.querySelector(".gs-painted")) {
      const { x, y, width } = stage.getBoundingClientRect();
      const there = Boolean(document.querySelector(".stApp .gs-stage"));
      window.early ??= { x, y, width, there, inert: stage.parentElement.inert };
    }
    if (!document.querySelector(".stApp .gs-stage[data-ack]")) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


@pytest.mark.parametrize("look", ["", "scene=crowd"])  # in the page, and beside it
def test_the_page_comes_with_a_picture_in_the_place_where_the_stage_will_be(
    another: Callable[..., Stage], look: str
) -> None:
    stage = another(look=look)
    asked: list[str] = []
    stage.page.on("request", lambda one: asked.append(one.url))
    stage.page.add_init_script(EARLY)
    stage.open()
    assert not any("/numbers/?" in one for one in asked)  # a picture computes nothing
    early = stage.page.evaluate("window.early")
    assert early["inert"]
    assert not early["there"]
    expect(stage.page.locator(".gs-early")).to_have_count(0)
    expect(stage.page.locator(".gs-stage")).to_have_count(1)
    box = stage.page.locator(".gs-stage").bounding_box()
    assert box is not None
    assert (early["x"], early["width"]) == (box["x"], box["width"])
    assert abs(early["y"] - box["y"]) <= 2
    assert stage.sent == 1  # the first run is asked for, and nothing by the picture


def test_the_reader_comes_with_a_picture_too(another: Callable[..., Stage]) -> None:
    """Its first message is a megabyte; the picture has fewer shades of its weights."""
    stage = another()
    stage.page.add_init_script(EARLY)
    stage.open("scene=reader")
    early = stage.page.evaluate("window.early")
    assert early["inert"]
    assert not early["there"]


def test_a_link_with_a_changed_number_comes_without_a_picture(
    another: Callable[..., Stage],
) -> None:
    stage = another(look="")
    stage.page.add_init_script(EARLY)
    stage.open("edits=gru.b_x.update.3_2.0")
    assert stage.page.evaluate("window.early === undefined")
