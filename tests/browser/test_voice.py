"""What is heard: one region speaks, at rest, of what the cursor is at and of what has happened."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.voice import LISTEN, VOICE

pytestmark = pytest.mark.usefixtures("anew")

REST = 1500  # milliseconds, more than twice what the stage waits for
REGIONS = """
[...document.querySelectorAll(
  ".gs-stage :is(output, [role=status], [role=log], [aria-live]:not([aria-live=off]))")].length
"""


def heard(page: Stage) -> list[str]:
    found: list[str] = page.page.evaluate("window.heard")
    return found


@pytest.fixture
def quiet(page: Stage) -> Stage:
    """The pulse at step 8, listened to."""
    page.open("t=8&u=3")
    page.rest(REST)
    page.page.evaluate(LISTEN)
    return page


@pytest.mark.parametrize(
    "query", ["", "view=why&of=update", "view=holding", "scene=crowd&view=find"]
)
def test_there_is_one_region_for_the_whole_stage(page: Stage, query: str) -> None:
    page.open(query)
    assert page.page.evaluate(REGIONS) == 1


def test_nothing_is_said_of_a_page_that_has_just_been_opened(page: Stage) -> None:
    page.open("t=8&u=3")
    page.rest(REST)
    assert page.text(VOICE) == ""


def test_one_key_makes_one_region_speak_once_at_rest(quiet: Stage) -> None:
    quiet.press("ArrowRight")
    assert heard(quiet) == []
    quiet.rest(REST)
    sentence = quiet.text("[data-sentence=gru]")
    assert heard(quiet) == [f"step 9 of 20. {sentence}"]


def test_keys_in_a_row_are_heard_as_their_end(quiet: Stage) -> None:
    quiet.press(*["ArrowRight"] * 5, "ArrowUp")
    quiet.rest(REST)
    assert len(heard(quiet)) == 1
    assert heard(quiet)[0].startswith("step 13 of 20. Unit 2 (halves), step 13: ")


def test_playing_is_silent_until_it_stops(quiet: Stage) -> None:
    quiet.page.get_by_label("Playing speed").select_option("8×")
    quiet.page.get_by_role("button", name="Play or pause").click()
    quiet.page.wait_for_function("() => document.querySelector('.gs-scrub').value >= 9")
    quiet.rest(800)
    assert heard(quiet) == []
    quiet.page.wait_for_function("() => !document.querySelector('.gs-playing')")
    quiet.rest(REST)
    assert len(heard(quiet)) == 1
    assert heard(quiet)[0].startswith("step 20 of 20. Unit 3")


def test_a_sub_step_is_heard_with_what_comes_of_it(quiet: Stage) -> None:
    quiet.press("Shift+ArrowRight", "Shift+ArrowRight")
    quiet.rest(REST)
    value = quiet.text("[data-value='gru.update']")
    assert [text.rsplit(". ", 1)[1] for text in heard(quiet)] == [
        f"Sub-step 2 of 4, update gate: {value}."
    ]


def test_a_changed_number_is_heard_in_the_sentence_it_changes(quiet: Stage) -> None:
    quiet.choose("gru.b_x.update.2")
    quiet.rest(REST)
    before = len(heard(quiet))
    quiet.type("0")
    quiet.rest(REST)
    assert len(heard(quiet)) == before + 1
    assert "z is 0.5," in heard(quiet)[-1]


def test_what_a_view_finds_is_heard_with_the_cursor(page: Stage) -> None:
    page.open("view=why&of=update&t=4&u=2")
    page.rest(REST)
    page.page.evaluate(LISTEN)
    with page.answered(0):
        page.press("ArrowRight")
    page.page.locator(".gs-stage[data-looked='4 1']").wait_for()
    page.rest(REST)
    assert heard(page)[-1].endswith(page.text(".gs-words p:last-child"))
    assert len(heard(page)) <= 2  # where the cursor is, and the answer if it came later


def test_a_notice_is_heard(page: Stage) -> None:
    page.open("scene=nonsense")
    expect(page.page.locator(VOICE)).to_have_text(page.text(".gs-notices"))
