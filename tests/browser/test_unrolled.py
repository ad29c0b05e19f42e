"""The cell over the steps: every number in the picture is the core's, wherever the cursor is."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from app.lenses.unrolled import BOTH
from gru_core import Trace
from gru_core.conventions import NOTATIONS, STATES, shown_update
from gru_core.scenes.own import Own
from gru_core.situation import Situation
from tests.browser.driver import Stage, as_number, colours, figures, traces_of, with_edits
from tests.browser.lensing import ask, held_back, screen, three, view_of
from tests.browser.menu import rows_of

Core = Callable[..., Situation]
VIEW = "view=unrolled"
# Each number by its name: a track or x, and a box or the gap behind it; "←" in the second row.
WRITTEN = """
() => Object.fromEntries([...document.querySelectorAll(".gs-unrolled [data-number]")].map(
  (one) => [(one.closest(".gs-second") ? "←" : "") + one.dataset.number, one.textContent]))
"""
FILLS = """
(track) => [...document.querySelectorAll(`.gs-unrolled g:has(> [data-number^="${track}."])`)].map(
  (one) => [...one.querySelectorAll(".gs-cell")].map((cell) => cell.getAttribute("fill")))
"""


def written(stage: Stage) -> dict[str, str]:
    found: dict[str, str] = stage.page.evaluate(WRITTEN)
    return found


def boxes(stage: Stage) -> list[int]:
    """The steps that are drawn, counted from 0."""
    texts = stage.page.locator(".gs-unrolled text.gs-word").all_text_contents()
    return [int(text.removeprefix("step ")) - 1 for text in texts if text.startswith("step ")]


def expect_picture(stage: Stage, situation: Situation, cell: str, write: bool = False) -> list[int]:
    """Every number in it is that of a run. Returns the steps."""
    trace: Trace = traces_of(situation)[cell]
    (step, unit), steps = stage.cursor, boxes(stage)
    assert step in steps
    assert steps == list(range(steps[0], steps[0] + len(steps)))
    numbers = written(stage)
    for track, computed in trace.items():
        values = shown_update(computed, "write") if write and track == "update" else computed
        states = track in STATES[cell]
        first = trace.previous(track)[steps[0], unit] if states else None
        for place, at in enumerate(steps):
            value = np.float32(values[at, unit])
            assert as_number(numbers[f"{track}.{place}"]) == figures(value, 3), (track, at)
        if first is not None:
            assert as_number(numbers[f"{track}.-1"]) == figures(np.float32(first), 3)
    out = [as_number(numbers[f"out.{place}"]) for place in range(len(steps))]
    assert out == three(np.float32(trace["hidden"][steps, unit])).tolist()
    return steps


CELLS_SHOWN = [("gru", "lstm"), ("lstm", "lstm"), ("rnn", "rnn")]


@pytest.mark.parametrize(("cell", "alongside"), CELLS_SHOWN)
def test_every_number_is_the_cores_and_follows_the_cursor(
    page: Stage, cell: str, alongside: Any
) -> None:
    page.open(f"scene=slate&with={alongside}&cell={cell}&{VIEW}&t=1&u=1")
    situation = screen(scene="slate", alongside=alongside).situation
    assert expect_picture(page, situation, cell)[0] == 0
    page.press("End")
    assert expect_picture(page, situation, cell)[-1] == len(situation.x) - 1
    page.press("ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowLeft", "ArrowDown")
    steps = expect_picture(page, situation, cell)
    rows = len(page.page.evaluate(FILLS, "hidden")[0])
    trace = traces_of(situation)[cell]
    painted = page.page.evaluate(FILLS, "hidden")[1:]
    for at, fills in zip(steps, painted, strict=False):
        found = [[int(part) for part in re.findall(r"\d+", fill)] for fill in fills]
        wanted = colours(trace["hidden"][at, :rows], "hidden")
        np.testing.assert_allclose(found, wanted, atol=6)


def test_z_is_that_of_the_notation(page: Stage, core: Core) -> None:
    page.open(f"scene=pulse&notation=chung&{VIEW}&t=5&u=3")
    assert NOTATIONS["chung"].polarity == "write"
    expect_picture(page, core("pulse"), "gru", write=True)


@pytest.mark.parametrize("target", ["gru.b_x.update.1", "gru.h0.1", "x.3.0"])
def test_a_drag_is_followed_at_every_step(page: Stage, core: Core, target: str) -> None:
    page.open(f"scene=pulse&{VIEW}&t=3&u=2")
    page.drawn(".gs-tracks")
    page.rest()
    situation = core("pulse")
    before = written(page)
    with page.answered(1 + page.asks), page.dragging(page.cell_of(target, situation), 45):
        dragged = with_edits(situation, {target: page.value})
        expect_picture(page, dragged, "gru")
        assert written(page) != before
    page.wait()
    expect_picture(page, dragged, "gru")


def test_both_ways_the_second_row_has_h_of_the_steps_from_the_end(page: Stage) -> None:
    page.open(f"scene=cue&{VIEW}&t=20&u=2")
    ask(page, "both ways")
    [chart] = view_of(screen(scene="cue", view="unrolled", of=BOTH)).charts
    row = list(chart.rows.order).index(1)
    for presses in ([], ["Home"]):
        page.press(*presses)
        steps, numbers = boxes(page), written(page)
        h = np.append(chart.values[row], 0.0)  # it begins at zero after the last step
        for gap in range(-1, len(steps)):
            at = steps[0] + gap + 1
            assert as_number(numbers[f"←hidden.{gap}"]) == figures(h[at], 3), at
            if gap >= 0:
                assert as_number(numbers[f"←out.{gap}"]) == figures(h[at - 1], 3)


def test_a_click_on_a_box_goes_to_its_step_and_asks_for_nothing(page: Stage) -> None:
    page.open(f"scene=pulse&{VIEW}&t=8&u=2")
    page.rest()
    with held_back(page):
        steps = boxes(page)
        page.page.locator(".gs-unrolled .gs-step-box").first.click()
        assert page.cursor == (steps[0], 1)
    assert "gs-now" in str(
        page.page.locator(".gs-step-box").nth(steps[0] - boxes(page)[0]).get_attribute("class")
    )


def test_its_table_and_its_text_have_the_same_numbers(page: Stage, core: Core) -> None:
    page.open(f"scene=pulse&{VIEW}&cell=lstm&t=5&u=2")
    trace, steps = traces_of(core("pulse"))["lstm"], boxes(page)
    page.page.locator(".gs-twin").get_by_role("button", name="Table").click()
    dialog = page.page.get_by_role("dialog")
    rows, columns, values = rows_of(dialog)
    page.press("Escape")
    expect(dialog).to_have_count(0)
    assert len(rows) == len(steps)
    tracks = [*("input", "forget", "candidate", "output"), "cell", "hidden"]
    truth = np.column_stack([core("pulse").x[steps], *(trace[one][steps, 1] for one in tracks)])
    by_track = dict(zip(columns, np.asarray(values).T, strict=True))
    assert len(by_track) == truth.shape[1]
    for name, wanted in zip(
        (
            "x",
            "input gate",
            "forget gate",
            "candidate",
            "output gate",
            "cell state",
            "hidden state",
        ),
        truth.T,
        strict=True,
    ):
        [found] = [numbers for column, numbers in by_track.items() if column.startswith(name)]
        np.testing.assert_array_equal(found, three(np.float32(wanted)), name)
    said = str(page.page.locator(".gs-unrolled svg").get_attribute("aria-label"))
    assert said.startswith("LSTM unrolled: unit 2. ")
    for at in steps:
        assert f"step {at + 1}: " in said.lower()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_telephone_there_are_three_boxes_and_nothing_is_cut(
    seen: Callable[..., Stage], scheme: str
) -> None:
    page = seen(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    for link in ("scene=pulse", "scene=reader&u=85", "scene=cue&of=both", "scene=pulse&cell=lstm"):
        page.open(f"{link}&{VIEW}&t=3")
        assert len(boxes(page)) == 3
        over = page.page.evaluate(
            """() => {
              const svg = document.querySelector(".gs-unrolled svg");
              const { left, right } = svg.getBoundingClientRect();
              return [...document.querySelectorAll(".gs-unrolled text")].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.width && (box.left < left - 1 || box.right > right + 1);
              }).map((one) => one.textContent);
            }"""
        )
        assert over == []


def test_numbers_of_a_large_screen_come_too(page: Stage) -> None:
    page.open(f"scene=own&source=noise&steps=2000&units=64&{VIEW}&t=600&u=12")
    page.rest()
    steps, numbers = boxes(page), written(page)
    trace = screen(scene="own", own=Own("noise", 2000, 64)).traces["gru"]
    for track in ("reset", "update", "candidate", "hidden"):
        for place, at in enumerate(steps):
            wanted = figures(np.float32(trace[track][at, 11]), 3)
            assert as_number(numbers[f"{track}.{place}"]) == wanted
