"""What a change leads to is on screen before the server answers, and is what it answers then."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from gru_core.changes.interventions import Intervention
from gru_core.conventions import NOTATIONS
from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits
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
    stage.page.wait_for_function("!document.querySelector('.gs-stage[data-stale]')")
    stage.rest(600)
    stage.wait()


def typed(stage: Stage, target: str, text: str) -> None:
    """Type a number, and wait for no answer."""
    stage.choose(target)
    box = stage.page.get_by_label("Exact value")
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
        stage.rest()
        stage.expect(after)
    expect(dialog).to_be_hidden()
    stage.expect(after)
    assert stage.edits == edits


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
        page.page.wait_for_function("location.search.includes('lstm.b_x')", timeout=30_000)
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
