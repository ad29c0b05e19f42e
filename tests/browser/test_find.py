"""Find: a span is chosen, its units are seen, and a click leads to where they are on again."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from gru_core.analysis.patterns import Pattern, Span, matches, pattern, reaction
from gru_core.situation import Situation
from tests.browser.driver import Stage, traces_of
from tests.browser.lensing import (
    ask,
    chart,
    choice,
    expect_csv,
    expect_table,
    go,
    point,
    settled,
    shapes,
    words,
)

Core = Callable[..., Situation]
ASKED = Span(49, 54)


def field(stage: Stage, label: str) -> Locator:
    """One of the fields of the question."""
    return stage.page.locator(".gs-seeking").get_by_label(label, exact=True)


def button(stage: Stage, name: str) -> Locator:
    """One of its buttons."""
    return stage.page.locator(".gs-seeking").get_by_role("button", name=name, exact=True)


def fill(stage: Stage, label: str, value: str) -> None:
    """Type into a field and wait for the answer."""
    with stage.answered():
        field(stage, label).fill(value)
        field(stage, label).press("Tab")
    settled(stage)


def press(stage: Stage, name: str) -> None:
    """Press a button and wait for the answer."""
    with stage.answered():
        button(stage, name).click()
    settled(stage)


def question(stage: Stage) -> list[str]:
    """What the fields say."""
    return [field(stage, name).input_value() for name in ("From step", "To step", "Threshold")]


def places(stage: Stage) -> list[str]:
    """The list of places, line by line."""
    found = stage.page.locator(".gs-places li").all_inner_texts()
    return [" ".join(line.split()) for line in found]


def found_in(situation: Situation, span: Span, threshold: float, **more: bool) -> Pattern:
    trace = traces_of(situation)["gru"]
    return pattern(trace["hidden"], span, threshold, trace.initial[0], **more)


def expect_found(stage: Stage, found: Pattern) -> None:
    """The list and the lines are those of the core."""
    count = len(found.units)
    assert places(stage) == [
        f"steps {one.span.first + 1} to {one.span.last + 1} {one.on} of {count}"
        for one in matches(found, 6)
    ]
    shares = np.stack([found.at_step, found.best_around], axis=1) / count
    expect_csv(stage, "together", shares)


def test_a_span_is_chosen_its_units_are_seen_and_a_click_leads_to_where_they_are_again(
    page: Stage, core: Core
) -> None:
    page.open("scene=crowd&t=12&u=3")
    situation = core("crowd")
    go(page, "find")
    settled(page)
    assert question(page) == ["50", "52", "0.3"]  # where the scene opens
    fill(page, "To step", "55")
    assert page.link["of"] == "hidden.50-55.0.3"
    found = found_in(situation, ASKED, 0.3)
    assert words(page)[0].startswith(f"GRU: {len(found.units)} of 32 units are on through steps 50")
    expect_found(page, found)
    reacted = reaction(traces_of(situation)["gru"]["hidden"], ASKED)
    units = reacted.ranked[:10]
    on = np.isin(units, found.units).astype(float)
    numbers = (reacted.inside[units], reacted.outside[units], reacted.difference[units], on)
    shown = expect_table(page, "reaction", np.stack(numbers, axis=1))
    assert shown.rows == [f"unit {unit + 1}" for unit in units]
    assert page.cursor == (11, 2)
    best = matches(found, 1)[0]
    page.page.locator(".gs-places button").first.click()
    assert page.cursor == (best.span.first, 2)
    page.page.wait_for_url(f"**t={best.span.first + 1}&*")
    page.page.mouse.click(*point(chart(page, "reaction"), 0.5, 0.25))  # of ten, the third
    assert page.cursor == (best.span.first, int(units[2]))
    page.page.mouse.click(*point(chart(page, "together"), 80.5 / 100, 0.5))
    assert page.cursor == (80, int(units[2]))


def test_a_link_and_the_way_back_bring_the_question_again(page: Stage, core: Core) -> None:
    link = "scene=crowd&view=find&of=hidden.50-55.0.42.be"
    page.open(link)
    found = found_in(core("crowd"), ASKED, 0.42, begins=True, ends=True)
    assert question(page) == ["50", "55", "0.42"]
    for name in ("not on before it", "not on after it"):
        expect(button(page, name)).to_have_attribute("aria-pressed", "true")
    assert len(places(page)) == len(matches(found, 6))
    press(page, "not on before it")
    press(page, "not on after it")
    assert page.link["of"] == "hidden.50-55.0.42"
    expect_found(page, found_in(core("crowd"), ASKED, 0.42))
    page.reload()
    expect_found(page, found_in(core("crowd"), ASKED, 0.42))
    page.page.go_back()
    expect(button(page, "not on before it")).to_have_attribute("aria-pressed", "false")
    expect(button(page, "not on after it")).to_have_attribute("aria-pressed", "true")


def test_the_span_begins_and_ends_at_the_cursor_in_either_order(page: Stage) -> None:
    page.open("scene=crowd&view=find&t=30")
    press(page, "begin at the cursor")
    assert page.link["of"] == "hidden.30-52.0.3"
    page.press("ArrowRight", "ArrowRight")
    press(page, "end at the cursor")
    assert page.link["of"] == "hidden.30-32.0.3"
    page.press("End")
    press(page, "begin at the cursor")  # and the end comes along
    assert page.link["of"] == "hidden.100-100.0.3"
    page.press("Home")
    press(page, "end at the cursor")
    assert page.link["of"] == "hidden.1-1.0.3"
    assert question(page) == ["1", "1", "0.3"]
    assert page.cursor[0] == 0


def test_another_gate_or_cell_is_asked_about_the_same_span(page: Stage) -> None:
    page.open("scene=crowd&view=find&of=hidden.50-55.0.3")
    ask(page, "update gate z")
    assert page.link["of"] == "update.50-55.0.5"
    assert question(page) == ["50", "55", "0.5"]
    with page.answered():
        page.page.locator(".gs-inside header").get_by_role("tab", name="LSTM").click()
    settled(page)
    assert words(page)[0] == "This cell has no “update”: the hidden state is shown."
    ask(page, "cell state c")
    assert page.link["of"].startswith("cell.50-55.")
    expect(choice(page, "cell state c")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        ("From step", "0", "A step is a whole number from 1 to 100."),
        ("To step", "101", "A step is a whole number from 1 to 100."),
        ("To step", "5.5", "A step is a whole number from 1 to 100."),
        ("From step", "", "A step is a whole number from 1 to 100."),
        ("Threshold", "-0.3", "A threshold is a number from 0, such as 0.3."),
        ("Threshold", "", "A threshold is a number from 0, such as 0.3."),
    ],
)
def test_what_makes_no_sense_stays_in_its_field_and_the_answer_on_screen(
    page: Stage, label: str, value: str, said: str
) -> None:
    page.open("scene=crowd&view=find&of=hidden.50-55.0.3")
    there, sent = words(page), page.sent
    field(page, label).fill(value)
    field(page, label).press("Tab")
    expect(page.page.locator(".gs-typed-said")).to_have_text(said)
    expect(field(page, label)).to_have_value(value)
    expect(field(page, label)).to_have_attribute("aria-invalid", "true")
    page.rest()
    assert page.sent == sent
    assert words(page) == there
    assert page.link["of"] == "hidden.50-55.0.3"
    fill(page, "Threshold", "0.25")
    expect(page.page.locator(".gs-typed-said")).to_have_text("")
    expect(field(page, label)).to_have_attribute("aria-invalid", "false")


def test_a_bad_question_in_a_link_is_named_and_can_be_mended(page: Stage) -> None:
    page.open("scene=crowd&view=find&of=hidden.12-5.0.999")
    assert words(page)[0].startswith("The span goes from step 12 to step 5, which comes before")
    assert "Lower the threshold: " in words(page)[1]
    assert list(shapes(page)) == ["reaction"]
    assert places(page) == []
    fill(page, "Threshold", "0.3")
    assert len(words(page)) == 3
    assert places(page)


def test_in_the_reader_the_same_letters_are_found_again(page: Stage) -> None:
    page.open("scene=reader&word=recurrent&view=find&of=hidden.1-2.0.3&t=1")
    first = page.page.locator(".gs-places button").first
    expect(first.locator("b")).to_have_text("re")
    assert places(page)[0] == "steps 6 to 7 recurre 82 of 112"
    first.focus()
    page.press("Enter")
    assert page.cursor[0] == 5
    expect(first).to_be_focused()
    assert page.text(".gs-step-label").startswith("step 6 of 10, input r")


def test_the_list_goes_with_the_lens(page: Stage) -> None:
    page.open("scene=crowd&view=find")
    assert places(page)
    go(page, "saturation")
    assert places(page) == []
    assert page.page.locator(".gs-seeking input").count() == 0
    go(page, "find")
    assert places(page)
    go(page, "cell")
    expect(page.page.locator(".gs-places")).to_be_hidden()


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (1280, [["From step", "begin", "end"], ["Threshold", "not on before", "not on after"]]),
        (390, [["From step", "Threshold"], ["begin", "not on before"], ["end", "not on after"]]),
    ],
)
def test_the_question_is_in_even_lines(
    seen: Callable[..., Stage], width: int, lines: list[list[str]]
) -> None:
    page = seen(viewport={"width": width, "height": 844}, finger=width < 500)
    page.open("scene=crowd&view=find")
    controls = page.page.locator(".gs-seeking")
    middles = []
    for line in lines:
        boxes = [
            controls.locator(f"[aria-label='{name}'], button:has-text('{name}')").bounding_box()
            for name in line
        ]
        across = [box["x"] for box in boxes if box]
        [middle] = {round(box["y"] + box["height"] / 2) for box in boxes if box}
        assert across == sorted(across)
        middles.append(middle)
    assert middles == sorted(middles)
