"""What one does with the opened cell: walk through its sub-steps, point at it, copy it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage
from tests.browser.opened import LETTERS, chosen, equations, lit, plain, staged, vector

Core = Callable[..., Situation]

STEPS = ["reset gate", "update gate", "candidate", "new hidden state"]


# Sub-steps ------------------------------------------------------------------------------------


def test_shift_and_the_arrows_walk_through_the_sub_steps_and_over_the_ends(page: Stage) -> None:
    page.open("scene=slate&t=1&u=1")
    page.rest()
    sent = page.sent
    assert chosen(page) == "whole step"
    for step in (0, 1):
        for name in STEPS:
            page.press("Shift+ArrowRight")
            assert (page.cursor, chosen(page)) == ((step, 0), name)
    for step, names in ((1, STEPS[-2::-1]), (0, STEPS[::-1])):
        for name in names:
            page.press("Shift+ArrowLeft")
            assert (page.cursor, chosen(page)) == ((step, 0), name)
    page.press("Shift+ArrowLeft")
    assert (page.cursor, chosen(page)) == ((0, 0), STEPS[0])
    page.press("End", *["Shift+ArrowRight"] * 5)
    assert (page.cursor, chosen(page)) == ((16, 0), STEPS[-1])
    assert page.sent == sent


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_sub_step_shows_what_is_known_by_then(page: Stage, cell: str) -> None:
    page.open(f"scene=cue&cell={cell}")
    expect_sub_steps(page)


def test_the_only_sub_step_of_the_plain_rnn_shows_all_of_it(page: Stage) -> None:
    expect_sub_steps(page.open("scene=cue&with=rnn&cell=rnn"))


FLOWING = """
document.getAnimations().filter(({ animationName }) => animationName === "gs-flow")
  .map(({ effect }) => [effect.getComputedTiming().endTime, effect.getKeyframes()[0].easing])
"""


def test_what_flows_along_a_wire_comes_to_rest_and_is_drawn_ten_times_a_second(
    page: Stage,
) -> None:
    """Each of its pictures is drawn anew: for good, and sixty times, it took half a processor."""
    page.open("scene=cue")
    page.page.locator(".gs-steps:visible button").nth(1).click()
    flowing = page.page.evaluate(FLOWING)
    assert flowing
    assert all(end <= 5000 and easing == "steps(6)" for end, easing in flowing)


def expect_sub_steps(stage: Stage) -> None:
    """Each sub-step is marked, and what it does not compute yet is put back."""
    assert staged(stage) == {"now": [], "later": [], "ahead": []}
    order = list(equations(stage))
    for at, quantity in enumerate(order):
        stage.page.locator(".gs-steps:visible button").nth(at + 1).click()
        seen = staged(stage)
        assert (seen["now"], seen["later"]) == ([quantity], order[at + 1 :])
        # Of the vectors that sub-steps compute those after this one are not there yet.
        assert [piece for piece in order if piece in seen["ahead"]] == order[at + 1 :]
    stage.page.locator(".gs-steps:visible button").first.click()
    assert staged(stage) == {"now": [], "later": [], "ahead": []}


def test_a_part_of_the_wiring_chooses_its_sub_step(page: Stage) -> None:
    page.open("scene=book")
    parts = {
        "reset": STEPS[0], "kept": STEPS[1], "candidate": STEPS[2], "hidden": STEPS[3],
        "reset_hidden": STEPS[0], "update": STEPS[1], "x": "whole step",
    }  # fmt: skip
    for piece, name in parts.items():
        vector(page, piece).click()
        assert chosen(page) == name
    page.page.locator("[data-piece=candidate]").focus()
    assert lit(page)["letters"] == ["candidate"]
    page.press("Enter")
    assert chosen(page) == "candidate"
    page.page.get_by_role("button", name="whole step").click()
    assert chosen(page) == "whole step"


# One quantity in every place --------------------------------------------------------------------


def test_the_equation_of_a_chosen_sub_step_is_in_sight_with_what_it_was_chosen_by(
    stage: Stage,
) -> None:
    stage.open("scene=elnino&cell=lstm")
    page = stage.page
    bar = page.locator(".gs-bar").bounding_box()
    assert bar is not None
    for name in ("output gate", "new hidden state", "forget gate"):
        button = page.locator(".gs-steps").get_by_role("button", name=name)
        button.click()
        stage.frame()
        for seen in (page.locator(".gs-equations .gs-present"), button):
            box = seen.bounding_box()
            assert box is not None
            assert box["y"] >= 0, name
            assert box["y"] + box["height"] <= bar["y"] + 1, name


def test_what_is_pointed_at_is_lit_wherever_it_is_shown(page: Stage, core: Core) -> None:
    page.open()
    nothing = {"plots": [], "letters": [], "dark": LETTERS, "parts": []}
    letter = page.page.locator(".gs-equation[data-quantity=candidate] msub[data-quantity=reset]")
    for point, quantity in (
        (letter.first.hover, "reset"),
        (vector(page, "update").hover, "update"),
        (lambda: page.hover(Cell(page.track("gru.hidden"), 4, 20, 1, 9)), "hidden"),
        (lambda: page.hover(page.cell_of("x.6.0", core("pulse"))), "x"),
    ):
        point()
        assert lit(page) == {
            "plots": [quantity if quantity == "x" else f"gru.{quantity}"],
            "letters": [quantity],
            "dark": [other for other in LETTERS if other != quantity],
            "parts": [quantity],
        }
        page.page.mouse.move(2, 2)
        assert lit(page) == nothing
    page.hover(Cell(page.track("lstm.candidate"), 4, 20, 1, 9))
    assert lit(page) == nothing


# Copying --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["scene=crowd&t=31", "scene=book&t=2&notation=chung", "cell=lstm"]
)
def test_the_equations_are_copied_as_latex(clipboard: Stage, query: str) -> None:
    stage = clipboard.open(query)
    stage.page.get_by_role("button", name="copy as LaTeX").click()
    expect(stage.page.get_by_role("button", name="copied")).to_be_visible()
    latex: str = stage.page.evaluate("navigator.clipboard.readText()")
    assert latex.startswith("\\begin{aligned}\n")
    assert latex.endswith("\n\\end{aligned}")
    assert latex.count("{") == latex.count("}")
    assert latex.count("\\left(") == latex.count("\\right)") > 0
    rows = latex.split("\n")[1:-1]
    assert all(row.endswith("\\\\") for row in rows[:-1])
    assert all(row.count("&") == 1 for row in rows)
    assert [plain(row) for row in rows] == [row for of in equations(stage).values() for row in of]


def test_in_copied_latex_no_plus_stands_before_a_minus(clipboard: Stage) -> None:
    stage = clipboard.open("scene=crowd")
    stage.page.get_by_role("button", name="copy as LaTeX").click()
    expect(stage.page.get_by_role("button", name="copied")).to_be_visible()
    assert "+ -" not in stage.page.evaluate("navigator.clipboard.readText()")
