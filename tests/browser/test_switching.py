"""Another notation or scene: painted at once, drawn by Plotly only where the picture is another."""

import re
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from app.messages.parts import parts
from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.conventions import CHUNG
from tests.browser.driver import Stage, differing

# Counts what Plotly draws, and remembers what it drew on.
COUNT = """
() => {
  window.react ??= Plotly.react;
  window.reacted = 0;
  window.before = [...document.querySelectorAll(".gs-drawing")];
  Plotly.react = (...given) => {
    window.reacted += 1;
    return window.react(...given);
  };
}
"""
# What the opened cell says, in its equations and in its wiring.
CELL = """
() => [...document.querySelectorAll(".gs-pieces, .gs-diagram text")].map((one) => one.textContent)
"""
# Counts how often a plot is measured between a choice in a list and its screen, and what the opened
# cell says at the first time.
MEASURED = """
() => {
  const { get } = Object.getOwnPropertyDescriptor(Element.prototype, "clientWidth");
  let count = null;
  window.measured = window.said = null;
  Object.defineProperty(Element.prototype, "clientWidth", { get() {
    if (count !== null && this.matches(".gs-plot")) {
      if (!count) window.said = (CELL)();
      count += 1;
    }
    return get.call(this);
  } });
  document.addEventListener("click", ({ target }) => {
    if (target.matches("[role=option]")) count = 0;
  }, true);
  const shown = () => {
    if (count !== null) window.measured = count;
    count = null;
  };
  const stage = document.querySelector(".gs-stage");
  new MutationObserver(shown).observe(stage, { attributeFilter: ["data-ack"] });
}
""".replace("CELL", CELL)
TALL = 3100  # pixels: a window without anything below it
# What every plot on show is of, and where it is in whole pixels: left, top, right, bottom.
PLACES = """
(plots) => plots.filter((one) => one.checkVisibility()).map((one) => {
  const { left, top, right, bottom } = one.getBoundingClientRect();
  const place = [Math.floor(left), Math.floor(top), Math.ceil(right), Math.ceil(bottom)];
  return [one.closest("[data-part]")?.dataset.part ?? one.getAttribute("aria-label"), ...place];
})
"""


def opened(stage: Stage, query: str) -> int:
    """A page with everything drawn; returns how many plots it has."""
    stage.open(query)
    stage.drawn()
    stage.page.evaluate(COUNT)
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


@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_another_notation_draws_only_the_plots_that_it_changes(page: Stage, scene: str) -> None:
    count = opened(page, f"scene={scene}&notation=pytorch")
    other = changed(Setting(scene=scene), Setting(scene=scene, notation=CHUNG))
    page.pick("Notation", "Chung")
    page.page.wait_for_url(re.compile("notation=chung"))
    page.wait()
    assert reacted(page) == 0
    page.drawn()
    assert {"gru.update", "gru.weights.update"} <= other
    assert reacted(page) == len(other | {"gru.lines"}) < count  # they show the update gate, too
    assert page.page.evaluate("window.before.every((one) => one.isConnected)")


@pytest.mark.parametrize("scene", ["pulse", "crowd"])
def test_another_notation_is_one_message_and_no_run_of_the_page(page: Stage, scene: str) -> None:
    opened(page, f"scene={scene}&notation=pytorch")
    page.settings.click()
    listed = page.page.get_by_role("combobox", name="Notation")
    for name in ("Chung", "Cho", "PyTorch"):
        listed.click()
        page.rest()
        sent = page.sent  # to the route of events, and to Streamlit
        page.page.get_by_role("listbox").get_by_role("option", name=name).click()
        expect(listed).to_contain_text(name)
        page.wait()
        page.rest()
        assert page.sent == sent + 1


def test_a_choice_is_on_show_before_the_page_runs_for_it(page: Stage) -> None:
    opened(page, "scene=pulse")
    page.page.get_by_role("combobox", name="Scene").click()
    page.rest()
    sent = page.sent
    with page.page.expect_response(lambda response: "/events/" in response.url):
        page.page.get_by_role("option", name="A trained network reads a word").click()
    page.page.get_by_role(
        "textbox", name="Word", exact=True
    ).wait_for()  # Streamlit's own, of that scene
    page.shows("reader", "recurrent")
    page.wait()
    assert page.sent > sent + 1
    assert page.page.title().startswith("A trained network reads a word")


