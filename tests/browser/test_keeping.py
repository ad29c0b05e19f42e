"""On one's own numbers a change outlives another length, and what does not fit is said."""

import re

from playwright.sync_api import expect

from tests.browser.driver import Stage

LATE = 30_000  # milliseconds
BIAS = "gru.b_x.update.12"


def test_a_changed_weight_outlives_another_length_and_waits_for_its_unit(stage: Stage) -> None:
    stage.open("scene=own")
    stage.choose(BIAS)
    stage.type("2")
    page = stage.page

    def typed(label: str, value: str, address: str) -> None:
        field = page.get_by_label(label, exact=True)
        field.fill(value)
        field.press("Enter")
        expect(page).to_have_url(re.compile(address), timeout=LATE)
        stage.wait()

    typed("Steps", "20", "steps=20")
    assert "gru.b_x.update.12_2" in page.url
    said = stage.notice("What does not fit is there again when it does")
    expect(said).to_have_count(0)
    typed("Units", "4", "units=4")
    expect(said).to_be_visible()
    typed("Units", "16", "^((?!units=).)*$")
    expect(said).to_have_count(0)
    assert "gru.b_x.update.12_2" in page.url


def test_a_choice_made_on_the_stage_after_a_change_leads_there_and_undo_comes_back(
    stage: Stage,
) -> None:
    """Streamlit's own address is of before the change, which the page has written by itself."""
    stage.open("scene=book")
    stage.choose("gru.b_x.reset.0")
    stage.type("-6")
    with stage.answered():
        stage.page.locator(".gs-next").click()
    stage.shows("binary")
    stage.choose("gru.b_x.update.0")
    stage.type("0.5")
    for edits in ({}, {"gru.b_x.reset.0": -6.0}):  # the second leads to the scene of before
        with stage.answered():
            stage.press("Control+z")
        stage.wait()
        assert stage.edits == edits
    stage.shows("book")
