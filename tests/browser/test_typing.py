"""Typing exact numbers, taking changes back, and what is refused."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, with_edits
from tests.browser.laid_out import box

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"


@pytest.fixture
def chosen(page: Stage) -> Stage:
    """The first scene without edits and with unit 4's update bias chosen."""
    page.open("scene=pulse")
    page.choose(BIAS)
    page.rest(100)
    return page


def button(stage: Stage, name: str) -> None:
    with stage.answered():
        stage.page.get_by_role("button", name=name, exact=True).click()
    stage.wait()


def test_typed_numbers_are_taken_exactly(chosen: Stage, core: Core) -> None:
    for text, value in (("1e-3", 0.001), ("−0.5", -0.5), (" 2.25 ", 2.25), ("0.1", 0.1)):
        chosen.type(text)
        assert chosen.edits == {BIAS: value}
        assert chosen.value == value
        assert chosen.text(".gs-problem") == ""
        chosen.expect(with_edits(core("pulse"), {BIAS: value}))


def test_what_is_not_a_number_is_refused_in_a_sentence(chosen: Stage, core: Core) -> None:
    for text in ("abc", "1,5", "nan", "1e999", "", "1_000", "0x10", "1e5", "<b>1</b>"):
        chosen.type(text)
        assert chosen.text(".gs-problem").endswith(".")
        assert chosen.edits == {}
        chosen.expect(core("pulse"))
    chosen.type("2")
    assert chosen.text(".gs-problem") == ""
    assert chosen.edits == {BIAS: 2}


@pytest.mark.parametrize("text", ["NaN", "1e400", "99999"])
def test_what_is_out_of_range_is_said_as_it_was_typed_beside_its_field(
    chosen: Stage, text: str
) -> None:
    chosen.type(text)
    field = chosen.editor.get_by_label("Exact value")
    said = f"“{text}” is not a number from −10000 to 10000."
    expect(field).to_have_accessible_description(re.compile(said))
    expect(field).to_have_value(text)
    expect(chosen.page.get_by_role("alert").filter(has_text=said)).to_be_in_viewport()


@pytest.mark.sampled(4)
@pytest.mark.parametrize("text", ["", "0", "999", "3.5"])
@pytest.mark.parametrize(
    ("view", "label"), [("gradients", "Step k"), ("holding", "From step"), ("find", "To step")]
)
@pytest.mark.parametrize("finger", [False, True])
def test_a_step_that_is_not_there_changes_nothing_and_is_said_in_sight(
    seen: Callable[..., Stage], view: str, label: str, text: str, finger: bool
) -> None:
    stage = seen(finger=finger).open(f"scene=cue&view={view}&t=5&u=1")
    field = stage.page.get_by_label(label, exact=True)
    before, url = field.input_value(), stage.page.url
    field.fill(text)
    field.press("Enter")
    said = stage.page.get_by_text("A step is a whole number from 1 to 20.")
    expect(said).to_have_attribute("role", "alert")
    expect(said).to_be_visible()
    bar = box(stage, ".gs-bar")
    assert box(stage, ".gs-typed-said")["y"] + box(stage, ".gs-typed-said")["height"] <= bar["y"]
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value(text)
    assert stage.page.url == url
    field.fill(before)
    field.press("Enter")
    expect(field).to_have_attribute("aria-invalid", "false")
    expect(stage.page.locator(".gs-typed-said")).to_have_text("")


def test_a_place_of_a_number_is_the_nearest_that_is_there(chosen: Stage) -> None:
    field = chosen.editor.locator("input[type=number]:visible")
    for text, value in (("99", "4"), ("2.4", "2"), ("", "1")):
        field.fill(text)
        field.press("Enter")
        expect(field).to_have_value(value)


def test_a_comma_is_explained(chosen: Stage) -> None:
    chosen.type("1,5")
    assert "1,5" in chosen.text(".gs-problem")
    assert "point" in chosen.text(".gs-problem")


def test_a_click_after_a_refused_number_takes_the_cell_under_it(chosen: Stage, core: Core) -> None:
    chosen.type("abc")
    with chosen.answered(chosen.asks):
        chosen.click(chosen.cell_of("gru.b_x.update.1", core("pulse")))
    chosen.rest()
    assert chosen.value == 0
    assert chosen.text(".gs-problem") == ""


def test_a_number_still_being_typed_is_taken_before_another_cell_is_chosen(
    chosen: Stage, core: Core
) -> None:
    chosen.editor.get_by_label("Exact value").fill("2.5")
    with chosen.answered(1 + chosen.asks):
        chosen.click(chosen.cell_of("gru.b_x.update.1", core("pulse")))
    chosen.wait()
    assert chosen.edits == {BIAS: 2.5}
    assert chosen.value == 0
    chosen.expect(with_edits(core("pulse"), {BIAS: 2.5}))


