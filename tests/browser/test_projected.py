"""An LSTM with a projection in the browser: h has rows of its own, its numbers are PyTorch's."""

from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import expect

from gru_core.inputs.feed import Feed, fed
from tests.browser.driver import Cell, Stage, as_number, figures
from tests.browser.test_model import open_file

UNITS, NUMBERS = 6, 3
pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning")


def layer() -> torch.nn.LSTM:
    torch.manual_seed(3)
    return torch.nn.LSTM(3, UNITS, proj_size=NUMBERS)


def hidden(module: torch.nn.LSTM) -> np.ndarray:
    x = torch.tensor(fed(Feed("noise"), 3, 0).x, dtype=torch.float32)
    with torch.no_grad():
        found: np.ndarray = module(x)[0].numpy()
    return found


def near(value: float) -> object:
    return pytest.approx(figures(value, 3), rel=2e-3)


def open_layer(stage: Stage, folder: Path, link: str) -> None:
    torch.save(layer().state_dict(), folder / "model.pt")
    stage.open(f"scene=model&cell=lstm&t=8&{link}")
    open_file(stage, folder / "model.pt")
    note = stage.page.locator(".gs-panel[data-cell=lstm] .gs-note").first
    expect(note).to_contain_text("6 units · h projected to 3 numbers")


@pytest.fixture(name="opened")
def opened_fixture(stage: Stage, tmp_path: Path) -> Stage:
    open_layer(stage, tmp_path, "u=2")
    return stage


def test_a_projected_layer_shows_what_pytorch_computes(opened: Stage) -> None:
    wanted = near(hidden(layer())[7, 1])
    assert opened.shown("lstm.hidden") == wanted
    inside = opened.page.locator(".gs-inside")
    assert as_number(inside.locator(".gs-equations mn").last.text_content() or "") == wanted
    for _ in range(3):  # to a unit that h has no number for
        opened.page.keyboard.press("ArrowDown")
    expect(opened.page.locator("[data-value='lstm.hidden']").first).to_have_text("")
    assert opened.cursor == (7, 4)
    expect(inside).not_to_contain_text("NaN")
    expect(inside.locator(".gs-equations mn").last).to_have_text("…")
    # Nothing is drawn where a scene has no first look: a value of JavaScript would be a word.
    expect(opened.page.locator(".gs-view")).not_to_contain_text("false")


def test_the_wiring_has_the_projection_and_an_h_of_its_own_length(opened: Stage) -> None:
    inside = opened.page.locator(".gs-wired > .gs-diagram")
    for piece, rows in {
        "let_out": UNITS,
        "cell": UNITS,
        "hidden": NUMBERS,
        "previous": NUMBERS,
    }.items():
        part = inside.locator(f"[data-piece={piece}]")
        expect(part.locator(".gs-cell")).to_have_count(rows)
        expect(part.locator(".gs-cell:not([fill])")).to_have_count(0)
    expect(inside.locator("[data-piece=hidden] .gs-block text")).to_have_text("P")
    expect(inside.locator("[data-piece=hidden] .gs-unit:not([hidden])")).to_have_count(1)
    for _ in range(3):
        opened.page.keyboard.press("ArrowDown")
    expect(inside.locator("[data-piece=cell] .gs-unit:not([hidden])")).to_have_count(1)
    expect(inside.locator("[data-piece=hidden] .gs-unit:not([hidden])")).to_have_count(0)
    expect(opened.page.locator(".gs-cell-doing")).to_contain_text("of which P makes h")


def test_a_number_of_the_projection_is_typed_and_the_page_computes_what_pytorch_does(
    opened: Stage,
) -> None:
    opened.choose("lstm.w_p.1.4")
    expect(opened.editor).to_contain_text("number")
    changed = layer()
    with torch.no_grad():
        changed.weight_hr_l0[1, 4] = 1.5
    opened.type("1.5")
    expect(opened.page.locator("[data-value='lstm.hidden']").first).not_to_have_text("")
    opened.wait()
    assert opened.shown("lstm.hidden") == near(hidden(changed)[7, 1])
    opened.press("Control+z")
    opened.wait()
    assert opened.shown("lstm.hidden") == near(hidden(layer())[7, 1])
    plot = opened.page.get_by_role("img", name="LSTM weights of the projection.")
    cell = Cell(plot, NUMBERS, UNITS, 1, 4)
    with opened.answered(1 + opened.asks), opened.dragging(cell, 40):
        pass
    opened.wait()
    assert opened.edits.keys() == {"lstm.w_p.1.4"}
    with torch.no_grad():
        changed.weight_hr_l0[1, 4] = opened.value
    assert opened.value > layer().weight_hr_l0[1, 4]
    assert opened.shown("lstm.hidden") == near(hidden(changed)[7, 1])
    assert opened.page.evaluate("document.querySelector('.gs-stage').dataset.computes") == "here"


