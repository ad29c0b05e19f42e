"""Moving through time and units: mouse, keyboard, slider, playing; the server hears nothing."""

from collections.abc import Callable

import pytest

from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage

Core = Callable[..., Situation]

MARKS = """
() => [...document.querySelectorAll(".gs-plot")].map((plot) => {
  const area = plot.querySelector(".gs-area").getBoundingClientRect();
  const share = (mark, along) => {
    const element = plot.querySelector(mark);
    if (getComputedStyle(element).visibility === "hidden") return null;
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height) return null;
    return along === "x" ? (box.x + box.width / 2 - area.x) / area.width
      : (box.y + box.height / 2 - area.y) / area.height;
  };
  return {
    label: plot.getAttribute("aria-label"),
    time: share(".gs-time-mark", "x"),
    unit: share(".gs-unit-mark", "y"),
  };
})
"""


@pytest.fixture
def quiet(page: Stage) -> Stage:
    """The first scene, at rest, at step 4 and unit 4."""
    page.open("scene=pulse")
    page.click(Cell(page.track("gru.reset"), 4, 20, 3, 3))
    page.rest(100)
    return page


def marks(stage: Stage) -> list[dict[str, float | None]]:
    found: list[dict[str, float | None]] = stage.page.evaluate(MARKS)
    return found


def test_clicking_a_cell_moves_one_cursor_on_every_plot(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    quiet.click(Cell(quiet.track("lstm.output"), 4, 20, 1, 11))
    assert quiet.cursor == (11, 1)
    quiet.expect(core("pulse"))
    seen = marks(quiet)
    timed = [mark["time"] for mark in seen if mark["time"] is not None]
    assert len(timed) == 1 + 4 + 6 + 2  # the input, the tracks, the lines of both cells
    assert timed == pytest.approx([11.5 / 20] * len(timed), abs=0.01)
    placed = [mark["unit"] for mark in seen if mark["unit"] is not None]
    assert len(placed) >= 4 + 6
    assert placed == pytest.approx([1.5 / 4] * len(placed), abs=0.02)
    assert quiet.sent == before


def test_dragging_over_a_heatmap_scrubs(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    plot = quiet.track("gru.update")
    x, y = quiet.centre(Cell(plot, 4, 20, 2, 0))
    quiet.page.mouse.move(x, y)
    quiet.page.mouse.down()
    for step in (5, 17, 9):
        quiet.page.mouse.move(*quiet.centre(Cell(plot, 4, 20, 2, step)), steps=4)
        quiet.followed()
        assert quiet.cursor == (step, 2)
        quiet.expect(core("pulse"))
    quiet.page.mouse.up()
    assert quiet.sent == before


def test_the_slider_and_the_buttons_step(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    slider = quiet.page.get_by_label("Timestep")
    slider.fill("13")
    assert quiet.cursor == (12, 3)
    steps = {"First step": 0, "Step forward": 1, "Last step": 19, "Step back": 18}
    for name, step in steps.items():
        quiet.page.get_by_role("button", name=name).click()
        assert quiet.cursor == (step, 3)
        quiet.expect(core("pulse"))
    assert quiet.text(".gs-step-label") == "step 19 of 20"
    assert quiet.sent == before


def test_keys_step_through_time_and_units(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    for key, cursor in (
        ("ArrowRight", (4, 3)),
        ("ArrowLeft", (3, 3)),
        ("End", (19, 3)),
        ("ArrowRight", (19, 3)),
        ("Home", (0, 3)),
        ("ArrowUp", (0, 2)),
        ("ArrowUp", (0, 1)),
        ("ArrowDown", (0, 2)),
    ):
        quiet.press(key)
        assert quiet.cursor == cursor
        quiet.expect(core("pulse"))
    assert quiet.sent == before


def test_keys_step_while_a_slider_or_a_button_has_the_focus(quiet: Stage) -> None:
    for focused in (
        quiet.page.get_by_label("Timestep"),
        quiet.page.get_by_role("button", name="Step forward"),
    ):
        focused.focus()
        quiet.press("Home", "ArrowRight")
        assert quiet.cursor == (1, 3)


def test_keys_belong_to_a_field_while_somebody_types(quiet: Stage) -> None:
    quiet.choose("gru.b_x.update.3")
    step = quiet.cursor[0]
    quiet.editor.get_by_label("Exact value").focus()
    quiet.press("ArrowLeft", "Home", "End", " ")
    assert quiet.cursor[0] == step
    quiet.press("Escape", "Escape")


def test_space_plays_to_the_end_and_pauses(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    quiet.press("Home")
    quiet.page.get_by_label("Playing speed").select_option("8")
    quiet.page.locator("h1").evaluate("() => document.activeElement.blur()")
    quiet.press(" ")
    quiet.page.wait_for_function("() => document.querySelector('.gs-scrub').value > 3")
    quiet.press(" ")
    paused = quiet.cursor
    quiet.rest(500)
    assert quiet.cursor == paused
    assert 0 < paused[0] < 19
    quiet.expect(core("pulse"))
    quiet.press(" ")
    quiet.page.wait_for_function("() => document.querySelector('.gs-scrub').value === '20'")
    assert quiet.sent == before


def test_a_faster_speed_plays_in_less_time(quiet: Stage) -> None:
    took = """async (speed) => {
      const select = document.querySelector("[aria-label='Playing speed']");
      select.value = speed;
      select.dispatchEvent(new Event("change"));
      document.querySelector("[title^='First step']").click();
      const from = performance.now();
      document.querySelector("[title^='Play']").click();
      const step = () => Number(document.querySelector(".gs-scrub").value);
      while (step() < 5) await new Promise(requestAnimationFrame);
      document.querySelector("[title^='Play']").click();
      return performance.now() - from;
    }"""
    assert quiet.page.evaluate(took, "2") > 2 * quiet.page.evaluate(took, "8")


def test_the_link_follows_the_cursor_and_brings_it_back(quiet: Stage, core: Core) -> None:
    before = quiet.sent
    quiet.click(Cell(quiet.track("gru.hidden"), 4, 20, 1, 6))
    quiet.page.wait_for_url("**/?*t=7&u=2*")
    assert quiet.sent == before
    quiet.reload()
    assert quiet.cursor == (6, 1)
    quiet.expect(core("pulse"))


def test_the_lines_show_the_chosen_unit(quiet: Stage) -> None:
    path = quiet.lines("gru").locator(".scatterlayer path.js-line").last
    quiet.drawn(".gs-lines")
    latched = path.get_attribute("d")
    quiet.press("ArrowUp", "ArrowUp", "ArrowUp")
    quiet.drawn(".gs-lines")
    assert path.get_attribute("d") != latched
    quiet.press("ArrowDown", "ArrowDown", "ArrowDown")
    quiet.drawn(".gs-lines")
    assert path.get_attribute("d") == latched