def test_an_undo_sent_twice_on_a_slow_network_is_done_once(chosen: Stage, core: Core) -> None:
    chosen.type("2")
    chosen.type("3")
    chosen.page.evaluate("window.holding = true")
    with chosen.answered():
        chosen.page.get_by_role("button", name="undo", exact=True).click()
        chosen.page.locator(".gs-notices p").wait_for()  # the server is not answering
        chosen.rest()
        chosen.page.evaluate("window.letThrough()")
    chosen.rest(800)
    assert chosen.edits == {BIAS: 2}
    assert chosen.text(".gs-notices") == ""
    chosen.expect(with_edits(core("pulse"), {BIAS: 2}))


def test_escape_gives_a_half_typed_number_up(chosen: Stage, core: Core) -> None:
    sent = chosen.sent
    chosen.editor.get_by_label("Exact value").fill("3.25")
    chosen.press("Escape")
    chosen.rest()
    assert chosen.value == 6
    assert chosen.sent == sent
    chosen.expect(core("pulse"))


def test_leaving_the_field_takes_what_was_typed(chosen: Stage, core: Core) -> None:
    chosen.editor.get_by_label("Exact value").fill("3.25")
    with chosen.answered():
        chosen.press("Tab")
    chosen.wait()
    chosen.expect(with_edits(core("pulse"), {BIAS: 3.25}))


def test_put_back_brings_the_scenes_own_number(chosen: Stage, core: Core) -> None:
    chosen.type("2")
    button(chosen, "put back")
    assert chosen.edits == {}
    assert chosen.value == 6
    chosen.expect(core("pulse"))
    assert chosen.page.locator(".gs-edited").count() == 0


def test_undo_redo_and_reset_by_button(chosen: Stage, core: Core) -> None:
    chosen.type("2")
    chosen.type("-1")
    for name, edits in (
        ("undo", {BIAS: 2.0}),
        ("undo", {}),
        ("redo", {BIAS: 2.0}),
        ("redo", {BIAS: -1.0}),
        ("reset", {}),
        ("undo", {BIAS: -1.0}),
    ):
        button(chosen, name)
        assert chosen.edits == edits
        assert chosen.value == edits.get(BIAS, 6)
        chosen.expect(with_edits(core("pulse"), edits))


def test_undo_and_redo_by_key(chosen: Stage, core: Core) -> None:
    chosen.type("2")
    chosen.page.locator("h1").evaluate("() => document.activeElement.blur()")
    for keys, edits in (("Control+z", {}), ("Control+Shift+Z", {BIAS: 2.0}), ("Control+z", {})):
        with chosen.answered():
            chosen.press(keys)
        chosen.wait()
        assert chosen.edits == edits
        chosen.expect(with_edits(core("pulse"), edits))


def test_undo_keeps_the_cursor_where_it_is(chosen: Stage) -> None:
    chosen.type("2")
    chosen.page.locator("h1").evaluate("() => document.activeElement.blur()")
    chosen.press("ArrowRight", "ArrowRight", "ArrowUp")
    before = chosen.cursor
    button(chosen, "undo")
    chosen.rest()
    assert chosen.cursor == before
    assert chosen.edits == {}


def test_an_edit_after_undo_drops_what_could_be_redone(chosen: Stage) -> None:
    chosen.type("2")
    button(chosen, "undo")
    chosen.type("3")
    assert chosen.page.get_by_role("button", name="redo").is_disabled()
    assert chosen.edits == {BIAS: 3}


def test_an_edit_keeps_everything_drawn_by_chance(page: Stage, core: Core) -> None:
    page.open("scene=crowd")
    page.choose("gru.w_x.reset.0.0")
    page.rest()
    page.type("0.5")
    page.expect(with_edits(core("crowd"), {"gru.w_x.reset.0.0": 0.5}))


def test_many_edits_are_listed_and_all_survive_a_reload(chosen: Stage, core: Core) -> None:
    edits = {BIAS: 2.0, "x.5.0": 0.75, "gru.h0.1": -0.5, "lstm.c0.2": 1.5, "lstm.b_x.forget.0": 1.0}
    for target, value in edits.items():
        chosen.choose(target)
        chosen.rest(150)
        chosen.type(f"{value}")
    assert chosen.edits == edits
    chosen.expect(with_edits(core("pulse"), edits))
    chosen.reload()
    assert chosen.edits == edits
    chosen.expect(with_edits(core("pulse"), edits))
    assert "and 2 more" in chosen.text(".gs-changes")
