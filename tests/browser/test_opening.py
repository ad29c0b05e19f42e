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


@pytest.mark.sampled(4)
@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_draws_every_track_and_says_the_numbers_of_the_core(
    page: Stage, core: Core, scene: str
) -> None:
    page.open(f"scene={scene}")
    page.drawn(".gs-tracks")
    situation = core(scene)
    for cell, trace in traces_of(situation).items():
        for track in trace:
            assert page.track(f"{cell}.{track}").locator(".heatmaplayer image").count() == 1
    biases = 1 if scene in ("book", "speech") else 2  # a gate, in the notation of the scene
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
    page: Stage, core: Core
) -> None:
    page.open()
    before = page.numbers()
    page.pick("Beside the GRU", "beside a plain RNN")
    page.page.locator("[data-value='rnn.hidden']").wait_for()
    page.wait()
    situation = core("pulse", "rnn")
    page.expect(situation)
    after = page.numbers()
    assert {part: after[part] for part in after if part.startswith("gru")} == {
        part: before[part] for part in before if part.startswith("gru")
    }
    assert page.link["with"] == "rnn"


def test_another_scene_opens_while_a_number_is_chosen(page: Stage, core: Core) -> None:
    page.open()
    page.drag(page.cell_of("gru.b_x.update.3", core("pulse")), -45)
    page.pick("Scene", "A cue says what to keep")
    page.shows(SCENES[1])
    page.expect(core(SCENES[1]))
    assert page.link["scene"] == SCENES[1]
    assert page.edits == {}


def test_hovering_a_track_whispers_seven_figures_of_the_core(page: Stage, core: Core) -> None:
    page.open("scene=slate")
    for cell, trace in traces_of(core("slate")).items():
        for track in trace:
            step, unit = trace.steps - 2, trace.units - 1
            plot = page.track(f"{cell}.{track}")
            said = page.hover(Cell(plot, trace.units, trace.steps, unit, step))
            value = figures(np.float32(trace[track][step, unit]), 7)
            assert f"unit {unit + 1} at step {step + 1}: " in said
            assert float(said.rpartition(": ")[2].replace("−", "-")) == value


def test_hovering_an_input_or_a_weight_whispers_its_value(page: Stage, core: Core) -> None:
    page.open()
    situation = core("pulse")
    assert "step 13, input 1: −1." in page.hover(page.cell_of("x.12.0", situation))
    said = page.hover(page.cell_of("gru.b_x.update.3", situation))
    assert "update gate bias b, unit 4: 6." in said


def test_colours_say_the_numbers_of_the_core(page: Stage, core: Core) -> None:
    page.open("scene=slate&t=1&u=1")
    for cell, trace in traces_of(core("slate")).items():
        for track in trace:
            seen = page.painted(f"{cell}.{track}", trace.units, trace.steps)
            wanted = colours(trace[track].T, track)
            assert np.abs(seen - wanted)[:, 1:].max() <= 3  # the mark is on the first step


def test_parts_of_a_link_that_say_nothing_are_each_named_and_the_defaults_stand(
    page: Stage, core: Core
) -> None:
    outside = "gru.w_x.update.99.0"
    page.open(f"scene=nope&e=garbage~{outside}_1.0~&seed=-1&t=x&u=-2&with=gpt&colour=blue")
    said = page.text(".gs-notices")
    for named in ("nope", "garbage", outside, "seed", "t=", "u=", "with", "colour"):
        assert named in said
    assert page.cursor == (11, 3)
    page.expect(core("pulse"))


def test_a_cursor_outside_the_scene_is_named_and_another_is_shown(page: Stage, core: Core) -> None:
    page.open("t=9999&u=99")
    page.expect(core("pulse"))
    said = page.text(".gs-notices")
    assert "9999" in said
    assert "99" in said.replace("9999", "")


def test_the_first_screen_needs_no_scrolling(page: Stage) -> None:
    page.open()
    bar = page.page.locator(".gs-bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 800
    first = page.page.locator(
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
def test_a_phone_never_scrolls_sideways(seen: Callable[..., Stage], scene: str) -> None:
    phone = seen(finger=True)
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


def test_nothing_eases_under_reduced_motion(seen: Callable[..., Stage]) -> None:
    still = seen(reduced_motion="reduce")
    still.open()
    moving = still.page.evaluate(
        """[...document.querySelectorAll(".gs-stage *")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return transitionDuration !== "0s" || animationName !== "none";
        }).length"""
    )
    assert moving == 0


def test_dark_paper_brings_light_ink(seen: Callable[..., Stage], core: Core) -> None:
    dark = seen(color_scheme="dark")
    dark.open()
    dark.frame()
    ink = dark.page.locator(".gs-stage").evaluate("(stage) => getComputedStyle(stage).color")
    assert min(int(part) for part in ink[4:-1].split(",")) > 180
    dark.expect(core("pulse"))
