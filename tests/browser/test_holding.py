"""What if: a gate, a candidate or a state held at a value, and what that changes."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from gru_core.analysis import contributions
from gru_core.changes.ablations import ablation
from gru_core.changes.interventions import format_interventions
from gru_core.situation import Situation
from tests.browser.driver import Stage, as_number, colours, with_edits
from tests.browser.lensing import (
    chart,
    expect_captions,
    expect_csv,
    expect_differences,
    expect_table,
    go,
    held_traces,
    settled,
    shapes,
    term_rows,
    words,
)
from tests.browser.opened import equations, short

Core = Callable[..., Situation]
LINK = "view=holding&t=8&u=2"


def button(stage: Stage, name: str) -> Locator:
    """A button of the controls."""
    return stage.page.locator(".gs-holding").get_by_role("button", name=name, exact=True)


def press(stage: Stage, name: str) -> None:
    """Press one of these and wait for the answer."""
    with stage.answered():
        button(stage, name).click()
    settled(stage)


def held(stage: Stage) -> list[str]:
    """What is held, in words."""
    return stage.page.locator(".gs-held-list li > :first-child").all_inner_texts()


def value_field(stage: Stage) -> tuple[float, str]:
    """Where the slider stands, and what is said beside it."""
    slider = stage.page.locator(".gs-holding").get_by_label("Value", exact=True)
    return float(slider.input_value()), stage.text(".gs-number-held")


def expect_undone(stage: Stage, situation: Situation) -> None:
    """One undo leads back to where nothing is held, and nothing further."""
    with stage.answered():
        stage.press("Control+z")
    settled(stage)
    assert "do" not in stage.link
    assert words(stage)[0] == "Nothing is held yet."
    expect_captions(stage, held_traces(situation))
    expect(stage.page.get_by_role("button", name="undo", exact=True)).to_be_disabled()


@pytest.mark.usefixtures("anew")  # with the span that the fields begin with
@pytest.mark.parametrize("value", [0, 1])
def test_a_gate_of_the_cursors_unit_is_held_by_a_button(
    page: Stage, core: Core, value: int
) -> None:
    page.open(LINK)
    situation, place = core("pulse"), f"gru.update.1.all_{value:.1f}"
    assert value_field(page) == (0.5, "not held")
    press(page, f"{value}")
    assert page.link["do"] == place
    now, free = held_traces(situation, place), held_traces(situation)
    expect_captions(page, now)
    assert as_number(page.text("[data-value='gru.update']")) == value
    assert held(page) == [f"GRU: z of unit 2, steps 1 to 20, held at {value}"]
    assert value_field(page) == (value, "1.00" if value else "0")
    page.drawn()
    page.press("End")  # what is to come is veiled
    seen = page.painted("gru.update", 4, 20)
    assert np.abs(seen - colours(now["gru"]["update"].T, "update"))[[0, 1, 3], :19].max() <= 4
    expect_differences(page, now, free, "gru", 1)
    apart = np.abs(now["gru"]["hidden"] - free["gru"]["hidden"])
    step, unit = np.unravel_index(apart.argmax(), apart.shape)
    assert words(page)[0].startswith("GRU: h differs from the original from step ")
    assert f", most at step {step + 1}, unit {unit + 1}: by {apart.max():.3g}." in words(page)[0]
    assert words(page)[1] == "LSTM: h is that of the original at every step."


def test_an_equation_says_what_is_held_and_what_it_would_have_been(page: Stage, core: Core) -> None:
    page.open(f"{LINK}&do=gru.update.1.all_1.0")
    page.reload()
    assert held(page) == ["GRU: z of unit 2, steps 1 to 20, held at 1"]
    go(page, "cell")
    heading = page.page.locator("section.gs-equation[data-quantity=update] h3")
    assert heading.inner_text() == "update gate, held at 1.00"
    assert page.page.locator(".gs-held:not(:empty)").count() == 1
    free = held_traces(core("pulse"))["gru"]["update"][7, 1]
    shown = equations(page)
    assert shown["update"][-1].endswith(f"={short(np.float32(free))}")
    assert shown["hidden"][1].startswith("=1.00·")
    [note] = page.page.locator(".gs-shown > .gs-notes p").all_inner_texts()
    assert note == "GRU: z of unit 2, steps 1 to 20, held at 1."


@pytest.mark.parametrize(
    ("cell", "track", "unit", "name"),
    [
        ("gru", "reset", "all", "reset gate"),
        ("gru", "hidden", "1", "new hidden state"),
        ("lstm", "cell", "1", "cell state"),
        ("lstm", "output", "all", "output gate"),
        ("rnn", "hidden", "all", "hidden state"),
    ],
)
def test_the_equation_says_so_at_the_steps_where_something_is_held_and_so_does_its_latex(
    clipboard: Stage, cell: str, track: str, unit: str, name: str
) -> None:
    page = clipboard
    beside = "&with=rnn" if cell == "rnn" else ""
    page.open(f"scene=pulse&cell={cell}{beside}&t=9&u=2&do={cell}.{track}.{unit}.4-8_0.5")
    headings = page.page.locator("section.gs-equation h3").filter(has_text="held at")
    expect(headings).to_have_text([f"{name}, held at 0.500"])
    page.page.get_by_role("button", name="copy as LaTeX").click()
    expect(page.page.get_by_role("button", name="copied")).to_be_visible()
    latex: str = page.page.evaluate("navigator.clipboard.readText()")
    [row] = [row for row in latex.split("\n") if "held" in row]
    assert row.removesuffix(" \\\\").endswith(r"\quad \text{held at } 0.500")
    page.press("ArrowRight")
    expect(headings).to_have_count(0)


def test_the_reason_of_a_held_number_is_what_it_would_have_been(page: Stage, core: Core) -> None:
    page.open("view=why&of=update&t=8&u=3&do=gru.update.2.all_0.5")
    now, free = (held_traces(core("pulse"), text)["gru"] for text in (page.link["do"], ""))
    assert now["update"][7, 2] == 0.5
    said = words(page)[0]
    assert said.startswith("z of unit 3 at step 8 is held at 0.5. ")
    assert f"σ(2) = {free['update'][7, 2]:.3g};" in said
    found = contributions(core("pulse").weights["gru"], now, "update", 2, 7)
    expect_table(page, "terms", term_rows(found))
    go(page, "holding")
    assert held(page) == ["GRU: z of unit 3, steps 1 to 20, held at 0.5"]


def test_letting_go_by_keys_keeps_the_focus_among_the_controls(page: Stage) -> None:
    page.open(f"{LINK}&do=gru.update.1.all_0.0~gru.reset.1.all_0.0")
    let_go = page.page.locator(".gs-held-list").get_by_role("button", name="let go")
    let_go.nth(1).focus()
    for left in (1, 0):
        with page.answered():
            page.press("Enter")
        expect(let_go).to_have_count(left)
        settled(page)
        if left:
            expect(let_go).to_be_focused()
    expect(page.page.locator(".gs-holding").get_by_label("What to hold")).to_be_focused()


@pytest.mark.usefixtures("anew")
def test_the_value_is_dragged_live_and_one_undo_takes_it_back(page: Stage, core: Core) -> None:
    page.open(LINK)
    situation = core("pulse")
    slider = page.page.locator(".gs-holding").get_by_label("Value", exact=True)
    box = slider.bounding_box()
    assert box is not None
    y, caption = box["y"] + box["height"] / 2, page.page.locator("[data-value='gru.update']")
    answers, seen = page.ack, set()
    page.page.mouse.move(box["x"] + box["width"] / 2, y)
    page.page.mouse.down()
    for share in (0.6, 0.8, 0.9):
        page.page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
        value, said = value_field(page)
        assert as_number(said) == pytest.approx(value)
        expect(caption).to_have_text(short(value))  # while the hand is still on it
        seen.add(value)
    assert len(seen) == 3
    assert page.ack >= answers + 3
    page.page.mouse.up()
    settled(page)
    value, _ = value_field(page)
    place = f"gru.update.1.all_{value!r}"
    assert page.link["do"] == place
    expect_captions(page, held_traces(situation, place))
    expect_undone(page, situation)
    with page.answered():
        page.press("Control+Shift+z")
    settled(page)
    assert page.link["do"] == place


def test_every_unit_is_held_over_a_span_of_steps_and_let_go(page: Stage, core: Core) -> None:
    page.open(LINK)
    situation = core("pulse")
    controls = page.page.locator(".gs-holding")
    controls.get_by_label("What to hold").select_option("candidate")
    controls.get_by_label("Of which units").select_option("all")
    for label, step in (("From step", "4"), ("To step", "9")):
        controls.get_by_label(label).fill(step)
        controls.get_by_label(label).press("Tab")
    press(page, "1")
    place = "gru.candidate.all.3-8_1.0"
    assert page.link["do"] == place
    assert held(page) == ["GRU: n of every unit, steps 4 to 9, held at 1"]
    now = held_traces(situation, place)
    expect_captions(page, now)
    expect_differences(page, now, held_traces(situation), "gru", 1)
    controls.get_by_label("From step").fill("1")
    controls.get_by_label("From step").press("Tab")
    assert value_field(page) == (0, "not held")
    press(page, "0")
    both = f"{place}~gru.candidate.all.0-8_0.0"
    assert page.link["do"] == both
    expect_captions(page, held_traces(situation, both))
    page.page.get_by_title(f"Let go: {held(page)[1]}").click()
    expect(page.page.locator(".gs-held-list li")).to_have_count(1)
    settled(page)
    assert page.link["do"] == place
    expect_captions(page, now)
    page.page.get_by_role("button", name="reset", exact=True).click()
    expect(page.page.locator(".gs-held-list li")).to_have_count(0)
    settled(page)
    assert "do" not in page.link
    expect_captions(page, held_traces(situation))


@pytest.mark.parametrize(
    ("cell", "name"), [("gru", "leaky"), ("gru", "reset only"), ("lstm", "no forget gate")]
)
def test_gates_are_taken_away_by_a_button(page: Stage, core: Core, cell: str, name: str) -> None:
    page.open(f"scene=cue&cell={cell}&{LINK}")
    press(page, name)
    text = format_interventions(ablation(name))
    assert page.link["do"] == text
    assert len(held(page)) == len(ablation(name))
    now, free = held_traces(core("cue"), text), held_traces(core("cue"))
    expect_captions(page, now)
    expect_csv(page, "less.hidden", (now[cell]["hidden"] - free[cell]["hidden"]).T)


def test_a_gate_that_writes_is_held_at_the_value_on_screen(page: Stage, core: Core) -> None:
    page.open(f"notation=after.write.2&{LINK}")
    press(page, "1")
    assert page.link["do"] == "gru.update.1.all_0.0"  # of the core, whose gate keeps
    assert held(page) == ["GRU: z of unit 2, steps 1 to 20, held at 1"]
    assert as_number(page.text("[data-value='gru.update']")) == 1
    now, free = (held_traces(core("pulse"), text)["gru"] for text in (page.link["do"], ""))
    expect_csv(page, "less.update", (free["update"] - now["update"]).T)
    expect_csv(page, "less.hidden", (now["hidden"] - free["hidden"]).T)


def test_what_a_link_holds_can_be_changed_again(page: Stage, core: Core) -> None:
    page.open(f"{LINK}&do=lstm.forget.2.4-19_0.25~gru.hidden.3.0-6_0.5")
    page.page.get_by_role(
        "button", name="LSTM: f of unit 3, steps 5 to 20", exact=False
    ).first.click()
    expect(page.page.locator(".gs-holding").get_by_label("What to hold")).to_have_value("forget")
    settled(page)
    assert page.cursor == (7, 2)
    assert value_field(page) == (0.25, "0.250")
    press(page, "1")
    assert page.link["do"] == "gru.hidden.3.0-6_0.5~lstm.forget.2.4-19_1.0"
    page.page.get_by_role(
        "button", name="GRU: h of unit 4, steps 1 to 7", exact=False
    ).first.click()
    expect(page.page.locator(".gs-holding").get_by_label("What to hold")).to_have_value("hidden")
    settled(page)
    assert page.cursor == (7, 3)
    assert value_field(page) == (0.5, "0.500")
    expect_captions(page, held_traces(core("pulse"), page.link["do"]))


def test_a_weight_is_dragged_while_something_is_held(page: Stage, core: Core) -> None:
    text, target = "gru.update.3.all_0.5", "gru.w_x.candidate.3.0"
    page.open(f"view=holding&t=5&u=4&do={text}")
    situation = core("pulse")
    page.drag(page.cell_of(target, situation), -30)
    page.wait()
    after = with_edits(situation, {target: page.value})
    assert page.edits == {target: page.value}
    assert page.link["do"] == text
    now = held_traces(after, text)
    expect_captions(page, now)
    # The original is what this would be with nothing held.
    expect_csv(page, "less.hidden", (now["gru"]["hidden"] - held_traces(after)["gru"]["hidden"]).T)


def test_what_cannot_be_held_is_named(page: Stage) -> None:
    page.open(f"{LINK}&do=gru.update.9.all_0.0~gru.update.0.all_2.0~nonsense")
    said = page.text(".gs-notices")
    for piece in ("gru.update.9", "gru.update.0", "nonsense"):
        assert piece in said
    assert words(page)[0] == "Nothing is held yet."
    assert shapes(page) == {}
    assert chart(page, "both").count() == 0


def test_a_span_to_the_last_step_goes_on_to_that_of_a_longer_scene(
    stage: Stage, core: Core
) -> None:
    stage.stays = True  # one page, in which nobody has chosen a span
    for scene in ("pulse", "slate", "pulse"):
        stage.open(f"scene={scene}&view=holding&t=1&u=1")
        expect(stage.page.get_by_label("To step")).to_have_value(f"{len(core(scene).x)}")
    assert len(core("slate").x) < len(core("pulse").x)
