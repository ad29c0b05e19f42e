"""What a drag runs on: every colour and number of a sweep is the core's own run at that value."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from app.messages.stage import message
from app.messages.sweeping import RUNGS, sweep_message
from app.messages.updates import Sent
from app.messages.wire import THOROUGH, pack
from app.screen.baseline import scenes
from app.screen.page import Grab, Page
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core import run
from gru_core.conventions import TOLERANCE, TRACKS, Cell, track_range
from gru_core.situation import Edit, Target, apply_edits, value_at

Unpack = Callable[[bytes], Any]
LONGEST_WORD = "pneumonoultramicroscopicsilicovolcanocon"
assert len(LONGEST_WORD) == 40


@lru_cache(maxsize=32)
def screen(scene: str, alongside: str = "lstm", word: str = "") -> Screen:
    return screen_of(Setting(scene=scene, alongside=alongside, word=word))  # type: ignore[arg-type]


def every_kind(shown: Screen) -> list[Target]:
    """The first and last inputs, and one target of every part of every gate in mid-array."""
    steps, inputs = shown.situation.x.shape
    found = [Target("x", "x", (step, inputs // 2)) for step in sorted({0, steps // 2, steps - 1})]
    for cell, weights in shown.situation.weights.items():
        middle = weights.units // 2
        found.append(Target(cell, "h0", (middle,)))
        if cell == "lstm":
            found.append(Target(cell, "c0", (middle,)))
        for gate in range(len(weights.gates)):
            found.append(Target(cell, "w_x", (gate, middle, weights.input_size // 2)))
            found.append(Target(cell, "w_h", (gate, middle, weights.units - 1)))
            found.append(Target(cell, "b_x", (gate, middle)))
            found.append(Target(cell, "b_h", (gate, middle)))
    return found


SCREENS = [(scene, alongside) for scene in scenes() for alongside in ("lstm", "rnn")]
CASES = [
    pytest.param(scene, alongside, target, id=f"{scene}-{alongside}-{target}")
    for scene, alongside in SCREENS
    for target in every_kind(screen(scene, alongside))
    # The GRU's own targets are the same beside either.
    if alongside == "lstm" or target.owner in ("x", "rnn")
]


# The plain RNN of thirty-two strangers is chaotic: a difference of 1e-15 in its first state grows
# past 1e-6 within 60 steps, so no two ways of adding up agree further than this many steps.
DETERMINED = {("crowd", "rnn"): 40}


def colours(told: dict[str, Any]) -> int:
    """How many different colours the message was cut down to."""
    counts = [np.bincount(track.ravel(), minlength=256) for track in told["tracks"].values()]
    used = np.flatnonzero(np.sum(counts, axis=0))
    for levels in sorted({levels for _, levels in RUNGS}):
        lattice = np.rint(np.arange(levels) * 255 / (levels - 1))
        if np.isin(used, lattice).all():
            return levels
    raise AssertionError("bytes that are no colour of any rung")


def core_run(shown: Screen, target: Target, value: float, cell: Cell) -> Any:
    there = apply_edits(shown.situation, [Edit(target, value)])
    return run(there.weights[cell], there.x, there.initials[cell])


def assert_close(shown: np.ndarray, truth: np.ndarray, track: str, levels: int) -> None:
    """Bytes over the range of a track, against numbers: at most half a colour step apart."""
    low, high = track_range(track)
    decoded = low + shown.astype(np.float64) * (high - low) / 255
    half_a_step = 0.5 / (levels - 1) + (0.5 / 255 if levels < 256 else 0)
    clipped = np.clip(truth.astype(np.float64), low, high)
    assert np.abs(decoded - clipped).max() <= (high - low) * (half_a_step + 1e-5)


# Every kind of target in every scene ----------------------------------------------------------


@pytest.mark.sampled(40)
@pytest.mark.parametrize(("scene", "alongside", "target"), CASES)
def test_every_value_of_a_sweep_is_the_run_of_the_core(
    unpack: Unpack, scene: str, alongside: str, target: Target
) -> None:
    shown = screen(scene, alongside)
    step, unit = len(shown.labels) // 3, 1
    told = unpack(pack(sweep_message(shown, Grab(target, step, unit))))  # type: ignore[arg-type]
    values, levels = told["values"], colours(told)

    assert told["target"] == str(target)
    assert values[told["base"]] == value_at(shown.situation, target)
    assert (np.diff(values) > 0).all()

    swept = [c for c in shown.traces if target.owner in ("x", c)]
    names = {f"{cell}.{track}" for cell in swept for track in TRACKS[cell]}
    assert set(told["tracks"]) == set(told["lines"]) == set(told["exact"]) == names

    for at in {0, told["base"], len(values) // 3, len(values) - 1}:
        for cell in swept:
            truth = core_run(shown, target, float(values[at]), cell)
            near = 1e-9 if (scene, cell) in DETERMINED else TOLERANCE[truth.dtype]
            order, known = list(shown.orders[cell]), DETERMINED.get((scene, cell), len(truth.x))
            for track in TRACKS[cell]:
                name = f"{cell}.{track}"
                bytes_, line = told["tracks"][name][at], told["lines"][name][at]
                numbers = truth[track][:known, order].T
                assert bytes_.shape == (len(order), len(truth.x))
                assert_close(bytes_[:, :known], numbers, track, levels)
                assert_close(line[:known], truth[track][:known, unit], track, 256)
                assert told["exact"][name][at] == pytest.approx(
                    float(truth[track][step, unit]), abs=near
                )


def bytes_of_an_edit(shown: Screen, sent: dict[str, Sent], target: Target) -> int:
    """What a drag and its commit send to a browser that has the screen: the sweep, the numbers."""
    setting, value = shown.setting, value_at(shown.situation, target) + 0.37
    dragged = sweep_message(shown, Grab(target, 3, 1))
    edited = screen_of(setting.with_edit(target, value))
    committed = message(edited, Page(sent=sent))[0]
    assert dragged is not None
    assert len(dragged["values"]) >= 9
    return len(pack(dragged, THOROUGH)) + len(pack(committed))


@pytest.mark.thorough
@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("scene", ["crowd", "reader"])
def test_an_edit_takes_at_most_120_kb_whatever_is_dragged(scene: str, alongside: str) -> None:
    shown = screen(scene, alongside)
    sent = message(shown, Page())[1]
    sizes = {str(target): bytes_of_an_edit(shown, sent, target) for target in every_kind(shown)}
    assert {name: size for name, size in sizes.items() if size > 118_000} == {}


def test_the_longest_word_in_the_reader_can_be_dragged_in_half_a_megabyte() -> None:
    shown = screen("reader", "lstm", LONGEST_WORD)
    assert len(shown.labels) == 41
    sent = message(shown, Page())[1]
    for target in ("x.0.0", "gru.w_h.update.128.255", "gru.h0.0", "lstm.b_x.candidate.128"):
        assert bytes_of_an_edit(shown, sent, Target.parse(target)) <= 500_000, target


def test_a_heavily_edited_screen_is_swept_from_where_it_is() -> None:
    edits = [("gru.b_x.update.3", -7.5), ("x.2.0", 0.3), ("gru.h0.3", 0.9)]
    setting = Setting(scene="pulse")
    for text, value in edits:
        setting = setting.with_edit(Target.parse(text), value)
    shown = screen_of(setting)
    target = Target.parse("gru.b_x.update.3")
    told = sweep_message(shown, Grab(target, 5, 3))
    assert told is not None
    assert told["values"][told["base"]] == -7.5
    for at in (0, told["base"], len(told["values"]) - 1):
        truth = core_run(shown, target, float(told["values"][at]), "gru")
        for track in TRACKS["gru"]:
            exact = told["exact"][f"gru.{track}"][at]
            assert exact == pytest.approx(truth[track][5, 3], abs=1e-12)


# The values -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "reach"),
    [
        ("gru.h0.0", 1),
        ("lstm.h0.0", 1),
        ("lstm.c0.0", 4),
        ("x.3.0", 2),
        ("gru.b_x.update.3", 12),  # as far as the scene's own weights go
        ("gru.w_x.candidate.0.0", 12),
    ],
)
def test_a_drag_reaches_as_far_as_its_kind_allows(target: str, reach: float) -> None:
    told = sweep_message(screen("pulse"), Grab(Target.parse(target), 0, 0))
    assert told is not None
    values = told["values"]
    assert (values.min(), values.max()) == (-reach, reach)
    assert 0 in values
    assert len(values) in (41, 42)


@pytest.mark.parametrize("value", [3.7, -9_999.0, 10_000.0, 0.1 + 0.2, -0.0, 1e-300])
def test_the_value_of_now_is_among_them_however_odd_or_far(value: float) -> None:
    target = Target.parse("gru.h0.0")
    shown = screen_of(Setting().with_edit(target, value))
    told = sweep_message(shown, Grab(target, 0, 0))
    assert told is not None
    assert told["values"][told["base"]] == value
    assert np.abs(told["values"]).max() >= abs(value)
    assert told["values"].min() <= -abs(value) + 1e-9 or abs(value) <= 1


def test_numbers_past_the_range_of_a_track_take_its_last_colour() -> None:
    target = Target.parse("lstm.c0.3")
    told = sweep_message(screen("pulse"), Grab(target, 0, 0))
    assert told is not None
    first = told["tracks"]["lstm.cell"][:, 3, 0]
    truth = [core_run(screen("pulse"), target, float(v), "lstm")["cell"][0, 3] for v in (-4, 4)]
    assert truth[0] < -3
    assert truth[1] > 3
    assert (first[0], first[-1]) == (0, 255)


# What is not there ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target", ["x.20.0", "x.0.1", "gru.h0.4", "rnn.h0.0", "gru.w_h.update.4.0", "lstm.c0.99"]
)
def test_a_cell_that_is_not_on_the_screen_has_no_sweep(target: str) -> None:
    assert sweep_message(screen("pulse"), Grab(Target.parse(target), 0, 0)) is None


@pytest.mark.parametrize(("step", "unit"), [(999, 0), (0, 999), (999_999, 999_999)])
def test_a_cursor_outside_gives_no_exact_numbers_and_no_error(step: int, unit: int) -> None:
    told = sweep_message(screen("pulse"), Grab(Target.parse("gru.h0.0"), step, unit))
    assert told is not None
    assert told["exact"] == {}
    assert set(told["tracks"]) == {f"gru.{track}" for track in TRACKS["gru"]}


def test_a_sweep_says_numbers_only(unpack: Unpack) -> None:
    told = unpack(pack(sweep_message(screen("cue"), Grab(Target.parse("x.4.1"), 4, 0))))  # type: ignore[arg-type]
    arrays = [told["values"], *told["tracks"].values(), *told["exact"].values()]
    assert all(np.isfinite(array).all() for array in arrays)
    rest = {k: v for k, v in told.items() if k in ("target", "base", "step", "unit")}
    assert json.loads(json.dumps(rest)) == rest
