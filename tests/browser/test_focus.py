"""The focus of the keyboard stays: never lost with what had it, never under the bar."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator

from tests.browser.driver import Stage

ALL = "scene=crowd&t=8&u=3&e=gru.b_x.update.0_0.5~gru.b_x.update.1_0.25~"
# What has the focus, in words; "body" where nothing has.
FOCUSED = """
() => {
  const at = document.activeElement;
  const name = at.getAttribute("aria-label") ?? (at.textContent.trim() || at.title);
  return at === document.body ? "body" : `${at.tagName.toLowerCase()} ${name}`.slice(0, 60);
}
"""
# Whether what has the focus is seen: whole above the bar, and its middle under nothing of the bar.
# What is as high as the window scrolls, and is no stop of its own.
SEEN = """
() => {
  const at = document.activeElement;
  if (!at.closest(".stMain") || at.clientHeight >= innerHeight) return null; // or not of the page
  const box = at.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const there = document.elementFromPoint(x, y);
  const bar = document.querySelector(".gs-bar");
  const seen = there && (at.contains(there) || there.contains(at) || !bar.contains(there));
  const whole = bar.contains(at) || box.bottom <= bar.getBoundingClientRect().top + 1;
  const inside = y > 0 && y < innerHeight;
  const name = at.getAttribute("aria-label") ?? (at.textContent.trim() || at.title);
  return [seen && inside && whole, `${at.tagName} ${name}`.slice(0, 60), box.top, box.bottom];
}
"""


def focused(stage: Stage) -> str:
    stage.frame()
    stage.frame()
    found: str = stage.page.evaluate(FOCUSED)
    return found


def pressed(stage: Stage, control: Locator, answers: int = 1) -> None:
    """Press a control by key."""
    control.focus()
    with stage.answered(answers):
        stage.page.keyboard.press("Enter")


def named(stage: Stage, name: str) -> Locator:
    return stage.page.locator(".gs-stage").get_by_role("button", name=name, exact=True)


@pytest.fixture
def edited(page: Stage) -> Stage:
    """Thirty-two strangers with two numbers changed."""
    page.open()  # where nothing is known of these numbers: choosing one asks the server
    return page.open(ALL)


# Lost with what had it ------------------------------------------------------------------------


def test_another_scene_is_begun_to_read_at_its_words(edited: Stage) -> None:
    edited.page.get_by_role("combobox", name="Scene").focus()
    edited.page.keyboard.type("pulse")
    edited.page.keyboard.press("Enter")
    edited.shows("pulse")
    edited.rest()
    assert focused(edited) == "div Gatescope: Four memories of one pulseAt step 4 a pulse o"
    step, _ = edited.cursor
    edited.press("ArrowRight")
    assert edited.cursor[0] == step + 1


def test_the_tab_of_another_gate_keeps_the_focus(page: Stage) -> None:
    page.open("scene=reader")
    pressed(page, page.page.locator("[data-cell=gru][data-gate=candidate]"))
    assert page.page.evaluate("document.activeElement.dataset.gate") == "candidate"
    assert page.page.evaluate("document.activeElement.ariaSelected") == "true"


def test_the_tab_of_another_cell_keeps_the_focus(edited: Stage) -> None:
    pressed(edited, edited.page.get_by_role("tab", name="LSTM", exact=True))
    assert focused(edited) == "button LSTM"


def test_another_view_keeps_the_focus_on_the_list_of_views(edited: Stage) -> None:
    edited.page.locator(".gs-views-button").focus()
    edited.press("Enter", "ArrowDown")
    with edited.answered():
        edited.press("Enter")
    assert edited.page.evaluate("document.activeElement.className") == "gs-views-button"


def test_a_chip_leads_to_the_row_of_the_number_it_chose(edited: Stage) -> None:
    pressed(edited, edited.page.locator(".gs-changes button").first)
    assert focused(edited).startswith("div Edit a number")


def test_put_back_leaves_the_focus_in_its_row(edited: Stage) -> None:
    edited.choose("gru.b_x.update.0")
    pressed(edited, named(edited, "put back"))
    assert focused(edited) != "body"
    assert edited.page.evaluate("!!document.activeElement.closest('.gs-editor')")


@pytest.mark.usefixtures("anew")  # nothing else is to be undone
def test_the_last_undo_leaves_the_focus_on_redo_and_back(edited: Stage) -> None:
    pressed(edited, named(edited, "reset"))
    assert focused(edited) == "button undo"
    with edited.answered():
        edited.press("Enter")
    assert focused(edited) in ("button redo", "button reset")
    pressed(edited, named(edited, "redo"))
    assert focused(edited) == "button undo"


@pytest.mark.usefixtures("anew")  # nothing else is to be undone
def test_undone_by_its_keys_the_focus_stays_where_it_was(edited: Stage) -> None:
    pressed(edited, named(edited, "reset"))
    edited.page.get_by_role("button", name="Step forward").focus()
    with edited.answered():
        edited.press("Control+z")
    assert focused(edited) == "button Step forward (→)"


def test_escape_in_the_field_stays_in_its_row_and_arrows_step(edited: Stage) -> None:
    edited.choose("gru.b_x.update.0")
    edited.editor.get_by_label("Exact value").fill("7")
    edited.press("Escape")
    assert focused(edited).startswith("div Edit a number")
    step, _ = edited.cursor
    edited.press("ArrowRight")
    assert edited.cursor[0] == step + 1


def test_escape_that_lets_go_of_a_number_keeps_the_focus_near(edited: Stage) -> None:
    edited.choose("gru.b_x.update.0")
    edited.editor.get_by_label("Value, as a slider").focus()
    edited.press("Escape")
    assert focused(edited).startswith("div Edit a number")


def test_the_form_of_the_equations_keeps_the_focus(edited: Stage) -> None:
    pressed(edited, named(edited, "join: W [h, x]"))
    assert focused(edited) == "button split: W x + U h"


def test_what_a_view_is_asked_keeps_the_focus(page: Stage) -> None:
    page.open("view=why&of=update")
    pressed(page, page.page.locator(".gs-lens > .gs-steps button").first)
    assert focused(page).startswith("button reset gate")


def test_the_whole_screen_and_back_keep_the_focus_on_the_stage(
    another: Callable[..., Stage],
) -> None:
    first = another(look="").open()
    first.page.get_by_role("button", name="Look inside the cell").focus()
    first.press("Enter")
    first.page.locator(".gs-view-all").wait_for()
    assert focused(first) != "body"


def test_settings_are_entered_and_left_by_key(edited: Stage) -> None:
    opener = edited.page.get_by_role("button", name="settings")
    opener.focus()
    edited.press("Enter")
    edited.page.wait_for_function("() => document.activeElement.closest('[role=dialog]')")
    assert edited.page.get_by_role("dialog", name="settings").count() == 1
    edited.press("Escape")
    edited.page.get_by_role("dialog").wait_for(state="detached")
    assert focused(edited).startswith("button settings")


# Under the bar --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "key"),
    [
        *(((1280, 800), "Tab"), ((390, 844), "Tab"), ((1280, 500), "Tab")),
        ((1280, 500), "Shift+Tab"),  # where the bar takes most
    ],
)
def test_what_has_the_focus_is_never_under_the_bar(
    seen: Callable[..., Stage], size: tuple[int, int], key: str
) -> None:
    stage = seen(viewport={"width": size[0], "height": size[1]}).open("t=8&u=3")
    hidden, stops = [], set()
    for _ in range(140):
        stage.press(key)
        stage.frame()
        told = stage.page.evaluate(SEEN)
        if told is None and len(stops) > 30:
            break
        if told:
            stops.add(told[1])
            hidden += [] if told[0] else [told]
    assert len(stops) > 30
    assert hidden == []
