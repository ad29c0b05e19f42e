"""Pasting from a cell on, filling a gate, and the way to the next scene, as a visitor does them."""

from collections.abc import Callable

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits

Core = Callable[..., Situation]
PASTE = """(text) => {
  const at = document.activeElement ?? document.body;
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  const event = new ClipboardEvent("paste", {
    clipboardData, bubbles: true, composed: true, cancelable: true,
  });
  return !at.dispatchEvent(event);
}"""


@pytest.fixture
def opened(page: Stage) -> Stage:
    page.open("scene=pulse")
    return page


def click(stage: Stage, core: Core, target: str) -> None:
    with stage.answered(stage.asks):
        stage.click(stage.cell_of(target, core("pulse")))
    stage.rest(100)


def paste(stage: Stage, text: str) -> None:
    with stage.answered():
        assert stage.page.evaluate(PASTE, text)
    stage.wait()


def button(stage: Stage, name: str) -> None:
    with stage.answered():
        stage.page.get_by_role("button", name=name, exact=True).click()
    stage.wait()


def test_a_block_from_a_spreadsheet_fills_from_the_chosen_cell_on(
    opened: Stage, core: Core
) -> None:
    click(opened, core, "gru.w_h.candidate.1.2")
    paste(opened, "0.5\t-0.25\r\n1\t0.125\r\n")
    expected = {
        "gru.w_h.candidate.1.2": 0.5,
        "gru.w_h.candidate.1.3": -0.25,
        "gru.w_h.candidate.2.2": 1.0,
        "gru.w_h.candidate.2.3": 0.125,
    }
    assert opened.edits == expected
    assert opened.value == 0.5
    assert opened.page.locator(".gs-edited").count() == 4  # marked where they are
    assert opened.text(".gs-told") == "Pasted 4 numbers: 2 rows and 2 columns from this cell on."
    opened.expect(with_edits(core("pulse"), expected))
    button(opened, "undo")
    assert opened.edits == {}
    opened.expect(core("pulse"))


def test_one_number_pasted_on_a_cell_applies_and_in_the_field_is_only_typed(
    opened: Stage, core: Core
) -> None:
    click(opened, core, "gru.b_x.update.3")
    paste(opened, "2.5")
    assert opened.edits == {"gru.b_x.update.3": 2.5}
    opened.editor.get_by_label("Exact value").click()
    assert not opened.page.evaluate(PASTE, "1,5")  # left to the field
    assert opened.page.evaluate(PASTE, "1 2")  # two numbers are not one
    opened.page.wait_for_function(
        "() => document.querySelector('.gs-problem').textContent.includes('there is room for')"
        " || document.querySelector('.gs-told').textContent.includes('Pasted')"
    )


def test_numbers_pasted_into_the_input_run_along_its_steps(opened: Stage, core: Core) -> None:
    click(opened, core, "x.4.0")
    paste(opened, "0.5\n-0.5\n0.25\n")
    assert opened.edits == {"x.4.0": 0.5, "x.5.0": -0.5, "x.6.0": 0.25}
    opened.expect(with_edits(core("pulse"), opened.edits))


def test_what_does_not_fit_is_refused_in_a_sentence_and_changes_nothing(
    opened: Stage, core: Core
) -> None:
    click(opened, core, "gru.b_x.update.3")
    paste(opened, "1\n2\n3")
    assert "there is room for 1 row" in opened.text(".gs-problem")
    assert opened.edits == {}
    assert opened.value == 6
    opened.expect(core("pulse"))


@pytest.mark.usefixtures("anew")
def test_where_no_cell_is_chosen_a_sentence_says_what_to_do_first(opened: Stage) -> None:
    assert not opened.page.evaluate(PASTE, "words of somebody")
    assert opened.text(".gs-told") == ""
    assert not opened.page.evaluate(PASTE, "1\t2")
    assert "Choose a cell first" in opened.text(".gs-told")
    assert opened.edits == {}


def test_a_gate_is_filled_from_where_its_weights_are(opened: Stage, core: Core) -> None:
    head = opened.page.locator("[data-cell=gru] .gs-weights-head")
    head.get_by_role("button", name="fill or paste").click()
    dialog = opened.page.get_by_role("dialog", name="Fill or paste")
    dialog.get_by_label("Which numbers").select_option("gru.w_h.candidate")
    with opened.answered():
        dialog.get_by_role("button", name="identity").click()
    opened.wait()
    dialog.wait_for(state="hidden")
    expected = {f"gru.w_h.candidate.{unit}.{unit}": 1.0 for unit in range(4)}
    assert opened.edits == expected  # the others are 0 as they were
    opened.expect(with_edits(core("pulse"), expected))
    assert head.get_by_role("button", name="fill or paste").evaluate(
        "(button) => button === document.activeElement"
    )


def test_a_chosen_cell_offers_to_fill_its_gate_and_says_what_is_wrong(
    opened: Stage, core: Core
) -> None:
    click(opened, core, "gru.b_x.update.3")
    opened.page.locator(".gs-editor").get_by_role("button", name="fill or paste").click()
    dialog = opened.page.get_by_role("dialog", name="Fill or paste")
    assert dialog.get_by_label("Which numbers").input_value() == "gru.b_x.update"
    dialog.get_by_label("Value").fill("two")
    with opened.answered():
        dialog.get_by_role("button", name="fill", exact=True).click()
    assert "is not a number" in dialog.locator(".gs-problem").inner_text()
    dialog.get_by_label("Value").fill("2")
    with opened.answered():
        dialog.get_by_role("button", name="fill", exact=True).click()
    opened.wait()
    dialog.wait_for(state="hidden")
    after = with_edits(core("pulse"), {f"gru.b_x.update.{unit}": 2.0 for unit in range(4)})
    opened.expect(after)
    assert opened.text(".gs-told") == "Filled b of the update gate of the GRU: 4 numbers."


def test_numbers_are_pasted_in_the_dialog_where_there_is_no_key_for_it(
    opened: Stage, core: Core
) -> None:
    opened.page.locator("[data-cell=gru] .gs-weights-head button", has_text="fill or paste").click()
    dialog = opened.page.get_by_role("dialog", name="Fill or paste")
    dialog.get_by_label("Which numbers").select_option("gru.b_x.reset")
    dialog.get_by_label("Numbers to paste").fill("0.1 0.2 0.3 0.4")
    with opened.answered():
        dialog.get_by_role("button", name="use these numbers").click()
    opened.wait()
    expected = {f"gru.b_x.reset.{unit}": (unit + 1) / 10 for unit in range(4)}
    assert opened.edits == pytest.approx(expected)
    opened.expect(with_edits(core("pulse"), opened.edits))


def test_the_next_scene_is_one_press_away_and_back_leads_back(page: Stage, core: Core) -> None:
    page.open("scene=pulse&u=2")
    link = page.page.get_by_role("link", name="next: ")
    titles = [link.inner_text()]
    link.click()
    page.shows("cue")
    assert page.link["scene"] == "cue"
    titles.append(page.page.get_by_role("link", name="next: ").inner_text())
    assert titles[0] != titles[1]
    page.expect(core("cue"))
    page.page.go_back()
    page.shows("pulse")
    page.expect(core("pulse"))


def test_after_the_last_scene_comes_the_first(page: Stage) -> None:
    page.open("scene=speech")
    link = page.page.get_by_role("link", name="next: ")
    link.focus()
    page.press("Enter")
    page.shows("pulse")
    page.rest(100)
    focused = "document.activeElement?.className"
    assert page.page.evaluate(focused) == "gs-next"  # the next Enter goes on
