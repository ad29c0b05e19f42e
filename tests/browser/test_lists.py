"""The stage's own lists, above it and behind “settings”: by pointer and keys, in step with it."""

import re

import pytest
from playwright.sync_api import Locator, expect

from app.controls.export import label
from tests.browser.driver import Stage

CHUNG, CHO = "Chung et al. 2014 / course notes", "Cho et al. 2014"


def listed(page: Stage, name: str) -> Locator:
    return page.page.get_by_role("combobox", name=name)


def settings(page: Stage) -> Locator:
    """What is behind the button, entered by key."""
    page.settings.focus()
    page.press("Enter")
    inside = page.page.get_by_role("dialog", name="settings")
    expect(inside.locator(":focus")).to_have_count(1)
    return inside


def test_settings_are_entered_at_their_first_list(page: Stage) -> None:
    page.open("scene=crowd")
    settings(page)
    expect(listed(page, "Beside the GRU")).to_be_focused()


def test_a_list_is_gone_through_by_keys(page: Stage) -> None:
    page.open("scene=pulse")
    inside = settings(page)
    notation = listed(page, "Notation")
    notation.focus()
    page.press("ArrowDown")
    expect(notation).to_have_attribute("aria-expanded", "true")
    options = page.page.get_by_role("listbox", name="Notation").get_by_role("option")
    expect(options.first).to_have_class("gs-at")
    expect(options.first).to_have_attribute("aria-selected", "true")
    for key, at in (("End", 2), ("ArrowDown", 2), ("ArrowUp", 1), ("Home", 0), ("c", 1), ("h", 1)):
        page.press(key)
        expect(options.nth(at)).to_have_class("gs-at")
        expect(notation).to_have_attribute(
            "aria-activedescendant", options.nth(at).get_attribute("id") or "?"
        )
    page.press("Escape")
    expect(notation).to_have_attribute("aria-expanded", "false")
    expect(inside).to_be_visible()
    expect(notation).to_contain_text("PyTorch")
    page.press("Enter", "End", "Enter")
    expect(notation).to_have_text(CHUNG)
    expect(notation).to_be_focused()
    page.page.wait_for_url(re.compile("notation=chung"))
    expect(listed(page, "Scene")).to_have_attribute("aria-expanded", "false")


def test_a_list_that_was_opened_adds_no_numbers_to_the_page(page: Stage) -> None:
    page.open("scene=pulse")
    before = page.numbers()
    listed(page, "Scene").click()
    page.press("Escape")
    assert page.numbers() == before


def test_letters_lead_to_an_option_that_has_them(page: Stage) -> None:
    page.open("scene=pulse")
    listed(page, "Scene").focus()
    page.page.keyboard.type("binary")
    expect(page.page.locator(".gs-at:visible")).to_have_text("Three units count in binary")
    page.press("Enter")
    page.shows("binary")
    step, _ = page.cursor
    page.press("ArrowLeft")  # the keys are the stage's again
    expect(page.page.locator(".gs-timeline")).to_contain_text(f"step {step} of")


def test_the_pieces_of_a_notation_are_chosen_by_arrows(page: Stage) -> None:
    page.open("scene=pulse")
    inside = settings(page)
    group = inside.get_by_role("radiogroup", name="The update gate")
    group.get_by_role("radio", name="z keeps the old state").focus()
    page.press("ArrowDown")
    expect(group.get_by_role("radio", name="z writes the candidate")).to_be_checked()
    expect(listed(page, "Notation")).to_have_text("your own")
    page.page.wait_for_url(re.compile("notation=after.write.2"))
    expect(group.get_by_role("radio", name="z writes the candidate")).to_be_focused()


def test_help_on_a_list_is_opened_by_its_button(page: Stage) -> None:
    page.open("scene=pulse")
    inside = settings(page)
    words = "Where only the writing differs, h stays the same."
    expect(inside.get_by_text(words)).to_be_hidden()
    expect(listed(page, "Notation")).to_have_accessible_description(re.compile(words))
    button = inside.get_by_role("button", name="What “Notation” means")
    button.click()
    expect(inside.get_by_text(words)).to_be_visible()
    button.click()
    expect(inside.get_by_text(words)).to_be_hidden()


def test_lists_are_in_step_with_undo_the_back_button_and_a_reload(page: Stage) -> None:
    page.open("scene=pulse")
    page.pick("Notation", CHUNG)
    page.pick("Scene", "A cue says what to keep")
    page.shows("cue")
    expect(listed(page, "Scene")).to_have_text("A cue says what to keep")
    page.wait()
    page.page.go_back()
    page.shows("pulse")
    expect(listed(page, "Scene")).to_have_text("Four memories of one pulse")
    page.reload()
    settings(page)
    expect(listed(page, "Notation")).to_have_text(CHUNG)
    page.press("Escape")
    page.pick("Notation", CHO)
    page.wait()
    page.page.locator(".gs-stage h2").first.click()
    page.press("Control+z")
    settings(page)
    expect(listed(page, "Notation")).to_have_text(CHUNG)


def test_the_size_beside_is_of_the_cell_that_is_there(page: Stage) -> None:
    page.open("scene=pulse")
    settings(page)
    beside = listed(page, "Beside the GRU")
    beside.click()
    page.page.get_by_role("option", name="beside a plain RNN").click()
    expect(listed(page, "Size of the plain RNN")).to_be_visible()
    expect(beside).to_be_focused()
    beside.click()
    page.page.get_by_role("option", name="the GRU alone").click()
    expect(listed(page, "Size of the")).to_have_count(0)
    expect(beside).to_be_focused()


@pytest.mark.parametrize("name", ["Scene", "Notation"])
def test_a_list_closes_beside_it_and_chooses_nothing(page: Stage, name: str) -> None:
    page.open("scene=pulse")
    if name == "Notation":
        settings(page)
    one = listed(page, name)
    before = one.text_content() or ""
    one.click()
    expect(one).to_have_attribute("aria-expanded", "true")
    one.click()
    expect(one).to_have_attribute("aria-expanded", "false")
    one.click()
    page.press("ArrowDown", "Tab")
    expect(one).to_have_attribute("aria-expanded", "false")
    expect(one).to_have_text(before)


def test_what_is_behind_buttons_follows_a_choice_when_somebody_reaches_for_it(stage: Stage) -> None:
    """Until then the page does not run: a class that changes scenes is no work of the server's."""
    sent: list[bytes | str] = []
    stage.page.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(frame)))
    stage.open("scene=pulse")
    stage.wait()
    stage.rest()
    told = len(sent)
    stage.pick("Scene", "A cue says what to keep")
    stage.page.wait_for_function("() => document.title.startsWith('A cue says what to keep')")
    stage.rest()
    assert len(sent) == told
    export = stage.page.get_by_role("button", name="export")
    export.hover()
    stage.rest()
    assert len(sent) == told, "what is behind it is made when it is opened"
    export.click()
    with stage.page.expect_download() as started:
        stage.page.get_by_role("button", name=label(".csv")).click()
    assert started.value.suggested_filename == "gatescope-cue-gru.csv"
    stage.press("Escape")
    stage.rest()
    told = len(sent)
    stage.page.get_by_role("button", name="settings").hover()
    stage.rest()
    stage.wait()
    assert len(sent) > told
