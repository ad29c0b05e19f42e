"""What each lens answers is what the core says: on the charts, in words, table and CSV."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from app.screen.plane import DRAWN, FROM_RUN
from gru_core import run
from gru_core.analysis import (
    content_map,
    half_life,
    layer_map,
    memory_age,
    memory_map,
    saturation,
)
from gru_core.conventions import STATES
from gru_core.gradients import gradient_by_distance
from gru_core.initialize import initialize
from gru_core.phase import drawn_starts, fixed_points
from gru_core.scenes.companions import companion
from gru_core.situation import Situation
from tests.browser.driver import Stage, as_number, colours, figures, traces_of, with_edits
from tests.browser.lensing import (
    ask,
    chart,
    drawn,
    expect_csv,
    expect_table,
    marks,
    notes,
    point,
    screen,
    settled,
    split_of,
    tab,
    whisper,
    words,
)
from tests.browser.opened import Opened, expect_wiring

Core = Callable[..., Situation]
PLACE = {"step": 7, "unit": 1}
AT = "t=8&u=2"  # the same in a link


# Each lens and the core -----------------------------------------------------------------------


def test_what_was_kept_and_written_adds_up_to_the_state(page: Stage, core: Core) -> None:
    page.open(f"view=kept&{AT}")
    for cell, trace in traces_of(core("pulse")).items():
        truth = split_of(trace, 1, "cell" if cell == "lstm" else "hidden")
        expect_table(page, f"{cell}.kept", truth)
        found = expect_csv(page, f"{cell}.kept", truth)
        letter = "c" if cell == "lstm" else "h"
        assert found.columns[:4] == ["kept", "written", letter, f"{letter} before"]
        np.testing.assert_allclose(found.values[:, :2].sum(axis=1), found.values[:, 2], atol=1e-8)
        lines = drawn(page, f"{cell}.kept")
        assert [line["y"] for line in lines] == truth.T.tolist()


def test_a_row_of_the_memory_map_is_said_in_words(page: Stage, core: Core) -> None:
    page.open("view=memory&t=9&u=3")
    traces = traces_of(core("pulse"))
    at = (4 + 0.5) / 21, (8 + 0.5) / 20  # the state before any step comes first
    for cell, letter in (("gru", "h"), ("lstm", "c")):
        where = f"In {letter} of unit 3 at step 9, step 4 "
        weight = memory_map(traces[cell], 2)[8, 4]
        said = whisper(page, chart(page, f"{cell}.map"), *at)
        assert as_number(said.removeprefix(f"{where}has the weight ")) == figures(weight, 7)
        left = content_map(traces[cell], 2)[8, 4]
        said = whisper(page, chart(page, f"{cell}.left"), *at)
        assert as_number(said.removeprefix(f"{where}left ")) == figures(left, 7)
    assert words(page)[0].startswith("GRU: h of unit 3 at step 9 is 0.527: step 4 left 0.527. ")
    ask(page, "the whole layer")
    share = 100 * layer_map(traces["gru"])[8, 4]
    said = whisper(page, chart(page, "gru.map"), *at)
    assert said == f"{share:.0f}\xa0% of what the layer holds at step 9 was left by step 4"


def test_what_each_step_left_is_that_of_the_core_and_half_the_weight_may_leave_nothing(
    page: Stage, core: Core
) -> None:
    page.open("view=memory&t=8&u=2")
    for cell, trace in traces_of(core("pulse")).items():
        truth = content_map(trace, 1)
        found = expect_csv(page, f"{cell}.left", truth)
        np.testing.assert_allclose(found.values.sum(axis=1), trace[STATES[cell][-1]][:, 1])
    said = words(page)[0]
    assert said.startswith("GRU: h of unit 2 at step 8 is 0.0622: step 4 left 0.0622. ")
    assert said.endswith("50\xa0%, is that of step 8, whose candidate is 0, so it left nothing.")


def test_a_memory_map_is_that_of_the_core_and_only_the_lstms_need_not_sum_to_1(
    page: Stage, core: Core
) -> None:
    page.open("view=memory&t=9&u=3")
    for cell, trace in traces_of(core("pulse")).items():
        truth = memory_map(trace, 2)
        expect_table(page, f"{cell}.map", truth)
        found = expect_csv(page, f"{cell}.map", truth)
        assert [line["z"] for line in drawn(page, f"{cell}.map")] == [truth.tolist()]
        sums = found.values.sum(axis=1)
        assert np.allclose(sums, 1, atol=1e-7) == (cell == "gru")
    [why] = [note for note in notes(page) if "sum to 1" in note]
    assert why.startswith("The maps of the LSTM are of its cell state c. Its forget and input")
    ask(page, "the whole layer")
    expect_csv(page, "gru.map", layer_map(traces_of(core("pulse"))["gru"]))


def test_colours_of_the_memory_say_shares_and_then_steps(page: Stage) -> None:
    page.open("view=memory&t=9&u=3")
    settled(page)
    found = {
        one.get_attribute("data-part"): one.locator(".gs-scale").all_inner_texts()
        for one in page.page.locator(".gs-charts figure").all()
    }
    assert {part: said for part, said in found.items() if said} == {
        "lens.gru.left": ["−1  1"],
        "lens.gru.map": ["0  1"],
        "lens.gru.age": ["0  20 steps or more"],
        "lens.lstm.left": ["−3  3"],
        "lens.lstm.map": ["0  1"],
    }


def test_ages_and_half_lives_are_those_of_the_core(page: Stage, core: Core) -> None:
    page.open(f"view=memory&{AT}")
    trace = traces_of(core("pulse"))["gru"]
    expect_csv(page, "gru.age", memory_age(trace).T)
    expect_csv(page, "gru.half", half_life(trace["update"]).T)
    assert words(page)[2].startswith("Half-life of unit 2 at the cursor (GRU): 1 step; time const")


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
    assert said.startswith(f"{letter} of unit {unit + 1}: near 1 {points[at, 0]:g}")
    page.page.mouse.click(*point(figure, share, down))
    assert page.cursor == (49, unit)
    page.drawn()
    spots = figure.locator(".gs-spot:visible").evaluate_all(
        "(spots) => spots.map(({ style }) => [style.left, style.top].map(parseFloat))"
    )
    rings = [points[unit + 32 * place] for place in range(len(found))]
    wanted = [[100 * (x + 0.06) / 1.12, 100 * (1.06 - y) / 1.12] for x, y in rings]
    np.testing.assert_allclose(spots, wanted, atol=1e-3)


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
    settled(page)
    assert words(page)[0] == (
        f"With the input of step 8 held, 1 fixed point was found from {found.tried} starts: "
        f"stable, largest |eigenvalue| {radius}."
    )
    alone = "One stable point alone is no memory: states that come to it forget their way."
    assert notes(page)[0] == alone
    values = kept.eigenvalues
    expect_csv(page, "eigenvalues", np.stack([values.real, values.imag, np.abs(values)], axis=1))
    area = chart(page, "eigenvalues").locator(".gs-area").bounding_box()
    assert area is not None
    assert area["width"] == pytest.approx(area["height"], abs=0.5)  # a circle is one
    figure = chart(page, "portrait")
    for step in (7, 8):
        page.drawn()
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
    expect(tab(page, "cell")).to_have_attribute("aria-checked", "true")
    assert page.page.locator(".gs-inside").get_attribute("data-cell") == "lstm"
    expect_wiring(page, Opened(core("pulse"), "lstm"))


# Answers past a run of the page ---------------------------------------------------------------


def test_of_two_clicks_the_last_counts_whichever_answer_is_first(page: Stage) -> None:
    page.open("scene=crowd&with=none&view=why&of=update&t=40&u=7")
    held: list[Route] = []

    def handle(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.page.route("**/numbers/**", handle)
    gate = page.track("gru.update")
    page.page.mouse.click(*point(gate, 0.205, 0.5 / 32))
    page.rest(200)
    page.page.mouse.click(*point(gate, 0.605, 4.5 / 32))
    settled(page)
    held[0].continue_()
    page.rest(500)
    page.page.unroute("**/numbers/**", handle)
    assert words(page)[0].startswith("z of unit 5 at step 61: ")
    assert page.cursor == (60, 4)


def test_an_answer_that_is_lost_is_had_from_the_page_itself(page: Stage) -> None:
    page.open("scene=crowd&with=none&view=why&of=update&t=40&u=7")
    page.page.route("**/numbers/**", lambda route: route.fulfill(status=404))
    page.page.mouse.click(*point(page.track("gru.update"), 0.605, 4.5 / 32))
    page.page.wait_for_function(
        "() => document.querySelector('.gs-words').textContent.includes('unit 5 at step 61')"
    )
    page.page.unroute("**/numbers/**")
    page.troubles.clear()  # of course the browser complained of the one that was lost


def test_an_edit_after_a_click_is_told_of_the_place_that_was_clicked(
    page: Stage, core: Core
) -> None:
    page.open("view=why&of=update&t=4&u=3")
    page.page.mouse.click(*point(page.track("gru.update"), 0.525, 1.5 / 4))
    settled(page)
    assert words(page)[0].startswith("z of unit 2 at step 11: ")
    page.choose("gru.b_x.update.1")
    page.type("0.5")
    settled(page)
    trace = traces_of(with_edits(core("pulse"), {"gru.b_x.update.1": 0.5}))["gru"]
    value = figures(trace["update"][10, 1], 3)
    assert words(page)[0].startswith("z of unit 2 at step 11: ")
    assert f"= {value:g};" in words(page)[0]


def test_a_line_that_is_not_there_is_explained_and_the_scene_where_it_is_opens(page: Stage) -> None:
    """The opening scene's LSTM reads none of its own h; undo leads back."""
    page.open("view=gradients")
    assert any(line.startswith("The LSTM has no line of its h: all") for line in words(page))
    page.page.get_by_role("button", name="See a line of every cell in").click()
    expect(page.page.locator(".gs-story")).to_contain_text("Thirty-two units", timeout=30_000)
    page.wait()
    assert page.link["view"] == "gradients"
    assert page.link["scene"] == "crowd"
    assert not any("has no line" in line for line in words(page))
    expect(page.page.locator(".gs-offers")).to_be_hidden()
    page.page.get_by_role("button", name="undo").click()
    expect(page.page.locator(".gs-story")).to_contain_text("four units", timeout=30_000)
    page.wait()
    expect(page.page.locator(".gs-offers")).to_be_visible()
