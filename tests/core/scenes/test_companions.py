"""A drawn layer beside another one: same cell and sizes, and numbers that are its own."""

from dataclasses import replace

import numpy as np
import pytest

from gru_core.conventions import CELLS
from gru_core.errors import UnknownNameError
from gru_core.initialize import initialize
from gru_core.scenes.companions import ROLES, companion
from gru_core.scenes.scene import situation
from tests.core.opened_scenes import BY_NAME

STEPS = 20
CUE, CROWD = BY_NAME["cue"], BY_NAME["crowd"]


def beside(scene=CUE, cell="gru"):
    return situation(scene, CELLS).weights[cell]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("role", ROLES)
def test_it_is_the_documented_draw(cell, role) -> None:
    """Hand-made weights have two inputs and three units; a second layer reads the three."""
    found = companion(CUE, beside(cell=cell), role, STEPS)
    key = (["backward", "second"].index(role), ["gru", "lstm", "rnn"].index(cell))
    rng = np.random.default_rng(np.random.SeedSequence(CUE.seed, spawn_key=key))
    inputs = {"backward": 2, "second": 3}[role]
    expected = initialize(cell, inputs, 3, rng)
    for part in ("w_x", "w_h", "b_x", "b_h"):
        np.testing.assert_array_equal(getattr(found, part), getattr(expected, part))


def test_no_two_layers_have_the_same_numbers() -> None:
    scene = replace(CUE, weights={})  # all drawn
    layers = [*situation(scene, CELLS).weights.values()]
    layers += [companion(scene, layer, role, STEPS) for layer in layers for role in ROLES]
    layers.append(companion(scene, layers[0], "backward", STEPS, seed=3))
    first = [float(layer.w_h[0, 0, 0]) for layer in layers]
    assert len(set(first)) == len(first)


def test_it_is_drawn_as_the_scene_draws() -> None:
    """The crowd's gated cells have memories of up to its steps; a plain RNN has no such bias."""
    keep = companion(CROWD, beside(CROWD), "backward", 100).b_x[1]
    assert keep.min() >= 0 < np.ptp(keep)
    assert keep.max() <= np.log(99)
    rnn = companion(CROWD, beside(CROWD, "rnn"), "backward", 100)
    assert not rnn.b_x.any()
    loud, gru = replace(CUE, gain=4.0), beside()
    quiet = companion(CUE, gru, "second", STEPS).w_h
    np.testing.assert_array_equal(companion(loud, gru, "second", STEPS).w_h, 4 * quiet)
    plain = beside(cell="rnn")
    np.testing.assert_array_equal(
        companion(loud, plain, "second", STEPS).w_h, companion(CUE, plain, "second", STEPS).w_h
    )


def test_it_follows_the_layer_beside_it_in_all_but_its_numbers() -> None:
    gru = beside()
    other = replace(gru.astype(np.float32), reset_after=False).with_value("w_h", (0, 0, 0), 5.0)
    found, before = companion(CUE, other, "backward", STEPS), companion(CUE, gru, "backward", STEPS)
    assert (found.dtype, found.reset_after) == (np.float32, False)
    np.testing.assert_array_equal(found.w_h, before.w_h.astype(np.float32))


def test_an_unknown_role_is_named() -> None:
    with pytest.raises(UnknownNameError, match="role 'upper' does not exist; choose one of: back"):
        companion(CUE, beside(), "upper", STEPS)
