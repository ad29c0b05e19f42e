"""A screen too large to be sent: colours of blocks, and every number that is read is the core's."""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from app.figures.condensing import WINDOW, grid_of
from app.figures.weights import LEVELS, joined
from app.messages.cell_numbers import ROWS_DRAWN
from app.messages.stage import message
from app.messages.sweeping import sweep_message
from app.messages.updates import Sent
from app.messages.wire import pack
from app.screen.page import Grab, Page
from app.screen.screen import Screen, screen_of
from app.session.events import handle
from app.setting.setting import History, Setting
from app.words.say import say
from gru_core import Trace, run
from gru_core.analysis.inside import inside, vectors
from gru_core.conventions import CHUNG, TRACKS, Cell, track_range
from gru_core.scenes.own import Own
from gru_core.situation import Edit, Situation, Target, apply_edits, value_at
from tests.app.drawing import in_32_bits

pytestmark = pytest.mark.thorough

Unpack = Callable[[bytes], Any]
# 96 units in one row each, 450 steps in blocks of two; steps that leave a last block half empty.
WIDE = Setting(scene="own", own=Own(source="noise", steps=451, units=96), seed=3, step=200, unit=40)
# Units in blocks too, sorted by nothing but their number, and a cell of another size beside.
TALL = replace(WIDE, own=Own(source="noise", steps=90, units=300), match="parameters", step=40)
LONG = replace(WIDE, own=Own(source="pulse", steps=3000, units=8), step=1500, unit=5)
LARGEST = replace(WIDE, own=Own(source="noise", steps=10_000, units=512), step=300, unit=200)
LARGEST = replace(LARGEST, seed=1_000_003)  # no other test's: its numbers are made up
SCREENS = (WIDE, TALL, LONG, replace(WIDE, notation=CHUNG, cell="lstm"))
INPUT, WEIGHT = Target.parse("x.200.0"), Target.parse("gru.w_h.update.40.7")


@lru_cache(maxsize=8)
def screen(setting: Setting) -> Screen:
    return screen_of(setting)


def told(
    setting: Setting, sent: dict[str, Sent] | None = None, grab: Grab | None = None
) -> tuple[dict[str, Any], dict[str, Sent]]:
    return message(screen_of(setting), Page(sent=sent or {}, grab=grab))


def truth(setting: Setting) -> dict[Cell, Trace]:
    """What the core makes of a setting, apart from what the app keeps."""
    situation = apply_edits(screen(setting).base, setting.edits)
    return {
        cell: run(weights, situation.x, situation.initials[cell], exactly=True)
        for cell, weights in situation.weights.items()
    }


def picture(values: np.ndarray, limits: tuple[float, float]) -> np.ndarray:
    """The bytes of the blocks of a track (step, unit): sums between edges, by how many."""
    steps, units = values.shape
    grid = grid_of(units, steps)
    low, high = limits
    left, top = np.arange(0, steps, grid.wide), np.arange(0, units, grid.tall)
    sums = np.add.reduceat(np.add.reduceat(values.astype(np.float64), left), top, axis=1)
    counts = np.outer(np.diff(left, append=steps), np.diff(top, append=units))
    return (np.clip((sums / counts).T, low, high) - low) / (high - low) * 255


# Pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SCREENS, ids=["wide", "tall", "long", "write"])
def test_every_heatmap_is_the_means_of_blocks_of_the_run(unpack: Unpack, setting: Setting) -> None:
    received = unpack(pack(told(setting)[0]))
    for cell, trace in truth(setting).items():
        for track in trace:
            part = received["included"][f"{cell}.{track}"]
            z, values = part["data"][0]["z"], trace[track]
            if setting.notation is CHUNG and (cell, track) == ("gru", "update"):
                values = 1 - values
            assert z.dtype == np.uint8
            assert np.abs(z - picture(values, track_range(track))).max() <= 0.51
            grid = grid_of(trace.units, trace.steps)
            assert part["grid"] == vars(grid)
            drawn = part["data"][0]
            # The first block covers the first step and the first unit, and blocks do not overlap.
            assert drawn["x0"] - drawn["dx"] / 2 == 0.5
            assert drawn["y0"] - drawn["dy"] / 2 == -0.5
            assert (drawn["dx"], drawn["dy"]) == (grid.wide, grid.tall)
            assert list(part["layout"]["xaxis"]["range"]) == [0.5, trace.steps + 0.5]
            assert list(part["layout"]["yaxis"]["range"]) == [trace.units - 0.5, -0.5]


