"""What each thing is called aloud: pages, tab panels, sliders; and whose the keys are."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.browser.menu import button

# Tabs whose panel is missing or has another name, and panels without a tab.
LOOSE = """
() => {
  const tabs = [...document.querySelectorAll(".gs-stage [role=tab]")];
  const panels = [...document.querySelectorAll(".gs-stage [role=tabpanel]")];
  const wrong = tabs.filter((tab) => {
    const panel = document.getElementById(tab.getAttribute("aria-controls"));
    const named = panel?.getAttribute("aria-labelledby") === tab.id;
    return !panels.includes(panel) || named !== (tab.ariaSelected === "true");
  });
  const ids = [...document.querySelectorAll(".gs-stage [id]")].map(({ id }) => id);
  return [tabs.length, panels.length, wrong.length, ids.length - new Set(ids).size];
}
"""


def test_a_page_is_called_by_its_scene(page: Stage) -> None:
    page.open("scene=pulse")
    expect(page.page).to_have_title("Four memories of one pulse – Gatescope")
    page.pick("Scene", "32 units at random, slow to fast")
    page.shows("crowd")
    expect(page.page).to_have_title("32 units at random, slow to fast – Gatescope")
    page.page.goto(f"{page.url}/claims")
    expect(page.page).to_have_title("What notes say of the GRU – Gatescope")
    assert page.page.evaluate("document.querySelector('link[rel~=icon]').href").startswith(
        "data:image/svg"
    )


def test_each_row_of_tabs_has_its_panel(page: Stage) -> None:
    page.open("scene=reader&with=lstm")
    tabs, panels, wrong, doubled = page.page.evaluate(LOOSE)
    assert (tabs > 4, panels, wrong, doubled) == (True, 3, 0, 0)  # the cell, weights of two cells
    with page.answered():
        page.page.get_by_role("tab", name="LSTM", exact=True).click()
    assert page.page.evaluate(LOOSE)[2] == 0
    page.open("with=none")
    assert page.page.evaluate(LOOSE)[:2] == [0, 0]


def test_sliders_say_the_number_they_stand_for(page: Stage) -> None:
    page.open("t=8&e=gru.b_x.update.1_0.25~")
    page.choose("gru.b_x.update.1")
    slider = page.editor.get_by_label("Value, as a slider")
    expect(slider).to_have_attribute("aria-valuetext", "0.250")
    page.type("-1.5")
    expect(slider).to_have_attribute("aria-valuetext", "−1.50")
    expect(page.page.get_by_label("Timestep")).to_have_attribute("aria-valuetext", "step 8 of 20")
    page.open("view=holding&do=gru.update.1.all_0.5")
    held = page.page.locator(".gs-holding input[type=range]")
    expect(held).to_have_attribute("aria-valuetext", page.text(".gs-number-held"))


def test_the_back_button_leads_to_the_step_and_the_unit_that_a_link_is_about(page: Stage) -> None:
    for query, cursor in (("t=8&u=2", (7, 1)), ("t=3&u=4", (2, 3)), ("t=8&u=2", (7, 1))):
        page.open(f"scene=pulse&{query}")
        assert page.cursor == cursor
    page.page.go_back()
    page.wait()
    page.rest()
    assert page.cursor == (2, 3)


@pytest.mark.parametrize("over", ["Main menu", "settings", "export", "Scene"])
def test_keys_in_what_lies_over_the_page_are_its_own(page: Stage, over: str) -> None:
    page.open("t=8&u=3")
    for key in ("ArrowRight", "ArrowDown", "Home", "Shift+ArrowRight", " "):
        if over == "Scene":
            page.page.get_by_role("combobox", name="Scene").click()
            page.page.get_by_role("listbox").wait_for()
        else:
            page.page.get_by_role("button", name=over).focus()
            page.press("Enter")
            page.page.wait_for_function(
                "() => document.activeElement.closest('[role=dialog], [role=menu]')"
            )
        page.press(key)
        page.rest(200)
        assert page.cursor == (7, 2), key
        assert page.page.locator(".gs-playing").count() == 0
        pressed = page.page.locator(".gs-steps [aria-pressed=true]").first
        assert pressed.inner_text() == "whole step", key
        over_it = page.page.locator("[role=dialog], [role=menu], [role=listbox]")
        for _ in range(3):  # a list in a dialog closes first, and may open late
            page.press("Escape")
            page.rest(100)
            if over_it.locator("visible=true").count() == 0:
                break
        over_it.locator("visible=true").wait_for(state="detached")


def test_escape_that_closes_a_menu_leaves_the_chosen_number(page: Stage) -> None:
    page.open()
    page.choose("gru.b_x.update.1")
    button(page, "input x").focus()
    page.press("Enter", "Escape")
    expect(page.page.locator(".gs-chosen")).to_have_count(1)
    page.page.get_by_role("button", name="settings").focus()
    page.press("Enter")
    page.page.wait_for_function("() => document.activeElement.closest('[role=dialog]')")
    page.press("Escape")
    page.page.get_by_role("dialog").wait_for(state="detached")
    expect(page.page.locator(".gs-chosen")).to_have_count(1)
