"""What a cell costs: counts that were published, and times that a clock gave."""

import itertools
from time import perf_counter

import numpy as np
import pytest

from gru_core.analysis import cost
from gru_core.analysis.cost import (
    SIZES,
    Timing,
    chance_factor,
    matched_units,
    measure,
    multiply_adds,
    outcome,
    parameters,
)
from gru_core.conventions import CELLS
from gru_core.errors import RangeError, UnknownNameError

# Counts ---------------------------------------------------------------------------------------


def test_two_layers_of_600_units_have_the_published_numbers_of_parameters() -> None:
    """Distill, memorization in RNNs: every unit sees 1200 numbers, 600 of them its own layer's."""
    counts = [parameters(cell, 600, 600, layers=2, biases=1) for cell in ("gru", "lstm")]
    assert counts == [4_323_600, 5_764_800]


def test_a_gru_has_three_times_and_an_lstm_four_times_the_parameters_of_an_rnn() -> None:
    for biases in (0, 1, 2):
        rnn, gru, lstm = (
            parameters(cell, 7, 5, layers=3, directions=2, biases=biases)
            for cell in ("rnn", "gru", "lstm")
        )
        assert (gru, lstm) == (3 * rnn, 4 * rnn)


def test_the_count_of_one_layer_is_that_of_its_arrays(layer) -> None:
    arrays = (layer.w_x, layer.w_h, layer.b_x, layer.b_h)
    assert parameters(layer.cell, 3, 4) == sum(array.size for array in arrays)
    assert parameters(layer.cell, 3, 4, biases=1) == sum(a.size for a in arrays[:3])
    assert parameters(layer.cell, 3, 4, biases=0) == layer.w_x.size + layer.w_h.size
    assert multiply_adds(layer.cell, 3, 4) == layer.w_x.size + layer.w_h.size


def test_a_layer_reads_both_directions_of_the_one_below() -> None:
    """One GRU layer of 2 inputs and 5 units has 3 · 5 · (2 + 5 + 2) = 135; reading 10, 255."""
    assert parameters("gru", 2, 5, directions=2) == 2 * 135
    assert parameters("gru", 2, 5, layers=3, directions=2) == 2 * 135 + 2 * 255 + 2 * 255
    assert multiply_adds("gru", 2, 5, layers=2, directions=2) == 2 * 3 * 5 * (7 + 15)


def test_sizes_are_matched_as_in_the_comparison_of_chung_et_al() -> None:
    """36 LSTM, 46 GRU and 100 tanh units, about 20,000 parameters; JSB Chorales has 96 inputs."""
    found = matched_units(96, 46)
    assert found["gru"] == 46
    assert abs(found["lstm"] - 36) <= 1
    assert abs(found["rnn"] - 100) <= 3
    assert abs(parameters("gru", 96, 46) - 20_000) < 400


@pytest.mark.parametrize(
    ("asked", "options", "error", "says"),
    [
        (("gsu", 1, 1), {}, UnknownNameError, "cell 'gsu' does not exist; choose one of: gru"),
        (("gru", 0, 1), {}, RangeError, "input_size is 0; it needs a whole number of at least 1"),
        (("gru", 1, 0), {}, RangeError, "units is 0"),
        (("gru", 1, 1), {"layers": 0}, RangeError, "layers is 0"),
        (("gru", 1, 1), {"directions": 3}, RangeError, "directions is 3; .* in 1 or in 2"),
        (("gru", 1, 1), {"biases": 3}, RangeError, r"biases is 3; .* 0, 1 \(textbooks\) or 2"),
    ],
)
def test_what_has_no_count_is_refused(asked, options, error, says) -> None:
    with pytest.raises(error, match=says):
        parameters(*asked, **options)


# Times ----------------------------------------------------------------------------------------


class Ticks:
    """A clock that says what it is told, so that a test does not wait; it counts its readings."""

    def __init__(self, durations) -> None:
        self.durations, self.now, self.readings = itertools.cycle(durations), 0.0, 0

    def __call__(self) -> float:
        # Every second reading ends what the one before began.
        if self.readings % 2:
            self.now += next(self.durations)
        self.readings += 1
        return self.now


def rng():
    return np.random.default_rng(0)


