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
NEAR = 2  # of 255: colours are those of a palette of 256


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("scene", "target", "pixels"), DRAGS)
def test_a_dragged_number_reflows_the_sequence_and_stays(
    page: Stage, core: Core, scene: str, target: str, pixels: float
) -> None:
    page.open(f"scene={scene}")
    page.drawn(".gs-tracks")  # what is painted then is of the drag
    page.rest()
    situation, sent = core(scene), page.sent
    cell = page.cell_of(target, situation)
    with page.answered(1 + page.asks), page.dragging(cell, pixels):
        value = page.value
        assert (value - value_at(situation, Target.parse(target))) * pixels > 0
        dragged = with_edits(situation, {target: value})
        page.expect(dragged)
        check_colours(page, situation, dragged, target)
        assert page.sent == sent  # the page computes itself
        assert page.edits == {}
    page.wait()
    page.rest()
    assert page.sent == sent + 1  # and the change was told
    assert page.value == value
    page.expect(dragged)
    assert page.edits == {target: value}
    check_marked(page, situation, target)


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


@pytest.mark.thorough
def test_what_is_painted_at_once_is_what_plotly_draws_later(page: Stage, core: Core) -> None:
    page.open("scene=slate")
    page.rest()
    situation = core("slate")
    steps, units = len(situation.x), situation.weights["gru"].units
    page.page.evaluate("window.restless = true")
    with page.answered(1 + page.asks), page.dragging(page.cell_of("x.1.0", situation), 45):
        live = looks(page, situation)
    page.wait()
    at_once = looks(page, situation)
    assert page.track("gru.hidden").locator(".gs-live").is_visible()
    page.drawn(".gs-tracks")
    at_rest = looks(page, situation)
    for part, cells in at_rest.items():
        assert cells.shape == (units, steps, 3)
        other = np.arange(steps) != page.cursor[0]  # the mark lies over its own step
        assert np.abs(live[part] - cells)[:, other].max() <= NEAR
        assert np.abs(at_once[part] - cells)[:, other].max() <= NEAR
    page.expect(with_edits(situation, page.edits))


def looks(stage: Stage, situation: Situation) -> dict[str, np.ndarray]:
    return {
        f"{cell}.{track}": stage.painted(f"{cell}.{track}", trace.units, trace.steps)
        for cell, trace in traces_of(situation).items()
        for track in trace
    }


def test_lines_painted_at_once_are_the_lines_plotly_draws_later(page: Stage, core: Core) -> None:
    page.open()
    plot = page.lines("gru")
    before = page.picture(plot)
    page.page.evaluate("window.restless = true")
    page.drag(page.cell_of("gru.b_x.update.3", core("pulse")), -60)
    at_once = page.picture(plot)
    page.drawn(".gs-lines")
    at_rest = page.picture(plot)
    assert differing(before, at_rest) > 0.01
    assert differing(at_once, at_rest) < 0.002


def test_one_drag_after_another_on_the_same_number_goes_on_from_there(
    page: Stage, core: Core
) -> None:
    page.open()
    cell = page.cell_of("gru.b_x.update.3", core("pulse"))
    page.drag(cell, -30)
    page.wait()
    page.reload()
    first = page.edits["gru.b_x.update.3"]
    page.expect(with_edits(core("pulse"), {"gru.b_x.update.3": first}))
    sent = page.sent
    x, y = page.centre(cell)
    with page.answered(1 + page.asks):
        page.page.mouse.move(x, y)
        page.page.mouse.down()
        page.page.mouse.move(x, y + 30, steps=5)
        page.frame()
        second = page.value
        assert second < first
        page.expect(with_edits(core("pulse"), {"gru.b_x.update.3": second}))
        page.page.mouse.up()
    page.wait()
    assert page.sent <= sent + 2
    assert page.edits == {"gru.b_x.update.3": second}
    page.expect(with_edits(core("pulse"), {"gru.b_x.update.3": second}))


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


def test_a_drag_beyond_the_end_of_the_range_stops_there(page: Stage, core: Core) -> None:
    page.open()
    page.drag(page.cell_of("gru.h0.0", core("pulse")), 400)
    page.wait()
    assert page.edits == {"gru.h0.0": 1.0}
    page.expect(with_edits(core("pulse"), {"gru.h0.0": 1.0}))


def test_moving_the_cursor_in_mid_drag_shows_true_numbers_or_none(page: Stage, core: Core) -> None:
    page.open()
    situation = core("pulse")
    with (
        page.answered(1 + page.asks),
        page.dragging(page.cell_of("gru.b_x.update.1", situation), 45),
    ):
        dragged = with_edits(situation, {"gru.b_x.update.1": page.value})
        page.press("ArrowRight", "ArrowRight")
        page.rest()
        for cell, trace in traces_of(dragged).items():
            for track in trace:
                said = page.shown(f"{cell}.{track}")
                assert np.isnan(said) or said == figures(np.float32(trace[track][13, 1]), 3)
            sentence = page.text(f"[data-sentence={cell}]")
            assert sentence == "" or re.match(r"Unit 2( \(.+\))?, step 14: ", sentence)
    page.wait()
    page.expect(dragged)


