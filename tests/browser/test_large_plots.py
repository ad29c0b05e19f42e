"""The menu of plots too large to be sent: every number in a file, and any of them in a table."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Download, Route, expect

from app.figures.weights import joined
from benchmarks.browser import serving
from gru_core import Trace
from gru_core.edits import Situation
from gru_core.own import Own, own_scene
from gru_core.scenes import situation
from tests.browser.driver import Stage, as_number, figures, traces_of, with_edits
from tests.browser.menu import button, pick, rows_of, table, three

STEPS, UNITS, SEED = 3000, 300, 1
LINK = f"scene=own&source=noise&steps={STEPS}&units={UNITS}&seed={SEED}&t=1501&u=101"
EDITS = {"x.7.0": 1.25, "gru.h0.1": -0.3}
LATE = 60_000  # milliseconds


@pytest.fixture(scope="module")
def large() -> Situation:
    """What the core has for this link."""
    return situation(own_scene(Own(source="noise", steps=STEPS, units=UNITS), SEED))


@pytest.fixture(scope="module")
def traces(large: Situation) -> Mapping[str, Trace]:
    return traces_of(large)


@pytest.fixture
def opened(stage: Stage) -> Stage:
    stage.page.set_default_timeout(30_000)
    return stage.open(LINK)


def read(download: Download) -> tuple[list[str], np.ndarray]:
    """Header and numbers (float32) of a CSV, without the names of its rows."""
    path = Path(download.path())
    with path.open(encoding="utf-8") as file:
        header = file.readline().rstrip("\n").split(",")
    columns = range(1, len(header))
    return header, np.loadtxt(path, np.float32, delimiter=",", skiprows=1, usecols=columns, ndmin=2)


def csv(stage: Stage, plot: str) -> tuple[list[str], np.ndarray]:
    with stage.page.expect_download(timeout=LATE) as found:
        pick(stage, plot, "CSV")
    return read(found.value)


def downloads(stage: Stage) -> list[Download]:
    """The files that the page gives from now on."""
    found: list[Download] = []
    stage.page.on("download", lambda download: found.append(download))
    return found


def same(found: np.ndarray, truth: np.ndarray) -> None:
    """Every number is that of the core, as a 32-bit float."""
    np.testing.assert_array_equal(found, truth.astype(np.float32), strict=True)


def shown(stage: Stage) -> str:
    return stage.page.locator(".gs-table-shown").inner_text()


class Gate:
    """Keeps back the blocks of numbers after the first few, until they are let through."""

    def __init__(self, first: int) -> None:
        self.first, self.asked, self.held = first, 0, list[Route]()

    def handle(self, route: Route) -> None:
        self.asked += 1
        if self.asked <= self.first:
            route.continue_()
        else:
            self.held.append(route)

    def let_through(self) -> None:
        self.first = 1_000_000
        for route in self.held:
            route.continue_()
        self.held.clear()


@contextmanager
def gated(stage: Stage, first: int) -> Iterator[Gate]:
    gate = Gate(first)
    stage.page.route("**/numbers/**", gate.handle)
    yield gate
    stage.page.unroute("**/numbers/**", gate.handle)


# Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plot", "part"), [("GRU update gate", "gru.update"), ("LSTM forget gate", "lstm.forget")]
)
def test_the_csv_of_a_track_holds_every_number_of_the_core(
    opened: Stage, traces: Mapping[str, Trace], plot: str, part: str
) -> None:
    cell, track = part.split(".")
    sent = opened.sent
    header, numbers = csv(opened, plot)
    assert header == ["unit", *(str(step + 1) for step in range(STEPS))]
    same(numbers, traces[cell][track].T)
    assert opened.sent == sent
    expect(opened.page.locator(".gs-saving")).to_have_count(0)
    expect(opened.page.locator(".gs-savings [role=status]")).to_have_text(
        f"Saved gatescope-own-{part.replace('.', '-')}.csv."
    )


def test_edits_are_in_the_csv_and_a_state_begins_before_the_first_step(
    stage: Stage, large: Situation
) -> None:
    edits = "~".join(f"{target}_{value}" for target, value in EDITS.items())
    stage.open(f"{LINK}&e={edits}~")
    after = with_edits(large, EDITS)
    header, numbers = csv(stage, "GRU hidden state")
    assert header[:3] == ["unit", "0 (h₀)", "1"]
    assert numbers[:3, 0].tolist() == [0, np.float32(-0.3), 0]
    same(numbers[:, 1:], traces_of(after)["gru"]["hidden"].T)
    header, numbers = csv(stage, "input x")
    assert header == ["input", *(str(step + 1) for step in range(STEPS))]
    assert numbers[0, 7] == 1.25
    same(numbers, after.x.T)


def test_the_csv_of_the_lines_is_of_the_unit_on_show(
    opened: Stage, large: Situation, traces: Mapping[str, Trace]
) -> None:
    header, numbers = csv(opened, "LSTM unit over time")
    assert header == ["step", "x", *traces["lstm"]]
    same(numbers[:, :1], large.x)
    for at, track in enumerate(traces["lstm"], start=1):
        same(numbers[:, at], traces["lstm"][track][:, 100])


def test_the_csv_of_large_weights_holds_every_one_with_its_edits(
    another: Callable[..., Stage],
) -> None:
    target = "gru.w_h.update.100.200"
    page = another()
    page.open(f"scene=own&source=sine&steps=20&units=400&seed=2&e={target}_0.125~")
    base = situation(own_scene(Own(source="sine", steps=20, units=400), 2))
    weights = with_edits(base, {target: 0.125}).weights["gru"]
    header, numbers = csv(page, "GRU weights of the update gate")
    assert header[:3] == ["unit", "x1 (x)", "h1"]
    assert header[-2:] == ["b", "d"]
    same(numbers, joined(weights, "update", range(400)))
    assert numbers[100, header.index("h201") - 1] == 0.125


def test_under_the_write_polarity_the_update_gate_is_what_is_written(
    stage: Stage, traces: Mapping[str, Trace]
) -> None:
    stage.open(f"{LINK}&notation=after.write.2")
    with stage.page.expect_download(timeout=LATE) as found:
        pick(stage, "GRU update gate", "CSV")
    assert found.value.suggested_filename == "gatescope-own-gru-update-writes.csv"
    same(read(found.value)[1], 1 - traces["gru"]["update"].T)


def test_the_page_says_how_far_it_is_and_can_be_stopped_half_way(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    files = downloads(opened)
    with gated(opened, 3) as gate:
        opener = button(opened, "GRU update gate")
        opener.focus()
        opened.press("Enter", "ArrowDown", "Enter")
        line = opened.page.get_by_role("group", name="CSV of GRU update gate")
        expect(line.locator("output")).to_have_text(re.compile(r"^[1-9]\d? %$"))
        share = float(line.get_by_role("progressbar").get_attribute("value") or 0)
        assert 0 < share < 1
        assert line.locator("output").inner_text() == f"{share:.0%}".replace("%", " %")
        stop = line.get_by_role("button", name="Stop the CSV of GRU update gate")
        expect(stop).to_be_focused()
        opened.press("ArrowRight")  # what is below goes on
        assert opened.cursor == (1501, 100)
        opened.press("Enter")
        expect(line).to_have_count(0)
        expect(opener).to_be_focused()
        asked = gate.asked
        gate.let_through()
        opened.rest(600)
        assert gate.asked == asked
    assert files == []
    same(csv(opened, "GRU update gate")[1], traces["gru"]["update"].T)


def test_another_scene_in_the_meantime_changes_nothing_in_the_file(
    opened: Stage, large: Situation, traces: Mapping[str, Trace]
) -> None:
    files = downloads(opened)
    with gated(opened, 2) as gate:
        pick(opened, "LSTM cell state", "CSV")
        opened.page.locator(".gs-saving").wait_for()
        opened.choose("gru.b_x.update.3")
        opened.type("2")
        opened.pick("Scene", "A pulse, remembered")
        opened.shows("pulse")
        gate.let_through()
        opened.page.locator(".gs-saving").wait_for(state="detached", timeout=LATE)
    (file,) = files
    assert file.suggested_filename == "gatescope-own-lstm-cell.csv"
    same(read(file)[1][:, 1:], traces["lstm"]["cell"].T)


def test_one_file_is_written_after_the_other(opened: Stage, traces: Mapping[str, Trace]) -> None:
    files = downloads(opened)
    with gated(opened, 1) as gate:
        for plot in ("GRU reset gate", "GRU candidate", "LSTM output gate"):
            pick(opened, plot, "CSV")
        lines = opened.page.locator(".gs-saving output")
        expect(lines).to_have_text([re.compile(r"\d+ %"), "waiting", "waiting"])
        opened.page.get_by_role("button", name="Stop the CSV of GRU candidate").click()
        expect(lines).to_have_count(2)
        gate.let_through()
        expect(lines).to_have_count(0, timeout=LATE)
    assert [file.suggested_filename[14:] for file in files] == ["gru-reset.csv", "lstm-output.csv"]
    same(read(files[1])[1], traces["lstm"]["output"].T)


def test_a_block_lost_on_the_way_is_asked_for_again(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    lost: list[Route] = []

    def lose_once(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route)
        return route.abort()

    opened.page.route("**/numbers/**", lose_once)
    same(csv(opened, "GRU reset gate")[1], traces["gru"]["reset"].T)
    assert len(lost) == 1
    opened.troubles.clear()  # the browser complained of the one that was lost


def test_numbers_that_are_no_longer_there_are_not_waited_for(opened: Stage) -> None:
    opened.page.route("**/numbers/**", lambda route: route.fulfill(status=404, body="gone"))
    pick(opened, "GRU reset gate", "CSV")
    line = opened.page.locator(".gs-saving")
    expect(line).to_contain_text(
        "CSV of GRU reset gate: the numbers are no longer there. Save it again."
    )
    line.get_by_role("button", name="Close this line").click()
    expect(line).to_have_count(0)
    with table(opened, "GRU reset gate") as dialog:
        expect(dialog.get_by_role("status")).to_contain_text("The numbers did not come.")
        expect(dialog.locator("tbody td").first).to_have_text("…")
        opened.page.unroute_all()
        dialog.get_by_role("button", name="Try again").click()
        expect(dialog.locator("tbody td").first).not_to_have_text("…")
    opened.troubles.clear()


def test_a_question_that_does_not_fit_is_refused_and_stops_nothing(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    asked: list[str] = []
    opened.page.on("request", lambda one: asked.append(one.url) if "/numbers/" in one.url else None)
    csv(opened, "GRU reset gate")
    sound = asked[0]
    unfit = {
        sound.replace("rows=0", "rows=299"): 400,
        sound.replace("gru.reset", "gpu.reset"): 400,
        sound.replace("rows=", "rows=x"): 400,
        re.sub(r"\?.*", "", sound): 400,
        re.sub(r"columns=[^&]*", "columns=0%3A99999999999", sound): 400,
        re.sub(r"numbers/[^?]*", "numbers/none", sound): 404,
    }
    assert len({sound, *unfit}) == 7
    for question, status in unfit.items():
        answer = opened.page.request.get(question)
        assert (answer.status, "again" in answer.text()) == (status, True), question
    same(csv(opened, "GRU reset gate")[1], traces["gru"]["reset"].T)
    with opened.answered():
        opened.press("End")
    expect(opened.page.locator("[data-value='gru.update']")).not_to_be_empty()
    value = figures(np.float32(traces["gru"]["update"][-1, 100]), 3)
    assert opened.shown("gru.update") == value


def test_numbers_come_under_a_sub_path_too(another: Callable[..., Stage], large: Situation) -> None:
    with serving(base="course/gates") as server:
        page = another(server.url).open(LINK)
        same(csv(page, "input x")[1], large.x.T)


# Tables ---------------------------------------------------------------------------------------


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
        assert np.array_equal(rows_of(dialog)[2], three(truth[:50]))


def test_what_is_copied_is_the_part_on_show(
    another: Callable[..., Stage], traces: Mapping[str, Trace]
) -> None:
    page = another(permissions=["clipboard-read", "clipboard-write"]).open(LINK)
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


# Loss -----------------------------------------------------------------------------------------


def test_a_question_that_was_lost_is_asked_again_before_long(
    opened: Stage, traces: Mapping[str, Trace]
) -> None:
    for _ in range(2):  # how long an answer takes is learned from those before
        with opened.answered():
            opened.press("ArrowDown")
    opened.page.evaluate("window.holding = true")
    opened.press("ArrowDown")
    opened.rest()
    opened.page.evaluate("window.lose()")
    caption = opened.page.locator("[data-value='gru.update']")
    expect(caption).not_to_be_empty(timeout=12_000)
    value = figures(np.float32(traces["gru"]["update"][1500, 103]), 3)
    assert opened.shown("gru.update") == value
    assert opened.page.locator(".gs-notices").inner_text() == ""


def test_how_long_an_answer_is_waited_for_follows_from_those_before(page: Stage) -> None:
    waits = page.page.evaluate(
        """async () => {
          const { Patience } = await import("/assets/stage/patience.js");
          const patience = new Patience();
          const asked = [[false, 0], [true, 0], [true, 1]];
          const waits = () => asked.map((about) => patience.wait(...about));
          const large = { labels: 3000, panels: [{ units: 300 }] };
          const found = [];
          patience.about({ labels: ["a", "b"], panels: [{ units: 4 }] }, false);
          found.push(waits());
          patience.about(large, true);
          found.push(waits());
          patience.learn(false, 300);
          patience.learn(true, 2000);
          patience.learn(true, 1500);
          found.push(waits());
          patience.about({ ...large, labels: 9000 }, true);
          found.push(waits());
          return found;
        }"""
    )
    assert waits == [
        [4000, 4000, 4000],
        [20_000, 20_000, 20_000],
        [4000, 8000, 16_000],
        [20_000, 20_000, 20_000],
    ]
