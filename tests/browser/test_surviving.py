"""Slow networks, reloads, the back button, other tabs, and a server that goes away."""

from collections.abc import Callable

from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits
from tests.serving import free_port, serving

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
OTHER = "lstm.b_x.forget.2"


def test_letting_go_before_the_sweep_has_come_still_changes_the_number(
    remote: Stage, core: Core
) -> None:
    remote.open()
    situation = core("pulse")
    remote.rest()
    x, y = remote.centre(remote.cell_of(BIAS, situation))
    with remote.answered(2):
        remote.page.evaluate("window.holding = true")
        remote.page.mouse.move(x, y)
        remote.page.mouse.down()
        remote.page.mouse.move(x, y + 50, steps=5)
        remote.page.mouse.up()
        remote.rest()
        remote.expect(situation)
        remote.page.evaluate("window.letThrough()")
    remote.wait()
    assert list(remote.edits) == [BIAS]
    assert remote.edits[BIAS] < 6
    assert remote.value == remote.edits[BIAS]
    remote.expect(with_edits(situation, remote.edits))


def test_a_click_before_the_sweep_has_come_changes_nothing(remote: Stage, core: Core) -> None:
    remote.open()
    remote.rest()
    with remote.answered():
        remote.page.evaluate("window.holding = true")
        remote.click(remote.cell_of(BIAS, core("pulse")))
        remote.rest()
        remote.page.evaluate("window.letThrough()")
    remote.rest()
    assert remote.edits == {}
    remote.expect(core("pulse"))


def test_another_cell_chosen_before_the_sweep_has_come_is_the_one_that_changes(
    remote: Stage, core: Core
) -> None:
    remote.open()
    situation = core("pulse")
    remote.rest()
    remote.page.evaluate("window.holding = true")
    remote.click(remote.cell_of(BIAS, situation))
    with remote.answered(3):
        with_second = remote.cell_of("gru.b_x.update.1", situation)
        x, y = remote.centre(with_second)
        remote.page.mouse.move(x, y)
        remote.page.mouse.down()
        remote.page.evaluate("window.letThrough()")
        remote.rest()
        remote.page.mouse.move(x, y - 40, steps=5)
        remote.frame()
        remote.page.mouse.up()
    remote.wait()
    assert list(remote.edits) == ["gru.b_x.update.1"]
    remote.expect(with_edits(situation, remote.edits))


def test_the_screen_keeps_the_let_go_number_while_the_answer_is_on_its_way(
    stage: Stage, core: Core
) -> None:
    stage.open()
    situation = core("pulse")
    with stage.answered(1 + stage.asks):
        with stage.dragging(stage.cell_of(BIAS, situation), -45):
            value = stage.value
            stage.page.evaluate("window.holding = true")
        stage.rest()
        assert stage.value == value
        stage.expect(with_edits(situation, {BIAS: value}))
        stage.page.evaluate("window.letThrough()")
    stage.wait()
    stage.expect(with_edits(situation, {BIAS: value}))


def test_a_reload_in_mid_drag_leaves_no_half_edit(stage: Stage, core: Core) -> None:
    stage.open()
    stage.choose("x.5.0")
    stage.rest()
    stage.type("0.5")
    with stage.dragging(stage.cell_of(BIAS, core("pulse")), -45):
        stage.reload()
        assert stage.edits == {"x.5.0": 0.5}
        stage.expect(with_edits(core("pulse"), {"x.5.0": 0.5}))
    stage.rest()
    assert stage.edits == {"x.5.0": 0.5}


def test_the_back_button_takes_an_edit_back_and_forward_brings_it(stage: Stage, core: Core) -> None:
    stage.open()
    stage.drag(stage.cell_of(BIAS, core("pulse")), -45)
    stage.wait()
    stage.rest(700)  # the address follows the cursor after a while
    edited = stage.edits
    assert list(edited) == [BIAS]
    stage.page.go_back()
    stage.wait()
    stage.rest()
    assert stage.edits == {}
    stage.expect(core("pulse"))
    stage.page.go_forward()
    stage.wait()
    stage.rest()
    assert stage.edits == edited
    stage.expect(with_edits(core("pulse"), edited))


