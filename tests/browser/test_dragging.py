"""Dragging a number: everything follows live, and what is let go of is what the core computes."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from app.screen.screen import screen_of
from app.setting.setting import Setting
from gru_core.situation import Situation, Target, value_at
from tests.browser.driver import (
    Stage,
    as_number,
    colours,
    differing,
    figures,
    traces_of,
    with_edits,
)

Core = Callable[..., Situation]

# Scene, target and pixels: at least one of every kind of number, in both directions.
DRAGS = [
    ("pulse", "gru.b_x.update.3", -60),
    ("slate", "gru.w_h.candidate.0.1", 45),
    ("cue", "gru.w_x.reset.1.0", -30),
    ("pulse", "x.3.0", -40),
    ("pulse", "gru.h0.2", 50),
    ("slate", "lstm.w_x.forget.0.0", 35),
    ("pulse", "lstm.c0.1", 60),
    ("binary", "lstm.b_h.output.0", -50),
]
NEAR = 4  # of 255: a sweep keeps 256 levels where there is room for them


@pytest.mark.parametrize(("scene", "target", "pixels"), DRAGS)
def test_a_dragged_number_reflows_the_sequence_and_stays(
    stage: Stage, core: Core, scene: str, target: str, pixels: float
) -> None:
    stage.open(f"scene={scene}")
    stage.rest()
    situation, sent = core(scene), stage.sent
    cell = stage.cell_of(target, situation)
    with stage.answered(2), stage.dragging(cell, pixels):
        value = stage.value
        assert (value - value_at(situation, Target.parse(target))) * pixels > 0
        dragged = with_edits(situation, {target: value})
        stage.expect(dragged)
        check_colours(stage, situation, dragged, target)
        assert stage.sent == sent + 1  # the sweep was asked for
        assert stage.edits == {}
    stage.wait()
    stage.rest()
    assert stage.sent == sent + 2  # and the change was told
    assert stage.value == value
    stage.expect(dragged)
    assert stage.edits == {target: value}
    check_marked(stage, situation, target)


def check_colours(stage: Stage, before: Situation, after: Situation, target: str) -> None:
    """The tracks that the target acts on are painted, and painted as the core has them."""
    owner = target.split(".")[0]
    old, changed = traces_of(before), 0
    for cell, trace in traces_of(after).items():
        for track in trace:
            painted = stage.live(f"{cell}.{track}")
            if owner not in ("x", cell):
                assert painted is None
                continue
            assert painted is not None
            assert np.abs(painted - colours(trace[track].T, track)).max() <= NEAR
            changed += np.abs(painted - colours(old[cell][track].T, track)).max() > NEAR
    assert changed


def check_marked(stage: Stage, situation: Situation, target: str) -> None:
    """The edited cell has its mark, and both the cell and the editor know what it was."""
    cell = stage.cell_of(target, situation)
    mark = cell.plot.locator(".gs-edited")
    assert mark.count() == 1
    box, area = mark.bounding_box(), cell.plot.locator(".gs-area").bounding_box()
    assert box is not None
    assert area is not None
    assert (box["x"] - area["x"]) / area["width"] == pytest.approx(
        cell.column / cell.columns, abs=0.02
    )
    assert (box["y"] - area["y"]) / area["height"] == pytest.approx(cell.row / cell.rows, abs=0.02)
    was = value_at(situation, Target.parse(target))
    assert as_number(stage.text(".gs-old").removeprefix("was ")) == figures(was, 3)
    assert "was " in stage.hover(cell)


def test_what_is_painted_at_once_is_what_plotly_draws_later(stage: Stage, core: Core) -> None:
    stage.open("scene=slate")
    situation = core("slate")
    steps, units = len(situation.x), situation.weights["gru"].units
    stage.page.evaluate("window.restless = true")
    with stage.answered(2), stage.dragging(stage.cell_of("x.1.0", situation), 45):
        live = looks(stage, situation)
    stage.wait()
    at_once = looks(stage, situation)
    assert stage.track("gru.hidden").locator(".gs-live").is_visible()
    stage.page.evaluate("window.giveRest()")
    stage.drawn()
    at_rest = looks(stage, situation)
    for part, cells in at_rest.items():
        assert cells.shape == (units, steps, 3)
        other = np.arange(steps) != stage.cursor[0]  # the mark lies over its own step
        assert np.abs(live[part] - cells)[:, other].max() <= NEAR
        assert np.abs(at_once[part] - cells)[:, other].max() <= NEAR
    stage.expect(with_edits(situation, stage.edits))


def looks(stage: Stage, situation: Situation) -> dict[str, np.ndarray]:
    return {
        f"{cell}.{track}": stage.painted(f"{cell}.{track}", trace.units, trace.steps)
        for cell, trace in traces_of(situation).items()
        for track in trace
    }


def test_lines_painted_at_once_are_the_lines_plotly_draws_later(stage: Stage, core: Core) -> None:
    stage.open()
    plot = stage.lines("gru")
    before = stage.picture(plot)
    stage.page.evaluate("window.restless = true")
    stage.drag(stage.cell_of("gru.b_x.update.3", core("pulse")), -60)
    at_once = stage.picture(plot)
    stage.page.evaluate("window.giveRest()")
    stage.drawn()
    at_rest = stage.picture(plot)
    assert differing(before, at_rest) > 0.01
    assert differing(at_once, at_rest) < 0.002


def test_one_drag_after_another_on_the_same_number_goes_on_from_there(
    stage: Stage, core: Core
) -> None:
    stage.open()
    cell = stage.cell_of("gru.b_x.update.3", core("pulse"))
    stage.drag(cell, -30)
    stage.wait()
    stage.reload()
    first = stage.edits["gru.b_x.update.3"]
    stage.expect(with_edits(core("pulse"), {"gru.b_x.update.3": first}))
    sent = stage.sent
    x, y = stage.centre(cell)
    with stage.answered(2):
        stage.page.mouse.move(x, y)
        stage.page.mouse.down()
        stage.page.mouse.move(x, y + 30, steps=5)
        stage.frame()
        second = stage.value
        assert second < first
        stage.expect(with_edits(core("pulse"), {"gru.b_x.update.3": second}))
        stage.page.mouse.up()
    stage.wait()
    assert stage.sent <= sent + 2
    assert stage.edits == {"gru.b_x.update.3": second}
    stage.expect(with_edits(core("pulse"), {"gru.b_x.update.3": second}))


def test_dragging_back_to_where_it_was_changes_nothing(stage: Stage, core: Core) -> None:
    stage.open()
    cell = stage.cell_of("gru.b_x.update.3", core("pulse"))
    with stage.dragging(cell, 40):
        x, y = stage.centre(cell)
        stage.page.mouse.move(x, y, steps=5)
    stage.rest()
    assert stage.edits == {}
    stage.expect(core("pulse"))
    assert stage.page.get_by_role("button", name="undo").is_disabled()


def test_a_drag_beyond_the_end_of_the_range_stops_there(stage: Stage, core: Core) -> None:
    stage.open()
    stage.drag(stage.cell_of("gru.h0.0", core("pulse")), 400)
    stage.wait()
    assert stage.edits == {"gru.h0.0": 1.0}
    stage.expect(with_edits(core("pulse"), {"gru.h0.0": 1.0}))


def test_moving_the_cursor_in_mid_drag_shows_true_numbers_or_none(stage: Stage, core: Core) -> None:
    stage.open()
    situation = core("pulse")
    with stage.answered(2), stage.dragging(stage.cell_of("gru.b_x.update.1", situation), 45):
        dragged = with_edits(situation, {"gru.b_x.update.1": stage.value})
        stage.press("ArrowRight", "ArrowRight")
        stage.rest()
        for cell, trace in traces_of(dragged).items():
            for track in trace:
                said = stage.shown(f"{cell}.{track}")
                assert np.isnan(said) or said == figures(np.float32(trace[track][13, 1]), 3)
            sentence = stage.text(f"[data-sentence={cell}]")
            assert sentence == "" or re.match(r"Unit 2( \(.+\))?, step 14: ", sentence)
    stage.wait()
    stage.expect(dragged)


def test_the_slider_in_the_bar_drags_by_keyboard(stage: Stage, core: Core) -> None:
    stage.open()
    stage.choose("gru.b_x.update.3")
    stage.rest()
    slider = stage.page.get_by_label("Value, as a slider")
    with stage.answered():
        slider.press("ArrowLeft")
    stage.wait()
    assert stage.edits == {"gru.b_x.update.3": stage.value}
    assert stage.value < 6
    stage.expect(with_edits(core("pulse"), stage.edits))


def test_in_the_crowd_a_weight_and_an_input_follow_and_stay(stage: Stage, core: Core) -> None:
    stage.open("scene=crowd")
    situation = core("crowd")
    edits: dict[str, float] = {}
    for target, pixels in (("gru.w_h.update.7.4", 50), ("x.0.0", -60)):
        sent = stage.sent
        with stage.answered(2), stage.dragging(stage.cell_of(target, situation), pixels):
            edits[target] = stage.value
            dragged = with_edits(situation, edits)
            stage.expect(dragged)
            check_many_colours(stage, dragged, ("gru", "lstm") if target[0] == "x" else ("gru",))
            assert stage.sent == sent + 1
        stage.wait()
        stage.expect(dragged)
        assert stage.edits == edits


def check_many_colours(stage: Stage, situation: Situation, cells: tuple[str, ...]) -> None:
    """Few colours may be left of a large sweep: near enough for the eye, and nowhere wrong."""
    traces = traces_of(situation)
    for cell in cells:
        for track in traces[cell]:
            painted = stage.live(f"{cell}.{track}")
            assert painted is not None
            off = np.abs(painted - colours(traces[cell][track].T, track))
            assert off.max() <= 40  # half a level of eight, where the scale is steepest


def test_in_the_reader_every_kind_of_number_can_be_dragged(stage: Stage, core: Core) -> None:
    stage.open("scene=reader")
    situation = core("reader")
    orders = screen_of(Setting(scene="reader")).orders
    top = orders["gru"][0]
    edits: dict[str, float] = {}
    for target in (f"gru.w_h.update.{top}.{orders['gru'][2]}", "x.0.3", "gru.h0.5", "lstm.c0.9"):
        order = orders.get(target.split(".")[0], ())
        with stage.answered(2), stage.dragging(stage.cell_of(target, situation, order), 55):
            edits[target] = stage.value
            dragged = with_edits(situation, edits)
            stage.expect(dragged)
        stage.wait()
        assert stage.edits == edits
        stage.expect(dragged)
    stage.reload()
    stage.expect(dragged)


def test_a_weight_that_is_not_on_screen_is_chosen_in_the_editor(stage: Stage, core: Core) -> None:
    stage.open("scene=reader")
    target = "lstm.w_h.candidate.200.17"
    stage.choose(target)
    stage.wait()
    stage.page.get_by_role("img", name="LSTM weights of the candidate.").wait_for()
    stage.rest()
    slider = stage.page.get_by_label("Value, as a slider")
    with stage.answered():
        slider.press("PageUp")
    stage.wait()
    assert list(stage.edits) == [target]
    stage.expect(with_edits(core("reader"), stage.edits))


def test_an_answer_does_not_overwrite_an_index_that_is_being_typed(stage: Stage) -> None:
    stage.open()
    stage.choose("gru.w_h.update.0.0")
    unit, other = (stage.page.locator(".gs-where input").nth(at) for at in (0, 1))
    stage.page.evaluate("window.holding = true")
    unit.fill("3")
    unit.press("Tab")
    other.fill("2")
    with stage.answered():
        stage.page.evaluate("window.letThrough()")
    assert other.input_value() == "2"
    with stage.answered():
        other.press("Tab")
    stage.rest()
    stage.type("0.5")
    assert stage.edits == {"gru.w_h.update.2.1": 0.5}


def test_a_finger_taps_a_weight_and_drags_the_slider(
    another: Callable[..., Stage], core: Core
) -> None:
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.open()
    situation = core("pulse")
    with phone.answered():
        phone.page.touchscreen.tap(*phone.centre(phone.cell_of("gru.b_x.update.3", situation)))
    phone.rest()
    assert phone.value == 6
    slider = phone.page.get_by_label("Value, as a slider")
    box = slider.bounding_box()
    assert box is not None
    with phone.answered():
        phone.page.touchscreen.tap(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    phone.wait()
    assert phone.edits == {"gru.b_x.update.3": phone.value}
    assert phone.value < 6
    phone.expect(with_edits(situation, phone.edits))
    sideways = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not phone.page.evaluate(sideways)
