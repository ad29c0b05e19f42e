"""The menu of a plot: its numbers as a table and a file, its picture, and its text alternative."""

import re
from collections.abc import Callable
from io import BytesIO, StringIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from app.figures.weights import joined
from gru_core import Trace
from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, as_number, figures, traces_of, with_edits
from tests.browser.lensing import settled
from tests.browser.menu import button, csv, pick, rows_of, saved, table, three

Core = Callable[..., Situation]
EDIT = "gru.b_x.update.3"
SVG = "{http://www.w3.org/2000/svg}"


def exact(trace: Trace, track: str) -> np.ndarray:
    """A track as the browser has it, (unit, step): what is below 1 does not get there as 1."""
    values = trace[track].T
    sent = np.asarray(values, np.float32)
    return np.where((sent == 1) & (values < 1), np.nextafter(np.float32(1), np.float32(0)), sent)


def described(stage: Stage, part: str) -> str:
    return stage.track(part).get_attribute("aria-label") or ""


@pytest.mark.thorough
def test_every_plot_has_a_menu_with_a_name_of_its_own(page: Stage) -> None:
    page.open()
    names = [one.get_attribute("aria-label") for one in page.page.locator(".gs-more").all()]
    assert len(set(names)) == len(names) == page.page.locator(".gs-plot:not(.gs-strip)").count()
    plots = {"input x", "GRU update gate", "GRU unit over time", "LSTM weights of the forget gate"}
    assert {f"Save or read: {plot}" for plot in plots} <= set(names)


def test_the_csv_of_a_track_holds_the_numbers_of_the_core(page: Stage, core: Core) -> None:
    page.open()
    sent = page.sent
    for cell, trace in traces_of(core("pulse")).items():
        header, numbers = csv(
            page, f"{cell.upper()} update gate" if cell == "gru" else "LSTM candidate"
        )
        assert header == ["unit", *(str(step + 1) for step in range(20))]
        assert np.array_equal(numbers, exact(trace, "update" if cell == "gru" else "candidate"))
    assert page.sent == sent


def test_the_csv_of_a_state_begins_with_the_state_before_the_first_step(
    page: Stage, core: Core
) -> None:
    edits = {"gru.h0.1": -0.3}
    page.open("scene=slate&e=gru.h0.1_-0.3~")
    header, numbers = csv(page, "GRU hidden state")
    assert header[:3] == ["unit", "0 (h₀)", "1 (w)"]
    trace = traces_of(with_edits(core("slate"), edits))["gru"]
    assert np.array_equal(numbers[:, 0], np.float32([0, -0.3, 0]))
    assert np.array_equal(numbers[:, 1:], exact(trace, "hidden"))


def test_the_csv_of_weights_holds_the_edits(page: Stage, core: Core) -> None:
    page.open(f"e={EDIT}_2.7~")
    header, numbers = csv(page, "GRU weights of the update gate")
    assert header == ["unit", "x1 (pulse)", "h1", "h2", "h3", "h4", "b", "d"]
    weights = with_edits(core("pulse"), {EDIT: 2.7}).weights["gru"]
    assert np.array_equal(numbers, joined(weights, "update", range(4)).astype(np.float32))
    assert numbers[3, 5] == np.float32(2.7)


def test_the_csv_of_the_input_has_a_row_a_channel(page: Stage, core: Core) -> None:
    page.open("scene=slate")
    name, content = saved(page, "input x", "CSV")
    assert name == "gatescope-slate-input.csv"
    first = [line.split(",")[0] for line in content.decode().splitlines()]
    assert first == ["input", "letter", "new word"]
    _, numbers = csv(page, "input x")
    assert np.array_equal(numbers, core("slate").x.T.astype(np.float32))


