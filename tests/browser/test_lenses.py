"""The lenses: reached beside the heatmaps, asked by a click, under the same cursor everywhere."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from app.lenses import LENSES, QUESTIONS
from app.words.say import say
from gru_core.analysis import (
    contributions,
    evenly,
    kept_and_written,
    memory_map,
)
from gru_core.conventions import TRACKS
from gru_core.scenes.own import Own, own_scene
from gru_core.scenes.scene import situation as own_situation
from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, as_number, figures, traces_of, with_edits
from tests.browser.lensing import (
    MOVING,
    VIEWS,
    WRITTEN,
    ask,
    channels,
    chart,
    choice,
    contrast,
    drawn,
    expect_csv,
    expect_table,
    go,
    held_back,
    marks,
    notes,
    point,
    screen,
    settled,
    shapes,
    split_of,
    tab,
    term_rows,
    view_of,
    views,
    words,
)
from tests.browser.opened import Opened, expect_wiring
from tests.browser.test_dark import assert_no_slab

Core = Callable[..., Situation]
PLACE = {"step": 7, "unit": 1}
AT = "t=8&u=2"  # the same in a link


# The row of tabs ------------------------------------------------------------------------------


def test_every_tab_opens_its_lens_beside_the_heatmaps_as_they_are(page: Stage) -> None:
    page.open(AT)
    main = page.page.get_by_test_id("stMain")
    main.evaluate("(main) => main.scrollTo(0, 40)")
    page.page.evaluate(
        "document.querySelectorAll('.gs-tracks .gs-plot').forEach((plot) => plot.mine = true)"
    )
    for view in VIEWS:
        go(page, view)
        page.page.wait_for_url(re.compile(rf"\bview={view}\b"))
        assert page.cursor == (7, 1)
        assert main.evaluate("(main) => main.scrollTop") == 40
        expect(page.page.locator(".gs-look")).to_have_text(LENSES[view].look["mouse"])
        wanted = view_of(screen(view=view, **PLACE))
        assert words(page) == list(wanted.words)
        assert notes(page) == list(wanted.notes)
        buttons = page.page.locator(".gs-lens > .gs-steps button").all_inner_texts()
        assert buttons == [label for _, label in wanted.choices]
        drawn_shapes = shapes(page)
        assert list(drawn_shapes) == [one.name for one in wanted.charts]
        assert all(drawn_shapes.values())
        for one in wanted.charts:
            figure = chart(page, one.name)
            title = f"{one.title} {one.symbol}".strip()
            assert figure.locator(".gs-name").inner_text() == title
            said = figure.locator(".gs-plot").get_attribute("aria-label") or ""
            assert said.startswith(f"{title}. {len(one.values)} ")
    go(page, "cell")
    page.page.wait_for_url(re.compile("^((?!view=).)*$"))
    expect(page.page.locator(".gs-equations")).to_be_visible()
    kept = "[...document.querySelectorAll('.gs-tracks .gs-plot')].every((plot) => plot.mine)"
    assert page.page.evaluate(kept)


def test_back_and_a_reload_bring_a_lens_and_its_question_again(page: Stage) -> None:
    page.open(f"view=why&of=candidate&{AT}")
    go(page, "memory")
    ask(page, "the whole layer")
    page.page.wait_for_url(re.compile("of=layer"))
    page.reload()
    expect(tab(page, "memory")).to_have_attribute("aria-checked", "true")
    expect(choice(page, "the whole layer")).to_have_attribute("aria-pressed", "true")
    page.page.go_back()
    expect(choice(page, "the cursor's unit")).to_have_attribute("aria-pressed", "true")
    page.page.go_back()
    expect(tab(page, "why")).to_have_attribute("aria-checked", "true")
    expect(choice(page, "candidate n")).to_have_attribute("aria-pressed", "true")
    assert page.cursor == (7, 1)


def test_a_lens_opened_by_a_link_bears_a_pointer_and_the_way_to_the_cell(
    page: Stage, core: Core
) -> None:
    page.open(f"view=kept&{AT}")
    said = page.hover(Cell(page.track("gru.update"), 4, 20, 3, 8))
    assert said.startswith("z of unit 4 at step 9: ")
    expect(page.page.locator("[data-part='gru.update']")).to_have_class(re.compile("gs-lit"))
    page.page.mouse.move(2, 2)
    go(page, "cell")
    expect_wiring(page, Opened(core("pulse")))


def test_colours_of_heatmaps_are_told_once_until_they_mean_something_else(page: Stage) -> None:
    page.open("scene=cue&view=directions&e=x.17.0_-1.0~")
    settled(page)
    legends = {
        one.get_attribute("data-part"): one.locator(".gs-scale").all_inner_texts()
        for one in page.page.locator(".gs-charts figure").all()
    }
    assert legends == {
        "lens.moved": ["10⁻⁶  1"],
        "lens.forward": ["−1  1"],
        "lens.backward": [],
        "lens.output": [],
    }
    ask(page, "sum")
    settled(page)
    assert chart(page, "output").locator(".gs-scale").inner_text() == "−2  2"


# Why this number ------------------------------------------------------------------------------


def terms(situation: Situation, cell: Any, track: str, unit: int, step: int, **more: Any) -> Any:
    """The table of terms, and what it is made of."""
    trace = traces_of(situation)[cell]
    found = contributions(situation.weights[cell], trace, track, unit, step, **more)
    return term_rows(found), found


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_a_click_on_any_heatmap_asks_why_that_number(page: Stage, core: Core, cell: Any) -> None:
    page.open("scene=cue&view=why&t=2&u=1")
    situation = core("cue")
    trace = traces_of(situation)[cell]
    for place, track in enumerate(TRACKS[cell]):
        step, unit = 4 + place, 2 - place % 3
        with page.answered():
            page.click(Cell(page.track(f"{cell}.{track}"), 3, 20, unit, step))
        settled(page)
        wanted, found = terms(situation, cell, track, unit, step)
        shown = expect_table(page, "terms", wanted)
        assert shown.rows[-1] == "sum"
        said = words(page)[0]
        assert re.match(rf"\w of unit {unit + 1} at step {step + 1}\b", said)
        value = figures(trace[track][step, unit], 3)
        assert as_number(re.findall(r"(?:= |is )(−?[\d.e−]+\d)", said)[0]) == value
        assert page.link["of"] == track
        if found.activation == "none":
            assert list(shapes(page)) == ["terms"]
        else:
            expect_table(page, "curve", [[found.pre_activation], [found.value], [found.slope]])
    assert page.link.get("cell", "gru") == cell


def test_the_terms_of_a_candidate_add_up_to_it(page: Stage, core: Core) -> None:
    page.open("scene=crowd&view=why&of=candidate&t=40&u=7")
    situation, step, unit = core("crowd"), 39, 6
    trace, weights = traces_of(situation)["gru"], situation.weights["gru"]
    wanted, _ = terms(situation, "gru", "candidate", unit, step)
    shown = expect_csv(page, "terms", wanted)
    assert len(shown.rows) == 12  # ten by name, all others as one, and their sum
    assert shown.rows[-2] == "27 others"
    h = trace["hidden"][step - 1]
    inner = weights.w_h[2, unit] @ h + weights.b_h[2, unit]
    total = (
        weights.w_x[2, unit] @ trace.x[step]
        + weights.b_x[2, unit]
        + trace["reset"][step, unit] * inner
    )
    assert shown.values[-1, -1] == pytest.approx(total, rel=1e-8)
    assert shown.values[:-1, -1].sum() == pytest.approx(total, rel=1e-6)
    assert np.tanh(total) == pytest.approx(trace["candidate"][step, unit], rel=1e-9)


def test_a_gate_that_writes_has_its_terms_with_the_signs_on_screen(page: Stage, core: Core) -> None:
    page.open("notation=after.write.2&view=why&of=update&t=4&u=3")
    wanted, _ = terms(core("pulse"), "gru", "update", 2, 3, polarity="write")
    expect_table(page, "terms", wanted)
    assert words(page)[0].startswith(
        "z of unit 3 at step 4: first the sum, then σ. The terms sum to 10, and σ(10) = 1"
    )


# The cursor -----------------------------------------------------------------------------------


def test_the_cursor_is_marked_on_charts_of_steps_and_units(page: Stage) -> None:
    page.open(f"view=directions&{AT}")
    for _ in range(2):
        step, unit = page.cursor
        for part, row in (("forward", unit), ("backward", unit), ("output", None)):
            found = marks(chart(page, part))
            assert found["step"] == pytest.approx((step + 0.5) / 20)
            assert found["unit"] == (None if row is None else pytest.approx(row / 4))
        page.press("ArrowRight", "ArrowDown")
    go(page, "kept")
    step, _ = page.cursor
    found = marks(chart(page, "gru.kept"))
    assert found == {"step": pytest.approx((step + 0.5) / 20, abs=1e-6), "unit": None, "spot": None}
    go(page, "memory")
    found = marks(chart(page, "gru.map"))
    assert found["step"] == pytest.approx((step + 1.5) / 21, abs=1e-6)  # h₀ comes first
    assert found["unit"] == pytest.approx(step / 20, abs=1e-6)


def test_a_press_on_a_chart_moves_the_cursor_to_its_step_and_unit(page: Stage) -> None:
    page.open(f"view=directions&{AT}")
    page.page.mouse.click(*point(chart(page, "backward"), 12.5 / 20, 3.5 / 4))
    assert page.cursor == (12, 3)
    page.page.mouse.click(*point(chart(page, "output"), 4.5 / 20, 6.5 / 8))  # backward unit 3
    assert page.cursor == (4, 2)
    go(page, "kept")
    x, y = point(chart(page, "lstm.kept"), 9.5 / 20, 0.5)
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.followed()
    assert page.cursor == (9, 2)
    page.page.mouse.move(*point(chart(page, "lstm.kept"), 15.5 / 20, 0.2), steps=3)
    page.followed()
    assert page.cursor == (15, 2)
    page.page.mouse.up()
    settled(page)


def test_a_view_of_the_cursor_follows_it_and_is_dim_until_it_does(page: Stage, core: Core) -> None:
    page.open("view=kept&t=8&u=4")
    settled(page)
    shown = page.page.locator(".gs-charts figure[data-part='lens.gru.kept'] .gs-drawing")
    with page.answered(), held_back(page):
        page.press("ArrowUp", "ArrowUp")
        expect(page.page.locator(".gs-lens")).to_have_class(re.compile("gs-stale"))
        expect(shown).to_have_css("opacity", "0.4")
        assert page.cursor == (7, 1)
        assert chart(page, "gru.kept").locator(".gs-name").inner_text().startswith("GRU unit 4")
        page.rest(200)  # what asks for the new view waits for the hand to rest
    settled(page)
    expect(shown).to_have_css("opacity", "1")
    truth = kept_and_written(traces_of(core("pulse"))["gru"]).kept[:, 1]
    assert drawn(page, "gru.kept")[0]["y"] == truth.tolist()
    sent = page.sent
    page.press("ArrowLeft", "ArrowLeft")  # the view is of all steps of this unit
    settled(page)
    assert page.sent == sent + 1  # its sentence is of the step
    assert page.page.locator(".gs-stale").count() == 0


def test_a_dragged_weight_is_committed_and_the_lens_follows(page: Stage, core: Core) -> None:
    page.open("view=kept&t=8&u=4")
    situation, target = core("pulse"), "gru.b_x.update.3"
    page.drag(page.cell_of(target, situation), -45)
    page.wait()
    after = with_edits(situation, {target: page.value})
    assert page.edits == {target: page.value}
    split = kept_and_written(traces_of(after)["gru"])
    assert drawn(page, "gru.kept")[0]["y"] == split.kept[:, 3].tolist()
    page.expect(after)
    go(page, "memory")
    expect_csv(page, "gru.map", memory_map(traces_of(after)["gru"], 3))
    with page.answered():
        page.press("Control+z")
    settled(page)
    expect_csv(page, "gru.map", memory_map(traces_of(situation)["gru"], 3))


def test_arrows_go_along_the_views_in_their_list_and_are_the_cursors_elsewhere(
    page: Stage,
) -> None:
    page.open(AT)
    page.page.locator(".gs-inside header").get_by_role("tab", name="GRU").focus()
    page.press("Tab")
    expect(views(page)).to_be_focused()
    page.press("Enter")
    expect(tab(page, "cell")).to_be_focused()
    order = list(LENSES)
    last = order[-1]
    for key, view in (("ArrowUp", last), ("Home", "cell"), ("End", last), ("ArrowDown", "cell")):
        page.press(key)
        expect(tab(page, view)).to_be_focused()
    page.press("ArrowDown")
    expect(tab(page, "why")).to_be_focused()
    expect(tab(page, "cell")).to_have_attribute("aria-checked", "true")
    with page.answered():
        page.press("Enter")
    expect(tab(page, "why")).to_have_attribute("aria-checked", "true")
    expect(views(page)).to_be_focused()
    assert "why this number" in views(page).inner_text()
    page.press("Tab")
    expect(choice(page, "reset gate r")).to_be_focused()
    page.press("ArrowRight", "ArrowRight", "ArrowDown")
    assert page.cursor == (9, 2)
    settled(page)
    assert words(page)[0].startswith("z of unit 3 at step 10: ")
    expect(choice(page, "reset gate r")).to_be_focused()
    with page.answered():
        page.press(" ")
    expect(choice(page, "reset gate r")).to_have_attribute("aria-pressed", "true")
    expect(choice(page, "reset gate r")).to_be_focused()
    page.press("ArrowLeft")
    assert page.cursor == (8, 2)
    go(page, "kept")  # with the pointer
    page.press("ArrowLeft")
    expect(views(page)).to_be_focused()
    assert page.cursor == (7, 2)


def test_every_view_stands_under_a_question_with_a_line_on_what_it_shows(page: Stage) -> None:
    page.open(AT)
    views(page).click()
    groups = page.page.locator(".gs-views [role=group]")
    named = groups.evaluate_all("(all) => all.map((one) => one.getAttribute('aria-label'))")
    assert named == [say(f"lenses.questions.{question}") for question in QUESTIONS]
    assert all(question.endswith("?") for question in named)
    lines = page.page.locator(".gs-views button span").all_inner_texts()
    assert len(lines) == len(set(lines)) == len(LENSES)
    page.press("Escape")
    expect(page.page.locator(".gs-views")).to_be_hidden()


# Other screens --------------------------------------------------------------------------------


def through_all(stage: Stage) -> Iterator[str]:
    """Every lens, one after the other, each drawn."""
    for view in VIEWS:
        go(stage, view)
        settled(stage)
        assert all(shapes(stage).values()), view
        yield view


def test_a_lens_on_dark_paper_can_be_read_has_no_slabs_of_white_and_stands_still(
    seen: Callable[..., Stage],
) -> None:
    dark = seen(color_scheme="dark", reduced_motion="reduce")
    dark.open(f"scene=slate&do=gru.reset.all.all_0.0&a=.scene%3Dslate&{AT}")
    app = dark.page.locator(".stApp")
    paper = channels(app.evaluate("(element) => getComputedStyle(element).backgroundColor"))
    assert max(paper) < 60
    for view in through_all(dark):
        for text, colour, ground, least in dark.page.evaluate(WRITTEN):
            found = contrast(channels(colour), channels(ground))
            assert found >= least, (view, text, colour, ground)
        assert dark.page.evaluate(MOVING) == 0, view
        assert_no_slab(dark, view, ".gs-inside")


def test_the_reader_can_be_asked_everything(page: Stage, core: Core) -> None:
    page.open("scene=reader&view=why&of=candidate")
    step, unit = page.cursor
    situation = core("reader")
    wanted, _ = terms(situation, "gru", "candidate", unit, step)
    expect_table(page, "terms", wanted)
    for _ in through_all(page):
        assert page.cursor == (step, unit)
    go(page, "memory")
    trace = traces_of(situation)["gru"]
    expect_csv(page, "gru.map", memory_map(trace, unit))


def test_a_condensed_scene_can_be_asked_everything(page: Stage) -> None:
    page.open("scene=own&source=noise&steps=2000&units=64&seed=1&view=why&t=1001&u=33")
    situation = own_situation(own_scene(Own(source="noise", steps=2000, units=64), 1))
    trace = traces_of(situation)["gru"]
    wanted, _ = terms(situation, "gru", "update", 32, 1000)
    expect_table(page, "terms", wanted)
    for _ in through_all(page):
        assert page.cursor == (1000, 32)
    go(page, "kept")
    expect_csv(page, "gru.kept", split_of(trace, 32))
    go(page, "memory")
    window = evenly(2000, 400, 400)
    expect_csv(page, "gru.map", memory_map(trace, 32, window))
