"""Each letter of the equations tells what it means: to a pointer, to keys, and in the notation."""

import pytest
from playwright.sync_api import expect

from app.words.terms import meaning, terms
from gru_core.conventions import CHUNG, PYTORCH
from tests.browser.driver import Stage


@pytest.mark.parametrize(("key", "notation"), [("pytorch", PYTORCH), ("chung", CHUNG)])
def test_letters_and_captions_tell_what_they_mean_in_the_notation(
    page: Stage, key: str, notation: object
) -> None:
    page.open(f"scene=slate&notation={key}")
    explained = terms("gru", notation)  # type: ignore[arg-type]
    assert page.page.locator(".gs-meaning").all_inner_texts() == [one.symbol for one in explained]
    titles = page.page.locator(".gs-tracks .gs-caption").evaluate_all(
        "(all) => all.map((one) => one.title)"
    )
    for track in ("reset", "update", "candidate", "hidden"):
        assert meaning("gru", track, notation) in titles  # type: ignore[arg-type]
    said = page.page.locator(".gs-letter-said")
    z = page.page.locator("[data-quantity=update] [data-letter=z]").first
    z.hover()
    expect(said).to_have_text(f"z {meaning('gru', 'update', notation)}")  # type: ignore[arg-type]


def test_the_letters_are_one_stop_of_tab_and_arrows_go_along_them(page: Stage) -> None:
    page.open("scene=slate&t=3&u=1")
    row = page.page.locator(".gs-letter-row")
    assert row.locator("[tabindex='0']").count() == 1
    said, explained = page.page.locator(".gs-letter-said"), terms("gru", PYTORCH)
    row.locator("button").first.focus()
    expect(said).to_have_text(f"x {explained[0].says}")
    before = page.cursor
    page.press("ArrowLeft")
    expect(row.locator("button:focus")).to_have_text(explained[-1].symbol)
    page.press("ArrowRight", "ArrowRight")
    expect(row.locator("button:focus")).to_have_text(explained[1].symbol)
    expect(said).to_have_text(f"{explained[1].symbol} {explained[1].says}")
    assert page.cursor == before, "the arrows are not the cursor's here"
    assert row.locator("[tabindex='0']").count() == 1


def test_no_gate_that_is_not_one_is_said_to_be(page: Stage) -> None:
    """In this scene z of unit 3 at step 1 is 1 − 9e-14."""
    page.open("scene=binary&t=1&u=3")
    assert page.text("[data-value='gru.update']") == "just under 1"
    assert "so it keeps over 99.99\xa0% of its old value" in page.text("[data-sentence=gru]")
    result = page.page.locator("[data-quantity=update] .gs-result").first
    assert result.text_content() == "1\xa0−\xa09.4e−14"


@pytest.mark.parametrize(
    ("held", "cell", "said"),
    [
        ("gru.hidden.2.all_0.5", "gru", "h is held at 0.5, whatever z is."),
        ("lstm.cell.all.4-9_-0.25", "lstm", "c is held at −0.25, whatever f and i are."),
    ],
)
def test_a_state_that_is_held_is_not_said_to_keep_anything(
    page: Stage, held: str, cell: str, said: str
) -> None:
    page.open(f"scene=pulse&do={held}&t=6&u=3")
    assert page.text(f"[data-sentence={cell}]").endswith(f"step 6: {said}")
