"""A float32 run that is computed in float64 and rounded once."""

from typing import Any

import numpy as np
import pytest

from gru_core import run
from gru_core.changes.interventions import Intervention
from gru_core.conventions import STATES
from gru_core.engines.stretches import STEPS
from gru_core.errors import RangeError
from gru_core.run import run_backward, run_layers
from gru_core.weights import Weights

LONG = 2 * STEPS + 17
ULP = 1e-7  # of numbers up to 1: half the last bit of float32, and what lies at its edge


@pytest.fixture
def inputs(layer: Weights) -> np.ndarray:
    return np.random.default_rng(8).normal(size=(LONG, layer.input_size)).astype(np.float32)


def starts(layer: Weights) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(9)
    return tuple(rng.uniform(-0.9, 0.9, layer.units).astype(np.float32) for _ in STATES[layer.cell])


def widened(layer: Weights, *arrays: np.ndarray) -> tuple[Any, ...]:
    return layer.astype(np.float64), *(array.astype(np.float64) for array in arrays)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
@pytest.mark.parametrize("steps", [1, STEPS, STEPS + 1, LONG])
def test_it_is_the_run_in_float64_rounded(layer: Weights, inputs, engine, steps: int) -> None:
    narrow, x = layer.astype(np.float32), inputs[:steps]
    made = run(narrow, x, starts(layer), engine=engine, exactly=True)
    wide, x, *states = widened(narrow, x, *starts(layer))
    for name, track in run(wide, x, tuple(states)).items():
        assert made[name].dtype == np.float32
        assert made[name].shape == track.shape
        scale = max(1, np.abs(track).max())
        np.testing.assert_allclose(made[name], track, rtol=0, atol=ULP * scale, err_msg=name)


def test_what_is_held_over_the_end_of_a_stretch_stays_held(layer: Weights, inputs) -> None:
    held = [
        Intervention(layer.cell, "hidden", 0.7, unit=1, first=STEPS - 3, last=STEPS + 2),
        Intervention(layer.cell, "hidden", -0.2, first=STEPS + 40, last=STEPS + 40),
    ]
    narrow = layer.astype(np.float32)
    made = run(narrow, inputs, interventions=held, exactly=True)
    wide, x = widened(narrow, inputs)
    wanted = run(wide, x, interventions=held)
    np.testing.assert_allclose(made["hidden"], wanted["hidden"], rtol=0, atol=ULP)
    assert (made["hidden"][STEPS - 3 : STEPS + 3, 1] == np.float32(0.7)).all()
    free = run(narrow, inputs, exactly=True)["hidden"]
    assert np.abs(made["hidden"] - free)[STEPS + 3].max() > 1e-3


def test_backward_and_stacked(layer: Weights, inputs) -> None:
    narrow = layer.astype(np.float32)
    wide, x = widened(narrow, inputs)
    made = run_backward(narrow, inputs, exactly=True)["hidden"]
    np.testing.assert_allclose(made, run_backward(wide, x)["hidden"], rtol=0, atol=ULP)
    both = run_layers([(narrow, narrow)], inputs, exactly=True).output
    assert both.dtype == np.float32
    np.testing.assert_allclose(both, run_layers([(wide, wide)], x).output, rtol=0, atol=ULP)


def test_float64_is_as_it_was(layer: Weights) -> None:
    x = np.random.default_rng(8).normal(size=(LONG, layer.input_size))
    for name, track in run(layer, x, exactly=True).items():
        assert track.tobytes() == run(layer, x)[name].tobytes()


def test_a_state_that_float32_cannot_hold_is_told(make_layer) -> None:
    growing = make_layer("rnn", state_activation="relu").astype(np.float32)
    w_h = np.broadcast_to(np.eye(growing.units, dtype=np.float32) * 3, growing.w_h.shape)
    growing = type(growing)(growing.w_x, w_h, growing.b_x, growing.b_h + 1, state_activation="relu")
    x = np.ones((LONG, growing.input_size), np.float32)
    with pytest.raises(RangeError, match="relu"):
        run(growing, x, exactly=True)
