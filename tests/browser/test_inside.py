"""Inside the cell: every number of every equation, every colour of the wiring, in a drag too."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core.conventions import Cell as CellName
from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, figures, traces_of, with_edits
from tests.browser.opened import (
    Opened,
    await_equations,
    equations,
    expect_equations,
    expect_wiring,
    tab,
)

Core = Callable[..., Situation]

NOTATIONS = ("pytorch", "cho", "chung", "after.write.1", "before.keep.2")
SCREENS: list[tuple[str, CellName, str]] = [
    *((scene, "gru", key) for scene in ("book", "cue") for key in NOTATIONS),
    # Their sums are too long to be written out, in every notation alike.
    *(("crowd", "gru", "pytorch"), ("crowd", "gru", "before.keep.2")),
    *(("reader", "gru", "cho"), ("reader", "gru", "after.write.1")),
    *(("cue", "lstm", key) for key in NOTATIONS),
    *((scene, "lstm", "pytorch") for scene in ("book", "crowd", "reader")),
]
# Scene, opened cell, target and pixels: every kind of number, of the opened cell and of another.
DRAGS: list[tuple[str, CellName, str, float]] = [
    ("book", "gru", "gru.b_x.reset.2", 40),
    ("cue", "gru", "gru.w_x.update.0.1", 50),
    ("slate", "gru", "gru.w_h.candidate.0.0", -45),
    ("slate", "gru", "gru.b_h.candidate.0", 30),
    ("book", "gru", "gru.h0.1", -40),
    ("cue", "gru", "x.3.0", 30),
    ("cue", "lstm", "lstm.w_x.forget.2.0", 40),
    ("book", "lstm", "lstm.c0.1", 30),
    ("cue", "lstm", "x.5.0", -30),
    ("cue", "lstm", "gru.b_x.update.0", -40),
]


def turn(stage: Stage) -> None:
    """The equations in their other form."""
    with stage.answered():
        stage.page.locator(".gs-inside-foot button").first.click()


# Numbers and colours --------------------------------------------------------------------------


@pytest.mark.parametrize(("scene", "cell", "notation"), SCREENS)
def test_every_equation_says_the_numbers_of_the_core(
    page: Stage, core: Core, scene: str, cell: CellName, notation: str
) -> None:
    page.open(f"scene={scene}&cell={cell}&notation={notation}")
    split = Opened.at(core(scene), notation, cell)
    joined = Opened(split.situation, cell, split.notation, joined=True)
    await_equations(page, split)
    turn(page)
    await_equations(page, joined)
    page.page.wait_for_url(re.compile("form=joined"))
    page.press("End", "ArrowLeft", "ArrowDown")
    await_equations(page, joined)
    if scene != "reader":  # its rows are sorted
        expect_wiring(page, joined)
    turn(page)
    await_equations(page, split)


def test_the_equations_of_the_plain_rnn_say_the_numbers_of_the_core(
    page: Stage, core: Core
) -> None:
    for scene in ("cue", "book", "crowd", "reader"):
        for notation in NOTATIONS if scene == "cue" else ("pytorch",):
            page.open(f"scene={scene}&with=rnn&cell=rnn&notation={notation}")
            opened = Opened.at(core(scene, "rnn"), notation, "rnn")
            await_equations(page, opened)
            page.press("ArrowRight", "ArrowDown")
            await_equations(page, opened)
            turn(page)
            joined = Opened(opened.situation, "rnn", opened.notation, joined=True)
            await_equations(page, joined)
            if scene != "reader":
                expect_wiring(page, joined)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
@pytest.mark.parametrize(("scene", "own"), [("slate", "pytorch"), ("book", "cho")])
def test_stepping_and_scrubbing_need_no_message(
    page: Stage, core: Core, scene: str, own: str, cell: CellName
) -> None:
    page.open(f"scene={scene}&cell={cell}")
    page.rest()
    opened, sent = Opened.at(core(scene), own, cell), page.sent
    for key in ("ArrowRight", "End", "ArrowUp", "ArrowLeft", "Home", "ArrowDown", "ArrowRight"):
        page.press(key)
        expect_equations(page, opened)
        expect_wiring(page, opened)
    for step in range(1, len(opened.situation.x) + 1, 3):
        page.page.get_by_label("Timestep").fill(f"{step}")
        expect_equations(page, opened)
        assert f"at step {step}, unit {page.cursor[1] + 1}" in page.text(".gs-inside h2")
    plot, steps = page.track("gru.update"), len(opened.situation.x)
    page.page.mouse.move(*page.centre(Cell(plot, 3, steps, 2, 0)))
    page.page.mouse.down()
    for step in (steps - 1, 2):
        page.page.mouse.move(*page.centre(Cell(plot, 3, steps, 2, step)), steps=4)
        page.followed()
        assert page.cursor == (step, 2)
        expect_equations(page, opened)
    page.page.mouse.up()
    assert page.sent == sent


@pytest.mark.parametrize(("scene", "cell", "target", "pixels"), DRAGS)
def test_while_a_number_is_dragged_the_equations_and_the_wiring_are_those_of_the_core(
    page: Stage, core: Core, scene: str, cell: CellName, target: str, pixels: float
) -> None:
    page.open(f"scene={scene}&cell={cell}")
    page.rest()
    situation, sent = core(scene), page.sent
    own = "cho" if scene == "book" else "pytorch"
    swept = target.split(".")[0] in ("x", cell)
    before = equations(page)
    with page.answered(1 + page.asks), page.dragging(page.cell_of(target, situation), pixels):
        dragged = Opened.at(with_edits(situation, {target: page.value}), own, cell)
        expect_equations(page, Opened(dragged.situation, cell, dragged.notation, exact=swept))
        expect_wiring(page, dragged)
        assert page.sent == sent + page.asks
    page.wait()
    await_equations(page, dragged)
    expect_wiring(page, dragged)
    assert (equations(page) != before) == swept


# Which cell -----------------------------------------------------------------------------------


def test_the_tabs_open_another_cell_and_the_link_says_which(page: Stage, core: Core) -> None:
    page.open()
    tabs: list[tuple[CellName, str]] = [("lstm", "LSTM"), ("gru", "GRU"), ("lstm", "LSTM")]
    for cell, name in tabs:
        tab(page, name).click()
        await_equations(page, Opened.at(core("pulse"), "pytorch", cell))
        expect(tab(page, name)).to_have_attribute("aria-selected", "true")
        page.page.wait_for_url(re.compile("cell=lstm" if cell == "lstm" else "^((?!cell).)*$"))
    page.reload()
    await_equations(page, Opened.at(core("pulse"), "pytorch", "lstm"))
    expect_wiring(page, Opened.at(core("pulse"), "pytorch", "lstm"))


def test_opening_another_cell_is_no_mistake(page: Stage) -> None:
    page.open()
    with page.answered():
        tab(page, "LSTM").click()
    page.rest()
    assert page.text(".gs-problem") == ""


@pytest.mark.parametrize(
    ("cell", "beside", "title"),
    [("lstm", "lstm", "LSTM at step 4: there is no unit {}"),
     ("gru", "rnn", "GRU at step 4: there is no unit {}")],
)  # fmt: skip
def test_a_unit_that_the_opened_cell_does_not_have_shows_no_number(
    page: Stage, core: Core, cell: CellName, beside: str, title: str
) -> None:
    sizes = [w.units for w in core("pulse", beside, "parameters").weights.values()]
    page.open(f"cell={cell}&with={beside}&match=parameters&t=4&u={max(sizes)}")
    assert min(sizes) < max(sizes)
    assert page.text(".gs-inside h2") == title.format(max(sizes))
    shown = page.page.locator(".gs-equations .gs-numbers").all_inner_texts()
    assert shown
    assert not any(character.isdigit() for text in shown for character in text)
    assert page.page.locator(".gs-diagram .gs-unit:not([hidden])").count() == 0


# Letters and numbers of each line as they are seen and as they are heard, blanks left out.
LINES = """
(all) => all.map((line) => [".gs-pieces", ".gs-hidden > math"].map((part) =>
  line.querySelector(part).textContent.replace(/\\s/g, "")))
