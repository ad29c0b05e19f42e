"""The step of a lesson stands still: it has its place at the top, and the next one comes there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import ViewportSize, expect

from app.messages.lesson import lesson_told
from tests.browser.conftest import POCKET, SIZE
from tests.browser.driver import Stage
from tests.browser.test_lessons import LAST, LESSONS, panel

SLACK = 1.0  # pixels
# Where the step is in each frame as it is seen, and which one: null where there is none.
WATCH = """
() => {
  window.seen = [];
  const look = () => {
    const step = document.querySelector(".gs-lesson:not(:empty)");
    const key = step?.querySelector("h2").textContent;
    window.seen.push(step ? [step.getBoundingClientRect().top, key] : null);
    requestAnimationFrame(later);
  };
  const later = () => setTimeout(look); // the frame has been painted
  requestAnimationFrame(later);
}
"""
# How many lines the count of steps takes, and where all that stands at an edge begins or ends.
TITLE = """
() => {
  const step = document.querySelector(".gs-lesson");
  const title = step.querySelector("h2");
  const range = document.createRange();
  const text = title.firstChild;
  range.setStart(text, text.data.lastIndexOf("·") + 2);
  range.setEnd(text, text.data.length);
  const box = (selector) => step.querySelector(selector).getBoundingClientRect();
  return {
    lines: new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size,
    step: step.getBoundingClientRect(), title: title.getBoundingClientRect(),
    all: box("header a"), leave: box("header button"), way: box(".gs-lesson-next"),
  };
}
"""


@pytest.mark.parametrize("size", [SIZE, POCKET], ids=["desk", "phone"])
@pytest.mark.parametrize(
    "key",
    [
        "what-a-state-is.1",  # a short one comes, which leaves room for what is over the stage
        "the-reset-gate.2",  # another scene
        "how-long-a-unit-remembers.6",  # choices of a scene of one's own come in over the stage
        "trained-gates.2",  # and go
    ],
)
def test_a_step_does_not_move_from_the_press_until_all_of_the_next_is_there(
    another: Callable[..., Stage], size: ViewportSize, key: str
) -> None:
    touch = size == POCKET
    page = another(viewport=size, has_touch=touch, is_mobile=touch)
    page.open(f"lesson={key}")
    panel(page).locator(".gs-lesson-text").wait_for()
    page.rest(600)
    way = panel(page).locator(".gs-lesson-next").bounding_box()
    assert way is not None
    before = panel(page).locator("h2").text_content()
    middle = (way["x"] + way["width"] / 2, way["y"] + way["height"] / 2)
    page.page.evaluate(WATCH)
    with page.answered():
        page.page.touchscreen.tap(*middle) if touch else page.page.mouse.click(*middle)
    expect(panel(page).locator("h2")).not_to_have_text(before or "")
    page.rest(600)  # what Streamlit draws over the stage comes after the answer
    page.wait()
    seen = page.page.evaluate("window.seen")
    assert len({key for _, key in filter(None, seen)}) == 2
    assert None not in seen  # nor is the stage made anew
    assert [top for top, _ in seen if abs(top) > SLACK] == []


def test_who_leaves_a_lesson_sees_what_is_over_the_stage(page: Stage) -> None:
    page.open("lesson=the-reset-gate.2")
    scene = page.page.locator(".st-key-scene")
    expect(scene).not_to_be_in_viewport()
    with page.answered():
        panel(page).get_by_role("button", name="Leave the lesson").click()
    expect(scene).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 360, 390])
def test_a_long_title_on_a_phone_breaks_between_its_words_and_its_ways_are_in_line(
    seen: Callable[..., Stage], width: int
) -> None:
    """None is left with a number alone on its last line, or a button that ends somewhere."""
    titles = sorted(LESSONS.values(), key=lambda lesson: -len(lesson.title))
    ways = [told for told in map(lesson_told, LAST) if told and told["following"]]
    longest = max(ways, key=lambda told: len(told["following"]["title"]))  # type: ignore[index]
    phone = seen(viewport={"width": width, "height": 844}, finger=True)
    for key in (f"{titles[0].name}.1", f"{titles[1].name}.1", longest["key"]):
        phone.open(f"lesson={key}")
        panel(phone).locator(".gs-lesson-text").wait_for()
        at = phone.page.evaluate(TITLE)
        assert at["lines"] == 1, key
        assert abs(at["all"]["left"] - at["title"]["left"]) <= SLACK
        assert abs(at["leave"]["right"] - at["step"]["right"]) <= SLACK
        assert max(at["all"]["bottom"], at["leave"]["bottom"]) <= at["title"]["top"] + SLACK
    assert abs(at["way"]["width"] - at["step"]["width"]) <= SLACK
