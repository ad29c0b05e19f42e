"""Another notation or scene: painted at once, drawn by Plotly only where the picture is another."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from app.messages.parts import parts
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.conventions import CHUNG
from tests.browser.driver import Stage, differing

# Counts what Plotly draws, and remembers what it drew on.
COUNT = """
() => {
  const { react } = Plotly;
  window.reacted = 0;
  window.before = [...document.querySelectorAll(".gs-drawing")];
  Plotly.react = (...given) => {
    window.reacted += 1;
    return react(...given);
  };
}
"""


def opened(stage: Stage, query: str) -> int:
    """A page with everything drawn, its idle moments kept back; returns how many plots it has."""
    stage.open(query)
    stage.drawn()
    stage.page.evaluate(COUNT)
    stage.page.evaluate("window.restless = true")
    return int(stage.page.evaluate("window.before.length"))


def changed(one: Setting, other: Setting) -> set[str]:
    """The plots whose frames or numbers two settings do not have in common."""
    before, after = (
        {part.name: part.digest for part in parts(screen_of(setting), {}) if part.build}
        for setting in (one, other)
    )
    return {name for name, digest in after.items() if before.get(name) != digest}


def reacted(stage: Stage) -> int:
    """How many plots Plotly has drawn since."""
    count: int = stage.page.evaluate("window.reacted")
    return count


def given_rest(stage: Stage) -> None:
    """The browser has time again; wait until Plotly has caught up."""
    stage.page.evaluate("window.giveRest()")
    stage.drawn()


def plots(stage: Stage) -> list[Locator]:
    """Every plot that is on show."""
    return [one for one in stage.page.locator(".gs-plot").all() if one.is_visible()]


@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_another_notation_draws_only_the_plots_that_it_changes(stage: Stage, scene: str) -> None:
    count = opened(stage, f"scene={scene}&notation=pytorch")
    other = changed(Setting(scene=scene), Setting(scene=scene, notation=CHUNG))
    stage.pick("Notation", "Chung")
    expect(stage.page).to_have_url(re.compile("notation=chung"))
    stage.wait()
    assert reacted(stage) == 0
    given_rest(stage)
    assert {"gru.update", "gru.weights.update"} <= other
    assert reacted(stage) == len(other | {"gru.lines"}) < count  # they show the update gate, too
    assert stage.page.evaluate("window.before.every((one) => one.isConnected)")


def test_another_scene_is_painted_before_plotly_draws_any_of_it(stage: Stage) -> None:
    count = opened(stage, "scene=pulse")
    stage.pick("Scene", "A cue says what to keep")
    stage.shows("cue")
    assert reacted(stage) == 0
    expect(stage.page.locator(".gs-sketched")).to_have_count(count)
    given_rest(stage)
    assert reacted(stage) == count


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("query", ["scene=slate", "scene=crowd&notation=chung", "scene=elnino"])
def test_a_screen_painted_at_once_is_the_one_plotly_draws_later(
    stage: Stage, query: str, scheme: str
) -> None:
    stage.page.emulate_media(color_scheme=scheme)
    stage.page.set_viewport_size({"width": 1280, "height": 2600})
    stage.page.add_init_script("window.restless = true")
    stage.open(query)
    stage.rest()
    every = plots(stage)
    at_once = [stage.picture(plot) for plot in every]
    assert stage.page.locator(".gs-sketched").count() >= len(every)
    given_rest(stage)
    for plot, painted in zip(every, at_once, strict=True):
        name = plot.get_attribute("aria-label")
        assert differing(painted, stage.picture(plot)) < 0.003, name


def test_a_smaller_window_is_painted_at_once_too(stage: Stage) -> None:
    opened(stage, "scene=pulse")
    stage.page.set_viewport_size({"width": 1100, "height": 800})
    stage.rest()
    assert reacted(stage) == 0
    plot = stage.track("gru.candidate")
    at_once = stage.picture(plot)
    given_rest(stage)
    at_rest = stage.picture(plot)
    assert np.array_equal(at_once.shape, at_rest.shape)
    assert differing(at_once, at_rest) < 0.003


def test_a_picture_taken_at_once_has_the_plots_as_plotly_draws_them(stage: Stage) -> None:
    count = opened(stage, "scene=pulse")
    stage.pick("Scene", "A cue says what to keep")
    stage.shows("cue")
    stage.page.locator(".gs-extras button", has_text="picture").click()
    items = stage.page.locator(".gs-extras .gs-pictures button", has_text="Whole stage")
    with stage.page.expect_download():
        items.filter(has_text="SVG").click()
    assert reacted(stage) == count
    expect(stage.page.locator(".gs-sketch")).to_have_count(0)
