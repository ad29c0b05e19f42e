"""A scene too large to be sent: the picture is condensed, every number is exact where one looks."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from app.figures.condensing import WINDOW, grid_of, window
from gru_core import Trace
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation, Target, value_at
from tests.browser.driver import Cell, Stage, as_number, colours, figures, traces_of, with_edits
from tests.browser.large import LINK, STEPS, UNITS

WEIGHT = "gru.w_h.update.3.2"

# Moves the slider once a frame; returns each step with the caption that stood there.
SCRUB = """
async ([steps, part]) => {
  const slider = document.querySelector(".gs-scrub");
  const caption = document.querySelector(`[data-value="${part}"]`);
  const seen = [];
  for (const step of steps) {
    slider.value = step + 1;
    slider.dispatchEvent(new Event("input"));
    seen.push([step, caption.textContent]);
    await new Promise(requestAnimationFrame);
  }
  return seen;
}
"""


@pytest.fixture
def opened(stage: Stage) -> Stage:
    """That scene, at step 1501 and unit 101."""
    stage.page.set_default_timeout(30_000)
    stage.open(LINK)
    stage.rest()
    return stage


def cell(stage: Stage, part: str, step: int, unit: int) -> Cell:
    return Cell(stage.track(part), UNITS, STEPS, unit, step)


def captions(stage: Stage, traces: dict[str, Trace], step: int, unit: int) -> None:
    """Wait until every caption says what the core says there."""
    for name, trace in traces.items():
        for track in trace:
            value = figures(np.float32(trace[track][step, unit]), 3)
            caption = stage.page.locator(f"[data-value='{name}.{track}']")
            expect(caption).not_to_be_empty()
            assert as_number(caption.inner_text()) == value


def test_captions_are_the_numbers_of_the_core_at_once_and_after_a_click(
    opened: Stage, traces: dict[str, Trace]
) -> None:
    captions(opened, traces, 1500, 100)
    sent = opened.sent
    with opened.answered():
        opened.click(cell(opened, "gru.hidden", 412, 250))
    step, unit = opened.cursor
    # A pixel of the picture is more than one step: the click decides for one of them.
    assert abs(step - 412) <= 12
    assert abs(unit - 250) <= 3
    captions(opened, traces, step, unit)
    assert opened.sent == sent + 1


def test_keys_step_through_exact_numbers_and_seldom_need_a_message(
    opened: Stage, traces: dict[str, Trace]
) -> None:
    sent = opened.sent
    for steps in range(1, WINDOW // 4):
        opened.press("ArrowRight")
        if steps % 10 == 0:
            captions(opened, traces, 1500 + steps, 100)
    assert opened.sent == sent
    with opened.answered():
        opened.press("End")
    captions(opened, traces, STEPS - 1, 100)
    with opened.answered():
        opened.press("ArrowDown")
    captions(opened, traces, STEPS - 1, 101)
    assert opened.sent == sent + 2


def test_scrubbing_shows_true_numbers_or_none_and_asks_when_the_hand_rests(
    opened: Stage, traces: dict[str, Trace]
) -> None:
    sent = opened.sent
    opened.page.get_by_label("Timestep").focus()
    with opened.answered():
        seen = opened.page.evaluate(SCRUB, [list(range(1, STEPS, 37)), "gru.update"])
    assert opened.sent - sent < len(seen) / 4
    for step, text in seen:
        truth = figures(np.float32(traces["gru"]["update"][step, 100]), 3)
        assert text == "" or as_number(text) == truth
    assert "" in [text for _, text in seen]
    expect(opened.page.locator("[data-sentence=gru]")).not_to_be_empty()  # where it ended
    captions(opened, traces, *opened.cursor)


def test_a_number_under_the_pointer_comes_when_it_is_pointed_at(
    opened: Stage, traces: dict[str, Trace]
) -> None:
    with opened.answered():
        opened.hover(cell(opened, "lstm.cell", 2222, 77))
    whisper = opened.page.locator(".gs-whisper")
    expect(whisper).not_to_contain_text("…")
    unit, step, number = whisper.inner_text().removeprefix("c of unit ").replace(
        " at step ", ":").split(":")  # fmt: skip
    truth = figures(np.float32(traces["lstm"]["cell"][int(step) - 1, int(unit) - 1]), 7)
    assert as_number(number.strip()) == pytest.approx(truth, rel=2e-6)
    assert opened.cursor == (1500, 100)


def test_the_picture_is_the_means_of_its_blocks_in_their_places(
    opened: Stage, large: Situation
) -> None:
    grid = grid_of(UNITS, STEPS)
    assert f"the mean of {grid.tall} units × {grid.wide} steps" in opened.text(
        "[data-cell=gru] .gs-note"
    )
    opened.page.set_viewport_size({"width": 1280, "height": 1000})  # more pixels than blocks
    # A weight that opens one gate wide, so that there is something to see.
    opened.choose("gru.b_x.update.150")
    opened.type("40")
    opened.press("Escape", "End")
    opened.page.mouse.move(2, 2)
    opened.rest()
    opened.drawn()
    after = traces_of(with_edits(large, {"gru.b_x.update.150": 40}))
    means = grid.mean(after["gru"]["update"].T, range(UNITS))
    seen = opened.painted("gru.update", *means.shape)
    off = np.abs(seen - colours(means, "update")).max(axis=-1)
    row = 150 // grid.tall
    assert means[row].min() > 0.6
    assert (off[:, :-4] <= 6).mean() > 0.97, "pixels at the edges of blocks left aside"
    assert np.median(off[row, :-4]) <= 6


def test_a_typed_edit_is_painted_and_every_number_follows(
    opened: Stage, large: Situation, traces: dict[str, Trace]
) -> None:
    opened.choose(WEIGHT)
    own = value_at(large, Target.parse(WEIGHT))
    assert opened.value == pytest.approx(own, rel=1e-6)
    opened.type("2.5")
    opened.rest()
    after = traces_of(with_edits(large, {WEIGHT: 2.5}))
    assert opened.edits == {WEIGHT: 2.5}
    step, unit = opened.cursor
    assert unit == 3
    assert np.abs(after["gru"]["update"][step, 3] - traces["gru"]["update"][step, 3]) > 1e-4
    captions(opened, after, step, unit)
    opened.press("Escape", "ArrowLeft", "ArrowLeft")
    captions(opened, after, step - 2, unit)
    with opened.answered():
        opened.press("Control+z")
    captions(opened, traces, step - 2, unit)
    opened.choose("gru.b_x.update.0")
    opened.choose(WEIGHT)
    assert opened.value == pytest.approx(own, rel=1e-6)


def test_a_drag_too_large_to_follow_says_so_and_counts_when_it_is_let_go(
    opened: Stage, large: Situation
) -> None:
    spot = opened.cell_of(WEIGHT, large)
    with opened.answered(1 + opened.asks), opened.dragging(spot, 40):
        dragged = opened.value
        assert opened.text(".gs-old") == "too large to follow live; let go to see"
        assert opened.live("gru.update") is None
    opened.wait()
    opened.rest()
    # The pointer is on some cell near the one that was meant: they are less than a pixel wide.
    ((target, value),) = opened.edits.items()
    assert value == dragged == opened.value
    captions(opened, traces_of(with_edits(large, {target: value})), *opened.cursor)


def test_the_weights_say_their_numbers_when_they_are_pointed_at(
    another: Callable[..., Stage],
) -> None:
    page = another()
    page.open("scene=own&source=sine&steps=20&units=400&seed=2")
    base = situation(own_scene(Own(source="sine", steps=20, units=400), 2))
    spot = page.cell_of("gru.w_h.update.100.200", base)
    with page.answered():
        page.hover(spot)
    whisper = page.page.locator(".gs-whisper")
    expect(whisper).not_to_contain_text("…")
    words = whisper.inner_text()
    named = words.split(": ")[1].split(", ")
    unit, source = (int(text.split(" ")[-1]) for text in named[1:3])
    number = as_number(words.split(": ")[2].split(". ")[0])
    truth = value_at(base, Target.parse(f"gru.w_h.update.{unit - 1}.{source - 1}"))
    assert number == pytest.approx(truth, rel=1e-6)
    page.drawn()


def test_playing_reaches_numbers_beyond_those_around_the_cursor(
    opened: Stage, traces: dict[str, Trace]
) -> None:
    end = window(1500, STEPS)[1]
    opened.page.get_by_label("Timestep").fill(str(end - 5))
    opened.rest()
    opened.page.get_by_label("Playing speed").select_option("8")
    opened.page.get_by_role("button", name="Play or pause").click()
    opened.page.wait_for_function(f"() => document.querySelector('.gs-scrub').value > {end + 20}")
    opened.page.get_by_role("button", name="Play or pause").click()
    opened.rest()
    captions(opened, traces, *opened.cursor)


def test_a_question_that_was_lost_is_asked_again_before_long(
    opened: Stage, traces: dict[str, Trace]
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
