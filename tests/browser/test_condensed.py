"""A large screen that the page computes: drawn is what is condensed, every number is exact."""

import numpy as np
import pytest
from playwright.sync_api import expect

from app.figures.condensing import grid_of, peaks
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of, with_edits

STEPS, UNITS, SEED = 500, 128, 3
LINK = f"scene=own&source=noise&steps={STEPS}&units={UNITS}&seed={SEED}&t=250&u=40"
BIAS = "gru.b_x.update.39"
POINTS = """host => host.querySelector('.gs-drawing').data
    .map(({ meta, y }) => [meta, Array.from(y)])"""
PICTURE = """host => host.querySelector('.gs-drawing').data[0].z.map((row) => Array.from(row))"""


@pytest.fixture(scope="module")
def large() -> Situation:
    return situation(own_scene(Own(source="noise", steps=STEPS, units=UNITS), SEED))


@pytest.fixture
def opened(stage: Stage) -> Stage:
    stage.open(LINK)
    assert stage.asks == 0
    return stage


def test_a_drag_of_a_large_screen_sends_nothing_and_shows_exact_numbers(
    opened: Stage, large: Situation
) -> None:
    opened.choose(BIAS)
    opened.rest()
    sent = opened.sent
    box = opened.editor.get_by_label("Value, as a slider").bounding_box()
    assert box is not None
    across, down = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    opened.page.mouse.move(across, down)
    opened.page.mouse.down()
    opened.page.mouse.move(across + box["width"] / 4, down, steps=3)
    opened.page.locator(".gs-stage:not([data-behind])").wait_for()
    opened.frame()
    after = with_edits(large, {BIAS: opened.value})
    assert opened.sent == sent
    opened.expect(after)
    with opened.answered():
        opened.page.mouse.up()
    opened.wait()
    opened.expect(after)


def test_what_is_drawn_after_a_change_is_what_the_server_would_have_drawn(
    opened: Stage, large: Situation
) -> None:
    opened.choose(BIAS)
    opened.page.evaluate("window.holding = true")
    box = opened.editor.get_by_label("Exact value")
    box.fill("4")
    box.press("Enter")
    after = with_edits(large, {BIAS: 4.0})
    opened.page.wait_for_function("() => document.querySelector('.gs-changes button')")
    opened.expect(after)
    opened.press("Escape")
    opened.drawn()
    shown = {
        meta: points
        for cell in ("gru", "lstm")
        for meta, points in opened.lines(cell).evaluate(POINTS)
    }
    grid, traces = grid_of(UNITS, STEPS), traces_of(after)
    for cell, trace in traces.items():
        for name, track in trace.items():
            wanted = peaks(track[:, 39], grid.wide)
            np.testing.assert_allclose(shown[f"{cell}.{name}"], wanted, atol=0.02, err_msg=name)
    np.testing.assert_allclose(
        shown["gru.update"], peaks(traces["gru"]["update"][:, 39], grid.wide), atol=1e-6
    )
    picture = opened.track("gru.update").evaluate(PICTURE)
    means = grid.mean(traces["gru"]["update"].T, range(UNITS))
    np.testing.assert_allclose(picture, means, atol=1e-6)
    opened.press("End", "ArrowLeft")
    opened.expect(after)  # far from where numbers were sent
    opened.page.evaluate("window.letThrough()")
    opened.wait()
    opened.expect(after)


def test_a_large_screen_is_compared_at_evenly_spread_steps(opened: Stage) -> None:
    opened.choose(BIAS)
    opened.type("1")
    said = opened.page.locator(".gs-checked")
    expect(said).to_contain_text("the same in")
    same, all_ = said.inner_text().split("the same in ")[1].split(" numbers")[0].split(" of ")
    assert same == all_
