"""A page that cannot compute what it shows: the server does, and nothing that was done is lost."""

import zlib
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from app.messages import core as messages_core
from app.messages.wire import pack
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
# More than a frame has time for: a worker computes it.
STEPS, UNITS = 300, 48
LARGE = f"scene=own&source=noise&steps={STEPS}&units={UNITS}&seed=1"
NO_WORKERS = "delete window.Worker"
FAILS_LATER = """
onmessage = ({ data }) => {
  if (!("core" in data)) throw new Error("lost");
};
"""
COMPUTES = "data-computes"


def large() -> Situation:
    """What the core has for the large scene."""
    return situation(own_scene(Own(source="noise", steps=STEPS, units=UNITS), 1))


def changed_by_the_server(stage: Stage, scene: Situation) -> None:
    """Whether a change is right on the screen and in the link, and so is taking it back."""
    expect(stage.page.locator(".gs-stage")).to_have_attribute(COMPUTES, "there")
    stage.choose(BIAS)
    stage.type("0.5")
    stage.expect(with_edits(scene, {BIAS: 0.5}))
    assert stage.edits == {BIAS: 0.5}
    with stage.answered():
        stage.press("Escape", "Control+z")
    stage.expect(scene)


def test_a_worker_computes_where_there_is_one(stage: Stage) -> None:
    stage.open(LARGE)
    stage.choose(BIAS)
    expect(stage.page.locator(".gs-stage")).to_have_attribute(COMPUTES, "here")
    stage.page.evaluate("window.holding = true")
    stage.editor.get_by_label("Exact value").fill("0.5")
    stage.press("Enter")
    stage.rest()
    stage.expect(with_edits(large(), {BIAS: 0.5}))
    stage.page.evaluate("window.letThrough()")


def test_a_browser_without_workers(stage: Stage) -> None:
    stage.page.add_init_script(NO_WORKERS)
    stage.open(LARGE)
    changed_by_the_server(stage, large())


def test_a_worker_that_does_not_come(stage: Stage) -> None:
    stage.page.route("**/worker.js", lambda route: route.abort())
    stage.open(LARGE)
    changed_by_the_server(stage, large())
    stage.troubles.clear()  # the browser complains of it, too


def test_a_worker_that_fails_in_the_middle_of_a_change(stage: Stage) -> None:
    body, kind = FAILS_LATER, "text/javascript"
    stage.page.route("**/worker.js", lambda route: route.fulfill(body=body, content_type=kind))
    stage.open(LARGE)
    expect(stage.page.locator(".gs-stage")).to_have_attribute(COMPUTES, "here")
    stage.choose(BIAS)
    stage.type("0.25")
    expect(stage.page.locator(".gs-stage")).to_have_attribute(COMPUTES, "there")
    stage.rest(600)  # it asks the server once it knows
    stage.wait()
    stage.expect(with_edits(large(), {BIAS: 0.25}))
    assert stage.edits == {BIAS: 0.25}
    stage.press("Escape")
    with stage.answered():
        stage.press("Control+z")
    changed_by_the_server(stage, large())
    stage.troubles.clear()


def too_few_weights(told: dict[str, Any]) -> None:
    told["cells"]["gru"]["weights"]["w_h"] = told["cells"]["gru"]["weights"]["w_h"][:-1]


def unknown_operation(told: dict[str, Any]) -> None:
    told["cells"]["lstm"]["step"]["operations"][-1]["kind"] = "guess"


def half_a_step(told: dict[str, Any]) -> None:
    told["inputs"] = 3


@pytest.mark.parametrize("wrong", [too_few_weights, unknown_operation, half_a_step])
def test_a_program_or_numbers_that_do_not_fit_are_not_executed(
    stage: Stage, core_of: Callable[[], dict[str, Any]], core: Core, wrong
) -> None:
    told = core_of()
    wrong(told)
    body = zlib.decompress(pack(told))
    stage.page.route("**/numbers/*core=*", lambda route: route.fulfill(body=body))
    stage.open()
    changed_by_the_server(stage, core("pulse"))


@pytest.fixture
def core_of() -> Callable[[], dict[str, Any]]:
    """What the page of the first scene is sent to compute with."""
    return lambda: {**messages_core.core(screen_of(Setting()))}


def test_what_fits_is_executed_when_it_is_handed_on_like_that(
    stage: Stage, core_of: Callable[[], dict[str, Any]]
) -> None:
    body = zlib.decompress(pack(core_of()))
    stage.page.route("**/numbers/*core=*", lambda route: route.fulfill(body=body))
    stage.open()
    expect(stage.page.locator(".gs-stage")).to_have_attribute(COMPUTES, "here")
