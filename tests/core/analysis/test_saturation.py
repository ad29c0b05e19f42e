"""How often a gate is all but shut or open, for each unit by itself."""

import numpy as np
import pytest

from gru_core import Trace, run
from gru_core.analysis.saturation import saturation
from gru_core.conventions import SATURATION, TRACKS, shown_update
from gru_core.errors import UnknownNameError
from gru_core.run import run_backward

GATES = {"gru": ["reset", "update"], "lstm": ["input", "forget", "output"], "rnn": []}
# Gates that are more often shut and more often open.
POWERS = {"reset": 2.0, "update": 0.3}


def a_trace(cell, **tracks) -> Trace:
    steps, units = next(iter(tracks.values())).shape
    filled = {name: tracks.get(name, np.full((steps, units), 0.5)) for name in TRACKS[cell]}
    states = (np.zeros(units),) * (2 if cell == "lstm" else 1)
    return Trace(cell, np.zeros((steps, 1)), states, filled)


def test_the_share_of_steps_below_and_above_is_counted_unit_by_unit() -> None:
    reset = np.array([[0.05, 0.95, 0.5], [0.02, 0.99, 0.08], [0.5, 0.91, 0.95], [0.01, 0.2, 0.5]])
    found = saturation(a_trace("gru", reset=reset))
    np.testing.assert_array_equal(found["reset"].left, [0.75, 0, 0.25])
    np.testing.assert_array_equal(found["reset"].right, [0, 0.75, 0.25])
    assert not found["update"].left.any()
    assert not found["update"].right.any()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_gate_at_a_threshold_is_not_saturated(dtype) -> None:
    low, high = SATURATION
    assert (low, high) == (0.1, 0.9)
    at = np.array([[low, high]], dtype)
    beyond = np.array([[np.nextafter(at[0, 0], dtype(0)), np.nextafter(at[0, 1], dtype(1))]])
    for gate, expected in ((at, [[0, 0], [0, 0]]), (beyond, [[1, 0], [0, 1]])):
        found = saturation(a_trace("lstm", forget=gate))["forget"]
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("go", [run, run_backward])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", ["gru", "gru before", "lstm", "rnn"])
def test_every_gate_of_a_run_is_counted_and_no_state(make_layer, x, kind, go, dtype) -> None:
    weights = make_layer(kind, scale=4.0).astype(dtype)
    trace = go(weights, x)
    found = saturation(trace)
    assert list(found) == GATES[weights.cell]
    for gate, shares in found.items():
        for unit in range(trace.units):
            numbers = trace[gate][:, unit].tolist()
            assert shares.left[unit] == sum(number < 0.1 for number in numbers) / len(numbers)
            assert shares.right[unit] == sum(number > 0.9 for number in numbers) / len(numbers)
    assert not found or any(shares.left.any() and shares.right.any() for shares in found.values())


def test_under_the_write_polarity_left_and_right_of_the_update_gate_change_places() -> None:
    rng = np.random.default_rng(0)
    gates = {name: rng.uniform(size=(200, 4)) ** power for name, power in POWERS.items()}
    trace = a_trace("gru", **gates)
    keep, write = saturation(trace), saturation(trace, "write")
    assert (keep["update"].left != keep["update"].right).all()
    np.testing.assert_array_equal(write["update"].left, keep["update"].right)
    np.testing.assert_array_equal(write["update"].right, keep["update"].left)
    np.testing.assert_array_equal(write["reset"], keep["reset"])
    shown = a_trace("gru", **gates | {"update": shown_update(gates["update"], "write")})
    np.testing.assert_array_equal(saturation(shown)["update"], write["update"])


def test_the_polarity_says_nothing_about_an_lstm(make_layer, x) -> None:
    trace = run(make_layer("lstm", scale=4.0), x)
    for gate, shares in saturation(trace).items():
        np.testing.assert_array_equal(saturation(trace, "write")[gate], shares)


def test_an_unknown_polarity_is_refused(make_layer, x) -> None:
    with pytest.raises(UnknownNameError, match=r"polarity 'hold' .* one of: keep, write"):
        saturation(run(make_layer("gru"), x), "hold")


def test_shares_cannot_be_written(make_layer, x) -> None:
    found = saturation(run(make_layer("gru"), x))
    with pytest.raises(ValueError, match="read-only"):
        found["reset"].left[0] = 1
    with pytest.raises(TypeError):
        found["reset"] = found["update"]