def test_the_csv_of_the_lines_has_a_column_a_quantity(page: Stage, core: Core) -> None:
    page.open("t=4&u=2")
    name, content = saved(page, "GRU unit over time", "CSV")
    assert name == "gatescope-pulse-gru-unit-2.csv"
    table = np.genfromtxt(StringIO(content.decode()), delimiter=",", names=True, dtype=np.float32)
    situation = core("pulse")
    trace = traces_of(situation)["gru"]
    assert table.dtype.names == ("step", "pulse", *trace)
    assert np.array_equal(table["step"], np.arange(1, 21))
    assert np.array_equal(table["pulse"], situation.x[:, 0].astype(np.float32))
    for track in trace:
        assert np.array_equal(table[track], trace[track][:, 1].astype(np.float32))


def test_an_update_gate_that_writes_says_so_wherever_it_goes(page: Stage) -> None:
    page.open("notation=chung")
    page.drawn()
    note = "Here z says how much is written."
    assert described(page, "gru.update").endswith(note)
    assert note not in described(page, "gru.reset")
    name, content = saved(page, "GRU update gate", "SVG")
    assert name == "gatescope-pulse-gru-update-writes.svg"
    assert f"reset before the product · {note}" in content.decode()
    assert saved(page, "GRU reset gate", "CSV")[0] == "gatescope-pulse-gru-reset.csv"


def test_the_svg_is_a_picture_with_real_text(page: Stage) -> None:
    page.open("scene=slate&e=gru.h0.1_-0.3~")
    sent = page.sent
    name, content = saved(page, "GRU hidden state", "SVG")
    assert name == "gatescope-slate-gru-hidden.svg"
    assert content.startswith(b"<svg")
    picture = ElementTree.fromstring(content)
    said = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    assert "GRU hidden state h" in said
    assert "Starting anew at each word · 3 units, 17 steps · 1 number changed" in said
    assert {"step", "unit", "h₀", *"wipethslan", "1", "3", "−1", "0"} <= set(said)
    assert picture.get("width") == "1200"
    shapes = [one for one in picture.iter(f"{SVG}rect") if one.get("fill", "").startswith("rgb(")]
    assert len(shapes) == 3 * (1 + 17)
    assert page.sent == sent


def test_the_png_is_twice_1200_pixels_wide_with_the_colours_on_screen(page: Stage) -> None:
    page.open()
    sent = page.sent
    name, content = saved(page, "GRU update gate", "PNG")
    assert name == "gatescope-pulse-gru-update.png"
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    picture = Image.open(BytesIO(content)).convert("RGB")
    assert picture.width == 2400
    colours = set(np.array(picture).reshape(-1, 3)[::7].copy().view("u1,u1,u1")[:, 0].tolist())
    shown = page.painted("gru.update", 4, 20)
    assert {tuple(colour) for colour in shown[:, [0, 10, 12]].reshape(-1, 3).tolist()} <= colours
    _, lines = saved(page, "LSTM unit over time", "PNG")
    assert Image.open(BytesIO(lines)).width == 2400
    assert page.sent == sent


def test_the_table_shows_three_figures_of_the_core_and_every_digit_on_demand(
    page: Stage, core: Core
) -> None:
    page.open("scene=slate&t=3&u=2")
    sent = page.sent
    truth = exact(traces_of(core("slate"))["gru"], "candidate")
    with table(page, "GRU candidate") as dialog:
        rows, columns, shown = rows_of(dialog)
        assert rows == ["unit 1", "unit 2", "unit 3"]
        assert [re.sub(r"\s+", " ", name) for name in columns[:3]] == ["step 1 w", "2 i", "3 p"]
        assert np.array_equal(shown, three(truth))
        caption = dialog.locator("caption").text_content()
        assert caption == described(page, "gru.candidate")
        assert caption.startswith("GRU candidate. 3 units down, 17 steps across, from ")
        assert dialog.locator("[aria-current]").all_inner_texts()[1:] == ["unit 2"]
        cell = dialog.locator("tbody tr").nth(1).locator("td").nth(2)
        assert np.float32(as_number(cell.get_attribute("title") or "")) == truth[1, 2]
        cell.click()
        expect(dialog.get_by_role("status")).to_have_text(
            f"unit 2, step 3: {cell.get_attribute('title')}"
        )
    assert page.sent == sent