"""


@pytest.mark.parametrize(
    "query",
    [
        "scene=pulse&t=4&u=4&notation=pytorch",
        "scene=cue&cell=lstm&t=2&u=1",
        "scene=pulse&with=rnn&cell=rnn&t=4&u=4&form=joined",
        "scene=crowd&t=40&u=7",
        "scene=slate&notation=chung&do=gru.update.1.all_0~&t=1&u=1",
    ],
)
def test_each_line_of_an_equation_is_heard_as_one_and_as_it_is_seen(
    page: Stage, query: str
) -> None:
    page.open(query)
    page.rest(600)
    math = page.page.locator(".gs-equations math")
    lines = page.page.locator(".gs-equations .gs-right")
    for seen, heard in lines.evaluate_all(LINES):
        left, equals, right = heard.partition("=")
        assert (right if equals and not seen.startswith("=") else heard).endswith(seen), heard
        assert len(left) < 4 or not equals
    heard_ones = "(all) => all.filter((one) => !one.closest('[aria-hidden=true]')).length"
    assert math.evaluate_all(heard_ones) == lines.count()


def test_a_number_that_changes_is_heard_anew(page: Stage, core: Core) -> None:
    page.open("scene=pulse&t=4&u=4")
    for step in (4, 5):
        page.rest(600)
        hidden = traces_of(core("pulse"))["gru"]["hidden"][step - 1, 3]
        value = figures(np.float32(hidden), 3)
        last = page.page.locator(".gs-equation[data-quantity=hidden] .gs-hidden > math").last
        assert str(last.text_content()).endswith(f"={value:.3f}".replace("-", "−"))
        page.press("ArrowRight")
