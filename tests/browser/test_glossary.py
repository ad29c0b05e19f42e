"""The glossary in the browser: it follows what is typed, by keys, and fits on a telephone."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import expect

from app.learning.glossary import glossary
from tests.browser.driver import Stage

WORDS = glossary().words


@pytest.fixture
def page_of_words(seen: Callable[..., Stage]) -> Stage:
    page = seen()
    page.page.goto(f"{page.url}/glossary")
    expect(page.page.locator(".gs-glossary dt")).to_have_count(len(WORDS))
    return page


def test_the_list_follows_what_is_typed_by_keys_alone(page_of_words: Stage) -> None:
    page = page_of_words.page
    field = page.get_by_role("searchbox")
    field.focus()
    terms = page.locator(".gs-glossary dt")
    wanted = [word.theirs for word in glossary().found("cand")]
    page.keyboard.type("cand")  # and no Enter
    expect(terms).to_have_text(wanted)
    expect(field).to_be_focused()
    page.keyboard.type("idate keras")
    expect(terms).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="candidate keras")).to_have_count(1)
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    expect(terms).to_have_count(len(WORDS))


def test_a_link_of_a_word_opens_its_screen_and_back_leads_to_the_words(
    page_of_words: Stage,
) -> None:
    page = page_of_words
    page.page.get_by_role("searchbox").fill("unfolded")
    [word] = glossary().found("unfolded")
    expect(page.page.locator(".gs-glossary dt")).to_have_text([word.theirs])
    page.page.locator(".gs-glossary a").click()
    page.page.locator(".gs-glossary").first.wait_for(state="detached")
    page.wait()
    assert page.link["view"] == "unrolled"
    assert page.page.locator(".gs-unrolled svg").count() == 1
    page.page.go_back()
    page.page.go_back()  # the stage has written an address of its own in between
    expect(page.page.locator(".gs-glossary dt")).to_have_text([word.theirs])


def test_nothing_is_cut_or_stands_over_the_side(
    seen: Callable[..., Stage], page_of_words: Stage
) -> None:
    for width, theme in product((390, 1280), ("light", "dark")):
        page = seen(viewport={"width": width, "height": 844}, color_scheme=theme)
        over = page.page.evaluate(
            "[...document.querySelectorAll('.gs-glossary *, .gs-sources *')]"
            ".filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5).length"
        )
        assert over == 0, (width, theme)
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
