"""The table of plots too large to be sent: a part at a time, and any step and unit to go to."""

from collections.abc import Mapping

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core import Trace
from gru_core.situation import Situation
from tests.browser.driver import Stage, as_number
from tests.browser.large import LINK, gated, same
from tests.browser.menu import button, rows_of, table, three


@pytest.fixture
def opened(page: Stage) -> Stage:
    return page.open(LINK)


def shown(stage: Stage) -> str:
    return stage.page.locator(".gs-table-shown").inner_text()


def test_the_table_shows_the_numbers_around_the_cursor_and_leads_to_all_others(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    truth = traces["gru"]["update"].T.astype(np.float32)
    with table(opened, "GRU update gate") as dialog:
        expect(dialog.locator("tbody td[title]")).to_have_count(2500)
        assert shown(opened) == "Rows 76 to 125 of 300, steps 1476 to 1525 of 3000."
        assert dialog.locator("caption").text_content() == (
            "GRU update gate. 300 units down, 3000 steps across."
        )
        rows, columns, found = rows_of(dialog)
        assert (rows[0], columns[0].strip(), columns[1].strip()) == ("unit 76", "step 1476", "1477")
        assert np.array_equal(found, three(truth[75:125, 1475:1525]))
        current = dialog.locator("[aria-current]")
        assert [name.strip() for name in current.all_inner_texts()] == ["1501", "unit 101"]
        expect(current.first).to_be_in_viewport()
        cells = dialog.locator("tbody td")
        whole = dialog.locator("table[aria-rowcount='301'][aria-colcount='3001']")
        place = whole.locator("tr[aria-rowindex='77'] td[aria-colindex='1477']")
        expect(place).to_have_text(cells.first.inner_text())
        digits = [
            as_number(cell) for cell in cells.evaluate_all("(all) => all.map((td) => td.title)")
        ]
        assert np.array_equal(np.float32(digits), truth[75:125, 1475:1525].ravel())
        cells.nth(51).click()
        expect(dialog.get_by_role("status")).to_contain_text("unit 77, step 1477: ")
        sent = opened.sent
        dialog.get_by_role("button", name="steps after").click()
        dialog.get_by_role("button", name="units above").click()
        expect(dialog.locator(".gs-table-shown")).to_have_text(
            "Rows 26 to 75 of 300, steps 1526 to 1575 of 3000."
        )
        expect(dialog.get_by_role("button", name="units above")).to_be_focused()
        assert np.array_equal(rows_of(dialog)[2], three(truth[25:75, 1525:1575]))
        assert opened.sent == sent


def test_any_step_and_unit_of_the_table_can_be_gone_to_by_keys_alone(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    truth = traces["gru"]["hidden"].T
    opener = button(opened, "GRU hidden state")
    opener.focus()
    opened.press("Enter", "Enter")
    dialog = opened.page.get_by_role("dialog")
    area = dialog.locator(".gs-table-scroll")
    expect(area).to_be_focused()
    opened.press(*["Tab"] * 5)
    unit, step = dialog.get_by_label("go to unit"), dialog.get_by_label("go to step")
    expect(unit).to_be_focused()
    opened.press("3", "Enter", "Tab")
    expect(step).to_be_focused()
    opened.page.keyboard.type("2999")
    opened.press("Enter")
    expect(dialog.locator(".gs-table-shown")).to_have_text(
        "Rows 1 to 50 of 300, steps 2951 to 3000 of 3000."
    )
    assert np.array_equal(rows_of(dialog)[2], three(np.float32(truth[:50, 2950:])))
    current = dialog.locator("[aria-current]")
    assert [name.strip() for name in current.all_inner_texts()] == ["2999", "unit 3"]
    expect(current.first).to_be_in_viewport()
    expect(dialog.get_by_role("button", name="steps after")).to_be_disabled()
    opened.page.keyboard.press("Control+a")
    opened.page.keyboard.type("-7")  # the first there is
    opened.press("Enter")
    expect(dialog.locator(".gs-table-shown")).to_contain_text("steps 0 to 49 of 3000.")
    expect(step).to_have_value("0")
    found = rows_of(dialog)[2]
    assert np.array_equal(found[:, 0], np.zeros(50))
    assert np.array_equal(found[:, 1:], three(np.float32(truth[:50, :49])))
    cursor = opened.cursor
    opened.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    assert opened.cursor == cursor


def test_the_lines_of_a_unit_have_a_table_with_steps_down(
    opened: Stage, large: Situation, traces: Mapping[str, Trace]
) -> None:
    columns = [large.x[:, 0], *(track[:, 100] for track in traces["gru"].values())]
    truth = np.transpose(columns).astype(np.float32)
    with table(opened, "GRU unit over time") as dialog:
        expect(dialog.locator("tbody td[title]")).to_have_count(250)
        assert shown(opened) == "Steps 1476 to 1525 of 3000."
        assert np.array_equal(rows_of(dialog)[2], three(truth[1475:1525]))
        dialog.get_by_label("go to step").fill("1")
        opened.press("Enter")
        expect(dialog.locator("tbody th").first).to_have_text("step 1")
        expect(dialog.locator("tbody td[title]")).to_have_count(250)  # they come after it
        assert np.array_equal(rows_of(dialog)[2], three(truth[:50]))


def test_what_is_copied_is_the_part_on_show(clipboard: Stage, traces: Mapping[str, Trace]) -> None:
    page = clipboard.open(LINK)
    with table(page, "LSTM input gate") as dialog:
        expect(dialog.locator("tbody td[title]")).to_have_count(2500)
        dialog.get_by_role("button", name="Copy").click()
        expect(dialog.get_by_role("status")).to_have_text(
            "Copied. These 50 × 50 numbers, every digit."
        )
        text = page.page.evaluate("navigator.clipboard.readText()")
    lines = [line.split("\t") for line in text.splitlines()]
    assert lines[0] == ["unit", *(str(step) for step in range(1476, 1526))]
    assert [line[0] for line in lines[1:]] == [str(unit) for unit in range(76, 126)]
    found = np.float32([[float(cell) for cell in line[1:]] for line in lines[1:]])
    same(found, traces["lstm"]["input"].T[75:125, 1475:1525])


def test_while_numbers_are_on_their_way_their_places_are_empty_and_the_last_page_counts(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    truth = traces["gru"]["update"].T.astype(np.float32)
    with gated(opened, 1) as gate, table(opened, "GRU update gate") as dialog:
        expect(dialog.locator("tbody td[title]")).to_have_count(2500)
        for _ in range(3):
            dialog.get_by_role("button", name="steps before").click()
        expect(dialog.locator(".gs-table-shown")).to_contain_text("steps 1326 to 1375 of 3000.")
        expect(dialog.get_by_role("status")).to_have_text("The numbers are on their way …")
        assert set(dialog.locator("tbody td").all_inner_texts()) == {"…"}
        before = dialog.locator("thead").bounding_box()
        gate.let_through()
        expect(dialog.locator("tbody td[title]")).to_have_count(2500)
        assert np.array_equal(rows_of(dialog)[2], three(truth[75:125, 1325:1375]))
        assert dialog.locator("thead").bounding_box() == before


def test_a_plot_says_that_its_table_has_every_number(opened: Stage) -> None:
    plot = opened.track("gru.update")
    plot.hover()
    expect(plot).to_have_attribute(
        "aria-label",
        "GRU update gate. 300 units down, 3000 steps across; every number is in the table.",
    )