def test_the_copied_table_is_every_digit_between_tabs(clipboard: Stage, core: Core) -> None:
    stage = clipboard.open()
    with table(stage, "LSTM hidden state") as dialog:
        dialog.get_by_role("button", name="Copy").click()
        expect(dialog.get_by_role("status")).to_contain_text("Copied.")
        text = stage.page.evaluate("navigator.clipboard.readText()")
    numbers = np.genfromtxt(StringIO(text), delimiter="\t", skip_header=1, dtype=np.float32)
    assert np.array_equal(numbers[:, 2:], exact(traces_of(core("pulse"))["lstm"], "hidden"))


def test_a_large_table_is_read_in_parts(page: Stage, core: Core) -> None:
    page.open("scene=crowd&t=50&u=20")
    truth = exact(traces_of(core("crowd"))["gru"], "update")[19]
    with table(page, "GRU unit over time") as dialog:
        footer = dialog.locator(".gs-table-shown")
        expect(footer).to_have_text("Rows 30 to 69 of 100.")
        rows, columns, shown = rows_of(dialog)
        assert (rows[0], rows[-1]) == ("step 30", "step 69")
        place = [name.split("\n")[0] for name in columns].index("update gate")
        assert np.array_equal(shown[:, place], three(truth[29:69]))
        dialog.get_by_role("button", name="steps below").click()
        expect(footer).to_have_text("Rows 61 to 100 of 100.")
        assert np.array_equal(rows_of(dialog)[2][:, place], three(truth[60:]))
        expect(dialog.get_by_role("button", name="steps below")).to_be_disabled()


def test_sorted_units_keep_their_numbers_in_the_table(page: Stage, core: Core) -> None:
    page.open("scene=reader")
    truth = exact(traces_of(core("reader"))["gru"], "update")
    with table(page, "GRU update gate") as dialog:
        rows, _, shown = rows_of(dialog)
        units = [int(name.removeprefix("unit ")) - 1 for name in rows]
        assert len(units) == 40
        assert np.array_equal(shown, three(truth[units]))


def test_menu_and_table_are_worked_by_keys_alone(page: Stage, core: Core) -> None:
    page.open()
    page.click(page.cell_of(EDIT, core("pulse")))
    page.rest()
    sent, cursor, value = page.sent, page.cursor, page.value
    opener = button(page, "GRU reset gate")
    opener.focus()
    page.press("Enter")
    items = page.page.get_by_role("menuitem")
    expect(items.nth(0)).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    page.press("ArrowUp", "ArrowUp")
    expect(items.nth(4)).to_be_focused()
    page.press("Home", "End")
    expect(items.nth(4)).to_be_focused()
    page.press("Escape")
    expect(opener).to_be_focused()
    expect(items).to_have_count(0)
    page.press("Enter", "Tab")
    expect(items).to_have_count(0)
    page.press("Shift+Tab")
    expect(opener).to_be_focused()
    page.press("Enter", "Enter")
    expect(page.page.locator(".gs-table-scroll")).to_be_focused()
    page.press("ArrowRight", "ArrowDown", "End", " ", "Control+z")
    page.press("Escape")
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    assert (page.cursor, page.value, page.sent) == (cursor, value, sent)
    page.press("ArrowRight")  # the keys are the stage's again
    assert page.cursor[0] == cursor[0] + 1