def test_each_cell_has_the_median_of_its_own_times_for_one_step() -> None:
    """They take turns with a second GRU: gru, lstm, rnn, gru, gru, lstm, rnn, gru, …"""
    durations = [3.0, 5.0, 1.0, 7.0, 30.0, 4.0, 0.5, 8.0, 2.0, 6.0, 9.0, 1.0]
    [found] = measure([4], Ticks(durations), 3, rng(), steps=10)
    assert found.seconds == {
        "gru": pytest.approx(0.3), "lstm": pytest.approx(0.5), "rnn": pytest.approx(0.1)
    }  # fmt: skip
    assert found.twin == pytest.approx(0.7)
    assert (found.size, found.units) == (4, dict.fromkeys(CELLS, 4))


def test_sizes_are_timed_one_at_a_time_and_only_as_asked_for() -> None:
    clock = Ticks([1.0])
    timings = measure([2, 3, 4], clock, 5, rng(), steps=4)
    assert clock.readings == 0
    assert next(timings).size == 2
    one = clock.readings
    assert one == 2 * 5 * (len(CELLS) + 1)
    assert next(timings).size == 3
    assert clock.readings == 2 * one


def test_the_first_run_of_each_layer_is_not_timed(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(cost, "run", lambda weights, x: seen.append((weights, x.shape)))
    list(measure([6], Ticks([1.0]), 3, rng(), input_size=2, steps=11))
    assert [weights.cell for weights, _ in seen] == [*CELLS, "gru"] * 4
    assert {weights.units for weights, _ in seen} == {6}
    assert {shape for _, shape in seen} == {(11, 2)}
    assert len({id(weights) for weights, _ in seen}) == len(CELLS) + 1


def test_cells_can_be_timed_at_the_same_number_of_parameters() -> None:
    [found] = measure([30], Ticks([1.0]), 1, rng(), match="parameters", input_size=4, steps=2)
    assert found.units == matched_units(4, 30)
    assert found.units["lstm"] < 30 < found.units["rnn"]


def test_real_runs_take_time() -> None:
    for timing in measure([2, 8], perf_counter, 2, rng(), steps=5):
        assert all(0 < seconds < 1 for seconds in timing.seconds.values())


def timing(gru: float, lstm: float, twin: float) -> Timing:
    return Timing(8, dict.fromkeys(CELLS, 8), {"gru": gru, "lstm": lstm, "rnn": 0.1}, twin)


def test_two_equal_layers_tell_what_differs_by_chance() -> None:
    """The most by which a GRU was slower, or faster, than a second one of its size."""
    timings = [timing(2.0, 9.0, 2.1), timing(1.1, 9.0, 1.0), timing(3.0, 9.0, 3.0)]
    assert chance_factor(timings) == pytest.approx(1.1)
    assert chance_factor(timings[:1]) == pytest.approx(1.05)
    assert chance_factor([]) == 1


@pytest.mark.parametrize(
    ("gru", "lstm", "said"),
    [
        *((1.0, 1.12, "faster"), (1.0, 1.09, "no different"), (1.0, 1.0, "no different")),
        *((1.09, 1.0, "no different"), (1.12, 1.0, "slower")),
    ],
)
def test_a_difference_that_chance_makes_is_none(gru: float, lstm: float, said: str) -> None:
    assert outcome(timing(gru, lstm, gru), 1.1) == said


def test_the_sizes_go_from_8_to_512() -> None:
    assert (SIZES[0], SIZES[-1]) == (8, 512)
    assert list(SIZES) == sorted(SIZES)


@pytest.mark.parametrize(
    ("sizes", "repeats", "options", "error", "says"),
    [
        ([0], 1, {}, RangeError, "size is 0"),
        ([4, 2.5], 1, {}, RangeError, "size is 2.5"),
        ([4], 0, {}, RangeError, "repeats is 0"),
        ([4], 1, {"steps": 0}, RangeError, "steps is 0"),
        ([4], 1, {"input_size": 0}, RangeError, "input_size is 0"),
        ([4], 1, {"match": "time"}, UnknownNameError, "match 'time' .* one of: units, parameters"),
    ],
)
def test_what_cannot_be_timed_is_refused_before_anything_is(
    sizes, repeats, options, error, says
) -> None:
    clock = Ticks([1.0])
    with pytest.raises(error, match=says):
        measure(sizes, clock, repeats, rng(), **options)
    assert clock.readings == 0
