"""Keys on a chosen number, the page that lists them, and the link to copy."""

from collections.abc import Callable

import pytest

from app.words.stage import stage_words
from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"


@pytest.fixture
def chosen(page: Stage, core: Core) -> Stage:
    """The first scene with unit 4's update bias, which is 6, chosen by a click."""
    page.open("scene=pulse")
    with page.answered(page.asks):
        page.click(page.cell_of(BIAS, core("pulse")))
    page.rest(100)
    return page


def field(stage: Stage) -> str:
    return stage.editor.get_by_label("Exact value").input_value()


def selected(stage: Stage) -> str:
    """What a key would be typed over."""
    return str(
        stage.page.evaluate(
            "(({ activeElement: e }) => e.value?.slice(e.selectionStart, e.selectionEnd))(document)"
        )
    )


def test_a_digit_on_a_chosen_cell_begins_a_number_of_its_own(chosen: Stage, core: Core) -> None:
    chosen.press("2")
    assert field(chosen) == "2"
    with chosen.answered():
        chosen.press(".", "5", "Enter")
    chosen.wait()
    assert chosen.edits == {BIAS: 2.5}
    chosen.expect(with_edits(core("pulse"), {BIAS: 2.5}))
    with chosen.answered():
        chosen.press("-", "1", "Enter")  # over what has just been typed
    chosen.wait()
    assert chosen.edits == {BIAS: -1}


@pytest.mark.parametrize("key", ["-", "."])
def test_a_sign_or_a_point_begins_a_number_too(chosen: Stage, key: str) -> None:
    chosen.press(key, "5")
    assert field(chosen) == f"{key}5"


@pytest.mark.parametrize("key", ["Enter", "F2"])
def test_enter_and_f2_open_the_field_with_its_content_selected(chosen: Stage, key: str) -> None:
    chosen.press(key)
    assert selected(chosen) == "6"
    chosen.press("3")
    assert field(chosen) == "3"


def test_a_click_into_the_field_selects_its_content(chosen: Stage) -> None:
    chosen.editor.get_by_label("Exact value").click()
    assert selected(chosen) == "6"
    chosen.editor.get_by_label("Exact value").click()  # the second one is for a place in it
    assert selected(chosen) == ""


def test_escape_gives_up_what_a_digit_began(chosen: Stage, core: Core) -> None:
    sent = chosen.sent
    chosen.press("7", "Escape")
    chosen.rest()
    assert field(chosen) == "6"
    assert chosen.sent == sent
    chosen.expect(core("pulse"))
    chosen.press("8", "Escape", "Escape")  # the second one lets go of the cell
    assert chosen.page.locator(".gs-editor.gs-chosen").count() == 0


def test_digits_do_nothing_where_no_cell_is_chosen_or_a_list_has_the_focus(chosen: Stage) -> None:
    chosen.page.get_by_label("Playing speed").focus()
    chosen.press("8")
    assert field(chosen) == "6"
    chosen.page.get_by_label("Playing speed").evaluate("(list) => list.blur()")
    chosen.press("Escape", "8")
    assert field(chosen) == ""


def test_the_page_of_keys_opens_by_its_key_and_gives_the_focus_back(page: Stage) -> None:
    page.open("scene=pulse")
    forward = page.page.get_by_role("button", name="Step forward")
    forward.focus()
    page.press("?")
    dialog = page.page.get_by_role("dialog", name="Keys and gestures")
    assert "one step on, one step back" in dialog.inner_text()
    before = page.cursor
    page.press("ArrowRight", "End")  # the stage behind it takes no key
    page.press("Escape")
    dialog.wait_for(state="detached")
    assert page.cursor == before
    assert forward.evaluate("(button) => button === document.activeElement")
    page.page.get_by_role("button", name="Keys and gestures").click()
    dialog.wait_for()
    page.page.get_by_role("button", name="Close").click()
    dialog.wait_for(state="hidden")


# What the stage takes and its page of keys does not say.
UNLISTED = """async (words) => {
  const { KEYS, HANDS } = await import(new URL("assets/stage/controls/keys.js", location.href));
  const { learnWords, say } =
    await import(new URL("assets/stage/core/words.js", location.href));
  learnWords(words); // the page has them in its bundle
  const shown = [...document.querySelectorAll(".gs-manual dd")].map((one) => one.textContent);
  const hands = HANDS().flatMap(([, lines]) => lines.map(([, says]) => says));
  const says = [...KEYS.map((key) => say(`keys.${key.says}`)), ...hands];
  return says.filter((one) => !shown.includes(one));
}"""


def test_every_key_and_gesture_is_on_the_page_of_keys(page: Stage) -> None:
    page.open("scene=pulse")
    page.press("?")
    assert page.page.evaluate(UNLISTED, dict(stage_words())) == []
    page.press("Escape")


def test_the_link_is_copied_with_the_place_of_the_cursor(clipboard: Stage) -> None:
    stage = clipboard.open("scene=cue")
    step, unit = stage.cursor
    stage.page.get_by_role("button", name="copy link").click()
    stage.page.get_by_role("button", name="copied").wait_for()
    copied = stage.page.evaluate("navigator.clipboard.readText()")
    assert f"t={step + 1}&u={unit + 1}" in copied
    assert "scene=cue" in copied
    stage.page.goto(copied)
    stage.wait()
    assert stage.cursor == (step, unit)


def test_where_the_clipboard_is_closed_the_link_stands_selected_in_a_field(page: Stage) -> None:
    page.open("scene=pulse")
    page.page.evaluate(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'));"
        "document.execCommand = () => false"
    )
    page.page.get_by_role("button", name="copy link").click()
    dialog = page.page.get_by_role("dialog", name="The link")
    assert "does not let this page copy" in dialog.inner_text()
    assert selected(page).startswith(page.url)
    page.press("Escape")
    dialog.wait_for(state="detached")


def test_a_digit_after_the_slider_of_the_story_opens_the_field_of_its_number(
    another: Callable[..., Stage],
) -> None:
    first = another(look="").open()  # a first visit, where the slider is all there is
    field_of_it = first.editor.get_by_label("Exact value")
    with first.answered():
        first.page.locator(".gs-handle-slider").press("ArrowLeft")
    first.wait()
    assert not field_of_it.is_visible()
    first.press("2", ".", "5")
    assert field_of_it.is_visible()
    with first.answered():
        first.press("Enter")
    first.wait()
    assert list(first.edits.values()) == [2.5]
    first.press("Tab")
    assert not field_of_it.is_visible()
