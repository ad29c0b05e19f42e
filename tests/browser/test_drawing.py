"""An input drawn with the pointer: one change, the core's numbers at once, and one undo."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, differing, with_edits
from tests.browser.lensing import chart, point, settled

Core = Callable[..., Situation]
PAD = ".gs-pad-area"


def opener(stage: Stage) -> Locator:
    """The button that brings the pad, and puts it away."""
    return stage.page.get_by_role("button", name="draw", exact=True)


def draw(stage: Stage, path: list[tuple[float, float]]) -> None:
    """Draw through points given as shares of the pad, from its left and top; put it away."""
    pad = stage.page.locator(PAD)
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    points = [(box["x"] + u * box["width"], box["y"] + v * box["height"]) for u, v in path]
    stage.page.mouse.move(*points[0])
    stage.page.mouse.down()
    for place in points[1:]:
        stage.page.mouse.move(*place)
    with stage.answered():
        stage.page.mouse.up()
    stage.wait()
    stage.rest()
    opener(stage).click()


def test_a_drawn_line_becomes_the_input_of_every_step_it_passes(page: Stage, core: Core) -> None:
    page.open("scene=pulse")
    opener(page).click()
    # Step 5 of 20 at the top is 1; down to step 11 near the bottom, which is -0.8.
    draw(page, [(4.5 / 20, 0.0), (10.5 / 20, 0.9)])
    edits = page.edits
    assert set(edits) == {f"x.{step}.0" for step in range(4, 11)}
    assert edits["x.4.0"] == 1.0
    assert abs(edits["x.10.0"] + 0.8) <= 0.01
    assert list(edits.values()) == sorted(edits.values(), reverse=True)
    after = with_edits(core("pulse"), edits)
    page.expect(after)
    page.press("End")
    page.expect(after)
    with page.answered():
        page.press("Control+z")
    page.rest()
    page.expect(core("pulse"))
    assert page.edits == {}


def test_one_of_several_channels_can_be_drawn(page: Stage, core: Core) -> None:
    page.open("scene=cue")
    opener(page).click()
    page.page.get_by_label("Channel to draw").select_option("cue")
    draw(page, [(11.2 / 20, 0.0), (11.8 / 20, 0.0)])
    assert page.edits == {"x.11.1": 1.0}
    page.expect(with_edits(core("cue"), {"x.11.1": 1.0}))


def test_the_pad_is_put_away_again(page: Stage) -> None:
    page.open("scene=pulse")
    button = opener(page)
    button.click()
    assert page.page.locator(PAD).is_visible()
    button.click()
    assert not page.page.locator(PAD).is_visible()


# What is painted before Plotly draws it -------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_painted_at_once_is_the_one_plotly_draws_later(stage: Stage, scheme: str) -> None:
    stage.page.emulate_media(color_scheme=scheme)
    stage.open("scene=crowd&with=none&view=why&u=4")

    def pictures() -> list[np.ndarray]:
        parts = (chart(stage, part).locator(".gs-plot") for part in ("terms", "curve"))
        return [stage.picture(plot) for plot in parts]

    settled(stage)
    stage.drawn(".gs-charts")
    before = pictures()
    stage.page.mouse.click(*point(stage.track("gru.update"), 0.5, 0.4))
    settled(stage)
    expect(stage.page.locator(".gs-charts .gs-sketch")).to_have_count(2)
    drawings = stage.page.locator(".gs-charts .gs-drawing")
    hidden = "(all) => all.map((one) => getComputedStyle(one).contentVisibility)"
    assert drawings.evaluate_all(hidden) == ["hidden"] * 2
    at_once = pictures()
    stage.drawn(".gs-charts")
    for old, painted, drawn in zip(before, at_once, pictures(), strict=True):
        assert differing(old, drawn) > 0.005
        assert differing(painted, drawn) < 0.002
