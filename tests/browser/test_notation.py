"""Whose letters and signs: the list of notations, what it changes on screen, and what it keeps."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from app.words.numbers import number
from gru_core import run
from gru_core.engines import ENGINES
from gru_core.situation import Situation
from tests.browser.driver import Stage, as_number, colours, figures, traces_of, with_edits
from tests.browser.opened import Opened, await_equations, equations, expect_equations, expect_wiring

Core = Callable[..., Situation]

NAMES = {
    "cho": "Cho et al. 2014",
    "chung": "Chung et al. 2014 / course notes",
    "pytorch": "PyTorch / Keras",
}
BIAS = "gru.b_x.update.3"
WRITING = ["chung", "after.write.2"]


def choose(stage: Stage, name: str) -> None:
    """Choose a notation in the list."""
    stage.pick("Notation", name)


def choose_part(stage: Stage, label: str) -> None:
    """Choose one of the choices behind the list."""
    stage.page.get_by_role("button", name="settings", exact=True).click()
    stage.page.get_by_text(label, exact=True).click()
    stage.press("Escape")


def expect_captions(stage: Stage, opened: Opened) -> None:
    """The numbers beside the GRU's tracks are those of the core, as the notation has them."""
    seen = {name: value for name, value in stage.numbers().items() if name.startswith("gru.")}
    wanted = opened.captions(*stage.cursor)
    assert seen == {f"gru.{name}": figures(value, 3) for name, value in wanted.items()}


def notes(stage: Stage) -> list[str]:
    return stage.page.locator(".gs-notes p").all_inner_texts()


def letter(stage: Stage) -> str:
    """The letter of the candidate, the same at its plot, at its line and in the wiring."""
    found = [
        stage.page.locator(place).text_content() or ""
        for place in (
            "[data-part='gru.candidate'] figcaption var",
            "section[data-cell=gru] .gs-key span:nth-child(3) var",
            ".gs-diagram [data-piece=candidate] .gs-letter",
        )
    ]
    assert len(set(found)) == 1, found
    return found[0]


# The list -------------------------------------------------------------------------------------


def test_the_list_of_notations_changes_the_equations_the_labels_and_the_link(
    page: Stage, core: Core
) -> None:
    page.open("scene=crowd&t=20&u=3")
    for key, name in NAMES.items():
        choose(page, name)
        opened = Opened.at(core("crowd"), key)
        await_equations(page, opened)
        expect_captions(page, opened)
        expect_wiring(page, opened)
        assert letter(page) == ("n" if key == "pytorch" else "h̃")
        wanted = f"notation={key}" if key != "pytorch" else "^((?!notation).)*$"
        page.page.wait_for_url(re.compile(wanted))


def test_a_notation_can_be_taken_back_and_stays_after_a_reload(page: Stage, core: Core) -> None:
    page.open("scene=cue")
    choose(page, NAMES["chung"])
    await_equations(page, Opened.at(core("cue"), "chung"))
    page.page.wait_for_url(re.compile("notation=chung"))
    page.reload()
    await_equations(page, Opened.at(core("cue"), "chung"))
    choose(page, NAMES["cho"])
    await_equations(page, Opened.at(core("cue"), "cho"))
    with page.answered():
        page.press("Control+z")
    await_equations(page, Opened.at(core("cue"), "chung"))
    page.settings.click()
    expect(page.page.get_by_role("combobox", name="Notation")).to_have_text(NAMES["chung"])


# What changes, and by how much ----------------------------------------------------------------


def test_what_was_looked_at_behind_the_list_changes_nothing_later(page: Stage, core: Core) -> None:
    page.open("scene=cue")
    page.page.get_by_role("button", name="settings", exact=True).click()
    page.page.get_by_text("The reset gate acts", exact=True).wait_for()
    page.press("Escape")
    for key in ("chung", "pytorch", "cho", "chung", "pytorch"):
        choose(page, NAMES[key])
        await_equations(page, Opened.at(core("cue"), key))
    page.wait()
    assert "notation" not in page.link


def test_an_engine_taken_back_is_not_chosen_again_by_the_closed_choices(page: Stage) -> None:
    page.open("scene=cue")
    choose_part(page, "PyTorch")
    page.page.wait_for_url(re.compile("engine=torch"))
    page.wait()
    with page.answered():
        page.press("Control+z")
    page.page.wait_for_url(re.compile("^((?!engine).)*$"))
    page.pick("Beside the GRU", "beside a plain RNN")
    page.page.locator("[data-value='rnn.hidden']").wait_for()
    page.wait()
    assert "engine" not in page.link
    assert "notation" not in page.link


def test_the_polarity_turns_the_update_gate_around_and_leaves_h_as_it_is(
    page: Stage, core: Core
) -> None:
    size = page.page.viewport_size
    page.page.set_viewport_size({"width": 2400, "height": 1400})  # a few pixels for each number
    page.open("scene=crowd&t=99&u=3")
    page.drawn(".gs-tracks")
    steps, units = 100, 32
    others = [unit for unit in range(units) if abs(unit - 2) > 1]  # not marked
    before = page.text("[data-value='gru.hidden']"), page.painted("gru.hidden", units, steps)
    choose_part(page, "z writes the candidate")
    opened = Opened.at(core("crowd"), "after.write.2")
    await_equations(page, opened)
    page.drawn(".gs-tracks")
    assert page.text("[data-value='gru.hidden']") == before[0]
    assert np.array_equal(page.painted("gru.hidden", units, steps), before[1])
    expect_captions(page, opened)
    seen = page.painted("gru.update", units, steps)[others, :98]
    written = 1 - traces_of(core("crowd"))["gru"]["update"].T[others, :98]
    page.page.set_viewport_size(size)
    assert np.abs(seen - colours(written, "update")).max() <= 4
    (said,) = notes(page)
    assert said.startswith("Here z says how much is written")
    assert said.endswith("h is the same, bit for bit.")
    z = as_number(page.text("[data-value='gru.update']"))
    sentence = page.text("[data-sentence=gru]")
    assert re.search(r"z is ([\d.]+), so ", sentence)[1] == f"{z:.3g}"  # type: ignore[index]
    assert "written anew" in sentence


