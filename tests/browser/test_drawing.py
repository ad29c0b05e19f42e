"""An input drawn with the pointer: one change, the core's numbers at once, and one undo."""

from collections.abc import Callable

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Stage, differing, with_edits
from tests.browser.lensing import chart, point, settled

Core = Callable[..., Situation]
PAD = ".gs-pad-area"


def draw(stage: Stage, path: list[tuple[float, float]]) -> None:
    """Draw through points given as shares of the pad, from its left and top."""
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


def test_a_drawn_line_becomes_the_input_of_every_step_it_passes(stage: Stage, core: Core) -> None:
    stage.open("scene=pulse")
    stage.page.get_by_role("button", name="draw", exact=True).click()
    # Step 5 of 20 at the top is 1; down to step 11 near the bottom, which is -0.8.
    draw(stage, [(4.5 / 20, 0.0), (10.5 / 20, 0.9)])
    edits = stage.edits
    assert set(edits) == {f"x.{step}.0" for step in range(4, 11)}
    assert edits["x.4.0"] == 1.0
    assert abs(edits["x.10.0"] + 0.8) <= 0.01
    assert list(edits.values()) == sorted(edits.values(), reverse=True)
    after = with_edits(core("pulse"), edits)
    stage.expect(after)
    stage.press("End")
    stage.expect(after)
    with stage.answered():
        stage.press("Control+z")
    stage.rest()
    stage.expect(core("pulse"))
    assert stage.edits == {}


def test_one_of_several_channels_can_be_drawn(stage: Stage, core: Core) -> None:
    stage.open("scene=cue")
    stage.page.get_by_role("button", name="draw", exact=True).click()
    stage.page.get_by_label("Channel to draw").select_option("cue")
    draw(stage, [(11.2 / 20, 0.0), (11.8 / 20, 0.0)])
    assert stage.edits == {"x.11.1": 1.0}
    stage.expect(with_edits(core("cue"), {"x.11.1": 1.0}))


def test_the_pad_is_put_away_again(stage: Stage) -> None:
    stage.open("scene=pulse")
    button = stage.page.get_by_role("button", name="draw", exact=True)
    button.click()
    assert stage.page.locator(PAD).is_visible()
    button.click()
    assert not stage.page.locator(PAD).is_visible()


# What is painted before Plotly draws it -------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("part", ["terms", "curve"])
def test_a_chart_painted_at_once_is_the_one_plotly_draws_later(
    stage: Stage, part: str, scheme: str
) -> None:
    stage.page.emulate_media(color_scheme=scheme)
    stage.open("scene=crowd&with=none&view=why&u=4")
    settled(stage)
    plot = chart(stage, part).locator(".gs-plot")
    before = stage.picture(plot)
    stage.page.evaluate("window.restless = true")
    stage.page.mouse.click(*point(stage.track("gru.update"), 0.5, 0.4))
    stage.page.locator(".gs-sketch").first.wait_for(state="attached")
    at_once = stage.picture(plot)
    assert plot.locator(".gs-drawing").is_hidden()
    stage.page.evaluate("window.giveRest()")
    settled(stage)
    at_rest = stage.picture(plot)
    assert differing(before, at_rest) > 0.005
    assert differing(at_once, at_rest) < 0.002
