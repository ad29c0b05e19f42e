"""What a change leads to is on screen before the server answers, and is what it answers then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from gru_core.changes.interventions import Intervention
from gru_core.conventions import NOTATIONS
from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits
from tests.browser.test_many import PASTE
from tests.serving import free_port, serving

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
OTHER = "lstm.b_x.forget.2"


@contextmanager
def nobody_answers(stage: Stage) -> Iterator[None]:
    """Nothing that the page says gets away until the block ends; then it is answered."""
    stage.page.evaluate("window.holding = true")
    yield
    stage.page.evaluate("window.letThrough()")
    stage.page.wait_for_function("() => !document.querySelector('.gs-stage[data-stale]')")
    stage.rest(600)
    stage.wait()


def typed(stage: Stage, target: str, text: str) -> None:
    """Type a number, and wait for no answer."""
    stage.choose(target)
    box = stage.editor.get_by_label("Exact value")
    box.fill(text)
    box.press("Enter")


def test_typing_undo_redo_and_reset_need_no_answer(stage: Stage, core: Core) -> None:
    stage.open()
    scene = core("pulse")
    edits = {BIAS: 0.5, OTHER: -1.0, "x.6.0": 0.8}
    with nobody_answers(stage):
        for at, (target, value) in enumerate(edits.items(), start=1):
            typed(stage, target, f"{value}")
            stage.expect(with_edits(scene, dict(list(edits.items())[:at])))
        stage.press("Escape", "Control+z")
        stage.expect(with_edits(scene, {BIAS: 0.5, OTHER: -1.0}))
        stage.press("Control+z")
        stage.expect(with_edits(scene, {BIAS: 0.5}))
        stage.press("Control+Shift+z")
        stage.expect(with_edits(scene, {BIAS: 0.5, OTHER: -1.0}))
        stage.page.get_by_role("button", name="reset", exact=True).click()
        stage.expect(scene)
        stage.press("Control+z")
        stage.expect(with_edits(scene, {BIAS: 0.5, OTHER: -1.0}))
        assert stage.edits == {}  # the link waits for the server
    assert stage.edits == {BIAS: 0.5, OTHER: -1.0}
    stage.expect(with_edits(scene, stage.edits))


def test_equations_follow_before_the_answer(stage: Stage) -> None:
    stage.open()
    before = stage.text(".gs-equations")
    with nobody_answers(stage):
        typed(stage, BIAS, "0.5")
        stage.rest()  # what is heard of them follows at rest
        foreseen = stage.text(".gs-equations")
        assert foreseen != before
    assert stage.text(".gs-equations") == foreseen
    stage.reload()
    stage.rest()
    assert stage.text(".gs-equations") == foreseen


def test_a_stretch_drawn_by_hand_needs_no_answer(stage: Stage, core: Core) -> None:
    stage.open()
    stage.page.get_by_role("button", name="draw", exact=True).click()
    pad = stage.page.locator(".gs-pad-area")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    before = stage.numbers()
    with nobody_answers(stage):
        stage.page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 2)
        stage.page.mouse.down()
        stage.page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.4 * box["height"])
        stage.page.mouse.up()
        stage.frame()
        foreseen = stage.numbers()
        assert foreseen != before
    assert stage.numbers() == foreseen
    stage.expect(with_edits(core("pulse"), stage.edits))


def test_a_gate_that_is_filled_needs_no_answer(stage: Stage, core: Core) -> None:
    stage.open()
    stage.page.locator("[data-cell=gru] .gs-weights-head button", has_text="fill or paste").click()
    dialog = stage.page.get_by_role("dialog", name="Fill or paste")
    dialog.get_by_label("Which numbers").select_option("gru.b_x.update")
    dialog.get_by_label("Value").fill("2.25")
    edits = {f"gru.b_x.update.{unit}": 2.25 for unit in range(4)}
    after = with_edits(core("pulse"), edits)
    with nobody_answers(stage):
        dialog.get_by_role("button", name="fill", exact=True).click()
        expect(dialog).to_be_hidden()
        stage.rest()
        stage.expect(after)
    stage.expect(after)
    assert stage.edits == edits


def test_a_rectangle_of_numbers_needs_no_answer_and_a_list_in_brackets_does(
    stage: Stage, core: Core
) -> None:
    stage.open()
    scene = core("pulse")
    stage.choose("gru.w_h.reset.1.2")
    edits = {
        "gru.w_h.reset.1.2": 0.5,
        "gru.w_h.reset.1.3": -1.0,
        "gru.w_h.reset.2.2": 0.25,
        "gru.w_h.reset.2.3": 2.0,
    }
    with nobody_answers(stage):
        stage.page.evaluate(PASTE, "0.5\t−1\r\n.25\t2\r\n")
        stage.frame()
        stage.expect(with_edits(scene, edits))
    assert stage.edits == edits
    stage.expect(with_edits(scene, edits))
    more = {**edits, "gru.w_h.reset.1.2": 0.75}
    with nobody_answers(stage):
        stage.page.evaluate(PASTE, "[0.75]")
        stage.frame()
        stage.expect(with_edits(scene, edits))  # what is meant the server says
    stage.expect(with_edits(scene, more))


def test_a_second_bias_that_is_on_show_needs_no_answer(stage: Stage, core: Core) -> None:
    stage.open()
    edits = {"gru.b_h.candidate.1": -1.5}
    with nobody_answers(stage):
        typed(stage, "gru.b_h.candidate.1", "-1.5")
        stage.expect(with_edits(core("pulse"), edits))
        stage.rest()
        foreseen = stage.text(".gs-equations")
    stage.expect(with_edits(core("pulse"), edits))
    assert stage.edits == edits
    stage.reload()
    stage.page.wait_for_function(
        "(wanted) => document.querySelector('.gs-equations').innerText === wanted", arg=foreseen
    )


def test_a_second_bias_where_the_notation_has_one_waits_and_comes_on_show(
    stage: Stage, core: Core
) -> None:
    stage.open("notation=cho&e=gru.b_h.reset.1_0.5~")
    with nobody_answers(stage):
        typed(stage, "gru.b_h.reset.1", "0")
        stage.frame()
        stage.expect(with_edits(core("pulse"), {"gru.b_h.reset.1": 0.5}))
    stage.expect(core("pulse"))
    assert stage.edits == {}


def test_a_gate_taken_away_needs_no_answer(stage: Stage) -> None:
    stage.open("view=holding")
    before = stage.numbers()
    with nobody_answers(stage):
        stage.page.get_by_role("button", name="leaky", exact=True).click()
        stage.frame()
        held = stage.numbers()
        assert held != before
    assert stage.numbers() == held
    assert stage.link["do"].startswith("gru.reset.all.all_1.0~gru.update.all.all_0.9")
    stage.reload()
    assert stage.numbers() == held


def test_what_is_drawn_waits_for_the_server_and_the_dialog_says_so(stage: Stage) -> None:
    stage.open()
    stage.page.locator("[data-cell=gru] .gs-weights-head button", has_text="fill or paste").click()
    dialog = stage.page.get_by_role("dialog", name="Fill or paste")
    with nobody_answers(stage):
        dialog.get_by_role("button", name="random", exact=True).click()
        waits = dialog.get_by_role("status")
        expect(waits).to_have_text("The server is asked for these numbers …")
        expect(dialog).to_be_visible()
    expect(dialog).to_be_hidden()
    assert len(stage.edits) == 4


@pytest.mark.parametrize("notation", NOTATIONS)
def test_in_every_notation(page: Stage, notation: str) -> None:
    page.open(f"notation={notation}")
    written = NOTATIONS[notation].polarity == "write"
    with nobody_answers(page):
        typed(page, BIAS, "0.5")
        shown = page.numbers()
    assert page.edits == {BIAS: -0.5 if written else 0.5}
    assert page.numbers() == shown
    page.reload()
    assert page.numbers() == shown


def test_what_the_server_refuses_goes_back(stage: Stage, core: Core) -> None:
    stage.open()
    with nobody_answers(stage):
        typed(stage, BIAS, "1e3")
        stage.expect(with_edits(core("pulse"), {BIAS: 1000.0}))
        typed(stage, BIAS, "a lot")
        stage.expect(with_edits(core("pulse"), {BIAS: 1000.0}))
    expect(stage.page.locator(".gs-problem")).to_contain_text("a lot")
    assert stage.edits == {BIAS: 1000.0}


def test_views_are_marked_as_old_until_the_server_has_told_them_anew(
    stage: Stage, core: Core
) -> None:
    stage.open("view=memory")
    words = stage.text(".gs-lens")
    with nobody_answers(stage):
        typed(stage, BIAS, "-3")
        stage.expect(with_edits(core("pulse"), {BIAS: -3.0}))
        expect(stage.page.locator(".gs-lens")).to_have_class("gs-lens gs-stale")
    assert stage.text(".gs-lens") != words
    foreseen = stage.text(".gs-lens")
    stage.reload()
    assert stage.text(".gs-lens") == foreseen


def test_changes_go_on_while_the_server_is_gone_and_are_kept_when_it_is_back(
    another: Callable[..., Stage], core: Core
) -> None:
    port = free_port()
    scene = core("pulse")
    with serving(port=port) as server:
        page = another(server.url)
        page.open()
    page.rest()
    typed(page, BIAS, "0.25")
    typed(page, OTHER, "-2")
    page.press("Escape", "ArrowRight")
    both = {BIAS: 0.25, OTHER: -2.0}
    page.expect(with_edits(scene, both))
    page.press("Control+z")
    page.expect(with_edits(scene, {BIAS: 0.25}))
    page.press("Control+Shift+z")
    with serving(port=port):
        page.reconnected()
        page.page.wait_for_function("() => location.search.includes('lstm.b_x')", timeout=30_000)
        assert page.edits == both
        page.expect(with_edits(scene, both))
        page.reload()
        page.expect(with_edits(scene, both))
        page.page.close()
    page.troubles.clear()  # of course the browser complained while nobody answered


def test_what_is_held_follows_before_the_answer(stage: Stage) -> None:
    stage.open("view=holding")
    with nobody_answers(stage):
        stage.page.get_by_role("button", name="0", exact=True).click()
        held = stage.numbers()
    assert stage.numbers() == held
    assert Intervention.parse(stage.link["do"].rstrip("~")).value == 0.0
    stage.reload()
    assert stage.numbers() == held
