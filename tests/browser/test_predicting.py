"""Predict, then see: the covered is nowhere, and what is revealed is the core's."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import expect

from gru_core.conventions import STATES
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation
from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, figures, traces_of, with_edits
from tests.browser.predicted import LINK, STEP, UNIT, area, button, flat, predict, reveal, said
from tests.browser.test_touching import swipe
from tests.browser.voice import VOICE

Core = Callable[..., Situation]

BIAS = "gru.b_x.update.2"

# All that a page has, seen or not: its texts, what its elements say of themselves, its fields.
EVERYTHING = """
() => {
  const found = [];
  for (const one of document.querySelectorAll(".stApp, .stApp *")) {
    for (const { value } of one.attributes) found.push(value);
    for (const node of one.childNodes) if (node.nodeType === 3) found.push(node.data);
    if (one.value !== undefined) found.push(String(one.value));
  }
  return found.join(" \\u0001 ");
}
"""
# What is drawn of the truth: the numbers of an axis from `low` to `high`.
DRAWN = """
([name, low, high]) => document.querySelector(`.gs-predict-${name}`).getAttribute("d")
  .replace(/^M/, "").split("L").map((point) => high - Number(point.split(" ")[1]) * (high - low))
"""


def expected(sketch: np.ndarray, truth: np.ndarray) -> tuple[float, int]:
    """How far a sketch is from the truth on average, and its first step where that is most."""
    away = np.abs(sketch - truth)
    return float(away.mean()), int(away.argmax())


def written(value: float) -> set[str]:
    """A number as captions, sentences and hovers write it."""
    seven = f"{float(np.float32(value)):.7g}"
    return {one.replace("-", "−") for one in (f"{value:.3g}", f"{value:#.3g}", seven)}


def telling(situation: Situation) -> set[str]:
    """The numbers of the unit's states that are covered, less those that stand elsewhere anyway.

    The LSTM of the scene is made to do the same: its states are covered, too.
    """
    traces = traces_of(situation)
    states = [trace[name] for trace in traces.values() for name in trace if name in STATES["lstm"]]
    covered = {text for one in states for v in one[STEP + 1 :, UNIT] for text in written(v)}
    known = [part for one in states for part in (one[: STEP + 1], np.delete(one, UNIT, axis=1))]
    known += [
        trace[name] for trace in traces.values() for name in trace if name not in STATES["lstm"]
    ]
    return covered - {
        text for values in known for value in values.ravel() for text in written(value)
    }


def given_away(stage: Stage, texts: set[str]) -> set[str]:
    everything = stage.page.evaluate(EVERYTHING)
    return {text for text in texts if re.search(rf"(?<![\d.]){re.escape(text)}(?!\d)", everything)}


@pytest.mark.parametrize("view", ["cell", "why", "kept", "memory", "gradients", "saturation"])
def test_nothing_gives_away_what_is_covered(page: Stage, core: Core, view: str) -> None:
    page.open(f"{LINK}&view={view}")
    texts = telling(core("pulse"))
    assert len(texts) > 20
    predict(page)
    page.press("ArrowRight", "ArrowRight")  # draws: the cursor stays
    page.page.locator(".gs-scrub").focus()
    page.press("ArrowRight", "End")
    page.click(Cell(page.track("lstm.hidden"), 4, 20, 1, 15))
    assert page.cursor == (STEP, UNIT)
    page.page.evaluate("window.giveRest()")
    page.rest(300)  # whatever follows once there is time
    assert given_away(page, texts) == set()
    page.press("Escape")
    expect(area(page)).to_have_count(0)
    page.click(Cell(page.track("gru.hidden"), 4, 20, UNIT, 7))
    page.rest(100)
    assert given_away(page, texts) != set()  # they would have been found


def test_what_is_covered_is_not_whispered_and_a_menu_does_not_have_it(page: Stage) -> None:
    page.open(LINK)
    predict(page, "GRU unit over time")
    whisper = page.hover(Cell(page.track("gru.hidden"), 4, 20, UNIT, 9))
    assert whisper == "h of unit 3 at step 10: ?"
    known = page.hover(Cell(page.track("gru.hidden"), 4, 20, UNIT, STEP))
    assert re.fullmatch(r"h of unit 3 at step 5: [\d.]+", known)
    assert not any(one.is_visible() for one in page.page.locator(".gs-more").all())
    page.press("Escape")
    assert page.page.locator(".gs-more").first.is_visible()


def test_what_is_drawn_and_said_is_the_cores(page: Stage, core: Core) -> None:
    page.open(LINK)
    hidden = traces_of(core("pulse"))["gru"]["hidden"][:, UNIT]
    predict(page)
    flat(page)
    text = reveal(page)
    drawn = page.page.evaluate(DRAWN, ["truth", -1, 1])
    np.testing.assert_allclose(drawn, hidden[STEP:], atol=1e-6)  # it goes on from what was known
    sketch = np.full(19 - STEP, round(hidden[STEP], 2))
    np.testing.assert_allclose(page.page.evaluate(DRAWN, ["mine", -1, 1]), sketch, atol=1e-9)
    mean, at = expected(sketch, hidden[STEP + 1 :])
    step = STEP + 1 + at
    assert f"you are {figures(mean, 3):g} away from h" in text
    assert (
        f"Farthest at step {step + 1}: you have {sketch[0]:g}, h is {figures(hidden[step], 3):g}."
        in text
    )
    assert page.cursor == (step, UNIT)  # where it happens
    assert page.text("[data-sentence=gru]") in text
    button(page, "Done").click()
    assert page.cursor == (STEP, UNIT)


@pytest.mark.parametrize("notation", ["pytorch", "chung"])  # a z that keeps, and one that writes
def test_a_gate_is_predicted_as_the_notation_has_it(page: Stage, core: Core, notation: str) -> None:
    page.open(f"{LINK}&notation={notation}")
    update = traces_of(core("pulse"))["gru"]["update"][:, UNIT]
    shown = update if notation == "pytorch" else 1 - update
    predict(page, "GRU update gate")
    area(page).focus()
    page.press(*["PageDown" if shown[STEP] > 0.5 else "PageUp"] * 3, "End")
    sketch = np.array(page.page.evaluate(DRAWN, ["mine", 0, 1]))
    text = reveal(page)
    np.testing.assert_allclose(page.page.evaluate(DRAWN, ["truth", 0, 1]), shown[STEP:], atol=1e-6)
    mean, at = expected(sketch, shown[STEP + 1 :])
    assert f"you are {figures(mean, 3):g} away from z. Farthest at step {STEP + 2 + at}:" in text
    assert page.text("[data-sentence=gru]") in text
    assert ("keeps" if notation == "pytorch" else "is written anew") in text


def test_another_notation_covers_its_own_numbers(page: Stage) -> None:
    page.open(LINK)
    predict(page, "GRU update gate")
    flat(page)
    page.pick("Notation", "Chung et al. 2014")
    page.wait()
    expect(button(page, "Reveal")).to_be_disabled()
    whisper = page.hover(Cell(page.track("gru.candidate"), 4, 20, UNIT, 9))
    assert whisper.endswith(": 0")
    flat(page)
    reveal(page)


def test_one_number_is_dragged(page: Stage, core: Core) -> None:
    page.open(LINK)
    hidden = traces_of(core("pulse"))["gru"]["hidden"][:, UNIT]
    predict(page)
    page.page.get_by_label("How far").select_option(index=1)
    box = area(page).bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 3)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=4)
    page.page.mouse.up()
    drawn = page.page.evaluate(DRAWN, ["mine", -1, 1])
    assert len(drawn) == 1
    text = reveal(page)
    assert f"h is {figures(hidden[STEP + 1], 3):g} at step {STEP + 2}" in text
    assert f"{figures(abs(drawn[0] - hidden[STEP + 1]), 3):g} away" in text


def test_a_change_is_predicted_before_it_is_seen(page: Stage, core: Core) -> None:
    page.open(LINK)
    before = core("pulse")
    predict(page)
    button(page, "An edit first").click()
    flat(page)
    expect(button(page, "Reveal")).to_be_disabled()  # nothing is changed yet
    was = page.page.evaluate(DRAWN, ["before", -1, 1])
    np.testing.assert_allclose(was, traces_of(before)["gru"]["hidden"][STEP:, UNIT], atol=1e-6)
    page.drag(page.cell_of(BIAS, before), -70)
    after = with_edits(before, {BIAS: page.value})
    assert given_away(page, telling(after)) == set()
    expect(button(page, "Reveal")).to_be_enabled()
    sent = page.sent
    reveal(page)
    hidden = traces_of(after)["gru"]["hidden"][STEP:, UNIT]
    np.testing.assert_allclose(page.page.evaluate(DRAWN, ["truth", -1, 1]), hidden, atol=1e-6)
    assert page.sent == sent
    page.page.locator(".gs-number").blur()
    with page.answered():
        page.press("Control+z")  # the change, and nothing that was sketched
    assert page.edits == {}
    expect(area(page)).to_have_count(0)  # its numbers are others now
    page.expect(before)


def test_a_screen_too_large_to_be_sent_is_predicted_by_its_exact_numbers(stage: Stage) -> None:
    stage.open("scene=own&source=noise&steps=500&units=128&seed=3&t=250&u=40")
    trace = traces_of(situation(own_scene(Own(source="noise", steps=500, units=128), 3)))["gru"]
    hidden = trace["hidden"][:, 39]
    predict(stage, "GRU unit over time")
    flat(stage)
    assert stage.hover(Cell(stage.track("gru.hidden"), 128, 500, 39, 400)).endswith(": ?")
    text = reveal(stage)
    drawn = stage.page.evaluate(DRAWN, ["truth", -1.06, 1.06])  # of the axis of lines
    np.testing.assert_allclose(drawn, hidden[249:], atol=1e-5)
    mean, _ = expected(np.full(250, round(hidden[249], 2)), hidden[250:])
    assert f"{figures(mean, 3):g} away from h" in text


def test_another_scene_and_the_back_button_leave_nothing_covered(page: Stage, core: Core) -> None:
    page.open(LINK)
    predict(page)
    page.press("Escape")
    page.page.locator(".gs-next").click()
    page.shows("cue")
    predict(page)
    page.page.go_back()
    page.shows("pulse")
    expect(area(page)).to_have_count(0)
    page.press("End")
    assert page.cursor[0] == 19
    page.expect(core("pulse"))


def test_escape_lets_go_of_a_number_first_and_then_leaves(page: Stage, core: Core) -> None:
    page.open(LINK)
    predict(page)
    page.click(page.cell_of(BIAS, core("pulse")))
    page.press("Escape")
    expect(area(page)).to_be_visible()
    page.press("Escape")
    expect(area(page)).to_have_count(0)
    assert page.page.locator(".gs-story .gs-seen").inner_text().startswith("At step 4")


def test_the_verdict_is_heard_and_not_the_place_of_the_cursor_in_its_stead(page: Stage) -> None:
    page.open(LINK)
    page.press("p")
    area(page).wait_for()
    flat(page)
    page.press("Enter")
    expect(button(page, "Again")).to_be_focused()
    verdict = said(page)
    assert "on average you are" in verdict
    page.rest(900)  # longer than the cursor rests before it is said
    expect(page.page.locator(VOICE)).to_contain_text(verdict)
    page.press("Escape")
    page.press("ArrowLeft")
    expect(page.page.locator(VOICE)).to_contain_text(f"step {STEP}")


def test_a_finger_sketches_and_the_page_stays(phone: Stage) -> None:
    phone.open(LINK)
    predict(phone)
    box = area(phone).bounding_box() or {}
    main = phone.page.get_by_test_id("stMain")
    before = main.evaluate("(main) => main.scrollTop")
    left = box["x"] + box["width"] * 5.2 / 20
    swipe(phone, (left, box["y"] + 10), box["width"] * 14.6 / 20, box["height"] - 30)
    assert main.evaluate("(main) => main.scrollTop") == before
    expect(button(phone, "Reveal")).to_be_enabled()
    drawn = phone.page.evaluate(DRAWN, ["mine", -1, 1])
    assert len(drawn) == 15
    assert np.all(np.diff(drawn) <= 0)
    for one in phone.page.locator(".gs-predict-buttons button:visible").all():
        assert (one.bounding_box() or {"height": 0})["height"] >= 44
    reveal(phone)
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
