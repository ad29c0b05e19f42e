"""After an edit too large to send whole: colours for all, and exact numbers where one looks."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, colours, figures, traces_of, with_edits

Core = Callable[..., Situation]
TARGET = "x.0.0"


@pytest.fixture
def far(remote: Stage, core: Core) -> tuple[Stage, Situation]:
    """The first input of the large scene dragged: every number of both cells has changed."""
    return dragged(remote, core)


def dragged(page: Stage, core: Core) -> tuple[Stage, Situation]:
    page.open("scene=crowd&t=40&u=6")
    before = core("crowd")
    page.drag(page.cell_of(TARGET, before), 60)
    page.wait()
    page.rest()
    return page, with_edits(before, {TARGET: page.value})


def test_where_the_page_computes_every_number_is_there(page: Stage, core: Core) -> None:
    page, after = dragged(page, core)
    sent = page.sent
    page.press("End", "ArrowLeft", "ArrowDown", "ArrowDown")
    page.expect(after)
    assert page.cursor == (98, 7)
    truth = traces_of(after)["lstm"]["cell"]
    page.hover(Cell(page.track("lstm.cell"), 32, 100, 20, 33))
    said = figures(np.float32(truth[33, 20]), 7)
    expect(page.page.locator(".gs-whisper")).to_have_text(
        f"c of unit 21 at step 34: {said:.7g}".replace("-", "−")
    )
    assert page.sent == sent


def test_stepping_needs_no_message_and_another_unit_needs_one(far: tuple[Stage, Situation]) -> None:
    stage, after = far
    stage.expect(after)
    sent = stage.sent
    stage.press("End", "ArrowLeft")
    stage.expect(after)
    assert stage.cursor[0] == 98
    assert stage.sent == sent
    with stage.answered():
        stage.press("ArrowDown")
    stage.expect(after)
    assert stage.sent == sent + 1
    stage.press("ArrowUp", "ArrowDown", "Home")
    stage.rest()
    stage.expect(after)
    assert stage.sent == sent + 1


def test_a_number_under_the_pointer_comes_when_it_is_looked_at(
    far: tuple[Stage, Situation],
) -> None:
    stage, after = far
    truth = traces_of(after)["lstm"]["cell"]
    at = Cell(stage.track("lstm.cell"), 32, 100, 20, 33)
    with stage.answered():
        stage.hover(at)
    said = figures(np.float32(truth[33, 20]), 7)
    expect(stage.page.locator(".gs-whisper")).to_have_text(
        f"c of unit 21 at step 34: {said:.7g}".replace("-", "−")
    )


def test_what_is_drawn_are_the_colours_of_the_core(far: tuple[Stage, Situation]) -> None:
    stage, after = far
    stage.press("End")  # what is to come is veiled
    stage.page.mouse.move(2, 2)
    stage.drawn()
    for part in ("gru.hidden", "lstm.forget"):
        cell, track = part.split(".")
        others = [unit for unit in range(32) if abs(unit - stage.cursor[1]) > 1]  # not marked
        seen = stage.painted(part, 32, 100)[others, :98]
        truth = colours(traces_of(after)[cell][track].T[others, :98], track)
        assert np.abs(seen - truth).max() <= 4


def test_an_undo_brings_every_number_back(far: tuple[Stage, Situation], core: Core) -> None:
    stage, _ = far
    with stage.answered():
        stage.press("Control+z")
    stage.expect(core("crowd"))
    stage.press("ArrowDown", "ArrowDown")
    stage.expect(core("crowd"))  # at once: only the equations of another unit are asked for
