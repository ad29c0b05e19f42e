"""The CSV of plots too large to be sent: every number of the core, whatever happens meanwhile."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Download, Route, expect

from app.figures.weights import joined
from gru_core import Trace
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Stage, figures, traces_of, with_edits
from tests.browser.large import LINK, STEPS, gated, same
from tests.browser.menu import button, pick, table
from tests.browser.tab import PATIENCE
from tests.browser.voice import VOICE
from tests.serving import serving

EDITS = {"x.7.0": 1.25, "gru.h0.1": -0.3}
LATE = 60_000  # milliseconds
# How far a download is, as its bar has it and as it is said.
PROGRESS = """
(line) => [
  Number(line.querySelector("progress, [role=progressbar]").value),
  line.querySelector(".gs-saving-share").innerText,
]
"""


@pytest.fixture
def patient(page: Stage) -> Iterator[Stage]:
    """The shared page, which waits longer, and whose network is as it was afterwards."""
    page.page.set_default_timeout(30_000)
    yield page
    page.page.unroute_all()
    page.page.set_default_timeout(PATIENCE)


@pytest.fixture
def opened(patient: Stage) -> Stage:
    return patient.open(LINK)


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


def given(stage: Stage, files: list[Download], count: int) -> list[Download]:
    """So many of them: the page has let go of a file before the browser tells of it."""
    until = time.monotonic() + PATIENCE / 1000
    while len(files) < count and time.monotonic() < until:
        stage.rest(20)
    return files


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
    expect(opened.page.locator(VOICE)).to_have_text(
        f"Saved gatescope-own-{part.replace('.', '-')}.csv."
    )


def test_edits_are_in_the_csv_and_a_state_begins_before_the_first_step(
    patient: Stage, large: Situation
) -> None:
    edits = "~".join(f"{target}_{value}" for target, value in EDITS.items())
    patient.open(f"{LINK}&e={edits}~")
    after = with_edits(large, EDITS)
    header, numbers = csv(patient, "GRU hidden state")
    assert header[:3] == ["unit", "0 (h₀)", "1"]
    assert numbers[:3, 0].tolist() == [0, np.float32(-0.3), 0]
    same(numbers[:, 1:], traces_of(after)["gru"]["hidden"].T)
    header, numbers = csv(patient, "input x")
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


def test_the_csv_of_large_weights_holds_every_one_with_its_edits(patient: Stage) -> None:
    target = "gru.w_h.update.100.200"
    patient.open(f"scene=own&source=sine&steps=20&units=400&seed=2&e={target}_0.125~")
    base = situation(own_scene(Own(source="sine", steps=20, units=400), 2))
    weights = with_edits(base, {target: 0.125}).weights["gru"]
    header, numbers = csv(patient, "GRU weights of the update gate")
    assert header[:3] == ["unit", "x1 (x)", "h1"]
    assert header[-2:] == ["b", "d"]
    same(numbers, joined(weights, "update", range(400)))
    assert numbers[100, header.index("h201") - 1] == 0.125


def test_under_the_write_polarity_the_update_gate_is_what_is_written(
    patient: Stage, traces: Mapping[str, Trace]
) -> None:
    patient.open(f"{LINK}&notation=after.write.2")
    with patient.page.expect_download(timeout=LATE) as found:
        pick(patient, "GRU update gate", "CSV")
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
        expect(line.locator(".gs-saving-share")).to_have_text(re.compile(r"^[1-9]\d?\xa0%$"))
        share, said = line.evaluate(PROGRESS)
        assert 0 < share < 1
        assert said == f"{share:.0%}".replace("%", "\xa0%")
        stop = line.get_by_role("button", name="Stop the CSV of GRU update gate")
        expect(stop).to_be_focused()
        opened.press("ArrowRight")  # what is below goes on
        assert opened.cursor == (1501, 100)
        opened.press("Enter")
        expect(line).to_have_count(0)
        expect(opener).to_be_focused()
        opened.rest(300)  # one that was on its way is told of late
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
        opened.pick("Scene", "Four memories of one pulse")
        opened.shows("pulse")
        gate.let_through()
        opened.page.locator(".gs-saving").wait_for(state="detached", timeout=LATE)
    (file,) = given(opened, files, 1)
    assert file.suggested_filename == "gatescope-own-lstm-cell.csv"
    same(read(file)[1][:, 1:], traces["lstm"]["cell"].T)


def test_one_file_is_written_after_the_other(opened: Stage, traces: Mapping[str, Trace]) -> None:
    files = downloads(opened)
    with gated(opened, 1) as gate:
        for plot in ("GRU reset gate", "GRU candidate", "LSTM output gate"):
            pick(opened, plot, "CSV")
        lines = opened.page.locator(".gs-saving-share")
        expect(lines).to_have_text([re.compile(r"\d+\s%"), "waiting", "waiting"])
        opened.page.get_by_role("button", name="Stop the CSV of GRU candidate").click()
        expect(lines).to_have_count(2)
        gate.let_through()
        expect(lines).to_have_count(0, timeout=LATE)
    assert [file.suggested_filename[14:] for file in given(opened, files, 2)] == [
        "gru-reset.csv",
        "lstm-output.csv",
    ]
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
        page.page.close()