def test_both_wirings_are_drawn_below_each_other(stage: Stage, tmp_path: Path) -> None:
    torch.save(layer().state_dict(), tmp_path / "model.pt")
    stage.open("scene=model&t=8&u=2&view=wirings")
    open_file(stage, tmp_path / "model.pt")
    diagram = stage.page.locator(".gs-wirings .gs-diagram[data-cell=lstm]")
    for piece, rows in {"let_out": UNITS, "hidden": NUMBERS, "previous": NUMBERS}.items():
        cells = diagram.locator(f"[data-piece={piece}] .gs-cell")
        expect(cells).to_have_count(rows)
        expect(diagram.locator(f"[data-piece={piece}] .gs-cell:not([fill])")).to_have_count(0)


def test_the_projection_is_filled_in_the_dialog(opened: Stage) -> None:
    panel = opened.page.locator(".gs-panel[data-cell=lstm]")
    panel.get_by_role("button", name="fill or paste …").first.click()
    dialog = opened.page.locator(".gs-several-dialog")
    dialog.get_by_label("Which numbers").select_option("lstm.w_p")
    expect(dialog.get_by_role("button", name="random")).to_be_hidden()
    with opened.answered():
        dialog.get_by_role("button", name="identity").click()
    expect(dialog).to_be_hidden()
    changed = layer()
    with torch.no_grad():
        changed.weight_hr_l0.copy_(torch.eye(NUMBERS, UNITS))
    assert opened.shown("lstm.hidden") == near(hidden(changed)[7, 1])


def test_unrolled_has_the_states_of_pytorch_and_h_is_blank_at_a_unit_that_it_has_not(
    stage: Stage, tmp_path: Path
) -> None:
    open_layer(stage, tmp_path, "u=2&view=unrolled")
    page = stage.page
    texts = page.locator(".gs-unrolled text.gs-word").all_text_contents()
    boxes = [int(one.removeprefix("step ")) - 1 for one in texts if one.startswith("step ")]
    assert 7 in boxes
    expected = hidden(layer())
    for gap, step in enumerate(boxes):
        number = page.locator(f".gs-unrolled [data-number='hidden.{gap}']").first
        expect(number).not_to_have_text("")
        assert as_number(number.text_content() or "") == near(expected[step, 1])
    marks = page.locator(".gs-unrolled .gs-unit:not([hidden])")
    expect(marks).to_have_count(2 * (len(boxes) + 1))  # of c and of h
    cells = page.locator(".gs-unrolled g:has(> [data-number^='hidden.'])").last.locator(".gs-cell")
    filled = cells.evaluate_all("(cells) => cells.map((cell) => cell.hasAttribute('fill'))")
    assert filled == [True] * NUMBERS + [False] * (UNITS - NUMBERS)
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(page.locator(".gs-unrolled [data-number='hidden.0']").first).to_have_text("")
    expect(page.locator(".gs-unrolled [data-number='cell.0']").first).not_to_have_text("")
    expect(marks).to_have_count(len(boxes) + 1)
    expect(page.locator(".gs-unrolled")).not_to_contain_text("NaN")


def test_h_is_held_at_its_last_number_where_the_cursor_is_at_a_later_unit(
    stage: Stage, tmp_path: Path
) -> None:
    open_layer(stage, tmp_path, "u=6&view=holding")
    holding = stage.page.locator(".gs-holding")
    track, who = holding.locator("select").first, holding.locator("select").nth(1)
    expect(who.locator("option").first).to_have_text("unit 6")
    track.select_option("hidden")
    expect(who.locator("option").first).to_have_text("unit 3")
    with stage.answered():
        holding.get_by_role("button", name="1", exact=True).click()
    expect(stage.page.locator(".gs-held-list li > :first-child")).to_contain_text("3")
    for _ in range(3):
        stage.page.keyboard.press("ArrowUp")
    assert stage.shown("lstm.hidden") == 1
