"""A and B: what is on screen against a setting that was pinned before."""

from collections.abc import Callable

import numpy as np
from playwright.sync_api import expect

from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of, with_edits
from tests.browser.lensing import (
    chart,
    drawn,
    expect_captions,
    expect_differences,
    go,
    marks,
    settled,
    shapes,
    words,
)

Core = Callable[..., Situation]
BIAS = "gru.b_x.update.3"
LINK = "view=pinned&t=8&u=4"


def press(stage: Stage, name: str) -> None:
    """Press a button of the controls and wait for the answer."""
    with stage.answered():
        stage.page.locator(".gs-holding").get_by_role("button", name=name, exact=True).click()
    settled(stage)


def undo(stage: Stage) -> None:
    stage.editor.get_by_label("Exact value").blur()
    with stage.answered():
        stage.press("Control+z")
    settled(stage)


def test_what_a_changed_bias_does_stands_against_the_pinned_setting(
    page: Stage, core: Core
) -> None:
    page.open(LINK)
    assert words(page)[0] == "Nothing is pinned yet."
    press(page, "pin the present as A")
    assert page.link["a"] == ".view=pinned"
    same = [f"{cell}: h is that of A at every step." for cell in ("GRU", "LSTM")]
    assert words(page) == same
    page.choose(BIAS)
    page.type("2")
    settled(page)
    before = traces_of(core("pulse"))
    now = traces_of(with_edits(core("pulse"), {BIAS: 2}))
    expect_captions(page, now)
    expect_differences(page, now, before, "gru", 3)
    apart = np.abs(now["gru"]["hidden"] - before["gru"]["hidden"])
    step, unit = np.unravel_index(apart.argmax(), apart.shape)
    first = int(np.flatnonzero(apart.any(axis=1))[0])
    differs, other, at_cursor = words(page)
    assert differs == (
        f"GRU: h differs from A from step {first + 1} on, most at step {step + 1}, "
        f"unit {unit + 1}: by {apart.max():.3g}."
    )
    here, there = (one["gru"]["hidden"][7, 3] for one in (now, before))
    assert at_cursor == f"GRU, step 8: h of unit 4 is {here:.3g}; in A it is {there:.3g}."
    assert other == same[1]
    undo(page)
    assert words(page) == same
    assert not np.any(drawn(page, "less.hidden")[0]["z"])
    undo(page)
    assert words(page)[0] == "Nothing is pinned yet."
    assert "a" not in page.link
    assert shapes(page) == {}


def test_a_pin_outlasts_a_reload_and_is_let_go(page: Stage, core: Core) -> None:
    page.open(f"e={BIAS}_2.0~&{LINK}")
    press(page, "pin the present as A")
    page.choose(BIAS)
    page.type("-1")
    settled(page)
    page.reload()
    now, before = (traces_of(with_edits(core("pulse"), {BIAS: value})) for value in (-1, 2))
    assert page.edits == {BIAS: -1.0}
    expect_differences(page, now, before, "gru", 3)
    press(page, "pin the present as A instead")
    assert words(page)[0] == "GRU: h is that of A at every step."
    page.page.go_back()
    expect(page.page.locator(".gs-words p").first).to_contain_text("h differs from A")
    settled(page)
    press(page, "let go of A")
    assert words(page)[0] == "Nothing is pinned yet."
    assert "a" not in page.link
    expect_captions(page, now)


def test_pinning_by_keys_keeps_the_focus_where_it_was(page: Stage) -> None:
    page.open(LINK)
    first, second = (page.page.locator(".gs-holding button").nth(place) for place in (0, 1))
    first.focus()
    with page.answered():
        page.press("Enter")
    expect(first).to_have_text("pin the present as A instead")
    expect(first).to_be_focused()
    page.press("Tab")
    expect(second).to_have_text("let go of A")
    expect(second).to_be_focused()
    with page.answered():
        page.press("Enter")
    expect(second).to_have_count(0)
    expect(first).to_be_focused()


def test_the_opened_cell_is_compared_under_the_same_cursor(page: Stage, core: Core) -> None:
    target = "lstm.b_x.forget.0"
    page.open(f"{LINK}&a=.&e={target}_3.0~")
    page.page.locator(".gs-inside header").get_by_role("tab", name="LSTM").click()
    expect(chart(page, "less.forget")).to_be_visible()
    page.press("ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight")
    settled(page)
    now = traces_of(with_edits(core("pulse"), {target: 3}))
    expect_differences(page, now, traces_of(core("pulse")), "lstm", 0)
    assert marks(chart(page, "less.cell")) == {"step": 0.425, "unit": 0, "spot": None}
    go(page, "cell")
    go(page, "pinned")
    assert page.link["a"] == "."


def test_an_a_of_other_sizes_or_that_cannot_be_read_is_said_to_be_one(page: Stage) -> None:
    page.open(f"{LINK}&a=.scene%3Dcue")
    assert words(page)[0] == "GRU: A has other sizes, nothing to compare."
    assert shapes(page) == {}
    page.open(f"{LINK}&a=nonsense")
    assert "nonsense" in page.text(".gs-notices")
    assert words(page)[0] == "Nothing is pinned yet."