def test_the_placement_says_by_how_much_it_changes_h(page: Stage, core: Core) -> None:
    page.open("scene=crowd")
    choose_part(page, "before it: U (r ⊙ h)")
    opened = Opened.at(core("crowd"), "before.keep.2")
    await_equations(page, opened)
    own = traces_of(core("crowd"))["gru"]["hidden"]
    largest = float(np.abs(own - opened.trace["hidden"]).max())
    (said,) = notes(page)
    assert largest > 0.1
    assert said.endswith(f"that changes h by up to {number(largest)}.")


def test_one_bias_in_place_of_two_leaves_every_number_as_it_is(page: Stage, core: Core) -> None:
    page.open("scene=reader")
    before = page.numbers()
    choose_part(page, "one a gate: b")
    await_equations(page, Opened.at(core("reader"), "after.keep.1"))
    assert page.numbers() == before
    assert "b is the sum of both biases" in notes(page)[0]


def test_with_one_bias_there_is_no_second_to_edit(page: Stage, core: Core) -> None:
    page.open("scene=cue&notation=chung")
    offered = page.editor.get_by_label("What to change").locator("option").all_inner_texts()
    assert any("bias b" in text for text in offered)
    assert not any("bias d" in text for text in offered)
    cell = page.cell_of("gru.b_x.reset.2", core("cue"))
    assert cell.column == cell.columns - 1
    page.drag(cell, -40)
    assert list(page.edits) == ["gru.b_x.reset.2"]


def test_another_engine_says_how_far_it_is_from_numpy(page: Stage, core: Core) -> None:
    page.open("scene=crowd")
    choose_part(page, "PyTorch")
    note = page.page.locator(".gs-notes p")
    expect(note).to_contain_text("Computed by PyTorch.")
    situation = core("crowd")
    largest = 0.0
    for cell, weights in situation.weights.items():
        one, other = (
            run(weights, situation.x, situation.initials[cell], engine=engine) for engine in ENGINES
        )
        largest = max(largest, *(float(np.abs(one[name] - other[name]).max()) for name in one))
    assert 0 < largest < 1e-12
    assert notes(page)[0].endswith(f"over every gate and state: {number(largest)}.")
    page.page.wait_for_url(re.compile("engine=torch"))
    page.expect(situation)


# A number under the write polarity ----------------------------------------------------------------


@pytest.mark.parametrize("notation", WRITING)
def test_a_dragged_weight_of_the_update_gate_is_shown_with_the_sign_of_the_notation(
    page: Stage, core: Core, notation: str
) -> None:
    page.open(f"notation={notation}")
    page.rest()
    situation, sent = core("pulse"), page.sent
    cell = page.cell_of(BIAS, situation)
    assert "unit 4: −6." in page.hover(cell)
    with page.answered(1 + page.asks), page.dragging(cell, 30):
        value = page.value
        assert -6 < value < 0
        dragged = Opened.at(with_edits(situation, {BIAS: -value}), notation)
        assert f"{value:.2f}".replace("-", "−") in "".join(equations(page)["update"])
        expect_equations(page, Opened(dragged.situation, "gru", dragged.notation, exact=True))
        expect_captions(page, dragged)
        expect_wiring(page, dragged)
        painted = page.live("gru.update")
        update = 1 - traces_of(dragged.placed)["gru"]["update"].T
        assert painted is not None
        assert np.abs(painted - colours(update, "update")).max() <= 4
        assert page.sent == sent + page.asks
    page.wait()
    assert page.edits == {BIAS: -value}
    await_equations(page, dragged)
    assert page.value == value
    page.reload()
    await_equations(page, dragged)
    expect_captions(page, dragged)


@pytest.mark.parametrize("notation", WRITING)
def test_a_typed_weight_of_the_update_gate_is_kept_with_the_sign_of_the_core(
    page: Stage, core: Core, notation: str
) -> None:
    page.open(f"notation={notation}")
    page.choose(BIAS)
    page.type("-2")
    assert page.edits == {BIAS: 2.0}
    assert page.value == -2
    edited = Opened.at(with_edits(core("pulse"), {BIAS: 2.0}), notation)
    await_equations(page, edited)
    expect_captions(page, edited)
    assert page.text(".gs-old") == "was −6.00"
    # What is not of the update gate keeps its sign.
    page.choose("gru.b_x.reset.2")
    page.type("-2")
    assert page.edits == {BIAS: 2.0, "gru.b_x.reset.2": -2.0}


# The book's numbers ------------------------------------------------------------------------------


def test_the_reset_gate_scales_the_old_state_as_in_the_book(page: Stage) -> None:
    page.open("scene=book")
    for unit, row in enumerate(
        ("0.200·0.600=0.120", "0.400·0.500=0.200", "0.800·0.300=0.240"), start=1
    ):
        assert f"at step 1, unit {unit}" in page.text(".gs-inside h2")
        assert equations(page)["candidate"][:2] == ["rt⊙ht−1", f"={row}"]
        page.press("ArrowDown")
