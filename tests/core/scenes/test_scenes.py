"""Every scene runs, says what to see, and gives its numbers to every cell."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gru_core import GRUWeights, run
from gru_core.conventions import CELLS, POLARITIES, Cell
from gru_core.errors import GatescopeError
from gru_core.scenes.listener import Listener
from gru_core.scenes.reader import Reader
from gru_core.scenes.scene import Scene, situation
from gru_core.scenes.series import Series
from tests.core.opened_scenes import ASSETS, BY_NAME, SCENES, run_cell

# Every file -----------------------------------------------------------------------------------


def test_the_scenes_come_in_the_order_of_the_index() -> None:
    index = json.loads((ASSETS / "scenes" / "index.json").read_text(encoding="utf-8"))
    assert [scene.name for scene in SCENES] == index
    assert index[0] == "pulse", "the first one that anybody sees"


@pytest.mark.parametrize("match", ["units", "parameters"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_runs_for_every_cell(
    scene: Scene, cell: Cell, match: Any, reader: Reader, series: Series, listener: Listener
) -> None:
    found = run_cell(
        situation(scene, CELLS, match, reader=reader, series=series, listener=listener), cell
    )
    assert all(np.isfinite(found[track]).all() for track in found)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_says_what_to_see_and_what_to_try(
    scene: Scene, reader: Reader, series: Series, listener: Listener
) -> None:
    numbers = situation(scene, reader=reader, series=series, listener=listener)
    for polarity in POLARITIES:
        told = scene.story.told(numbers, polarity, series=series, listener=listener)
        assert len(re.findall(r"[.:](\s|$)", told.story)) >= 1
        assert len(told.story.split()) <= 85
        for attempt in (told.attempt, told.again):
            assert re.fullmatch(r"(?:[^.]|\.\d)+\.", attempt) or attempt == "", "one sentence"
    assert scene.cursor.step < len(numbers.x)
    assert scene.cursor.unit < numbers.weights["gru"].units


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_channel_and_step_has_a_word(
    scene: Scene, reader: Reader, series: Series, listener: Listener
) -> None:
    opened = {
        None: lambda: scene,
        "reader": lambda: scene.opened(reader),
        "series": lambda: scene.with_series(series),
        "listener": lambda: scene.with_listener(listener),
    }[scene.model]()
    assert opened.sequence is not None
    steps, inputs = opened.sequence.x.shape
    assert len(opened.sequence.labels) == steps
    assert len(opened.sequence.channels) == inputs


# Situations -----------------------------------------------------------------------------------


def test_the_gru_is_always_there() -> None:
    assert tuple(situation(BY_NAME["pulse"], ()).weights) == ("gru",)
    assert tuple(situation(BY_NAME["pulse"], ("rnn",)).weights) == ("gru", "rnn")


def test_one_cell_more_or_another_size_leaves_the_others_as_they_are() -> None:
    crowd = BY_NAME["crowd"]
    alone, together = situation(crowd, ("rnn",)), situation(crowd, ("lstm", "rnn"))
    matched = situation(crowd, ("lstm", "rnn"), "parameters")
    for cell in ("gru", "rnn"):
        np.testing.assert_array_equal(alone.weights[cell].w_h, together.weights[cell].w_h)
    np.testing.assert_array_equal(alone.weights["gru"].w_h, matched.weights["gru"].w_h)
    assert matched.weights["lstm"].units != 32


def test_cells_of_one_seed_are_not_copies_of_each_other() -> None:
    weights = situation(BY_NAME["crowd"], CELLS).weights
    draws = [w.w_h[0, 0] for w in weights.values()]
    assert not np.allclose(draws[0], draws[1])
    assert not np.allclose(draws[1], draws[2])


def test_a_seed_redraws_what_is_drawn_and_keeps_what_is_given() -> None:
    crowd, binary = BY_NAME["crowd"], BY_NAME["binary"]
    assert not np.allclose(
        situation(crowd, seed=9).weights["gru"].w_x, situation(crowd).weights["gru"].w_x
    )
    again, first = situation(binary, CELLS, seed=9), situation(binary, CELLS)
    np.testing.assert_array_equal(again.weights["gru"].w_x, first.weights["gru"].w_x)
    assert not np.allclose(again.weights["rnn"].w_x, first.weights["rnn"].w_x)


def test_matched_parameters_are_nearest_to_those_of_the_gru() -> None:
    weights = situation(BY_NAME["crowd"], CELLS, "parameters").weights
    target = weights["gru"].parameter_count()
    for cell in ("lstm", "rnn"):
        here = abs(weights[cell].parameter_count() - target)
        assert here <= 0.03 * target


def test_given_initial_states_are_left_out_where_the_size_does_not_fit() -> None:
    numbers = situation(BY_NAME["binary"], ("lstm",), "parameters")
    assert numbers.weights["lstm"].units != 3
    assert not any(state.any() for state in numbers.initials["lstm"])
    assert (numbers.initials["gru"][0] == -1).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"cells": ("gpu",)}, "cell 'gpu' does not exist; choose one of: gru, lstm, rnn."),
        ({"match": "size"}, "match 'size' does not exist; choose one of: units, parameters."),
    ],
)
def test_unknown_names_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GatescopeError, match=re.escape(message)):
        situation(BY_NAME["pulse"], **arguments)


def test_reset_placement_reaches_drawn_weights() -> None:
    before = situation(replace(BY_NAME["crowd"], reset_after=False)).weights["gru"]
    assert isinstance(before, GRUWeights)
    assert not before.reset_after


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_no_scene_depends_on_rounding(
    scene: Scene, cell: Cell, reader: Reader, series: Series, listener: Listener
) -> None:
    """Else the numbers of a drag, computed in a batch, would not be those of its commit."""
    found = situation(scene, CELLS, reader=reader, series=series, listener=listener)
    weights, x = found.weights[cell], found.x
    tiny = 1e-13 if weights.dtype == np.float64 else 1e-6
    states = tuple(state + weights.dtype.type(tiny) for state in found.initials[cell])
    moved = run(weights, x, states)["hidden"] - run(weights, x, found.initials[cell])["hidden"]
    assert np.abs(moved).max() < 1000 * tiny
