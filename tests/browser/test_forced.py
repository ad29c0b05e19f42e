"""Where the system chooses the colours, what is chosen, marked or pressed is told apart."""

from collections.abc import Callable

import numpy as np
import pytest

from gru_core.situation import Situation
from tests.browser.driver import Stage, colours, traces_of

Core = Callable[..., Situation]
SYSTEM = """
(names) => {
  const probe = document.body.appendChild(document.createElement("i"));
  const found = names.map((name) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return found;
}
"""


def style(stage: Stage, selector: str, of: str) -> str:
    found: str = stage.page.locator(selector).first.evaluate(
        "(element, of) => getComputedStyle(element)[of]", of
    )
    return found


@pytest.fixture(params=["light", "dark"])
def forced(seen: Callable[..., Stage], request: pytest.FixtureRequest) -> Stage:
    stage = seen(forced_colors="active", color_scheme=request.param)
    return stage.open("scene=pulse&t=1&u=1&e=gru.b_x.update.3_2.0~")


def test_what_is_pressed_is_told_from_what_is_not(forced: Stage) -> None:
    [highlight] = forced.page.evaluate(SYSTEM, ["Highlight"])
    assert style(forced, ".gs-tab[aria-selected=true]", "backgroundColor") == highlight
    assert style(forced, ".gs-tab[aria-selected=false]", "backgroundColor") != highlight
    assert style(forced, ".gs-steps [aria-pressed=true]", "backgroundColor") == highlight
    assert style(forced, ".gs-steps [aria-pressed=false]", "backgroundColor") != highlight


def test_words_and_marks_have_the_systems_colours(forced: Stage) -> None:
    text, paper = forced.page.evaluate(SYSTEM, ["CanvasText", "Canvas"])
    assert text != paper
    assert style(forced, ".gs-story p", "color") == text
    assert style(forced, "[data-part='gru.hidden'] .gs-time-mark", "backgroundColor") == text
    assert style(forced, ".gs-bar", "backgroundColor") == paper
    for button in forced.page.locator(".gs-bar button:visible").all():
        assert button.evaluate("(one) => getComputedStyle(one).borderTopWidth") == "1px"


def test_a_colour_that_is_a_number_stays_that_colour(forced: Stage, core: Core) -> None:
    forced.drawn()
    trace = traces_of(core("pulse"))["gru"]
    seen = forced.painted("gru.update", trace.units, trace.steps)[:3, 1:]
    wanted = colours(trace["update"].T, "update")[:3, 1:]  # unit 4 is changed
    assert np.abs(seen - wanted).max() <= 4
