"""What is on screen when a link is opened."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gru_core.situation import Situation
from tests.browser.driver import Cell, Stage, colours, figures, traces_of
from tests.serving import serving

SCENES = json.loads((Path(__file__).parents[2] / "assets/scenes/index.json").read_text())
Core = Callable[..., Situation]


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_draws_every_track_and_says_the_numbers_of_the_core(
    page: Stage, core: Core, scene: str
) -> None:
    page.open(f"scene={scene}")
    page.drawn()
    situation = core(scene)
    for cell, trace in traces_of(situation).items():
        for track in trace:
            assert page.track(f"{cell}.{track}").locator(".heatmaplayer image").count() == 1
    biases = 1 if scene == "book" else 2  # a gate, in the notation of the scene
    for cell, weights in situation.weights.items():
        assert page.sizes(cell) == (weights.units, weights.parameter_count(biases))
    page.expect(situation)


@pytest.mark.parametrize("beside", ["rnn", "none"])
def test_the_cell_alongside_can_be_another_or_none(page: Stage, core: Core, beside: str) -> None:
    page.open(f"with={beside}")
    situation = core("pulse", beside)
    assert {part.split(".")[0] for part in page.numbers()} == set(situation.weights)
    page.expect(situation)


@pytest.mark.parametrize("beside", ["lstm", "rnn"])
def test_sizes_matched_by_parameters_are_those_the_core_counts(
    page: Stage, core: Core, beside: str
) -> None:
    page.open(f"scene=cue&with={beside}&match=parameters")
    situation = core("cue", beside, "parameters")
    assert situation.weights[beside].units != situation.weights["gru"].units
    for cell, weights in situation.weights.items():
        assert page.sizes(cell) == (weights.units, weights.parameter_count())


def test_choosing_a_cell_alongside_in_the_list_keeps_the_gru_as_it_is(
    stage: Stage, core: Core
) -> None:
    stage.open()
    before = stage.numbers()
    stage.pick("Beside the GRU", "beside a plain RNN")
    stage.page.locator("[data-value='rnn.hidden']").wait_for()
    stage.wait()
    situation = core("pulse", "rnn")
    stage.expect(situation)
    after = stage.numbers()
    assert {part: after[part] for part in after if part.startswith("gru")} == {
        part: before[part] for part in before if part.startswith("gru")
    }
    assert stage.link["with"] == "rnn"


def test_another_scene_opens_while_a_number_is_chosen(stage: Stage, core: Core) -> None:
    stage.open()
    stage.drag(stage.cell_of("gru.b_x.update.3", core("pulse")), -45)
    stage.pick("Scene", "A cue says what to keep")
    stage.shows(SCENES[1])
    stage.expect(core(SCENES[1]))
    assert stage.link["scene"] == SCENES[1]
    assert stage.edits == {}


def test_hovering_a_track_whispers_seven_figures_of_the_core(stage: Stage, core: Core) -> None:
    stage.open("scene=slate")
    for cell, trace in traces_of(core("slate")).items():
        for track in trace:
            step, unit = trace.steps - 2, trace.units - 1
            plot = stage.track(f"{cell}.{track}")
            said = stage.hover(Cell(plot, trace.units, trace.steps, unit, step))
            value = figures(np.float32(trace[track][step, unit]), 7)
            assert f"unit {unit + 1} at step {step + 1}: " in said
            assert float(said.rpartition(": ")[2].replace("−", "-")) == value


def test_hovering_an_input_or_a_weight_whispers_its_value(stage: Stage, core: Core) -> None:
    stage.open()
    situation = core("pulse")
    assert "step 13, input 1: −1." in stage.hover(stage.cell_of("x.12.0", situation))
    said = stage.hover(stage.cell_of("gru.b_x.update.3", situation))
    assert "update gate bias b, unit 4: 6." in said


def test_colours_say_the_numbers_of_the_core(stage: Stage, core: Core) -> None:
    stage.open("scene=slate&t=1&u=1")
    for cell, trace in traces_of(core("slate")).items():
        for track in trace:
            seen = stage.painted(f"{cell}.{track}", trace.units, trace.steps)
            wanted = colours(trace[track].T, track)
            assert np.abs(seen - wanted)[:, 1:].max() <= 3  # the mark is on the first step


def test_parts_of_a_link_that_say_nothing_are_each_named_and_the_defaults_stand(
    stage: Stage, core: Core
) -> None:
    outside = "gru.w_x.update.99.0"
    stage.open(f"scene=nope&e=garbage~{outside}_1.0~&seed=-1&t=x&u=-2&with=gpt&colour=blue")
    said = stage.text(".gs-notices")
    for named in ("nope", "garbage", outside, "seed", "t=", "u=", "with", "colour"):
        assert named in said
    assert stage.cursor == (11, 3)
    stage.expect(core("pulse"))


def test_a_cursor_outside_the_scene_is_named_and_another_is_shown(stage: Stage, core: Core) -> None:
    stage.open("t=9999&u=99")
    stage.expect(core("pulse"))
    said = stage.text(".gs-notices")
    assert "9999" in said
    assert "99" in said.replace("9999", "")


def test_the_first_screen_needs_no_scrolling(stage: Stage) -> None:
    stage.open()
    bar = stage.page.locator(".gs-bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 800
    first = stage.page.locator(
        ".gs-panel[data-cell=gru] figure, .gs-input, .gs-diagram svg, .gs-equation"
    )
    tracks, beside, lines, weights = 4, 1, 1, 3
    assert first.count() == tracks + beside + lines + weights + 1 + 1 + 4
    for place in range(first.count()):
        box = first.nth(place).bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= bar["y"]
        assert box["x"] + box["width"] <= 1280


@pytest.mark.parametrize("scene", ["pulse", "reader"])
def test_a_phone_never_scrolls_sideways(another: Callable[..., Stage], scene: str) -> None:
    phone = another(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.open(f"scene={scene}")
    wide = phone.page.evaluate(
        "[document.documentElement, ...document.querySelectorAll('section, main, .stApp')]"
        ".filter((one) => one.scrollWidth > one.clientWidth)"
        ".map((one) => one.outerHTML.slice(0, 80))"
    )
    assert wide == []


def test_the_stage_draws_under_a_sub_path(another: Callable[..., Stage], core: Core) -> None:
    with serving(base="course/gates") as server:
        page = another(server.url)
        page.open()
        page.expect(core("pulse"))
        page.page.close()


def test_nothing_eases_under_reduced_motion(another: Callable[..., Stage]) -> None:
    still = another(reduced_motion="reduce")
    still.open()
    moving = still.page.evaluate(
        """[...document.querySelectorAll(".gs-stage *")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_dark_paper_brings_light_ink(another: Callable[..., Stage], core: Core) -> None:
    dark = another(color_scheme="dark")
    dark.open()
    dark.frame()
    ink = dark.page.locator(".gs-stage").evaluate("(stage) => getComputedStyle(stage).color")
    assert min(int(part) for part in ink[4:-1].split(",")) > 180
    dark.expect(core("pulse"))