def test_the_screen_before_is_measured_only_where_places_are_others(page: Stage) -> None:
    """What is measured before it is drawn has the whole page laid out once more."""
    opened(page, "scene=pulse")
    page.page.evaluate(MEASURED)
    page.pick("Notation", "Chung")
    page.page.wait_for_url(re.compile("notation=chung"))
    assert page.page.evaluate("window.measured") == 0
    page.pick("Scene", "A cue says what to keep")
    page.shows("cue")
    assert page.page.evaluate("window.measured") > 0


def test_the_opened_cell_has_its_room_when_the_plots_are_measured(page: Stage) -> None:
    """What is written after that has the whole page laid out once more."""
    opened(page, "scene=pulse")
    page.page.evaluate(MEASURED)
    page.pick("Scene", "A cue says what to keep")
    page.shows("cue")
    said = page.page.evaluate("window.said")
    assert said
    assert said == page.page.evaluate(CELL)


def test_another_scene_is_painted_before_plotly_draws_any_of_it(page: Stage) -> None:
    count = opened(page, "scene=pulse")
    page.pick("Scene", "A cue says what to keep")
    page.shows("cue")
    assert reacted(page) == 0
    expect(page.page.locator(".gs-sketched")).to_have_count(count)
    page.drawn()
    assert reacted(page) == count


def pictures(stage: Stage) -> list[tuple[str, np.ndarray]]:
    """How every plot that is on show looks: one look at a window that has them all."""
    stage.frame()
    every = stage.page.locator(".gs-plot").evaluate_all(PLACES)
    image = np.array(Image.open(BytesIO(stage.page.screenshot())).convert("RGB"), dtype=int)
    bar = stage.page.locator(".gs-bar").bounding_box()
    assert bar is not None
    assert max(bottom for *_, bottom in every) <= bar["y"]  # nothing is under it
    return [(of, image[top:bottom, left:right]) for of, left, top, right, bottom in every]


@pytest.mark.parametrize(
    ("query", "scheme"),
    [
        *(("scene=slate", "light"), ("scene=slate", "dark")),
        *(("scene=crowd&notation=chung", "light"), ("scene=elnino", "dark")),
    ],
)
def test_a_screen_painted_at_once_is_the_one_plotly_draws_later(
    seen: Callable[..., Stage], query: str, scheme: str
) -> None:
    stage = seen(viewport={"width": 1280, "height": TALL}, color_scheme=scheme).open(query)
    stage.rest()
    at_once = pictures(stage)
    assert len(at_once) > 10
    assert stage.page.locator(".gs-sketched").count() >= len(at_once)
    stage.drawn()
    for (of, painted), (_, drawn) in zip(at_once, pictures(stage), strict=True):
        assert differing(painted, drawn) < 0.003, of


def test_a_smaller_window_is_painted_at_once_too(page: Stage) -> None:
    opened(page, "scene=pulse")
    page.page.set_viewport_size({"width": 1100, "height": 800})
    page.rest()
    assert reacted(page) == 0
    plot = page.track("gru.candidate")
    at_once = page.picture(plot)
    page.drawn()
    at_rest = page.picture(plot)
    assert np.array_equal(at_once.shape, at_rest.shape)
    assert differing(at_once, at_rest) < 0.003


def test_a_picture_taken_at_once_has_the_plots_as_plotly_draws_them(page: Stage) -> None:
    count = opened(page, "scene=pulse")
    page.pick("Scene", "A cue says what to keep")
    page.shows("cue")
    page.page.locator(".gs-extras button", has_text="picture").click()
    items = page.page.locator(".gs-extras .gs-pictures button", has_text="Whole stage")
    with page.page.expect_download():
        items.filter(has_text="SVG").click()
    assert reacted(page) == count
    expect(page.page.locator(".gs-sketch")).to_have_count(0)