def test_the_slider_in_the_bar_drags_by_keyboard(page: Stage, core: Core) -> None:
    page.open()
    page.choose("gru.b_x.update.3")
    page.rest()
    slider = page.editor.get_by_label("Value, as a slider")
    with page.answered():
        slider.press("ArrowLeft")
    page.wait()
    assert page.edits == {"gru.b_x.update.3": page.value}
    assert page.value < 6
    page.expect(with_edits(core("pulse"), page.edits))


def test_in_the_crowd_a_weight_and_an_input_follow_and_stay(page: Stage, core: Core) -> None:
    page.open("scene=crowd")
    situation = core("crowd")
    edits: dict[str, float] = {}
    for target, pixels in (("gru.w_h.update.7.4", 50), ("x.0.0", -60)):
        page.drawn(".gs-tracks")
        sent = page.sent
        with page.answered(1 + page.asks), page.dragging(page.cell_of(target, situation), pixels):
            edits[target] = page.value
            dragged = with_edits(situation, edits)
            page.expect(dragged)
            check_many_colours(page, dragged, ("gru", "lstm") if target[0] == "x" else ("gru",))
            assert page.sent == sent + page.asks
        page.wait()
        page.expect(dragged)
        assert page.edits == edits


def check_many_colours(stage: Stage, situation: Situation, cells: tuple[str, ...]) -> None:
    """Few colours may be left of a large sweep: near enough for the eye, and nowhere wrong."""
    traces = traces_of(situation)
    for cell in cells:
        for track in traces[cell]:
            painted = stage.live(f"{cell}.{track}")
            assert painted is not None
            off = np.abs(painted - colours(traces[cell][track].T, track))
            assert off.max() <= 40  # half a level of eight, where the scale is steepest


def test_in_the_reader_every_kind_of_number_can_be_dragged(page: Stage, core: Core) -> None:
    page.open("scene=reader")
    situation = core("reader")
    orders = screen_of(Setting(scene="reader")).orders
    top = orders["gru"][0]
    edits: dict[str, float] = {}
    for target in (f"gru.w_h.update.{top}.{orders['gru'][2]}", "x.0.3", "gru.h0.5", "lstm.c0.9"):
        order = orders.get(target.split(".")[0], ())
        with (
            page.answered(1 + page.asks),
            page.dragging(page.cell_of(target, situation, order), 55),
        ):
            edits[target] = page.value
            dragged = with_edits(situation, edits)
            page.expect(dragged)
        page.wait()
        assert page.edits == edits
        page.expect(dragged)
    page.reload()
    page.expect(dragged)


def test_a_weight_that_is_not_on_screen_is_chosen_in_the_editor(page: Stage, core: Core) -> None:
    page.open("scene=reader")
    target = "lstm.w_h.candidate.200.17"
    page.choose(target)
    page.wait()
    page.page.get_by_role("img", name="LSTM weights of the candidate.").wait_for()
    page.rest()
    slider = page.editor.get_by_label("Value, as a slider")
    with page.answered():
        slider.press("PageUp")
    page.wait()
    assert list(page.edits) == [target]
    page.expect(with_edits(core("reader"), page.edits))


def test_an_answer_does_not_overwrite_an_index_that_is_being_typed(remote: Stage) -> None:
    remote.open()
    remote.choose("gru.w_h.update.0.0")
    unit, other = (remote.page.locator(".gs-where input").nth(at) for at in (0, 1))
    remote.page.evaluate("window.holding = true")
    unit.fill("3")
    unit.press("Tab")
    other.fill("2")
    with remote.answered():
        remote.page.evaluate("window.letThrough()")
    assert other.input_value() == "2"
    with remote.answered():
        other.press("Tab")
    remote.rest()
    remote.type("0.5")
    assert remote.edits == {"gru.w_h.update.2.1": 0.5}


def test_a_finger_taps_a_weight_and_drags_the_slider(
    seen: Callable[..., Stage], core: Core
) -> None:
    phone = seen(finger=True)
    phone.open()
    situation = core("pulse")
    with phone.answered(phone.asks):
        phone.page.touchscreen.tap(*phone.centre(phone.cell_of("gru.b_x.update.3", situation)))
    phone.rest()
    assert phone.value == 6
    slider = phone.editor.get_by_label("Value, as a slider")
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


@pytest.mark.parametrize("hold", [0, 300])
def test_a_number_that_is_let_go_where_it_began_leaves_all_as_it_was(
    page: Stage, core: Core, hold: int
) -> None:
    page.open("scene=crowd&view=kept")
    page.drawn()
    page.rest()
    situation, sent = core("crowd"), page.sent
    written = page.page.locator(".gs-inside").inner_text()
    cell = page.cell_of("x.49.0", situation)
    x, y = page.centre(cell)
    with page.answered(page.asks):
        page.page.mouse.move(x, y)
        page.page.mouse.down()
    page.page.mouse.move(x, y - 60, steps=5)
    page.page.wait_for_timeout(hold)  # what nobody sees is written, or is not
    page.page.mouse.move(x, y, steps=5)
    page.page.mouse.up()
    page.rest()
    page.expect(situation)
    assert page.edits == {}
    assert page.page.locator(".gs-lens.gs-stale").count() == 0
    assert page.page.locator(".gs-inside").inner_text() == written
    assert page.sent == sent
