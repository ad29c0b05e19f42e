"""A guess is read as people write numbers, here or there, and rubbish is none."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.test_lessons import panel


@pytest.mark.parametrize(
    ("key", "typed", "read"),
    [
        ("parameters-and-cost.2", "4,400", "4,400"),
        ("parameters-and-cost.2", "4 400", "4,400"),
        ("the-update-gate.1", "12 %", "0.12"),
        ("the-update-gate.1", "0,125", "0.125"),
        ("the-update-gate.1", "−.5", "−0.5"),
        ("the-update-gate.1", "0x10", ""),
        ("the-update-gate.1", "1e999", ""),
        ("the-update-gate.1", "a half", ""),
        ("the-update-gate.1", "", ""),
    ],
)
def test_a_guess_is_read_as_it_is_written(page: Stage, key: str, typed: str, read: str) -> None:
    page.open("scene=pulse")
    page.open(f"lesson={key}")
    field = panel(page).get_by_label("Your number")
    field.fill(typed)
    field.press("Enter")
    answer = panel(page).locator(".gs-lesson-answer")
    if read:
        expect(answer).to_contain_text(f"ou said {read}")
    else:
        expect(answer).to_have_text("A number is needed here, such as 0.5.")
        expect(panel(page).locator(".gs-ready")).to_have_count(0)


def test_a_number_that_is_counted_is_told_to_its_last_figure(page: Stage) -> None:
    page.open("lesson=parameters-and-cost.2")
    field = panel(page).get_by_label("Your number")
    field.fill("4000")
    field.press("Enter")
    expect(panel(page).locator(".gs-lesson-answer")).to_contain_text("You said 4,000; it is 4,736.")
