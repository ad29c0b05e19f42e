"""Everything on screen says the same, however a number was changed and whatever is held."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from gru_core.situation import Situation
from tests.app.drawing import in_32_bits
from tests.browser.driver import Stage, traces_of, with_edits

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
DRAWN = """host => {
    const lines = host.querySelector('.gs-drawing').data;
    return lines.map(({ meta, y }) => [meta, Array.from(y)]);
}"""


def assert_lines_show(stage: Stage, situation: Situation) -> None:
    """Plotly's lines, once it has caught up, are the core's for the chosen unit."""
    stage.drawn(".gs-lines")
    _, unit = stage.cursor
    for cell, trace in traces_of(situation).items():
        for meta, drawn in stage.lines(cell).evaluate(DRAWN):
            owner, name = meta.split(".")
            of_input = owner == "x"
            wanted = situation.x[:, int(name)] if of_input else trace[name][:, unit]
            np.testing.assert_array_equal(np.float32(drawn), in_32_bits(wanted), meta)


def test_lines_follow_typed_numbers_undo_redo_and_reset(page: Stage, core: Core) -> None:
    scene = core("pulse")
    page.open()
    page.choose(BIAS)
    page.type("-4")
    edited = with_edits(scene, {BIAS: -4})
    assert_lines_show(page, edited)
    for button, shown in (("undo", scene), ("redo", edited), ("reset", scene)):
        with page.answered():
            page.page.get_by_role("button", name=button, exact=True).click()
        assert_lines_show(page, shown)


def test_lines_follow_a_typed_input(page: Stage, core: Core) -> None:
    page.open()
    page.choose("x.8.0")
    page.type("0.7")
    assert_lines_show(page, with_edits(core("pulse"), {"x.8.0": 0.7}))


def test_ctrl_z_after_a_typed_number_undoes_it(page: Stage, core: Core) -> None:
    page.open()
    page.choose(BIAS)
    page.type("1")
    with page.answered():
        page.press("Control+z")
    assert page.edits == {}
    page.expect(core("pulse"))


def test_escape_takes_a_drag_back(page: Stage, core: Core) -> None:
    page.open()
    with page.dragging(page.cell_of(BIAS, core("pulse")), -60):
        page.rest(300)
        page.press("Escape")
    page.rest()
    assert page.edits == {}
    assert page.value == 6
    page.expect(core("pulse"))
    assert_lines_show(page, core("pulse"))


def test_a_chosen_number_that_another_size_lacks_is_let_go(page: Stage) -> None:
    page.open()
    page.choose("lstm.b_x.forget.3")
    page.pick("Size of the LSTM", "about as many parameters")
    page.page.get_by_text("3 units").wait_for()
    assert page.editor.get_by_label("What to change").input_value() == ""


def test_every_unit_of_a_larger_cell_can_be_looked_at(page: Stage) -> None:
    page.open("with=rnn&match=parameters")
    units, _ = page.sizes("rnn")
    assert units == 8
    page.choose("rnn.b_x.hidden.7")
    assert page.text("[data-sentence=rnn]").startswith("Unit 8, step 12:")
    assert page.text("[data-sentence=gru]") == "There is no unit 8 here: this cell has 4."


def test_choosing_from_the_list_looks_at_that_unit_and_step(page: Stage) -> None:
    page.open()
    page.choose("gru.b_x.update.0")
    assert page.cursor == (11, 0)
    page.choose("x.12.0")
    assert page.cursor == (12, 0)


def test_the_cursor_and_the_link_agree_after_an_undo_and_a_choice(page: Stage) -> None:
    page.open()
    page.choose(BIAS)
    page.type("1")
    page.editor.get_by_label("Exact value").blur()
    page.press("End")
    with page.answered():
        page.press("Control+z")
    page.rest(600)
    assert (page.link["t"], page.cursor[0]) == ("20", 19)
    page.pick("Beside the GRU", "beside a plain RNN")
    page.page.locator("[data-sentence=rnn]").wait_for()
    page.rest(600)
    assert (page.link["t"], page.cursor[0]) == ("20", 19)
    page.press("ArrowLeft")
    assert page.cursor[0] == 18


def test_heatmaps_keep_the_dragged_value_through_a_resize(page: Stage, core: Core) -> None:
    page.open()
    cell = page.cell_of(BIAS, core("pulse"))
    with page.dragging(cell, -60):
        page.rest(300)
        page.page.set_viewport_size({"width": 1180, "height": 800})
        page.rest(300)
        assert page.track("gru.update").locator(".gs-live").is_visible()
    page.page.wait_for_url(re.compile(BIAS))
    assert BIAS in page.edits


@pytest.mark.parametrize("presses", [1, 5])
def test_playing_keeps_its_speed_however_often_space_is_pressed(stage: Stage, presses: int) -> None:
    stage.open("t=1")
    for _ in range(presses):
        stage.press(" ")
    stage.rest(2000)
    stage.press(" ")
    assert 1 <= stage.cursor[0] <= 3  # a step a second