def test_the_text_alternative_follows_the_numbers(page: Stage, core: Core) -> None:
    page.open()
    page.drawn()
    situation = core("pulse")
    assert described(page, "gru.reset") == (
        "GRU reset gate. 4 units down, 20 steps across, every number 0.5."
    )
    assert ", to just under 1 at unit 4, step 13." in described(page, "gru.update")
    page.drag(page.cell_of(EDIT, situation), -60)
    page.drawn()
    least = exact(traces_of(with_edits(situation, {EDIT: page.value}))["gru"], "update")
    unit, step = np.unravel_index(least.argmin(), least.shape)
    low = figures(least.min(), 3)
    said = described(page, "gru.update")
    found = re.search(r"from (\S+) at unit (\d+), step (\d+), to", said)
    assert found, said
    assert (as_number(found[1]), int(found[2]) - 1, int(found[3]) - 1) == (low, unit, step)
    weights = page.cell_of(EDIT, situation).plot
    expect(weights).to_have_attribute(
        "aria-label", re.compile("^GRU weights of the update gate. 4")
    )
    lines = page.lines("gru")
    page.press("ArrowUp")
    page.drawn()
    expect(lines).to_have_attribute(
        "aria-label", re.compile("^GRU unit 3. 20 steps: pulse from −1")
    )


def test_colours_are_never_given_out_as_numbers(remote: Stage, core: Core) -> None:
    page = remote
    page.open("scene=crowd&t=40&u=6")
    before = core("crowd")
    page.drag(page.cell_of("x.0.0", before), 60)
    page.wait()
    page.drawn()
    truth = exact(traces_of(with_edits(before, {"x.0.0": page.value}))["lstm"], "forget")
    assert " from " not in described(page, "lstm.forget")
    try:
        with page.page.expect_download(timeout=7000) as found:
            pick(page, "LSTM forget gate", "CSV")
        numbers = np.genfromtxt(found.value.path(), delimiter=",", skip_header=1, dtype=np.float32)
        assert np.array_equal(numbers[:, 1:], truth)
    except Late:
        refused = "The exact numbers are on their way; try again in a moment."
        assert page.page.locator(".gs-menu:popover-open [role=status]").inner_text() == refused


def test_the_button_is_large_enough_for_a_finger(seen: Callable[..., Stage]) -> None:
    phone = seen(finger=True)
    phone.open()
    plot = Cell(phone.track("gru.update"), 4, 20, 0, 0)
    phone.centre(plot)
    reach = phone.page.evaluate(
        """() => {
          const more = document.querySelector("[data-part='gru.update'] .gs-more");
          const box = more.getBoundingClientRect();
          const hit = (x, y) => document.elementFromPoint(x, y) === more;
          const run = (dx, dy) => {
            let count = 0;
            const middle = [box.x + box.width / 2, box.y + box.height / 2];
            for (const way of [1, -1]) {
              for (let i = way; hit(middle[0] + i * dx, middle[1] + i * dy); i += way) count += 1;
            }
            return count + 1;
          };
          return [run(1, 0), run(0, 1)];
        }"""
    )
    assert min(reach) >= 43


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("link", "plot", "across", "up"),
    [
        ("view=memory", "GRU: what each step left in h of unit 4", "step", "step"),
        ("view=memory", "GRU: half-life of what is kept", "step", "unit"),
        ("view=directions", "Output: forward above backward", "step", "number"),
        ("view=kept", "GRU unit 4: kept and written of h", "step", "value"),
        ("view=why", "First the sum: the terms of z", "value", "term"),
        ("view=why", "Then the sigmoid σ: where the sum falls", "pre-activation", "z"),
        ("view=saturation", "GRU: share near 1 → and near 0 ↑", "near 1", "near 0"),
        ("view=cost", "Parameters with 1 input, by units", "size", "value"),
    ],
)
def test_a_chart_of_every_kind_is_saved_as_a_picture_with_its_axes_named(
    page: Stage, link: str, plot: str, across: str, up: str
) -> None:
    page.open(f"{link}&t=8&u=4")
    settled(page)
    _, content = saved(page, plot, "SVG")
    picture = ElementTree.fromstring(content)
    found = {one.get("class"): "".join(one.itertext()) for one in picture.iter(f"{SVG}text")}
    assert found["gtitle"].startswith(plot)
    assert (found["xtitle"], found["ytitle"]) == (across, up)
    _, content = saved(page, plot, "PNG")
    assert Image.open(BytesIO(content)).width == 2400