def test_a_change_on_its_way_when_back_is_pressed_is_a_step_to_undo(
    stage: Stage, core: Core
) -> None:
    stage.open("t=5&u=2")
    stage.choose(BIAS)
    stage.type("0.5")
    stage.choose(OTHER)
    stage.press("Escape", "End")
    stage.choose(OTHER)
    stage.rest(700)  # the address follows the cursor after a while
    stage.page.evaluate("window.holding = true")
    box = stage.editor.get_by_label("Exact value")
    box.fill("-2")
    box.press("Enter")
    stage.page.evaluate("window.holding = false")  # what is held stays so
    stage.page.go_back()
    expect(stage.page.locator(".gs-edited")).to_have_count(0)
    stage.frame()
    stage.expect(core("pulse"))
    at = stage.cursor
    stage.page.evaluate("window.letThrough()")
    told = stage.page.locator(".gs-told", has_text="undo shows it")
    told.wait_for()
    assert (stage.edits, stage.cursor) == ({}, at)
    stage.expect(core("pulse"))
    stage.press("Escape")
    with stage.answered():
        stage.press("Control+z")
    assert stage.edits == {BIAS: 0.5, OTHER: -2.0}
    stage.expect(with_edits(core("pulse"), stage.edits))


def test_each_press_of_back_takes_one_edit_back(stage: Stage, core: Core) -> None:
    stage.open()
    situation = core("pulse")
    for target in (BIAS, "gru.b_x.update.1"):
        stage.drag(stage.cell_of(target, situation), -45)
        stage.wait()
        stage.rest(700)
    both = stage.edits
    for edits in ({BIAS: both[BIAS]}, {}):
        stage.page.go_back()
        stage.wait()
        stage.rest()
        assert stage.edits == edits
        stage.expect(with_edits(situation, edits))


def test_looking_around_leaves_no_trace_in_the_history_of_the_browser(
    stage: Stage, core: Core
) -> None:
    stage.open()
    stage.rest(700)
    entries = stage.page.evaluate("history.length")
    for target in ("gru.b_x.update.1", "x.7.0", "lstm.c0.0"):
        with stage.answered(stage.asks):
            stage.click(stage.cell_of(target, core("pulse")))
    stage.press("Home", "ArrowRight")
    stage.rest(700)
    assert stage.page.evaluate("history.length") == entries


def test_two_tabs_do_not_disturb_each_other(
    stage: Stage, another: Callable[..., Stage], core: Core
) -> None:
    pages = {BIAS: stage, "x.2.0": another()}
    for page in pages.values():
        page.open()
    for value in (0.5, -0.25):
        for target, page in pages.items():
            page.page.bring_to_front()
            page.choose(target)
            page.rest(150)
            page.type(f"{value}")
    for target, page in pages.items():
        assert page.edits == {target: -0.25}
        page.expect(with_edits(core("pulse"), page.edits))


def test_edits_outlive_the_server_and_a_drag_goes_on_while_it_is_gone(
    another: Callable[..., Stage], core: Core
) -> None:
    port, other = free_port(), "gru.b_x.update.1"
    situation = core("pulse")
    with serving(port=port) as server:
        page = another(server.url)
        page.open()
        page.drag(page.cell_of(BIAS, situation), -45)
        page.wait()
        edits = dict(page.edits)
        page.press("ArrowRight")
        page.rest(600)
    page.rest(1000)
    page.press("ArrowRight")  # what needs no server goes on
    assert page.cursor == (13, 3)
    page.expect(with_edits(situation, edits))
    with serving(port=port):
        page.reconnected()
        page.wait()
        page.rest()
        assert page.edits == edits
        page.expect(with_edits(situation, edits))
        page.choose("x.5.0")
        page.rest()
        page.type("0.5")
        edits["x.5.0"] = 0.5
        assert page.edits == edits
        page.expect(with_edits(situation, edits))
        assert page.asks == 0
    page.rest()
    with page.dragging(page.cell_of(other, situation), -40):
        edits[other] = page.value
        page.expect(with_edits(situation, edits))
    page.rest()
    page.expect(with_edits(situation, edits))
    with serving(port=port):
        page.reconnected()
        page.page.wait_for_function(f"() => location.search.includes('{other}')", timeout=30_000)
        assert page.edits == edits
        page.reload()
        page.expect(with_edits(situation, edits))
        page.page.close()
    page.troubles.clear()  # of course the browser complained while nobody answered


def test_what_is_too_much_for_the_server_is_left_out_and_said(stage: Stage, core: Core) -> None:
    stage.open()
    stage.page.route("**/events/*", lambda route: route.fulfill(status=413), times=1)
    stage.drag(stage.cell_of(BIAS, core("pulse")), -40)
    notice = stage.notice("That was too much to be taken in at once")
    expect(notice).to_be_visible()
    stage.expect(core("pulse"))
    assert stage.edits == {}
    expect(notice).to_be_visible()  # still, though the server has been heard again
    stage.troubles.clear()  # the browser complains of such an answer, too
    stage.drag(stage.cell_of(BIAS, core("pulse")), -30)
    expect(notice).to_have_count(0)
    assert list(stage.edits) == [BIAS]
