"""The lenses: questions asked of the screen, each beside the heatmaps with numbers of the core."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from app.widgets.lenses import LENSES
from app.widgets.lenses.phase import DRAWN, FROM_RUN
from gru_core import run
from gru_core.analysis import (
    contributions,
    evenly,
    half_life,
    kept_and_written,
    layer_map,
    memory_age,
    memory_map,
    saturation,
)
from gru_core.companions import companion
from gru_core.conventions import TRACKS
from gru_core.edits import Situation
from gru_core.gradients import gradient_by_distance
from gru_core.initialize import initialize
from gru_core.own import Own, own_scene
from gru_core.phase import drawn_starts, fixed_points
from gru_core.scenes import situation as own_situation
from tests.browser.driver import Cell, Stage, as_number, colours, figures, traces_of, with_edits
from tests.browser.lensing import (
    MOVING,
    TOO_WIDE,
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
    tab,
    term_rows,
    view_of,
    whisper,
    words,
)
from tests.browser.opened import Opened, expect_wiring

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
    for view, lens in LENSES.items():
        go(page, view)
        expect(page.page).to_have_url(re.compile(rf"\bview={view}\b"))
        assert page.cursor == (7, 1)
        assert main.evaluate("(main) => main.scrollTop") == 40
        expect(page.page.locator(".gs-look")).to_have_text(lens.look)
        wanted = view_of(screen(view=view, **PLACE))
        assert words(page) == list(wanted.words)
        assert notes(page) == list(wanted.notes)
        buttons = page.page.locator(".gs-lens > .gs-steps button").all_inner_texts()
        assert buttons == [label for _, label in wanted.choices]
        assert list(shapes(page)) == [one.name for one in wanted.charts]
        assert all(shapes(page).values())
        for one in wanted.charts:
            figure = chart(page, one.name)
            title = f"{one.title} {one.symbol}".strip()
            assert figure.locator(".gs-name").inner_text() == title
            said = figure.locator(".gs-plot").get_attribute("aria-label") or ""
            assert said.startswith(f"{title}. {len(one.values)} ")
    go(page, "cell")
    expect(page.page).to_have_url(re.compile("^((?!view=).)*$"))
    expect(page.page.locator(".gs-equations")).to_be_visible()
    kept = "[...document.querySelectorAll('.gs-tracks .gs-plot')].every((plot) => plot.mine)"
    assert page.page.evaluate(kept)


def test_back_and_a_reload_bring_a_lens_and_its_question_again(page: Stage) -> None:
    page.open(f"view=why&of=candidate&{AT}")
    go(page, "memory")
    ask(page, "the whole layer")
    expect(page.page).to_have_url(re.compile("of=layer"))
    page.reload()
    expect(tab(page, "memory")).to_have_attribute("aria-selected", "true")
    expect(choice(page, "the whole layer")).to_have_attribute("aria-pressed", "true")
    page.page.go_back()
    expect(choice(page, "the cursor's unit")).to_have_attribute("aria-pressed", "true")
    page.page.go_back()
    expect(tab(page, "why")).to_have_attribute("aria-selected", "true")
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
        [said] = words(page)
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
    assert words(page)[0].startswith("z of unit 3 at step 4: the terms sum to 10, and σ(10) = 1")


# Each lens and the core -----------------------------------------------------------------------


def test_what_was_kept_and_written_adds_up_to_the_state(page: Stage, core: Core) -> None:
    page.open(f"view=kept&{AT}")
    for cell, trace in traces_of(core("pulse")).items():
        split, state = kept_and_written(trace), "cell" if cell == "lstm" else "hidden"
        truth = np.stack([split.kept, split.written, trace[state]])[:, :, 1].T
        expect_table(page, f"{cell}.kept", truth)
        found = expect_csv(page, f"{cell}.kept", truth)
        assert found.columns == ["kept", "written", "c" if cell == "lstm" else "h"]
        np.testing.assert_allclose(found.values[:, :2].sum(axis=1), found.values[:, 2], atol=1e-8)
        lines = drawn(chart(page, f"{cell}.kept"))
        assert [line["y"] for line in lines] == truth.T.tolist()


def test_a_row_of_the_memory_map_is_said_in_words(page: Stage, core: Core) -> None:
    page.open("view=memory&t=9&u=3")
    traces = traces_of(core("pulse"))
    share = 100 * memory_map(traces["gru"], 2)[8, 4]
    assert share == pytest.approx(53, abs=0.5)
    at = (4 + 0.5) / 21, (8 + 0.5) / 20  # the state before any step comes first
    said = whisper(page, chart(page, "gru.map"), *at)
    assert said == "53 % of unit 3 at step 9 was written at step 4"
    said = whisper(page, chart(page, "gru.map"), 0.5 / 21, 0.5 / 20)
    assert (
        said == f"{100 * memory_map(traces['gru'], 2)[0, 0]:.0f} % of unit 3 at step 1 was "
        "written at the initial state"
    )
    share = 100 * memory_map(traces["lstm"], 2)[8, 4]
    said = whisper(page, chart(page, "lstm.map"), *at)
    assert said == f"{share:.0f} % of what unit 3 wrote at step 4 is in it at step 9"
    assert words(page)[0].startswith("GRU, h of unit 3 at step 9: 53 % written at step 4, ")


def test_a_memory_map_is_that_of_the_core_and_only_the_lstms_need_not_sum_to_1(
    page: Stage, core: Core
) -> None:
    page.open("view=memory&t=9&u=3")
    for cell, trace in traces_of(core("pulse")).items():
        truth = memory_map(trace, 2)
        expect_table(page, f"{cell}.map", truth)
        found = expect_csv(page, f"{cell}.map", truth)
        assert [line["z"] for line in drawn(chart(page, f"{cell}.map"))] == [truth.tolist()]
        sums = found.values.sum(axis=1)
        assert np.allclose(sums, 1, atol=1e-7) == (cell == "gru")
    [why] = [note for note in notes(page) if "sum to 1" in note]
    assert why.startswith("The map of the LSTM is of its cell state c. Its forget and input gates")
    ask(page, "the whole layer")
    expect_csv(page, "gru.map", layer_map(traces_of(core("pulse"))["gru"]))


def test_ages_and_half_lives_are_those_of_the_core(page: Stage, core: Core) -> None:
    page.open(f"view=memory&{AT}")
    trace = traces_of(core("pulse"))["gru"]
    expect_csv(page, "gru.age", memory_age(trace).T)
    expect_csv(page, "gru.half", half_life(trace["update"]).T)
    assert notes(page)[0] == "Half-life of unit 2 at the cursor (GRU): 1 step."


def test_gradients_by_distance_are_those_of_the_core(page: Stage, core: Core) -> None:
    page.open(f"view=gradients&{AT}")
    every = {**core("pulse").weights, "rnn": core("pulse", "rnn").weights["rnn"]}
    traces = traces_of(core("pulse")) | {"rnn": traces_of(core("pulse", "rnn"))["rnn"]}
    for unit in (None, 1, 2):
        if unit == 1:
            ask(page, "the cursor's unit")
        if unit == 2:
            page.press("ArrowDown")
            expect(chart(page, "state")).to_contain_text("h of unit 3")
        found = {c: gradient_by_distance(every[c], traces[c], unit=unit) for c in every}
        curves = [found[cell]["hidden"][1:] for cell in found] + [found["lstm"]["cell"][1:]]
        expect_table(page, "state", np.stack(curves, axis=1))
        paths = [found["gru"][name][1:] for name in ("hidden", "direct", "gates")]
        expect_csv(page, "paths", np.stack(paths, axis=1))
        expect_csv(page, "input", np.stack([one["input"] for one in found.values()], axis=1))


def test_a_click_on_a_point_of_saturation_goes_to_its_unit(page: Stage, core: Core) -> None:
    page.open("scene=crowd&view=saturation&t=50&u=26")
    trace = traces_of(core("crowd"))["gru"]
    found = saturation(trace)
    truth = [pair for one in found.values() for pair in zip(one.right, one.left, strict=True)]
    expect_csv(page, "gru.saturation", truth)
    points = np.array(truth)
    apart = np.linalg.norm(points[:, None] - points, axis=-1) + np.eye(len(points))
    at = int(apart.min(axis=1).argmax())  # the point that is farthest from all others
    unit = at % 32
    assert unit != 25
    share, down = (points[at, 0] + 0.06) / 1.12, (1.06 - points[at, 1]) / 1.12
    figure = chart(page, "gru.saturation")
    gate = list(found)[at // 32]
    letter = {"reset": "r", "update": "z"}[gate]
    said = whisper(page, figure, share, down)
    assert said.startswith(f"{letter} of unit {unit + 1}: open {points[at, 0]:g}")
    page.page.mouse.click(*point(figure, share, down))
    assert page.cursor == (49, unit)


def test_the_way_through_the_plane_and_its_fixed_points_are_those_of_the_core(
    page: Stage, core: Core
) -> None:
    page.open("view=phase&of=unit4&t=8&u=3")
    situation = core("pulse")
    trace, weights = traces_of(situation)["gru"], situation.weights["gru"]
    states = np.concatenate([trace.initial[0][None], trace["hidden"]])
    expect_table(page, "portrait", states[:, [2, 3]])
    starts = drawn_starts(trace, FROM_RUN, DRAWN, np.random.default_rng(0))
    found = fixed_points(weights, trace.x[7], starts)
    [kept] = found.points
    again = run(weights, trace.x[7:8], kept.state)["hidden"][0]
    np.testing.assert_allclose(again, kept.state, atol=1e-9)
    radius = f"{np.abs(kept.eigenvalues).max():.3g}"
    assert words(page) == [
        f"With the input of step 8 held, 1 fixed point was found from {found.tried} starts: "
        f"stable, slowest factor {radius}."
    ]
    values = kept.eigenvalues
    expect_csv(page, "eigenvalues", np.stack([values.real, values.imag, np.abs(values)], axis=1))
    figure = chart(page, "portrait")
    for step in (7, 8):
        frame = figure.locator(".gs-drawing").evaluate(
            "({ layout }) => [layout.xaxis.range, layout.yaxis.range]"
        )
        [low, high], [bottom, top] = frame
        across, up = states[step + 1, [2, 3]]
        spot = [(across - low) / (high - low), (top - up) / (top - bottom)]
        assert marks(figure)["spot"] == pytest.approx(spot, abs=1e-4)
        page.press("ArrowRight")


def test_a_second_layer_reads_from_the_end(page: Stage, core: Core) -> None:
    page.open(f"view=directions&{AT}")
    situation = core("pulse")
    scene = screen().scene
    weights, forward = situation.weights["gru"], traces_of(situation)["gru"]["hidden"]
    other = companion(scene, weights, "backward", len(situation.x))
    backward = run(other, situation.x[::-1])["hidden"][::-1]
    expect_csv(page, "forward", forward.T)
    expect_csv(page, "backward", backward.T)
    expect_csv(page, "output", np.concatenate([forward, backward], axis=1).T)
    for label, joined in (
        ("sum", forward + backward),
        ("mean", (forward + backward) / 2),
        ("product", forward * backward),
    ):
        ask(page, label)
        expect_csv(page, "output", joined.T)
    ask(page, "two layers, stacked")
    above = run(companion(scene, weights, "second", len(situation.x)), forward)
    expect_csv(page, "layer2.hidden", above["hidden"].T)
    expect_csv(page, "layer2.update", above["update"].T)


def test_parameters_are_those_of_weights_of_these_sizes(page: Stage, core: Core) -> None:
    page.open("scene=cue&view=cost")
    rng = np.random.default_rng(0)
    sizes = (3, 8, 16, 32, 64, 128, 256, 512)
    layers = [[initialize(cell, 2, size, rng) for cell in ("gru", "lstm", "rnn")] for size in sizes]
    counts = [[w.w_x.size + w.w_h.size + w.b_x.size + w.b_h.size for w in row] for row in layers]
    found = expect_csv(page, "parameters", counts)
    assert found.columns == ["GRU", "LSTM", "plain RNN"]
    assert found.rows == [f"{size} units" for size in sizes]
    expect_csv(page, "products", [[w.w_x.size + w.w_h.size for w in row] for row in layers])
    ask(page, "a published count")
    assert "4,323,600 in the GRU and 5,764,800 in the LSTM" in words(page)[0]


def test_the_wirings_are_those_of_both_cells_and_lead_into_them(page: Stage, core: Core) -> None:
    page.open(f"view=wirings&{AT}")
    diagrams = page.page.locator(".gs-wirings section")
    assert diagrams.locator("h3").all_inner_texts() == ["GRU", "LSTM"]
    for place, (gates, states) in enumerate([(2, 1), (3, 2)]):
        signs = diagrams.nth(place).locator("svg text").all_text_contents()
        assert signs.count("σ") == gates
        assert diagrams.nth(place).locator("[data-piece^=previous]").count() == states
    for place, trace in enumerate(traces_of(core("pulse")).values()):
        for track, values in trace.items():
            fills = (
                diagrams.nth(place)
                .locator(f"[data-piece={track}] .gs-cell")
                .evaluate_all("(cells) => cells.map((cell) => cell.getAttribute('fill'))")
            )
            painted = [[int(part) for part in re.findall(r"\d+", fill)] for fill in fills]
            np.testing.assert_allclose(painted, colours(values[7], track), atol=6, err_msg=track)
    with page.answered():
        diagrams.nth(1).locator("[data-piece=forget] .gs-vector").click()
    expect(tab(page, "cell")).to_have_attribute("aria-selected", "true")
    assert page.page.locator(".gs-inside").get_attribute("data-cell") == "lstm"
    expect_wiring(page, Opened(core("pulse"), "lstm"))


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
    assert page.cursor == (9, 2)
    page.page.mouse.move(*point(chart(page, "lstm.kept"), 15.5 / 20, 0.2), steps=3)
    assert page.cursor == (15, 2)
    page.page.mouse.up()


def test_a_view_of_the_cursor_follows_it_and_is_dim_until_it_does(page: Stage, core: Core) -> None:
    page.open("view=kept&t=8&u=4")
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
    assert drawn(chart(page, "gru.kept"))[0]["y"] == truth.tolist()
    sent = page.sent
    page.press("ArrowLeft", "ArrowLeft")  # the view is of all steps of this unit
    page.rest()
    assert page.sent == sent
    assert page.page.locator(".gs-stale").count() == 0


def test_a_dragged_weight_is_committed_and_the_lens_follows(page: Stage, core: Core) -> None:
    page.open("view=kept&t=8&u=4")
    situation, target = core("pulse"), "gru.b_x.update.3"
    page.drag(page.cell_of(target, situation), -45)
    page.wait()
    after = with_edits(situation, {target: page.value})
    assert page.edits == {target: page.value}
    split = kept_and_written(traces_of(after)["gru"])
    assert drawn(chart(page, "gru.kept"))[0]["y"] == split.kept[:, 3].tolist()
    page.expect(after)
    go(page, "memory")
    expect_csv(page, "gru.map", memory_map(traces_of(after)["gru"], 3))
    with page.answered():
        page.press("Control+z")
    settled(page)
    expect_csv(page, "gru.map", memory_map(traces_of(situation)["gru"], 3))


def test_tabs_are_worked_by_keys_and_the_arrows_stay_the_cursors(page: Stage) -> None:
    page.open(AT)
    page.page.locator(".gs-inside header").get_by_role("tab", name="LSTM").focus()
    page.press("Tab")
    expect(tab(page, "cell")).to_be_focused()
    page.press("Tab", "Tab")
    expect(tab(page, "why")).to_be_focused()
    with page.answered():
        page.press("Enter")
    expect(tab(page, "why")).to_have_attribute("aria-selected", "true")
    expect(tab(page, "why")).to_be_focused()
    page.press("ArrowRight", "ArrowRight", "ArrowDown")
    assert page.cursor == (9, 2)
    settled(page)
    assert words(page)[0].startswith("z of unit 3 at step 10: ")
    for _ in range(len(LENSES) - 1):
        page.press("Tab")
    expect(choice(page, "reset gate r")).to_be_focused()
    with page.answered():
        page.press(" ")
    expect(choice(page, "reset gate r")).to_have_attribute("aria-pressed", "true")
    expect(choice(page, "reset gate r")).to_be_focused()
    page.press("ArrowLeft")
    assert page.cursor == (8, 2)


# Other screens --------------------------------------------------------------------------------


def through_all(stage: Stage) -> Iterator[str]:
    """Every lens, one after the other, each drawn."""
    for view in LENSES:
        go(stage, view)
        settled(stage)
        assert all(shapes(stage).values()), view
        yield view


def test_nothing_of_a_lens_reaches_over_the_edge_of_a_phone(another: Callable[..., Stage]) -> None:
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.open(f"scene=slate&do=gru.reset.all.all_0.0&a=.scene%3Dslate&{AT}")
    for view in through_all(phone):
        assert phone.page.evaluate(TOO_WIDE) == [], view


def test_a_lens_can_be_read_on_dark_paper_and_stands_still(another: Callable[..., Stage]) -> None:
    dark = another(color_scheme="dark", reduced_motion="reduce")
    dark.open(f"scene=slate&do=gru.reset.all.all_0.0&a=.scene%3Dslate&{AT}")
    app = dark.page.locator(".stApp")
    paper = channels(app.evaluate("(element) => getComputedStyle(element).backgroundColor"))
    assert max(paper) < 60
    for view in through_all(dark):
        for text, colour, least in dark.page.evaluate(WRITTEN):
            assert contrast(channels(colour), paper) >= least, (view, text, colour)
        assert dark.page.evaluate(MOVING) == 0, view


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
    split = kept_and_written(trace)
    truth = np.stack([split.kept, split.written, trace["hidden"]])[:, :, 32].T
    expect_csv(page, "gru.kept", truth)
    go(page, "memory")
    window = evenly(2000, 400, 400)
    expect_csv(page, "gru.map", memory_map(trace, 32, window))
