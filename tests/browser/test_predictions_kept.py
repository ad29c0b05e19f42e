"""Predictions are kept in the browser: they come back, and stand in nobody's way."""

import json
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.predicted import LINK, STEP, UNIT, area, flat, predict, reveal

KEPT = "gatescope.predictions"
DAY = 86_400  # seconds


def test_what_was_missed_comes_back_and_not_before_its_day(another: Callable[..., Stage]) -> None:
    visitor = another()
    visitor.open(LINK)
    assert visitor.page.locator(".gs-predict").count() == 0  # never on a first visit
    predict(visitor)
    area(visitor).focus()
    visitor.press("PageDown", "PageDown", "PageDown", "End")
    assert "It goes another way" in reveal(visitor)
    assert "It comes back tomorrow: box 1 of 5 (Leitner’s system, 1972)." in visitor.text(
        ".gs-predict-note"
    )
    kept = visitor.page.evaluate(f"JSON.parse(localStorage.getItem('{KEPT}'))")
    assert kept["version"] == 1
    (card,) = kept["cards"]
    assert (card["part"], card["unit"], card["first"], card["last"]) == (
        "gru.hidden",
        UNIT,
        STEP + 1,
        19,
    )
    assert abs(card["at"] / 1000 - time.time()) < 60
    assert "t=5&u=3" in card["link"]
    visitor.reload()
    assert visitor.page.locator(".gs-predict").count() == 0  # not due yet
    card["at"] -= DAY * 1000
    card["due"] -= 1
    visitor.page.evaluate(f"(kept) => localStorage.setItem('{KEPT}', JSON.stringify(kept))", kept)
    visitor.open("scene=slate")
    line = visitor.page.locator(".gs-predict-recall")
    expect(line).to_contain_text("Yesterday you expected h of unit 3 otherwise. Try again?")
    line.get_by_role("link", name="Try again?").click()
    area(visitor).wait_for()
    visitor.shows("pulse")
    assert visitor.cursor == (STEP, UNIT)
    flat(visitor)
    assert "on average" in reveal(visitor)


def test_what_is_not_wanted_now_is_asked_again_tomorrow(another: Callable[..., Stage]) -> None:
    visitor = another()
    visitor.open(LINK)
    predict(visitor)
    area(visitor).focus()
    visitor.press("PageDown", "PageDown", "PageDown", "End")
    reveal(visitor)
    visitor.page.evaluate(
        f"""() => {{
          const kept = JSON.parse(localStorage.getItem('{KEPT}'));
          kept.cards[0].due -= 3;
          kept.cards[0].at -= 3 * {DAY} * 1000;
          localStorage.setItem('{KEPT}', JSON.stringify(kept));
        }}"""
    )
    visitor.reload()
    line = visitor.page.locator(".gs-predict-recall")
    expect(line).to_contain_text("3 days ago you expected h")
    line.get_by_role("button", name="Not now").click()
    expect(line).to_have_count(0)
    visitor.reload()
    visitor.rest()
    expect(line).to_have_count(0)


@pytest.mark.parametrize("text", ["rubbish", json.dumps({"version": 9, "cards": []})])
def test_what_cannot_be_read_is_set_aside_with_a_sentence(
    another: Callable[..., Stage], text: str
) -> None:
    visitor = another()
    visitor.open(LINK)
    visitor.page.evaluate(f"(text) => localStorage.setItem('{KEPT}', text)", text)
    visitor.reload()
    visitor.notice("set aside in this browser under gatescope.predictions.aside").wait_for()
    assert visitor.page.evaluate(f"localStorage.getItem('{KEPT}.aside')") == text
    predict(visitor)
    flat(visitor)
    reveal(visitor)
    assert json.loads(visitor.page.evaluate(f"localStorage.getItem('{KEPT}')"))["version"] == 1


def test_a_visit_that_does_not_predict_fetches_nothing_of_it(another: Callable[..., Stage]) -> None:
    visitor = another()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.open(LINK)
    visitor.press("ArrowRight")
    visitor.rest()
    own = ("predict.js", "predict.css", "words.json")
    assert [url for url in asked if url.endswith(own)] == []
    predict(visitor)
    assert [url for url in asked if url.endswith("predict.js")] != []


def test_a_guess_of_a_lesson_can_be_clicked_where_predictions_are_kept(page: Stage) -> None:
    page.open(LINK)
    predict(page)
    flat(page)
    reveal(page)
    page.open("lesson=the-reset-gate.1")
    page.page.wait_for_function(
        "performance.getEntriesByType('resource').some(({ name }) => /predict\\.js/.test(name))"
    )
    page.rest()
    stage = page.page.locator(".gs-stage.gs-covered")
    assert stage.evaluate("(one) => getComputedStyle(one).pointerEvents") == "auto"
    assert stage.evaluate("(one) => getComputedStyle(one).position") == "relative"
    page.page.locator(".gs-lesson").get_by_role("button", name="Leave").click(trial=True)
