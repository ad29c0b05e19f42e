"""What a step of a lesson asks to look at is in sight when it begins, and the step with it."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from app.learning.lessons import At, lessons
from app.messages.lesson import lesson_told
from app.screen.baseline import scenes
from tests.browser.conftest import POCKET
from tests.browser.driver import Stage
from tests.browser.laid_out import FAULTS, HEIGHTS, resize
from tests.browser.test_lessons import LESSONS, go_on, panel

# Boxes in the window, of what can be seen: top and bottom; null for what is not there.
SEEN = """
() => {
  const box = (selector) => {
    const all = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
    const boxes = all.map((one) => one.getBoundingClientRect()).filter(({ height }) => height > 0);
    if (!boxes.length) return null;
    const [top, bottom] = [boxes.map((one) => one.top), boxes.map((one) => one.bottom)];
    return [Math.min(...top), Math.max(...bottom)];
  };
  return {
    bar: box(".gs-bar"), step: box(".gs-lesson"), text: box(".gs-lesson-text"),
    way: box(".gs-lesson-next"), equations: box(".gs-equations"), inside: box(".gs-inside"),
    words: box(".gs-lens .gs-words p"), charts: box(".gs-chart, .gs-wirings, .gs-unrolled"),
    first: box(":is(.gs-chart-grid, .gs-chart-across):first-child"),
  };
}
"""
CUT = 1.5  # pixels


def settled(stage: Stage) -> dict[str, Any]:
    """Where things are once the step has come to rest."""
    for _ in range(4):
        stage.frame()
    found: dict[str, Any] = stage.page.evaluate(SEEN)
    return found


@pytest.mark.parametrize("name", LESSONS)
def test_a_step_and_what_it_shows_are_in_sight_on_a_desk(stage: Stage, name: str) -> None:
    lesson = lessons(scenes())[name]
    stage.open(f"lesson={name}.1")
    panel(stage).locator(".gs-lesson-text").wait_for()
    for step in range(len(lesson.steps)):
        key = At(lesson, step).key
        at = settled(stage)
        below, above = at["bar"][0] + CUT, at["step"][1] - CUT
        assert at["step"][0] >= -CUT, key
        assert max(at["text"][1], at["way"][1]) <= below, key
        view = stage.link.get("view", "cell")
        if view == "cell" and at["equations"]:
            assert at["equations"][1] <= below, key
        elif at["charts"]:
            shown = at["words"] or at["charts"]
            assert above <= shown[0], key
            assert at["charts"][0] < below - 150 or at["charts"][1] <= below, key
            assert at["first"] is None or at["first"][1] <= below, key
        if step + 1 < len(lesson.steps):
            go_on(stage, by_key=True)


@pytest.mark.parametrize("key", ["trained-gates.1", "vanishing-gradients.4"])
def test_steps_with_numbers_of_ones_own_are_whole_at_every_width(page: Stage, key: str) -> None:
    page.open(f"lesson={key}")
    panel(page).locator(".gs-lesson-text").wait_for()
    try:
        for width in (*HEIGHTS, 1440, 1700):
            resize(page, width, HEIGHTS.get(width, 900))
            assert page.page.evaluate(FAULTS) == [], width
    finally:
        resize(page, 1280)


@pytest.mark.parametrize("name", list(LESSONS)[:10])
def test_on_a_phone_the_step_is_at_the_top_with_its_way_on(
    another: Callable[..., Stage], name: str
) -> None:
    lesson = lessons(scenes())[name]
    phone = another(viewport=POCKET, has_touch=True, is_mobile=True)
    phone.open(f"lesson={name}.1")
    panel(phone).locator(".gs-lesson-text").wait_for()
    for step in range(len(lesson.steps)):
        key = At(lesson, step).key
        at = settled(phone)
        assert abs(at["step"][0]) <= CUT, key
        assert at["way"][1] <= at["bar"][0], key
        assert phone.page.evaluate(FAULTS) == [], key
        if step + 1 < len(lesson.steps):
            with phone.answered():
                panel(phone).locator(".gs-lesson-next").tap()
            phone.wait()


def test_a_phone_is_led_to_the_beginning_of_what_is_longer_than_its_window(phone: Stage) -> None:
    phone.open("lesson=how-long-a-unit-remembers.4")
    ask = lesson_told("how-long-a-unit-remembers.4")["ask"]  # type: ignore[index]
    assert ask
    panel(phone).get_by_label(ask["choices"][ask["right"]], exact=True).check()
    panel(phone).locator(".gs-lesson-where").tap()
    at = settled(phone)
    strip = phone.page.locator(".gs-lesson-strip > div").bounding_box()
    assert strip is not None
    assert strip["y"] + strip["height"] <= at["words"][0] + CUT
    assert at["words"][1] <= at["bar"][0] - 150


def test_what_was_guessed_is_where_the_cursor_is_once_it_is_told(page: Stage) -> None:
    page.open("lesson=the-candidate.1")
    assert page.cursor == (0, 2)
    field = panel(page).get_by_label("Your number")
    field.fill("0.6")
    field.press("Enter")
    expect(page.page.locator("[data-sentence=gru]")).to_contain_text("Unit 1, step 1:")
    assert page.cursor == (0, 0)
    sums = page.page.locator(".gs-equations")
    expect(sums).to_contain_text("0.617")


def test_a_phone_offers_a_minus_where_a_number_can_be_below_0(phone: Stage) -> None:
    """On an iPhone the keyboards for decimals and digits have none, and no Enter."""
    for key, mode in (("the-candidate.1", "text"), ("the-update-gate.1", "decimal")):
        phone.open(f"lesson={key}")
        field = panel(phone).get_by_label("Your number")
        expect(field).to_have_attribute("inputmode", mode)
    phone.open("scene=pulse")
    phone.choose("gru.b_x.update.3")
    exact = phone.editor.get_by_label("Exact value")
    expect(exact).to_have_attribute("inputmode", "text")