@pytest.mark.parametrize("edit", ["x.200.0_3.5", "gru.b_x.update.3_6.0", "lstm.b_x.forget.3_6.0"])
def test_after_an_edit_the_differences_of_the_bytes_lead_to_the_new_picture(edit: str) -> None:
    first, sent = told(WIDE)
    change = Edit.parse(edit)
    edited = WIDE.with_edit(change.target, change.value)
    second, after = told(edited, sent)
    for name, digest in second["parts"].items():
        old, one = first["included"][name], second["included"].get(name)
        if digest == first["parts"][name] or "content" in old:
            continue
        assert one is not None
        assert one["over"] == first["parts"][name]
        whole = told(edited)[0]["included"][name]["data"][0]["z"]
        np.testing.assert_array_equal(old["data"][0]["z"] + one["change"], whole)
        np.testing.assert_array_equal(after[name].numbers, whole)
    assert told(edited, after)[0]["included"] == {}


def test_a_long_input_shows_the_strongest_number_of_every_block_with_the_edits_in() -> None:
    at = 2000 - 2000 % 3
    edited = LONG.with_edit(Target("x", "x", (at, 0)), -1.0)
    for setting, pulses in ((LONG, 1), (edited, 2)):
        z = told(setting)[0]["included"]["x"]["data"][0]["z"]
        assert z.shape == (1, 1000)
        assert np.count_nonzero(z != z[0, -1]) == pulses
    assert z[0, at // 3] == 0


def test_large_weights_are_bytes_within_half_a_level() -> None:
    setting = replace(WIDE, own=Own(source="sine", steps=20, units=400), unit=3, step=3)
    shown = screen(setting)
    assert not shown.condensed
    z = told(setting)[0]["included"]["gru.weights.update"]["data"][0]["z"]
    assert z.dtype == np.uint8
    bound = shown.baseline.weight_bounds["gru"]
    decoded = bound * (2 * z.astype(np.float64) / 255 - 1)
    matrix = joined(shown.base.weights["gru"], "update", range(400))
    assert np.abs(decoded - matrix).max() <= bound * (1 / (LEVELS - 1) + 1 / 255)


def test_the_page_says_what_a_cell_of_the_picture_stands_for() -> None:
    panels = told(replace(TALL, own=Own(source="noise", steps=900, units=300)))[0]["panels"]
    means = "each cell of the picture is the mean of 3 units × 3 steps; choose one for exact values"
    assert means in panels[0]["note"]
    assert "the mean of 2 steps; choose" in told(WIDE)[0]["panels"][0]["note"]
    assert told(LONG)[0]["x"]["note"] == "each cell is the strongest of 3 numbers"
    for scene in ("pulse", "reader"):
        small = told(Setting(scene=scene))[0]
        assert "mean of" not in small["panels"][0]["note"]
        assert small["x"]["note"] == ""


def test_steps_that_are_only_counted_are_not_named_one_by_one() -> None:
    assert told(WIDE)[0]["labels"] == 451
    text = Own(source="text", text="so it goes " * 120, units=20)
    letters = told(replace(WIDE, own=text, step=3, unit=3))[0]["labels"]
    assert len(letters) == 1320
    assert letters[:2] == ("s", "o")


# Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", SCREENS, ids=["wide", "tall", "long", "write"])
@pytest.mark.parametrize("edit", [None, "x.30.0_1.25", "gru.b_x.update.5_-2.0"])
def test_the_numbers_around_the_cursor_are_those_of_the_core(
    unpack: Unpack, setting: Setting, edit: str | None
) -> None:
    if edit:
        change = Edit.parse(edit)
        setting = setting.with_edit(change.target, change.value)
    received = unpack(pack(told(setting)[0]))["included"]
    shown = screen_of(setting)
    for cell, trace in truth(setting).items():
        near = received[f"{cell}.near"]["content"]
        unit = min(shown.unit, trace.units - 1)
        assert near["unit"] == unit
        first, end = near["first"], near["first"] + len(near["numbers"]["hidden"])
        assert first <= shown.step < end
        assert end - first <= WINDOW
        for track in trace:
            values = trace[track][first:end, unit]
            if setting.notation is CHUNG and (cell, track) == ("gru", "update"):
                values = 1 - values
            np.testing.assert_array_equal(near["numbers"][track], in_32_bits(values))


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_the_opened_cell_has_the_numbers_and_colours_of_the_steps_around_the_cursor(
    unpack: Unpack, cell: Cell
) -> None:
    setting = replace(WIDE, cell=cell)
    received = unpack(pack(told(setting)[0]))["included"]
    weights, trace = screen(setting).situation.weights[cell], truth(setting)[cell]
    numbers = received[f"{cell}.inside"]["content"]
    assert numbers["units"] == [40]
    steps = slice(numbers["first"], numbers["first"] + WINDOW)
    every = inside(weights, trace, 40)
    assert {f"{gate}.sum" for gate in weights.gates} | {"hidden"} <= set(numbers["series"])
    for name, found in numbers["series"].items():
        np.testing.assert_allclose(found[0], every[name][steps], rtol=1e-6, atol=1e-7)
    colours = received[f"{cell}.vectors"]["content"]
    rows = slice(colours["top"], colours["top"] + ROWS_DRAWN)
    assert rows.start <= 40 < rows.stop
    known = dict(trace) | {"previous": trace.previous()}
    ranges = {name: track_range(name) for name in trace} | {"previous": (-1.0, 1.0)}
    if cell == "lstm":
        known["previous_cell"] = trace.previous("cell")
        ranges["previous_cell"] = track_range("cell")
    assert set(colours["vectors"]) == {*known, *vectors(weights, trace), "x"}
    for name, values in known.items():
        low, high = ranges[name]
        exact = (values[steps, rows] - low) / (high - low) * 255
        assert np.abs(colours["vectors"][name] - exact).max() <= 0.51


@pytest.mark.parametrize("setting", SCREENS, ids=["wide", "tall", "long", "write"])
def test_no_peak_of_the_chosen_unit_is_lost_in_its_lines(setting: Setting) -> None:
    sent = told(setting)[0]["included"]
    for cell, trace in truth(setting).items():
        wide = grid_of(trace.units, trace.steps).wide
        content = sent[f"{cell}.line"]["content"]
        for track in trace:
            low, high = track_range(track)
            values = trace[track][:, content["unit"]]
            if setting.notation is CHUNG and (cell, track) == ("gru", "update"):
                values = 1 - values
            exact = np.clip((values - low) / (high - low), 0, 1) * 255
            line = content["lines"][f"{cell}.{track}"].astype(float)
            assert len(line) * content["per"] == pytest.approx(trace.steps, abs=wide)
            for peak in (exact.max(), exact.min()):
                assert np.abs(line - peak).min() <= 0.51


@pytest.mark.parametrize(("step", "unit"), [(0, 0), (450, 95), (123, 7)])
def test_what_is_pointed_at_is_said_as_the_core_has_it(step: int, unit: int) -> None:
    event = {"kind": "look", "of": unit, "at": step, "step": 200, "unit": 40}
    outcome = handle(History(WIDE), event)
    assert outcome.history.present == WIDE
    pointed = told(WIDE, grab=outcome.grab)[0]["pointed"]
    assert (pointed["step"], pointed["unit"]) == (step, unit)
    assert pointed["numbers"] == {
        f"{cell}.{track}": trace[track][step, unit]
        for cell, trace in truth(WIDE).items()
        for track in TRACKS[cell]
    }


@pytest.mark.parametrize("target", ["gru.w_h.update.3.2", "lstm.b_x.forget.95", "x.7.0"])
@pytest.mark.parametrize("notation", [None, CHUNG])
def test_a_number_that_can_be_edited_is_said_as_the_scene_has_it(
    target: str, notation: Any
) -> None:
    setting = replace(WIDE, notation=notation).with_edit(Target.parse(target), 0.25)
    event = {"kind": "look", "target": target, "step": 200, "unit": 40}
    pointed = told(setting, grab=handle(History(setting), event).grab)[0]["pointed"]
    own = value_at(screen(WIDE).base, Target.parse(target))
    turned = notation is CHUNG and "update" in target
    assert pointed == {"target": target, "value": -own if turned else own}


def test_what_is_not_there_has_no_numbers() -> None:
    assert told(WIDE, grab=Grab(Target.parse("gru.h0.96"), 0, 0, held=False))[0]["pointed"] is None
    nowhere = told(WIDE, grab=Grab(None, 451, 96, held=False))[0]["pointed"]
    assert nowhere["numbers"] == {}


# Dragging -------------------------------------------------------------------------------------


def swept(situation: Situation, target: Target, value: float, cell: Cell) -> Trace:
    there = apply_edits(situation, [Edit(target, value)])
    return run(there.weights[cell], there.x, there.initials[cell])


@pytest.mark.parametrize("target", [INPUT, WEIGHT, Target.parse("lstm.c0.40")], ids=str)
@pytest.mark.parametrize("step", [0, 200])
def test_a_drag_of_a_middling_size_follows_with_the_pictures_of_the_core(
    unpack: Unpack, target: Target, step: int
) -> None:
    setting = replace(WIDE, cell="lstm") if target.owner == "lstm" else WIDE
    shown = screen(setting)
    received = unpack(pack(sweep_message(shown, Grab(target, step, 40))))  # type: ignore[arg-type]
    values = received["values"]
    assert "note" not in received
    assert len(values) >= 9
    assert values[received["base"]] == value_at(shown.situation, target)
    cells = [cell for cell in shown.traces if target.owner in ("x", cell)]
    assert set(received["tracks"]) == {f"{c}.{track}" for c in cells for track in TRACKS[c]}
    for at in (0, received["base"], len(values) - 1):
        for cell in cells:
            trace = swept(shown.situation, target, values[at], cell)
            for track in trace:
                off = received["tracks"][f"{cell}.{track}"][at]
                off = np.abs(off - picture(trace[track], track_range(track)))
                assert off.max() <= 255 / 15, "half a level of the fewest there may be"
                exact = received["exact"][f"{cell}.{track}"][at]
                assert exact == pytest.approx(trace[track][step, 40], abs=1e-12)
            if cell == shown.opened:
                check_wiring(received, at, trace, step)


def check_wiring(received: dict[str, Any], at: int, trace: Trace, step: int) -> None:
    """Some rows of every track and of the states before, as colours, under one value."""
    rows = slice(received["top"], received["top"] + ROWS_DRAWN)
    exact = {track: (track, trace[track][step, rows]) for track in trace}
    exact["previous"] = "hidden", trace.previous()[step, rows]
    if trace.cell == "lstm":
        exact["previous_cell"] = "cell", trace.previous("cell")[step, rows]
    for name, (track, values) in exact.items():
        low, high = track_range(track)
        colours = 255 * (np.clip(values, low, high) - low) / (high - low)
        assert np.abs(received["vectors"][name][at] - colours).max() <= 0.51


def test_what_is_too_large_to_follow_can_still_be_dragged() -> None:
    setting = replace(WIDE, own=Own(source="noise", steps=1500, units=400), step=3, unit=3)
    shown = screen(setting)
    for target in (Target.parse("x.0.0"), Target.parse("gru.w_h.update.3.2")):
        found = sweep_message(shown, Grab(target, 3, 3))
        assert found is not None
        assert found["note"] == say("messages.sweeping.too_large")
        assert found["tracks"] == found["lines"] == found["exact"] == {}
        assert len(found["values"]) >= 41
        assert found["values"][found["base"]] == value_at(shown.situation, target)
        assert len(pack(found)) < 1000


# Bytes ----------------------------------------------------------------------------------------


def noise(situation: Situation, cell: Cell, *_: Any) -> Trace:
    """A trace of chance, in which nothing can be compressed, in the place of a run."""
    rng = np.random.default_rng(int(abs(situation.x[LARGEST.step, 0]) * 1e6))
    shape, tracks = (len(situation.x), situation.weights[cell].units), {}
    for track in TRACKS[cell]:
        low, high = track_range(track)
        tracks[track] = low + (high - low) * rng.random(shape, np.float32)
    return Trace(cell, situation.x, situation.initials[cell], tracks)


def test_at_the_largest_size_the_opening_and_every_edit_stay_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """512 × 10,000, a GRU beside an LSTM; what is sent at most is bounded by the picture's size.

    Whatever the numbers are: a run of that size would take seconds. That they are those of the
    core, an edit's too, is tested above.
    """
    monkeypatch.setattr("app.compute.runs._run", noise)
    first, sent = told(LARGEST)
    assert len(pack(first)) <= 1_500_000
    assert all(part.numbers is None or part.numbers.nbytes <= 51_200 for part in sent.values())
    edited = LARGEST.with_edit(Target.parse(f"x.{LARGEST.step}.0"), -3.0)
    second, _ = told(edited, sent)
    assert len(pack(second)) <= 600_000
    tracks = [z for part in second["included"].values() if (z := part.get("change")) is not None]
    assert len(tracks) == 1 + len(TRACKS["gru"]) + len(TRACKS["lstm"]), "and the input"
    rest = {k: v for k, v in second["included"].items() if "change" not in v}
    worst = sum(change.size for change in tracks) + len(pack(second | {"included": rest}))
    assert worst <= 600_000, "not even if nothing could be compressed"
    near = second["included"]["lstm.near"]["content"]
    there = apply_edits(screen(LARGEST).base, edited.edits)
    cell = noise(there, "lstm")["cell"][near["first"] : near["first"] + WINDOW, 200]
    np.testing.assert_array_equal(near["numbers"]["cell"], cell)
